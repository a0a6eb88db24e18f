/*
 * npy_data.c - reads examples and labels from NumPy's arrays: a .npz file that has both, or a .npy file of
 * examples and one of labels.
 *
 * Examples: n x features, n x rows x cols, n x channels x rows x cols, or n x rows x cols x channels; the
 * last two are distinguished by which dimension is 1, 3 or 4. uint8 stays bytes; types whose values floats
 * represent exactly become floats, all others doubles. Labels: whole numbers or texts, n or n x 1; or, for
 * regression, floats, n or n x outputs.
 */
#include "../../base/mem.h"
#include "../../base/text.h"
#include "../../file/npy.h"
#include "npy_labels.h"
#include "npz_names.h"

#include <limits.h>
#include <math.h>
#include <string.h>

/* ---- The array of examples and the array of labels */

/* Whether the dimension can be the channels of an image: grey, colours, or colours with transparency. */
static bool are_channels(size_t side)
{
    return side == 1 || side == 3 || side == 4;
}

/* Decides for an ambiguous shape where the channels are: as in the model's shape; without a model they are
   first, and a note says so. */
static bl_status guess_channels(bl_data *data, const struct reading *r, const size_t sides[3],
                                bool *moves_channels)
{
    const bl_shape *schema = r->schema ? &r->schema->shape : NULL;
    *moves_channels = schema && (size_t)schema->channels == sides[2] && (size_t)schema->rows == sides[0] &&
                      (size_t)schema->cols == sides[1] && (size_t)schema->channels != sides[0];
    return *moves_channels ? BL_OK
                           : data_add_note(data,
                                           "the dimensions %zu x %zu x %zu of an example are interpreted as "
                                           "channels x rows x columns",
                                           sides[0], sides[1], sides[2]);
}

static bl_status shape_of(bl_shape *out, bl_data *data, const struct reading *r, const struct npy_view *x,
                          bool *moves_channels)
{
    size_t sides[3] = {1, 1, 1}, features = 1;
    for (size_t i = 1; i < x->n_dims; i++) {
        sides[i + 3 - x->n_dims] = x->sizes[i];
        if (x->sizes[i] > (size_t)INT_MAX / features)
            BL_FAIL(data->ctx, BL_BAD_DATA, "%s: examples have more than %d numbers", data->source, INT_MAX);
        features *= x->sizes[i];
    }
    const bool first = are_channels(sides[0]), last = are_channels(sides[2]);
    *moves_channels = x->n_dims == 4 && last && !first;
    if (x->n_dims == 4 && last == first && sides[0] != 1)
        BL_TRY(guess_channels(data, r, sides, moves_channels));
    *out = *moves_channels ? (bl_shape){(int)sides[2], (int)sides[0], (int)sides[1]}
                           : (bl_shape){(int)sides[0], (int)sides[1], (int)sides[2]};
    data->features = features;
    return BL_OK;
}

/* The position of value i of the array, in which channels may be last. */
static size_t place_of(const bl_data *data, size_t i, bool moves_channels)
{
    const size_t channels = (size_t)data->shape.channels, map = data->features / channels,
                 j = i % data->features;
    return moves_channels ? i - j + j % channels * map + j / channels : i;
}

static bl_status take_bytes(bl_data *data, const struct npy_view *x, bool moves_channels)
{
    uint8_t *bytes = NULL;
    BL_TRY(MEM_ARRAY(data->ctx, &bytes, x->count, "examples"));
    data->bytes = bytes;
    for (size_t i = 0; i < x->count; i++)
        bytes[place_of(data, i, moves_channels)] = *npy_at(x, i);
    return BL_OK;
}

static bl_status no_number(const bl_data *data, size_t i, double value)
{
    BL_FAIL(data->ctx, BL_BAD_DATA, "%s: example %zu (from 0), number %zu: %g, expected a finite number",
            data->source, i / data->features, i % data->features, value);
}

/* Whether the values of feature j differ in the file but are all equal as doubles. */
static bool is_lost(const bl_data *data, const struct npy_view *x, size_t j)
{
    bool differs = false;
    for (size_t i = j + data->features; i < x->count; i += data->features) {
        if (npy_value(x, i) != npy_value(x, j))
            return false;
        differs = differs || memcmp(npy_at(x, i), npy_at(x, j), x->size) != 0;
    }
    return differs;
}

/* Adds a note about whole numbers beyond 2^53, which are rounded so that different ones may become equal, and
   refuses a feature that becomes constant by that. */
static bl_status note_inexact(bl_data *data, const struct npy_view *x)
{
    size_t n = 0, first = 0;
    for (size_t i = 0; i < x->count; i++)
        if (!npy_is_exact(x, i) && n++ == 0)
            first = i;
    for (size_t j = 0; n > 0 && j < data->features; j++)
        if (is_lost(data, x, j))
            BL_FAIL(data->ctx, BL_BAD_DATA,
                    "%s: number %zu differs between examples in the file, but its whole numbers beyond 2^53 "
                    "are all equal as doubles; subtract the smallest, or leave the feature out",
                    data->source, j);
    return n == 0 ? BL_OK
                  : data_add_note(data,
                                  "%zu whole numbers beyond 2^53 are rounded to doubles, the first in "
                                  "example %zu (from 0)",
                                  n, first / data->features);
}

static bl_status take_floats(bl_data *data, const struct npy_view *x, bool moves_channels)
{
    float *floats = NULL;
    BL_TRY(MEM_ARRAY(data->ctx, &floats, x->count, "examples"));
    data->floats = floats;
    for (size_t i = 0; i < x->count; i++) {
        const double value = npy_value(x, i);
        if (!isfinite(value))
            return no_number(data, i, value);
        floats[place_of(data, i, moves_channels)] = (float)value;
    }
    return BL_OK;
}

static bl_status take_doubles(bl_data *data, const struct npy_view *x, bool moves_channels)
{
    double *doubles = NULL;
    BL_TRY(MEM_ARRAY(data->ctx, &doubles, x->count, "examples"));
    data->doubles = doubles;
    for (size_t i = 0; i < x->count; i++) {
        const double value = npy_value(x, i);
        if (!isfinite(value))
            return no_number(data, i, value);
        doubles[place_of(data, i, moves_channels)] = value;
    }
    return note_inexact(data, x);
}

/* Whether floats represent all values exactly: float32, float16, and integers of up to 16 bits. */
static bool fits_floats(const struct npy_view *x)
{
    return x->kind == 'f' ? x->size <= 4 : x->size <= 2;
}

static bl_status take_examples(bl_data *data, const struct reading *r, const struct npy_view *x)
{
    bool moves_channels = false;
    if (npy_is_text(x))
        BL_FAIL(r->ctx, BL_BAD_DATA, "%s: its examples are texts, expected numbers", data->source);
    if (x->n_dims < 2)
        BL_FAIL(r->ctx, BL_BAD_DATA,
                "%s: one dimension, expected examples as rows: n x features or n x rows x columns",
                data->source);
    if (x->sizes[0] > UINT32_MAX)
        BL_FAIL(r->ctx, BL_BAD_DATA, "%s: more than %lu examples", data->source, (unsigned long)UINT32_MAX);
    data->n = x->sizes[0];
    BL_TRY(shape_of(&data->shape, data, r, x, &moves_channels));
    BL_TRY(x->kind == 'u' && x->size == 1 ? take_bytes(data, x, moves_channels)
           : fits_floats(x)               ? take_floats(data, x, moves_channels)
                                          : take_doubles(data, x, moves_channels));
    return shape_from_schema(data, r->schema, r->path);
}

static bl_status check_count(const bl_data *data, const struct npy_view *y, const char *where)
{
    if (y->sizes[0] != data->n)
        BL_FAIL(data->ctx, BL_BAD_DATA, "%s: %zu label%s for %zu example%s", where, y->sizes[0],
                text_plural(y->sizes[0]), data->n, text_plural(data->n));
    return BL_OK;
}

static bl_status take_targets(bl_data *data, const struct reading *r, const struct npy_view *y,
                              const char *where)
{
    const size_t outputs = y->count / y->sizes[0];
    double *targets = NULL;
    if (npy_is_text(y))
        BL_FAIL(r->ctx, BL_BAD_DATA, "%s: its labels are texts, expected regression targets", where);
    if (y->n_dims > 2 || outputs > INT_MAX)
        BL_FAIL(r->ctx, BL_BAD_DATA, "%s: %zu dimensions, expected n or n x outputs", where, y->n_dims);
    if (r->schema && (size_t)r->schema->outputs != outputs)
        BL_FAIL(r->ctx, BL_BAD_DATA, "%s: %zu output%s, expected %d as in the training set", where, outputs,
                text_plural(outputs), r->schema->outputs);
    BL_TRY(MEM_ARRAY(data->ctx, &targets, y->count, "targets"));
    data->targets = targets;
    data->has_targets = true;
    data->outputs = (int)outputs;
    for (size_t i = 0; i < y->count; i++) {
        const double value = npy_value(y, i);
        if (!isfinite(value))
            BL_FAIL(r->ctx, BL_BAD_DATA, "%s: %g in row %zu (from 0), expected a finite number", where, value,
                    i / outputs);
        targets[i] = value;
    }
    return BL_OK;
}

static bool are_fractions(const struct npy_view *y)
{
    size_t fractions = 0;
    for (size_t i = 0; i < y->count; i++)
        fractions += npy_value(y, i) != floor(npy_value(y, i));
    return 2 * fractions >= y->count;
}

static bool wants_numbers(const struct reading *r, const struct npy_view *y)
{
    if (r->schema)
        return r->schema->has_targets;
    switch (r->options->target) {
    case TARGET_NUMBER:
        return true;
    case TARGET_NUMBER_IF_ALL:
        return y->kind == 'f';
    case TARGET_NUMBER_IF_FRACTIONS:
        return y->kind == 'f' && are_fractions(y);
    case TARGET_CLASS:
        break;
    }
    return false;
}

static bl_status take_labels(bl_data *data, const struct reading *r, const struct npy_view *y,
                             const char *where)
{
    BL_TRY(check_count(data, y, where));
    return wants_numbers(r, y) ? take_targets(data, r, y, where) : npy_take_classes(data, r, y, where);
}

static bl_status no_labels(bl_data *data, const struct reading *r, const char *why)
{
    data->outputs = r->schema ? r->schema->outputs : 0;
    data->has_targets = r->schema && r->schema->has_targets;
    return data_set_lacks(data, "%s", why);
}

/* ---- .npz */

struct listing {
    bl_context *ctx;
    struct npz_names names;
};

/* The state of reading the two arrays of the requested part. */
struct taking {
    bl_data *data;
    const struct reading *r;
    const char *examples, *labels;
    bool takes_labels; /* the labels are read in this pass; else the examples, which must be read first */
};

static bl_status list_name(void *user, const char *name, bool *is_wanted)
{
    struct listing *listing = user;
    *is_wanted = false;
    return npz_names_add(&listing->names, listing->ctx, name);
}

static bl_status is_taken(void *user, const char *name, bool *is_wanted)
{
    const struct taking *t = user;
    *is_wanted = strcmp(name, t->takes_labels ? t->labels : t->examples) == 0;
    return BL_OK;
}

static bl_status take_array(void *user, const char *name, const unsigned char *bytes, size_t n)
{
    const struct taking *t = user;
    struct npy_view view;
    char where[600] = "";
    text_append(where, sizeof where, "%.400s, array \"%.100s\"", t->r->path, name);
    if (t->takes_labels ? t->data->labels || t->data->targets
                        : t->data->bytes || t->data->floats || t->data->doubles)
        BL_FAIL(t->r->ctx, BL_BAD_DATA, "%s: two arrays have this name, expected one", where);
    BL_TRY(npy_open(&view, t->r->ctx, where, bytes, n));
    return t->takes_labels ? take_labels(t->data, t->r, &view, where) : take_examples(t->data, t->r, &view);
}

/* Adds notes about unused arrays, for a training set only, because a model's training has already given
   them. */
static bl_status note_names(bl_data *data, const struct npz_answer *chosen)
{
    if (chosen->untested)
        BL_TRY(data_add_note(data, "array \"%.60s\" is not used for testing, because it has no labels",
                             chosen->untested));
    if (chosen->n_left_out == 1)
        return data_add_note(data, "array \"%.60s\" is left out", chosen->left_out);
    return chosen->n_left_out == 0 ? BL_OK
                                   : data_add_note(data, "%zu arrays are left out, among them \"%.60s\"",
                                                   chosen->n_left_out, chosen->left_out);
}

static bl_status take_both(struct taking *t, const struct bytes *file)
{
    const struct reading *r = t->r;
    BL_TRY(npz_each(r->ctx, r->path, file->at, file->n, BYTES_READ_LIMIT, is_taken, take_array, t));
    t->takes_labels = true;
    if (t->labels)
        return npz_each(r->ctx, r->path, file->at, file->n, BYTES_READ_LIMIT, is_taken, take_array, t);
    return no_labels(t->data, r, "it has no array of labels beside the examples");
}

/* The labels that the option names, else those of the model's training; NULL: neither names any. */
static const char *given_labels(const struct reading *r)
{
    const char *given = r->options->label;
    if (!given && r->schema && r->schema->origin.label[0])
        return r->schema->origin.label;
    return given && !path_ends(given, ".npy") ? given : NULL;
}

static bl_status note_other_labels(bl_data *data, const char *given, const char *used)
{
    return data_add_note(
        data,
        "the labels of training were the array \"%.60s\", which is not in this file; \"%.60s\" "
        "is used (--label names another)",
        given, used);
}

static bl_status choose_and_take(bl_data *data, const struct reading *r, const struct bytes *file,
                                 const char *part, const struct npz_names *names)
{
    const char *given = given_labels(r);
    const struct npz_question question = {
        .ctx = r->ctx, .path = r->path, .part = part, .given = given, .needs_labels = r->options->has_labels};
    struct npz_answer chosen;
    BL_TRY(npz_names_choose(&chosen, names, &question));
    if (!r->schema)
        BL_TRY(note_names(data, &chosen));
    if (!r->schema && given)
        text_append(data->origin.label, sizeof data->origin.label, "%s", given);
    if (given && !chosen.has_given && chosen.labels)
        BL_TRY(note_other_labels(data, given, chosen.labels));
    data->has_test_beside = chosen.has_test;
    return take_both(
        &(struct taking){.data = data, .r = r, .examples = chosen.examples, .labels = chosen.labels}, file);
}

static bl_status fill_from_npz(bl_data *data, const struct reading *r, const struct bytes *file,
                               const char *part)
{
    struct listing listing = {.ctx = r->ctx};
    bl_status status =
        npz_each(r->ctx, r->path, file->at, file->n, BYTES_READ_LIMIT, list_name, NULL, &listing);
    if (status == BL_OK)
        status = choose_and_take(data, r, file, part, &listing.names);
    npz_names_free(&listing.names, r->ctx);
    if (status == BL_OK)
        data_take_hash(data);
    return status;
}

/* ---- .npy */

/* Replaces `from` in the file's name by `to`. only_first: only at the beginning of the name. */
static bool partner_name(char *out, const char *path, const char *from, const char *to, bool only_first)
{
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path, *found = strstr(name, from);
    if (!found || (only_first && found != name))
        return false;
    out[0] = 0;
    text_append(out, BL_PATH_ROOM, "%.*s%s%s", (int)(found - path), path, to, found + strlen(from));
    return path_is_there(out);
}

/* Finds the path of the labels; "" if there are none and none are needed. */
static bl_status find_labels(char out[BL_PATH_ROOM], const struct reading *r)
{
    const char *given = r->options->label, *slash = strrchr(r->path, '/');
    out[0] = 0;
    if (given && path_ends(given, ".npy")) {
        text_append(out, BL_PATH_ROOM, "%s", given);
        if (!path_is_there(out) && slash && !strchr(given, '/')) { /* in the folder of the examples */
            out[0] = 0;
            text_append(out, BL_PATH_ROOM, "%.*s/%s", (int)(slash - r->path), r->path, given);
        }
        return BL_OK;
    }
    static const struct {
        const char *from, *to;
        bool only_first;
    } pairs[] = {{"images", "labels", false},
                 {"features", "labels", false},
                 {"features", "targets", false},
                 {"data", "labels", false},
                 {"data", "target", false},
                 {"data", "targets", false},
                 {"x", "y", true},
                 {"X", "y", true},
                 {"X", "Y", true},
                 {"_x", "_y", false},
                 {"_X", "_y", false}};
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
        if (partner_name(out, r->path, pairs[i].from, pairs[i].to, pairs[i].only_first))
            return BL_OK;
    out[0] = 0;
    if (r->options->has_labels)
        BL_FAIL(r->ctx, BL_BAD_DATA, "%s: its labels cannot be found; name their file, as in --label y.npy",
                r->path);
    return BL_OK;
}

static bl_status labels_from(bl_data *data, const struct reading *r, const char *path)
{
    struct bytes file = {0};
    struct npy_view view;
    BL_TRY(bytes_read_file(&file, r->ctx, path, BYTES_READ_LIMIT));
    bl_status status = npy_open(&view, r->ctx, path, file.at, file.n);
    if (status == BL_OK)
        status = take_labels(data, r, &view, path);
    mem_free(r->ctx, file.at);
    return status;
}

static bl_status fill_from_npy(bl_data *data, const struct reading *r, const struct bytes *file,
                               const char *part)
{
    char labels[BL_PATH_ROOM];
    struct npy_view view;
    (void)part;
    BL_TRY(npy_open(&view, r->ctx, r->path, file->at, file->n));
    BL_TRY(take_examples(data, r, &view));
    BL_TRY(find_labels(labels, r));
    BL_TRY(labels[0] ? labels_from(data, r, labels)
                     : no_labels(data, r, "there is no file of labels beside it"));
    data_take_hash(data);
    return BL_OK;
}

/* ---- The entry of the table of readers */

typedef bl_status (*fill_function)(bl_data *data, const struct reading *r, const struct bytes *file,
                                   const char *part);

static bl_status read_with(fill_function fill, bl_data **out, const struct reading *r, struct bytes *file,
                           const char *part)
{
    bl_data *data = NULL;
    bl_status status = data_create(&data, r->ctx, r->path);
    if (status == BL_OK)
        status = fill(data, r, file, part);
    mem_free(r->ctx, file->at);
    if (status == BL_OK)
        *out = data;
    else
        data_free(data);
    return status;
}

static bool is_npz(const struct bytes *file, const char *path)
{
    (void)path;
    return npz_is(file->at, file->n);
}

static bl_status read_npz(bl_data **out, const struct reading *r, struct bytes *file, const char *part)
{
    return read_with(fill_from_npz, out, r, file, part);
}

static bool is_npy(const struct bytes *file, const char *path)
{
    (void)path;
    return npy_is(file->at, file->n);
}

static bl_status read_npy(bl_data **out, const struct reading *r, struct bytes *file, const char *part)
{
    return read_with(fill_from_npy, out, r, file, part);
}

const struct reader reader_npz = {is_npz, read_npz}, reader_npy = {is_npy, read_npy};

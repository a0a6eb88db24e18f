/*
 * npy_data.c - examples and labels from NumPy's arrays: a .npz that holds both, or a .npy of examples beside one of labels.
 *
 * Examples: n x features, n x rows x cols, n x channels x rows x cols, or n x rows x cols x channels, told by which side is
 * 1, 3 or 4. uint8 stays bytes; all else becomes floats. Labels: whole numbers from 0, n or n x 1; or, where the options
 * want numbers to come near to, floats, n or n x outputs.
 */
#include "readers.h"

#include "../base/mem.h"
#include "../base/text.h"
#include "../file/npy.h"

#include <float.h>
#include <limits.h>
#include <math.h>
#include <string.h>

enum { MOST_CLASSES = 1 << 20 };

/* ---- One array each */

/* Channels of a picture: grey, colours, colours with transparency. */
static bool are_channels(size_t side)
{
    return side == 1 || side == 3 || side == 4;
}

/* Which side is told by nothing: the model knows, else they stand first, and that is said. */
static bl_status guess_channels(bl_data *data, const struct reading *r, const size_t sides[3],
                                bool *moves_channels)
{
    const bl_shape *like = r->like ? &r->like->shape : NULL;
    *moves_channels = like && (size_t)like->channels == sides[2] && (size_t)like->rows == sides[0] &&
                      (size_t)like->cols == sides[1] && (size_t)like->channels != sides[0];
    return *moves_channels
               ? BL_OK
               : data_add_note(data, "examples of %zu x %zu x %zu are taken for channels x rows x columns",
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

/* Where value i of the array belongs: channels may stand last there. */
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
        bytes[place_of(data, i, moves_channels)] = x->values[i];
    return BL_OK;
}

static bl_status take_floats(bl_data *data, const struct npy_view *x, bool moves_channels)
{
    float *floats = NULL;
    BL_TRY(MEM_ARRAY(data->ctx, &floats, x->count, "examples"));
    data->floats = floats;
    for (size_t i = 0; i < x->count; i++) {
        const double value = npy_value(x, i);
        if (!(fabs(value) <= (double)FLT_MAX))
            BL_FAIL(data->ctx, BL_BAD_DATA,
                    "%s: example %zu (from 0), number %zu: %g, expected what a float can hold", data->source,
                    i / data->features, i % data->features, value);
        floats[place_of(data, i, moves_channels)] = (float)value;
    }
    return BL_OK;
}

static bl_status take_examples(bl_data *data, const struct reading *r, const struct npy_view *x)
{
    bool moves_channels = false;
    if (x->n_dims < 2)
        BL_FAIL(r->ctx, BL_BAD_DATA,
                "%s: one dimension, expected examples as rows: n x features or n x rows x columns",
                data->source);
    if (x->sizes[0] > UINT32_MAX)
        BL_FAIL(r->ctx, BL_BAD_DATA, "%s: more than %lu examples", data->source, (unsigned long)UINT32_MAX);
    data->n = x->sizes[0];
    BL_TRY(shape_of(&data->shape, data, r, x, &moves_channels));
    BL_TRY(x->kind == 'u' && x->size == 1 ? take_bytes(data, x, moves_channels)
                                          : take_floats(data, x, moves_channels));
    return data_shape_like(data, r);
}

static bl_status check_count(const bl_data *data, const struct npy_view *y, const char *where)
{
    if (y->sizes[0] != data->n)
        BL_FAIL(data->ctx, BL_BAD_DATA, "%s: %zu labels, but there are %zu examples", where, y->sizes[0],
                data->n);
    return BL_OK;
}

static bl_status take_targets(bl_data *data, const struct reading *r, const struct npy_view *y,
                              const char *where)
{
    const size_t outputs = y->count / y->sizes[0];
    float *targets = NULL;
    if (y->n_dims > 2 || outputs > INT_MAX)
        BL_FAIL(r->ctx, BL_BAD_DATA, "%s: %zu dimensions, expected n or n x outputs", where, y->n_dims);
    if (r->like && (size_t)r->like->outputs != outputs)
        BL_FAIL(r->ctx, BL_BAD_DATA, "%s: %zu outputs, expected %d as in the training set", where, outputs,
                r->like->outputs);
    BL_TRY(MEM_ARRAY(data->ctx, &targets, y->count, "targets"));
    data->targets = targets;
    data->has_targets = true;
    data->outputs = (int)outputs;
    for (size_t i = 0; i < y->count; i++) {
        const double value = npy_value(y, i);
        if (!(fabs(value) <= (double)FLT_MAX))
            BL_FAIL(r->ctx, BL_BAD_DATA, "%s: %g in row %zu (from 0), expected what a float can hold", where,
                    value, i / outputs);
        targets[i] = (float)value;
    }
    return BL_OK;
}

/* The class of a number, -1 for none. */
static int class_for(const struct reading *r, double value)
{
    char text[32] = "";
    if (value != floor(value) || value < 0.0 || value >= MOST_CLASSES)
        return -1;
    text_append(text, sizeof text, "%.0f", value);
    return r->like ? class_of_text(r->like, text, strlen(text)) : (int)value;
}

static bl_status take_classes(bl_data *data, const struct reading *r, const struct npy_view *y,
                              const char *where)
{
    int32_t *labels = NULL;
    if (y->count != y->sizes[0])
        BL_FAIL(r->ctx, BL_BAD_DATA,
                "%s: labels are not one number an example; rows of zeros and a one become labels by "
                "numpy.argmax(y, "
                "axis=1); for numbers to come near to use --loss mse",
                where);
    BL_TRY(MEM_ARRAY(data->ctx, &labels, y->count, "labels"));
    data->labels = labels;
    data->outputs = r->like ? r->like->outputs : 0;
    for (size_t i = 0; i < y->count; i++) {
        labels[i] = class_for(r, npy_value(y, i));
        if (labels[i] < 0)
            BL_FAIL(r->ctx, BL_BAD_DATA, "%s: label %g in row %zu (from 0), expected whole numbers from 0%s",
                    where, npy_value(y, i), i, r->like ? " that the model knows" : "");
        if (!r->like && labels[i] >= data->outputs)
            data->outputs = labels[i] + 1;
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
    if (r->like)
        return r->like->has_targets;
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
    return wants_numbers(r, y) ? take_targets(data, r, y, where) : take_classes(data, r, y, where);
}

static bl_status no_labels(bl_data *data, const struct reading *r)
{
    data->outputs = r->like ? r->like->outputs : 0;
    data->has_targets = r->like && r->like->has_targets;
    return BL_OK;
}

/* ---- .npz */

/* What people call the arrays: training examples and labels, test examples and labels. */
static const char *const known[][4] = {
    {"x_train", "y_train", "x_test", "y_test"},
    {"X_train", "y_train", "X_test", "y_test"},
    {"train_images", "train_labels", "test_images", "test_labels"},
    {"x", "y", NULL, NULL},
    {"X", "y", NULL, NULL},
    {"images", "labels", NULL, NULL},
    {"data", "labels", NULL, NULL},
    {"data", "target", NULL, NULL},
    {"arr_0", "arr_1", NULL, NULL},
};
enum { N_KNOWN = sizeof known / sizeof *known };

struct names {
    char text[512];
    bool is_there[N_KNOWN][4];
};

static bl_status list_name(void *user, const char *name, const unsigned char *bytes, size_t n)
{
    struct names *names = user;
    (void)bytes, (void)n;
    text_append(names->text, sizeof names->text, "%s%.60s", names->text[0] ? ", " : "", name);
    for (size_t k = 0; k < N_KNOWN; k++)
        for (size_t i = 0; i < 4; i++)
            if (known[k][i] && strcmp(known[k][i], name) == 0)
                names->is_there[k][i] = true;
    return BL_OK;
}

/* Takes the two arrays of the part that is read. */
struct taking {
    bl_data *data;
    const struct reading *r;
    const char *examples, *labels;
    bool takes_labels; /* else the examples: these must come first */
};

static bl_status take_array(void *user, const char *name, const unsigned char *bytes, size_t n)
{
    const struct taking *t = user;
    struct npy_view view;
    char where[600] = "";
    if (strcmp(name, t->takes_labels ? t->labels : t->examples) != 0)
        return BL_OK;
    text_append(where, sizeof where, "%.400s, array \"%.100s\"", t->r->path, name);
    if (t->takes_labels ? t->data->labels || t->data->targets : t->data->bytes || t->data->floats)
        BL_FAIL(t->r->ctx, BL_BAD_DATA, "%s: there are two of this name", where);
    BL_TRY(npy_open(&view, t->r->ctx, where, bytes, n));
    return t->takes_labels ? take_labels(t->data, t->r, &view, where) : take_examples(t->data, t->r, &view);
}

/* Which of the known sets of names the file has. Test examples without labels are a test set for predictions. */
static bl_status choose(struct taking *t, const struct names *names, const char *part)
{
    const bool needs_labels = t->r->options->has_labels;
    for (size_t k = 0; k < N_KNOWN; k++) {
        const bool *is_there = names->is_there[k];
        const bool has_test = is_there[2] && (is_there[3] || !needs_labels);
        const size_t at = has_test && strcmp(part, "test") == 0 ? 2 : 0;
        if (!is_there[at] || (!is_there[at + 1] && needs_labels))
            continue;
        t->data->has_test_beside = has_test;
        t->examples = known[k][at];
        t->labels = is_there[at + 1] ? known[k][at + 1] : NULL;
        return BL_OK;
    }
    BL_FAIL(t->r->ctx, BL_BAD_DATA,
            "%s: its arrays are %s; expected x_train and y_train (and x_test, y_test), x and y, images and "
            "labels, data and "
            "labels, or arr_0 and arr_1",
            t->r->path, names->text[0] ? names->text : "none");
}

static bl_status fill_from_npz(bl_data *data, const struct reading *r, const struct bytes *file,
                               const char *part)
{
    struct names names = {0};
    struct taking t = {.data = data, .r = r};
    BL_TRY(npz_each(r->ctx, r->path, file->at, file->n, BYTES_IN_LIMIT, list_name, &names));
    BL_TRY(choose(&t, &names, part));
    BL_TRY(npz_each(r->ctx, r->path, file->at, file->n, BYTES_IN_LIMIT, take_array, &t));
    t.takes_labels = true;
    if (t.labels)
        BL_TRY(npz_each(r->ctx, r->path, file->at, file->n, BYTES_IN_LIMIT, take_array, &t));
    else
        BL_TRY(no_labels(data, r));
    data->hash = data_hash(data);
    return BL_OK;
}

/* ---- .npy */

/* Replaces `from` at the beginning of the file's name, or in it, by `to`. */
static bool partner_name(char *out, const char *path, const char *from, const char *to, bool only_first)
{
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path, *found = strstr(name, from);
    if (!found || (only_first && found != name))
        return false;
    out[0] = 0;
    text_append(out, LOCATION_ROOM, "%.*s%s%s", (int)(found - path), path, to, found + strlen(from));
    return path_is_there(out);
}

/* "" where there is none and none is needed. */
static bl_status find_labels(char out[LOCATION_ROOM], const struct reading *r)
{
    const char *told = r->options->label, *slash = strrchr(r->path, '/');
    out[0] = 0;
    if (told && path_ends(told, ".npy")) {
        text_append(out, LOCATION_ROOM, "%s", told);
        if (!path_is_there(out) && slash && !strchr(told, '/')) { /* beside the examples */
            out[0] = 0;
            text_append(out, LOCATION_ROOM, "%.*s/%s", (int)(slash - r->path), r->path, told);
        }
        return BL_OK;
    }
    if (partner_name(out, r->path, "images", "labels", false) || partner_name(out, r->path, "x", "y", true) ||
        partner_name(out, r->path, "X", "y", true))
        return BL_OK;
    out[0] = 0;
    if (r->options->has_labels)
        BL_FAIL(r->ctx, BL_BAD_DATA,
                "%s: where its labels are cannot be told; name their file, as in --label y.npy", r->path);
    return BL_OK;
}

static bl_status labels_from(bl_data *data, const struct reading *r, const char *path)
{
    struct bytes file = {0};
    struct npy_view view;
    BL_TRY(bytes_in(&file, r->ctx, path, BYTES_IN_LIMIT));
    bl_status status = npy_open(&view, r->ctx, path, file.at, file.n);
    if (status == BL_OK)
        status = take_labels(data, r, &view, path);
    mem_free(r->ctx, file.at);
    return status;
}

static bl_status fill_from_npy(bl_data *data, const struct reading *r, const struct bytes *file,
                               const char *part)
{
    char labels[LOCATION_ROOM];
    struct npy_view view;
    (void)part;
    BL_TRY(npy_open(&view, r->ctx, r->path, file->at, file->n));
    BL_TRY(take_examples(data, r, &view));
    BL_TRY(find_labels(labels, r));
    BL_TRY(labels[0] ? labels_from(data, r, labels) : no_labels(data, r));
    data->hash = data_hash(data);
    return BL_OK;
}

/* ---- Both */

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

/*
 * model.c - the tensors and metadata of a model, and writing them to a file.
 */
#include "model.h"

#include "../../data/set/whitening/whitening.h"

#include "../../base/mem.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

const char *const model_label_words[CLASS_BY_NUMBER + 1] = {"numbers", "texts", "numbers with names"};

static bl_status name_tensors(bl_model *model)
{
    const struct net *net = model->net;
    BL_TRY(MEM_ARRAY(model->ctx, &model->names, model_count_tensors(model), "the tensors' names"));
    size_t n = 0;
    for (size_t i = 0; i < net->n_tensors + net->n_buffer_tensors; i++) {
        const struct net_tensor *t = net_tensor(net, i);
        snprintf(model->names[n++], MODEL_NAME_ROOM, "%zu.%s.%s", t->l, net->layers[t->layer].ops->name,
                 t->what);
    }
    for (size_t l = 0; model->rule && l < net->n_blocks; l++)
        if (model->rule->B[l].x)
            snprintf(model->names[n++], MODEL_NAME_ROOM, "%zu.feedback", l);
    struct rule_kept_array kept;
    for (size_t i = 0; rule_kept_array(model->rule, i, &kept); i++)
        if (kept.is_of_net)
            snprintf(model->names[n++], MODEL_NAME_ROOM, "rule.%s", kept.name);
        else
            snprintf(model->names[n++], MODEL_NAME_ROOM, "%zu.rule.%s", kept.l, kept.name);
    return BL_OK;
}

bl_status model_create(bl_model **out, bl_context *ctx, struct net *net, struct rule *rule,
                       const struct loss_ops *loss, const bl_data *schema)
{
    bl_model *model = NULL;
    bl_status status = MEM_ONE(ctx, &model, "the model");
    if (status != BL_OK) {
        net_free(net);
        rule_free(rule);
        return status;
    }
    *model = (bl_model){.ctx = ctx, .net = net, .rule = rule, .loss = loss};
    status = data_subset(&model->schema, ctx, schema, NULL, 0, "the model's description of its data");
    if (status == BL_OK)
        status = name_tensors(model);
    if (status != BL_OK) {
        bl_model_free(model);
        return status;
    }
    *out = model;
    return BL_OK;
}

void bl_model_free(bl_model *model)
{
    if (!model)
        return;
    for (size_t i = 0; i < model->n_metadata; i++) {
        mem_free(model->ctx, model->metadata[i].key);
        mem_free(model->ctx, model->metadata[i].text);
    }
    mem_free(model->ctx, model->names);
    data_free(model->schema);
    rule_free(model->rule);
    net_free(model->net);
    mem_free(model->ctx, model);
}

static struct metadata_entry *find_metadata(const bl_model *model, const char *key)
{
    for (size_t i = 0; i < model->n_metadata; i++)
        if (strcmp(model->metadata[i].key, key) == 0)
            return (struct metadata_entry *)&model->metadata[i];
    return NULL;
}

bl_status model_set_metadata(bl_model *model, const char *key, const char *text)
{
    char *copy = NULL;
    struct metadata_entry *entry = find_metadata(model, key);
    if (!entry && model->n_metadata == MODEL_MAX_METADATA)
        BL_FAIL(model->ctx, BL_BAD_DATA, "metadata \"%s\": a model has room for %d entries", key,
                MODEL_MAX_METADATA);
    BL_TRY(mem_text(model->ctx, &copy, text, strlen(text)));
    if (!entry) {
        entry = &model->metadata[model->n_metadata];
        const bl_status status = mem_text(model->ctx, &entry->key, key, strlen(key));
        if (status != BL_OK) {
            mem_free(model->ctx, copy);
            return status;
        }
        model->n_metadata++;
    }
    mem_free(model->ctx, entry->text);
    entry->text = copy;
    return BL_OK;
}

static void write_count(char *text, uint64_t n)
{
    char digits[MODEL_COUNT_ROOM];
    size_t i = sizeof digits;
    digits[--i] = 0;
    do
        digits[--i] = (char)('0' + n % 10);
    while ((n /= 10) > 0);
    memcpy(text, digits + i, sizeof digits - i);
}

void model_set_counts(bl_model *model, uint64_t epoch, uint64_t step)
{
    write_count(model->epoch_text, epoch);
    write_count(model->step_text, step);
}

bl_status model_need_counts(bl_model *model)
{
    char room[MODEL_COUNT_ROOM];
    memset(room, ' ', sizeof room - 1);
    room[sizeof room - 1] = 0;
    BL_TRY(model_set_metadata(model, "epoch", room));
    BL_TRY(model_set_metadata(model, "step", room));
    model->epoch_text = find_metadata(model, "epoch")->text;
    model->step_text = find_metadata(model, "step")->text;
    model_set_counts(model, 0, 0);
    return BL_OK;
}

bl_status model_set_number(bl_model *model, const char *key, double x)
{
    char text[32];
    text_from_double(x, text);
    return model_set_metadata(model, key, text);
}

const char *bl_model_metadata(const bl_model *model, const char *key)
{
    const struct metadata_entry *entry = model && key ? find_metadata(model, key) : NULL;
    return entry ? entry->text : NULL;
}

const char *bl_model_metadata_name(const bl_model *model, int i)
{
    return model && i >= 0 && (size_t)i < model->n_metadata ? model->metadata[i].key : NULL;
}

bool model_is_one_of_two(const struct net *net, const bl_data *schema)
{
    return net->blocks[net_last(net)].units == 1 && schema->outputs == 2 && !schema->has_targets;
}

int bl_model_outputs(const bl_model *model)
{
    return model ? model->schema->outputs : 0;
}

/* The order of tensors: parameters block by block, buffers, the feedback of the blocks that have some, the
   arrays of a user's rule. */
bool model_tensor(const bl_model *model, size_t i, struct matrix *out)
{
    const struct net *net = model->net;
    const size_t own = net->n_tensors + net->n_buffer_tensors;
    if (i < own) {
        const struct net_tensor *t = net_tensor(net, i);
        float *x = (i < net->n_tensors ? net->params : net->buffers) + t->at;
        *out = t->is_matrix ? matrix_of(x, t->rows, t->cols) : matrix_of(x, 1, net_tensor_size(t));
        return true;
    }
    size_t left = i - own;
    for (size_t l = 0; model->rule && l < net->n_blocks; l++)
        if (model->rule->B[l].x && left-- == 0) {
            *out = model->rule->B[l];
            return true;
        }
    struct rule_kept_array kept;
    if (!rule_kept_array(model->rule, left, &kept))
        return false;
    *out = kept.values;
    return true;
}

size_t model_count_tensors(const bl_model *model)
{
    size_t n = model->net->n_tensors + model->net->n_buffer_tensors;
    for (size_t l = 0; model->rule && l < model->net->n_blocks; l++)
        n += model->rule->B[l].x != NULL;
    struct rule_kept_array kept;
    for (size_t i = 0; rule_kept_array(model->rule, i, &kept); i++)
        n++;
    return n;
}

enum { SCALING_ENTRIES = 4 };

/* Writes pairs of entries, the offset and the scale. Returns the number of entries. */
static size_t scaling_entries(const bl_model *model, struct tensor_entry *entries)
{
    const struct scaling *s = &model->schema->scaling, *targets = &model->schema->target_scaling;
    size_t n = 0;
    if (s->n > 0) {
        entries[n++] = (struct tensor_entry){"scaling.offset", NULL, s->n, 0, s->offset};
        entries[n++] = (struct tensor_entry){"scaling.scale", NULL, s->n, 0, s->scale};
    }
    if (targets->n > 0) {
        entries[n++] = (struct tensor_entry){"targets.offset", NULL, targets->n, 0, targets->offset};
        entries[n++] = (struct tensor_entry){"targets.scale", NULL, targets->n, 0, targets->scale};
    }
    return n;
}

const char *const model_scaling_of_example = "image";
const char *const model_scaling_whitens = "zca";

const char *const model_formats[2] = {"backless 1", "backless 2"};

bl_status model_read_format(bl_context *ctx, const struct tensors *file, const char *path, int *out)
{
    const char *text = tensors_metadata(file, "format");
    if (!text)
        BL_FAIL(ctx, BL_BAD_DATA, "%s: no \"format\" in its metadata: not a model of backless", path);
    for (int i = MODEL_FORMAT_NARROW; i <= MODEL_FORMAT; i++)
        if (strcmp(text, model_formats[i]) == 0) {
            *out = i;
            return BL_OK;
        }
    BL_FAIL(ctx, BL_BAD_DATA,
            "%s: its format is \"%.40s\", but this version (%s) reads \"%s\" and \"%s\"; a newer version "
            "wrote it",
            path, text, BL_VERSION, model_formats[0], model_formats[1]);
}

/* Whether a scaling of version 0.1.0, which was fitted to numbers rounded to float, agrees with the model's.
   It does if that rounding was small compared with the deviation; columns of large numbers with small
   differences became constant in version 0.1.0. Offsets are compared in units of the deviation. */
static bool is_near(const struct tensor_entry *ours, const struct tensor_entry *theirs, const double *scale,
                    size_t i)
{
    const double a = ours->doubles[i], b = (double)theirs->values[i];
    if (ours->doubles == scale)
        return fabs(a - b) <= 1e-3 * fabs(a);
    return fabs(a - b) * scale[i] <= 1e-3 || fabs(a - b) <= 1e-6 * fabs(a);
}

static bool is_same_entry(const struct tensor_entry *ours, const struct tensor_entry *theirs,
                          const double *scale)
{
    if (theirs->rows != ours->rows || theirs->cols != ours->cols)
        return false;
    if (theirs->doubles)
        return memcmp(theirs->doubles, ours->doubles, ours->rows * sizeof(double)) == 0;
    for (size_t i = 0; i < ours->rows; i++)
        if (!is_near(ours, theirs, scale, i))
            return false;
    return true;
}

/* Whether both have the same matrix, or none. */
static bool matrix_matches(const struct scaling *s, const struct tensors *file)
{
    struct tensor_entry theirs;
    if (!tensors_find_any(file, whitening_tensor, &theirs))
        return !s->matrix;
    return s->matrix && theirs.values && theirs.rows == s->n && theirs.cols == s->n &&
           memcmp(theirs.values, s->matrix, s->n * s->n * sizeof *s->matrix) == 0;
}

bool model_scaling_matches(const bl_model *model, const struct tensors *file)
{
    static const char *const names[SCALING_ENTRIES] = {"scaling.offset", "scaling.scale", "targets.offset",
                                                       "targets.scale"};
    struct tensor_entry ours[SCALING_ENTRIES], theirs;
    const size_t n = scaling_entries(model, ours);
    size_t found = 0;
    const char *fact = tensors_metadata(file, "scaling");
    const bool is_of_example = fact && strcmp(fact, model_scaling_of_example) == 0;
    if (is_of_example != model->schema->scaling.is_of_example ||
        !matrix_matches(&model->schema->scaling, file))
        return false;
    for (size_t i = 0; i < SCALING_ENTRIES; i++)
        found += tensors_find_any(file, names[i], &theirs) ? 1 : 0;
    for (size_t i = 0; i < n; i++)
        if (!tensors_find_any(file, ours[i].name, &theirs) ||
            !is_same_entry(&ours[i], &theirs, ours[i | 1].doubles))
            return false;
    return found == n;
}

static bl_status write_entries(const bl_model *model, const char *path, struct tensor_entry *entries,
                               const struct tensor_entry *extra, size_t n_extra)
{
    size_t n = scaling_entries(model, entries); /* come first, so that doubles are aligned to 8 bytes */
    const struct scaling *s = &model->schema->scaling;
    struct matrix m;
    if (s->matrix)
        entries[n++] = (struct tensor_entry){whitening_tensor, s->matrix, s->n, s->n, NULL};
    for (size_t i = 0; model_tensor(model, i, &m); i++) {
        const bool is_row =
            i < model->net->n_tensors + model->net->n_buffer_tensors && !net_tensor(model->net, i)->is_matrix;
        entries[n++] = (struct tensor_entry){.name = model->names[i],
                                             .values = m.x,
                                             .rows = is_row ? m.cols : m.rows,
                                             .cols = is_row ? 0 : m.cols};
    }
    for (size_t i = 0; i < n_extra; i++)
        entries[n++] = extra[i];
    struct tensor_metadata metadata[MODEL_MAX_METADATA];
    for (size_t i = 0; i < model->n_metadata; i++)
        metadata[i] = (struct tensor_metadata){model->metadata[i].key, model->metadata[i].text};
    return tensors_write(model->ctx, path, entries, n, metadata, model->n_metadata);
}

bl_status model_write(const bl_model *model, const char *path, const struct tensor_entry *extra,
                      size_t n_extra)
{
    const size_t n = model_count_tensors(model);
    struct tensor_entry *entries = NULL;
    bl_status status =
        MEM_ARRAY(model->ctx, &entries, n + SCALING_ENTRIES + 1 + n_extra, "the list of tensors");
    if (status == BL_OK)
        status = write_entries(model, path, entries, extra, n_extra);
    mem_free(model->ctx, entries);
    return status;
}

bl_status bl_model_save(const bl_model *model, const char *path)
{
    if (!model)
        return BL_BAD_VALUE;
    BL_GIVEN(model->ctx, path);
    const char *name = NULL;
    if (model_find_nan(model, &name))
        BL_FAIL(model->ctx, BL_DIVERGED,
                "%s: not written, because \"%s\" holds NaN or infinity, which bl_model_load refuses", path,
                name);
    return model_write(model, path, NULL, 0);
}

/* Checks that the file has the first n of the model's tensors. */
static bl_status check_first(const bl_model *model, size_t n, const struct tensors *file, const char *path)
{
    struct matrix m;
    for (size_t i = 0; i < n && model_tensor(model, i, &m); i++) {
        const char *name = model->names[i];
        struct tensor_entry entry;
        if (!tensors_find(file, name, &entry))
            BL_FAIL(model->ctx, BL_BAD_DATA, "%s: no tensor \"%s\", expected one of %zu x %zu", path, name,
                    m.rows, m.cols);
        const size_t cols = entry.cols ? entry.cols : entry.rows, rows = entry.cols ? entry.rows : 1;
        if (rows != m.rows || cols != m.cols)
            BL_FAIL(model->ctx, BL_BAD_DATA, "%s: tensor \"%s\" is %zu x %zu, expected %zu x %zu", path, name,
                    rows, cols, m.rows, m.cols);
    }
    return BL_OK;
}

static bl_status take_first(bl_model *model, size_t n, const struct tensors *file, const char *path)
{
    struct matrix m;
    BL_TRY(check_first(model, n, file, path));
    for (size_t i = 0; i < n && model_tensor(model, i, &m); i++) {
        struct tensor_entry entry;
        if (tensors_find(file, model->names[i], &entry))
            memcpy(m.x, entry.values, m.rows * m.cols * sizeof *m.x);
    }
    return BL_OK;
}

bl_status model_check_tensors(const bl_model *model, const struct tensors *file, const char *path)
{
    return check_first(model, model_count_tensors(model), file, path);
}

bl_status model_take(bl_model *model, const struct tensors *file, const char *path)
{
    return take_first(model, model_count_tensors(model), file, path);
}

bl_status model_take_net(bl_model *model, const struct tensors *file, const char *path)
{
    return take_first(model, model->net->n_tensors + model->net->n_buffer_tensors, file, path);
}

bool model_find_nan(const bl_model *model, const char **name)
{
    struct matrix m;
    for (size_t i = 0; i < model->net->n_tensors + model->net->n_buffer_tensors && model_tensor(model, i, &m);
         i++)
        if (!matrix_is_finite(m)) {
            *name = model->names[i];
            return true;
        }
    return false;
}

void bl_model_hash(const bl_model *model, char out[17])
{
    uint64_t hash = TEXT_HASH_START;
    struct matrix m;
    if (!model || !out)
        return;
    for (size_t i = 0; i < model->net->n_tensors + model->net->n_buffer_tensors && model_tensor(model, i, &m);
         i++)
        hash = text_hash(hash, m.x, m.rows * m.cols * sizeof *m.x);
    snprintf(out, 17, "%016llx", (unsigned long long)hash);
}

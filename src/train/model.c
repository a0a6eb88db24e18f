/*
 * model.c - tensors by name, facts, and the file they go to.
 */
#include "model.h"

#include "../base/mem.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

const char *const model_label_words[CLASS_BY_NUMBER + 1] = {"numbers", "texts", "numbers with names"};

static bl_status name_tensors(bl_model *model)
{
    const struct net *net = model->net;
    BL_TRY(MEM_ARRAY(model->ctx, &model->names, model_count_tensors(model), "the tensors' names"));
    size_t n = 0;
    for (size_t i = 0; i < net->n_tensors + net->n_kept_tensors; i++) {
        const struct net_tensor *t = net_tensor(net, i);
        snprintf(model->names[n++], MODEL_NAME_ROOM, "%zu.%s.%s", t->l, net->layers[t->layer].ops->name,
                 t->what);
    }
    for (size_t l = 0; model->rule && l < net->n_blocks; l++)
        if (model->rule->B[l].x)
            snprintf(model->names[n++], MODEL_NAME_ROOM, "%zu.feedback", l);
    return BL_OK;
}

bl_status model_create(bl_model **out, bl_context *ctx, struct net *net, struct rule *rule,
                       const struct loss_ops *loss, const bl_data *like)
{
    bl_model *model = NULL;
    bl_status status = MEM_ONE(ctx, &model, "the model");
    if (status != BL_OK) {
        net_free(net);
        rule_free(rule);
        return status;
    }
    *model = (bl_model){.ctx = ctx, .net = net, .rule = rule, .loss = loss};
    status = data_subset(&model->like, like, NULL, 0, "the model's description of its data");
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
    for (size_t i = 0; i < model->n_facts; i++) {
        mem_free(model->ctx, model->facts[i].key);
        mem_free(model->ctx, model->facts[i].text);
    }
    mem_free(model->ctx, model->names);
    lesson_free(model->lesson);
    data_free(model->like);
    rule_free(model->rule);
    net_free(model->net);
    mem_free(model->ctx, model);
}

static struct fact *find_fact(const bl_model *model, const char *key)
{
    for (size_t i = 0; i < model->n_facts; i++)
        if (strcmp(model->facts[i].key, key) == 0)
            return (struct fact *)&model->facts[i];
    return NULL;
}

bl_status model_set_fact(bl_model *model, const char *key, const char *text)
{
    char *copy = NULL;
    struct fact *fact = find_fact(model, key);
    if (!fact && model->n_facts == MODEL_MAX_FACTS)
        BL_FAIL(model->ctx, BL_BAD_DATA, "fact \"%s\": a model has room for %d facts", key, MODEL_MAX_FACTS);
    BL_TRY(mem_text(model->ctx, &copy, text, strlen(text)));
    if (!fact) {
        fact = &model->facts[model->n_facts];
        const bl_status status = mem_text(model->ctx, &fact->key, key, strlen(key));
        if (status != BL_OK) {
            mem_free(model->ctx, copy);
            return status;
        }
        model->n_facts++;
    }
    mem_free(model->ctx, fact->text);
    fact->text = copy;
    return BL_OK;
}

bl_status model_set_number(bl_model *model, const char *key, double x)
{
    char text[32];
    text_from_double(x, text);
    return model_set_fact(model, key, text);
}

const char *bl_model_fact(const bl_model *model, const char *key)
{
    const struct fact *fact = find_fact(model, key);
    return fact ? fact->text : NULL;
}

const char *bl_model_fact_name(const bl_model *model, int i)
{
    return i >= 0 && (size_t)i < model->n_facts ? model->facts[i].key : NULL;
}

int bl_model_outputs(const bl_model *model)
{
    return model->like->outputs;
}

/* Block by block what is trained; then what is kept; then the feedback of the blocks that have some. */
bool model_tensor(const bl_model *model, size_t i, struct matrix *out)
{
    const struct net *net = model->net;
    const size_t own = net->n_tensors + net->n_kept_tensors;
    if (i < own) {
        const struct net_tensor *t = net_tensor(net, i);
        float *x = (i < net->n_tensors ? net->params : net->kept) + t->at;
        *out = t->is_matrix ? matrix_of(x, t->rows, t->cols) : matrix_of(x, 1, t->rows);
        return true;
    }
    size_t left = i - own;
    for (size_t l = 0; model->rule && l < net->n_blocks; l++)
        if (model->rule->B[l].x && left-- == 0) {
            *out = model->rule->B[l];
            return true;
        }
    return false;
}

size_t model_count_tensors(const bl_model *model)
{
    size_t n = model->net->n_tensors + model->net->n_kept_tensors;
    for (size_t l = 0; model->rule && l < model->net->n_blocks; l++)
        n += model->rule->B[l].x != NULL;
    return n;
}

enum { SCALING_ENTRIES = 4 };

static size_t scaling_entries(const bl_model *model, struct tensor_entry *entries)
{
    const struct scaling *s = &model->like->scaling, *targets = &model->like->target_scaling;
    size_t n = 0;
    if (s->n > 0) {
        entries[n++] = (struct tensor_entry){"scaling.offset", s->offset, s->n, 0};
        entries[n++] = (struct tensor_entry){"scaling.scale", s->scale, s->n, 0};
    }
    if (targets->n > 0) {
        entries[n++] = (struct tensor_entry){"targets.offset", targets->offset, targets->n, 0};
        entries[n++] = (struct tensor_entry){"targets.scale", targets->scale, targets->n, 0};
    }
    return n;
}

bool model_scales_like(const bl_model *model, const struct tensors *file)
{
    static const char *const names[SCALING_ENTRIES] = {"scaling.offset", "scaling.scale", "targets.offset",
                                                       "targets.scale"};
    struct tensor_entry ours[SCALING_ENTRIES], theirs;
    const size_t n = scaling_entries(model, ours);
    size_t found = 0;
    for (size_t i = 0; i < SCALING_ENTRIES; i++)
        found += tensors_find(file, names[i], &theirs) ? 1 : 0;
    for (size_t i = 0; i < n; i++)
        if (!tensors_find(file, ours[i].name, &theirs) || theirs.rows != ours[i].rows ||
            theirs.cols != ours[i].cols ||
            memcmp(theirs.values, ours[i].values, ours[i].rows * sizeof(float)) != 0)
            return false;
    return found == n;
}

static bl_status write_entries(const bl_model *model, const char *path, struct tensor_entry *entries,
                               const struct tensor_entry *extra, size_t n_extra)
{
    size_t n = 0;
    struct matrix m;
    for (; model_tensor(model, n, &m); n++) {
        const bool is_row =
            n < model->net->n_tensors + model->net->n_kept_tensors && !net_tensor(model->net, n)->is_matrix;
        entries[n] =
            (struct tensor_entry){model->names[n], m.x, is_row ? m.cols : m.rows, is_row ? 0 : m.cols};
    }
    n += scaling_entries(model, entries + n);
    for (size_t i = 0; i < n_extra; i++)
        entries[n++] = extra[i];
    struct tensor_fact facts[MODEL_MAX_FACTS];
    for (size_t i = 0; i < model->n_facts; i++)
        facts[i] = (struct tensor_fact){model->facts[i].key, model->facts[i].text};
    return tensors_write(model->ctx, path, entries, n, facts, model->n_facts);
}

bl_status model_write(const bl_model *model, const char *path, const struct tensor_entry *extra,
                      size_t n_extra)
{
    const size_t n = model_count_tensors(model);
    struct tensor_entry *entries = NULL;
    bl_status status = MEM_ARRAY(model->ctx, &entries, n + SCALING_ENTRIES + n_extra, "the list of tensors");
    if (status == BL_OK)
        status = write_entries(model, path, entries, extra, n_extra);
    mem_free(model->ctx, entries);
    return status;
}

bl_status bl_model_save(const bl_model *model, const char *path)
{
    return model_write(model, path, NULL, 0);
}

bl_status model_take(bl_model *model, const struct tensors *file, const char *path)
{
    struct matrix m;
    for (size_t i = 0; model_tensor(model, i, &m); i++) {
        const char *name = model->names[i];
        struct tensor_entry entry;
        if (!tensors_find(file, name, &entry))
            BL_FAIL(model->ctx, BL_BAD_DATA, "%s: no tensor \"%s\", expected one of %zu x %zu", path, name,
                    m.rows, m.cols);
        const size_t cols = entry.cols ? entry.cols : entry.rows, rows = entry.cols ? entry.rows : 1;
        if (rows != m.rows || cols != m.cols)
            BL_FAIL(model->ctx, BL_BAD_DATA, "%s: tensor \"%s\" is %zu x %zu, expected %zu x %zu", path, name,
                    rows, cols, m.rows, m.cols);
        memcpy(m.x, entry.values, rows * cols * sizeof *m.x);
    }
    return BL_OK;
}

bool model_find_nan(const bl_model *model, const char **name)
{
    struct matrix m;
    for (size_t i = 0; i < model->net->n_tensors + model->net->n_kept_tensors && model_tensor(model, i, &m);
         i++)
        for (size_t j = 0; j < m.rows * m.cols; j++)
            if (!isfinite(m.x[j])) {
                *name = model->names[i];
                return true;
            }
    return false;
}

void bl_model_hash(const bl_model *model, char out[17])
{
    uint64_t hash = TEXT_HASH_START;
    struct matrix m;
    for (size_t i = 0; i < model->net->n_tensors + model->net->n_kept_tensors && model_tensor(model, i, &m);
         i++)
        hash = text_hash(hash, m.x, m.rows * m.cols * sizeof *m.x);
    snprintf(out, 17, "%016llx", (unsigned long long)hash);
}

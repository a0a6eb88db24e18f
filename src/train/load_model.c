/*
 * load_model.c - a model from its file alone: what the metadata says is built, checked, and filled.
 */
#include "../base/files_read.h"
#include "../base/mem.h"
#include "model.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

struct loading {
    bl_context *ctx;
    const char *path;
    const struct tensors *file;
};

static bl_status need_fact(const struct loading *from, const char *key, const char **out)
{
    *out = tensors_fact(from->file, key);
    if (!*out)
        BL_FAIL(from->ctx, BL_BAD_DATA, "%s: no \"%s\" in its metadata: not a model of backless", from->path,
                key);
    return BL_OK;
}

static bl_status read_shape(const struct loading *from, bl_shape *out)
{
    const char *text = NULL;
    int n = 0;
    BL_TRY(need_fact(from, "input", &text));
    if (sscanf(text, "%9d x %9d x %9d%n", &out->channels, &out->rows, &out->cols, &n) != 3 || text[n] != 0 ||
        out->channels < 1 || out->rows < 1 || out->cols < 1 ||
        (double)out->channels * out->rows * out->cols > 2147483647.0)
        BL_FAIL(from->ctx, BL_BAD_DATA, "%s: input \"%s\", expected \"channels x rows x columns\"",
                from->path, text);
    return BL_OK;
}

/* A JSON list of n texts, or nothing. */
static bl_status read_names(const struct loading *from, const char *key, size_t n, char ***out)
{
    const char *text = tensors_fact(from->file, key);
    if (!text)
        return BL_OK;
    json_t *list = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
    char **names = NULL;
    bl_status status = BL_OK;
    if (!json_is_array(list) || json_array_size(list) != n)
        status =
            context_fail(from->ctx, BL_BAD_DATA, "%s: \"%s\" is no list of %zu names", from->path, key, n);
    if (status == BL_OK)
        status = MEM_ARRAY(from->ctx, &names, n, "names");
    for (size_t i = 0; status == BL_OK && i < n; i++) {
        const char *name = json_string_value(json_array_get(list, i));
        status = name ? mem_text(from->ctx, &names[i], name, strlen(name))
                      : context_fail(from->ctx, BL_BAD_DATA, "%s: \"%s\" holds something that is no name",
                                     from->path, key);
    }
    json_decref(list);
    *out = names; /* half filled on failure: data_free undoes it */
    return status;
}

/* A pair of tensors, or nothing. most: as many pairs as there may be; one will do too where `is_shared`. */
static bl_status read_scaling(const struct loading *from, const char *name, size_t most, bool is_shared,
                              struct scaling *out)
{
    struct tensor_entry offset, scale;
    char key[64];
    snprintf(key, sizeof key, "%s.offset", name);
    if (!tensors_find(from->file, key, &offset))
        return BL_OK;
    const size_t n = offset.rows * (offset.cols ? offset.cols : 1);
    snprintf(key, sizeof key, "%s.scale", name);
    if (!tensors_find(from->file, key, &scale) || scale.rows != offset.rows || scale.cols != offset.cols ||
        (n != most && !(is_shared && n == 1)))
        BL_FAIL(from->ctx, BL_BAD_DATA, "%s: the %s is %zu pairs, expected %s%zu", from->path, name, n,
                is_shared ? "1 or " : "", most);
    const struct scaling stored = {n, (float *)offset.values, (float *)scale.values};
    return scaling_copy(from->ctx, out, &stored);
}

static bl_status read_target_scaling(const struct loading *from, struct bl_data *like)
{
    const char *answers = tensors_fact(from->file, "answers");
    like->has_targets = answers && strcmp(answers, "numbers") == 0;
    if (!like->has_targets)
        return BL_OK;
    BL_TRY(read_scaling(from, "targets", (size_t)like->outputs, false, &like->target_scaling));
    for (size_t k = 0; k < like->target_scaling.n; k++)
        if (!(fabsf(like->target_scaling.scale[k]) > 0.0f))
            BL_FAIL(from->ctx, BL_BAD_DATA, "%s: the scale of target %zu is %g", from->path, k,
                    (double)like->target_scaling.scale[k]);
    return BL_OK;
}

static bl_status read_table(const struct loading *from, struct bl_data *like)
{
    const char *text = tensors_fact(from->file, "table");
    if (!text)
        return BL_OK;
    BL_TRY(recipe_from_text(&like->recipe, from->ctx, from->path, text));
    if (recipe_features(like->recipe) != like->features)
        BL_FAIL(from->ctx, BL_BAD_DATA, "%s: its table's columns become %zu features, but its input is %zu",
                from->path, recipe_features(like->recipe), like->features);
    return recipe_feature_names(&like->column_names, from->ctx, like->recipe);
}

static bl_status fill_like(const struct loading *from, struct bl_data *like)
{
    const char *text = NULL;
    size_t outputs = 0;
    BL_TRY(read_shape(from, &like->shape));
    like->features = (size_t)like->shape.channels * (size_t)like->shape.rows * (size_t)like->shape.cols;
    BL_TRY(need_fact(from, "outputs", &text));
    if (!text_to_size(slice_of(text), &outputs) || outputs < 1 || outputs > 1u << 24)
        BL_FAIL(from->ctx, BL_BAD_DATA, "%s: outputs \"%s\", expected a whole number", from->path, text);
    like->outputs = (int)outputs;
    BL_TRY(read_names(from, "class_names", outputs, &like->class_names));
    BL_TRY(read_table(from, like));
    BL_TRY(read_scaling(from, "scaling", like->features, true, &like->scaling));
    BL_TRY(read_target_scaling(from, like));
    return mem_text(from->ctx, &like->source, from->path, strlen(from->path));
}

static size_t count_numbers(const struct tensors *file)
{
    struct tensor_entry entry;
    size_t n = 0;
    for (size_t i = 0; tensors_entry(file, i, &entry); i++)
        n += entry.rows * (entry.cols ? entry.cols : 1);
    return n;
}

/* A few bytes may speak of a net of gigabytes: nothing is made that the file does not fill. */
static bl_status check_size(const struct loading *from, bl_shape input, const char *text, size_t there)
{
    size_t needed = 0;
    BL_TRY(net_measure(&needed, from->ctx, input, text));
    if (needed > there)
        BL_FAIL(from->ctx, BL_BAD_DATA,
                "%s: its net \"%.100s\" has %zu weights, but the file holds %zu numbers", from->path, text,
                needed, there);
    return BL_OK;
}

static bl_status make_net_and_rule(const struct loading *from, bl_shape input, struct net **net,
                                   struct rule **rule)
{
    struct feedback_spec stored = {.kind = FEEDBACK_STORED, .most = count_numbers(from->file)};
    const char *text = NULL, *name = NULL;
    BL_TRY(need_fact(from, "net", &text));
    BL_TRY(need_fact(from, "rule", &name));
    const struct rule_ops *ops = rule_find(name);
    if (!ops)
        BL_FAIL(from->ctx, BL_BAD_DATA, "%s: its rule \"%s\" is not one of this version", from->path, name);
    const char *inlet = tensors_fact(from->file, "inlet");
    if (inlet)
        BL_TRY(inlet_parse(from->ctx, &stored.inlet, inlet));
    BL_TRY(check_size(from, input, text, stored.most));
    BL_TRY(net_create(net, from->ctx, input, text));
    const bl_status status = rule_create(rule, *net, ops, &stored, 0);
    if (status != BL_OK) {
        net_free(*net);
        *net = NULL;
    }
    return status;
}

static bl_status copy_facts(const struct loading *from, bl_model *model)
{
    struct tensor_fact fact;
    for (size_t i = 0; tensors_fact_at(from->file, i, &fact); i++)
        BL_TRY(model_set_fact(model, fact.key, fact.text));
    return BL_OK;
}

static bl_status build(const struct loading *from, bl_data *like, bl_model **out)
{
    struct net *net = NULL;
    struct rule *rule = NULL;
    bl_model *model = NULL;
    const char *loss = NULL;
    BL_TRY(fill_like(from, like));
    BL_TRY(need_fact(from, "loss", &loss));
    BL_TRY(loss_check_text(from->ctx, loss));
    if (like->has_targets && loss_find(loss)->needs_classes)
        BL_FAIL(from->ctx, BL_BAD_DATA,
                "%s: its answers are numbers, but its loss is %s, which is about classes", from->path, loss);
    BL_TRY(make_net_and_rule(from, like->shape, &net, &rule));
    BL_TRY(model_create(&model, from->ctx, net, rule, loss_find(loss), like));
    bl_status status = copy_facts(from, model);
    if (status == BL_OK && net->blocks[net_last(net)].units != (size_t)like->outputs)
        status = context_fail(from->ctx, BL_BAD_DATA, "%s: net \"%s\" does not end with %d units", from->path,
                              net->text, like->outputs);
    if (status == BL_OK)
        status = model_take(model, from->file, from->path);
    if (status != BL_OK) {
        bl_model_free(model);
        return status;
    }
    *out = model;
    return BL_OK;
}

bl_status bl_model_load(bl_model **out, bl_context *ctx, const char *path)
{
    if (!ctx)
        return BL_NO_MEMORY;
    struct tensors *file = NULL;
    bl_data *like = NULL;
    BL_TRY(files_read_add(ctx, path, READ_AS_MODEL));
    BL_TRY(tensors_read(&file, ctx, path));
    const struct loading from = {ctx, path, file};
    bl_status status = MEM_ONE(ctx, &like, "the model's description of its data");
    if (status == BL_OK) {
        like->ctx = ctx;
        like->owns = true;
        status = build(&from, like, out);
    }
    data_free(like);
    tensors_free(ctx, file);
    /* whatever an older part says of a value in the file, it is the file that is wrong */
    return status == BL_BAD_VALUE ? BL_BAD_DATA : status;
}

/*
 * load_model.c - loads a model from its file: builds the net that the metadata describes, checks it, and
 * fills it.
 */
#include "../../base/files_read.h"
#include "../../base/mem.h"
#include "../../data/set/whitening/whitening.h"
#include "../../net/modules.h"
#include "../options/config.h"
#include "model.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

struct loading {
    bl_context *ctx;
    const char *path;
    const struct tensors *file;
    int format;
};

static bl_status need_metadata(const struct loading *from, const char *key, const char **out)
{
    *out = tensors_metadata(from->file, key);
    if (!*out)
        BL_FAIL(from->ctx, BL_BAD_DATA, "%s: no \"%s\" in its metadata: not a model of backless", from->path,
                key);
    return BL_OK;
}

static bl_status read_shape(const struct loading *from, bl_shape *out)
{
    const char *text = NULL;
    int n = 0;
    BL_TRY(need_metadata(from, "input", &text));
    if (sscanf(text, "%9d x %9d x %9d%n", &out->channels, &out->rows, &out->cols, &n) != 3 || text[n] != 0 ||
        out->channels < 1 || out->rows < 1 || out->cols < 1 ||
        (double)out->channels * out->rows * out->cols > 2147483647.0)
        BL_FAIL(from->ctx, BL_BAD_DATA, "%s: input \"%s\", expected \"channels x rows x columns\"",
                from->path, text);
    return BL_OK;
}

/* Reads metadata that may be absent, which is null in format 2 and omitted in format 1; *out is then NULL. */
static bl_status optional_metadata(const struct loading *from, const char *key, const char **out)
{
    const char *text = tensors_metadata(from->file, key);
    if (!text && from->format != MODEL_FORMAT_NARROW)
        BL_TRY(need_metadata(from, key, &text));
    *out = text && strcmp(text, "null") != 0 ? text : NULL;
    return BL_OK;
}

/* Reads a JSON list of n texts. *out stays NULL if the file has none. */
static bl_status read_names(const struct loading *from, const char *key, size_t n, char ***out)
{
    const char *text = NULL;
    BL_TRY(optional_metadata(from, key, &text));
    if (!text)
        return BL_OK;
    json_t *list = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
    char **names = NULL;
    bl_status status = BL_OK;
    if (!json_is_array(list) || json_array_size(list) != n)
        status =
            context_fail(from->ctx, BL_BAD_DATA, "%s: \"%s\" is not a list of %zu names", from->path, key, n);
    if (status == BL_OK)
        status = MEM_ARRAY(from->ctx, &names, n, "names");
    for (size_t i = 0; status == BL_OK && i < n; i++) {
        const char *name = json_string_value(json_array_get(list, i));
        status = name ? mem_text(from->ctx, &names[i], name, strlen(name))
                      : context_fail(from->ctx, BL_BAD_DATA,
                                     "%s: \"%s\" contains an entry that is not a name", from->path, key);
    }
    json_decref(list);
    *out = names; /* may be incomplete after a failure; data_free frees it */
    return status;
}

/* ---- Scaling */

/* A pair of tensors that a file may have. */
struct pair {
    const char *name;      /* "scaling" or "targets" */
    const char *count_key; /* the metadata that counts them in a file of format 2 */
    size_t most;           /* the number of values, one for each column */
    bool is_shared;        /* a single value for all columns is also valid */
};

static bl_status find_half(const struct loading *from, const struct pair *pair, const char *half,
                           struct tensor_entry *out, bool *is_there)
{
    char key[64];
    snprintf(key, sizeof key, "%s.%s", pair->name, half);
    *is_there = tensors_find_any(from->file, key, out);
    const size_t n = *is_there ? out->rows * (out->cols ? out->cols : 1) : 0;
    if (*is_there && (out->cols > 0 || (n != pair->most && !(pair->is_shared && n == 1))))
        BL_FAIL(from->ctx, BL_BAD_DATA, "%s: tensor \"%s\" has %zu numbers, expected %s%zu", from->path, key,
                n, pair->is_shared ? "1 or " : "", pair->most);
    return BL_OK;
}

/* Compares n with the number of pairs that the file states, because if a pair were lost, numbers would
   silently not be scaled. */
static bl_status check_pairs(const struct loading *from, const struct pair *pair, size_t n)
{
    const char *text = NULL;
    size_t said = 0;
    if (from->format == MODEL_FORMAT_NARROW) {
        if (tensors_metadata(from->file, pair->count_key))
            BL_FAIL(
                from->ctx, BL_BAD_DATA,
                "%s: its format is \"%s\", but it has \"%s\", which only \"%s\" has: the format was changed",
                from->path, model_formats[MODEL_FORMAT_NARROW], pair->count_key, model_formats[MODEL_FORMAT]);
        return BL_OK;
    }
    BL_TRY(need_metadata(from, pair->count_key, &text));
    if (!text_to_size(slice_of(text), &said) || said != n)
        BL_FAIL(
            from->ctx, BL_BAD_DATA,
            "%s: \"%s\" is \"%.40s\", but the tensors \"%s.offset\" and \"%s.scale\" have %zu numbers each",
            from->path, pair->count_key, text, pair->name, pair->name, n);
    return BL_OK;
}

static double value_at(const struct tensor_entry *entry, size_t i)
{
    return entry->doubles ? entry->doubles[i] : (double)entry->values[i];
}

static bl_status copy_pair(const struct loading *from, const struct pair *pair,
                           const struct tensor_entry *offset, const struct tensor_entry *scale,
                           struct scaling *out)
{
    out->n = offset->rows;
    out->is_narrow = from->format == MODEL_FORMAT_NARROW;
    BL_TRY(MEM_ARRAY(from->ctx, &out->offset, out->n, "scaling"));
    BL_TRY(MEM_ARRAY(from->ctx, &out->scale, out->n, "scaling"));
    for (size_t i = 0; i < out->n; i++) {
        out->offset[i] = value_at(offset, i);
        out->scale[i] = value_at(scale, i);
        if (!(out->scale[i] >= 0.0))
            BL_FAIL(from->ctx, BL_BAD_DATA, "%s: number %zu of tensor \"%s.scale\" is %g, expected 0 or more",
                    from->path, i, pair->name, out->scale[i]);
    }
    return BL_OK;
}

static bool is_of_example(const struct loading *from, const struct pair *pair)
{
    const char *text = tensors_metadata(from->file, pair->count_key);
    return from->format != MODEL_FORMAT_NARROW && pair->is_shared && text &&
           strcmp(text, model_scaling_of_example) == 0;
}

static bool is_whitened(const struct loading *from, const struct pair *pair)
{
    const char *text = tensors_metadata(from->file, pair->count_key);
    return from->format != MODEL_FORMAT_NARROW && pair->is_shared && text &&
           strcmp(text, model_scaling_whitens) == 0;
}

/* Reads a pair for each input, and the matrix. */
static bl_status read_whitening(const struct loading *from, const struct pair *pair,
                                const struct tensor_entry *offset, const struct tensor_entry *scale,
                                struct scaling *out)
{
    const size_t n = pair->most;
    bool is_there = false;
    BL_TRY(whitening_take(out, from->ctx, from->file, n, &is_there));
    if (!is_there || offset->rows != n || n > WHITENING_MOST)
        BL_FAIL(
            from->ctx, BL_BAD_DATA,
            "%s: \"scaling\" is \"%s\", but there are no tensors \"%s\" of %zu x %zu and \"%s.offset\" of "
            "%zu numbers",
            from->path, model_scaling_whitens, whitening_tensor, n, n, pair->name, n);
    for (size_t i = 0; i < n * n; i++)
        if (!isfinite(out->matrix[i]))
            BL_FAIL(from->ctx, BL_BAD_DATA, "%s: number %zu of tensor \"%s\" is %g", from->path, i,
                    whitening_tensor, (double)out->matrix[i]);
    return copy_pair(from, pair, offset, scale, out);
}

/* Reads a scaling. out: a member of `schema`, which the caller frees after a failure. */
static bl_status read_scaling(const struct loading *from, const struct pair *pair, struct scaling *out)
{
    struct tensor_entry offset = {0}, scale = {0};
    bool has_offset = false, has_scale = false;
    BL_TRY(find_half(from, pair, "offset", &offset, &has_offset));
    BL_TRY(find_half(from, pair, "scale", &scale, &has_scale));
    if (has_offset != has_scale)
        BL_FAIL(from->ctx, BL_BAD_DATA, "%s: no tensor \"%s.%s\" beside \"%s.%s\"", from->path, pair->name,
                has_offset ? "scale" : "offset", pair->name, has_offset ? "offset" : "scale");
    if (offset.rows != scale.rows)
        BL_FAIL(from->ctx, BL_BAD_DATA, "%s: tensor \"%s.offset\" has %zu numbers, but \"%s.scale\" %zu",
                from->path, pair->name, offset.rows, pair->name, scale.rows);
    if (is_of_example(from, pair)) {
        out->is_of_example = true;
        if (has_offset)
            BL_FAIL(from->ctx, BL_BAD_DATA, "%s: \"scaling\" is \"%s\", but there is a tensor \"%s.offset\"",
                    from->path, model_scaling_of_example, pair->name);
        return BL_OK;
    }
    if (is_whitened(from, pair))
        return read_whitening(from, pair, &offset, &scale, out);
    BL_TRY(check_pairs(from, pair, offset.rows));
    return has_offset ? copy_pair(from, pair, &offset, &scale, out) : BL_OK;
}

static bl_status read_answers(const struct loading *from, struct bl_data *schema)
{
    const char *answers = NULL;
    BL_TRY(need_metadata(from, "answers", &answers));
    schema->has_targets = strcmp(answers, "numbers") == 0;
    if (!schema->has_targets && strcmp(answers, "classes") != 0)
        BL_FAIL(from->ctx, BL_BAD_DATA, "%s: its answers are \"%.40s\", expected classes or numbers",
                from->path, answers);
    return BL_OK;
}

static bl_status read_scalings(const struct loading *from, struct bl_data *schema)
{
    const struct pair inputs = {"scaling", "scaling", schema->features, true},
                      targets = {"targets", "target_scaling", (size_t)schema->outputs, false};
    BL_TRY(read_scaling(from, &inputs, &schema->scaling));
    BL_TRY(read_scaling(from, &targets, &schema->target_scaling));
    const struct scaling *s = &schema->target_scaling;
    if (s->n > 0 && !schema->has_targets)
        BL_FAIL(from->ctx, BL_BAD_DATA,
                "%s: its answers are classes, but it has tensors \"targets.offset\" and \"targets.scale\"",
                from->path);
    for (size_t k = 0; k < s->n; k++)
        if (!(s->scale[k] > 0.0))
            BL_FAIL(from->ctx, BL_BAD_DATA, "%s: the scale of target %zu is %g, expected more than 0",
                    from->path, k, s->scale[k]);
    /* the numbers of a table are always scaled; files of version 0.1.0 do not have the count */
    if (schema->encoding &&
        ((schema->scaling.n == 0 && !schema->scaling.is_of_example) || (schema->has_targets && s->n == 0)))
        BL_FAIL(from->ctx, BL_BAD_DATA, "%s: the model was trained on a table, but has no tensor \"%s\"",
                from->path, schema->scaling.n == 0 ? "scaling.offset" : "targets.offset");
    return BL_OK;
}

/* Reads whether missing values are imputed. Files of version 0.1.0 do not have this metadata; in them, a
   column with missing values implies imputation. */
static bl_status read_missing(const struct loading *from, struct encoding *encoding)
{
    const char *text = NULL;
    BL_TRY(optional_metadata(from, "missing", &text));
    if (!text && from->format != MODEL_FORMAT_NARROW)
        BL_FAIL(from->ctx, BL_BAD_DATA, "%s: has a table, but its \"missing\" is null", from->path);
    if (text && strcmp(text, "impute") != 0 && strcmp(text, "refuse") != 0)
        BL_FAIL(from->ctx, BL_BAD_DATA, "%s: its missing is \"%.40s\", expected impute or refuse", from->path,
                text);
    encoding->takes_missing = text && strcmp(text, "impute") == 0;
    for (size_t c = 0; c < encoding->n; c++)
        encoding->takes_missing = encoding->takes_missing || encoding->columns[c].has_indicator;
    return BL_OK;
}

static bl_status read_table(const struct loading *from, struct bl_data *schema)
{
    const char *text = NULL;
    BL_TRY(optional_metadata(from, "table", &text));
    if (!text)
        return BL_OK;
    BL_TRY(encoding_from_text(&schema->encoding, from->ctx, from->path, text));
    if (encoding_features(schema->encoding) != schema->features)
        BL_FAIL(from->ctx, BL_BAD_DATA, "%s: its table's columns become %zu features, but its input is %zu",
                from->path, encoding_features(schema->encoding), schema->features);
    BL_TRY(read_missing(from, schema->encoding));
    return encoding_feature_names(&schema->column_names, from->ctx, schema->encoding);
}

/* Reads how classes are matched. Without this metadata they are matched by name if the file has names, else
   by value. */
static bl_status read_labels(const struct loading *from, struct bl_data *schema)
{
    const char *labels = tensors_metadata(from->file, "labels"),
               *pictures = tensors_metadata(from->file, "pictures");
    if (pictures && strcmp(pictures, "resized") != 0)
        BL_FAIL(from->ctx, BL_BAD_DATA, "%s: its pictures are \"%.100s\", expected resized", from->path,
                pictures);
    schema->is_resized = pictures != NULL;
    schema->class_match = schema->class_names ? CLASS_BY_TEXT : CLASS_BY_VALUE;
    for (int i = 0; labels && i <= CLASS_BY_NUMBER; i++)
        if (strcmp(labels, model_label_words[i]) == 0) {
            schema->class_match = (enum class_match)i;
            return BL_OK;
        }
    if (labels)
        BL_FAIL(from->ctx, BL_BAD_DATA, "%s: its labels are \"%.100s\", expected %s, %s or %s", from->path,
                labels, model_label_words[0], model_label_words[1], model_label_words[2]);
    return BL_OK;
}

static bl_status read_split(const struct loading *from, struct bl_data *schema)
{
    const char *text = NULL;
    BL_TRY(optional_metadata(from, "split", &text));
    return text ? origin_from_text(&schema->origin, from->ctx, from->path, text) : BL_OK;
}

static bl_status fill_schema(const struct loading *from, struct bl_data *schema)
{
    const char *text = NULL;
    size_t outputs = 0;
    BL_TRY(read_shape(from, &schema->shape));
    schema->features =
        (size_t)schema->shape.channels * (size_t)schema->shape.rows * (size_t)schema->shape.cols;
    BL_TRY(need_metadata(from, "outputs", &text));
    if (!text_to_size(slice_of(text), &outputs) || outputs < 1 || outputs > 1u << 24)
        BL_FAIL(from->ctx, BL_BAD_DATA, "%s: outputs \"%s\", expected a whole number", from->path, text);
    schema->outputs = (int)outputs;
    BL_TRY(read_names(from, "class_names", outputs, &schema->class_names));
    BL_TRY(read_labels(from, schema));
    BL_TRY(read_table(from, schema));
    BL_TRY(read_answers(from, schema));
    BL_TRY(read_scalings(from, schema));
    BL_TRY(read_split(from, schema));
    return mem_text(from->ctx, &schema->source, from->path, strlen(from->path));
}

static size_t count_numbers(const struct tensors *file)
{
    struct tensor_entry entry;
    size_t n = 0;
    for (size_t i = 0; tensors_entry(file, i, &entry); i++)
        n += entry.rows * (entry.cols ? entry.cols : 1);
    return n;
}

/* Checks that the file has as many values as the net, because a few bytes can describe a net of gigabytes. */
static bl_status check_size(const struct loading *from, bl_shape input, const char *text, size_t there)
{
    struct net_size needed;
    BL_TRY(net_measure(&needed, from->ctx, input, text, 0));
    if (needed.n_params > there)
        BL_FAIL(from->ctx, BL_BAD_DATA,
                "%s: its net \"%.100s\" has %zu weights, but the file holds %zu numbers", from->path, text,
                needed.n_params, there);
    return BL_OK;
}

static bl_status make_net_and_rule(const struct loading *from, bl_shape input, struct net **net,
                                   struct rule **rule)
{
    struct feedback_spec stored = {.kind = FEEDBACK_STORED, .most = count_numbers(from->file)};
    const char *text = NULL, *name = NULL;
    BL_TRY(need_metadata(from, "net", &text));
    BL_TRY(need_metadata(from, "rule", &name));
    const struct rule_ops *ops = rule_find(from->ctx, name);
    if (!ops)
        BL_FAIL(from->ctx, BL_BAD_DATA,
                "%s: its rule \"%s\" is not one of this version; a rule of a user's own must be registered "
                "with the context (bl_rule_register) before its files are read",
                from->path, name);
    const char *feedback_at = NULL;
    BL_TRY(optional_metadata(from, "inlet",
                             &feedback_at)); /* files older than the option have FEEDBACK_AT_END */
    if (feedback_at)
        BL_TRY(feedback_at_parse(from->ctx, &stored.feedback_at, feedback_at));
    struct modules modules = {.cut = MODULES_OF_LAYERS};
    const char *cut = tensors_metadata(from->file, "modules"); /* NULL: the file is older than the option */
    if (cut)
        BL_TRY(modules_parse(from->ctx, &modules, cut));
    BL_TRY(check_size(from, input, text, stored.most));
    BL_TRY(net_create(net, from->ctx, input, text));
    net_set_modules(*net, modules);
    const bl_status status = rule_create(rule, *net, ops, &stored, 0);
    if (status != BL_OK) {
        net_free(*net);
        *net = NULL;
    }
    return status;
}

static bl_status copy_metadata(const struct loading *from, bl_model *model)
{
    struct tensor_metadata entry;
    for (size_t i = 0; tensors_metadata_at(from->file, i, &entry); i++)
        BL_TRY(model_set_metadata(model, entry.key, entry.text));
    return BL_OK;
}

/* Checks options that only affect training. They do not change predictions, but an unknown value comes from a
   version whose files may have another meaning. Other metadata is read only when a run is resumed. */
static bl_status check_options(const struct loading *from)
{
    static const struct {
        const char *key;
        bool is_of_some; /* only some rules have it */
    } options[] = {{"feedback", false},      {"init", false},       {"reduction", false},
                   {"optimizer", false},     {"lr", false},         {"schedule", false},
                   {"batch", false},         {"seed", false},       {"weight-seed", false},
                   {"feedback-seed", false}, {"order-seed", false}, {"precision", false},
                   {"slope", true},          {"lambda", true}};
    for (size_t i = 0; i < sizeof options / sizeof *options; i++) {
        const char *const key = options[i].key, *text = tensors_metadata(from->file, key);
        /* files of version 0.1.0 lack options that were added later */
        if (!text && (options[i].is_of_some || from->format == MODEL_FORMAT_NARROW))
            continue;
        BL_TRY(need_metadata(from, key, &text));
        const bl_status status = option_check(from->ctx, key, text);
        if (status == BL_BAD_VALUE) {
            char why[sizeof from->ctx->why];
            memcpy(why, from->ctx->why, sizeof why);
            BL_FAIL(from->ctx, BL_BAD_DATA, "%s: its %s cannot be understood: %.600s", from->path, key, why);
        }
        BL_TRY(status);
    }
    return BL_OK;
}

static bool is_own_name(const bl_model *model, const char *name)
{
    static const char *const others[] = {"scaling.offset", "scaling.scale", "targets.offset",
                                         "targets.scale"};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (strcmp(name, others[i]) == 0)
            return true;
    if (strcmp(name, whitening_tensor) == 0)
        return model->schema->scaling.matrix != NULL;
    for (size_t i = 0; i < model_count_tensors(model); i++)
        if (strcmp(name, model->names[i]) == 0)
            return true;
    /* These are read only when a run is resumed. */
    return strncmp(name, "optimizer.", strlen("optimizer.")) == 0;
}

/* Refuses tensors that the net does not have, because they belong to another net. */
static bl_status check_tensors(const struct loading *from, const bl_model *model)
{
    struct tensor_entry entry;
    for (size_t i = 0; tensors_entry(from->file, i, &entry); i++)
        if (!is_own_name(model, entry.name))
            BL_FAIL(from->ctx, BL_BAD_DATA,
                    "%s: tensor \"%.60s\" does not belong to net \"%.100s\" with rule %s", from->path,
                    entry.name, model->net->text, model->rule->ops->name);
    return BL_OK;
}

/* Refuses negative running variances, whose square root would be NaN. */
static bl_status check_variances(const struct loading *from, const bl_model *model)
{
    const struct net *net = model->net;
    struct matrix m;
    for (size_t i = net->n_tensors; i < net->n_tensors + net->n_buffer_tensors && model_tensor(model, i, &m);
         i++)
        for (size_t j = 0; strstr(model->names[i], "variance") && j < m.rows * m.cols; j++)
            if (!(m.x[j] >= 0.0f))
                BL_FAIL(from->ctx, BL_BAD_DATA, "%s: tensor \"%s\" holds %g at index %zu, expected 0 or more",
                        from->path, model->names[i], (double)m.x[j], j);
    return BL_OK;
}

static bl_status check_outputs(const struct loading *from, const bl_model *model)
{
    const struct net *net = model->net;
    const bool is_one_of_two =
        model_is_one_of_two(net, model->schema) && strcmp(model->loss->name, "bce") == 0;
    if (net->blocks[net_last(net)].units != (size_t)model->schema->outputs && !is_one_of_two)
        BL_FAIL(from->ctx, BL_BAD_DATA, "%s: net \"%s\" does not end with %d units", from->path, net->text,
                model->schema->outputs);
    return BL_OK;
}

static bl_status build(const struct loading *from, bl_data *schema, bl_model **out)
{
    struct net *net = NULL;
    struct rule *rule = NULL;
    bl_model *model = NULL;
    const char *loss = NULL;
    BL_TRY(fill_schema(from, schema));
    BL_TRY(check_options(from));
    BL_TRY(need_metadata(from, "loss", &loss));
    BL_TRY(loss_check_text(from->ctx, loss));
    if (schema->has_targets && loss_find(loss)->needs_classes)
        BL_FAIL(from->ctx, BL_BAD_DATA,
                "%s: its answers are numbers, but its loss is %s, which is for classes", from->path, loss);
    BL_TRY(make_net_and_rule(from, schema->shape, &net, &rule));
    BL_TRY(model_create(&model, from->ctx, net, rule, loss_find(loss), schema));
    bl_status status = copy_metadata(from, model);
    if (status == BL_OK)
        status = check_outputs(from, model);
    if (status == BL_OK)
        status = check_tensors(from, model);
    if (status == BL_OK)
        status = model_take(model, from->file, from->path);
    if (status == BL_OK)
        status = check_variances(from, model);
    if (status != BL_OK) {
        bl_model_free(model);
        return status;
    }
    *out = model;
    return BL_OK;
}

bl_status model_from_file(bl_model **out, bl_context *ctx, const struct tensors *file, const char *path)
{
    bl_data *schema = NULL;
    struct loading from = {ctx, path, file, MODEL_FORMAT};
    bl_status status = model_read_format(ctx, file, path, &from.format);
    if (status == BL_OK)
        status = MEM_ONE(ctx, &schema, "the model's description of its data");
    if (status == BL_OK) {
        schema->ctx = ctx;
        schema->owns = true;
        status = build(&from, schema, out);
    }
    data_free(schema);
    /* a value that a callee refuses comes from the file, so the error is in the file */
    return status == BL_BAD_VALUE || status == BL_NOT_DEFINED ? BL_BAD_DATA : status;
}

/* Adds to the message about a file that is missing or is no safetensors file where models come from. */
static bl_status refuse_file(bl_context *ctx, bl_status status)
{
    char why[sizeof ctx->why];
    memcpy(why, ctx->why, sizeof why);
    if (status != BL_BAD_DATA || strstr(why, "did you mean"))
        return status;
    return context_fail(ctx, status, "%s; expected a model, as train --out DIR writes DIR/model.safetensors",
                        why);
}

bl_status bl_model_load(bl_model **out, bl_context *ctx, const char *path)
{
    if (!ctx)
        return BL_BAD_VALUE;
    BL_GIVEN(ctx, out);
    BL_GIVEN(ctx, path);
    struct tensors *file = NULL;
    BL_TRY(files_read_add(ctx, path, READ_AS_MODEL));
    bl_status status = tensors_read(&file, ctx, path);
    if (status != BL_OK)
        return refuse_file(ctx, status);
    status = model_from_file(out, ctx, file, path);
    tensors_free(ctx, file);
    return status;
}

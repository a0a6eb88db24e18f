/*
 * api.c - public functions that check their arguments and call the other folders.
 */
#include "backend/backend.h"
#include "base/mem.h"
#include "base/parallel.h"
#include "base/sized.h"
#include "base/text.h"
#include "data/set/data.h"
#include "data/source/source.h"
#include "net/named_nets.h"
#include "net/net.h"
#include "rules/rule.h"
#include "train/options/config.h"
#include "train/setup/unused_options.h"
#include "train/trainer/trainer.h"

#include <string.h>

const char *bl_version(void)
{
    return BL_VERSION;
}

int bl_version_number(void)
{
    return BL_VERSION_NUMBER;
}

int bl_numeric_revision(void)
{
    return BL_NUMERIC_REVISION;
}

const char *bl_status_name(bl_status status)
{
    static const char *const names[] = {"ok",       "bad value",   "no memory", "input/output",
                                        "bad data", "unsupported", "backend",   "stopped",
                                        "diverged", "not defined"};
    const size_t i = (size_t)status;
    return i < sizeof names / sizeof *names ? names[i] : "unknown status";
}

/* ---- Context */

bl_context *bl_context_new(const bl_allocator *allocator)
{
    if (allocator && (!allocator->allocate || !allocator->release))
        return NULL;
    bl_context *ctx = context_create(allocator);
    if (!ctx)
        return NULL;
    if (MEM_ONE(ctx, &ctx->backend, "the backend") != BL_OK ||
        backend_choose(ctx, NULL, ctx->backend) != BL_OK) {
        context_destroy(ctx);
        return NULL;
    }
    return ctx;
}

void bl_context_free(bl_context *ctx)
{
    context_destroy(ctx);
}

const char *bl_why(const bl_context *ctx)
{
    return ctx ? ctx->why : "the context is NULL, which bl_context_new returns if there is no memory";
}

bl_status bl_context_use(bl_context *ctx, const char *backend, int threads)
{
    if (!ctx)
        return BL_BAD_VALUE;
    if (threads < 0 || threads > 1024)
        BL_FAIL(ctx, BL_BAD_VALUE, "%d threads, expected 0 (all cores) to 1024", threads);
    if (ctx->n_workspaces > 0)
        BL_FAIL(ctx, BL_BAD_VALUE,
                "bl_context_use must be called before a trainer or a predictor is created from the context, "
                "or after all of them are freed");
    BL_TRY(backend_choose(ctx, backend, ctx->backend));
    ctx->threads = threads > 0 ? threads : parallel_cores();
    ctx->may_use_fewer = threads == 0;
    return BL_OK;
}

const char *bl_context_backend(const bl_context *ctx)
{
    return ctx ? ctx->backend->name : NULL;
}

const char *bl_context_machine(const bl_context *ctx)
{
    return ctx ? ctx->backend->machine : NULL;
}

int bl_context_has_bf16(const bl_context *ctx)
{
    return ctx && ctx->backend->has_bf16;
}

int bl_context_threads(const bl_context *ctx)
{
    return ctx ? ctx->threads : 0;
}

const char *bl_backend_name(int i)
{
    return backend_name_at(i);
}

/* ---- Data */

static char separator_of(const char *text)
{
    if (strcmp(text, "tab") == 0)
        return '\t';
    if (strcmp(text, "space") == 0)
        return ' ';
    if (strcmp(text, "auto") == 0)
        return 0;
    return text[0];
}

static char decimal_of(const char *text)
{
    return strcmp(text, "comma") == 0 ? ',' : strcmp(text, "point") == 0 ? '.' : (char)0;
}

static const char *or_null(const char *text)
{
    return text[0] ? text : NULL;
}

/* The kind of targets for the option target. auto: with the loss mse, numbers if the label column has only
   numbers; without a chosen loss, numbers if they are clearly not classes. */
static enum target_kind target_of(const bl_config *config)
{
    const char *target = config_text(config, "target"), *loss = config_text(config, "loss");
    if (strcmp(target, "number") == 0)
        return TARGET_NUMBER;
    if (strcmp(target, "class") == 0)
        return TARGET_CLASS;
    if (!loss[0])
        return TARGET_NUMBER_IF_FRACTIONS;
    return strcmp(loss, "mse") == 0 ? TARGET_NUMBER_IF_ALL : TARGET_CLASS;
}

/* Parses the option resize, such as "32x48". */
static void resize_of(const bl_config *config, struct data_options *options)
{
    struct slice rest = slice_of(config_text(config, "resize")), rows, cols;
    size_t n_rows = 0, n_cols = 0;
    if (slice_next(&rest, 'x', &rows) && slice_next(&rest, 'x', &cols) && text_to_size(rows, &n_rows) &&
        text_to_size(cols, &n_cols)) {
        options->resize_rows = (int)n_rows;
        options->resize_cols = (int)n_cols;
    }
}

static void shape_of(const bl_config *config, struct data_options *options)
{
    bl_shape shape = {0};
    if (shape_parse(config_text(config, "shape"), &shape))
        options->shape = shape;
}

static void fold_of(const bl_config *config, struct data_options *options)
{
    if (!fold_parse(config_text(config, "fold"), &options->fold, &options->folds))
        options->fold = options->folds = 0;
}

/* Parses the option val: "500", "0.1" or "last 500". */
static void val_of(const bl_config *config, struct data_options *options)
{
    const char *text = config_text(config, "val");
    options->val_is_last = strncmp(text, "last ", 5) == 0;
    if (!text_to_size(slice_of(options->val_is_last ? text + 5 : text), &options->val))
        (void)text_to_double(slice_of(text), &options->val_fraction);
}

static struct data_options options_of(const bl_config *config)
{
    struct data_options options = {
        .data_dir = or_null(config_text(config, "data-dir")),
        .label = or_null(config_text(config, "label")),
        .header = config_text(config, "header"),
        .separator = separator_of(config_text(config, "separator")),
        .decimal = decimal_of(config_text(config, "decimal")),
        .categorical = or_null(config_text(config, "categorical")),
        .ignore = or_null(config_text(config, "ignore")),
        .id_column = or_null(config_text(config, "id-column")),
        .imputes = strcmp(config_text(config, "missing"), "impute") == 0,
        .refuses_missing =
            bl_config_is_set(config, "missing") && strcmp(config_text(config, "missing"), "refuse") == 0,
        .target = target_of(config),
        .has_labels = true,
        .normalize = normalize_of(config_text(config, "normalize")),
        .epsilon = normalize_epsilon(config_text(config, "normalize")),
        .is_augmented = !slice_is(slice_trim(slice_of(config_text(config, "augment"))), "none"),
        .uses_cache = strcmp(config_text(config, "cache"), "yes") == 0,
        .run = or_null(config_text(config, "out")),
        .test_fraction = config_number(config, "test-fraction"),
        .seed = config_u64(config, "split-seed"),
    };
    resize_of(config, &options);
    shape_of(config, &options);
    fold_of(config, &options);
    val_of(config, &options);
    return options;
}

static bl_status load_by(const struct data_options *options, bl_data **train, bl_data **val, bl_data **test,
                         bl_context *ctx, const bl_config *config)
{
    const char *where = config_text(config, "data");
    if (!where[0])
        BL_FAIL(ctx, BL_BAD_VALUE,
                "no data: --data takes the name of a set such as fashion-mnist, a folder, or a file");
    BL_TRY(data_load(train, val, test, ctx, where, or_null(config_text(config, "test")), options));
    const bl_status status = unused_options_of_data(config, *train);
    if (status == BL_OK)
        return BL_OK;
    data_free(*train);
    data_free(*val);
    data_free(*test);
    *train = *val = *test = NULL;
    return status;
}

bl_status bl_data_load(bl_data **train, bl_data **val, bl_data **test, bl_context *ctx,
                       const bl_config *config)
{
    if (!ctx)
        return BL_BAD_VALUE;
    BL_GIVEN(ctx, train);
    BL_GIVEN(ctx, val);
    BL_GIVEN(ctx, test);
    BL_GIVEN(ctx, config);
    const struct data_options options = options_of(config);
    return load_by(&options, train, val, test, ctx, config);
}

bl_status bl_data_examine(bl_data **train, bl_data **val, bl_data **test, bl_context *ctx,
                          const bl_config *config)
{
    if (!ctx)
        return BL_BAD_VALUE;
    BL_GIVEN(ctx, train);
    BL_GIVEN(ctx, val);
    BL_GIVEN(ctx, test);
    BL_GIVEN(ctx, config);
    struct data_options options = options_of(config);
    options.looks = true;
    options.imputes = !options.refuses_missing && options.shape.channels == 0;
    return load_by(&options, train, val, test, ctx, config);
}

int bl_data_missing(const bl_data *data, int i, bl_missing *out)
{
    const struct encoding *encoding = data ? data->encoding : NULL;
    for (size_t c = 0; out && i >= 0 && encoding && data->missing && c < encoding->n; c++)
        if (data->missing[c] > 0 && i-- == 0) {
            const bl_missing found = {out->size, encoding->columns[c].name, c, data->missing[c]};
            return sized_copy(out, &found, sizeof found);
        }
    return 0;
}

bl_status bl_data_wrap(bl_data **out, bl_context *ctx, const float *x, const int32_t *labels, size_t n,
                       bl_shape shape, int classes)
{
    if (!ctx)
        return BL_BAD_VALUE;
    BL_GIVEN(ctx, out);
    BL_GIVEN(ctx, x);
    return data_wrap(out, ctx, x, labels, n, shape, classes);
}

bl_status bl_data_wrap_targets(bl_data **out, bl_context *ctx, const float *x, const float *targets, size_t n,
                               bl_shape shape, int outputs)
{
    if (!ctx)
        return BL_BAD_VALUE;
    BL_GIVEN(ctx, out);
    BL_GIVEN(ctx, x);
    BL_GIVEN(ctx, targets);
    return data_wrap_targets(out, ctx, x, targets, n, shape, outputs);
}

bl_status bl_data_wrap_array(bl_data **out, bl_context *ctx, const bl_array *x, const int32_t *labels,
                             size_t n, bl_shape shape, int classes)
{
    if (!ctx)
        return BL_BAD_VALUE;
    BL_GIVEN(ctx, out);
    BL_GIVEN(ctx, x);
    return data_wrap_array(out, ctx, x, labels, n, shape, classes);
}

bl_status bl_data_set_weights(bl_data *data, const float *weights, size_t n)
{
    if (!data)
        return BL_BAD_VALUE;
    BL_GIVEN(data->ctx, weights);
    return data_set_weights(data, weights, n);
}

void bl_data_free(bl_data *data)
{
    data_free(data);
}

size_t bl_data_count(const bl_data *data)
{
    return data ? data->n : 0;
}

bl_shape bl_data_shape(const bl_data *data)
{
    return data ? data->shape : (bl_shape){0, 0, 0};
}

int bl_data_outputs(const bl_data *data)
{
    return data ? data->outputs : 0;
}

const int32_t *bl_data_labels(const bl_data *data)
{
    return data ? data->labels : NULL;
}

const char *bl_data_class_name(const bl_data *data, int i)
{
    return data && data->class_names && i >= 0 && i < data->outputs ? data->class_names[i] : NULL;
}

const char *bl_data_source(const bl_data *data)
{
    return data ? data->source : NULL;
}

const char *bl_data_column_name(const bl_data *data, size_t i)
{
    return data && data->column_names && i < data->features ? data->column_names[i] : NULL;
}

const char *bl_data_id(const bl_data *data, size_t row)
{
    return data && data->ids && row < data->n ? data->ids[row] : NULL;
}

const char *bl_data_note(const bl_data *data, int i)
{
    return data && i >= 0 && (size_t)i < data->n_notes ? data->notes[i] : NULL;
}

static bl_status check_rows(const bl_data *data, size_t first, size_t n)
{
    if (first > data->n || n > data->n - first)
        BL_FAIL(data->ctx, BL_BAD_VALUE, "%zu rows from row %zu (from 0), but %s has %zu rows", n, first,
                data->source, data->n);
    return BL_OK;
}

bl_status bl_data_raw_rows(const bl_data *data, size_t first, size_t n, double *x)
{
    if (!data)
        return BL_BAD_VALUE;
    BL_GIVEN(data->ctx, x);
    BL_TRY(check_rows(data, first, n));
    data_gather_raw(data, first, n, x);
    return BL_OK;
}

bl_status bl_data_raw_targets(const bl_data *data, size_t first, size_t n, double *targets)
{
    if (!data)
        return BL_BAD_VALUE;
    BL_GIVEN(data->ctx, targets);
    BL_TRY(check_rows(data, first, n));
    if (!data->targets)
        BL_FAIL(data->ctx, BL_BAD_VALUE, "%s has no real-valued targets", data->source);
    const size_t outputs = (size_t)data->outputs;
    memcpy(targets, data->targets + first * outputs, n * outputs * sizeof *targets);
    return BL_OK;
}

const char *bl_data_set_name(int i)
{
    return i >= 0 ? named_at((size_t)i) : NULL;
}

const char *bl_data_set_about(const char *name)
{
    return name ? named_about(name) : NULL;
}

bl_status bl_data_set_find(bl_context *ctx, const bl_config *config, const char *name, char *path,
                           size_t room)
{
    if (!ctx)
        return BL_BAD_VALUE;
    BL_GIVEN(ctx, config);
    BL_GIVEN(ctx, name);
    BL_GIVEN(ctx, path);
    char found[BL_PATH_ROOM];
    BL_TRY(named_path(ctx, name, or_null(config_text(config, "data-dir")), found));
    return text_give(ctx, found, found, path, room);
}

bl_status bl_data_set_home(bl_context *ctx, const bl_config *config, char *path, size_t room)
{
    if (!ctx)
        return BL_BAD_VALUE;
    BL_GIVEN(ctx, config);
    BL_GIVEN(ctx, path);
    char found[BL_PATH_ROOM];
    BL_TRY(named_home(ctx, or_null(config_text(config, "data-dir")), found));
    return text_give(ctx, found, found, path, room);
}

bl_status bl_data_rows(const bl_data *data, size_t first, size_t n, float *x)
{
    if (!data)
        return BL_BAD_VALUE;
    BL_GIVEN(data->ctx, x);
    BL_TRY(check_rows(data, first, n));
    data_gather(data, data->ctx->backend, NULL, first, n, x);
    return BL_OK;
}

/* ---- Nets */

int bl_net_at(int i, bl_named_net *out)
{
    const struct named_net *named = i >= 0 ? named_net_at((size_t)i) : NULL;
    if (!named || !out)
        return 0;
    const bl_named_net found = {out->size, named->name, named->text, named->about, named->input};
    return sized_copy(out, &found, sizeof found);
}

bl_status bl_net_measure(bl_context *ctx, const char *text, bl_shape shape, int outputs, bl_net_size *out)
{
    struct net_size size;
    if (!ctx)
        return BL_BAD_VALUE;
    BL_GIVEN(ctx, text);
    BL_GIVEN(ctx, out);
    if (outputs < 1)
        BL_FAIL(ctx, BL_BAD_VALUE, "outputs is %d, expected 1 or more", outputs);
    BL_TRY(net_measure(&size, ctx, shape, text, outputs));
    const bl_net_size found = {out->size, size.n_layers, size.n_blocks, size.n_params,
                               size.multiply_accumulates};
    if (!sized_copy(out, &found, sizeof found))
        BL_FAIL(ctx, BL_BAD_VALUE, "out->size is %zu, expected sizeof(bl_net_size), %zu", out->size,
                sizeof found);
    return BL_OK;
}

/* ---- Rules */

const char *bl_rule_name(int i)
{
    const struct rule_ops *ops = rule_ops_at(NULL, i);
    return ops ? ops->name : NULL;
}

const char *bl_rule_about(const char *name)
{
    const struct rule_ops *ops = name ? rule_find(NULL, name) : NULL;
    return ops ? ops->about : NULL;
}

const char *bl_rule_equation(const char *name)
{
    const struct rule_ops *ops = name ? rule_find(NULL, name) : NULL;
    return ops ? ops->equation : NULL;
}

const char *bl_rule_order(const char *name)
{
    const struct rule_ops *ops = name ? rule_find(NULL, name) : NULL;
    return ops ? rule_order_name(ops) : NULL;
}

int bl_rule_at(const bl_context *ctx, int i, bl_rule_info *out)
{
    const struct rule_ops *ops = ctx && out ? rule_ops_at(ctx, i) : NULL;
    if (!ops)
        return 0;
    const bl_rule_info found = {out->size,        ops->name, ops->about, ops->equation, rule_order_name(ops),
                                ops->user != NULL};
    return sized_copy(out, &found, sizeof found);
}

/* ---- Models */

/* The options for reading data for a model; config may be NULL. */
static struct data_options reading_options(const bl_config *config)
{
    struct data_options options = {.header = "auto"};
    if (config)
        options = options_of(config);
    options.has_labels = false;
    return options;
}

bl_status bl_model_open_data(bl_data **out, const bl_model *model, const char *path, const char *part,
                             const bl_config *config)
{
    if (!model)
        return BL_BAD_VALUE;
    BL_GIVEN(model->ctx, out);
    BL_GIVEN(model->ctx, path);
    BL_GIVEN(model->ctx, part);
    const struct data_options options = reading_options(config);
    return data_read_with_schema(out, model->ctx, path, part, &options, model->schema);
}

bl_status bl_model_open_part(bl_data **out, const bl_model *model, const char *path, const char *part,
                             const bl_config *config)
{
    if (!model)
        return BL_BAD_VALUE;
    BL_GIVEN(model->ctx, out);
    BL_GIVEN(model->ctx, path);
    BL_GIVEN(model->ctx, part);
    const struct data_options options = reading_options(config);
    return data_read_part(out, model->ctx, path, part, &options, model->schema);
}

const char *bl_model_class_name(const bl_model *model, int i)
{
    return model ? bl_data_class_name(model->schema, i) : NULL;
}

int bl_model_tensor(const bl_model *model, int i, bl_tensor *out)
{
    struct matrix m;
    if (!model || !out || i < 0 || !model_tensor(model, (size_t)i, &m))
        return 0;
    *out = (bl_tensor){model->names[i], m.x, m.rows, m.cols};
    return 1;
}

bl_status bl_model_set_tensor(bl_model *model, const char *name, const float *values, size_t n)
{
    struct matrix m;
    if (!model)
        return BL_BAD_VALUE;
    BL_GIVEN(model->ctx, name);
    BL_GIVEN(model->ctx, values);
    for (size_t i = 0; model_tensor(model, i, &m); i++)
        if (strcmp(model->names[i], name) == 0) {
            if (n != m.rows * m.cols)
                BL_FAIL(model->ctx, BL_BAD_VALUE, "tensor \"%s\": %zu numbers, expected %zu x %zu", name, n,
                        m.rows, m.cols);
            memcpy(m.x, values, n * sizeof *values);
            return BL_OK;
        }
    BL_FAIL(model->ctx, BL_BAD_VALUE, "the model has no tensor \"%s\"", name);
}

/* ---- Trainers */

const bl_config *bl_trainer_config(const bl_trainer *trainer)
{
    return trainer ? trainer->config : NULL;
}

bl_model *bl_trainer_model(bl_trainer *trainer)
{
    return trainer ? trainer->model : NULL;
}

const char *bl_trainer_stop_reason(const bl_trainer *trainer)
{
    return trainer ? trainer->stop_reason : NULL;
}

const char *bl_trainer_note(const bl_trainer *trainer, int i)
{
    return trainer && i >= 0 && (size_t)i < trainer->n_notes ? trainer->notes[i] : NULL;
}

const char *bl_trainer_advice(const bl_trainer *trainer)
{
    return trainer ? trainer->advice : NULL;
}

size_t bl_trainer_activation_bytes(const bl_trainer *trainer)
{
    return trainer ? workspace_bytes(trainer->workspace) : 0;
}

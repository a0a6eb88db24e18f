/*
 * data.c - creates, wraps, selects rows of and frees sets of examples.
 */
#include "data.h"

#include "../../base/mem.h"
#include "../../base/text.h"
#include "data_internal.h"
#include "whitening/whitening.h"

#include "backless.h"

#include <limits.h>
#include <math.h>
#include <stdarg.h>
#include <string.h>

bl_status data_create(bl_data **out, bl_context *ctx, const char *source)
{
    bl_data *data = NULL;
    BL_TRY(MEM_ONE(ctx, &data, "a data set"));
    data->ctx = ctx;
    data->owns = true;
    const bl_status status = mem_text(ctx, &data->source, source, strlen(source));
    if (status == BL_OK)
        *out = data;
    else
        mem_free(ctx, data);
    return status;
}

void data_free(bl_data *data)
{
    if (!data)
        return;
    bl_context *ctx = data->ctx;
    if (data->owns) {
        mem_free(ctx, (void *)data->bytes);
        mem_free(ctx, (void *)data->floats);
        mem_free(ctx, (void *)data->doubles);
        mem_free(ctx, (void *)data->labels);
    }
    mem_free(ctx, data->copy);
    mem_free(ctx, (void *)data->weights);
    mem_free(ctx, (void *)data->targets);
    scaling_free(ctx, &data->scaling);
    scaling_free(ctx, &data->target_scaling);
    mem_free(ctx, data->whitened);
    mem_free(ctx, data->missing);
    encoding_free(ctx, data->encoding);
    names_free(ctx, data->class_names, (size_t)data->outputs);
    names_free(ctx, data->column_names, data->features);
    names_free(ctx, data->ids, data->n);
    names_free(ctx, data->notes, data->n_notes);
    mem_free(ctx, data->lacks_labels);
    mem_free(ctx, data->source);
    mem_free(ctx, data);
}

bl_status data_add_note(bl_data *data, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    const bl_status status = mem_add_sentence(data->ctx, &data->notes, &data->n_notes, format, arguments);
    va_end(arguments);
    return status;
}

bl_status data_set_lacks(bl_data *data, const char *format, ...)
{
    va_list arguments;
    char *sentence = NULL;
    va_start(arguments, format);
    const bl_status status = mem_sentence(data->ctx, &sentence, format, arguments);
    va_end(arguments);
    mem_free(data->ctx, data->lacks_labels);
    data->lacks_labels = sentence;
    return status;
}

/* One loop for both hashes, because the multiplications of one can overlap those of the other. */
static void hash_doubles(bl_data *data, const double *x, size_t n)
{
    uint64_t hash = data->hash, narrow_hash = data->narrow_hash;
    for (size_t i = 0; i < n; i++) {
        const float narrow = (float)x[i];
        hash = text_hash(hash, &x[i], sizeof x[i]);
        narrow_hash = text_hash(narrow_hash, &narrow, sizeof narrow);
    }
    data->hash = hash;
    data->narrow_hash = narrow_hash;
}

static void hash_bytes(bl_data *data, const void *bytes, size_t n)
{
    const bool are_same = data->narrow_hash == data->hash;
    data->hash = text_hash(data->hash, bytes, n);
    data->narrow_hash = are_same ? data->hash : text_hash(data->narrow_hash, bytes, n);
}

void data_take_hash(bl_data *data)
{
    const size_t n = data->n * data->features;
    data->hash = data->narrow_hash = TEXT_HASH_START;
    if (data->bytes)
        hash_bytes(data, data->bytes, n);
    if (data->floats)
        hash_bytes(data, data->floats, n * sizeof *data->floats);
    if (data->doubles)
        hash_doubles(data, data->doubles, n);
    if (data->labels)
        hash_bytes(data, data->labels, data->n * sizeof *data->labels);
    if (data->targets)
        hash_doubles(data, data->targets, data->n * (size_t)data->outputs);
    if (data->weights)
        hash_bytes(data, data->weights, data->n * sizeof *data->weights);
}

/* ---- Arrays of the caller */

static bl_status check_sizes(bl_context *ctx, const void *x, size_t n, bl_shape shape, int outputs)
{
    if (!x)
        BL_FAIL(ctx, BL_BAD_VALUE, "x is NULL, expected the examples");
    if (n == 0 || n > UINT32_MAX)
        BL_FAIL(ctx, BL_BAD_VALUE, "%zu examples, expected 1 to %lu", n, (unsigned long)UINT32_MAX);
    if (shape.channels < 1 || shape.rows < 1 || shape.cols < 1)
        BL_FAIL(ctx, BL_BAD_VALUE, "shape %d x %d x %d, expected at least 1 each", shape.channels, shape.rows,
                shape.cols);
    if (shape.rows > INT_MAX / shape.channels || shape.cols > INT_MAX / (shape.channels * shape.rows))
        BL_FAIL(ctx, BL_BAD_VALUE, "shape %d x %d x %d has more than %d numbers", shape.channels, shape.rows,
                shape.cols, INT_MAX);
    if (outputs < 1)
        BL_FAIL(ctx, BL_BAD_VALUE, "%d classes or outputs, expected at least 1", outputs);
    const size_t row = shape_numbers(shape);
    if (n > SIZE_MAX / sizeof(double) / row || n > SIZE_MAX / sizeof(double) / (size_t)outputs)
        BL_FAIL(ctx, BL_BAD_VALUE, "%zu examples of %zu numbers are more than memory can hold", n, row);
    return BL_OK;
}

static bl_status copy_targets(bl_data *data, const float *targets)
{
    const size_t n = data->n * (size_t)data->outputs;
    double *copy = NULL;
    BL_TRY(MEM_ARRAY(data->ctx, &copy, n, "targets"));
    for (size_t i = 0; i < n; i++)
        copy[i] = (double)targets[i];
    data->targets = copy;
    data->has_targets = true;
    return BL_OK;
}

static bl_status wrap(bl_data **out, bl_context *ctx, const struct bl_data *arrays, const float *targets)
{
    bl_data *data = NULL;
    BL_TRY(data_create(&data, ctx, "memory"));
    data->n = arrays->n;
    data->shape = arrays->shape;
    data->features = shape_numbers(arrays->shape);
    data->outputs = arrays->outputs;
    data->bytes = arrays->bytes;
    data->floats = arrays->floats;
    data->doubles = arrays->doubles;
    data->copy = arrays->copy;
    data->labels = arrays->labels;
    data->owns = false;
    const bl_status status = targets ? copy_targets(data, targets) : BL_OK;
    if (status != BL_OK) {
        data_free(data);
        return status;
    }
    data_take_hash(data);
    *out = data;
    return BL_OK;
}

bl_status data_wrap_targets(bl_data **out, bl_context *ctx, const float *x, const float *targets, size_t n,
                            bl_shape shape, int outputs)
{
    const struct bl_data arrays = {.n = n, .shape = shape, .outputs = outputs, .floats = x};
    BL_TRY(check_sizes(ctx, x, n, shape, outputs));
    if (!targets)
        BL_FAIL(ctx, BL_BAD_VALUE, "targets is NULL, expected %zu rows of %d", n, outputs);
    return wrap(out, ctx, &arrays, targets);
}

/* ---- Arrays of other types */

static size_t type_bytes(bl_type type)
{
    return type == BL_FLOAT32 ? sizeof(float) : type == BL_FLOAT64 ? sizeof(double) : sizeof(uint8_t);
}

/* Copies the examples so that there are no gaps between them. */
static bl_status close_gaps(void **out, bl_context *ctx, const bl_array *x, size_t n, size_t features)
{
    const size_t bytes = type_bytes(x->type);
    uint8_t *to = NULL;
    BL_TRY(MEM_ARRAY(ctx, &to, n * features * bytes, "a copy of the examples"));
    for (size_t i = 0; i < n; i++)
        memcpy(to + i * features * bytes, (const uint8_t *)x->values + i * x->stride * bytes,
               features * bytes);
    *out = to;
    return BL_OK;
}

static bl_status check_array(bl_context *ctx, const bl_array *x, size_t n, size_t features)
{
    if (x->size < sizeof *x)
        BL_FAIL(ctx, BL_BAD_VALUE, "x->size is %zu, expected sizeof(bl_array), %zu", x->size, sizeof *x);
    if ((int)x->type < BL_FLOAT32 || (int)x->type > BL_UINT8)
        BL_FAIL(ctx, BL_BAD_VALUE, "x->type is %d, expected BL_FLOAT32, BL_FLOAT64 or BL_UINT8",
                (int)x->type);
    if (x->stride != 0 && (x->stride < features || x->stride > SIZE_MAX / sizeof(double) / n))
        BL_FAIL(ctx, BL_BAD_VALUE,
                "x->stride is %zu, expected 0, or at least the %zu elements of an example and no more than "
                "memory can hold",
                x->stride, features);
    return BL_OK;
}

static bl_status scale_bytes(bl_data *data)
{
    struct scaling *s = &data->scaling;
    BL_TRY(MEM_ARRAY(data->ctx, &s->offset, 1, "the scaling"));
    BL_TRY(MEM_ARRAY(data->ctx, &s->scale, 1, "the scaling"));
    s->n = 1;
    s->offset[0] = 0.0;
    s->scale[0] = 1.0 / 255.0;
    return BL_OK;
}

bl_status data_wrap_array(bl_data **out, bl_context *ctx, const bl_array *x, const int32_t *labels, size_t n,
                          bl_shape shape, int outputs)
{
    struct bl_data arrays = {.n = n, .shape = shape, .outputs = outputs, .labels = labels};
    bl_data *data = NULL;
    BL_TRY(check_sizes(ctx, x->values, n, shape, outputs));
    const size_t features = shape_numbers(shape);
    BL_TRY(check_array(ctx, x, n, features));
    BL_TRY(data_check_labels(ctx, labels, n, outputs));
    if (x->stride != 0 && x->stride != features)
        BL_TRY(close_gaps(&arrays.copy, ctx, x, n, features));
    const void *values = arrays.copy ? arrays.copy : x->values;
    arrays.floats = x->type == BL_FLOAT32 ? values : NULL;
    arrays.doubles = x->type == BL_FLOAT64 ? values : NULL;
    arrays.bytes = x->type == BL_UINT8 ? values : NULL;
    bl_status status = wrap(&data, ctx, &arrays, NULL);
    if (status != BL_OK) {
        mem_free(ctx, arrays.copy);
        return status;
    }
    status = x->type == BL_UINT8 ? scale_bytes(data) : BL_OK;
    if (status != BL_OK) {
        data_free(data);
        return status;
    }
    *out = data;
    return BL_OK;
}

bl_status data_wrap(bl_data **out, bl_context *ctx, const float *x, const int32_t *labels, size_t n,
                    bl_shape shape, int outputs)
{
    const bl_array array = {sizeof array, x, BL_FLOAT32, 0};
    return data_wrap_array(out, ctx, &array, labels, n, shape, outputs);
}

/* ---- Weights of examples */

static bl_status mean_weight(double *out, const bl_data *data, const float *weights)
{
    double sum = 0.0;
    for (size_t i = 0; i < data->n; i++) {
        if (!(weights[i] >= 0.0f) || !isfinite(weights[i]))
            BL_FAIL(data->ctx, BL_BAD_VALUE, "weight %zu (from 0) is %g, expected 0 or more", i,
                    (double)weights[i]);
        sum += (double)weights[i];
    }
    if (!(sum > 0.0))
        BL_FAIL(data->ctx, BL_BAD_VALUE, "all weights are 0");
    *out = sum / (double)data->n;
    return BL_OK;
}

bl_status data_set_weights(bl_data *data, const float *weights, size_t n)
{
    double mean = 1.0;
    float *copy = NULL;
    if (n != data->n)
        BL_FAIL(data->ctx, BL_BAD_VALUE, "%zu weights, but %s has %zu examples", n, data->source, data->n);
    BL_TRY(mean_weight(&mean, data, weights));
    BL_TRY(MEM_ARRAY(data->ctx, &copy, n, "the weights of the examples"));
    for (size_t i = 0; i < n; i++)
        copy[i] = (float)((double)weights[i] / mean);
    mem_free(data->ctx, (void *)data->weights);
    data->weights = copy;
    data_take_hash(data);
    return BL_OK;
}

/* ---- Rows */

static void gather_whitened(const bl_data *data, bl_context *pool, const struct backend *backend,
                            const uint32_t *order, size_t first, size_t n, float *x)
{
    const size_t features = data->features;
    if (!data->whitened) {
        whitening_apply(pool, &(struct whitening_rows){.scaling = &data->scaling,
                                                       .backend = backend,
                                                       .bytes = data->bytes,
                                                       .floats = data->floats,
                                                       .doubles = data->doubles,
                                                       .order = order,
                                                       .first = first,
                                                       .n = n,
                                                       .x = x});
        return;
    }
    for (size_t i = 0; i < n; i++)
        memcpy(x + i * features, data->whitened + (order ? order[i] : first + i) * features,
               features * sizeof *x);
}

static struct raw_example example_of(const bl_data *data, const uint32_t *order, size_t first, size_t i)
{
    const size_t from = (order ? order[i] : first + i) * data->features;
    return (struct raw_example){data->bytes ? data->bytes + from : NULL,
                                data->floats ? data->floats + from : NULL,
                                data->doubles ? data->doubles + from : NULL};
}

static void gather(const bl_data *data, bl_context *pool, const struct backend *backend,
                   const uint32_t *order, size_t first, size_t n, float *x)
{
    if (data->scaling.matrix) {
        gather_whitened(data, pool, backend, order, first, n, x);
        return;
    }
    for (size_t i = 0; i < n; i++)
        raw_scale(&data->scaling, backend, example_of(data, order, first, i), 0, data->features,
                  x + i * data->features);
}

void data_gather(const bl_data *data, const struct backend *backend, const uint32_t *order, size_t first,
                 size_t n, float *x)
{
    gather(data, NULL, backend, order, first, n, x);
}

void data_gather_parallel(const bl_data *data, bl_context *ctx, const uint32_t *order, size_t first, size_t n,
                          float *x)
{
    gather(data, ctx, ctx->backend, order, first, n, x);
}

bool data_gathers_slowly(const bl_data *data)
{
    return data->scaling.matrix && !data->whitened;
}

void data_gather_targets(const bl_data *data, const uint32_t *order, size_t first, size_t n, float *y)
{
    const size_t outputs = (size_t)data->outputs;
    for (size_t i = 0; i < n; i++)
        scaling_of_doubles(&data->target_scaling, data->targets + (order ? order[i] : first + i) * outputs,
                           outputs, y + i * outputs);
}

void data_gather_raw(const bl_data *data, size_t first, size_t n, double *x)
{
    const size_t from = first * data->features, count = n * data->features;
    for (size_t i = 0; i < count; i++)
        x[i] = data->bytes    ? (double)data->bytes[from + i]
               : data->floats ? (double)data->floats[from + i]
                              : data->doubles[from + i];
}

static bl_status copy_rows(bl_context *ctx, const void **out, const void *from, const uint32_t *order,
                           size_t n, size_t row, const char *what)
{
    if (!from)
        return BL_OK;
    unsigned char *to = NULL;
    BL_TRY(mem_array_bytes(ctx, (void **)&to, n, row, what));
    for (size_t i = 0; i < n; i++)
        memcpy(to + i * row, (const unsigned char *)from + order[i] * row, row);
    *out = to;
    return BL_OK;
}

static bl_status copy_ids(bl_data *to, const bl_data *from, const uint32_t *order)
{
    if (!from->ids)
        return BL_OK;
    BL_TRY(MEM_ARRAY(to->ctx, &to->ids, to->n, "ids"));
    for (size_t i = 0; i < to->n; i++)
        BL_TRY(mem_text(to->ctx, &to->ids[i], from->ids[order[i]], strlen(from->ids[order[i]])));
    return BL_OK;
}

static bl_status copy_missing(bl_data *to, const bl_data *from)
{
    if (!from->missing)
        return BL_OK;
    BL_TRY(MEM_ARRAY(to->ctx, &to->missing, from->encoding->n, "counts of missing values"));
    memcpy(to->missing, from->missing, from->encoding->n * sizeof *to->missing);
    return BL_OK;
}

static bl_status fill_subset(bl_data *to, const bl_data *from, const uint32_t *order, size_t n,
                             const char *what)
{
    bl_context *ctx = to->ctx;
    const void *bytes = NULL, *floats = NULL, *doubles = NULL, *labels = NULL, *targets = NULL;
    to->n = n;
    to->shape = from->shape;
    to->features = from->features;
    to->outputs = from->outputs;
    to->has_targets = from->has_targets;
    to->class_match = from->class_match;
    to->is_resized = from->is_resized;
    to->is_shaped = from->is_shaped;
    to->normalize = from->normalize;
    to->epsilon = from->epsilon;
    to->origin = from->origin;
    BL_TRY(scaling_copy(ctx, &to->scaling, &from->scaling));
    BL_TRY(scaling_copy(ctx, &to->target_scaling, &from->target_scaling));
    BL_TRY(encoding_copy(&to->encoding, ctx, from->encoding));
    BL_TRY(copy_missing(to, from));
    BL_TRY(names_copy(ctx, &to->class_names, from->class_names, (size_t)from->outputs));
    BL_TRY(names_copy(ctx, &to->column_names, from->column_names, from->features));
    BL_TRY(copy_rows(ctx, &bytes, from->bytes, order, n, from->features, what));
    to->bytes = bytes;
    BL_TRY(copy_rows(ctx, &floats, from->floats, order, n, from->features * sizeof(float), what));
    to->floats = floats;
    BL_TRY(copy_rows(ctx, &doubles, from->doubles, order, n, from->features * sizeof(double), what));
    to->doubles = doubles;
    BL_TRY(copy_rows(ctx, &labels, from->labels, order, n, sizeof(int32_t), what));
    to->labels = labels;
    BL_TRY(copy_rows(ctx, &targets, from->targets, order, n, (size_t)from->outputs * sizeof(double), what));
    to->targets = targets;
    BL_TRY(copy_ids(to, from, order));
    data_take_hash(to);
    return BL_OK;
}

bl_status data_subset(bl_data **out, bl_context *ctx, const bl_data *data, const uint32_t *order, size_t n,
                      const char *what)
{
    bl_data *subset = NULL;
    BL_TRY(data_create(&subset, ctx, data->source));
    const bl_status status = fill_subset(subset, data, order, n, what);
    if (status == BL_OK)
        *out = subset;
    else
        data_free(subset);
    return status;
}

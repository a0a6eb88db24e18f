/*
 * fuzz_data.c - the invariants of a set of examples, for all readers of data.
 */
#include "fuzz_data.h"

#include "../../src/data/set/data_internal.h"

#include "fuzz_target.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static void check_texts(char **texts, size_t n, const char *what)
{
    for (size_t i = 0; texts && i < n; i++)
        FUZZ_CHECK(texts[i] && fuzz_is_utf8(texts[i], strlen(texts[i])), "%s %zu is no text", what, i);
}

static void check_sizes(bl_data *data)
{
    const bl_shape s = data->shape;
    FUZZ_CHECK(data->n > 0 && s.channels > 0 && s.rows > 0 && s.cols > 0, "%zu examples of %d x %d x %d",
               data->n, s.channels, s.rows, s.cols);
    FUZZ_CHECK(data->features == (size_t)s.channels * (size_t)s.rows * (size_t)s.cols, "%zu features",
               data->features);
    FUZZ_CHECK(!!data->bytes + !!data->floats + !!data->doubles == 1, "not one of bytes, floats and doubles");
    FUZZ_CHECK(!data->labels || !data->targets, "labels and targets");
    FUZZ_CHECK(data->outputs > 0 || (!data->labels && !data->targets), "%d outputs", data->outputs);
    const uint64_t hash = data->hash;
    data_take_hash(data);
    FUZZ_CHECK(data->hash == hash, "the hash is not that of the examples");
}

static void check_values(const bl_data *data, bool has_missing)
{
    for (size_t i = 0; data->floats && i < data->n * data->features; i++)
        FUZZ_CHECK(isfinite(data->floats[i]) || (has_missing && isnan(data->floats[i])), "number %zu is %g",
                   i, (double)data->floats[i]);
    for (size_t i = 0; data->doubles && i < data->n * data->features; i++)
        FUZZ_CHECK(isfinite(data->doubles[i]) || (has_missing && isnan(data->doubles[i])), "number %zu is %g",
                   i, data->doubles[i]);
    for (size_t i = 0; data->labels && i < data->n; i++)
        FUZZ_CHECK(data->labels[i] >= 0 && data->labels[i] < data->outputs, "label %ld of %d classes",
                   (long)data->labels[i], data->outputs);
    for (size_t i = 0; data->targets && i < data->n * (size_t)data->outputs; i++)
        FUZZ_CHECK(isfinite(data->targets[i]), "target %zu is %g", i, data->targets[i]);
}

static void check_rows(const bl_data *data)
{
    float *x = malloc(data->features * sizeof *x), *y = malloc((size_t)data->outputs * sizeof *y + 1);
    double *raw = malloc(data->features * sizeof *raw);
    FUZZ_CHECK(x && y && raw, "no memory for the target itself");
    for (size_t row = 0; row < data->n; row++) {
        data_gather_raw(data, row, 1, raw);
        data_gather(data, data->ctx->backend, NULL, row, 1, x);
        for (size_t j = 0; j < data->features; j++)
            FUZZ_CHECK(isfinite(x[j]), "feature %zu of row %zu, scaled: %g", j, row, (double)x[j]);
        if (data->targets)
            data_gather_targets(data, NULL, row, 1, y);
        for (size_t k = 0; data->targets && k < (size_t)data->outputs; k++)
            FUZZ_CHECK(isfinite(y[k]), "target %zu of row %zu, scaled: %g", k, row, (double)y[k]);
    }
    free(x);
    free(y);
    free(raw);
}

bool fuzz_check_data(bl_data *data, bool has_missing)
{
    check_sizes(data);
    check_values(data, has_missing);
    check_texts(data->class_names, (size_t)data->outputs, "class");
    check_texts(data->column_names, data->features, "column");
    check_texts(data->ids, data->n, "id");
    for (size_t i = 0; i < data->n_notes; i++)
        FUZZ_CHECK(fuzz_is_plain(data->notes[i]) && data->notes[i][0], "note: %s", data->notes[i]);
    if (!fuzz_went_well(data->ctx, scaling_fit(data), "scaling"))
        return false;
    if (data->targets && !fuzz_went_well(data->ctx, scaling_fit_targets(data), "scaling of targets"))
        return false;
    check_rows(data);
    return true;
}

void fuzz_check_same_data(const bl_data *a, const bl_data *b)
{
    FUZZ_CHECK(a->n == b->n && a->features == b->features && a->outputs == b->outputs,
               "%zu x %zu and %d, then %zu x %zu and %d", a->n, a->features, a->outputs, b->n, b->features,
               b->outputs);
    const size_t numbers = a->n * a->features;
    if (a->bytes && b->bytes)
        FUZZ_CHECK(memcmp(a->bytes, b->bytes, numbers) == 0, "other bytes");
    for (size_t i = 0; a->floats && b->floats && i < numbers; i++)
        FUZZ_CHECK(a->floats[i] == b->floats[i] || (isnan(a->floats[i]) && isnan(b->floats[i])),
                   "number %zu is %g, then %g", i, (double)a->floats[i], (double)b->floats[i]);
    for (size_t i = 0; a->doubles && b->doubles && i < numbers; i++)
        FUZZ_CHECK(a->doubles[i] == b->doubles[i] || (isnan(a->doubles[i]) && isnan(b->doubles[i])),
                   "number %zu is %g, then %g", i, a->doubles[i], b->doubles[i]);
    for (size_t i = 0; a->labels && b->labels && i < a->n; i++)
        FUZZ_CHECK(a->labels[i] == b->labels[i], "label %zu is %ld, then %ld", i, (long)a->labels[i],
                   (long)b->labels[i]);
    for (size_t i = 0; a->targets && b->targets && i < a->n * (size_t)a->outputs; i++)
        FUZZ_CHECK(a->targets[i] == b->targets[i], "target %zu is %g, then %g", i, a->targets[i],
                   b->targets[i]);
}

/*
 * activation.c - the non-linearities: tanh, logistic, relu, leaky relu, softplus, identity.
 *
 * Each works in place and takes its derivative from its own output, so nothing but the output is kept. At its kink a relu
 * has the slope of its negative side.
 */
#include "layer_table.h"

#include <stdio.h>

/* Rows of a part are contiguous: one call of the backend's function a row. */
#define FOR_ROWS(m, part, row, call)                                                                         \
    do {                                                                                                     \
        const struct matrix rows_ = matrix_columns(m, part);                                                 \
        for (size_t row = 0; row < rows_.rows; row++)                                                        \
            call;                                                                                            \
    } while (0)

static float *at(struct matrix m, struct part part, size_t row)
{
    return m.x + row * m.stride + part.begin;
}

static void tanh_apply(const struct layer *layer, struct matrix y, struct part part,
                       const struct backend *backend)
{
    (void)layer;
    FOR_ROWS(y, part, n, backend->tanh(at(y, part, n), part_size(part)));
}

static void tanh_down(const struct layer *layer, struct matrix y, struct matrix d, struct part part,
                      const struct backend *backend)
{
    (void)layer;
    FOR_ROWS(d, part, n, backend->tanh_down(at(d, part, n), at(y, part, n), part_size(part)));
}

const struct layer_ops layer_tanh = {.name = "tanh", .usage = "tanh", .apply = tanh_apply, .down = tanh_down};

static void logistic_apply(const struct layer *layer, struct matrix y, struct part part,
                           const struct backend *backend)
{
    (void)layer;
    FOR_ROWS(y, part, n, backend->logistic(at(y, part, n), part_size(part)));
}

static void logistic_down(const struct layer *layer, struct matrix y, struct matrix d, struct part part,
                          const struct backend *backend)
{
    (void)layer;
    FOR_ROWS(d, part, n, backend->logistic_down(at(d, part, n), at(y, part, n), part_size(part)));
}

static float quarter(const struct layer *layer)
{
    (void)layer;
    return 0.25f;
}

const struct layer_ops layer_logistic = {.name = "logistic",
                                         .usage = "logistic",
                                         .apply = logistic_apply,
                                         .down = logistic_down,
                                         .slope_at_zero = quarter};

static void relu_apply(const struct layer *layer, struct matrix y, struct part part,
                       const struct backend *backend)
{
    FOR_ROWS(y, part, n, backend->relu(at(y, part, n), part_size(part), layer->slope));
}

static void relu_down(const struct layer *layer, struct matrix y, struct matrix d, struct part part,
                      const struct backend *backend)
{
    FOR_ROWS(d, part, n, backend->relu_down(at(d, part, n), at(y, part, n), part_size(part), layer->slope));
}

static float negative_slope(const struct layer *layer)
{
    return layer->slope;
}

const struct layer_ops layer_relu = {
    .name = "relu", .usage = "relu", .apply = relu_apply, .down = relu_down, .slope_at_zero = negative_slope};

/* As the float that it will be: 1e-60 is 0, and 0.9999999999 is 1. */
static bool is_slope(double slope)
{
    return slope > 0.0 && slope < 1.0 && (float)slope > 0.0f && (float)slope < 1.0f;
}

static bl_status leaky_parse(bl_context *ctx, struct layer *layer, struct slice arguments)
{
    double slope = 0.01;
    if (arguments.n > 0 && !(text_to_double(arguments, &slope) && is_slope(slope)))
        BL_FAIL(ctx, BL_BAD_VALUE,
                "layer \"leaky-relu %.*s\": expected \"leaky-relu [SLOPE]\", 0 < slope < 1 as a float",
                (int)arguments.n, arguments.at);
    layer->slope = (float)slope;
    char number[32];
    text_from_double(slope, number);
    snprintf(layer->text, sizeof layer->text, "leaky-relu %s", number);
    return BL_OK;
}

const struct layer_ops layer_leaky_relu = {.name = "leaky-relu",
                                           .usage = "leaky-relu [SLOPE]",
                                           .parse = leaky_parse,
                                           .apply = relu_apply,
                                           .down = relu_down,
                                           .slope_at_zero = negative_slope};

static void softplus_apply(const struct layer *layer, struct matrix y, struct part part,
                           const struct backend *backend)
{
    (void)layer;
    FOR_ROWS(y, part, n, backend->softplus(at(y, part, n), part_size(part)));
}

static void softplus_down(const struct layer *layer, struct matrix y, struct matrix d, struct part part,
                          const struct backend *backend)
{
    (void)layer;
    FOR_ROWS(d, part, n, backend->softplus_down(at(d, part, n), at(y, part, n), part_size(part)));
}

static float half(const struct layer *layer)
{
    (void)layer;
    return 0.5f;
}

const struct layer_ops layer_softplus = {.name = "softplus",
                                         .usage = "softplus",
                                         .apply = softplus_apply,
                                         .down = softplus_down,
                                         .slope_at_zero = half};

static void identity_apply(const struct layer *layer, struct matrix y, struct part part,
                           const struct backend *backend)
{
    (void)layer, (void)y, (void)part, (void)backend;
}

static void identity_down(const struct layer *layer, struct matrix y, struct matrix d, struct part part,
                          const struct backend *backend)
{
    (void)layer, (void)y, (void)d, (void)part, (void)backend;
}

const struct layer_ops layer_identity = {
    .name = "identity", .usage = "identity", .apply = identity_apply, .down = identity_down};

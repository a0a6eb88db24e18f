/*
 * activation.c - the non-linearities: tanh, logistic, relu, leaky relu, softplus, GELU, identity.
 *
 * All except GELU work in place and compute their derivative from their output, so only the output is stored.
 * GELU is not monotonic, so its derivative needs the input, which is stored too. At 0, relu and leaky relu
 * have the slope of their negative side.
 */
#include "layer_table.h"

#include <stdio.h>

/* Calls a function of the backend for each row, because only the numbers of one row are contiguous. In the
   call, y: the range's outputs in this row; dy: the derivatives there; size: their number. */
#define FOR_ROWS(c, call)                                                                                    \
    do {                                                                                                     \
        const struct backend *backend = (c)->worker->backend;                                                \
        const size_t size = range_size((c)->out);                                                            \
        for (size_t row = 0; row < (c)->y.rows; row++) {                                                     \
            float *y = matrix_row(&(c)->y, row) + (c)->out.begin;                                            \
            float *dy = (c)->dy.x ? matrix_row(&(c)->dy, row) + (c)->out.begin : NULL;                       \
            (void)dy;                                                                                        \
            call;                                                                                            \
        }                                                                                                    \
    } while (0)

static void tanh_forward(const struct layer *layer, const struct layer_io *c)
{
    (void)layer;
    FOR_ROWS(c, backend->tanh(y, size));
}

static void tanh_backward(const struct layer *layer, const struct layer_io *c)
{
    (void)layer;
    FOR_ROWS(c, backend->tanh_backward(dy, y, size));
}

const struct layer_ops layer_tanh = {.name = "tanh",
                                     .usage = "tanh",
                                     .is_activation = true,
                                     .works_in_place = true,
                                     .needs_output = true,
                                     .local_forward = tanh_forward,
                                     .local_backward = tanh_backward};

static void logistic_forward(const struct layer *layer, const struct layer_io *c)
{
    (void)layer;
    FOR_ROWS(c, backend->logistic(y, size));
}

static void logistic_backward(const struct layer *layer, const struct layer_io *c)
{
    (void)layer;
    FOR_ROWS(c, backend->logistic_backward(dy, y, size));
}

static float quarter(const struct layer *layer)
{
    (void)layer;
    return 0.25f;
}

const struct layer_ops layer_logistic = {.name = "logistic",
                                         .usage = "logistic",
                                         .is_activation = true,
                                         .works_in_place = true,
                                         .needs_output = true,
                                         .local_forward = logistic_forward,
                                         .local_backward = logistic_backward,
                                         .slope_at_zero = quarter};

static void relu_forward(const struct layer *layer, const struct layer_io *c)
{
    FOR_ROWS(c, backend->relu(y, size, layer->slope));
}

static void relu_backward(const struct layer *layer, const struct layer_io *c)
{
    FOR_ROWS(c, backend->relu_backward(dy, y, size, layer->slope));
}

static float negative_slope(const struct layer *layer)
{
    return layer->slope;
}

const struct layer_ops layer_relu = {.name = "relu",
                                     .usage = "relu",
                                     .is_activation = true,
                                     .works_in_place = true,
                                     .needs_output = true,
                                     .local_forward = relu_forward,
                                     .local_backward = relu_backward,
                                     .slope_at_zero = negative_slope};

/* The slope is also checked after rounding to float, where 1e-60 is 0 and 0.9999999999 is 1. */
static bool is_slope(double slope)
{
    return slope > 0.0 && slope < 1.0 && (float)slope > 0.0f && (float)slope < 1.0f;
}

static bl_status leaky_parse(bl_context *ctx, struct layer *layer, struct slice arguments)
{
    double slope = 0.01;
    if (arguments.n > 0 && !(text_to_double(arguments, &slope) && is_slope(slope)))
        BL_FAIL(ctx, BL_BAD_VALUE, "expected \"leaky-relu [SLOPE]\", 0 < slope < 1 as a float");
    layer->slope = (float)slope;
    char number[32];
    text_from_double(slope, number);
    snprintf(layer->text, sizeof layer->text, "leaky-relu %s", number);
    return BL_OK;
}

const struct layer_ops layer_leaky_relu = {.name = "leaky-relu",
                                           .usage = "leaky-relu [SLOPE]",
                                           .parse = leaky_parse,
                                           .is_activation = true,
                                           .works_in_place = true,
                                           .needs_output = true,
                                           .local_forward = relu_forward,
                                           .local_backward = relu_backward,
                                           .slope_at_zero = negative_slope};

static void softplus_forward(const struct layer *layer, const struct layer_io *c)
{
    (void)layer;
    FOR_ROWS(c, backend->softplus(y, size));
}

static void softplus_backward(const struct layer *layer, const struct layer_io *c)
{
    (void)layer;
    FOR_ROWS(c, backend->softplus_backward(dy, y, size));
}

static float half(const struct layer *layer)
{
    (void)layer;
    return 0.5f;
}

const struct layer_ops layer_softplus = {.name = "softplus",
                                         .usage = "softplus",
                                         .is_activation = true,
                                         .works_in_place = true,
                                         .needs_output = true,
                                         .local_forward = softplus_forward,
                                         .local_backward = softplus_backward,
                                         .slope_at_zero = half};

/* y = x P(X < x) for a standard normal X (Hendrycks, Gimpel 2016, arXiv:1606.08415), exactly, not by the
   approximation with tanh. */
static void gelu_forward(const struct layer *layer, const struct layer_io *c)
{
    (void)layer;
    for (size_t n = 0; n < c->y.rows; n++)
        c->worker->backend->gelu(matrix_row(&c->y, n) + c->out.begin, matrix_row(&c->x, n) + c->in.begin,
                                 range_size(c->out));
}

static void gelu_backward(const struct layer *layer, const struct layer_io *c)
{
    (void)layer;
    for (size_t n = 0; n < c->y.rows; n++)
        c->worker->backend->gelu_backward(matrix_row(&c->dx, n) + c->in.begin,
                                          matrix_row(&c->dy, n) + c->out.begin,
                                          matrix_row(&c->x, n) + c->in.begin, range_size(c->out));
}

const struct layer_ops layer_gelu = {.name = "gelu",
                                     .usage = "gelu",
                                     .is_activation = true,
                                     .needs_input = true,
                                     .needs_output = true, /* by adfa's slope "cos f" */
                                     .local_forward = gelu_forward,
                                     .local_backward = gelu_backward,
                                     .slope_at_zero = half};

const struct layer_ops layer_identity = {.name = "identity", .usage = "identity", .works_in_place = true};

/*
 * layernorm.c - normalises each example to mean 0 and variance 1 over all its numbers, then applies a learned
 * scale and shift, one of each for every number (Ba, Kiros, Hinton 2016, arXiv:1607.06450; equation 4).
 *
 *     x^ = (x - mean) / sqrt(variance + epsilon)    y = scale x^ + shift
 *     dscale = sum dy x^    dshift = sum dy
 *     d = dy scale    dx = (d - mean(d) - x^ mean(d x^)) / sqrt(variance + epsilon)
 *
 * Means and the variance are over the numbers of an example, sums over the examples of the batch. The layer
 * equals PyTorch's nn.LayerNorm over the whole shape of an example, with its epsilon of 1e-5: an image is
 * normalised over channels, rows and columns, and has a scale and a shift for each of its numbers. Training
 * and evaluation do the same, because there are no running statistics, and a batch may be one example.
 *
 * Every output depends on all inputs, so the layer begins a block. Each range of channels computes the
 * moments of the examples again, in the same order, instead of storing them: this takes two reads of x, which
 * is little compared with the products of the layers around it.
 */
#include "layer_table.h"

#include <math.h>
#include <string.h>

static const double epsilon = 1e-5;
enum { SCALE, SHIFT };
enum { CHUNK = 4096 }; /* so many numbers are summed in float32; the sums of the chunks are added in double */

static bl_status norm_fit(bl_context *ctx, struct layer *layer)
{
    if ((double)layer->in.channels * layer->in.rows * layer->in.cols < 2.0)
        BL_FAIL(ctx, BL_BAD_VALUE, "layer norm makes an example of one number constant; it needs two");
    return BL_OK;
}

static size_t chunk_at(size_t i, size_t n)
{
    return n - i < CHUNK ? n - i : CHUNK;
}

static struct moments moments_of(const struct backend *backend, const float *x, size_t n)
{
    double sum = 0.0, square = 0.0;
    for (size_t i = 0; i < n; i += CHUNK)
        sum += (double)backend->sum(x + i, chunk_at(i, n));
    const float mean = (float)(sum / (double)n);
    for (size_t i = 0; i < n; i += CHUNK)
        square += (double)backend->square_sum(x + i, mean, chunk_at(i, n));
    return (struct moments){mean, (float)(1.0 / sqrt(square / (double)n + epsilon))};
}

/* The means of d and of d x^ over an example. */
static void means_of(const struct backend *backend, const float *dy, const float *x, const struct moments *m,
                     const float *scale, size_t n, float means[2])
{
    double sums[2] = {0.0, 0.0};
    for (size_t i = 0; i < n; i += CHUNK) {
        float some[2];
        backend->layer_norm_sums(dy + i, x + i, m, scale + i, chunk_at(i, n), some);
        sums[0] += (double)some[0];
        sums[1] += (double)some[1];
    }
    means[0] = (float)(sums[0] / (double)n);
    means[1] = (float)(sums[1] / (double)n);
}

static void norm_forward(const struct layer *layer, const struct layer_io *c)
{
    const struct backend *backend = c->worker->backend;
    const size_t begin = c->out.begin;
    for (size_t n = 0; n < c->x.rows; n++) {
        const float *x = matrix_row(&c->x, n);
        const struct moments m = moments_of(backend, x, layer->units);
        backend->layer_norm(matrix_row(&c->y, n) + begin, x + begin, &m, layer->params[SCALE] + begin,
                            layer->params[SHIFT] + begin, range_size(c->out));
    }
}

static void norm_backward(const struct layer *layer, const struct layer_io *c)
{
    const struct backend *backend = c->worker->backend;
    const size_t begin = c->in.begin;
    for (size_t n = 0; n < c->x.rows; n++) {
        const float *x = matrix_row(&c->x, n), *dy = matrix_row(&c->dy, n);
        const struct moments m = moments_of(backend, x, layer->units);
        float means[2];
        means_of(backend, dy, x, &m, layer->params[SCALE], layer->units, means);
        backend->layer_norm_backward(matrix_row(&c->dx, n) + begin, dy + begin, x + begin, &m,
                                     layer->params[SCALE] + begin, means, c->accumulates, range_size(c->in));
    }
}

static void norm_gradient(const struct layer *layer, const struct layer_io *c)
{
    const struct backend *backend = c->worker->backend;
    const size_t begin = c->out.begin, size = range_size(c->out);
    memset(c->param_grads[SCALE] + begin, 0, size * sizeof(float));
    for (size_t n = 0; n < c->x.rows; n++) {
        const float *x = matrix_row(&c->x, n);
        const struct moments m = moments_of(backend, x, layer->units);
        backend->layer_norm_gain(c->param_grads[SCALE] + begin, matrix_row(&c->dy, n) + begin, x + begin, &m,
                                 size);
    }
    backend->column_sum(c->dy.x + begin, c->dy.rows, size, c->dy.stride, c->param_grads[SHIFT] + begin);
}

const struct layer_ops layer_layernorm = {
    .name = "layernorm",
    .usage = "layernorm",
    .reads_all = true,
    .fit = norm_fit,
    .local_forward = norm_forward,
    .local_backward = norm_backward,
    .params_gradient = norm_gradient,
    .params = {"scale", "shift"},
    .params_start = {1.0f, 0.0f},
    .has_params_for_each_unit = true,
};

/*
 * batchnorm.c - normalises each channel to mean 0 and variance 1 over the batch and the channel's map, then
 * applies a learned scale and shift (Ioffe, Szegedy 2015, arXiv:1502.03167).
 *
 *     x^ = (x - mean) / sqrt(variance + epsilon)    y = scale x^ + shift
 *     dscale = sum dy x^    dshift = sum dy
 *     dx = scale / sqrt(variance + epsilon) (dy - dshift / M - x^ dscale / M)      M: examples x map
 *
 * In evaluation, mean and variance are the running statistics r <- 0.9 r + 0.1 (batch statistic); the batch
 * variance that enters them is the unbiased one, with M - 1. Sums are in double, over the examples in order.
 */
#include "layer_table.h"

#include <math.h>

static const double epsilon = 1e-5, momentum = 0.1;
enum { MEAN, INVERSE, CACHED }; /* numbers of a channel in the cache; INVERSE: 1 / sqrt(variance + epsilon) */
enum { SCALE, SHIFT };
enum { RUNNING_MEAN, RUNNING_VARIANCE };

static size_t map_of(const struct layer_io *c)
{
    return range_size(c->out) / (c->last - c->first);
}

/* The channels from k on, at most as many as one call of the backend accepts. */
static struct norm_maps maps_from(const struct layer_io *c, size_t k)
{
    const size_t left = c->last - k;
    return (struct norm_maps){.channels = left < NORM_MOST_CHANNELS ? left : NORM_MOST_CHANNELS,
                              .map = map_of(c),
                              .examples = c->x.rows,
                              .stride = c->x.stride};
}

/* The first example's numbers of channel k; those of the following channels are contiguous with them. */
static float *from_channel(struct matrix m, const struct layer_io *c, size_t k)
{
    return m.x + c->out.begin + (k - c->first) * map_of(c);
}

struct statistics {
    double mean[NORM_MOST_CHANNELS], variance[NORM_MOST_CHANNELS];
};

static void batch_statistics(const struct layer_io *c, const struct norm_maps *m, size_t k,
                             struct statistics *s)
{
    const struct backend *backend = c->worker->backend;
    const double count = (double)(m->examples * m->map);
    const float *x = from_channel(c->x, c, k);
    backend->norm_sums(m, x, s->mean);
    for (size_t i = 0; i < m->channels; i++)
        s->mean[i] /= count;
    backend->norm_squares(m, x, s->mean, s->variance);
    for (size_t i = 0; i < m->channels; i++)
        s->variance[i] /= count;
}

static void keep_running(const struct layer *layer, const struct norm_maps *of, size_t k, double mean,
                         double variance)
{
    const double count = (double)(of->examples * of->map);
    const double unbiased = count > 1.0 ? variance * count / (count - 1.0) : variance;
    float *m = &layer->buffers[RUNNING_MEAN][k], *v = &layer->buffers[RUNNING_VARIANCE][k];
    *m = (float)((1.0 - momentum) * (double)*m + momentum * mean);
    *v = (float)((1.0 - momentum) * (double)*v + momentum * unbiased);
}

/* The cached mean and inverse deviation of some channels. */
struct centre {
    float mean[NORM_MOST_CHANNELS], inverse[NORM_MOST_CHANNELS];
};

static struct centre centre_from(const struct layer_io *c, size_t k, size_t channels)
{
    struct centre centre = {{0.0f}, {0.0f}};
    for (size_t i = 0; i < channels; i++) {
        centre.mean[i] = c->cache[CACHED * (k + i) + MEAN];
        centre.inverse[i] = c->cache[CACHED * (k + i) + INVERSE];
    }
    return centre;
}

static void find_centre(const struct layer *layer, const struct layer_io *c, const struct norm_maps *m,
                        size_t k)
{
    struct statistics s;
    for (size_t i = 0; i < m->channels; i++) {
        s.mean[i] = (double)layer->buffers[RUNNING_MEAN][k + i];
        s.variance[i] = (double)layer->buffers[RUNNING_VARIANCE][k + i];
    }
    if (c->pass.purpose != PASS_EVAL)
        batch_statistics(c, m, k, &s);
    for (size_t i = 0; i < m->channels; i++) {
        if (c->pass.purpose == PASS_TRAIN)
            keep_running(layer, m, k + i, s.mean[i], s.variance[i]);
        c->cache[CACHED * (k + i) + MEAN] = (float)s.mean[i];
        c->cache[CACHED * (k + i) + INVERSE] = (float)(1.0 / sqrt(s.variance[i] + epsilon));
    }
}

static void norm_forward(const struct layer *layer, const struct layer_io *c)
{
    for (size_t k = c->first; k < c->last; k += NORM_MOST_CHANNELS) {
        const struct norm_maps m = maps_from(c, k);
        find_centre(layer, c, &m, k);
        const struct centre centre = centre_from(c, k, m.channels);
        c->worker->backend->norm(&m, from_channel(c->x, c, k), centre.mean, centre.inverse,
                                 layer->params[SCALE] + k, layer->params[SHIFT] + k,
                                 from_channel(c->y, c, k));
    }
}

/* The backward pass of some channels. The derivative also passes through the statistics if these are the
   batch's; the running statistics do not depend on the batch. */
static void norm_backward_from(const struct layer *layer, const struct layer_io *c, size_t k)
{
    const struct backend *backend = c->worker->backend;
    const struct norm_maps m = maps_from(c, k);
    const struct centre centre = centre_from(c, k, m.channels);
    const double count = (double)(m.examples * m.map);
    const float *x = from_channel(c->x, c, k), *dy = from_channel(c->dy, c, k);
    double shift[NORM_MOST_CHANNELS], scale[NORM_MOST_CHANNELS];
    float factor[NORM_MOST_CHANNELS], dshift[NORM_MOST_CHANNELS], dscale[NORM_MOST_CHANNELS];
    backend->norm_backward_sums(&m, x, dy, centre.mean, centre.inverse, shift, scale);
    for (size_t i = 0; i < m.channels; i++) {
        c->param_grads[SCALE][k + i] = (float)scale[i];
        c->param_grads[SHIFT][k + i] = (float)shift[i];
        dscale[i] = (float)(scale[i] / count);
        dshift[i] = (float)(shift[i] / count);
        factor[i] = layer->params[SCALE][k + i] * centre.inverse[i];
    }
    backend->norm_backward(&m, x, dy, centre.mean, centre.inverse,
                           &(struct norm_slopes){factor, dshift, dscale}, from_channel(c->dx, c, k));
}

static void norm_backward(const struct layer *layer, const struct layer_io *c)
{
    for (size_t k = c->first; k < c->last; k += NORM_MOST_CHANNELS)
        norm_backward_from(layer, c, k);
}

const struct layer_ops layer_batchnorm = {
    .name = "batchnorm",
    .usage = "batchnorm",
    .local_forward = norm_forward,
    .local_backward = norm_backward,
    .takes_statistics = true,
    .needs_input = true,
    .cache = CACHED,
    .params = {"scale", "shift"},
    .params_start = {1.0f, 0.0f},
    .buffers = {"mean", "variance"},
    .buffers_start = {0.0f, 1.0f},
};

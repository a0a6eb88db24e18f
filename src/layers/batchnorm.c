/*
 * batchnorm.c - each channel to mean 0 and variance 1 over the batch and its map, then y = scale x + shift with both learned
 * (Ioffe, Szegedy 2015, arXiv:1502.03167).
 *
 *     x^ = (x - mean) / sqrt(variance + epsilon)    y = scale x^ + shift
 *     dscale = sum dy x^    dshift = sum dy
 *     dx = scale / sqrt(variance + epsilon) (dy - dshift / M - x^ dscale / M)      M: examples x map
 *
 * In use, mean and variance are running ones: r <- 0.9 r + 0.1 of the batch's, the variance with M - 1. Sums in double,
 * examples in order.
 */
#include "layer_table.h"

#include <math.h>

static const double epsilon = 1e-5, momentum = 0.1;
enum { MEAN, INVERSE, CACHED }; /* in the cache; INVERSE: 1 / sqrt(variance + epsilon) */
enum { SCALE, SHIFT };
enum { RUNNING_MEAN, RUNNING_VARIANCE };

static size_t map_of(const struct crossing *c)
{
    return part_size(c->out) / (c->last - c->first);
}

/* The numbers of one channel in one example. */
static float *channel(struct matrix m, const struct crossing *c, size_t n, size_t k)
{
    return matrix_row(&m, n) + c->out.begin + (k - c->first) * map_of(c);
}

static void batch_statistics(const struct crossing *c, size_t k, double *mean, double *variance)
{
    const size_t map = map_of(c);
    const double count = (double)(c->x.rows * map);
    double sum = 0.0, square = 0.0;
    for (size_t n = 0; n < c->x.rows; n++)
        for (size_t i = 0; i < map; i++)
            sum += (double)channel(c->x, c, n, k)[i];
    *mean = sum / count;
    for (size_t n = 0; n < c->x.rows; n++)
        for (size_t i = 0; i < map; i++) {
            const double d = (double)channel(c->x, c, n, k)[i] - *mean;
            square += d * d;
        }
    *variance = square / count;
}

static void keep_running(const struct layer *layer, const struct crossing *c, size_t k, double mean,
                         double variance)
{
    const double count = (double)(c->x.rows * map_of(c));
    const double unbiased = count > 1.0 ? variance * count / (count - 1.0) : variance;
    float *m = &layer->kept[RUNNING_MEAN][k], *v = &layer->kept[RUNNING_VARIANCE][k];
    *m = (float)((1.0 - momentum) * (double)*m + momentum * mean);
    *v = (float)((1.0 - momentum) * (double)*v + momentum * unbiased);
}

static void statistics(const struct layer *layer, const struct crossing *c, size_t k)
{
    double mean = (double)layer->kept[RUNNING_MEAN][k], variance = (double)layer->kept[RUNNING_VARIANCE][k];
    if (c->passage.purpose != PASSAGE_USE)
        batch_statistics(c, k, &mean, &variance);
    if (c->passage.purpose == PASSAGE_TRAIN)
        keep_running(layer, c, k, mean, variance);
    c->cache[CACHED * k + MEAN] = (float)mean;
    c->cache[CACHED * k + INVERSE] = (float)(1.0 / sqrt(variance + epsilon));
}

static void norm_apply(const struct layer *layer, const struct crossing *c)
{
    for (size_t k = c->first; k < c->last; k++) {
        statistics(layer, c, k);
        const float mean = c->cache[CACHED * k + MEAN], inverse = c->cache[CACHED * k + INVERSE];
        for (size_t n = 0; n < c->x.rows; n++)
            for (size_t i = 0; i < map_of(c); i++)
                channel(c->y, c, n, k)[i] =
                    layer->own[SCALE][k] * ((channel(c->x, c, n, k)[i] - mean) * inverse) +
                    layer->own[SHIFT][k];
    }
}

/* Through the batch's statistics too, which the running ones are not. */
static void norm_down(const struct layer *layer, const struct crossing *c)
{
    const size_t map = map_of(c);
    const double count = (double)(c->x.rows * map);
    for (size_t k = c->first; k < c->last; k++) {
        const float mean = c->cache[CACHED * k + MEAN], inverse = c->cache[CACHED * k + INVERSE];
        double scale = 0.0, shift = 0.0;
        for (size_t n = 0; n < c->x.rows; n++)
            for (size_t i = 0; i < map; i++) {
                const double d = (double)channel(c->dy, c, n, k)[i];
                shift += d;
                scale += d * (double)((channel(c->x, c, n, k)[i] - mean) * inverse);
            }
        c->own[SCALE][k] = (float)scale;
        c->own[SHIFT][k] = (float)shift;
        const float dscale = (float)(scale / count), dshift = (float)(shift / count);
        const float factor = layer->own[SCALE][k] * inverse;
        for (size_t n = 0; n < c->x.rows; n++)
            for (size_t i = 0; i < map; i++)
                channel(c->dx, c, n, k)[i] = factor * (channel(c->dy, c, n, k)[i] - dshift -
                                                       (channel(c->x, c, n, k)[i] - mean) * inverse * dscale);
    }
}

const struct layer_ops layer_batchnorm = {
    .name = "batchnorm",
    .usage = "batchnorm",
    .apply = norm_apply,
    .down = norm_down,
    .takes_statistics = true,
    .needs_input = true,
    .cache = CACHED,
    .own = {"scale", "shift"},
    .own_start = {1.0f, 0.0f},
    .kept = {"mean", "variance"},
    .kept_start = {0.0f, 1.0f},
};

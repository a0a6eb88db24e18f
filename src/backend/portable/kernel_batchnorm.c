/*
 * kernel_batchnorm.c - the sums and the elementwise passes of batch norm, on the maps of up to
 * NORM_MOST_CHANNELS channels.
 *
 * The order of a channel's sum is fixed, so each addition depends on the one before it. Channels are
 * independent: maps are transposed piece by piece, so that a vector holds the same position of several
 * channels, which are summed together.
 */
#include "kernel.h"
#include "panel.h"

/* PLACES: positions of a piece. */
enum { C = NORM_MOST_CHANNELS, PLACES = 64, LANES = 8, VECTORS = C / LANES };

/* A vector type of the compiler, which is the same in every variant; the compiler splits it into the
   processor's vectors. */
typedef float floats __attribute__((vector_size(LANES * sizeof(float))));
typedef double doubles __attribute__((vector_size(LANES * sizeof(double))));

#define LOAD(to, from) memcpy(&(to), from, sizeof(to))
#define DOUBLES(x) __builtin_convertvector(x, doubles)

/* One number for each of C channels; 0 for those that do not exist. */
struct batchnorm_row {
    float x[C];
};

static struct batchnorm_row row_of(const struct norm_maps *m, const float *x)
{
    struct batchnorm_row row = {{0.0f}};
    for (size_t k = 0; k < m->channels; k++)
        row.x[k] = x[k];
    return row;
}

/* A piece of one example's maps, transposed: positions x C. */
struct piece {
    float x[PLACES * C];
};

/* Transposes `places` positions of the maps from position `first` on; channels that do not exist get zeros.
   Maps of one number need no transposition. The usual sizes are compile-time constants. */
static void turn(const struct norm_maps *m, const float *x, size_t first, size_t places, struct piece *to)
{
    if (m->map == 1) {
        const struct batchnorm_row row = row_of(m, x);
        memcpy(to->x, row.x, sizeof row.x);
    } else if (m->channels == C && places == PLACES)
        pack_transposed(x + first, m->map, PLACES, C, C, to->x);
    else if (m->channels == C / 2 && places == PLACES)
        pack_transposed(x + first, m->map, PLACES, C / 2, C, to->x);
    else
        pack_transposed(x + first, m->map, places, m->channels, C, to->x);
}

static size_t places_left(const struct norm_maps *m, size_t first)
{
    return m->map - first < PLACES ? m->map - first : PLACES;
}

static void give(const struct norm_maps *m, const doubles from[VECTORS], double *to)
{
    memcpy(to, from, m->channels * sizeof *to);
}

void KERNEL(norm_sums)(const struct norm_maps *m, const float *x, double *sum)
{
    doubles all[VECTORS] = {{0.0}};
    struct piece piece;
    for (size_t n = 0; n < m->examples; n++, x += m->stride)
        for (size_t first = 0, places; first < m->map; first += places) {
            places = places_left(m, first);
            turn(m, x, first, places, &piece);
            for (size_t i = 0; i < places; i++)
                EACH (j, VECTORS) {
                    floats v;
                    LOAD(v, piece.x + i * C + j * LANES);
                    all[j] += DOUBLES(v);
                }
        }
    give(m, all, sum);
}

void KERNEL(norm_squares)(const struct norm_maps *m, const float *x, const double *mean, double *sum)
{
    doubles all[VECTORS] = {{0.0}}, middle[VECTORS] = {{0.0}};
    struct piece piece;
    memcpy(middle, mean, m->channels * sizeof *mean);
    for (size_t n = 0; n < m->examples; n++, x += m->stride)
        for (size_t first = 0, places; first < m->map; first += places) {
            places = places_left(m, first);
            turn(m, x, first, places, &piece);
            for (size_t i = 0; i < places; i++)
                EACH (j, VECTORS) {
                    floats v;
                    LOAD(v, piece.x + i * C + j * LANES);
                    const doubles d = DOUBLES(v) - middle[j];
                    all[j] += d * d;
                }
        }
    give(m, all, sum);
}

void KERNEL(norm_backward_sums)(const struct norm_maps *m, const float *x, const float *dy, const float *mean,
                                const float *inverse, double *sum, double *product)
{
    doubles all[VECTORS] = {{0.0}}, products[VECTORS] = {{0.0}};
    const struct batchnorm_row means = row_of(m, mean), inverses = row_of(m, inverse);
    floats middle[VECTORS], factor[VECTORS];
    struct piece px, pd;
    memcpy(middle, means.x, sizeof middle);
    memcpy(factor, inverses.x, sizeof factor);
    for (size_t n = 0; n < m->examples; n++, x += m->stride, dy += m->stride)
        for (size_t first = 0, places; first < m->map; first += places) {
            places = places_left(m, first);
            turn(m, x, first, places, &px);
            turn(m, dy, first, places, &pd);
            for (size_t i = 0; i < places; i++)
                EACH (j, VECTORS) {
                    floats v, w;
                    LOAD(v, px.x + i * C + j * LANES);
                    LOAD(w, pd.x + i * C + j * LANES);
                    const doubles d = DOUBLES(w);
                    all[j] += d;
                    products[j] += d * DOUBLES((v - middle[j]) * factor[j]);
                }
        }
    give(m, all, sum);
    give(m, products, product);
}

void KERNEL(norm)(const struct norm_maps *m, const float *x, const float *mean, const float *inverse,
                  const float *scale, const float *shift, float *y)
{
    for (size_t n = 0; n < m->examples; n++, x += m->stride, y += m->stride) {
        for (size_t k = 0; k < m->channels && m->map == 1; k++)
            y[k] = scale[k] * ((x[k] - mean[k]) * inverse[k]) + shift[k];
        for (size_t k = 0; k < m->channels && m->map > 1; k++) {
            const vec a = vec_all(mean[k]), b = vec_all(inverse[k]), c = vec_all(scale[k]),
                      d = vec_all(shift[k]);
            const float *from = x + k * m->map;
            float *to = y + k * m->map;
            for (size_t i = 0; i < m->map; i += VEC_WIDTH) {
                const vec standard = vec_mul(vec_sub(vec_load_part(from + i, m->map - i), a), b);
                vec_store_part(to + i, vec_add(vec_mul(c, standard), d), m->map - i);
            }
        }
    }
}

void KERNEL(norm_backward)(const struct norm_maps *m, const float *x, const float *dy, const float *mean,
                           const float *inverse, const struct norm_slopes *s, float *dx)
{
    for (size_t n = 0; n < m->examples; n++, x += m->stride, dy += m->stride, dx += m->stride) {
        for (size_t k = 0; k < m->channels && m->map == 1; k++)
            dx[k] = s->factor[k] * (dy[k] - s->dshift[k] - (x[k] - mean[k]) * inverse[k] * s->dscale[k]);
        for (size_t k = 0; k < m->channels && m->map > 1; k++) {
            const vec a = vec_all(mean[k]), b = vec_all(inverse[k]), factor = vec_all(s->factor[k]),
                      dshift = vec_all(s->dshift[k]), dscale = vec_all(s->dscale[k]);
            const size_t at = k * m->map;
            for (size_t i = 0; i < m->map; i += VEC_WIDTH) {
                const size_t left = m->map - i;
                const vec standard = vec_mul(vec_sub(vec_load_part(x + at + i, left), a), b);
                const vec d = vec_sub(vec_load_part(dy + at + i, left), dshift);
                vec_store_part(dx + at + i, vec_mul(factor, vec_sub(d, vec_mul(standard, dscale))), left);
            }
        }
    }
}

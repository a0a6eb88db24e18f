/*
 * clip.c - clips gradients in pieces of fixed length: computes the sum of squares of each piece, then scales
 * it.
 *
 * The pieces' sums are added in order, so that the norm does not depend on threads.
 */
#include "clip.h"

#include "../../base/maths.h"
#include "../../base/mem.h"
#include "../../base/parallel.h"

#include <math.h>

enum { PIECE = 16384 }; /* numbers per task */

#define EPSILON 1e-6 /* PyTorch's */

struct clipping {
    const struct clip *clip;
    float *g;
    float factor;
};

static size_t pieces_of(size_t n)
{
    return (n + PIECE - 1) / PIECE;
}

static size_t size_of_piece(size_t n, size_t i)
{
    return n - i * PIECE < PIECE ? n - i * PIECE : PIECE;
}

bool clip_is_on(const struct clip *clip)
{
    return clip->limits.norm > 0.0 || clip->limits.value > 0.0;
}

bl_status clip_create(struct clip *out, bl_context *ctx, struct clip_limits limits, size_t n)
{
    *out = (struct clip){.ctx = ctx, .limits = limits, .n = n};
    if (!clip_is_on(out))
        return BL_OK;
    BL_TRY(parallel_need(ctx, pieces_of(n)));
    return MEM_ARRAY(ctx, &out->squares, pieces_of(n), "the norm of the gradients");
}

void clip_release(struct clip *clip)
{
    mem_free(clip->ctx, clip->squares);
    clip->squares = NULL;
}

static void squares_task(void *work, size_t i, int worker)
{
    const struct clipping *c = work;
    (void)worker;
    c->clip->squares[i] = maths_squared_norm(c->g + i * PIECE, size_of_piece(c->clip->n, i));
}

static void scale_task(void *work, size_t i, int worker)
{
    const struct clipping *c = work;
    float *g = c->g + i * PIECE;
    (void)worker;
    for (size_t j = 0; j < size_of_piece(c->clip->n, i); j++)
        g[j] *= c->factor;
}

static float limited(float g, float most)
{
    return g > most ? most : g < -most ? -most : g;
}

static void limit_task(void *work, size_t i, int worker)
{
    const struct clipping *c = work;
    float *g = c->g + i * PIECE;
    (void)worker;
    for (size_t j = 0; j < size_of_piece(c->clip->n, i); j++)
        g[j] = limited(g[j], (float)c->clip->limits.value);
}

static double norm_of(struct clipping *c, int threads)
{
    double sum = 0.0;
    parallel_for(c->clip->ctx, threads, pieces_of(c->clip->n), NULL, squares_task, c);
    for (size_t i = 0; i < pieces_of(c->clip->n); i++)
        sum += c->clip->squares[i];
    return sqrt(sum);
}

void clip_apply(const struct clip *clip, float *g, int threads)
{
    struct clipping c = {.clip = clip, .g = g};
    if (clip->limits.value > 0.0) {
        parallel_for(clip->ctx, threads, pieces_of(clip->n), NULL, limit_task, &c);
        return;
    }
    const double norm = norm_of(&c, threads), factor = clip->limits.norm / (norm + EPSILON);
    if (!isfinite(norm) || !(factor < 1.0))
        return;
    c.factor = (float)factor;
    parallel_for(clip->ctx, threads, pieces_of(clip->n), NULL, scale_task, &c);
}

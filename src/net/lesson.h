/*
 * lesson.h - one batch on its way through a net: activations, error, teaching signals. The net itself is only read.
 *
 * All of it is allocated once, for the largest batch; the matrices' rows say how many examples there are now.
 */
#ifndef BL_NET_LESSON_H
#define BL_NET_LESSON_H

#include "net.h"

struct lesson {
    bl_context *ctx;
    size_t capacity, n; /* examples: room for, and here now */
    size_t n_blocks;
    struct matrix x; /* n x inputs */
    struct matrix y; /* n x outputs: the targets */
    int32_t *labels; /* n */
    bool has_labels;
    struct matrix *out; /* of each layer, n x units; the first layer behind weights overwrites theirs, which
                              nobody needs again, each further one has its own */
    size_t n_layers;
    struct matrix *h;      /* of each block, n x units: its output; the last one's are the scores a */
    struct matrix *signal; /* of each block, n x units: what the rule teaches at its end */
    struct matrix *delta;  /* the same memory once settled: at the weighted output; the last one is e */
    struct worker *workers;
    size_t n_workers;
    float *floats, *worker_floats;
};

/* Where a piece of work is. */
struct place {
    size_t l;
    struct part part;
    struct worker *worker;
};

bl_status lesson_create(struct lesson **out, bl_context *ctx, const struct net *net, size_t capacity);
void lesson_free(struct lesson *lesson);
void lesson_set_size(struct lesson *lesson, size_t n); /* n <= capacity */
/* y from the first n labels, or from those that `order` picks: one-hot. */
void lesson_set_labels(struct lesson *lesson, const int32_t *labels);
void lesson_take_labels(struct lesson *lesson, const int32_t *labels, const uint32_t *order);

static inline const struct matrix *lesson_error(const struct lesson *lesson)
{
    return &lesson->delta[lesson->n_blocks - 1];
}
static inline const struct matrix *lesson_scores(const struct lesson *lesson)
{
    return &lesson->h[lesson->n_blocks - 1];
}
/* What block l's weights see. */
static inline const struct matrix *lesson_input(const struct lesson *lesson, size_t l)
{
    return l > 0 ? &lesson->h[l - 1] : &lesson->x;
}
bool lesson_has_failed(const struct lesson *lesson); /* a backend call failed since lesson_create */

#endif

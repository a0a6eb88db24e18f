/*
 * flush.c - sets denormal numbers in the optimiser's state to 0, in pieces of fixed length.
 */
#include "flush.h"

#include "../../base/parallel.h"

enum { PIECE = 1 << 16 }; /* numbers per task */

struct flushing {
    const struct backend *backend;
    float *x;
    size_t n;
};

static void flush_task(void *work, size_t i, int worker)
{
    const struct flushing *f = work;
    const size_t begin = i * PIECE, left = f->n - begin;
    (void)worker;
    f->backend->flush(f->x + begin, left < PIECE ? left : PIECE);
}

static void flush_all(const struct stepper *s, float *x, size_t n, int threads)
{
    struct flushing f = {.backend = s->ctx->backend, .x = x, .n = n};
    if (x)
        parallel_for(s->ctx, threads, (n + PIECE - 1) / PIECE, NULL, flush_task, &f);
}

void stepper_flush(const struct stepper *s, int threads)
{
    for (size_t i = 0; i < optimizer_slots(&s->optimizer); i++) {
        flush_all(s, s->slots[i], s->net->n_params - s->learns_from, threads);
        flush_all(s, s->B_slots[i], s->B_floats, threads);
        flush_all(s, s->array_slots.floats[i], s->array_slots.n_floats, threads);
    }
}

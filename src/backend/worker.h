/*
 * worker.h - the state of one thread: the operations, and the thread's scratch memory.
 */
#ifndef BL_BACKEND_WORKER_H
#define BL_BACKEND_WORKER_H

#include "../base/clock.h"
#include "backend.h"

/* The phases by which the time of a step is counted. */
enum move { MOVE_FORWARD, MOVE_ERROR, MOVE_SIGNAL, MOVE_GRADIENT, MOVE_UPDATE, MOVES };

/* The precision of the operands of products. They are rounded to bfloat16 in all weighted layers, or only in
   dense ones; weights, sums and everything else are always float32. */
enum precision { PRECISION_FLOAT32, PRECISION_BF16, PRECISION_BF16_DENSE };

/* Which matrix is packed in a worker's `floats`, and how. x NULL: none. It is set by the code that packs, and
   cleared by the code that changes the matrix. */
enum packing { PACKED_FLOAT32, PACKED_BF16_PANELS, PACKED_BF16_COLUMNS, PACKED_BF16_ROWS };
struct packed {
    const float *x;
    enum packing as;
};

struct worker {
    const struct backend *backend;
    enum precision precision;
    float *scratch; /* for gemm and update_fused */
    float *floats;  /* for layers */
    float *tile;    /* a finished piece of a gradient: rows of weights, then their biases */
    struct packed packed;
    bool is_timed;         /* the phases of the current step are timed */
    double seconds[MOVES]; /* of this worker in each phase of the step; read after the parallel region */
};

static inline void worker_gemm(struct worker *worker, struct gemm g)
{
    worker->backend->gemm(&g, worker->scratch);
}

/* The time at which a phase begins; 0 if the step is not timed. */
static inline double worker_begin(const struct worker *worker)
{
    return worker->is_timed ? clock_seconds() : 0.0;
}

/* Ends the phase that began at `begun`; returns the time, at which the next phase may begin. */
static inline double worker_end(struct worker *worker, enum move move, double begun)
{
    if (!worker->is_timed)
        return 0.0;
    const double now = clock_seconds();
    worker->seconds[move] += now - begun;
    return now;
}

#endif

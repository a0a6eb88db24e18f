/*
 * worker.h - what one thread needs to compute: the operations, and scratch of its own.
 */
#ifndef BL_BACKEND_WORKER_H
#define BL_BACKEND_WORKER_H

#include "backend.h"

struct worker {
    const struct backend *backend;
    float *scratch;  /* for gemm */
    float *floats;   /* for layers */
    float *tile;     /* a finished piece of a gradient: rows of weights, then their biases */
    bool has_failed; /* a backend call reported a failure; read after the parallel region */
};

/* The product, with the failure remembered in the worker. */
static inline void worker_gemm(struct worker *worker, struct gemm g)
{
    if (!worker->backend->gemm(&g, worker->scratch))
        worker->has_failed = true;
}

#endif

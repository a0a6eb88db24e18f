/*
 * parallel.h - the only way to use several threads.
 *
 * The caller cuts its work into tasks that depend on the problem's shape, never on the number of threads, and
 * no two tasks write the same memory. So the result does not depend on which thread runs a task, or when.
 *
 * The threads belong to the context. They are started when work first needs them, and sleep while there is no
 * job.
 */
#ifndef BL_BASE_PARALLEL_H
#define BL_BASE_PARALLEL_H

#include "context.h"

#include <stddef.h>

/* task: 0 .. n-1. worker: 0 .. threads-1, which selects the thread's scratch memory; 0 is the calling
   thread. */
typedef void (*parallel_task)(void *work, size_t task, int worker);
/* The lane of a task. Tasks of one lane use the same memory in every call, so one worker takes them first, in
   every call the same one. */
typedef size_t (*parallel_lane)(const void *work, size_t task);

/* Allocates for ctx->threads workers and for lists of up to n tasks with lanes. Call it before parallel_for,
   not between the steps of an epoch. */
bl_status parallel_need(bl_context *ctx, size_t n);

/* Runs every task once and returns when all are done. It waits for tasks, never for a thread without a task.
   Worker w takes the tasks of lanes w, w + threads, ..., in order, and then the remaining tasks of other
   workers. lane NULL: each task is a separate lane. Uses at most the workers that parallel_need allocated,
   and fewer if the system starts fewer threads; if n is more than parallel_need allowed, each task is a
   separate lane. A task must not call parallel_for with the same context. */
void parallel_for(bl_context *ctx, int threads, size_t n, parallel_lane lane, parallel_task task, void *work);

/* For work that several threads of the caller may do with one context at once. Returns whether the calling
   thread now owns the context's threads. If another thread owns them, everything that the calling thread does
   by parallel_for runs on it alone, until parallel_disown, which must follow with the same value. */
bool parallel_own(bl_context *ctx);
void parallel_disown(bl_context *ctx, bool owns);

/* The number of processors that this process may use: the least of its affinity mask, the CPU quota of its
   control group, and OMP_NUM_THREADS, which batch systems and joblib set. */
int parallel_cores(void);

#endif

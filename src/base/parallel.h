/*
 * parallel.h - the only way to use several threads.
 *
 * The caller cuts its work into tasks fixed by the problem's shape, never by the number of threads, and every
 * task writes where no other does. Then the result does not depend on who does what, or when.
 *
 * The threads belong to the context. They are started when work first needs them, and sleep while there is
 * none.
 */
#ifndef BL_BASE_PARALLEL_H
#define BL_BASE_PARALLEL_H

#include "context.h"

#include <stddef.h>

/* task: 0 .. n-1. worker: 0 .. threads-1, for scratch of its own; 0 is the calling thread. */
typedef void (*parallel_task)(void *work, size_t task, int worker);
/* Tasks of one lane touch the same memory from call to call: one worker takes them first, the same one each
   time. */
typedef size_t (*parallel_lane)(const void *work, size_t task);

/* Room for ctx->threads workers and for lists of up to n tasks with lanes. Called before parallel_for, not
   between the steps of an epoch, because it allocates. */
bl_status parallel_need(bl_context *ctx, size_t n);

/* Runs every task once and returns when all are done, which waits for tasks only, never for a thread that
   has none. Worker w takes the tasks of lanes w, w + threads, ..., in order, and then what others have left.
   lane NULL: each task has its own. Uses at most the workers that parallel_need made room for, and fewer
   where the system gives no more threads; without room for n lanes, each task has its own. Not to be called
   by a task on its own context. */
void parallel_for(bl_context *ctx, int threads, size_t n, parallel_lane lane, parallel_task task, void *work);

/* The processors that this process may use: by affinity, by the CPU quota of its control group, and by
   OMP_NUM_THREADS, which batch systems and joblib set; whichever is least. */
int parallel_cores(void);

#endif

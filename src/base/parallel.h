/*
 * parallel.h - the only way to use several threads.
 *
 * The caller cuts its work into tasks fixed by the problem's shape, never by the number of threads, and every
 * task writes where no other does. Then the result does not depend on who does what, or when.
 */
#ifndef BL_BASE_PARALLEL_H
#define BL_BASE_PARALLEL_H

#include <stddef.h>

/* task: 0 .. n-1. worker: 0 .. threads-1, for scratch of its own. */
typedef void (*parallel_task)(void *work, size_t task, int worker);
/* Tasks of one lane touch the same memory from region to region: one worker takes them first, the same one each time. */
typedef size_t (*parallel_lane)(const void *work, size_t task);

/* Runs every task once and returns when all are done. Worker w takes the tasks of lanes w, w + threads, ..., in order, and
   then what others have left. lane NULL: each task has its own. Inside a task the OpenMP of libraries below sees one
   thread, also when the team is of one: their results must not depend on the team. */
void parallel_for(int threads, size_t n, parallel_lane lane, parallel_task task, void *work);

int parallel_cores(void);           /* those this process may use; 1 without OpenMP */
const char *parallel_version(void); /* of OpenMP: the month of its standard, "201511"; NULL: built without */

#endif

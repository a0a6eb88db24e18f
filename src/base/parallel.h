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

/* Runs every task once and returns when all are done. Inside a task the OpenMP of libraries below sees one
   thread, also when the team is of one: their results must not depend on the team. */
void parallel_for(int threads, size_t n, parallel_task task, void *work);

int parallel_cores(void);           /* those this process may use; 1 without OpenMP */
const char *parallel_version(void); /* of OpenMP: the month of its standard, "201511"; NULL: built without */

#endif

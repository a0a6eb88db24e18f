/*
 * parallel.c - parallel_for on OpenMP; without it, a loop. The only file with OpenMP in it.
 *
 * A library called inside a task may use OpenMP itself (oneDNN does). A team of one does not count as a parallel
 * region, so it would see all cores there and might cut its sums differently: hence omp_set_num_threads(1) in
 * every worker, and in the plain loop too, put back afterwards for the caller.
 */
#include "parallel.h"

#ifdef _OPENMP
#include <omp.h>

static void run_alone(size_t n, parallel_task task, void *work)
{
    const int before = omp_get_max_threads();
    omp_set_num_threads(1);
    for (size_t i = 0; i < n; i++)
        task(work, i, 0);
    omp_set_num_threads(before);
}

void parallel_for(int threads, size_t n, parallel_task task, void *work)
{
    if (threads <= 1 || n <= 1) {
        run_alone(n, task, work);
        return;
    }
    const long long tasks = (long long)n;
#pragma omp parallel num_threads(threads)
    {
        omp_set_num_threads(1);
        const int worker = omp_get_thread_num();
#pragma omp for schedule(dynamic, 1)
        for (long long i = 0; i < tasks; i++)
            task(work, (size_t)i, worker);
    }
}

int parallel_cores(void)
{
    return omp_get_num_procs();
}

#define TEXT_OF(x) #x
#define TEXT(x) TEXT_OF(x)

const char *parallel_version(void)
{
    return TEXT(_OPENMP);
}

#else

void parallel_for(int threads, size_t n, parallel_task task, void *work)
{
    (void)threads;
    for (size_t i = 0; i < n; i++)
        task(work, i, 0);
}

int parallel_cores(void)
{
    return 1;
}

const char *parallel_version(void)
{
    return NULL;
}

#endif

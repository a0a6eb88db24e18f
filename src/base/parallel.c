/*
 * parallel.c - parallel_for on OpenMP; without it, a loop. The only file with OpenMP in it.
 *
 * Where cores do not share a cache, a part of the weights that another core has changed comes from far away: so a part
 * stays with one worker, as long as that one is not late.
 *
 * A library called inside a task may use OpenMP itself (oneDNN does). A team of one does not count as a parallel
 * region, so it would see all cores there and might cut its sums differently: hence omp_set_num_threads(1) in
 * every worker, and in the plain loop too, put back afterwards for the caller.
 *
 * The workers block the signals that come from outside: a handler then runs on a thread of the caller's, who may have given
 * it a stack of its own, and never below the stack of a kernel. A worker does so once, in its first region.
 */
#include "parallel.h"

#ifdef _OPENMP
#include <omp.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>

enum { MOST_THREADS = 1024 };

static void run_alone(size_t n, parallel_task task, void *work)
{
    const int before = omp_get_max_threads();
    omp_set_num_threads(1);
    for (size_t i = 0; i < n; i++)
        task(work, i, 0);
    omp_set_num_threads(before);
}

/* How far a worker's tasks have been taken, by itself or by others. A cache line each: taking one's own costs no transfer. */
struct taken {
    _Alignas(64) atomic_size_t n;
};

struct region {
    struct taken *taken; /* of each worker */
    int threads;
    size_t n;
    parallel_lane lane;
    parallel_task task;
    void *work;
};

/* What is left of `whose` tasks. */
static void run_tasks(const struct region *r, int whose, int worker)
{
    for (;;) {
        const size_t i = atomic_fetch_add_explicit(&r->taken[whose].n, 1, memory_order_relaxed);
        if (i >= r->n)
            return;
        const size_t lane = r->lane ? r->lane(r->work, i) : i;
        if (lane % (size_t)r->threads == (size_t)whose)
            r->task(r->work, i, worker);
    }
}

/* For the life of this thread. What a fault in it raises has to stay: blocked, it would end the program all the same, but
   past the caller's handler. */
static void block_signals(void)
{
    static _Thread_local bool signals_are_blocked;
    static const int faults[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGABRT, SIGSYS};
    sigset_t outside;
    if (signals_are_blocked)
        return;
    sigfillset(&outside);
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++)
        sigdelset(&outside, faults[i]);
    signals_are_blocked = pthread_sigmask(SIG_BLOCK, &outside, NULL) == 0;
}

void parallel_for(int threads, size_t n, parallel_lane lane, parallel_task task, void *work)
{
    struct taken taken[MOST_THREADS];
    const int team = threads < MOST_THREADS ? threads : MOST_THREADS;
    const struct region region = {taken, team, n, lane, task, work};
    if (threads <= 1 || n <= 1) {
        run_alone(n, task, work);
        return;
    }
    for (int i = 0; i < team; i++)
        atomic_init(&taken[i].n, 0);
#pragma omp parallel num_threads(team)
    {
        omp_set_num_threads(1);
        const int worker = omp_get_thread_num();
        if (worker > 0) /* 0 is the caller's own thread */
            block_signals();
        for (int i = 0; i < team; i++)
            run_tasks(&region, (worker + i) % team, worker);
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

void parallel_for(int threads, size_t n, parallel_lane lane, parallel_task task, void *work)
{
    (void)threads, (void)lane;
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

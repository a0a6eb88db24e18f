/*
 * test_parallel.c - every task runs exactly once, whatever the lanes, the number of threads and their delays;
 * numbers of workers are in range; every job ends.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../src/base/parallel.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { MOST = 300, THREADS = 9 };

static bl_context *ctx;

struct work {
    atomic_int runs[MOST];
    atomic_int strays; /* counts invalid numbers of workers */
    int threads;
    size_t late; /* the lane with slow tasks; MOST: none */
};

static size_t by_threes(const void *work, size_t i)
{
    (void)work;
    return i / 3;
}

static size_t all_in_one(const void *work, size_t i)
{
    (void)work, (void)i;
    return 5;
}

static void run(void *data, size_t i, int worker)
{
    struct work *work = data;
    const struct timespec while_ = {0, 200000};
    if (i / 3 == work->late)
        nanosleep(&while_, NULL);
    if (worker < 0 || worker >= work->threads)
        atomic_fetch_add(&work->strays, 1);
    atomic_fetch_add(&work->runs[i], 1);
}

static void check(int threads, size_t n, parallel_lane lane, size_t late)
{
    static struct work work;
    memset(&work, 0, sizeof work);
    work.threads = threads > 0 ? threads : 1;
    work.late = late;
    ctx->threads = threads > 1 ? threads : 1;
    assert_int_equal(parallel_need(ctx, n), BL_OK);
    parallel_for(ctx, threads, n, lane, run, &work);
    assert_int_equal(work.strays, 0);
    for (size_t i = 0; i < MOST; i++)
        assert_int_equal(work.runs[i], i < n);
}

static void every_task_runs_once(void **state)
{
    (void)state;
    static const parallel_lane lanes[] = {NULL, by_threes, all_in_one};
    static const size_t sizes[] = {0, 1, 2, 7, 64, MOST};
    for (int threads = 0; threads <= THREADS; threads++)
        for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++)
            for (size_t l = 0; l < sizeof lanes / sizeof *lanes; l++)
                for (int again = 0; again < 5; again++)
                    check(threads, sizes[s], lanes[l], MOST);
}

static void other_workers_take_late_tasks(void **state)
{
    (void)state;
    for (size_t late = 0; late < 4; late++)
        check(4, 40, by_threes, late);
}

static void do_little(void *data, size_t i, int worker)
{
    (void)data, (void)i, (void)worker;
    for (volatile int left = 600; left > 0; left--)
        ;
}

/* Jobs are short, and there are more workers than many machines have cores, so that workers sleep after every
   job. A job whose wake-up is lost never ends; the alarm then ends this program. */
static void no_wake_up_is_lost(void **state)
{
    (void)state;
    enum { JOBS = 100000, WORKERS = 3, LONGEST_JOB_SECONDS = 20, BETWEEN_ALARMS = 100 };
    ctx->threads = WORKERS;
    assert_int_equal(parallel_need(ctx, WORKERS), BL_OK);
    for (int job = 0; job < JOBS; job++) {
        if (job % BETWEEN_ALARMS == 0)
            alarm(LONGEST_JOB_SECONDS);
        parallel_for(ctx, WORKERS, WORKERS, NULL, do_little, NULL);
    }
    alarm(0);
}

/* The threads that run tasks, and the signals that they block. */
struct masks {
    pthread_t caller;
    atomic_int by_others, unblocked, faults_blocked, by_caller, caller_blocked;
};

static void look_at_mask(void *data, size_t i, int worker)
{
    (void)i, (void)worker;
    struct masks *m = data;
    sigset_t now;
    const struct timespec while_ = {0, 1000000};
    nanosleep(&while_, NULL); /* so that each worker runs some tasks */
    pthread_sigmask(SIG_SETMASK, NULL, &now);
    const bool blocks = sigismember(&now, SIGTERM) && sigismember(&now, SIGINT) &&
                        sigismember(&now, SIGHUP) && sigismember(&now, SIGPROF) && sigismember(&now, SIGALRM);
    if (pthread_equal(pthread_self(), m->caller)) {
        atomic_fetch_add(&m->by_caller, 1);
        atomic_fetch_add(&m->caller_blocked, sigismember(&now, SIGTERM) == 1);
        return;
    }
    atomic_fetch_add(&m->by_others, 1);
    atomic_fetch_add(&m->unblocked, !blocks);
    atomic_fetch_add(&m->faults_blocked, sigismember(&now, SIGSEGV) == 1);
}

/* Workers block signals sent to the process, so that they reach the caller's thread only; also after jobs
   with other numbers of threads. */
static void workers_block_signals(void **state)
{
    (void)state;
    struct masks m = {.caller = pthread_self()};
    ctx->threads = 6;
    assert_int_equal(parallel_need(ctx, 40), BL_OK);
    for (int threads = 4; threads > 1; threads--)
        parallel_for(ctx, threads, 40, NULL, look_at_mask, &m);
    parallel_for(ctx, 6, 40, NULL, look_at_mask, &m);
    assert_true(m.by_others > 0 && m.by_caller > 0);
    assert_int_equal(m.unblocked, 0);
    assert_int_equal(m.faults_blocked, 0);
    assert_int_equal(m.caller_blocked, 0);
}

int main(void)
{
    ctx = context_create(NULL);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_task_runs_once),
        cmocka_unit_test(other_workers_take_late_tasks),
        cmocka_unit_test(no_wake_up_is_lost),
        cmocka_unit_test(workers_block_signals),
    };
    const int failed = cmocka_run_group_tests(tests, NULL, NULL);
    context_destroy(ctx);
    return failed;
}

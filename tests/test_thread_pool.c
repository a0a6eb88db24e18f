/*
 * test_thread_pool.c - the worker threads of a context under stress: many short jobs, changing numbers of
 * threads, late threads, contexts in tasks of other contexts and on several threads of the program, fork,
 * signals, failing allocations, and threads that cannot be created. .ci/run runs it under ThreadSanitizer
 * too. Each job's tasks must run once each, and a sum over memory that the tasks write without locks must be
 * right when parallel_for returns.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../src/base/context.h"
#include "../src/base/parallel.h"
#include "backless.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { MOST = 96, JOBS = 20000, SLOW_JOBS = 1500, HOSTS = 3, LONGEST_CHILD = 30 /* seconds */ };

/* Counters without locks: a task that runs twice, or after the end of its job, gives a wrong count, and a
   race that ThreadSanitizer finds. */
struct job {
    int runs[MOST], workers[MOST];
    uint32_t number; /* the number of the job, which its tasks add */
    uint32_t delays; /* seed of the delays; 0: no delays */
    int team;
};

static uint32_t mix(uint32_t x)
{
    x ^= x >> 16;
    x *= 0x7feb352du;
    x ^= x >> 15;
    x *= 0x846ca68bu;
    return x ^ x >> 16;
}

static void delay(uint32_t draw)
{
    const struct timespec while_ = {0, 1000L * (long)(draw % 60)};
    if (draw % 8 == 0)
        nanosleep(&while_, NULL);
    for (volatile uint32_t i = 0; i < draw % 512; i++)
        ;
}

static void add_number(void *work, size_t i, int worker)
{
    struct job *job = work;
    if (job->delays)
        delay(mix(job->delays + (uint32_t)i));
    job->runs[i] += (int)job->number;
    job->workers[i] = worker;
}

static size_t lane_by_number(const void *work, size_t i)
{
    return mix(((const struct job *)work)->number + (uint32_t)i) % 7;
}

static bool is_right(const struct job *job, size_t n)
{
    for (size_t i = 0; i < MOST; i++)
        if (job->runs[i] != (i < n ? (int)job->number : 0) || job->workers[i] < 0 ||
            job->workers[i] >= job->team)
            return false;
    return true;
}

/* Runs job number k on a context; the number of its tasks, its threads and lanes follow from k. */
static bool run_job(bl_context *ctx, uint32_t k, int threads, bool is_slow)
{
    struct job job = {.number = k + 1, .delays = is_slow ? mix(k) | 1 : 0};
    const size_t n = mix(k * 3 + 1) % (MOST + 1);
    job.team = 1 + (int)(mix(k * 3 + 2) % (uint32_t)threads);
    parallel_for(ctx, job.team, n, k % 3 ? lane_by_number : NULL, add_number, &job);
    return is_right(&job, n); /* the job is freed here, so that a late thread must not access it */
}

static bool run_jobs(bl_context *ctx, uint32_t first, uint32_t n, int threads, bool is_slow)
{
    for (uint32_t k = first; k < first + n; k++)
        if (!run_job(ctx, k, threads, is_slow))
            return false;
    return true;
}

static bl_context *context_of(int threads)
{
    bl_context *ctx = context_create(NULL);
    assert_non_null(ctx);
    ctx->threads = threads;
    assert_int_equal(parallel_need(ctx, MOST), BL_OK);
    return ctx;
}

static void many_short_jobs(void **state)
{
    (void)state;
    static const int threads[] = {1, 2, 3, 8, 40};
    for (size_t i = 0; i < sizeof threads / sizeof *threads; i++) {
        bl_context *ctx = context_of(threads[i]);
        assert_true(run_jobs(ctx, 0, JOBS, threads[i], false));
        context_destroy(ctx);
    }
}

static void late_threads(void **state)
{
    (void)state;
    bl_context *ctx = context_of(5);
    assert_true(run_jobs(ctx, 77, SLOW_JOBS, 5, true));
    context_destroy(ctx);
}

/* Threads that sleep between jobs are woken for the next one. */
static void jobs_after_pauses(void **state)
{
    (void)state;
    const struct timespec pause = {0, 300000};
    bl_context *ctx = context_of(4);
    for (uint32_t k = 0; k < 300; k++) {
        nanosleep(&pause, NULL);
        assert_true(run_job(ctx, k, 4, false));
    }
    context_destroy(ctx);
}

/* Idle, busy and sleeping threads all end with their context. */
static void contexts_come_and_go(void **state)
{
    (void)state;
    for (uint32_t k = 0; k < 300; k++) {
        bl_context *ctx = context_of(1 + (int)(k % 6));
        assert_true(run_jobs(ctx, k, k % 4, ctx->threads, false));
        context_destroy(ctx);
    }
}

/* ---- More threads later, and failing allocations */

static void more_threads_can_be_used_later(void **state)
{
    (void)state;
    bl_context *ctx = context_create(NULL);
    for (int threads = 1; threads <= 6; threads++) {
        ctx->threads = threads;
        assert_int_equal(parallel_need(ctx, (size_t)threads),
                         BL_OK); /* most jobs have more tasks than this */
        assert_true(run_jobs(ctx, 0, 200, threads, false));
    }
    ctx->threads = 2; /* fewer threads in the same pool */
    assert_int_equal(parallel_need(ctx, MOST), BL_OK);
    assert_true(run_jobs(ctx, 0, 200, 9, false));
    context_destroy(ctx);
}

static void without_memory_the_caller_runs_all_tasks(void **state)
{
    (void)state;
    bl_context *ctx = context_create(NULL);
    struct job job = {.number = 5, .team = 1};
    parallel_for(ctx, 4, MOST, NULL, add_number, &job);
    assert_true(is_right(&job, MOST));
    context_destroy(ctx);
}

/* ---- Contexts in tasks, and on threads of the program */

static void run_inner(void *work, size_t i, int worker)
{
    atomic_int *right = work;
    bl_context *ctx = context_of(3);
    (void)worker;
    atomic_fetch_add(right, run_jobs(ctx, (uint32_t)i * 100, 100, 3, i % 2 == 0));
    context_destroy(ctx);
}

static void contexts_in_tasks(void **state)
{
    (void)state;
    atomic_int right = 0;
    bl_context *ctx = context_of(3);
    parallel_for(ctx, 3, 12, NULL, run_inner, &right);
    assert_int_equal(right, 12);
    context_destroy(ctx);
}

static void *run_host(void *data)
{
    bool *is_fine = data;
    bl_context *ctx = context_create(NULL);
    ctx->threads = 3;
    *is_fine = parallel_need(ctx, MOST) == BL_OK && run_jobs(ctx, 3, JOBS / 4, 3, false);
    context_destroy(ctx);
    return NULL;
}

static void contexts_on_several_threads(void **state)
{
    (void)state;
    pthread_t hosts[HOSTS];
    bool is_fine[HOSTS] = {false};
    for (int i = 0; i < HOSTS; i++)
        assert_int_equal(pthread_create(&hosts[i], NULL, run_host, &is_fine[i]), 0);
    for (int i = 0; i < HOSTS; i++)
        assert_int_equal(pthread_join(hosts[i], NULL), 0);
    for (int i = 0; i < HOSTS; i++)
        assert_true(is_fine[i]);
}

/* ---- Fork */

/* ThreadSanitizer follows no threads that a child of fork starts. */
static void skip_under_thread_sanitizer(void)
{
#if defined(__SANITIZE_THREAD__)
    print_message("SKIP: ThreadSanitizer follows no threads that a child of fork starts\n");
    skip();
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
    print_message("SKIP: ThreadSanitizer follows no threads that a child of fork starts\n");
    skip();
#endif
#endif
}

static int exit_of(pid_t child)
{
    int status = 0;
    while (waitpid(child, &status, 0) < 0 && errno == EINTR)
        ;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* The child uses the parent's context and one of its own, and frees both. */
static int run_child(bl_context *ctx, uint32_t k)
{
    alarm(LONGEST_CHILD); /* ends a child that hangs */
    if (!run_jobs(ctx, k, 300, 4, false))
        return 2;
    context_destroy(ctx);
    bl_context *own = context_create(NULL);
    own->threads = 3;
    const bool is_fine = parallel_need(own, MOST) == BL_OK && run_jobs(own, k, 300, 3, false);
    context_destroy(own);
    return is_fine ? 0 : 3;
}

static void after_fork(void **state)
{
    (void)state;
    skip_under_thread_sanitizer();
    bl_context *ctx = context_of(4);
    for (uint32_t k = 0; k < 40; k++) {
        assert_true(run_jobs(ctx, k, k, 4, false)); /* threads may be spinning, asleep, or not yet started */
        const pid_t child = fork();
        if (child == 0)
            _exit(run_child(ctx, k));
        assert_true(child > 0);
        assert_true(run_jobs(ctx, k, 20, 4, false));
        assert_int_equal(exit_of(child), 0);
    }
    context_destroy(ctx);
}

/* The child frees the parent's context without using it. */
static void freed_after_fork(void **state)
{
    (void)state;
    bl_context *ctx = context_of(4);
    assert_true(run_jobs(ctx, 0, 50, 4, false));
    const pid_t child = fork();
    if (child == 0) {
        alarm(LONGEST_CHILD);
        context_destroy(ctx);
        _exit(0);
    }
    assert_int_equal(exit_of(child), 0);
    context_destroy(ctx);
}

/* ---- Signals reach the program's threads only */

static pthread_t main_thread;
static atomic_int strays, handled;

static void handle(int signal_number)
{
    (void)signal_number;
    atomic_fetch_add(&handled, 1);
    if (!pthread_equal(pthread_self(), main_thread))
        atomic_fetch_add(&strays, 1);
}

static void signals_stay_with_the_caller(void **state)
{
    (void)state;
    struct sigaction before;
    const struct sigaction action = {.sa_handler = handle};
    main_thread = pthread_self();
    assert_int_equal(sigaction(SIGUSR1, &action, &before), 0);
    bl_context *ctx = context_of(4);
    for (uint32_t k = 0; k < 500; k++) {
        assert_int_equal(kill(getpid(), SIGUSR1), 0);
        assert_true(run_job(ctx, k, 4, false));
    }
    assert_true(handled > 0);
    assert_int_equal(strays, 0);
    context_destroy(ctx);
    sigaction(SIGUSR1, &before, NULL);
}

/* ---- Threads that cannot be created, because a child process limits their number. The limit does not apply
   to root, so the child changes its user to nobody. */

static int run_limited(void)
{
    const struct rlimit none = {0, 0};
    alarm(LONGEST_CHILD);
    bl_context *ctx = context_create(NULL);
    ctx->threads = 4;
    if (parallel_need(ctx, MOST) != BL_OK || setrlimit(RLIMIT_NPROC, &none) != 0)
        return 2;
    if (getuid() == 0 && (setgid(65534) != 0 || setuid(65534) != 0))
        return 3;
    const bool is_right_without = run_jobs(ctx, 0, 100, 4, false);
    context_destroy(ctx);
    return is_right_without ? 0 : 4;
}

static void fewer_threads_than_asked_for(void **state)
{
    (void)state;
    skip_under_thread_sanitizer();
    const pid_t child = fork();
    if (child == 0)
        _exit(run_limited());
    assert_int_equal(exit_of(child), 0);
}

/* ---- The default number of threads */

static void cores_follow_the_environment(void **state)
{
    (void)state;
    const int cores = parallel_cores();
    assert_in_range(cores, 1, 1024);
    static const struct {
        const char *text;
        int most; /* 0: ignored */
    } cases[] = {{"1", 1}, {"1,4", 1}, {"100000", 0}, {"0", 0}, {"-3", 0}, {"many", 0}, {"", 0}, {"1x", 0}};
    unsetenv("OMP_NUM_THREADS");
    const int all = parallel_cores();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        setenv("OMP_NUM_THREADS", cases[i].text, 1);
        assert_int_equal(parallel_cores(), cases[i].most ? cases[i].most : all);
    }
    setenv("OMP_NUM_THREADS", "1", 1);
    bl_context *ctx = bl_context_new(NULL);
    assert_int_equal(bl_context_threads(ctx), 1);
    assert_int_equal(bl_context_use(ctx, NULL, 3), BL_OK); /* an explicit number is used */
    assert_int_equal(bl_context_threads(ctx), 3);
    assert_int_equal(bl_context_use(ctx, NULL, 0), BL_OK);
    assert_int_equal(bl_context_threads(ctx), 1);
    bl_context_free(ctx);
    unsetenv("OMP_NUM_THREADS");
}

/* Negative control: is_right finds wrong counts. */
static void wrong_counts_are_seen(void **state)
{
    (void)state;
    struct job job = {.number = 2, .team = 2};
    assert_false(is_right(&job, 1));
    job.runs[0] = 2;
    assert_true(is_right(&job, 1));
    job.workers[0] = 2;
    assert_false(is_right(&job, 1));
    job.workers[0] = 0;
    job.runs[5] = 2;
    assert_false(is_right(&job, 1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(many_short_jobs),
        cmocka_unit_test(late_threads),
        cmocka_unit_test(jobs_after_pauses),
        cmocka_unit_test(contexts_come_and_go),
        cmocka_unit_test(more_threads_can_be_used_later),
        cmocka_unit_test(without_memory_the_caller_runs_all_tasks),
        cmocka_unit_test(contexts_in_tasks),
        cmocka_unit_test(contexts_on_several_threads),
        cmocka_unit_test(after_fork),
        cmocka_unit_test(freed_after_fork),
        cmocka_unit_test(signals_stay_with_the_caller),
        cmocka_unit_test(fewer_threads_than_asked_for),
        cmocka_unit_test(cores_follow_the_environment),
        cmocka_unit_test(wrong_counts_are_seen),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

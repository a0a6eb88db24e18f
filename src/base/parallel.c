/*
 * parallel.c - the context's pool of threads. The only file that creates threads.
 *
 * A job is one call of parallel_for, with a list of tasks for each worker. A worker takes the tasks of its
 * own list first, in order, because weights that its core has changed are in its own cache; then it takes
 * remaining tasks of other lists. A job ends when its tasks are done, whichever threads did them: a thread
 * that the system does not schedule delays the job only if it holds a task.
 *
 * A list is one atomic word: the job's number (its generation) in the upper half, the number of tasks left in
 * the lower half. A thread takes a task by a compare-and-swap that decrements the word. This fails if the
 * word belongs to another job, so a late thread takes nothing. The other data of the job are read only by
 * threads that hold one of its tasks, so they cannot change before that task is done.
 *
 * A thread without a task spins for a while, waiting for a new job, and then sleeps on its own condition
 * variable.
 */
#include "parallel.h"

#include "clock.h"
#include "mem.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <unistd.h>

enum { MOST_WORKERS = 1024, CACHE_LINE = 64 };
/* How long a thread spins before it sleeps: about as long as waking it takes, and short enough not to slow
   down other programs. */
static const double default_spin_seconds = 20e-6;

/* The tasks of one worker. Each list has its own cache line, so that a worker which takes tasks from its own
   list transfers no cache line between cores. */
struct list {
    _Alignas(CACHE_LINE) _Atomic(uint64_t) word; /* generation << 32 | tasks left */
    size_t begin, n;                             /* the tasks, in `order` if the job has one */
};

/* Where a worker sleeps. */
struct sleep_slot {
    _Alignas(CACHE_LINE) pthread_mutex_t mutex;
    pthread_cond_t wake;
    _Atomic(bool) is_taken;
};

struct thread {
    struct worker_pool *pool;
    pthread_t id;
    int worker;
};

struct worker_pool {
    int room;      /* number of workers that memory is allocated for, the calling thread included */
    int n_threads; /* number of threads that were started; they are the workers 1 .. n_threads */
    bool has_started;
    double spin_seconds; /* seconds before a thread sleeps */
    pid_t process;       /* the process that started the threads */
    struct thread *threads;
    struct sleep_slot *sleep_slots; /* one for each worker */
    struct list *lists;
    uint32_t *order; /* the tasks, sorted by worker */
    size_t order_room;

    _Atomic(uint64_t) open;   /* generation << 32 | workers of the job */
    _Atomic(bool) is_closing; /* the threads must end */
    _Atomic(size_t) n_left;   /* tasks of the job that are not done */
    bool has_order;           /* this member and those after it describe the current job */
    int n_workers;
    parallel_task task;
    void *work;
};

/* ---- Tasks */

static uint32_t generation_of(uint64_t word)
{
    return (uint32_t)(word >> 32);
}

static uint32_t count_of(uint64_t word)
{
    return (uint32_t)word;
}

static uint64_t word_of(uint32_t generation, size_t count)
{
    return (uint64_t)generation << 32 | (uint32_t)count;
}

/* Takes a task off the list; false if the list has none of this generation. *left: the number of tasks
   before. */
static bool claim_task(struct list *list, uint32_t generation, size_t *left)
{
    uint64_t word = atomic_load_explicit(&list->word, memory_order_relaxed);
    while (generation_of(word) == generation && count_of(word) > 0)
        if (atomic_compare_exchange_weak_explicit(&list->word, &word, word - 1, memory_order_acquire,
                                                  memory_order_relaxed)) {
            *left = count_of(word);
            return true;
        }
    return false;
}

static size_t task_of(const struct worker_pool *pool, int owner, size_t left)
{
    const struct list *list = &pool->lists[owner];
    const size_t i = list->n - left;
    return pool->has_order ? pool->order[list->begin + i] : (size_t)owner + i * (size_t)pool->n_workers;
}

static void wake(struct sleep_slot *sleep_slot)
{
    if (!atomic_load(&sleep_slot->is_taken))
        return;
    pthread_mutex_lock(&sleep_slot->mutex);
    pthread_cond_signal(&sleep_slot->wake);
    pthread_mutex_unlock(&sleep_slot->mutex);
}

/* Runs tasks of the job that `open` identifies until none is left. */
static void work_on(struct worker_pool *pool, uint64_t open, int worker)
{
    const int n_workers = (int)count_of(open);
    size_t left = 0;
    for (int i = 0; i < n_workers; i++) {
        const int owner = (worker + i) % n_workers;
        while (claim_task(&pool->lists[owner], generation_of(open), &left)) {
            pool->task(pool->work, task_of(pool, owner, left), worker);
            if (atomic_fetch_sub(&pool->n_left, 1) == 1)
                wake(&pool->sleep_slots[0]);
        }
    }
}

/* ---- Waiting. No wake-up is lost: a thread announces that it sleeps before its last look for a job, and a
   caller publishes a job before it looks for sleeping threads. The announcements are exchanges, although C11
   orders a sequentially consistent store before a later load as well: with stores, wake-ups were lost where
   QEMU 7.2 emulated the store-release and load-acquire of ARM on x86. */

typedef bool is_wanted(const struct worker_pool *pool, uint64_t seen, int worker);

static bool has_job(const struct worker_pool *pool, uint64_t seen, int worker)
{
    const uint64_t open = atomic_load(&pool->open);
    return atomic_load(&pool->is_closing) || (open != seen && worker < (int)count_of(open));
}

static bool is_done(const struct worker_pool *pool, uint64_t seen, int worker)
{
    (void)seen, (void)worker;
    return atomic_load(&pool->n_left) == 0;
}

static void wait_until(struct worker_pool *pool, is_wanted *is, uint64_t seen, int worker,
                       double spin_seconds)
{
    if (spin_seconds > 0.0)
        for (const double begun = clock_seconds(); clock_seconds() - begun < spin_seconds;)
            if (is(pool, seen, worker))
                return;
    struct sleep_slot *sleep_slot = &pool->sleep_slots[worker];
    pthread_mutex_lock(&sleep_slot->mutex);
    atomic_exchange(&sleep_slot->is_taken, true);
    while (!is(pool, seen, worker))
        pthread_cond_wait(&sleep_slot->wake, &sleep_slot->mutex);
    atomic_store(&sleep_slot->is_taken, false);
    pthread_mutex_unlock(&sleep_slot->mutex);
}

static void *run_thread(void *data)
{
    const struct thread *thread = data;
    struct worker_pool *pool = thread->pool;
    uint64_t seen = 0;
    while (!atomic_load(&pool->is_closing)) {
        const uint64_t open = atomic_load(&pool->open);
        const bool is_mine = thread->worker < (int)count_of(open);
        if (is_mine)
            work_on(pool, open, thread->worker);
        seen = open;
        wait_until(pool, has_job, seen, thread->worker, is_mine ? pool->spin_seconds : 0.0);
    }
    return NULL;
}

/* ---- Threads */

static void init_sleep_slots(struct worker_pool *pool)
{
    for (int i = 0; i < pool->room; i++) {
        pthread_mutex_init(&pool->sleep_slots[i].mutex, NULL);
        pthread_cond_init(&pool->sleep_slots[i].wake, NULL);
        atomic_init(&pool->sleep_slots[i].is_taken, false);
    }
}

/* The signals that the pool's threads block, so that a program's handlers run on its own threads: all except
   those that a fault of the thread itself raises, which a program's crash handler must see. */
static void signals_from_outside(sigset_t *out)
{
    static const int of_faults[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGABRT, SIGSYS};
    sigfillset(out);
    for (size_t i = 0; i < sizeof of_faults / sizeof *of_faults; i++)
        sigdelset(out, of_faults[i]);
}

static void start_threads(struct worker_pool *pool)
{
    sigset_t outside, before;
    if (pool->has_started)
        return;
    pool->has_started = true;
    signals_from_outside(&outside);
    pthread_sigmask(SIG_SETMASK, &outside, &before);
    for (int worker = 1; worker < pool->room; worker++) {
        struct thread *thread = &pool->threads[worker];
        *thread = (struct thread){.pool = pool, .worker = worker};
        if (pthread_create(&thread->id, NULL, run_thread, thread) != 0)
            break;
        pool->n_threads = worker;
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}

/* A child of fork() has none of its parent's threads, and its copies of their locks may stay locked, so it
   starts a new pool. */
static void reset_after_fork(struct worker_pool *pool)
{
    const pid_t process = getpid();
    if (pool->process == process)
        return;
    pool->process = process;
    pool->has_started = false;
    pool->n_threads = 0;
    init_sleep_slots(pool);
}

static void end_threads(struct worker_pool *pool)
{
    atomic_exchange(&pool->is_closing, true);
    for (int worker = 1; worker <= pool->n_threads; worker++)
        wake(&pool->sleep_slots[worker]);
    for (int worker = 1; worker <= pool->n_threads; worker++)
        pthread_join(pool->threads[worker].id, NULL);
}

void parallel_free(bl_context *ctx)
{
    struct worker_pool *pool = ctx->pool;
    if (!pool)
        return;
    if (pool->lists && pool->sleep_slots && pool->threads) {
        reset_after_fork(pool);
        end_threads(pool);
        for (int i = 0; i < pool->room; i++) {
            pthread_cond_destroy(&pool->sleep_slots[i].wake);
            pthread_mutex_destroy(&pool->sleep_slots[i].mutex);
        }
    }
    mem_free(ctx, pool->threads);
    mem_free(ctx, pool->sleep_slots);
    mem_free(ctx, pool->lists);
    mem_free(ctx, pool->order);
    mem_free(ctx, pool);
    ctx->pool = NULL;
}

/* ---- Memory */

static bl_status make_pool(bl_context *ctx, int room)
{
    struct worker_pool *pool = NULL;
    BL_TRY(MEM_ONE(ctx, &pool, "the threads"));
    ctx->pool = pool;
    pool->room = room;
    pool->process = getpid();
    pool->spin_seconds = room <= parallel_cores() ? default_spin_seconds : 0.0;
    BL_TRY(MEM_ARRAY(ctx, &pool->threads, (size_t)room, "the threads"));
    BL_TRY(MEM_ARRAY(ctx, &pool->lists, (size_t)room, "the lists of tasks"));
    BL_TRY(MEM_ARRAY(ctx, &pool->sleep_slots, (size_t)room, "the threads"));
    init_sleep_slots(pool);
    return BL_OK;
}

static bl_status need_order(bl_context *ctx, struct worker_pool *pool, size_t n)
{
    uint32_t *order = NULL;
    if (n <= pool->order_room || n > UINT32_MAX)
        return BL_OK;
    BL_TRY(MEM_ARRAY(ctx, &order, n, "the order of tasks"));
    mem_free(ctx, pool->order);
    pool->order = order;
    pool->order_room = n;
    return BL_OK;
}

/* How many times the calling thread was refused a context's threads. */
static _Thread_local int refusals;

bool parallel_own(bl_context *ctx)
{
    const bool owns =
        refusals == 0 && !atomic_flag_test_and_set_explicit(&ctx->has_job_owner, memory_order_acquire);
    refusals += !owns;
    return owns;
}

void parallel_disown(bl_context *ctx, bool owns)
{
    if (owns)
        atomic_flag_clear_explicit(&ctx->has_job_owner, memory_order_release);
    else
        refusals--;
}

bl_status parallel_need(bl_context *ctx, size_t n)
{
    if (refusals > 0)
        return BL_OK;
    const int room = ctx->threads < MOST_WORKERS ? ctx->threads : MOST_WORKERS;
    if (ctx->pool && ctx->pool->room < room) {
        n = n > ctx->pool->order_room ? n : ctx->pool->order_room;
        parallel_free(ctx);
    }
    if (!ctx->pool) {
        const bl_status status = make_pool(ctx, room);
        if (status != BL_OK) {
            parallel_free(ctx);
            return status;
        }
    }
    return need_order(ctx, ctx->pool, n);
}

/* ---- Jobs */

static void run_alone(size_t n, parallel_task task, void *work)
{
    for (size_t i = 0; i < n; i++)
        task(work, i, 0);
}

static int owner_of(const struct worker_pool *pool, parallel_lane lane, const void *work, size_t i)
{
    return (int)(lane(work, i) % (size_t)pool->n_workers);
}

/* Fills pool->order so that the tasks of each worker are contiguous and ascending, and sets the lists. */
static void sort_by_lanes(struct worker_pool *pool, size_t n, parallel_lane lane, const void *work)
{
    struct list *lists = pool->lists;
    for (int w = 0; w < pool->n_workers; w++)
        lists[w].n = 0;
    for (size_t i = 0; i < n; i++)
        lists[owner_of(pool, lane, work, i)].n++;
    for (int w = 0, end = pool->n_workers; w < end; w++) {
        lists[w].begin = w > 0 ? lists[w - 1].begin + lists[w - 1].n : 0;
        if (w > 0)
            lists[w - 1].n = 0;
    }
    lists[pool->n_workers - 1].n = 0;
    for (size_t i = 0; i < n; i++) {
        struct list *list = &lists[owner_of(pool, lane, work, i)];
        pool->order[list->begin + list->n++] = (uint32_t)i;
    }
}

static void deal_in_turn(struct worker_pool *pool, size_t n)
{
    const size_t workers = (size_t)pool->n_workers;
    for (size_t w = 0; w < workers; w++)
        pool->lists[w].n = n / workers + (w < n % workers);
}

/* The generation is stored in the lists first and in `open` last. */
static uint64_t open_job(struct worker_pool *pool, size_t n)
{
    const uint32_t generation = generation_of(atomic_load(&pool->open)) + 1;
    const uint64_t open = word_of(generation, (size_t)pool->n_workers);
    atomic_store(&pool->n_left, n);
    for (int w = 0; w < pool->n_workers; w++)
        atomic_store_explicit(&pool->lists[w].word, word_of(generation, pool->lists[w].n),
                              memory_order_release);
    atomic_exchange(&pool->open, open);
    for (int w = 1; w < pool->n_workers && (size_t)w < n; w++)
        wake(&pool->sleep_slots[w]);
    return open;
}

/* The number of workers that the job may use, at most those that exist. */
static int workers_for(struct worker_pool *pool, int threads)
{
    reset_after_fork(pool);
    start_threads(pool);
    return threads <= pool->n_threads ? threads : pool->n_threads + 1;
}

void parallel_for(bl_context *ctx, int threads, size_t n, parallel_lane lane, parallel_task task, void *work)
{
    if (refusals > 0) { /* another thread may be making ctx->pool */
        run_alone(n, task, work);
        return;
    }
    struct worker_pool *pool = ctx->pool;
    const int n_workers = pool && threads > 1 && n > 1 && n <= UINT32_MAX ? workers_for(pool, threads) : 1;
    if (n_workers == 1) {
        run_alone(n, task, work);
        return;
    }
    pool->n_workers = n_workers;
    pool->task = task;
    pool->work = work;
    pool->has_order = lane && n <= pool->order_room;
    if (pool->has_order)
        sort_by_lanes(pool, n, lane, work);
    else
        deal_in_turn(pool, n);
    const uint64_t open = open_job(pool, n);
    work_on(pool, open, 0);
    wait_until(pool, is_done, open, 0, pool->spin_seconds);
}

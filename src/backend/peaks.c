/*
 * peaks.c - measures the machine's peak rates, for the lower bound of a step's time.
 *
 * In a trial all threads do the same work until a common time; its rate is their total work over the time
 * until the last one ends. The best trial counts, because other programs can only slow a trial down.
 */
#include "../base/clock.h"
#include "../base/mem.h"
#include "../base/parallel.h"
#include "backend.h"

#include "backless_experimental.h"

enum { TURNS = 12, FEW_TURNS = 4, MEASURES = 3, LENGTH = 32 << 20, PIECE = 64 << 10, MOST_THREADS = 1024 };
enum { GROUP = 64 }; /* backend->rewrite processes multiples of this number of floats */

struct turn {
    bl_context *ctx;
    const struct backend *backend;
    size_t (*in_registers)(float *sink); /* NULL: operations on memory are measured */
    float *x, *y;  /* LENGTH floats each; y NULL: only x, which is read and written in place */
    size_t length; /* floats of x for each thread, if y is NULL */
    size_t n_threads;
    double until;
    double done[MOST_THREADS]; /* work that each thread has done */
};

/* Computes y += x piece by piece, then x += y, and so on, so that both arrays are read and written equally.
   Returns the bytes of memory traffic. */
static double stream(const struct turn *turn, size_t i)
{
    const size_t n = LENGTH / turn->n_threads / PIECE * PIECE, begin = i * n;
    float *x = turn->x + begin, *y = turn->y + begin;
    size_t at = 0, done = 0;
    do {
        turn->backend->add(y + at, x + at, PIECE);
        done += PIECE;
        at += PIECE;
        if (at >= n) {
            float *const last = x;
            x = y;
            y = last;
            at = 0;
        }
    } while (clock_seconds() < turn->until);
    return 3.0 * sizeof(float) * (double)done;
}

/* Reads and writes the thread's share of x in place, repeatedly. Returns the bytes of memory traffic. */
static double rewrite(const struct turn *turn, size_t i)
{
    double done = 0.0;
    do {
        turn->backend->rewrite(turn->x + i * turn->length, turn->length, 1.0f);
        done += 2.0 * sizeof(float) * (double)turn->length;
    } while (clock_seconds() < turn->until);
    return done;
}

static void run_thread(void *work, size_t i, int worker)
{
    struct turn *turn = work;
    (void)worker;
    double done = 0.0;
    float sink = 0.0f;
    if (!turn->in_registers)
        done = turn->y ? stream(turn, i) : rewrite(turn, i);
    else
        do
            done += (double)turn->in_registers(&sink);
        while (clock_seconds() < turn->until);
    turn->done[i] = done;
}

static double best_rate_of(struct turn *turn, double seconds, int turns)
{
    double best = 0.0;
    for (int k = 0; k < turns; k++) {
        const double begun = clock_seconds();
        double sum = 0.0;
        turn->until = begun + seconds / turns;
        parallel_for(turn->ctx, (int)turn->n_threads, turn->n_threads, NULL, run_thread, turn);
        const double took = clock_seconds() - begun;
        for (size_t i = 0; i < turn->n_threads; i++)
            sum += turn->done[i];
        if (took > 0.0 && sum / took > best)
            best = sum / took;
    }
    return best;
}

static double best_rate(struct turn *turn, double seconds)
{
    return best_rate_of(turn, seconds, TURNS);
}

/* The number of threads that stream: at most one for each piece of an array. */
static size_t streams(size_t n_threads)
{
    return n_threads < LENGTH / PIECE ? n_threads : LENGTH / PIECE;
}

static size_t threads_of(const bl_context *ctx)
{
    return (size_t)(ctx->threads < MOST_THREADS ? ctx->threads : MOST_THREADS);
}

static double rate_in_registers(struct turn *turn, size_t (*operations)(float *sink), double seconds)
{
    turn->in_registers = operations;
    return best_rate(turn, seconds);
}

static void measure_registers(struct turn *turn, double seconds, bl_peaks *out)
{
    out->flops = 2.0 * rate_in_registers(turn, turn->backend->multiply_adds, seconds);
    out->roots = rate_in_registers(turn, turn->backend->root_divisions, seconds);
}

static bl_status begin(struct turn **out, bl_context *ctx, double seconds)
{
    if (!(seconds > 0.0 && seconds <= 1e6))
        BL_FAIL(ctx, BL_BAD_VALUE, "%g seconds for measuring, expected more than 0 and at most a million",
                seconds);
    BL_TRY(parallel_need(ctx, 0));
    BL_TRY(MEM_ONE(ctx, out, "the measurement"));
    (*out)->ctx = ctx;
    (*out)->backend = ctx->backend;
    (*out)->n_threads = threads_of(ctx);
    return BL_OK;
}

bl_status bl_context_measure_registers(bl_context *ctx, double seconds, bl_peaks *out)
{
    struct turn *turn = NULL;
    if (!ctx)
        return BL_BAD_VALUE;
    BL_GIVEN(ctx, out);
    BL_TRY(begin(&turn, ctx, seconds));
    *out = (bl_peaks){0};
    measure_registers(turn, seconds / 2, out);
    mem_free(ctx, turn);
    return BL_OK;
}

bl_status bl_context_measure_bf16(bl_context *ctx, double seconds, double *out)
{
    struct turn *turn = NULL;
    if (!ctx)
        return BL_BAD_VALUE;
    BL_GIVEN(ctx, out);
    BL_TRY(begin(&turn, ctx, seconds));
    *out = rate_in_registers(turn, turn->backend->pair_products, seconds / 2) /
           rate_in_registers(turn, turn->backend->multiply_adds, seconds / 2);
    mem_free(ctx, turn);
    return BL_OK;
}

bl_status bl_context_measure(bl_context *ctx, double seconds, bl_peaks *out)
{
    struct turn *turn = NULL;
    if (!ctx)
        return BL_BAD_VALUE;
    BL_GIVEN(ctx, out);
    BL_TRY(begin(&turn, ctx, seconds));
    bl_status status = MEM_ARRAY(ctx, &turn->x, LENGTH, "an array that fits no cache");
    if (status == BL_OK)
        status = MEM_ARRAY(ctx, &turn->y, LENGTH, "an array that fits no cache");
    if (status == BL_OK) {
        measure_registers(turn, seconds / MEASURES, out);
        turn->in_registers = NULL;
        turn->n_threads = streams(threads_of(ctx));
        out->bytes = best_rate(turn, seconds / MEASURES);
    }
    mem_free(ctx, turn->x);
    mem_free(ctx, turn->y);
    mem_free(ctx, turn);
    return status;
}

bl_status bl_context_measure_memory(bl_context *ctx, double seconds, size_t bytes, double *out)
{
    struct turn *turn = NULL;
    if (!ctx)
        return BL_BAD_VALUE;
    BL_GIVEN(ctx, out);
    if (bytes > SIZE_MAX / 2)
        BL_FAIL(ctx, BL_BAD_VALUE, "%zu bytes for measuring are too many", bytes);
    BL_TRY(begin(&turn, ctx, seconds));
    turn->length = (bytes / sizeof(float) / turn->n_threads + GROUP) / GROUP * GROUP;
    bl_status status =
        MEM_ARRAY(ctx, &turn->x, turn->n_threads * turn->length, "an array for the measurement");
    if (status == BL_OK) {
        /* A first trial, which does not count, maps the pages and fills the caches. */
        best_rate_of(turn, seconds / (FEW_TURNS + 1), 1);
        *out = best_rate_of(turn, seconds * FEW_TURNS / (FEW_TURNS + 1), FEW_TURNS);
    }
    mem_free(ctx, turn->x);
    mem_free(ctx, turn);
    return status;
}

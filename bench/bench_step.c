/*
 * bench_step.c - one training step of 784-800-800-10 at batch 64 with RMSprop, against the floor that this machine sets:
 * useful operations / the FMA peak, both measured in this run, turn by turn.
 *
 * Useful operations: two a multiply-accumulate, of forward, hidden deltas and weight gradients.
 */
#include "../src/base/clock.h"
#include "backless.h"
#include "fma_peak.h"

#include <stdio.h>
#include <stdlib.h>

enum { BATCH = 64, INPUTS = 784, HIDDEN = 800, CLASSES = 10, TURNS = 15, STEPS = 20, MAX_CASES = 64 };

static const double limit = 2.6; /* dfa, onednn, all of two threads: this many floors at most */

struct bench_case {
    const char *backend, *rule;
    int threads;
    bl_context *ctx;
    bl_trainer *trainer;
    double milliseconds[TURNS];
    double floors[TURNS]; /* milliseconds */
};

static float x[BATCH * INPUTS];
static int32_t labels[BATCH];

/* Multiply-accumulates a sample: forward and gradients alike, and what carries the error to the hidden blocks. */
static double macs(const char *rule)
{
    const double weights = (double)INPUTS * HIDDEN + (double)HIDDEN * HIDDEN + (double)HIDDEN * CLASSES;
    const double direct = 2.0 * HIDDEN * CLASSES, chain = (double)HIDDEN * HIDDEN + (double)HIDDEN * CLASSES;
    return 2.0 * weights + (rule[0] == 'd' ? direct : chain);
}

static void must(bl_context *ctx, bl_status status)
{
    if (status != BL_OK) {
        fprintf(stderr, "bench_step: %s\n", bl_why(ctx));
        exit(1);
    }
}

static void make(struct bench_case *c)
{
    bl_config *config = NULL;
    bl_data *data = NULL;
    c->ctx = bl_context_new(NULL);
    must(c->ctx, bl_context_use(c->ctx, c->backend, c->threads));
    must(c->ctx, bl_config_create(&config, c->ctx));
    must(c->ctx, bl_config_set(config, "net", "dense 800, tanh, dense 800, tanh, dense 10"));
    must(c->ctx, bl_config_set(config, "rule", c->rule));
    must(c->ctx, bl_data_wrap(&data, c->ctx, x, labels, BATCH, (bl_shape){1, 28, 28}, CLASSES));
    must(c->ctx, bl_trainer_create(&c->trainer, c->ctx, config, data));
    bl_data_free(data);
    bl_config_free(config);
}

static double time_steps(const struct bench_case *c)
{
    const double begun = clock_seconds();
    for (int i = 0; i < STEPS; i++)
        must(c->ctx, bl_trainer_step(c->trainer, x, labels, BATCH, NULL));
    return 1e3 * (clock_seconds() - begun) / STEPS;
}

static int by_size(const void *a, const void *b)
{
    const double p = *(const double *)a, q = *(const double *)b;
    return (p > q) - (p < q);
}

static double median(const double *values)
{
    double sorted[TURNS];
    for (int i = 0; i < TURNS; i++)
        sorted[i] = values[i];
    qsort(sorted, TURNS, sizeof *sorted, by_size);
    return sorted[TURNS / 2];
}

static void run_turn(struct bench_case *cases, int n, int turn)
{
    for (int i = 0; i < n; i++) {
        const double peak = fma_peak(cases[i].threads, 0.01);
        cases[i].floors[turn] = peak > 0.0 ? 2e-6 * BATCH * macs(cases[i].rule) / peak : 0.0;
        cases[i].milliseconds[turn] = time_steps(&cases[i]);
    }
}

static void print_case(const struct bench_case *c)
{
    double ratio[TURNS];
    for (int i = 0; i < TURNS; i++)
        ratio[i] = c->floors[i] > 0.0 ? c->milliseconds[i] / c->floors[i] : 0.0;
    const double ms = median(c->milliseconds);
    printf("%-9s %-5s %7d %10.3f %10.3f %12.2f %12.1f\n", c->backend, c->rule, c->threads, ms,
           median(c->floors), median(ratio), 2e-6 * BATCH * macs(c->rule) / ms);
    if (c->rule[0] == 'd' && c->threads == 2 && c->backend[0] == 'o')
        printf("    %s %.1f floors\n", median(ratio) <= limit ? "within" : "ABOVE", limit);
}

static int list_cases(struct bench_case *cases)
{
    static const char *const rules[] = {"dfa", "bp"};
    int n = 0;
    for (int b = 0; bl_backend_name(b); b++)
        for (int r = 0; r < 2; r++)
            for (int threads = 1; threads <= 2; threads++)
                cases[n++] =
                    (struct bench_case){.backend = bl_backend_name(b), .rule = rules[r], .threads = threads};
    return n;
}

int main(void)
{
    static struct bench_case cases[MAX_CASES];
    const int n = list_cases(cases);
    uint32_t state = 1;
    for (int i = 0; i < BATCH * INPUTS; i++) {
        state = state * 1664525u + 1013904223u;
        x[i] = (float)(state >> 8) * 0x1p-24f;
    }
    for (int i = 0; i < BATCH; i++)
        labels[i] = i % CLASSES;
    for (int i = 0; i < n; i++) {
        make(&cases[i]);
        time_steps(&cases[i]);
    }
    printf("784-800-800-10, batch %d, rmsprop, %s; FMA peak %.0f GFLOP/s on 1 thread, %.0f on 2\n", BATCH,
           bl_context_machine(cases[0].ctx), fma_peak(1, 0.1), fma_peak(2, 0.1));
    for (int turn = 0; turn < TURNS; turn++)
        run_turn(cases, n, turn);
    printf("%-9s %-5s %7s %10s %10s %12s %12s\n", "backend", "rule", "threads", "ms a step", "floor ms",
           "floors", "GFLOP/s");
    for (int i = 0; i < n; i++) {
        print_case(&cases[i]);
        bl_trainer_free(cases[i].trainer);
        bl_context_free(cases[i].ctx);
    }
    return 0;
}

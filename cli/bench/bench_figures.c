/*
 * bench_figures.c - computes the figures of a case from its rounds: quartiles, the lower bound, the ratio to
 * bp.
 *
 *     arithmetic = 2 macs / peak of multiply-adds + stepped weights / peak of roots and divisions
 *     memory = bytes that must move / bandwidth where as many bytes are in use
 *     bound = max(arithmetic, memory), because a processor does both at once
 *
 * Steps of sgd take no roots.
 *
 * A ratio to bp is computed in each round, between steps that were measured shortly after each other, and the
 * median over the rounds is reported. A disturbance of a whole round cancels in its ratio. The peaks are the
 * medians of what was measured before each round.
 */
#include "bench.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static int by_size(const void *a, const void *b)
{
    const double p = *(const double *)a, q = *(const double *)b;
    return (p > q) - (p < q);
}

/* Returns the quantile of n > 0 sorted values by linear interpolation between the two nearest. share: 0.5 is
   the median. */
static double quantile(const double *values, int n, double share)
{
    double sorted[BENCH_MOST_ROUNDS];
    memcpy(sorted, values, (size_t)n * sizeof *sorted);
    qsort(sorted, (size_t)n, sizeof *sorted, by_size);
    const double at = share * (n - 1);
    const int i = (int)at;
    return i + 1 < n ? sorted[i] + (at - i) * (sorted[i + 1] - sorted[i]) : sorted[i];
}

/* Returns the case of bp on the same backend in the same precision; NULL: there is none. */
static const struct bench_case *bp_of(const struct bench_group *group, const struct bench_case *of)
{
    for (int i = 0; i < group->n_cases; i++) {
        const struct bench_case *c = &group->cases[i];
        if (strcmp(c->rule, "bp") == 0 && c->backend == of->backend && c->precision == of->precision)
            return c;
    }
    return NULL;
}

static double ratio_to_bp(const struct bench_group *group, const struct bench_case *c)
{
    const struct bench_case *bp = bp_of(group, c);
    double ratios[BENCH_MOST_ROUNDS];
    if (!bp)
        return (double)NAN;
    for (int i = 0; i < group->n_rounds; i++)
        ratios[i] = c->seconds[i] / bp->seconds[i];
    return quantile(ratios, group->n_rounds, 0.5);
}

bl_peaks bench_peaks_of(const struct bench_group *group)
{
    double flops[BENCH_MOST_ROUNDS], roots[BENCH_MOST_ROUNDS];
    assert(group->n_rounds > 0);
    for (int i = 0; i < group->n_rounds; i++) {
        flops[i] = group->peaks[i].flops;
        roots[i] = group->peaks[i].roots;
    }
    return (bl_peaks){.flops = quantile(flops, group->n_rounds, 0.5),
                      .roots = quantile(roots, group->n_rounds, 0.5)};
}

double bench_bytes_of(const bl_traffic *traffic)
{
    return traffic->weights + traffic->state + traffic->feedback;
}

struct bench_figures bench_figures_of(const struct bench_group *group, int i)
{
    const struct bench_case *c = &group->cases[i];
    const bl_peaks peaks = bench_peaks_of(group);
    const double macs = (double)group->batch * (c->work.forward + c->work.signal + c->work.gradient);
    const double roots = strncmp(group->optimizer, "sgd", 3) == 0 ? 0.0 : (double)c->work.weights;
    const double bandwidth = quantile(c->bandwidth, group->n_rounds, 0.5);
    const double arithmetic = 2.0 * macs / peaks.flops + roots / peaks.roots,
                 memory = bench_bytes_of(&c->traffic) / bandwidth;
    return (struct bench_figures){
        .median = quantile(c->seconds, group->n_rounds, 0.5),
        .low = quantile(c->seconds, group->n_rounds, 0.25),
        .high = quantile(c->seconds, group->n_rounds, 0.75),
        .macs = macs,
        .bandwidth = bandwidth,
        .arithmetic = arithmetic,
        .memory = memory,
        .bound = arithmetic > memory ? arithmetic : memory,
        .to_bp = ratio_to_bp(group, c),
    };
}

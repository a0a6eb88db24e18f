/*
 * bench_table.c - the table of `backless bench`: prints a row for each case as soon as its group is measured.
 */
#include "bench.h"

#include <math.h>

void bench_table_peaks(int threads, const bl_peaks *peaks)
{
    printf("%4d %-8s %8.0f GFLOP/s of multiply-adds %8.3f ns for a root and division %8.1f GB/s of memory\n",
           threads, threads == 1 ? "thread:" : "threads:", 1e-9 * peaks->flops, 1e9 / peaks->roots,
           1e-9 * peaks->bytes);
    fflush(stdout);
}

void bench_table_head(void)
{
    printf("\nms: median of a step, and its quartiles. x low: that time over the lower bound, which is the "
           "time of "
           "the arithmetic (a) at the peaks above,\nor of moving weights, optimiser state and feedback once "
           "(m), whichever is "
           "longer. to bp: on the same backend, in the same precision.\nPercent of the threads' time: "
           "forward, signal, gradient (with the update of dense "
           "layers), update, other (error, waiting).\n\n"
           "%-12s %5s %3s  %-8s %-7s %-6s %8s %8s %8s %7s %7s %5s %4s %4s %4s %4s %4s\n",
           "net", "batch", "thr", "backend", "in", "rule", "ms", "from", "to", "GFLOP/s", "x low", "to bp",
           "fwd%", "sig%", "grd%", "upd%", "oth%");
    fflush(stdout);
}

static void print_split(const bl_times *t, int threads)
{
    const double percent = 100.0 / (t->step * threads);
    const double other = 100.0 - percent * (t->forward + t->signal + t->gradient + t->update);
    printf(" %4.0f %4.0f %4.0f %4.0f %4.0f\n", percent * t->forward, percent * t->signal,
           percent * t->gradient, percent * t->update, other > 0.0 ? other : 0.0);
}

static void print_case(const struct bench_group *group, int i)
{
    const struct bench_case *c = &group->cases[i];
    const struct bench_figures f = bench_figures_of(group, i);
    char to_bp[16] = "-";
    if (!isnan(f.to_bp))
        snprintf(to_bp, sizeof to_bp, "%.2f", f.to_bp);
    printf("%-12s %5d %3d  %-8s %-7s %-6s %8.3f %8.3f %8.3f %7.1f %5.2f %c %5s", group->net->name,
           group->batch, group->threads, c->backend, c->precision, c->rule, 1e3 * f.median, 1e3 * f.low,
           1e3 * f.high, 2e-9 * f.macs / f.median, f.median / f.bound, f.bound == f.memory ? 'm' : 'a',
           to_bp);
    print_split(&c->times, group->threads);
}

void bench_table_group(const struct bench_group *group)
{
    for (int i = 0; i < group->n_cases; i++)
        print_case(group, i);
    fflush(stdout);
}

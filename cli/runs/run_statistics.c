/*
 * run_statistics.c - statistics of a few runs.
 *
 * With d_i = figure of a setting with seed i - figure of bp with seed i, the interval is mean(d) +- t s(d) /
 * sqrt(n), t the 0.975 quantile of Student's distribution with n - 1 degrees of freedom. Two settings with
 * one seed share the order of the examples and, where their first weights are drawn alike, these too, which
 * is why they are compared seed by seed.
 */
#include "run_statistics.h"

#include "students_t.h"

#include <math.h>

double mean_of(const double *x, int n)
{
    double sum = 0.0;
    for (int i = 0; i < n; i++)
        sum += x[i];
    return n > 0 ? sum / n : (double)NAN;
}

double deviation_of(const double *x, int n)
{
    const double mean = mean_of(x, n);
    double sum = 0.0;
    for (int i = 0; i < n; i++)
        sum += (x[i] - mean) * (x[i] - mean);
    return n > 1 ? sqrt(sum / (n - 1)) : (double)NAN;
}

struct paired paired_of(const double *differences, int n)
{
    struct paired out = {n, mean_of(differences, n), (double)NAN, (double)NAN};
    if (n < SEEDS_OF_AN_INTERVAL)
        return out;
    const double half = students_t_quantile(0.975, n - 1) * deviation_of(differences, n) / sqrt((double)n);
    out.low = out.mean - half;
    out.high = out.mean + half;
    return out;
}

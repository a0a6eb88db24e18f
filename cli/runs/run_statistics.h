/*
 * run_statistics.h - mean, deviation, and differences seed by seed, of a few runs.
 */
#ifndef CLI_RUN_STATISTICS_H
#define CLI_RUN_STATISTICS_H

enum { SEEDS_OF_AN_INTERVAL = 3 };

/* The differences of two settings over the seeds that both have finished: their mean, and its 95 %
   confidence interval by Student's t distribution. */
struct paired {
    int n;
    double mean, low,
        high; /* the mean is NaN without a pair, the interval with fewer than SEEDS_OF_AN_INTERVAL pairs */
};

/* Computes the mean and the interval of n differences. */
struct paired paired_of(const double *differences, int n);
double mean_of(const double *x, int n);
/* The standard deviation with divisor n - 1; NaN for n below 2. */
double deviation_of(const double *x, int n);

#endif

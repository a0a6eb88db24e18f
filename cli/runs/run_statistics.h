/*
 * run_statistics.h - mean, deviation, and differences seed by seed, of a few runs.
 */
#ifndef CLI_RUN_STATISTICS_H
#define CLI_RUN_STATISTICS_H

enum { SEEDS_OF_AN_INTERVAL = 3 };

/* Differences of two settings over the seeds that both have finished: mean, and the interval of Student's t
   that holds the mean of such differences with 95 %. */
struct paired {
    int n;
    double mean, low,
        high; /* NaN: no mean without a pair, and no interval of fewer than SEEDS_OF_AN_INTERVAL */
};

/* Mean and interval of the differences, n of them. */
struct paired paired_of(const double *differences, int n);
double mean_of(const double *x, int n);
/* With n - 1; NaN below two. */
double deviation_of(const double *x, int n);

#endif

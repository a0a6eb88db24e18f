/*
 * fma_peak.h - how many multiply-adds this machine does at most: the floor under every product.
 */
#ifndef BENCH_FMA_PEAK_H
#define BENCH_FMA_PEAK_H

/* GFLOP/s of all threads together (a multiply-add counts two), over about `seconds`; 0 where there is no kernel for this
   processor. */
double fma_peak(int threads, double seconds);

#endif

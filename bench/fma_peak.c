/*
 * fma_peak.c - independent chains of fused multiply-adds in registers, nothing else.
 */
#include "fma_peak.h"

#include "../src/base/clock.h"
#include "../src/base/parallel.h"

#include <stddef.h>

#if defined(__x86_64__)
#include <immintrin.h>

enum { CHAINS = 16, ROUNDS = 20000 };

__attribute__((target("avx512f"))) static double flops_avx512(float *sink)
{
    __m512 sum[CHAINS];
    const __m512 a = _mm512_set1_ps(0.999f), b = _mm512_set1_ps(1e-6f);
    for (int i = 0; i < CHAINS; i++)
        sum[i] = _mm512_set1_ps((float)i);
    for (int n = 0; n < ROUNDS; n++)
#pragma GCC unroll 16
        for (int i = 0; i < CHAINS; i++)
            sum[i] = _mm512_fmadd_ps(sum[i], a, b);
    for (int i = 0; i < CHAINS; i++)
        *sink += _mm512_reduce_add_ps(sum[i]);
    return 2.0 * 16.0 * CHAINS * ROUNDS;
}

__attribute__((target("avx2,fma"))) static double flops_avx2(float *sink)
{
    __m256 sum[12];
    float out[8];
    const __m256 a = _mm256_set1_ps(0.999f), b = _mm256_set1_ps(1e-6f);
    for (int i = 0; i < 12; i++)
        sum[i] = _mm256_set1_ps((float)i);
    for (int n = 0; n < ROUNDS; n++)
#pragma GCC unroll 12
        for (int i = 0; i < 12; i++)
            sum[i] = _mm256_fmadd_ps(sum[i], a, b);
    for (int i = 0; i < 12; i++) {
        _mm256_storeu_ps(out, sum[i]);
        *sink += out[0];
    }
    return 2.0 * 8.0 * 12 * ROUNDS;
}

static double flops(float *sink)
{
    if (__builtin_cpu_supports("avx512f"))
        return flops_avx512(sink);
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") ? flops_avx2(sink) : 0.0;
}
#else
static double flops(float *sink)
{
    (void)sink;
    return 0.0;
}
#endif

struct counting {
    double seconds, done[1024];
    float sink[1024];
};

static void count_task(void *work, size_t i, int worker)
{
    struct counting *c = work;
    (void)worker;
    const double begun = clock_seconds();
    double done = 0.0, one = 1.0;
    while (one > 0.0 && clock_seconds() - begun < c->seconds)
        done += one = flops(&c->sink[i]);
    c->done[i] = done / (clock_seconds() - begun);
}

double fma_peak(int threads, double seconds)
{
    static struct counting c;
    double sum = 0.0;
    c.seconds = seconds;
    parallel_for(threads, (size_t)threads, count_task, &c);
    for (int i = 0; i < threads; i++)
        sum += c.done[i];
    return sum * 1e-9;
}

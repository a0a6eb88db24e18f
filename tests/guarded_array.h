/*
 * guarded_array.h - for tests of the numerical operations: arrays that detect accesses outside of their
 * bounds, floats of all kinds, and comparison of bits.
 *
 * The end of an array is the beginning of an inaccessible page, so that reading or writing past it crashes;
 * before its first element is a pattern that shows writes.
 */
#ifndef TESTS_GUARDED_ARRAY_H
#define TESTS_GUARDED_ARRAY_H

#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum {
    GUARD_FLOATS = 32 /* floats of the pattern before the array */
};

struct guarded_array {
    float *x; /* n floats */
    size_t n;
    unsigned char *pages;
    size_t bytes; /* including the inaccessible page */
};

static inline size_t guard_page_size(void)
{
    return (size_t)sysconf(_SC_PAGESIZE);
}

static inline struct guarded_array guarded_make(size_t n)
{
    const size_t page = guard_page_size();
    struct guarded_array f = {.n = n};
    f.bytes = ((n + GUARD_FLOATS) * sizeof(float) / page + 2) * page;
    void *pages = NULL;
    if (posix_memalign(&pages, page, f.bytes) != 0)
        abort();
    f.pages = pages;
    memset(f.pages, 0xa5, f.bytes);
    f.x = (float *)(void *)(f.pages + f.bytes - page) - n;
    if (mprotect(f.pages + f.bytes - page, page, PROT_NONE) != 0)
        abort();
    return f;
}

static inline void guarded_free(struct guarded_array *f)
{
    if (mprotect(f->pages + f->bytes - guard_page_size(), guard_page_size(), PROT_READ | PROT_WRITE) != 0)
        abort();
    free(f->pages);
}

/* Whether nothing was written before the array. */
static inline bool guarded_is_intact(const struct guarded_array *f)
{
    const unsigned char *before = (const unsigned char *)(f->x - GUARD_FLOATS);
    for (size_t i = 0; i < GUARD_FLOATS * sizeof(float); i++)
        if (before[i] != 0xa5)
            return false;
    return true;
}

static inline uint32_t float_bits(float x)
{
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

static inline float float_of_bits(uint32_t bits)
{
    float x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

/* Whether the bits are equal; any two NaNs count as equal. */
static inline bool float_same(float a, float b)
{
    return float_bits(a) == float_bits(b) || (isnan(a) && isnan(b));
}

/* The distance between neighbouring floats at x. */
static inline double float_spacing(double x)
{
    const double size = fabs(x);
    if (size < 0x1p-126)
        return 0x1p-149;
    return ldexp(1.0, (size < 0x1p128 ? ilogb(size) : 127) - 23);
}

/* U(-limit, limit) by xorshift (Marsaglia 2003): the same numbers in every run. */
static inline float float_random(uint32_t *state, float limit)
{
    *state ^= *state << 13;
    *state ^= *state >> 17;
    *state ^= *state << 5;
    return limit * ((float)(*state >> 8) * 0x1p-23f - 1.0f);
}

#endif

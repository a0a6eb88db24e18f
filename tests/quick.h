/*
 * quick.h - how many cases a test tries. With QUICK_TESTS in the environment, as in `make test`, a test of
 * thousands of cases of one kind tries every n-th of them; the slow test of the same name with the ending
 * _all, as in `make test-slow`, tries all of them.
 */
#ifndef QUICK_H
#define QUICK_H

#include <stddef.h>
#include <stdlib.h>

/* The distance between two cases that are tried: n in a quick test, otherwise 1. */
static inline size_t quick_stride(size_t n)
{
    return getenv("QUICK_TESTS") ? n : 1;
}

#endif

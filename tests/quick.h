/*
 * quick.h - how many cases a test tries. With QUICK_TESTS in the environment, as in `make test`, a test of
 * thousands of cases of one kind tries every n-th of them; the slow test of the same name with the ending
 * _all, as in `make test-slow`, tries all of them. Under a sanitizer some tests try a part of their cases,
 * because the same code runs for each: tests/CMakeLists.txt says which. QUICK_TESTS may then be above 1.
 */
#ifndef QUICK_H
#define QUICK_H

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

/* The distance between two cases that are tried: n times QUICK_TESTS in a quick test, otherwise 1. */
static inline size_t quick_stride(size_t n)
{
    const char *text = getenv("QUICK_TESTS");
    const size_t factor = text ? strtoul(text, NULL, 10) : 0;
    return !text ? 1 : factor > 0 ? factor * n : n;
}

/* Prints that only one of n cases, times QUICK_TESTS, was tried, and why that is enough. */
static inline void quick_report(size_t n, const char *cases, const char *why)
{
    if (quick_stride(n) > 1)
        printf("left out: %s, except one of %zu, because %s\n", cases, quick_stride(n), why);
}

#endif

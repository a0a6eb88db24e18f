/*
 * core_wait.c - the scheduler's account of the main thread, /proc/self/schedstat on Linux: nanoseconds on a
 * core, nanoseconds on a run queue, slices.
 */
#include "core_wait.h"

#include <math.h>
#include <stdio.h>

static const double LEAST = 2e7; /* nanoseconds; several time slices of the scheduler */

struct core_wait core_wait_now(void)
{
    struct core_wait out = {0.0, 0.0};
    FILE *file = fopen("/proc/self/schedstat", "r");
    if (!file)
        return out;
    if (fscanf(file, "%lf %lf", &out.ran, &out.waited) != 2)
        out = (struct core_wait){0.0, 0.0};
    fclose(file);
    return out;
}

double core_wait_share(const struct core_wait *from, const struct core_wait *to)
{
    const double ran = to->ran - from->ran, waited = to->waited - from->waited;
    return ran + waited >= LEAST ? waited / (ran + waited) : (double)NAN;
}

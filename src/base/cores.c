/*
 * cores.c - parallel_cores: the number of processors that this process may use.
 *
 * The CPU quota of a control group is read from cgroup v2's cpu.max ("QUOTA PERIOD", or "max PERIOD") and
 * cgroup v1's cpu.cfs_quota_us and cpu.cfs_period_us, in the process's own group and all groups above it.
 */
#if defined(__linux__) && !defined(_GNU_SOURCE)
#define _GNU_SOURCE /* sched_getaffinity */
#endif
#include "parallel.h"

#include "text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#ifdef __linux__
#include <sched.h>
#endif

enum { MOST_CORES = 1024, PATH = 4096 };

static int cores_of_affinity(void)
{
#ifdef __linux__
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) == 0)
        return CPU_COUNT(&set);
#endif
    return (int)sysconf(_SC_NPROCESSORS_ONLN);
}

/* Reads the first line of a file; false if there is no file or no line. */
static bool first_line(const char *path, char *line, int room)
{
    FILE *file = fopen(path, "r");
    const bool is_read = file && fgets(line, room, file);
    if (file)
        fclose(file);
    return is_read;
}

/* The number of cores that a quota per period (both in microseconds) allows, rounded up. */
static int cores_of_quota(long long quota, long long period, int most)
{
    if (quota <= 0 || period <= 0)
        return most;
    const long long cores = quota / period + (quota % period > 0);
    return cores < most ? (int)cores : most;
}

static int cores_of_folder(const char *folder, int most)
{
    char path[PATH + 32], line[128];
    long long quota = 0, period = 0;
    snprintf(path, sizeof path, "%s/cpu.max", folder);
    if (first_line(path, line, sizeof line) && sscanf(line, "%lld %lld", &quota, &period) == 2)
        return cores_of_quota(quota, period, most);
    snprintf(path, sizeof path, "%s/cpu.cfs_quota_us", folder);
    if (!first_line(path, line, sizeof line) || sscanf(line, "%lld", &quota) != 1)
        return most;
    snprintf(path, sizeof path, "%s/cpu.cfs_period_us", folder);
    if (!first_line(path, line, sizeof line) || sscanf(line, "%lld", &period) != 1)
        return most;
    return cores_of_quota(quota, period, most);
}

/* The least of `most` and the quotas of a control group and all groups above it. root: where the hierarchy is
   mounted; group: its path in the hierarchy. */
static int cores_of_group(const char *root, const char *group, int most)
{
    char folder[PATH];
    if (snprintf(folder, sizeof folder, "%s%s", root, group) >= (int)sizeof folder)
        return most;
    for (;;) {
        most = cores_of_folder(folder, most);
        char *slash = strrchr(folder, '/');
        if (strlen(folder) <= strlen(root) || !slash)
            return most;
        *slash = 0;
    }
}

/* Whether a list such as "cpu,cpuacct" contains the word. */
static bool has_word(const char *list, size_t n, const char *word)
{
    struct slice rest = {.at = list, .n = n}, one;
    while (slice_next(&rest, ',', &one))
        if (slice_is(one, word))
            return true;
    return false;
}

/* A line of /proc/self/cgroup is hierarchy:controllers:group; the controllers are empty in version 2. */
static int cores_of_control_groups(int most)
{
    char line[PATH];
    FILE *file = fopen("/proc/self/cgroup", "r");
    while (file && fgets(line, sizeof line, file)) {
        line[strcspn(line, "\n")] = 0;
        const char *controllers = strchr(line, ':'),
                   *group = controllers ? strchr(controllers + 1, ':') : NULL;
        if (!group)
            continue;
        const size_t n = (size_t)(group - controllers - 1);
        if (n == 0)
            most = cores_of_group("/sys/fs/cgroup", group + 1, most);
        else if (has_word(controllers + 1, n, "cpu"))
            most = cores_of_group("/sys/fs/cgroup/cpu", group + 1, most);
    }
    if (file)
        fclose(file);
    return most;
}

/* The least of `most` and the first number of OMP_NUM_THREADS, which may be a list. */
static int cores_of_environment(int most)
{
    const char *text = getenv("OMP_NUM_THREADS");
    char *end = NULL;
    const long n = text ? strtol(text, &end, 10) : 0;
    const bool is_number = text && end != text && (*end == 0 || *end == ',');
    return is_number && n > 0 && n < most ? (int)n : most;
}

int parallel_cores(void)
{
    int cores = cores_of_affinity();
    cores = cores < 1 ? 1 : cores > MOST_CORES ? MOST_CORES : cores;
    return cores_of_environment(cores_of_control_groups(cores));
}

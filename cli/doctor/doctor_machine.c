/*
 * doctor_machine.c - processor, cores, memory and load, from /proc and /sys on Linux; elsewhere only what is
 * available without them.
 */
#include "../proc_value.h"
#include "doctor.h"

#include "backless_experimental.h"

#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

static bool first_line(const char *path, char *out, size_t room)
{
    FILE *file = fopen(path, "r");
    const bool is_read = file && fgets(out, (int)room, file);
    if (file)
        fclose(file);
    return is_read;
}

/* ---- The processor */

static bool has_word(const char *words, const char *word)
{
    const size_t n = strlen(word);
    for (const char *at = strstr(words, word); at; at = strstr(at + 1, word))
        if ((at == words || at[-1] == ' ') && (at[n] == ' ' || at[n] == 0))
            return true;
    return false;
}

/* Lists the instruction sets that affect the speed of matrix products. */
static void list_sets(const char *flags, char *out, size_t room)
{
    static const char *const sets[] = {"sse4_2",   "avx",      "fma",      "avx2",        "avx512f",
                                       "avx512dq", "avx512bw", "avx512vl", "avx512_vnni", "avx512_bf16",
                                       "amx_tile", "asimd",    "sve",      "sve2",        "rvv"};
    out[0] = 0;
    for (size_t i = 0; i < sizeof sets / sizeof *sets; i++)
        if (has_word(flags, sets[i]))
            snprintf(out + strlen(out), room - strlen(out), "%s%s", out[0] ? " " : "", sets[i]);
}

static void say_processor(struct doctor *d)
{
    char model[256], flags[PROC_LINE], sets[256];
    struct utsname system;
    const bool is_known = uname(&system) == 0;
    if (!proc_value("/proc/cpuinfo", "model name", model, sizeof model))
        snprintf(model, sizeof model, "its name is unknown");
    doctor_say(d, DOCTOR_FINE, "processor", NULL, "%s (%s)", model, is_known ? system.machine : "?");
    doctor_say(d, DOCTOR_FINE, "instructions", NULL, "%s, used by the portable kernels",
               bl_context_machine(d->session->ctx));
    if (!proc_value("/proc/cpuinfo", "flags", flags, sizeof flags) &&
        !proc_value("/proc/cpuinfo", "Features", flags, sizeof flags))
        return;
    list_sets(flags, sets, sizeof sets);
    doctor_say(d, DOCTOR_FINE, "it has", NULL, "%s", sets[0] ? sets : "none of those that matter");
}

static void say_bf16(struct doctor *d)
{
    static const double seconds = 0.01; /* for measuring */
    bl_context *ctx = d->session->ctx;
    double speed = 0.0;
    if (!bl_context_has_bf16(ctx))
        doctor_say(
            d, DOCTOR_FINE, "bfloat16", NULL,
            "no instructions for it: --precision bf16 gives the same bits, but more slowly than float32");
    else if (bl_context_measure_bf16(ctx, seconds, &speed) == BL_OK)
        doctor_say(d, DOCTOR_FINE, "bfloat16", NULL,
                   "%.1f times as many multiply-adds a second as float32, so --precision bf16 is %s", speed,
                   speed < 1.0 ? "slower" : "faster");
}

/* ---- Cores and load */

/* Returns the limit of a container in cores, 1.5 for "150000 100000"; 0: no limit. */
static double quota(void)
{
    char line[128];
    double share = 0.0, period = 0.0;
    if (!first_line("/sys/fs/cgroup/cpu.max", line, sizeof line) ||
        sscanf(line, "%lf %lf", &share, &period) != 2 || period <= 0.0)
        return 0.0;
    return share / period;
}

static void say_cores(struct doctor *d, int cores)
{
    const long online = sysconf(_SC_NPROCESSORS_ONLN);
    const double most = quota();
    if (online > 0 && cores < online)
        doctor_say(d, DOCTOR_NOTE, "cores", NULL,
                   "%d for this process, of %ld (affinity, CPU quota, or OMP_NUM_THREADS)", cores, online);
    else
        doctor_say(d, DOCTOR_FINE, "cores", NULL, "%d", cores);
    if (most > 0.0 && most < (double)cores)
        doctor_say(d, DOCTOR_NOTE, "quota", "use no more --threads than that",
                   "this container may use %.2g cores; what goes beyond has to wait", most);
}

static void say_load(struct doctor *d, int cores)
{
    char line[128], advice[96];
    double load = 0.0;
    if (!first_line("/proc/loadavg", line, sizeof line) || sscanf(line, "%lf", &load) != 1)
        return;
    const int unused = (int)((double)cores - load + 0.5);
    if (load < 0.5) {
        doctor_say(d, DOCTOR_FINE, "load", NULL, "%.2f: the cores are free", load);
        return;
    }
    snprintf(advice, sizeof advice, "--threads %d may be faster; the bits stay the same",
             unused > 1 ? unused : 1);
    doctor_say(d, DOCTOR_NOTE, "load", advice,
               "%.2f in the last minute: a busy core slows down every thread of a step", load);
}

/* ---- Memory */

static double gigabytes(const char *key)
{
    char value[64];
    return proc_value("/proc/meminfo", key, value, sizeof value) ? strtod(value, NULL) / 1048576.0 : 0.0;
}

static void say_memory(struct doctor *d)
{
    char limit[64];
    const double total = gigabytes("MemTotal"), available = gigabytes("MemAvailable");
    if (total > 0.0)
        doctor_say(d, available < 0.5 ? DOCTOR_NOTE : DOCTOR_FINE, "memory", NULL,
                   "%.1f GB, of which %.1f GB are free", total, available);
    if (first_line("/sys/fs/cgroup/memory.max", limit, sizeof limit) && limit[0] != 'm')
        doctor_say(d, DOCTOR_NOTE, "memory limit", NULL, "this container may use %.1f GB",
                   strtod(limit, NULL) / 1073741824.0);
}

void doctor_machine(struct doctor *d)
{
    const int cores = bl_context_threads(d->session->ctx);
    doctor_section(d, "machine");
    say_processor(d);
    say_bf16(d);
    say_cores(d, cores);
    say_load(d, cores);
    say_memory(d);
}

/*
 * portable.c - the kernel variants of this build, and which of them the processor supports.
 *
 * PORTABLE_HAS_X86 is set where backend.cmake compiles the variants for AVX2 and AVX-512, PORTABLE_HAS_NEON
 * where it compiles the one for NEON.
 */
#include "portable.h"

#include <stddef.h>

void kernel_fill_plain(struct backend *out);

static bool always(void)
{
    return true;
}

#ifdef PORTABLE_HAS_X86
void kernel_fill_avx2(struct backend *out);
void kernel_fill_avx512(struct backend *out);
void kernel_fill_avx512bf16(struct backend *out);

static bool has_avx2(void)
{
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
}

static bool has_avx512(void)
{
    return has_avx2() && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
           __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl");
}

static bool has_avx512bf16(void)
{
    return has_avx512() && __builtin_cpu_supports("avx512bf16");
}
#endif

#ifdef PORTABLE_HAS_NEON
/* Every AArch64 processor with floating point has NEON. */
void kernel_fill_neon(struct backend *out);
#endif

static const struct {
    void (*fill)(struct backend *out);
    bool (*can_run)(void);
} variants[] = {
#ifdef PORTABLE_HAS_X86
    {kernel_fill_avx512bf16, has_avx512bf16},
    {kernel_fill_avx512, has_avx512},
    {kernel_fill_avx2, has_avx2},
#endif
#ifdef PORTABLE_HAS_NEON
    {kernel_fill_neon, always},
#endif
    {kernel_fill_plain, always},
};

bool portable_variant(int i, struct backend *out)
{
    for (size_t v = 0; v < sizeof variants / sizeof *variants; v++)
        if (variants[v].can_run() && i-- == 0) {
            variants[v].fill(out);
            out->name = "portable";
            return true;
        }
    return false;
}

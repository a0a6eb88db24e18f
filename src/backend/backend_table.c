/*
 * backend_table.c - the backends of this build. No other file knows which they are: BL_WITH_ONEDNN is set where CMake
 * compiles src/backend/onednn.
 *
 * "auto" is portable. The kernels of oneDNN 2.6.3 keep values below the stack pointer, where a signal handler that runs on
 * the same stack overwrites them: the heap of a program with a timer or a profiler is corrupted in a few percent of the
 * signals. So oneDNN is taken only by those who ask for it.
 */
#include "backend.h"

#include "portable/portable.h"
#ifdef BL_WITH_ONEDNN
#include "onednn/onednn_gemm.h"
#endif

#include <string.h>

static void override_nothing(struct backend *out)
{
    (void)out;
}

static const struct {
    const char *name;
    void (*override)(struct backend *out);
    const char *(*version)(void); /* of the library below; NULL: there is none */
} backends[] = {
#ifdef BL_WITH_ONEDNN
    {"onednn", onednn_override, onednn_version},
#endif
    {"portable", override_nothing, NULL},
};

const char *backend_name_at(int i)
{
    const int count = sizeof backends / sizeof *backends;
    return i >= 0 && i < count ? backends[i].name : NULL;
}

const char *backend_library_version(const char *name)
{
    for (size_t i = 0; i < sizeof backends / sizeof *backends; i++)
        if (strcmp(backends[i].name, name) == 0 && backends[i].version)
            return backends[i].version();
    return NULL;
}

bl_status backend_choose(bl_context *ctx, const char *name, struct backend *out)
{
    const char *const wanted = name && strcmp(name, "auto") != 0 ? name : "portable";
    for (size_t i = 0; i < sizeof backends / sizeof *backends; i++)
        if (strcmp(backends[i].name, wanted) == 0) {
            portable_variant(0, out);
            backends[i].override(out);
            return BL_OK;
        }
#ifndef BL_WITH_ONEDNN
    if (strcmp(wanted, "onednn") == 0)
        BL_FAIL(ctx, BL_UNSUPPORTED,
                "the backend \"onednn\" is not in this build; there are: auto, portable");
#endif
    BL_FAIL(ctx, BL_BAD_VALUE, "no backend \"%s\"; there are: auto, portable, onednn", wanted);
}

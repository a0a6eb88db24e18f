/*
 * backend_table.c - the only backend: the portable kernels, in the fastest variant that the processor
 * supports.
 */
#include "backend.h"

#include "portable/portable.h"

#include <string.h>

const char *backend_name_at(int i)
{
    return i == 0 ? "portable" : NULL;
}

bl_status backend_check(bl_context *ctx, const char *name)
{
    if (strcmp(name, "auto") == 0 || strcmp(name, "portable") == 0)
        return BL_OK;
    if (strcmp(name, "onednn") == 0)
        BL_FAIL(ctx, BL_BAD_VALUE,
                "the backend \"onednn\" was removed after version 0.1.0: the only backend is portable; leave "
                "the option out, or use auto or portable");
    BL_FAIL(ctx, BL_BAD_VALUE, "no backend \"%s\"; there are: auto, portable", name);
}

bl_status backend_choose(bl_context *ctx, const char *name, struct backend *out)
{
    if (name)
        BL_TRY(backend_check(ctx, name));
    portable_variant(0, out);
    return BL_OK;
}

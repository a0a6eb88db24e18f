/*
 * context.c - creates the context, and stores the message that explains a failure.
 */
#include "context.h"

#include "default_allocator.h"
#include "mem.h"
#include "parallel.h"
#include "text.h"

#include <stdarg.h>
#include <stdio.h>

bl_context *context_create(const bl_allocator *allocator)
{
    const bl_allocator chosen = allocator ? *allocator : default_allocator;
    bl_context *ctx = chosen.allocate(chosen.user, sizeof *ctx, MEM_ALIGNMENT);
    if (!ctx)
        return NULL;
    *ctx = (struct bl_context){.allocator = chosen,
                               .has_job_owner = ATOMIC_FLAG_INIT,
                               .threads = parallel_cores(),
                               .may_use_fewer = true};
    return ctx;
}

void context_destroy(bl_context *ctx)
{
    if (!ctx)
        return;
    for (struct registered_rule *rule = ctx->rules, *next = NULL; rule; rule = next) {
        next = rule->next;
        mem_free(ctx, rule);
    }
    mem_free(ctx, ctx->more_files_read);
    parallel_free(ctx);
    mem_free(ctx, ctx->backend);
    ctx->allocator.release(ctx->allocator.user, ctx);
}

bl_status context_fail(bl_context *ctx, bl_status status, const char *format, ...)
{
    if (!ctx)
        return status;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(ctx->why, sizeof ctx->why, format, arguments);
    va_end(arguments);
    text_make_plain(ctx->why); /* parts of it may come from an untrusted file, and are printed on terminals */
    return status;
}

/*
 * mem.c - zeroed, overflow-checked memory from the context's allocator.
 */
#include "mem.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

bl_status mem_array_bytes(bl_context *ctx, void **out, size_t n, size_t size, const char *what)
{
    if (size > 0 && n > (SIZE_MAX - MEM_ALIGNMENT) / size)
        BL_FAIL(ctx, BL_NO_MEMORY, "%s: %zu items of %zu bytes are more than this machine can address", what,
                n, size);
    const size_t bytes = n * size > 0 ? n * size : 1;
    void *block = ctx->allocator.allocate(ctx->allocator.user, bytes, MEM_ALIGNMENT);
    if (!block)
        BL_FAIL(ctx, BL_NO_MEMORY, "no memory for %s (%zu bytes)", what, bytes);
    memset(block, 0, bytes);
    *out = block;
    return BL_OK;
}

bl_status mem_text(bl_context *ctx, char **out, const char *text, size_t n)
{
    char *copy = NULL;
    BL_TRY(MEM_ARRAY(ctx, &copy, n + 1, "a text"));
    memcpy(copy, text, n);
    *out = copy;
    return BL_OK;
}

bl_status mem_sentence(bl_context *ctx, char **out, const char *format, va_list arguments)
{
    char text[1024];
    vsnprintf(text, sizeof text, format, arguments);
    return mem_text(ctx, out, text, strlen(text));
}

bl_status mem_add_sentence(bl_context *ctx, char ***texts, size_t *n, const char *format, va_list arguments)
{
    size_t room = *n;
    BL_TRY(MEM_GROW(ctx, texts, &room, *n, "a note"));
    BL_TRY(mem_sentence(ctx, &(*texts)[*n], format, arguments));
    ++*n;
    return BL_OK;
}

bl_status mem_grow_bytes(bl_context *ctx, void **items, size_t *room, size_t n, size_t size, const char *what)
{
    if (n < *room)
        return BL_OK;
    const size_t wanted = n < 8 ? 16 : n > SIZE_MAX / 2 ? SIZE_MAX : 2 * n;
    void *larger = NULL;
    BL_TRY(mem_array_bytes(ctx, &larger, wanted, size, what));
    if (*items)
        memcpy(larger, *items, n * size);
    mem_free(ctx, *items);
    *items = larger;
    *room = wanted;
    return BL_OK;
}

void mem_free(bl_context *ctx, void *block)
{
    if (block)
        ctx->allocator.release(ctx->allocator.user, block);
}

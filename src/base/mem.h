/*
 * mem.h - all memory of the library: from the context's allocator, zeroed, aligned for the widest vectors.
 */
#ifndef BL_BASE_MEM_H
#define BL_BASE_MEM_H

#include "context.h"

#include <stdarg.h>
#include <stddef.h>

enum { MEM_ALIGNMENT = 64 };

/* Allocates n items of `size` bytes, all zero, into *out. BL_NO_MEMORY if n * size overflows or the
   allocation fails; the message names `what`. n = 0 gives a valid pointer. */
bl_status mem_array_bytes(bl_context *ctx, void **out, size_t n, size_t size, const char *what);

/* As mem_array_bytes, with the size taken from the pointer's type: float *x = NULL; BL_TRY(MEM_ARRAY(ctx, &x,
   n, "the gradient")). */
#define MEM_ARRAY(ctx, out, n, what) mem_array_bytes(ctx, (void **)(out), (n), sizeof **(out), what)
#define MEM_ONE(ctx, out, what) MEM_ARRAY(ctx, out, 1, what)

/* Copies n characters of `text` into a zero-terminated *out. */
bl_status mem_text(bl_context *ctx, char **out, const char *text, size_t n);
/* Formats a sentence as vprintf does; it is truncated after 1023 bytes. */
bl_status mem_sentence(bl_context *ctx, char **out, const char *format, va_list arguments) BL_PRINTF(3, 0);
/* Appends such a sentence to an array of *n texts. */
bl_status mem_add_sentence(bl_context *ctx, char ***texts, size_t *n, const char *format, va_list arguments)
    BL_PRINTF(4, 0);

/* Enlarges an array of n items so that at least n + 1 fit, by doubling *room, its capacity. */
bl_status mem_grow_bytes(bl_context *ctx, void **items, size_t *room, size_t n, size_t size,
                         const char *what);
#define MEM_GROW(ctx, items, room, n, what)                                                                  \
    mem_grow_bytes(ctx, (void **)(items), room, n, sizeof **(items), what)

/* The number of floats, at least n, that fill whole multiples of MEM_ALIGNMENT bytes, so that data after them
   are aligned too. */
static inline size_t mem_whole_lines(size_t n)
{
    const size_t line = MEM_ALIGNMENT / sizeof(float);
    return (n + line - 1) / line * line;
}

void mem_free(bl_context *ctx, void *block); /* block may be NULL */

#endif

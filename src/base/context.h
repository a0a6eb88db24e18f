/*
 * context.h - what every part of the library shares: memory, threads, the chosen backend, and the sentence that
 * explains the latest failure.
 */
#ifndef BL_BASE_CONTEXT_H
#define BL_BASE_CONTEXT_H

#include "status.h"

#include <stdbool.h>

struct backend; /* floor 1 fills it in */
struct pool;    /* parallel.c's threads */

struct bl_context {
    bl_allocator allocator;
    struct backend *backend; /* owned; set when the context is made */
    struct pool *pool;       /* owned; NULL before parallel_need */
    int threads;             /* at least 1 */
    bool may_use_fewer;      /* nobody asked for that number: fewer threads may be tried */
    char why[1024];
};

/* Without a backend: api.c chooses one. */
bl_context *context_create(const bl_allocator *allocator);
void context_destroy(bl_context *ctx);
void parallel_free(bl_context *ctx); /* ends its threads and frees them; in parallel.c */

#endif

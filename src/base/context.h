/*
 * context.h - what every part of the library shares: memory, threads, the backend, and the message of the
 * latest failure.
 */
#ifndef BL_BASE_CONTEXT_H
#define BL_BASE_CONTEXT_H

#include "status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct backend;     /* floor 1 fills it in */
struct worker_pool; /* parallel.c's threads */
struct registered_rule;

struct file_read {
    uint64_t device, inode;
    int kinds; /* of enum read_as */
};
enum { FIRST_FILES_READ = 512 }; /* most programs never read as many, and need no memory for the list */

struct bl_context {
    bl_allocator allocator;
    struct backend *backend;       /* owned; set when the context is made */
    struct worker_pool *pool;      /* owned; NULL before parallel_need */
    struct registered_rule *rules; /* owned; those of bl_rule_register, the first of a list of blocks */
    bool is_registering;           /* a rule's callbacks are tried (bl_rule_register) */
    int threads;                   /* at least 1 */
    /* batches in memory: they were allocated for this backend and this number of threads */
    size_t n_workspaces;
    bool has_read_input; /* standard input, which can be read once */
    bool may_use_fewer;  /* the number is the default, so fewer threads may be tried */
    char why[1024];
    struct file_read first_files_read[FIRST_FILES_READ]; /* see files_read.h */
    struct file_read *more_files_read;                   /* those past the first */
    size_t n_files_read, room_files_read;
};

/* A block of a list: src/rules fills in the rest of it. */
struct registered_rule {
    struct registered_rule *next;
};

/* Without a backend: api.c chooses one. */
bl_context *context_create(const bl_allocator *allocator);
void context_destroy(bl_context *ctx);
void parallel_free(bl_context *ctx); /* ends its threads and frees them; in parallel.c */

#endif

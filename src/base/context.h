/*
 * context.h - the context, which all parts of the library share: memory, threads, the backend, and the
 * message of the latest failure.
 */
#ifndef BL_BASE_CONTEXT_H
#define BL_BASE_CONTEXT_H

#include "status.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct backend;     /* defined in backend/backend.h */
struct worker_pool; /* the threads of parallel.c */
struct registered_rule;

struct file_read {
    uint64_t device, inode;
    int kinds; /* a sum of values of enum read_as */
};
enum { FIRST_FILES_READ = 512 }; /* most programs read fewer files and need no further memory for the list */

struct bl_context {
    bl_allocator allocator;
    struct backend *backend;       /* owned; set when the context is made */
    struct worker_pool *pool;      /* owned; NULL until parallel_need creates it */
    struct registered_rule *rules; /* owned; a linked list of the rules of bl_rule_register */
    bool is_registering;           /* bl_rule_register is calling a rule's callbacks to test them */
    int threads;                   /* at least 1 */
    /* number of workspaces in existence, which were allocated for this backend and this number of threads */
    _Atomic(size_t) n_workspaces;
    atomic_flag has_job_owner; /* see parallel_own */
    bool has_read_input;       /* standard input was read, which is possible only once */
    bool may_use_fewer;        /* `threads` is the default, so fewer threads may be tried */
    char why[1024];
    struct file_read first_files_read[FIRST_FILES_READ]; /* see files_read.h */
    struct file_read *more_files_read;                   /* files that do not fit first_files_read */
    size_t n_files_read, room_files_read;
};

/* The first member of the struct that src/rules allocates for each registered rule. */
struct registered_rule {
    struct registered_rule *next;
};

/* Creates a context without a backend, which api.c sets. */
bl_context *context_create(const bl_allocator *allocator);
void context_destroy(bl_context *ctx);
void parallel_free(bl_context *ctx); /* ends its threads and frees them; in parallel.c */

#endif

/*
 * fuzz.h - for fuzz targets: a context whose memory is counted and capped, files with the fuzzer's bytes, and what must hold
 * of whatever a reader makes or refuses.
 *
 * A target is LLVMFuzzerTestOneInput. Built with the option BACKLESS_FUZZ it is a libFuzzer program; else replay.c runs it
 * over the corpus.
 */
#ifndef TESTS_FUZZ_FUZZ_H
#define TESTS_FUZZ_FUZZ_H

#include "backless.h"

#include "../../src/base/context.h"
#include "../../src/data/csv_text.h"
#include "../../src/data/data.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

/* What must hold does not: a finding. */
#define FUZZ_MUST(condition)                                                                                 \
    do {                                                                                                     \
        if (!(condition)) {                                                                                  \
            fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition);                                  \
            abort();                                                                                         \
        }                                                                                                    \
    } while (0)

enum { FUZZ_MOST_MEMORY = 1 << 28, FUZZ_FOLDER = 64, FUZZ_PATH = 256 };

struct fuzz_memory {
    size_t live; /* bytes */
};

union fuzz_block { /* before what is given out: its size, in the widest alignment */
    size_t size;
    unsigned char room[64];
};

static inline void *fuzz_allocate(void *user, size_t size, size_t alignment)
{
    struct fuzz_memory *memory = user;
    union fuzz_block *block = NULL;
    (void)alignment;
    if (size > FUZZ_MOST_MEMORY - memory->live || posix_memalign((void **)&block, 64, sizeof *block + size) != 0)
        return NULL;
    block->size = size;
    memory->live += size;
    return block + 1;
}

static inline void fuzz_release(void *user, void *at)
{
    struct fuzz_memory *memory = user;
    union fuzz_block *block = (union fuzz_block *)at - 1;
    memory->live -= block->size;
    free(block);
}

static inline bl_context *fuzz_context(struct fuzz_memory *memory)
{
    *memory = (struct fuzz_memory){0};
    bl_context *ctx = bl_context_new(&(bl_allocator){memory, fuzz_allocate, fuzz_release});
    FUZZ_MUST(ctx && bl_context_use(ctx, "portable", 1) == BL_OK);
    return ctx;
}

static inline void fuzz_end(bl_context *ctx, const struct fuzz_memory *memory)
{
    bl_context_free(ctx);
    FUZZ_MUST(memory->live == 0);
}

/* A failure explains itself: one sentence of UTF-8 without control characters. */
static inline void fuzz_check_failure(const bl_context *ctx, bl_status status)
{
    const char *why = bl_why(ctx);
    const size_t n = strlen(why);
    if (status == BL_OK)
        return;
    FUZZ_MUST(status == BL_BAD_DATA || status == BL_BAD_VALUE || status == BL_NO_MEMORY || status == BL_UNSUPPORTED ||
              status == BL_IO);
    FUZZ_MUST(n > 10);
    FUZZ_MUST(csv_valid_text((const unsigned char *)why, n) == n || n > 1000); /* cut where it is long */
    for (size_t i = 0; i < n; i++)
        FUZZ_MUST((unsigned char)why[i] >= ' ' && why[i] != 127);
}

/* A folder of this process, in memory where there is one. */
static inline const char *fuzz_folder(void)
{
    static char folder[FUZZ_FOLDER];
    if (!folder[0]) {
        snprintf(folder, sizeof folder, "%s/backless-fuzz-%ld", access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp",
                 (long)getpid());
        FUZZ_MUST(mkdir(folder, 0700) == 0 || errno == EEXIST);
    }
    return folder;
}

static inline void fuzz_path(const char *name, char path[FUZZ_PATH])
{
    snprintf(path, FUZZ_PATH, "%s/%s", fuzz_folder(), name);
}

static inline void fuzz_write(const char *path, const void *bytes, size_t n)
{
    const int file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    FUZZ_MUST(file >= 0);
    FUZZ_MUST(write(file, bytes, n) == (ssize_t)n);
    close(file);
}

/* The next byte, 0 past the end. */
static inline uint8_t fuzz_byte(const uint8_t **bytes, size_t *n)
{
    if (*n == 0)
        return 0;
    (*n)--;
    return *(*bytes)++;
}

/* What every set must be, whatever it was read from. */
static inline void fuzz_check_data(const bl_data *data)
{
    const bl_shape s = data->shape;
    FUZZ_MUST(data->n > 0 && data->features > 0 && data->outputs >= 0);
    FUZZ_MUST((size_t)s.channels * (size_t)s.rows * (size_t)s.cols == data->features);
    FUZZ_MUST((data->bytes != NULL) != (data->floats != NULL));
    for (size_t i = 0; data->floats && i < data->n * data->features; i++)
        FUZZ_MUST(isfinite(data->floats[i]) || (data->recipe && isnan(data->floats[i])));
    for (size_t i = 0; data->labels && i < data->n; i++)
        FUZZ_MUST(data->labels[i] >= 0 && data->labels[i] < data->outputs);
    for (size_t i = 0; data->targets && i < data->n * (size_t)data->outputs; i++)
        FUZZ_MUST(isfinite(data->targets[i]));
    for (int k = 0; data->class_names && k < data->outputs; k++)
        FUZZ_MUST(data->class_names[k]);
    for (size_t j = 0; data->column_names && j < data->features; j++)
        FUZZ_MUST(data->column_names[j]);
    FUZZ_MUST(!data->recipe || recipe_features(data->recipe) == data->features);
}

/* Reads a file as a set; then again, like what came out. */
static inline void fuzz_read_data(bl_context *ctx, const char *path, struct data_options *options)
{
    bl_data *train = NULL, *val = NULL, *test = NULL, *again = NULL;
    bl_status status = data_load(&train, &val, &test, ctx, path, NULL, options);
    fuzz_check_failure(ctx, status);
    FUZZ_MUST((status == BL_OK) == (train != NULL));
    if (status == BL_OK) {
        float *x = malloc(train->features * sizeof *x);
        FUZZ_MUST(x);
        fuzz_check_data(train);
        data_gather(train, ctx->backend, NULL, train->n - 1, 1, x);
        for (size_t j = 0; j < train->features; j++)
            FUZZ_MUST(!isnan(x[j]));
        free(x);
        status = data_read_like(&again, ctx, path, "train", options, train);
        fuzz_check_failure(ctx, status);
        FUZZ_MUST(status == BL_OK || status == BL_NO_MEMORY || val || test || options->val);
        FUZZ_MUST(status != BL_OK || (again->features == train->features && again->outputs == train->outputs));
    }
    data_free(again);
    data_free(train);
    data_free(val);
    data_free(test);
}

#endif

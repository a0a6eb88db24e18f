/*
 * fuzz_target.h - what the fuzz targets share: a context with little memory, files for readers that take a
 * path, and what must hold whatever the bytes are.
 *
 * A target gives its attempt to fuzz_run, which makes it once with all the memory there is (FUZZ_MOST_BYTES:
 * a header that asks for gigabytes must end in BL_NO_MEMORY), and for some inputs once more with an allocator
 * that gives out at a call that the input decides. After each: every block has been given back, every file is
 * closed, a failure has a sentence that can be printed, and it is BL_NO_MEMORY when, and only when, memory
 * was refused.
 */
#ifndef TESTS_FUZZ_TARGET_H
#define TESTS_FUZZ_TARGET_H

#include "../../src/base/context.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { FUZZ_MOST_BYTES = 16 << 20 };

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

/* Says what is wrong and aborts: that is how a fuzzer is told. */
#define FUZZ_CHECK(condition, ...)                                                                           \
    do {                                                                                                     \
        if (!(condition))                                                                                    \
            fuzz_fail(__FILE__, __LINE__, #condition, __VA_ARGS__);                                          \
    } while (0)
_Noreturn void fuzz_fail(const char *file, int line, const char *condition, const char *format, ...)
    BL_PRINTF(4, 5);

/* Reads the bytes and checks what came out. Frees all it made, and gives the first failure, if any. */
typedef bl_status (*fuzz_attempt)(bl_context *ctx, const uint8_t *bytes, size_t n);
void fuzz_run(fuzz_attempt attempt, const uint8_t *bytes, size_t n);

/* Whether a step went well that can fail for want of memory only. */
bool fuzz_went_well(const bl_context *ctx, bl_status status, const char *step);

/* UTF-8 without control characters. */
bool fuzz_is_plain(const char *text);
bool fuzz_is_utf8(const char *text, size_t n);

/* A folder of this process, in memory where the system has that; removed at exit. */
const char *fuzz_folder(void);
/* The path of a file in it, good until seven more were asked for. */
const char *fuzz_path(const char *name);
/* The same, holding these bytes. */
const char *fuzz_file(const char *name, const void *bytes, size_t n);
/* What the file holds, and a zero behind it, for free(). */
char *fuzz_read(const char *path, size_t *n);

/* Takes the first bytes off an input, 0 when there is none. */
uint8_t fuzz_byte(const uint8_t **bytes, size_t *n);
/* n zeros and one more, for free(). */
char *fuzz_room(size_t n);
/* A copy with a zero behind it, likewise. */
char *fuzz_text(const uint8_t *bytes, size_t n);

#endif

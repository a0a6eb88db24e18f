/*
 * fuzz_target.h - what the fuzz targets share: a context with limited memory, files for readers that take a
 * path, and checks that hold for every input.
 *
 * A target passes a function to fuzz_run, which calls it once with FUZZ_MOST_BYTES of memory (a header that
 * claims gigabytes must lead to BL_NO_MEMORY), and for some inputs again with an allocator that fails from a
 * call on that the input selects. After each call all memory is freed, all files are closed, a failure has a
 * printable message, and the status is BL_NO_MEMORY if and only if memory was refused.
 */
#ifndef TESTS_FUZZ_TARGET_H
#define TESTS_FUZZ_TARGET_H

#include "../../src/base/context.h"

#include "backless.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { FUZZ_MOST_BYTES = 16 << 20 };

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

/* Prints what is wrong and aborts, which a fuzzer reports as a finding. */
#define FUZZ_CHECK(condition, ...)                                                                           \
    do {                                                                                                     \
        if (!(condition))                                                                                    \
            fuzz_fail(__FILE__, __LINE__, #condition, __VA_ARGS__);                                          \
    } while (0)
_Noreturn void fuzz_fail(const char *file, int line, const char *condition, const char *format, ...)
    BL_PRINTF(4, 5);

/* Reads the bytes and checks the result. Frees all that it allocated. Returns the first failure, or BL_OK. */
typedef bl_status (*fuzz_attempt)(bl_context *ctx, const uint8_t *bytes, size_t n);
void fuzz_run(fuzz_attempt attempt, const uint8_t *bytes, size_t n);

/* Whether a step succeeded that can only fail because memory is missing. */
bool fuzz_went_well(const bl_context *ctx, bl_status status, const char *step);

/* UTF-8 without control characters. */
bool fuzz_is_plain(const char *text);
bool fuzz_is_utf8(const char *text, size_t n);

/* A folder of this process, in memory where the system supports it; removed at exit. */
const char *fuzz_folder(void);
/* The path of a file in it, valid until the function has been called seven more times. */
const char *fuzz_path(const char *name);
/* The same, for a file that contains the bytes. */
const char *fuzz_file(const char *name, const void *bytes, size_t n);
/* The contents of the file, followed by a zero byte, to be freed by free(). */
char *fuzz_read(const char *path, size_t *n);

/* Removes and returns the first byte of an input; 0 if it is empty. */
uint8_t fuzz_byte(const uint8_t **bytes, size_t *n);
/* n + 1 zero bytes, to be freed by free(). */
char *fuzz_room(size_t n);
/* A copy followed by a zero byte, to be freed by free(). */
char *fuzz_text(const uint8_t *bytes, size_t n);

#endif

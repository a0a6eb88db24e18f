/*
 * fuzz_gzip.c - reads a whole file into memory, unpacked if it is gzip. Input: the file.
 *
 * Other files are returned unchanged. Unpacked files never exceed the limit, and with a limit of one byte
 * less than their size they are refused.
 */
#include "fuzz_target.h"

#include "../../src/base/mem.h"
#include "../../src/data/file_bytes.h"

#include <string.h>

enum { LIMIT = 1 << 16 };

static bl_status read_bytes(struct bytes *out, bl_context *ctx, const char *path, size_t limit)
{
    const struct bytes untouched = {(uint8_t *)out, 7};
    *out = untouched;
    const bl_status status = bytes_read(out, ctx, path, limit);
    FUZZ_CHECK(status == BL_OK || (out->at == untouched.at && out->n == untouched.n),
               "bytes though it failed");
    FUZZ_CHECK(status == BL_OK || status == BL_BAD_DATA || status == BL_NO_MEMORY, "%s: %s",
               bl_status_name(status), bl_why(ctx));
    return status;
}

static bl_status check_limit(bl_context *ctx, const char *path, size_t size)
{
    struct bytes file;
    FUZZ_CHECK(size <= LIMIT, "unpacked to %zu bytes", size);
    if (!fuzz_went_well(ctx, read_bytes(&file, ctx, path, size), "a limit that is the size"))
        return BL_NO_MEMORY;
    mem_free(ctx, file.at);
    if (size == 0)
        return BL_OK;
    const bl_status status = read_bytes(&file, ctx, path, size - 1);
    FUZZ_CHECK(status == BL_BAD_DATA || status == BL_NO_MEMORY, "more than the limit was taken");
    return status == BL_NO_MEMORY ? status : BL_OK;
}

static bl_status attempt(bl_context *ctx, const uint8_t *bytes, size_t n)
{
    const bool is_gzip = n >= 2 && bytes[0] == 0x1f && bytes[1] == 0x8b;
    const char *path = fuzz_file("file", bytes, n);
    struct bytes file;
    BL_TRY(read_bytes(&file, ctx, path, LIMIT));
    if (!is_gzip)
        FUZZ_CHECK(file.n == n && memcmp(file.at, bytes, n) == 0, "a plain file came out changed");
    const size_t size = file.n;
    mem_free(ctx, file.at);
    return is_gzip ? check_limit(ctx, path, size) : BL_OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    fuzz_run(attempt, bytes, n);
    return 0;
}

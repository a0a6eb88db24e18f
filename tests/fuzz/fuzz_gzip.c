/*
 * fuzz_gzip.c - files that may be packed: bytes in, bytes out, and no more of them than the limit.
 */
#include "fuzz.h"

#include "../../src/base/mem.h"
#include "../../src/data/bytes_in.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    enum { LIMIT = 1 << 20 };
    struct fuzz_memory memory;
    struct bytes out = {0};
    bl_context *ctx = fuzz_context(&memory);
    char path[FUZZ_PATH];
    fuzz_path("file.gz", path);
    fuzz_write(path, bytes, n);
    const bl_status status = bytes_in(&out, ctx, path, LIMIT);
    fuzz_check_failure(ctx, status);
    FUZZ_MUST(status == BL_OK || !out.at);
    const int is_packed = n >= 2 && bytes[0] == 0x1f && bytes[1] == 0x8b;
    FUZZ_MUST(status != BL_OK || (is_packed ? out.n <= LIMIT : out.n == n && memcmp(out.at, bytes, n) == 0));
    mem_free(ctx, out.at);
    fuzz_end(ctx, &memory);
    return 0;
}

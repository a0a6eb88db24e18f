/*
 * fuzz_safetensors.c - safetensors. Input: the file, without the eight bytes of the header's length when it
 * begins with {: the header then ends at the first zero byte, and changing it does not make every file one
 * whose length is wrong.
 */
#include "fuzz_target.h"
#include "fuzz_tensors.h"

#include <stdlib.h>
#include <string.h>

static const char *write_file(const uint8_t *bytes, size_t n)
{
    if (n == 0 || bytes[0] != '{')
        return fuzz_file("input.safetensors", bytes, n);
    const uint8_t *end = memchr(bytes, 0, n);
    const size_t header = end ? (size_t)(end - bytes) : n, values = end ? n - header - 1 : 0;
    uint8_t *file = (uint8_t *)fuzz_room(8 + header + values);
    for (size_t i = 0; i < 8; i++)
        file[i] = (uint8_t)(header >> (8 * i));
    memcpy(file + 8, bytes, header);
    memcpy(file + 8 + header, bytes + n - values, values);
    const char *path = fuzz_file("input.safetensors", file, 8 + header + values);
    free(file);
    return path;
}

static bl_status attempt(bl_context *ctx, const uint8_t *bytes, size_t n)
{
    const char *path = write_file(bytes, n);
    struct tensors *const untouched = (struct tensors *)&n, *t = untouched;
    bl_status status = tensors_read(&t, ctx, path);
    FUZZ_CHECK(status == BL_OK || t == untouched, "a table was returned although the function failed");
    FUZZ_CHECK(status == BL_OK || status == BL_BAD_DATA || status == BL_NO_MEMORY, "%s: %s",
               bl_status_name(status), bl_why(ctx));
    if (status != BL_OK)
        return status;
    status = fuzz_check_tensors(ctx, t);
    tensors_free(ctx, t);
    return status;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    fuzz_run(attempt, bytes, n);
    return 0;
}

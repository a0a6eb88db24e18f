/*
 * fuzz_arrays.c - reads arrays from .npy, .npz or .safetensors, whose kind is recognised by the first bytes.
 * Input: the file.
 */
#include "fuzz_target.h"
#include "fuzz_tensors.h"

static bl_status attempt(bl_context *ctx, const uint8_t *bytes, size_t n)
{
    const char *path = fuzz_file("arrays", bytes, n);
    struct tensors *const untouched = (struct tensors *)&n, *t = untouched;
    bl_status status = arrays_read(&t, ctx, path);
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

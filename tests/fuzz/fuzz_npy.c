/*
 * fuzz_npy.c - reads one array from a .npy file. Input: the file.
 */
#include "fuzz_target.h"
#include "fuzz_tensors.h"

#include "../../src/file/npy.h"
#include "../../src/file/tensor_table.h"

static bl_status attempt(bl_context *ctx, const uint8_t *bytes, size_t n)
{
    struct tensors *t = NULL;
    struct tensor_entry entry;
    BL_TRY(tensors_create(&t, ctx));
    bl_status status = npy_add(t, ctx, "array.npy", "0", bytes, n);
    FUZZ_CHECK(status == BL_OK || status == BL_BAD_DATA || status == BL_NO_MEMORY, "%s: %s",
               bl_status_name(status), bl_why(ctx));
    if (status == BL_OK) {
        FUZZ_CHECK(tensors_entry(t, 0, &entry) && fuzz_tensor_size(&entry) * 4 <= n, "more than the file");
        status = fuzz_check_tensors(ctx, t);
    }
    tensors_free(ctx, t);
    return status;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    fuzz_run(attempt, bytes, n);
    return 0;
}

/*
 * fuzz_tensors.c - safetensors, .npy and .npz as arrays: what is read can be written and read again, equal to the bit.
 */
#include "fuzz.h"

#include "../../src/file/tensors.h"

enum { MOST = 64 };

static void check_equal(const struct tensors *a, const struct tensors *b)
{
    struct tensor_entry x, y;
    for (size_t i = 0; tensors_entry(a, i, &x); i++) {
        const size_t n = x.rows * (x.cols ? x.cols : 1);
        FUZZ_MUST(tensors_find(b, x.name, &y));
        FUZZ_MUST(y.rows == x.rows && y.cols == x.cols);
        FUZZ_MUST(memcmp(x.values, y.values, n * sizeof *x.values) == 0);
    }
}

static void check_round_trip(bl_context *ctx, const struct tensors *file)
{
    struct tensor_entry entries[MOST];
    struct tensors *again = NULL;
    char path[FUZZ_PATH];
    size_t n = 0;
    fuzz_path("again.safetensors", path);
    while (n < MOST && tensors_entry(file, n, &entries[n]))
        n++;
    const bl_status written = tensors_write(ctx, path, entries, n, NULL, 0);
    fuzz_check_failure(ctx, written);
    if (written != BL_OK)
        return;
    const bl_status status = tensors_read(&again, ctx, path);
    FUZZ_MUST(status == BL_OK || status == BL_NO_MEMORY);
    if (status == BL_OK && n < MOST)
        check_equal(file, again);
    tensors_free(ctx, again);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    static const char *const names[] = {"file.safetensors", "file.npy", "file.npz"};
    const char *name = names[fuzz_byte(&bytes, &n) % 3];
    struct fuzz_memory memory;
    struct tensors *file = NULL;
    bl_context *ctx = fuzz_context(&memory);
    char path[FUZZ_PATH];
    fuzz_path(name, path);
    fuzz_write(path, bytes, n);
    const bl_status status = arrays_read(&file, ctx, path);
    fuzz_check_failure(ctx, status);
    FUZZ_MUST((status == BL_OK) == (file != NULL));
    if (file)
        check_round_trip(ctx, file);
    tensors_free(ctx, file);
    fuzz_end(ctx, &memory);
    return 0;
}

/*
 * fuzz_idx.c - IDX images and labels: the first two bytes say where the images end and the labels begin.
 */
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    const size_t high = fuzz_byte(&bytes, &n), low = fuzz_byte(&bytes, &n);
    const size_t images = high * 256 + low < n ? high * 256 + low : n;
    struct data_options options = {.val = 0};
    struct fuzz_memory memory;
    bl_context *ctx = fuzz_context(&memory);
    char path[FUZZ_PATH], folder[FUZZ_PATH];
    fuzz_path("idx", folder);
    mkdir(folder, 0700);
    fuzz_path("idx/train-labels-idx1-ubyte", path);
    fuzz_write(path, bytes + images, n - images);
    fuzz_path("idx/train-images-idx3-ubyte", path);
    fuzz_write(path, bytes, images);
    fuzz_read_data(ctx, path, &options);
    fuzz_end(ctx, &memory);
    return 0;
}

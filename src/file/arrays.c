/*
 * arrays.c - reads arrays from a file; its first bytes, not its name, determine the format.
 */
#include "tensors.h"

#include "../base/files_read.h"
#include "../base/mem.h"
#include "disk_file.h"
#include "npy.h"
#include "tensor_table.h"

enum { HEAD_BYTES = 9 }; /* enough to distinguish all formats */
static const size_t most_unpacked = (size_t)1
                                    << 30; /* 1 GiB: more than a hundred times the feedback of a large net */

/* The first bytes; fewer when there are no more. */
static bl_status read_head(bl_context *ctx, const char *path, unsigned char head[HEAD_BYTES], size_t *n)
{
    struct disk_file file;
    BL_TRY(disk_file_open(&file, ctx, path));
    *n = file.size < HEAD_BYTES ? (size_t)file.size : HEAD_BYTES;
    const bl_status status = disk_file_read(&file, head, *n);
    disk_file_close(&file);
    return status;
}

static bl_status add_arrays(struct tensors *t, bl_context *ctx, const char *path, const unsigned char *bytes,
                            size_t n)
{
    return npz_is(bytes, n) ? npz_add(t, ctx, path, bytes, n, most_unpacked)
                            : npy_add(t, ctx, path, "0", bytes, n);
}

static bl_status read_numpy(struct tensors **out, bl_context *ctx, const char *path)
{
    unsigned char *bytes = NULL;
    size_t n = 0;
    struct tensors *t = NULL;
    BL_TRY(disk_file_load(&bytes, &n, ctx, path));
    bl_status status = tensors_create(&t, ctx);
    if (status == BL_OK)
        status = add_arrays(t, ctx, path, bytes, n);
    mem_free(ctx, bytes);
    if (status != BL_OK) {
        tensors_free(ctx, t);
        return status;
    }
    *out = t;
    return BL_OK;
}

bl_status arrays_read(struct tensors **out, bl_context *ctx, const char *path)
{
    unsigned char head[HEAD_BYTES] = {0};
    size_t n = 0;
    BL_TRY(read_head(ctx, path, head, &n));
    BL_TRY(files_read_add(ctx, path, READ_AS_INPUT));
    if (npy_is(head, n) || npz_is(head, n))
        return read_numpy(out, ctx, path);
    if (n == HEAD_BYTES && head[HEAD_BYTES - 1] == '{')
        return tensors_read(out, ctx, path);
    BL_FAIL(ctx, BL_BAD_DATA, "%s: is neither .npy nor .npz nor .safetensors by its first bytes", path);
}

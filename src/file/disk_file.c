/*
 * disk_file.c - reads regular files, and handles short reads and signals.
 */
#include "disk_file.h"

#include "../base/io.h"
#include "../base/mem.h"
#include "../base/nearest_file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bl_status check_regular(struct disk_file *file)
{
    struct stat facts;
    if (fstat(file->fd, &facts) != 0)
        BL_FAIL(file->ctx, BL_IO, "%s: cannot be read: %s", file->path, strerror(errno));
    if (!S_ISREG(facts.st_mode))
        BL_FAIL(file->ctx, BL_BAD_DATA, "%s: is a folder or a device, expected a file", file->path);
    file->size = (uint64_t)facts.st_size;
    return BL_OK;
}

bl_status disk_file_open(struct disk_file *file, bl_context *ctx, const char *path)
{
    /* O_NONBLOCK: opening a named pipe must not wait for a writer. It has no effect on regular files. */
    *file = (struct disk_file){ctx, path, open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK), 0};
    if (file->fd < 0) {
        char near[512];
        const int number = errno;
        if (!path[0])
            BL_FAIL(ctx, BL_BAD_DATA, "the name of the file to read is \"\", expected a path");
        const bool is_missing = number == ENOENT || number == ENOTDIR;
        if (is_missing && nearest_file(path, near, sizeof near))
            BL_FAIL(ctx, BL_BAD_DATA, "%s: cannot be opened: %s; did you mean %s?", path, strerror(number),
                    near);
        BL_FAIL(ctx, is_missing ? BL_BAD_DATA : BL_IO, "%s: cannot be opened: %s", path, strerror(number));
    }
    const bl_status status = check_regular(file);
    if (status != BL_OK)
        disk_file_close(file);
    return status;
}

bl_status disk_file_read(struct disk_file *file, void *bytes, size_t n)
{
    const ssize_t got = io_read_all(file->fd, bytes, n);
    if (got < 0)
        BL_FAIL(file->ctx, BL_IO, "%s: cannot be read: %s", file->path, strerror(errno));
    if ((size_t)got < n)
        BL_FAIL(file->ctx, BL_BAD_DATA, "%s: became shorter than %llu bytes while it was read", file->path,
                (unsigned long long)file->size);
    return BL_OK;
}

void disk_file_close(struct disk_file *file)
{
    if (file->fd >= 0)
        close(file->fd);
    file->fd = -1;
}

static bl_status load_open(unsigned char **bytes, size_t *n, struct disk_file *file)
{
    if (file->size > SIZE_MAX)
        BL_FAIL(file->ctx, BL_NO_MEMORY, "%s: has %llu bytes, more than this machine can address", file->path,
                (unsigned long long)file->size);
    const size_t size = (size_t)file->size;
    unsigned char *all = NULL;
    BL_TRY(MEM_ARRAY(file->ctx, &all, size, file->path));
    const bl_status status = disk_file_read(file, all, size);
    if (status != BL_OK) {
        mem_free(file->ctx, all);
        return status;
    }
    *bytes = all;
    *n = size;
    return BL_OK;
}

bl_status disk_file_load(unsigned char **bytes, size_t *n, bl_context *ctx, const char *path)
{
    struct disk_file file;
    BL_TRY(disk_file_open(&file, ctx, path));
    const bl_status status = load_open(bytes, n, &file);
    disk_file_close(&file);
    return status;
}

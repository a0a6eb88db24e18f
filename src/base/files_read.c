/*
 * files_read.c - the list of files that were read. The search is linear: most runs read a few files, and
 * after reading a folder of many images only a few outputs are looked up.
 */
#include "files_read.h"

#include "mem.h"

#include <stdint.h>
#include <sys/stat.h>

static bool identify(const char *path, struct file_read *out)
{
    struct stat found;
    if (stat(path, &found) != 0 || !S_ISREG(found.st_mode))
        return false;
    *out = (struct file_read){(uint64_t)found.st_dev, (uint64_t)found.st_ino, 0};
    return true;
}

static bool is_same(const struct file_read *a, const struct file_read *b)
{
    return a->device == b->device && a->inode == b->inode;
}

static size_t place_of(size_t i)
{
    return i < FIRST_FILES_READ ? i : i - FIRST_FILES_READ;
}

static const struct file_read *file_at(const bl_context *ctx, size_t i)
{
    return &(i < FIRST_FILES_READ ? ctx->first_files_read : ctx->more_files_read)[place_of(i)];
}

bl_status files_read_add(bl_context *ctx, const char *path, enum read_as as)
{
    struct file_read file;
    if (!identify(path, &file))
        return BL_OK;
    for (size_t i = 0; i < ctx->n_files_read && i < FIRST_FILES_READ; i++)
        if (is_same(&ctx->first_files_read[i], &file)) { /* a file that is read repeatedly is stored once */
            ctx->first_files_read[i].kinds |= (int)as;
            return BL_OK;
        }
    if (ctx->n_files_read >= FIRST_FILES_READ)
        BL_TRY(MEM_GROW(ctx, &ctx->more_files_read, &ctx->room_files_read,
                        ctx->n_files_read - FIRST_FILES_READ, "the list of files that were read"));
    file.kinds = (int)as;
    (ctx->n_files_read < FIRST_FILES_READ ? ctx->first_files_read
                                          : ctx->more_files_read)[place_of(ctx->n_files_read)] = file;
    ctx->n_files_read++;
    return BL_OK;
}

bool files_read_has(const bl_context *ctx, const char *path, int kinds)
{
    struct file_read file;
    if (!identify(path, &file))
        return false;
    for (size_t i = 0; i < ctx->n_files_read; i++)
        if (is_same(file_at(ctx, i), &file) && (file_at(ctx, i)->kinds & kinds))
            return true;
    return false;
}

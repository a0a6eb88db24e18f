/*
 * whitening_cache.c - the whitening in the user's cache.
 *
 * A file of the cache is a safetensors file with the mean, the matrix, what they depend on, and a hash of
 * both. A file that is damaged, or of other data, counts as none, and is written anew.
 */
#include "../../../base/context.h"
#include "../../../file/folder_make.h"
#include "../../../file/tensors.h"
#include "whitening.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Of the mean and the matrix, as text. */
struct digest {
    char text[17];
};

static struct digest digest_of(const double *offset, const float *matrix, size_t n)
{
    struct digest out;
    const uint64_t hash = text_hash(TEXT_HASH_START, offset, n * sizeof *offset);
    snprintf(out.text, sizeof out.text, "%016llx",
             (unsigned long long)text_hash(hash, matrix, n * n * sizeof *matrix));
    return out;
}

static bl_status cache_path(bl_context *ctx, char path[BL_PATH_ROOM], const bl_data *train,
                            const char *folder)
{
    if (snprintf(path, BL_PATH_ROOM, "%s/zca-%d-%016llx-%.17g.safetensors", folder, BL_NUMERIC_REVISION,
                 (unsigned long long)train->hash, train->epsilon) >= BL_PATH_ROOM)
        BL_FAIL(ctx, BL_BAD_VALUE, "%s: the path is too long", folder);
    return BL_OK;
}

static bool is_undamaged(const struct tensors *file, size_t n)
{
    struct tensor_entry matrix, offset;
    const char *said = tensors_metadata(file, "digest");
    return said && tensors_find(file, whitening_tensor, &matrix) && matrix.rows == n && matrix.cols == n &&
           tensors_find_any(file, "scaling.offset", &offset) && offset.doubles && offset.rows == n &&
           strcmp(said, digest_of(offset.doubles, matrix.values, n).text) == 0;
}

bl_status whitening_of_cache(bool *is_known, bl_data *train, const char *folder)
{
    char path[BL_PATH_ROOM];
    struct tensors *file = NULL;
    *is_known = false;
    BL_TRY(cache_path(train->ctx, path, train, folder));
    BL_TRY(whitening_read(&file, train->ctx, path));
    const bl_status status =
        file && is_undamaged(file, train->features) ? whitening_take_all(is_known, train, file) : BL_OK;
    if (*is_known)
        (void)utimensat(AT_FDCWD, path, NULL, 0); /* it was used now; where it cannot be said, it is older */
    tensors_free(train->ctx, file);
    return status;
}

/* ---- The limit */

/* The file of the cache that was not used for the longest time. */
struct oldest {
    char path[BL_PATH_ROOM];
    struct timespec used;
};

static bool is_before(struct timespec a, struct timespec b)
{
    return a.tv_sec != b.tv_sec ? a.tv_sec < b.tv_sec : a.tv_nsec < b.tv_nsec;
}

/* Returns the number of files in the cache, and the oldest of them. */
static int count_files(const char *folder, struct oldest *oldest)
{
    int n = 0;
    DIR *listing = opendir(folder);
    for (struct dirent *entry; listing && (entry = readdir(listing)) != NULL;) {
        char path[BL_PATH_ROOM];
        struct stat about;
        const size_t length = strlen(entry->d_name), end = sizeof ".safetensors" - 1;
        if (strncmp(entry->d_name, "zca-", 4) != 0 || length < end ||
            strcmp(entry->d_name + length - end, ".safetensors") != 0 ||
            snprintf(path, sizeof path, "%s/%s", folder, entry->d_name) >= (int)sizeof path ||
            stat(path, &about) != 0)
            continue;
        if (n++ == 0 || is_before(about.st_mtim, oldest->used)) {
            memcpy(oldest->path, path, sizeof path);
            oldest->used = about.st_mtim;
        }
    }
    if (listing)
        closedir(listing);
    return n;
}

/* Removes the files that were not used for the longest time. A process that reads one of them has it open,
   and keeps it. */
static void limit_cache(const char *folder)
{
    struct oldest oldest;
    while (count_files(folder, &oldest) > WHITENING_MOST_CACHED && unlink(oldest.path) == 0) {
    }
}

bl_status whitening_to_cache(bl_data *train, const char *folder)
{
    const struct scaling *s = &train->scaling;
    char path[BL_PATH_ROOM], name[WHITENING_NAME_ROOM];
    const struct digest digest = digest_of(s->offset, s->matrix, s->n);
    const struct tensor_entry entries[] = {{"scaling.offset", NULL, s->n, 0, s->offset},
                                           {whitening_tensor, s->matrix, s->n, s->n, NULL}};
    const struct tensor_metadata metadata[] = {{"whitening", name}, {"digest", digest.text}};
    whitening_name(name, train);
    bl_status status = cache_path(train->ctx, path, train, folder);
    if (status == BL_OK)
        status = folder_make(train->ctx, folder);
    if (status == BL_OK)
        status = tensors_write(train->ctx, path, entries, 2, metadata, 2);
    if (status == BL_OK)
        limit_cache(folder);
    if (status == BL_OK || status == BL_NO_MEMORY)
        return status;
    return data_add_note(train, "the whitening is not kept for other runs: %s", train->ctx->why);
}

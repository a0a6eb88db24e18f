/*
 * whitening_file.c - the whitening of a run's model and of the user's cache, which takes minutes to compute
 * and no time to read.
 *
 * A file of the cache is a safetensors file with the mean, the matrix, what they depend on, and a hash of
 * both. A file that is damaged, or of other data, counts as none, and is written anew.
 */
#include "../../../base/mem.h"
#include "../../../file/folder_make.h"
#include "../../../file/tensors.h"
#include "whitening.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

const char whitening_tensor[] = "scaling.matrix";

void whitening_name(char out[WHITENING_NAME_ROOM], const bl_data *train)
{
    snprintf(out, WHITENING_NAME_ROOM, "%016llx %.17g", (unsigned long long)train->hash, train->epsilon);
}

bl_status whitening_take(struct scaling *s, bl_context *ctx, const struct tensors *file, size_t features,
                         bool *is_there)
{
    struct tensor_entry matrix;
    *is_there =
        tensors_find(file, whitening_tensor, &matrix) && matrix.rows == features && matrix.cols == features;
    if (!*is_there)
        return BL_OK;
    BL_TRY(MEM_ARRAY(ctx, &s->matrix, features * features, "whitening"));
    memcpy(s->matrix, matrix.values, features * features * sizeof *s->matrix);
    return BL_OK;
}

/* Into data->scaling, which is empty. */
static bl_status take_all(bool *is_known, bl_data *data, const struct tensors *file)
{
    struct scaling *s = &data->scaling;
    struct tensor_entry offset;
    const size_t n = data->features;
    char name[WHITENING_NAME_ROOM];
    const char *text = tensors_metadata(file, "whitening");
    whitening_name(name, data);
    if (!text || strcmp(text, name) != 0 || !tensors_find_any(file, "scaling.offset", &offset) ||
        !offset.doubles || offset.rows != n)
        return BL_OK;
    BL_TRY(whitening_take(s, data->ctx, file, n, is_known));
    if (!*is_known)
        return BL_OK;
    BL_TRY(MEM_ARRAY(data->ctx, &s->offset, n, "scaling"));
    BL_TRY(MEM_ARRAY(data->ctx, &s->scale, n, "scaling"));
    s->n = n;
    memcpy(s->offset, offset.doubles, n * sizeof *s->offset);
    for (size_t j = 0; j < n; j++)
        s->scale[j] = 1.0;
    return BL_OK;
}

/* The file at `path`; *file stays NULL where there is none that can be read. */
static bl_status read_if_there(struct tensors **file, bl_context *ctx, const char *path)
{
    struct stat found;
    if (stat(path, &found) != 0)
        return BL_OK;
    const bl_status status = tensors_read(file, ctx, path);
    return status == BL_NO_MEMORY ? status : BL_OK;
}

bl_status whitening_of_run(bool *is_known, bl_data *train, const char *folder)
{
    char path[BL_PATH_ROOM] = "";
    struct tensors *file = NULL;
    *is_known = false;
    text_append(path, sizeof path, "%s/model.safetensors", folder);
    BL_TRY(read_if_there(&file, train->ctx, path)); /* what is wrong with it is said when the run needs it */
    const bl_status status = file ? take_all(is_known, train, file) : BL_OK;
    tensors_free(train->ctx, file);
    return status;
}

/* ---- The user's cache */

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
    BL_TRY(read_if_there(&file, train->ctx, path));
    const bl_status status =
        file && is_undamaged(file, train->features) ? take_all(is_known, train, file) : BL_OK;
    tensors_free(train->ctx, file);
    return status;
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
    if (status == BL_OK || status == BL_NO_MEMORY)
        return status;
    return data_add_note(train, "the whitening is not kept for other runs: %s", train->ctx->why);
}

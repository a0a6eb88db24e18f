/*
 * whitening_file.c - reads the whitening from a run's model, because it takes a minute to compute for CIFAR
 * and no time to read.
 */
#include "../../../base/mem.h"
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

bl_status whitening_take_all(bool *is_known, bl_data *data, const struct tensors *file)
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

bl_status whitening_read(struct tensors **file, bl_context *ctx, const char *path)
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
    BL_TRY(whitening_read(&file, train->ctx, path)); /* what is wrong with it is said when the run needs it */
    const bl_status status = file ? whitening_take_all(is_known, train, file) : BL_OK;
    tensors_free(train->ctx, file);
    return status;
}

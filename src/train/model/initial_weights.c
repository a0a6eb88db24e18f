/*
 * initial_weights.c - reads the weights of a model file into a model that has not been trained yet.
 */
#include "initial_weights.h"

#include "../../base/files_read.h"
#include "../../base/text.h"

#include <string.h>

static bl_status check_net(const bl_model *model, const struct tensors *file, const char *path,
                           bool only_output)
{
    const char *net = tensors_metadata(file, "net"), *input = tensors_metadata(file, "input"),
               *own_input = bl_model_metadata(model, "input");
    if (!net || !input)
        BL_FAIL(model->ctx, BL_BAD_DATA, "%s: no \"%s\" in its metadata: not a model of backless", path,
                net ? "input" : "net");
    if (!text_is_same(net, model->net->text))
        BL_FAIL(model->ctx, only_output ? BL_NOT_DEFINED : BL_BAD_DATA,
                "%s: its net is \"%.200s\", but this run's is \"%.200s\", and init takes the weights of the "
                "same net",
                path, net, model->net->text);
    if (own_input && strcmp(input, own_input) != 0)
        BL_FAIL(model->ctx, BL_BAD_DATA, "%s: its input is %.60s, but this run's is %s", path, input,
                own_input);
    return BL_OK;
}

static bl_status take(bl_model *model, const struct tensors *file, const char *path, bool only_output)
{
    const char *name = NULL;
    BL_TRY(check_net(model, file, path, only_output));
    BL_TRY(model_take_net(model, file, path));
    if (model_find_nan(model, &name))
        BL_FAIL(model->ctx, BL_BAD_DATA, "%s: \"%s\" contains NaN or infinity", path, name);
    return BL_OK;
}

bl_status initial_weights_take(bl_model *model, const char *path, bool only_output, bool *scales_alike)
{
    struct tensors *file = NULL;
    BL_TRY(files_read_add(model->ctx, path, READ_AS_MODEL));
    BL_TRY(tensors_read(&file, model->ctx, path));
    const bl_status status = take(model, file, path, only_output);
    if (status == BL_OK)
        *scales_alike = model_scaling_matches(model, file);
    tensors_free(model->ctx, file);
    return status;
}

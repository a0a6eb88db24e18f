/*
 * flatten.c - turns an image into a vector. The memory layout is the same, so nothing is copied.
 */
#include "layer_table.h"

static bl_status flatten_fit(bl_context *ctx, struct layer *layer)
{
    (void)ctx;
    layer->out = (bl_shape){1, 1, layer->in.channels * layer->in.rows * layer->in.cols};
    return BL_OK;
}

const struct layer_ops layer_flatten = {
    .name = "flatten", .usage = "flatten", .fit = flatten_fit, .works_in_place = true};

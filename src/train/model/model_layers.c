/*
 * model_layers.c - describes the layers of a model's net and its scaling, for programs that build the same
 * net elsewhere.
 */
#include "../../base/sized.h"
#include "model.h"

#include "backless_experimental.h"

/* Parameters come first, then buffers, as in bl_model_tensor. */
static void find_tensors(const struct net *net, size_t layer, bl_layer *out)
{
    for (size_t i = 0; i < net->n_tensors + net->n_buffer_tensors; i++)
        if (net_tensor(net, i)->layer == layer)
            out->tensors[out->n_tensors++] = (int)i;
}

static int block_of(const struct net *net, size_t layer)
{
    for (size_t l = 0; l < net->n_blocks; l++)
        if (layer >= net->blocks[l].first && layer < net->blocks[l].first + net->blocks[l].n_layers)
            return (int)l;
    return -1;
}

int bl_model_layer(const bl_model *model, int i, bl_layer *out)
{
    if (!model || !out || i < 0 || (size_t)i >= model->net->n_layers)
        return 0;
    const struct layer *layer = &model->net->layers[i];
    bl_layer found = {.size = out->size,
                      .kind = layer->ops->name,
                      .text = layer->text,
                      .block = block_of(model->net, (size_t)i),
                      .n_inputs = (int)layer->n_inputs,
                      .in = layer->in,
                      .out = layer->out,
                      .rows = layer->window.rows,
                      .cols = layer->window.cols,
                      .stride = layer->window.stride,
                      .pad = layer->window.pad,
                      .slope = (double)layer->slope,
                      .rate = layer->rate};
    for (size_t k = 0; k < layer->n_inputs; k++)
        found.inputs[k] = layer->inputs[k] == NET_INPUT ? -1 : (int)layer->inputs[k];
    find_tensors(model->net, (size_t)i, &found);
    return sized_copy(out, &found, sizeof found);
}

static int describe(const struct scaling *scaling, bl_scaling *out)
{
    const bl_scaling found = {.size = out->size,
                              .n = scaling->n,
                              .offset = scaling->offset,
                              .scale = scaling->scale,
                              .is_of_example = scaling->is_of_example,
                              .matrix = scaling->matrix};
    return sized_copy(out, &found, sizeof found);
}

int bl_model_input_scaling(const bl_model *model, bl_scaling *out)
{
    return model && out ? describe(&model->schema->scaling, out) : 0;
}

int bl_model_target_scaling(const bl_model *model, bl_scaling *out)
{
    return model && out ? describe(&model->schema->target_scaling, out) : 0;
}

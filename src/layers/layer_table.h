/*
 * layer_table.h - declares the structs of all layers, for layer_table.c only.
 */
#ifndef BL_LAYERS_LAYER_TABLE_H
#define BL_LAYERS_LAYER_TABLE_H

#include "layer.h"

extern const struct layer_ops layer_dense, layer_tanh, layer_logistic, layer_relu, layer_leaky_relu,
    layer_softplus, layer_gelu, layer_identity, layer_conv, layer_maxpool, layer_avgpool, layer_flatten,
    layer_dropout, layer_batchnorm, layer_layernorm, layer_subsample;

#endif

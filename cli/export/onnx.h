/*
 * onnx.h - a model as an ONNX file (onnx.ai, IR version 8, operator set 17): the scaling of inputs, the net,
 * and the function of its outputs, so that raw inputs give the model's predictions.
 *
 * The graph has the input "input", batch x channels x rows x cols, or batch x features for vectors, as
 * bl_model_predict takes it, and one output: "probabilities", batch x classes, for the losses ce and bce;
 * "outputs", batch x outputs in the unit of the targets, for mse; or "logits", batch x units of the last
 * layer, the net's outputs themselves. Weights keep their names ("0.dense.weight"). Dropout is off, and
 * batch norm takes its running statistics.
 */
#ifndef CLI_ONNX_H
#define CLI_ONNX_H

#include "backless.h"
#include "onnx_graph.h"

#include <stdbool.h>

/* An example as a tensor of the graph: features, or channels x rows x cols. */
struct onnx_shape onnx_shape_of(bl_shape shape);

/* Adds the nodes that scale `input` as the model scales its inputs. output: set to the name of the result. */
void onnx_put_scaling(struct message *graph, const bl_model *model, bl_shape shape, const char *input,
                      char output[ONNX_NAME_ROOM]);
/* Adds the nodes of the net. output: set to the name of its last layer's output. Returns false if there is no
   memory, or for a layer of a kind that this file does not know, whose name is then written to stderr. */
bool onnx_put_net(struct message *graph, const bl_model *model, const char *input,
                  char output[ONNX_NAME_ROOM]);
/* Adds the nodes that turn the net's outputs into what bl_model_predict gives. output: the name of the
   result. */
void onnx_put_answers(struct message *graph, const bl_model *model, const char *input, const char *output);

/* The name of the graph's output. is_logits: the net's outputs instead of predictions. */
const char *onnx_output(const bl_model *model, bool is_logits);

/* Encodes the whole model. The caller frees out->bytes, also on failure. Returns false if there is no memory
   (out->has_failed), or after onnx_put_net has written why. */
bool onnx_encode(struct message *out, const bl_model *model, bool is_logits);

#endif

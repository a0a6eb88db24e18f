/*
 * ops.c - the table of the ops of a training step, with the operands that each reads and writes.
 */
#include "ops.h"

const struct op op_enter = {
    .kind = OP_ENTER,
    .name = "enter",
    .is_whole = true,
    .move = MOVE_FORWARD,
    .operands = {{BUFFER_INPUT, OF_BLOCK, EXTENT_ALL, UPDATES}},
};
const struct op op_forward = {
    .kind = OP_FORWARD,
    .name = "forward",
    .move = MOVE_FORWARD,
    .operands = {{BUFFER_OUTPUT, OF_PREVIOUS, EXTENT_ALL, READS},
                 {BUFFER_WEIGHTS, OF_BLOCK, EXTENT_RANGE, READS},
                 {BUFFER_OUTPUT, OF_BLOCK, EXTENT_RANGE, WRITES}},
};
/* The layers after the head, if one of them reads all examples of the batch. Otherwise these layers are part
   of forward and add. */
const struct op op_local_forward = {
    .kind = OP_LOCAL_FORWARD,
    .name = "local_forward",
    .move = MOVE_FORWARD,
    .operands = {{BUFFER_WEIGHTS, OF_BLOCK, EXTENT_RANGE, READS},
                 {BUFFER_OUTPUT, OF_BLOCK, EXTENT_RANGE, UPDATES}},
};
/* A copy, where the second source is the first. */
const struct op op_add = {
    .kind = OP_ADD,
    .name = "add",
    .move = MOVE_FORWARD,
    .operands = {{BUFFER_OUTPUT, OF_PREVIOUS, EXTENT_RANGE, READS},
                 {BUFFER_OUTPUT, OF_SECOND, EXTENT_RANGE, READS},
                 {BUFFER_WEIGHTS, OF_BLOCK, EXTENT_RANGE, READS},
                 {BUFFER_OUTPUT, OF_BLOCK, EXTENT_RANGE, WRITES}},
};
const struct op op_loss = {
    .kind = OP_LOSS,
    .name = "loss",
    .is_whole = true,
    .move = MOVE_ERROR,
    .operands = {{BUFFER_OUTPUT, OF_LAST, EXTENT_ALL, READS},
                 {BUFFER_TARGETS, OF_LAST, EXTENT_ALL, READS},
                 {BUFFER_DELTA, OF_LAST, EXTENT_ALL, WRITES}},
};
const struct op op_product = {
    .kind = OP_PRODUCT,
    .name = "product",
    .move = MOVE_SIGNAL,
    .operands = {{BUFFER_SOURCE, OF_LAST, EXTENT_ALL, READS},
                 {BUFFER_FEEDBACK, OF_BLOCK, EXTENT_RANGE, READS},
                 {BUFFER_SIGNAL, OF_BLOCK, EXTENT_RANGE, WRITES}},
};
const struct op op_pull = {
    .kind = OP_PULL,
    .name = "pull",
    .move = MOVE_SIGNAL,
    .operands = {{BUFFER_DELTA, OF_NEXT, EXTENT_ALL, READS},
                 {BUFFER_MATRIX, OF_NEXT, EXTENT_COLUMNS, READS},
                 {BUFFER_SIGNAL, OF_BLOCK, EXTENT_RANGE, WRITES}},
};
const struct op op_pull_add = {
    .kind = OP_PULL_ADD,
    .name = "pull_add",
    .move = MOVE_SIGNAL,
    .operands = {{BUFFER_DELTA, OF_NEXT, EXTENT_RANGE, READS},
                 {BUFFER_SIGNAL, OF_BLOCK, EXTENT_RANGE, WRITES}},
};
/* The derivative through a head without weights that reads all channels. Every task reads its operands as a
   whole, because layer norm sums over an example. */
const struct op op_pull_exact = {
    .kind = OP_PULL_EXACT,
    .name = "pull_exact",
    .move = MOVE_SIGNAL,
    .operands = {{BUFFER_DELTA, OF_NEXT, EXTENT_ALL, READS},
                 {BUFFER_OUTPUT, OF_BLOCK, EXTENT_ALL, READS},
                 {BUFFER_WEIGHTS, OF_NEXT, EXTENT_ALL, READS},
                 {BUFFER_SIGNAL, OF_BLOCK, EXTENT_RANGE, WRITES}},
};
const struct op op_push = {
    .kind = OP_PUSH,
    .name = "push",
    .move = MOVE_SIGNAL,
    .operands = {{BUFFER_DELTA, OF_PREVIOUS, EXTENT_ALL, READS},
                 {BUFFER_MATRIX, OF_BLOCK, EXTENT_RANGE, READS},
                 {BUFFER_SIGNAL, OF_BLOCK, EXTENT_RANGE, WRITES}},
};
/* A copy, where the second source is the first. */
const struct op op_push_add = {
    .kind = OP_PUSH_ADD,
    .name = "push_add",
    .move = MOVE_SIGNAL,
    .operands = {{BUFFER_DELTA, OF_PREVIOUS, EXTENT_RANGE, READS},
                 {BUFFER_DELTA, OF_SECOND, EXTENT_RANGE, READS},
                 {BUFFER_SIGNAL, OF_BLOCK, EXTENT_RANGE, WRITES}},
};
/* The backward pass of batch norm reads its scale and the means of its inputs. */
const struct op op_local_backward = {
    .kind = OP_LOCAL_BACKWARD,
    .name = "local_backward",
    .move = MOVE_SIGNAL,
    .operands = {{BUFFER_OUTPUT, OF_BLOCK, EXTENT_RANGE, READS},
                 {BUFFER_WEIGHTS, OF_BLOCK, EXTENT_RANGE, READS},
                 {BUFFER_SIGNAL, OF_BLOCK, EXTENT_RANGE, READS},
                 {BUFFER_DELTA, OF_BLOCK, EXTENT_RANGE, WRITES}},
};
const struct op op_gradient = {
    .kind = OP_GRADIENT,
    .name = "gradient",
    .move = MOVE_GRADIENT,
    .operands = {{BUFFER_OUTPUT, OF_PREVIOUS, EXTENT_ALL, READS},
                 {BUFFER_DELTA, OF_BLOCK, EXTENT_RANGE, READS},
                 {BUFFER_GRADIENT, OF_BLOCK, EXTENT_RANGE, WRITES}},
};
const struct op op_update = {
    .kind = OP_UPDATE,
    .name = "update",
    .move = MOVE_UPDATE,
    .operands = {{BUFFER_GRADIENT, OF_BLOCK, EXTENT_RANGE, READS},
                 {BUFFER_WEIGHTS, OF_BLOCK, EXTENT_RANGE, UPDATES}},
};
const struct op op_update_fused = {
    .kind = OP_UPDATE_FUSED,
    .name = "update_fused",
    .move = MOVE_GRADIENT,
    .operands = {{BUFFER_OUTPUT, OF_PREVIOUS, EXTENT_ALL, READS},
                 {BUFFER_DELTA, OF_BLOCK, EXTENT_RANGE, READS},
                 {BUFFER_WEIGHTS, OF_BLOCK, EXTENT_RANGE, UPDATES}},
};
/* B is shaped like the block's weights and is updated by the same gradient. */
const struct op op_update_feedback = {
    .kind = OP_UPDATE_FEEDBACK,
    .name = "update_feedback",
    .move = MOVE_UPDATE,
    .operands = {{BUFFER_GRADIENT, OF_BLOCK, EXTENT_RANGE, READS},
                 {BUFFER_FEEDBACK, OF_BLOCK, EXTENT_RANGE, UPDATES}},
};
/* B is outputs x units: its gradient e^T h and its update, on the columns of the range. */
const struct op op_learn_feedback = {
    .kind = OP_LEARN_FEEDBACK,
    .name = "learn_feedback",
    .move = MOVE_UPDATE,
    .operands = {{BUFFER_DELTA, OF_LAST, EXTENT_ALL, READS},
                 {BUFFER_OUTPUT, OF_BLOCK, EXTENT_RANGE, READS},
                 {BUFFER_FEEDBACK, OF_BLOCK, EXTENT_RANGE, UPDATES}},
};

/* Fills the whole array. Each number is a function of its index, so the array could be cut in any way. */
const struct op op_noise = {
    .kind = OP_NOISE,
    .name = "noise",
    .is_whole = true,
    .move = MOVE_SIGNAL,
    .operands = {{BUFFER_SOURCE, OF_BLOCK, EXTENT_ALL, WRITES}},
};

const char *program_buffer_name(const struct program *p, enum buffer buffer)
{
    static const char *const names[BUFFERS] = {"none",  "input",   "targets",  "output",  "signal",
                                               "delta", "weights", "feedback", "gradient"};
    if (buffer >= BUFFER_ARRAY && buffer <= BUFFER_LAST_ARRAY)
        return p->user->arrays[buffer - BUFFER_ARRAY].name;
    return names[buffer];
}

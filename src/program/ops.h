/*
 * ops.h - the ops of the table, for the emitter and the lowering of a program.
 */
#ifndef BL_PROGRAM_OPS_H
#define BL_PROGRAM_OPS_H

#include "program.h"

extern const struct op op_enter, op_forward, op_local_forward, op_add, op_loss, op_product, op_pull,
    op_pull_add, op_pull_exact, op_push, op_push_add, op_local_backward, op_gradient, op_update,
    op_update_fused, op_update_feedback, op_learn_feedback, op_noise;

#endif

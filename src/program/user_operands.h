/*
 * user_operands.h - converts a buffer of the public header to an operand of an instruction, and checks its
 * use by a user's rule.
 */
#ifndef BL_PROGRAM_USER_OPERANDS_H
#define BL_PROGRAM_USER_OPERANDS_H

#include "emitter.h"

/* Whether the rows or the columns of a buffer of a user's rule are the channels of its block. */
enum layout { NO_CHANNELS, CHANNELS_ARE_ROWS, CHANNELS_ARE_COLUMNS };
enum layout user_layout(const bl_rule *rule, enum buffer buffer);

/* Records why the rule is refused. Only the first call has an effect. */
void user_refuse(struct bl_emitter *e, const char *format, ...) BL_PRINTF(2, 3);

/* The array that a buffer names. NULL: the rule has no such array. */
const bl_rule_array *user_array(const struct bl_emitter *e, bl_buffer_id buffer);
/* The internal number of an array, which the rule must have. */
enum buffer user_buffer(bl_buffer_id array);

/* Converts operand i of an instruction on a block. `what` and `name` name the instruction and the operand in
   the refusal. false: the operand is refused. */
bool user_operand(struct bl_emitter *e, const char *what, const char *name, size_t i, bl_buffer_id buffer,
                  bl_access access, size_t block, struct operand *out);

#endif

/*
 * user_operands.h - converts a buffer of the public header to an operand of an instruction, and checks its
 * use by a user's rule.
 */
#ifndef BL_PROGRAM_USER_OPERANDS_H
#define BL_PROGRAM_USER_OPERANDS_H

#include "emitter.h"

/* Where the channels of its block are in a buffer of a user's rule. */
enum layout { NO_CHANNELS, CHANNELS_ARE_ROWS, CHANNELS_ARE_COLUMNS };
enum layout user_layout(const bl_rule *rule, enum buffer buffer);

/* The first thing that is not defined is told. */
void user_refuse(struct bl_emitter *e, const char *format, ...) BL_PRINTF(2, 3);

/* NULL: the rule has no such array. */
const bl_rule_array *user_array(const struct bl_emitter *e, bl_buffer_id buffer);
/* Of an array that the rule has. */
enum buffer user_buffer(bl_buffer_id array);

/* Of an instruction on a block: its operand number i, which `name` names in the sentence of a refusal, as
   `what` does the instruction. false: it is refused. */
bool user_operand(struct bl_emitter *e, const char *what, const char *name, size_t i, bl_buffer_id buffer,
                  bl_access access, size_t block, struct operand *out);

#endif

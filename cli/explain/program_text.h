/*
 * program_text.h - the program of a step as text and as JSON.
 */
#ifndef CLI_PROGRAM_TEXT_H
#define CLI_PROGRAM_TEXT_H

#include "backless_experimental.h"

#include <jansson.h>

void program_print_instructions(const bl_trainer *trainer);
void program_print_buffers(const bl_trainer *trainer);
json_t *program_instructions_json(const bl_trainer *trainer);
json_t *program_buffers_json(const bl_trainer *trainer);

/* The operands that an instruction reads, and those that it writes: "all of delta[2], feedback[0]". */
struct operand_lists {
    char reads[200], writes[200];
};
struct operand_lists program_operands(const bl_instruction *item);

#endif

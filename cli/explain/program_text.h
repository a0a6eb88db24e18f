/*
 * program_text.h - the program of a step as text and as JSON.
 */
#ifndef CLI_PROGRAM_TEXT_H
#define CLI_PROGRAM_TEXT_H

#include "backless.h"

#include <jansson.h>

void program_print_instructions(const bl_trainer *trainer);
void program_print_buffers(const bl_trainer *trainer);
json_t *program_instructions_json(const bl_trainer *trainer);
json_t *program_buffers_json(const bl_trainer *trainer);
/* Appends "all of delta[2]" to a list of operands in text. room: of text, in bytes. */
void program_append_operand(char *text, size_t room, const bl_operand *operand);

#endif

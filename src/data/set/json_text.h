/*
 * json_text.h - a description as JSON in one piece of text.
 */
#ifndef BL_DATA_JSON_TEXT_H
#define BL_DATA_JSON_TEXT_H

#include "../../base/context.h"

#include <jansson.h>
#include <stdbool.h>

/* Takes `value` over. is_whole: it has all its members, because Jansson leaves out silently what there was no
   memory for; else, and where there is none for the text, BL_NO_MEMORY, and the sentence names `what`. */
bl_status json_to_text(char **out, bl_context *ctx, json_t *value, bool is_whole, const char *what);

#endif

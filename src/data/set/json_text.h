/*
 * json_text.h - converts a JSON value to a text.
 */
#ifndef BL_DATA_JSON_TEXT_H
#define BL_DATA_JSON_TEXT_H

#include "../../base/context.h"

#include <jansson.h>
#include <stdbool.h>

/* Takes ownership of `value`. is_whole: all members were added; Jansson silently omits members for which
   there is no memory. BL_NO_MEMORY if not, or without memory for the text; the message names `what`. */
bl_status json_to_text(char **out, bl_context *ctx, json_t *value, bool is_whole, const char *what);

#endif

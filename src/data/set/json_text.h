/*
 * json_text.h - converts a JSON value to a text.
 */
#ifndef BL_DATA_JSON_TEXT_H
#define BL_DATA_JSON_TEXT_H

#include "../../base/context.h"

#include <jansson.h>
#include <stdbool.h>

/* Takes ownership of `value`. is_whole: all members were added, which the caller has checked because Jansson
   silently omits members if memory runs out. BL_NO_MEMORY, with a message that names `what`: is_whole is
   false, or there is no memory for the text. */
bl_status json_to_text(char **out, bl_context *ctx, json_t *value, bool is_whole, const char *what);

#endif

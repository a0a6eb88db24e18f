/*
 * json_text.c - converts a JSON value to a text.
 */
#include "json_text.h"

#include "../../base/mem.h"

#include <stdlib.h>
#include <string.h>

bl_status json_to_text(char **out, bl_context *ctx, json_t *value, bool is_whole, const char *what)
{
    char *text =
        is_whole ? json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY | JSON_REAL_PRECISION(17)) : NULL;
    json_decref(value);
    if (!text)
        BL_FAIL(ctx, BL_NO_MEMORY, "no memory for the description of %s", what);
    const bl_status status = mem_text(ctx, out, text, strlen(text));
    free(text);
    return status;
}

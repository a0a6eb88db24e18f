/*
 * names.c - lists of names, and pieces of a file for messages.
 */
#include "data_internal.h"

#include "../../base/mem.h"

#include <string.h>

struct shown text_shown(const char *text, size_t n)
{
    struct shown out = {""};
    const size_t most = sizeof out.text - sizeof "...";
    size_t kept = n < most ? n : most;
    while (kept < n && kept > 0 && ((unsigned char)text[kept] & 0xC0) == 0x80) /* not within a character */
        kept--;
    memcpy(out.text, text, kept);
    for (size_t i = 0; i < kept; i++)
        if (out.text[i] == 0)
            out.text[i] = '?';
    text_make_plain(out.text);
    if (kept < n)
        text_append(out.text, sizeof out.text, "...");
    return out;
}

void names_free(bl_context *ctx, char **names, size_t n)
{
    for (size_t i = 0; names && i < n; i++)
        mem_free(ctx, names[i]);
    mem_free(ctx, names);
}

bl_status names_copy(bl_context *ctx, char ***out, char **names, size_t n)
{
    if (!names)
        return BL_OK;
    BL_TRY(MEM_ARRAY(ctx, out, n, "names"));
    for (size_t i = 0; i < n; i++)
        BL_TRY(mem_text(ctx, &(*out)[i], names[i], strlen(names[i])));
    return BL_OK;
}

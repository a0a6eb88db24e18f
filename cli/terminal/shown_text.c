/*
 * shown_text.c - makes text from a file safe to print on a terminal: a class name must not move the cursor.
 *
 * A character counts as one column: a line with characters of double width, which are rare in names, is
 * therefore misaligned.
 */
#include "shown_text.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Returns the length in bytes of the valid character that begins here; 0 if there is none. */
static size_t character(const unsigned char *at)
{
    const size_t n = at[0] < 0x80 ? 1 : at[0] >> 5 == 6 ? 2 : at[0] >> 4 == 14 ? 3 : at[0] >> 3 == 30 ? 4 : 0;
    for (size_t i = 1; i < n; i++)
        if (at[i] >> 6 != 2)
            return 0;
    return n;
}

static bool is_control(const unsigned char *at, size_t n)
{
    return at[0] < 0x20 || at[0] == 0x7f || (n == 2 && at[0] == 0xc2 && at[1] < 0xa0);
}

struct shown_text shown_number(double x, int most)
{
    struct shown_text out = {.columns = 0};
    int digits = 5;
    do
        out.columns = snprintf(out.text, sizeof out.text, "%.*g", digits, x);
    while (++digits <= most && strtod(out.text, NULL) != x);
    return out;
}

struct shown_text shown_text(const char *text, int most)
{
    struct shown_text out = {.columns = 0};
    size_t used = 0, used_before_end = 0; /* bytes up to the last position at which ".." still fits */
    const unsigned char *at = (const unsigned char *)(text ? text : "");
    while (*at && out.columns < most && used + 8 < sizeof out.text) {
        const size_t n = character(at);
        if (out.columns <= most - 2)
            used_before_end = used;
        if (n == 0 || is_control(at, n))
            out.text[used++] = '?';
        else
            memcpy(out.text + used, at, n), used += n;
        at += n ? n : 1;
        out.columns++;
    }
    out.text[used] = 0;
    if (*at && most > 2)
        snprintf(out.text + used_before_end, sizeof out.text - used_before_end, "..");
    return out;
}

void pad_to(const struct shown_text *shown, int columns)
{
    if (shown->columns < columns)
        printf("%*s", columns - shown->columns, "");
}

const char *plural(double count)
{
    return count == 1.0 ? "" : "s";
}

/*
 * wrapped.c - breaking sentences at the width of the terminal. A byte counts as a column: a letter of several bytes ends its
 * line a little early.
 */
#include "wrapped.h"

#include "terminal.h"

#include <string.h>

enum { DEEPEST_MARGIN = 16 };

/* Where the text behind a label begins, "net        dense": 0 where there is no label. */
static int margin_of(const char *text)
{
    const char *gap = strstr(text, "  ");
    if (!gap || gap - text > DEEPEST_MARGIN)
        return 0;
    const int margin = (int)(gap - text + (long)strspn(gap, " "));
    return margin <= DEEPEST_MARGIN ? margin : 0;
}

/* How many bytes of the text go on a line of `room`. */
static size_t line_length(const char *text, size_t room)
{
    const size_t n = strlen(text);
    size_t end = room;
    if (n <= room)
        return n;
    while (end > 0 && text[end] != ' ')
        end--;
    return end > 0 && strspn(text, " ") < end ? end
                                              : strspn(text, " ") + strcspn(text + strspn(text, " "), " ");
}

void print_wrapped(FILE *to, const char *text)
{
    const int columns = terminal_columns(to), margin = margin_of(text);
    if (columns == 0 || margin >= columns / 2) {
        fprintf(to, "%s\n", text);
        return;
    }
    for (int indent = 0; *text; indent = margin) {
        const size_t n = line_length(text, (size_t)(columns - indent));
        fprintf(to, "%*s%.*s\n", indent, "", (int)n, text);
        text += n;
        text += strspn(text, " ");
    }
}

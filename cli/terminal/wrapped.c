/*
 * wrapped.c - breaks messages at the width of the terminal. Each byte counts as a column, so a line with
 * letters of several bytes is a little shorter.
 */
#include "wrapped.h"

#include "terminal.h"

#include <string.h>

enum { DEEPEST_MARGIN = 16, LEAST_WIDTH = 12 };

/* Returns the column of the text after a label, such as "net dense"; 0 if there is no label. */
static int margin_of(const char *text)
{
    const char *gap = strstr(text, "  ");
    if (!gap || gap - text > DEEPEST_MARGIN)
        return 0;
    const int margin = (int)(gap - text + (long)strspn(gap, " "));
    return margin <= DEEPEST_MARGIN ? margin : 0;
}

/* Returns how many bytes of the text go on a line of `room` bytes: up to a blank; the whole line if it has no
   blank after `first`. */
static size_t line_length(const char *text, size_t room, size_t first)
{
    size_t end = room;
    if (strlen(text) <= room)
        return strlen(text);
    while (end > first && text[end] != ' ')
        end--;
    return end > first ? end : room;
}

/* The cursor is at the column `at`, and lines after the first begin at `margin`. columns: the width of the
   terminal; 0: the text is not broken. erase: the sequence that erases what was on the row before. It is
   written before each line, and also after a line that does not fill the row, because a line that the
   terminal has broken ends on another row (see terminal.h). After a full line it would erase the last
   character. */
static void print_lines(FILE *to, const char *text, int columns, int at, int margin, const char *erase)
{
    int blanks = 0;
    if (columns == 0) {
        fprintf(to, "%s%s\n", erase, text);
        return;
    }
    do {
        const size_t n = line_length(text, (size_t)(columns - at), (size_t)(margin - at));
        const bool is_full = n + (size_t)at >= (size_t)columns;
        fprintf(to, "%s%*s%.*s%s\n", erase, blanks, "", (int)n, text, is_full ? "" : erase);
        text += n;
        text += strspn(text, " ");
        blanks = at = margin;
    } while (*text);
}

static void print_message(FILE *to, const char *text, const char *erase)
{
    const int columns = terminal_columns(to), margin = margin_of(text);
    print_lines(to, text, margin < columns / 2 ? columns : 0, 0, margin, erase);
}

void print_wrapped(FILE *to, const char *text)
{
    print_message(to, text, "");
}

void print_wrapped_over(FILE *to, const char *text)
{
    print_message(to, text, "\033[K");
}

void print_wrapped_from(FILE *to, int column, const char *text)
{
    const int columns = terminal_columns(to);
    print_lines(to, text, columns >= column + LEAST_WIDTH ? columns : 0, column, column, "");
}

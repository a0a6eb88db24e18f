/*
 * panel_text.c - composes the bytes that draw the panel on the terminal.
 *
 * Sequences used (ECMA-48): EL, erase to the end of the line; ED, erase to the end of the screen; CUU, cursor
 * up; SGR, colours; and DECAWM, automatic line breaks. A row overwrites the one that is on the screen and
 * erases only what is to its right, so that no part of the panel is blank between two redraws.
 */
#include "panel_text.h"

#include "../terminal/terminal.h"

#include <stdarg.h>
#include <string.h>

static void add_bytes(struct panel_text *t, const char *bytes, size_t n)
{
    if (t->n + n > PANEL_ROOM)
        return;
    memcpy(t->bytes + t->n, bytes, n);
    t->n += n;
}

static void add(struct panel_text *t, const char *bytes)
{
    add_bytes(t, bytes, strlen(bytes));
}

void panel_text_begin(struct panel_text *t, struct panel_look look, int most)
{
    t->look = look;
    t->most = most;
    t->columns = t->rows = 0;
    t->n = 0;
    add(t, "\r" TERMINAL_NO_LINE_BREAKS);
}

void panel_text_row(struct panel_text *t)
{
    if (t->rows > 0)
        add(t, "\033[K\r\n");
    t->rows++;
    t->columns = 0;
}

void panel_text_end(struct panel_text *t)
{
    char up[32];
    add(t, "\033[J\r");
    if (t->rows > 1) {
        snprintf(up, sizeof up, "\033[%dA", t->rows - 1);
        add(t, up);
    }
    add(t, TERMINAL_LINE_BREAKS);
}

void panel_text_glyph(struct panel_text *t, const char *glyph)
{
    if (t->columns >= t->most)
        return;
    add(t, glyph);
    t->columns++;
}

/* Returns the number of columns of a text in UTF-8, whose bytes 10xxxxxx continue a character. */
static int columns_of(const char *words)
{
    int n = 0;
    for (; *words; words++)
        n += ((unsigned char)*words & 0xc0) != 0x80;
    return n;
}

/* Adds as many whole glyphs as the row has room for. */
static void add_words(struct panel_text *t, const char *words)
{
    size_t n = 0;
    for (; words[n]; n++) {
        const bool begins = ((unsigned char)words[n] & 0xc0) != 0x80;
        if (begins && t->columns == t->most)
            break;
        t->columns += begins;
    }
    add_bytes(t, words, n);
}

void panel_text_print(struct panel_text *t, const char *format, ...)
{
    char words[512];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(words, sizeof words, format, arguments);
    va_end(arguments);
    add_words(t, words);
}

void panel_text_if_fits(struct panel_text *t, const char *words)
{
    if (t->columns + columns_of(words) <= t->most)
        add_words(t, words);
}

/* Sets a colour of the terminal's palette, which its user has chosen to be readable on the background. */
void panel_text_colour(struct panel_text *t, enum panel_colour colour)
{
    static const char *const codes[] = {[PANEL_PLAIN] = "\033[0m",
                                        [PANEL_FAINT] = "\033[2m",
                                        [PANEL_BELOW] = "\033[36m",
                                        [PANEL_ABOVE] = "\033[33m"};
    if (t->look.has_colours)
        add(t, codes[colour]);
}

static const char *filled(const struct panel_text *t, int eighths)
{
    static const char *const blocks[] = {" ", "▏", "▎", "▍", "▌", "▋", "▊", "▉", "█"};
    return t->look.has_utf8 ? blocks[eighths] : eighths >= 4 ? "#" : ".";
}

static void add_rest(struct panel_text *t, bool is_mark)
{
    if (is_mark)
        panel_text_glyph(t, t->look.has_utf8 ? "│" : "|");
    else
        panel_text_glyph(t, t->look.has_utf8 ? "·" : ".");
}

void panel_text_bar(struct panel_text *t, int width, double share, int mark, enum panel_colour colour)
{
    const double inside = share > 0.0 ? (share < 1.0 ? share : 1.0) : 0.0; /* 0 also for NaN */
    const int eighths = (int)(8.0 * inside * width + 0.5);
    panel_text_colour(t, colour);
    for (int i = 0; i < (eighths + 7) / 8; i++)
        panel_text_glyph(t, filled(t, eighths >= 8 * (i + 1) ? 8 : eighths % 8));
    panel_text_colour(t, PANEL_PLAIN);
    panel_text_colour(t, PANEL_FAINT);
    for (int i = (eighths + 7) / 8; i < width; i++)
        add_rest(t, i == mark);
    panel_text_colour(t, PANEL_PLAIN);
}

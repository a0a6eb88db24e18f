/*
 * markup.c - escapes text for HTML and SVG (HTML, section 13.3), and writes numbers short.
 */
#include "markup.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

static const char *entity_of(unsigned char c)
{
    switch (c) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\'':
        return "&#39;";
    default:
        return NULL;
    }
}

/* Returns the length of the well-formed UTF-8 sequence at p; 0 if there is none. Overlong forms and
   surrogates are not well-formed. */
static size_t sequence_length(const unsigned char *p)
{
    const size_t n = p[0] < 0x80                   ? 1
                     : p[0] >= 0xC2 && p[0] < 0xE0 ? 2
                     : p[0] >= 0xE0 && p[0] < 0xF0 ? 3
                     : p[0] >= 0xF0 && p[0] < 0xF5 ? 4
                                                   : 0;
    for (size_t i = 1; i < n; i++)
        if ((p[i] & 0xC0) != 0x80)
            return 0;
    const bool is_bad = (p[0] == 0xE0 && p[1] < 0xA0) || (p[0] == 0xED && p[1] > 0x9F) ||
                        (p[0] == 0xF0 && p[1] < 0x90) || (p[0] == 0xF4 && p[1] > 0x8F);
    return is_bad ? 0 : n;
}

void markup_text(FILE *to, const char *text)
{
    const unsigned char *p = (const unsigned char *)(text ? text : "");
    while (*p) {
        const size_t n = sequence_length(p);
        const bool is_shown = n > 1 || (n == 1 && ((*p >= 0x20 && *p != 0x7F) || *p == '\t' || *p == '\n'));
        if (!is_shown)
            fputs("\xEF\xBF\xBD", to);
        else if (n == 1 && entity_of(*p))
            fputs(entity_of(*p), to);
        else
            fwrite(p, 1, n, to);
        p += n ? n : 1;
    }
}

void markup_number(FILE *to, double x)
{
    char text[48];
    const double rounded = round(x * 100.0) / 100.0;
    snprintf(text, sizeof text, "%.2f", rounded == 0.0 ? 0.0 : rounded);
    size_t n = strlen(text);
    while (text[n - 1] == '0')
        n--;
    n -= text[n - 1] == '.';
    fwrite(text, 1, n, to);
}

/*
 * csv_line_ends.c - detects the line ends of a table. For the usual line ends this takes a single search for
 * CR. Only a file with lone CRs is parsed for quotes, because a CR inside quotes belongs to the field.
 */
#include "csv_line_ends.h"

#include "../../base/text.h"

#include <string.h>

/* Whether the CR at i is not part of \r\n or \r\r\n, and not at the end of the file. */
static bool is_lone(const struct bytes *file, size_t i)
{
    while (i < file->n && file->at[i] == '\r')
        i++;
    return i < file->n && file->at[i] != '\n';
}

static bool has_lone(const struct bytes *file)
{
    const uint8_t *found = file->n > 0 ? memchr(file->at, '\r', file->n) : NULL;
    while (found) {
        const size_t i = (size_t)(found - file->at);
        if (is_lone(file, i))
            return true;
        found = memchr(found + 1, '\r', file->n - i - 1);
    }
    return false;
}

/* ---- Iteration over the bytes outside quotes */

struct walk {
    const struct bytes *file;
    size_t i;
    bool has_quotes; /* false: quotes are ignored, because they are not balanced */
    bool is_begin;   /* a field begins here, as far as this can be decided before the separator is known */
};

static size_t after_quotes(const struct bytes *file, size_t i)
{
    for (i++; i < file->n; i++) {
        if (file->at[i] != '"')
            continue;
        if (i + 1 == file->n || file->at[i + 1] != '"')
            return i + 1;
        i++;
    }
    return SIZE_MAX;
}

static bool ends_field(uint8_t byte)
{
    return byte == ',' || byte == ';' || byte == '\t' || byte == '|' || byte == '\n' || byte == '\r' ||
           byte == ':' || byte == '^' || byte == '~';
}

/* Advances to the next byte outside quotes, which is then at w->i - 1; false at the end. */
static bool walk_next(struct walk *w)
{
    while (w->i < w->file->n && w->has_quotes && w->is_begin && w->file->at[w->i] == '"') {
        const size_t end = after_quotes(w->file, w->i);
        if (end == SIZE_MAX)
            w->has_quotes = false;
        else
            w->i = end;
        w->is_begin = false;
    }
    if (w->i >= w->file->n)
        return false;
    const uint8_t byte = w->file->at[w->i++];
    w->is_begin = ends_field(byte) || (byte == ' ' && w->is_begin);
    return true;
}

static struct walk walk_begin(const struct bytes *file)
{
    const bool has_mark = file->n >= 3 && memcmp(file->at, "\xEF\xBB\xBF", 3) == 0;
    return (struct walk){.file = file, .i = has_mark ? 3 : 0, .has_quotes = true, .is_begin = true};
}

/* ---- Counts of the line ends */

struct ends {
    size_t feeds;   /* \n, with or without CRs before it */
    size_t returns; /* lone CRs */
    size_t behind;  /* lone CRs directly after a \n */
    size_t line;    /* line of the first lone CR that is not directly after a \n */
};

static struct ends count_ends(const struct bytes *file)
{
    struct ends e = {.line = 0};
    for (struct walk w = walk_begin(file); walk_next(&w);) {
        const size_t i = w.i - 1;
        e.feeds += file->at[i] == '\n';
        if (file->at[i] != '\r' || !is_lone(file, i))
            continue;
        const bool is_behind = i > 0 && file->at[i - 1] == '\n';
        e.returns++;
        e.behind += is_behind;
        if (!is_behind && e.line == 0)
            e.line = e.feeds + 1;
    }
    return e;
}

static void returns_to_feeds(struct bytes *file)
{
    for (struct walk w = walk_begin(file); walk_next(&w);)
        if (file->at[w.i - 1] == '\r')
            file->at[w.i - 1] = '\n';
}

/* Converts LF CR: the CRs after line feeds become blanks at the beginning of a line, which are not part of a
   field. */
static void blank_returns(struct bytes *file)
{
    for (size_t i = 1; i < file->n; i++)
        if (file->at[i] == '\r' && file->at[i - 1] == '\n')
            file->at[i] = ' ';
}

/* ---- Characters that other programs accept as line ends */

static bl_status check_one_line(const struct reading *r, const struct bytes *file)
{
    static const struct {
        const char *bytes, *name;
    } others[] = {{"\xC2\x85", "NEL (U+0085)"}, {"\xE2\x80\xA8", "U+2028"},
                  {"\xE2\x80\xA9", "U+2029"},   {"\v", "a vertical tab"},
                  {"\f", "a form feed"},        {"\x1E", "a record separator (0x1e)"}};
    const struct slice text = {(const char *)file->at, file->n};
    if (file->n == 0 || memchr(file->at, '\n', file->n))
        return BL_OK;
    for (size_t k = 0; k < sizeof others / sizeof *others; k++) {
        const size_t n = strlen(others[k].bytes);
        for (size_t i = 0; i + n < text.n; i++)
            if (memcmp(text.at + i, others[k].bytes, n) == 0)
                BL_FAIL(r->ctx, BL_BAD_DATA,
                        "%s: line 1: found %s and no line end in the file; expected lines that end with LF, "
                        "CR LF or CR",
                        r->path, others[k].name);
    }
    return BL_OK;
}

bl_status csv_line_ends_convert(const struct reading *r, struct bytes *file)
{
    if (!has_lone(file))
        return check_one_line(r, file);
    const struct ends e = count_ends(file);
    if (e.returns == 0)
        return BL_OK;
    if (e.returns == e.behind)
        blank_returns(file);
    else if (e.feeds == 0)
        returns_to_feeds(file);
    else
        BL_FAIL(
            r->ctx, BL_BAD_DATA,
            "%s: line %zu: a CR inside the line, while %zu lines end with LF; expected one kind of line ends "
            "(convert them: mac2unix, or tr '\\r' '\\n')",
            r->path, e.line, e.feeds);
    return BL_OK;
}

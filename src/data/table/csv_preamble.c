/*
 * csv_preamble.c - skips the lines that may precede a table: Excel's "sep=;", and comments that begin with #.
 *
 * The last of the comments may be the header (as numpy's savetxt writes it, and in tables with a column
 * called "#"). It is the header if it has as many fields as the next line, none of them is a number, and the
 * next line has numbers.
 */
#include "csv_dialect.h"

#include "csv_number.h"

#include <string.h>

static bool is_separator(char c)
{
    return c && strchr(",;|:^~\t ", c) != NULL;
}

/* Parses "sep=;" or "sep=\t", with or without quotes. */
static bool take_separator_line(struct slice line, char *out)
{
    if (line.n >= 2 && line.at[0] == '"' && line.at[line.n - 1] == '"')
        line = (struct slice){line.at + 1, line.n - 2};
    if (line.n < 5 || !csv_is_word((struct slice){line.at, 4}, "sep="))
        return false;
    const struct slice sign = {line.at + 4, line.n - 4};
    *out = slice_is(sign, "\\t") ? '\t' : sign.n == 1 ? sign.at[0] : (char)0;
    return *out != 0 || sign.n <= 2;
}

static bl_status take_first_line(struct csv_dialect *out, const struct reading *r, struct slice *text)
{
    struct csv_line line = {.number = 0};
    struct slice rest = *text;
    char separator = 0;
    if (!csv_next_line(&rest, '\0', &line) || !take_separator_line(line.text, &separator))
        return BL_OK;
    if (!is_separator(separator))
        BL_FAIL(r->ctx, BL_BAD_DATA,
                "%s: line %zu: \"%s\" is not a separator, expected one of , ; | : ^ ~ space or tab", r->path,
                line.number, text_shown(line.text.at, line.text.n).text);
    out->separator = out->separator ? out->separator : separator;
    out->lines_before = line.number + line.breaks;
    *text = rest;
    return BL_OK;
}

static bool is_comment(struct slice line)
{
    line = slice_trim(line);
    return line.n > 0 && line.at[0] == '#';
}

/* The text that begins with a line. */
struct start {
    struct slice text;
    size_t line; /* number of the line */
};

/* The comments at the beginning of a file: the last one, and the first line after them. */
struct comments {
    size_t n;
    struct start last, table;
};

static struct comments find_comments(const struct csv_dialect *layout, struct slice text)
{
    struct comments c = {.n = 0};
    struct csv_line line = {.number = layout->lines_before};
    struct slice rest = text;
    while (csv_next_line(&rest, '\0', &line)) {
        const struct start here = {{line.text.at, text.n - (size_t)(line.text.at - text.at)}, line.number};
        if (!is_comment(line.text)) {
            c.table = here;
            break;
        }
        c.last = here;
        c.n++;
    }
    return c;
}

/* Removes the # of a header: "# a,b" becomes "a,b"; "#,b" and "#id,b" are left unchanged. */
static struct start without_sign(struct start s)
{
    const struct slice text = slice_trim(s.text);
    if (text.n > 1 && text.at[0] == '#' && (text.at[1] == ' ' || text.at[1] == '\t')) {
        const struct slice behind = slice_trim((struct slice){text.at + 1, text.n - 1});
        return (struct start){{behind.at, s.text.n - (size_t)(behind.at - s.text.at)}, s.line};
    }
    return s;
}

static void count_in_line(struct slice text, char separator, char decimal, size_t *fields, size_t *numbers)
{
    struct csv_line line = {.number = 0};
    struct csv_field field;
    double value;
    *fields = *numbers = 0;
    if (!csv_next_line(&text, separator, &line))
        return;
    for (; csv_next_field(&line.text, separator, &field); ++*fields)
        *numbers += csv_number(field.text, decimal, &value);
}

static bl_status is_unclear(const struct reading *r, const struct start *comment)
{
    BL_FAIL(r->ctx, BL_BAD_DATA,
            "%s: line %zu begins with # and has as many fields as the next line, which has no numbers: a "
            "comment or a "
            "header? Remove the line, or the #",
            r->path, comment->line);
}

static bl_status skip_comments(struct csv_dialect *out, const struct reading *r, const struct comments *c,
                               struct slice *text)
{
    const struct start header = without_sign(c->last);
    struct start begin = c->table;
    size_t names, names_numbers, fields, numbers;
    if (!c->table.text.at)
        BL_FAIL(r->ctx, BL_BAD_DATA, "%s: %zu lines that begin with # and no row of a table", r->path, c->n);
    const char separator = out->separator ? out->separator : csv_separator_find(c->table.text, out->decimal);
    count_in_line(header.text, separator, out->decimal, &names, &names_numbers);
    count_in_line(c->table.text, separator, out->decimal, &fields, &numbers);
    if (names == fields && fields > 1 && names_numbers == 0) {
        if (numbers == 0)
            return is_unclear(r, &c->last);
        begin = header;
    }
    out->comments = c->n - (begin.text.at == header.text.at);
    out->lines_before = begin.line - 1;
    *text = begin.text;
    return BL_OK;
}

bl_status csv_preamble_take(struct csv_dialect *out, const struct reading *r, struct slice *text)
{
    BL_TRY(take_first_line(out, r, text));
    const struct comments c = find_comments(out, *text);
    return c.n > 0 ? skip_comments(out, r, &c, text) : BL_OK;
}

/*
 * csv_text.c - splits comma-separated text into lines and fields.
 */
#include "csv_text.h"

#include <string.h>

/* The line is empty or has only spaces. */
static bool csv_is_blank(struct slice s)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.at[i] != ' ')
            return false;
    return true;
}

static bool separates(char c, char separator)
{
    return c == separator || (c == '\t' && separator == ' ');
}

/* Returns the end of the quoted field that begins at at[0]: the position of a separator or a line end, or n.
   SIZE_MAX: it is not a quoted field, because the quote is not closed, or text follows the closing quote. */
static size_t quoted_end(const char *at, size_t n, char separator)
{
    size_t i = 1;
    while (i < n && (at[i] != '"' || (i + 1 < n && at[i + 1] == '"')))
        i += at[i] == '"' ? 2 : 1;
    if (i >= n)
        return SIZE_MAX;
    for (i++; i < n && !separates(at[i], separator) && (at[i] == ' ' || at[i] == '\t' || at[i] == '\r');)
        i++;
    return i == n || separates(at[i], separator) || at[i] == '\n' ? i : SIZE_MAX;
}

/* The position of the first line end that is not inside quotes; if the quotes are not closed, of the first
   line end. */
static size_t line_end(struct slice s, size_t first_end, char separator)
{
    bool is_begin = true;
    size_t i = 0;
    for (; i < s.n && s.at[i] != '\n'; i++) {
        if (s.at[i] == '"' && is_begin) {
            const size_t length = quoted_end(s.at + i, s.n - i, separator);
            if (length == SIZE_MAX)
                return first_end;
            i += length;
            if (i == s.n || s.at[i] == '\n')
                break;
        }
        is_begin = separates(s.at[i], separator) || (is_begin && s.at[i] == ' ');
    }
    return i;
}

static size_t count_breaks(struct slice text)
{
    size_t n = 0;
    for (const char *at = text.at; text.n > 0 && (at = memchr(at, '\n', text.n - (size_t)(at - text.at)));
         at++)
        n++;
    return n;
}

/* Removes the next line from *rest, whose first line end is known. */
static struct slice take_line(struct slice *rest, char separator)
{
    const char *found = memchr(rest->at, '\n', rest->n);
    size_t end = found ? (size_t)(found - rest->at) : rest->n;
    if (found && memchr(rest->at, '"', end))
        end = line_end(*rest, end, separator);
    const struct slice line = {rest->at, end};
    *rest = end < rest->n ? (struct slice){rest->at + end + 1, rest->n - end - 1} : (struct slice){NULL, 0};
    return line;
}

bool csv_next_line(struct slice *rest, char separator, struct csv_line *line)
{
    while (rest->at) {
        line->number += 1 + line->breaks;
        line->text = take_line(rest, separator);
        line->breaks = count_breaks(line->text);
        while (line->text.n > 0 && line->text.at[line->text.n - 1] == '\r')
            line->text.n--;
        if (separator == ' ')
            line->text = slice_trim(line->text);
        if (line->takes_blank ? rest->at || line->text.n > 0 : !csv_is_blank(line->text))
            return true;
    }
    return false;
}

/* Removes the text before the next blank or tab, and the blanks and tabs after it, from *rest. */
static void next_spaced(struct slice *rest, struct slice *piece)
{
    size_t n = 0;
    while (n < rest->n && !separates(rest->at[n], ' '))
        n++;
    *piece = (struct slice){rest->at, n};
    while (n < rest->n && separates(rest->at[n], ' '))
        n++;
    *rest = n < rest->n ? (struct slice){rest->at + n, rest->n - n} : (struct slice){NULL, 0};
}

static void next_piece(struct slice *rest, char separator, struct slice *piece)
{
    if (separator == ' ')
        next_spaced(rest, piece);
    else
        slice_next(rest, separator, piece);
}

/* Parses a field that begins with a quote, and the text between its closing quote and the separator. */
static void quoted_field(struct slice s, struct slice *rest, char separator, struct csv_field *field)
{
    size_t i = 1;
    *field = (struct csv_field){0};
    for (; i < s.n; i++) {
        if (s.at[i] != '"')
            continue;
        if (i + 1 == s.n || s.at[i + 1] != '"')
            break;
        field->has_escapes = true;
        i++;
    }
    const bool is_closed = i < s.n;
    field->text = slice_trim((struct slice){s.at + 1, (i < s.n ? i : s.n) - 1});
    struct slice after =
        is_closed ? (struct slice){s.at + i + 1, s.n - i - 1} : (struct slice){s.at + s.n, 0};
    struct slice between;
    next_piece(&after, separator, &between);
    *rest = after;
    field->is_broken = !is_closed || slice_trim(between).n > 0;
}

bool csv_next_field(struct slice *rest, char separator, struct csv_field *field)
{
    if (!rest->at)
        return false;
    size_t blank = 0;
    while (blank < rest->n && rest->at[blank] == ' ')
        blank++;
    if (blank < rest->n && rest->at[blank] == '"') {
        quoted_field((struct slice){rest->at + blank, rest->n - blank}, rest, separator, field);
        return true;
    }
    *field = (struct csv_field){0};
    next_piece(rest, separator, &field->text);
    field->text = slice_trim(field->text);
    return true;
}

size_t csv_count_fields(struct slice line, char separator)
{
    struct csv_field field;
    size_t n = 0;
    while (csv_next_field(&line, separator, &field))
        n++;
    return n;
}

bool csv_word(const struct csv_field *field, char buffer[CSV_WORD_ROOM], struct slice *word)
{
    const struct slice text = field->text;
    size_t n = 0;
    *word = text;
    if (!field->has_escapes || text.n >= CSV_WORD_ROOM)
        return text.n < CSV_WORD_ROOM;
    for (size_t i = 0; i < text.n; i++) {
        buffer[n++] = text.at[i];
        if (text.at[i] == '"' && i + 1 < text.n && text.at[i + 1] == '"')
            i++;
    }
    *word = (struct slice){buffer, n};
    return true;
}

static int lower(char c)
{
    return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c;
}

bool csv_is_word(struct slice text, const char *word)
{
    size_t i = 0;
    while (i < text.n && word[i] && lower(text.at[i]) == word[i])
        i++;
    return i == text.n && !word[i];
}

/* longest: length of the longest word in bytes; most fields are longer and need no comparison. */
static bool is_one_of(struct slice text, const char *const *words, size_t n, size_t longest)
{
    if (text.n > longest)
        return false;
    for (size_t i = 0; i < n; i++)
        if (csv_is_word(text, words[i]))
            return true;
    return false;
}

bool csv_is_missing(struct slice text)
{
    static const char *const words[] = {"", "?", "na", "n/a"};
    return is_one_of(text, words, sizeof words / sizeof *words, sizeof "n/a" - 1);
}

bool csv_is_odd_number(struct slice text)
{
    static const char *const words[] = {"-",   "nan",  "-nan", "null",     "none",
                                        "inf", "-inf", "+inf", "infinity", "-infinity"};
    return is_one_of(text, words, sizeof words / sizeof *words, sizeof "-infinity" - 1);
}

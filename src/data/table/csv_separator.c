/*
 * csv_separator.c - detects the separator of a table from its first lines.
 *
 * A separator must give the same number of fields in each line; the first line may have one less if it names
 * the columns and the other lines begin with row names (R's write.table). Among several such separators the
 * one with the larger share of numbers is chosen (decimal commas included, so that "1,5;2,5" is two fields),
 * then the one with more fields.
 */
#include "csv_dialect.h"

#include "csv_number.h"

#include <string.h>

enum { SEPARATOR_LINES = 10 };

/* The result of splitting the first lines at one separator. */
struct division {
    char separator;
    size_t fields;  /* in each line; 0: the lines differ, 1: the character does not separate */
    double numbers; /* fraction of the fields that look like numbers */
};

static bool looks_like_number(const struct csv_field *field, char decimal)
{
    double value;
    if (csv_number(field->text, decimal, &value))
        return true;
    const enum csv_notation notation = csv_notation(field->text, decimal);
    return notation == NOTATION_COMMA || notation == NOTATION_EITHER || notation == NOTATION_POINT;
}

/* Whether the line has only names, so that it may have one field less than the other lines. */
static bool are_names(struct slice line, char separator)
{
    struct csv_field field;
    double value;
    const char *begin = line.at;
    while (csv_next_field(&line, separator, &field)) {
        const bool is_quoted = field.text.at > begin && field.text.at[-1] == '"';
        if (field.is_broken || csv_is_missing(field.text) ||
            (!is_quoted && text_to_double(field.text, &value)))
            return false;
    }
    return true;
}

bool csv_has_row_names(struct slice text, char separator)
{
    struct csv_line line = {.number = 0};
    struct csv_field last = {.is_broken = true};
    if (!csv_next_line(&text, separator, &line) || !are_names(line.text, separator))
        return false;
    const size_t names = csv_count_fields(line.text, separator);
    size_t lines = 0, full = 0;
    for (; lines < SEPARATOR_LINES && csv_next_line(&text, separator, &line); lines++) {
        struct slice rest = line.text;
        size_t fields = 0;
        while (csv_next_field(&rest, separator, &last))
            fields++;
        if (fields != names + 1)
            return false;
        /* An empty last field means that the line ends with a separator. */
        full += !csv_is_missing(last.text);
    }
    return names > 1 && lines > 0 && full > 0;
}

static struct division divide(struct slice text, char separator, char decimal)
{
    struct division d = {.separator = separator};
    struct csv_line line = {.number = 0};
    struct csv_field field;
    /* Counts in the lines after the first, which may have names, or in the first if it is the only one. */
    size_t all = 0, numbers = 0;
    const bool has_row_names = csv_has_row_names(text, separator);
    for (int i = 0; i < SEPARATOR_LINES && csv_next_line(&text, separator, &line); i++) {
        struct slice rest = line.text;
        size_t n = has_row_names && i == 0;
        for (; csv_next_field(&rest, separator, &field); n++)
            numbers += !field.is_broken && looks_like_number(&field, decimal);
        all += n;
        if (i > 0 && n != d.fields)
            return (struct division){.separator = separator};
        d.fields = n;
        if (i == 0 && text.n > 1)
            all = numbers = 0;
    }
    d.numbers = all > 0 ? (double)numbers / (double)all : 0.0;
    return d;
}

static bool is_better(const struct division *d, const struct division *best)
{
    if (d->fields < 2)
        return false;
    if (best->fields < 2 || d->numbers != best->numbers)
        return best->fields < 2 || d->numbers > best->numbers;
    return d->fields > best->fields;
}

/* The separator for a file in which no character gives equal lines: the one that occurs most often in the
   first line. */
static char by_first_line(struct slice text, const char *candidates)
{
    struct csv_line line = {.number = 0};
    char best = candidates[0];
    size_t most = 1;
    for (const char *c = candidates; *c; c++) {
        struct slice rest = text;
        line = (struct csv_line){.number = 0};
        const size_t n = csv_next_line(&rest, *c, &line) ? csv_count_fields(line.text, *c) : 0;
        if (n > most) {
            most = n;
            best = *c;
        }
    }
    return best;
}

/* Whether blanks are the separator. Because blanks also occur in words, most of the resulting fields must be
   numbers, and no other separator may be better. */
static bool are_blanks_better(const struct division *blanks, const struct division *best)
{
    return blanks->fields > 1 && blanks->numbers >= 0.5 &&
           (best->fields < 2 || blanks->numbers > best->numbers);
}

char csv_separator_find(struct slice text, char decimal)
{
    const char *candidates = decimal == ',' ? ";\t|" : ",;\t|";
    struct division best = {.separator = candidates[0]};
    for (const char *c = candidates; *c; c++) {
        const struct division d = divide(text, *c, decimal);
        if (is_better(&d, &best))
            best = d;
    }
    const struct division blanks = divide(text, ' ', decimal);
    if (are_blanks_better(&blanks, &best))
        return ' ';
    if (best.fields < 2 && decimal == ',' && divide(text, ',', decimal).fields > 1)
        return ',';
    return best.fields > 1 ? best.separator : by_first_line(text, candidates);
}

/* Whether a field of the first lines is a number with a decimal comma in quotes. */
static bool has_quoted_comma(struct slice text)
{
    struct csv_line line = {.number = 0};
    struct csv_field field;
    double value;
    while (csv_next_line(&text, ',', &line))
        for (struct slice rest = line.text; csv_next_field(&rest, ',', &field);)
            if (field.text.n > 0 && memchr(field.text.at, ',', field.text.n) &&
                csv_number(field.text, ',', &value))
                return true;
    return false;
}

bl_status csv_separator_check(const struct reading *r, struct slice text, char separator, char decimal)
{
    if (decimal == ',' && separator == ',' && !has_quoted_comma(text))
        BL_FAIL(r->ctx, BL_BAD_DATA,
                "%s: the decimal sign and the separator are both a comma, and no number with a comma is in "
                "quotes; separate by ; or tab, quote the numbers, or use --decimal point",
                r->path);
    return BL_OK;
}

/*
 * csv_sample.c - collects statistics of the first lines of a table: the contents of each column, and the
 * order of the numbers in a line.
 */
#include "csv_dialect.h"

#include "../../base/mem.h"
#include "csv_number.h"

#include <math.h>
#include <string.h>

enum { SAMPLE_LINES = 100 };

/* Whether the text is a date: three numbers of at most four digits, as in 2020-03-31, 31.3.2020 or 3/31/20,
   which a time may follow. */
static bool is_date(struct slice s)
{
    size_t i = 0, digits = 0, groups = 1;
    char sign = 0;
    for (; i < s.n && digits < 5; i++) {
        if (s.at[i] >= '0' && s.at[i] <= '9') {
            digits++;
            continue;
        }
        if (digits == 0 || groups == 3 || !strchr("-/.", s.at[i]) || (sign && s.at[i] != sign))
            break;
        sign = s.at[i];
        digits = 0;
        groups++;
    }
    return groups == 3 && digits > 0 && digits < 5 && (i == s.n || s.at[i] == ' ' || s.at[i] == 'T');
}

static struct csv_order csv_order_of(struct slice line, char separator, char decimal)
{
    struct csv_order o = {.is_counted = true, .is_even = true, .is_sorted = true};
    struct csv_field field;
    const char *begin = line.at;
    double before = 0.0, step = 0.0;
    for (; csv_next_field(&line, separator, &field); o.fields++) {
        double value;
        if (!csv_number(field.text, decimal, &value))
            continue;
        const double difference = value - before;
        o.is_counted = o.is_counted && (o.numbers == 0 ? value == 0.0 || value == 1.0 : difference == 1.0);
        if (o.numbers == 1)
            step = difference;
        if (o.numbers > 0) {
            o.is_even = o.is_even && step != 0.0 && fabs(difference - step) <= 1e-3 * fabs(step);
            o.is_sorted = o.is_sorted && difference != 0.0 && (difference > 0.0) == (step > 0.0);
        }
        before = value;
        o.numbers++;
        o.quoted += field.text.at > begin && field.text.at[-1] == '"';
    }
    return o;
}

static void count_field(struct csv_column *column, const struct csv_field *field, char decimal,
                        bool is_repeat)
{
    double value;
    const bool is_number = csv_number(field->text, decimal, &value);
    column->numbers += is_number;
    column->fractions += is_number && memchr(field->text.at, decimal, field->text.n) != NULL;
    column->words += !is_number && !csv_is_missing(field->text);
    column->dates += !is_number && is_date(slice_trim(field->text));
    column->repeats += !is_repeat && slice_compare(field->text, column->first.text) == 0;
}

/* Whether a line repeats the first one. Such a line is skipped: a repeated header says nothing about the
   values. */
static bool repeats_first(const struct csv_sample *s, struct slice line, char separator)
{
    struct csv_field field;
    for (size_t c = 0; c < s->n_columns; c++)
        if (!csv_next_field(&line, separator, &field) ||
            slice_compare(field.text, s->columns[c].first.text) != 0)
            return false;
    return true;
}

static void count_line(struct csv_sample *s, struct slice line, char separator)
{
    const struct csv_order order = csv_order_of(line, separator, s->decimal);
    const bool is_repeat = repeats_first(s, line, separator);
    struct csv_field field;
    for (size_t c = 0; c < s->n_columns && csv_next_field(&line, separator, &field); c++)
        count_field(&s->columns[c], &field, s->decimal, is_repeat);
    s->lines++;
    s->counted += order.numbers > 1 && order.is_counted;
    s->even += order.numbers > 1 && order.is_even;
    s->sorted += order.numbers > 1 && order.is_sorted;
    s->quoted += order.quoted > 0;
}

bl_status csv_sample_take(struct csv_sample *out, const struct csv_dialect *layout, bl_context *ctx,
                          struct slice text, struct csv_line line)
{
    const char separator = layout->separator;
    out->decimal = layout->decimal;
    out->n_columns = csv_count_fields(line.text, separator) + layout->has_row_names;
    BL_TRY(MEM_ARRAY(ctx, &out->columns, out->n_columns, "the columns of a table"));
    out->columns[0].first.text = slice_of("row names");
    struct slice fields = line.text;
    struct csv_field field;
    for (size_t c = layout->has_row_names; csv_next_field(&fields, separator, &field); c++)
        out->columns[c].first = field;
    out->first_order = csv_order_of(line.text, separator, layout->decimal);
    while (out->lines < SAMPLE_LINES && csv_next_line(&text, separator, &line))
        count_line(out, line.text, separator);
    return BL_OK;
}

bool csv_is_numbers(const struct csv_sample *s, size_t c)
{
    return 2 * s->columns[c].numbers > s->lines;
}

bool csv_is_words(const struct csv_sample *s, size_t c)
{
    return 2 * s->columns[c].words > s->lines;
}

bool csv_is_dates(const struct csv_sample *s, size_t c)
{
    return 2 * s->columns[c].dates > s->lines;
}

void csv_sample_first_itself(struct csv_sample *s, struct slice line, char separator)
{
    if (s->lines == 0)
        count_line(s, line, separator);
}

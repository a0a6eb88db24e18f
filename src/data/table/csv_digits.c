/*
 * csv_digits.c - compares the whole numbers of a column digit by digit, because doubles cannot represent all
 * of them beyond 2^53.
 */
#include "../../base/mem.h"
#include "csv_table.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The numbers of the current column, without plus signs and leading zeros. */
struct csv_digits {
    size_t column;
    struct slice *texts; /* one for each row */
};

/* Splits a number into its sign and its digits without leading zeros: "-007" gives "7". false: the text has
   other characters than a sign and digits. */
static bool plain_digits(struct slice text, struct slice *out, bool *is_negative)
{
    size_t i = 0;
    *is_negative = text.n > 0 && text.at[0] == '-';
    if (text.n > 0 && (text.at[0] == '-' || text.at[0] == '+'))
        i++;
    while (i + 1 < text.n && text.at[i] == '0')
        i++;
    *out = (struct slice){text.at + i, text.n - i};
    for (; i < text.n; i++)
        if (text.at[i] < '0' || text.at[i] > '9')
            return false;
    return out->n > 0;
}

bool csv_is_inexact(struct slice text, double value)
{
    char exact[320]; /* the largest double has 309 digits */
    struct slice digits;
    bool is_negative = false;
    if (!plain_digits(text, &digits, &is_negative))
        return false;
    snprintf(exact, sizeof exact, "%.0f", is_negative ? -value : value);
    return !slice_is(digits, exact);
}

static bl_status take_digits(struct csv_table *t, const struct csv_line *line, size_t column,
                             const struct csv_field *field)
{
    (void)line;
    if (column == t->digits->column)
        t->digits->texts[t->n] = field->text;
    return BL_OK;
}

/* An order in which equal numbers are adjacent. */
static int by_digits(const void *a, const void *b)
{
    struct slice x, y;
    bool x_negative = false, y_negative = false;
    plain_digits(*(const struct slice *)a, &x, &x_negative);
    plain_digits(*(const struct slice *)b, &y, &y_negative);
    return x_negative != y_negative ? (x_negative ? -1 : 1) : slice_compare(x, y);
}

static bool are_whole(const struct csv_table *t)
{
    for (size_t n = 0; n < t->n; n++) {
        struct slice digits;
        bool is_negative = false;
        if (!plain_digits(t->digits->texts[n], &digits, &is_negative))
            return false;
    }
    return true;
}

bl_status csv_compare_digits(struct csv_table *t, size_t i, bool *are_different, bool *are_same)
{
    struct csv_digits digits = {.column = t->inputs[i].column};
    BL_TRY(MEM_ARRAY(t->r->ctx, &digits.texts, t->n, "a column"));
    t->digits = &digits;
    const bl_status status = csv_for_each_field(t, take_digits);
    *are_different = status == BL_OK && are_whole(t);
    *are_same = true;
    if (status == BL_OK)
        qsort(digits.texts, t->n, sizeof *digits.texts, by_digits);
    for (size_t n = 1; status == BL_OK && n < t->n; n++) {
        const bool is_same = by_digits(&digits.texts[n - 1], &digits.texts[n]) == 0;
        *are_different = *are_different && !is_same;
        *are_same = *are_same && is_same;
    }
    t->digits = NULL;
    mem_free(t->r->ctx, digits.texts);
    return status;
}

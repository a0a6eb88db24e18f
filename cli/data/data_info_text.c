/*
 * data_info_text.c - prints the contents of a data set as text.
 */
#include "../terminal/shown_text.h"
#include "data_info.h"

enum { MOST_LINES = 20, MOST_DIGITS = 10, CLASS_COLUMNS = 30, NAME_COLUMNS = 30, LINE_COLUMNS = 200 };

static void print_examples(const struct data_info *info)
{
    static const char *const purposes[N_PARTS] = {"to train on", "to validate on", "to test on"};
    const char *comma = "";
    printf("examples   ");
    for (int i = 0; i < N_PARTS; i++) {
        if (!info->parts[i])
            continue;
        printf("%s%zu %s", comma, bl_data_count(info->parts[i]), purposes[i]);
        comma = ", ";
    }
    putchar('\n');
}

static void print_shape(bl_shape shape)
{
    if (shape.rows == 1)
        printf("shape      %d column%s\n", shape.channels * shape.cols, plural(shape.channels * shape.cols));
    else
        printf("shape      images of %d x %d (rows x columns), %s\n", shape.rows, shape.cols,
               shape.channels == 1   ? "grey"
               : shape.channels == 3 ? "3 colours"
                                     : "of several channels");
    if (shape.rows > 1 && shape.channels != 1 && shape.channels != 3)
        printf("channels   %d\n", shape.channels);
}

static void print_more(size_t n, size_t most)
{
    if (n > most)
        printf("  and %zu more (--all shows them)\n", n - most);
}

static size_t lines_of(const struct data_info *info, size_t n)
{
    return info->shows_all || n <= MOST_LINES ? n : MOST_LINES;
}

/* ---- Classes */

static void print_class(const struct data_info *info, int k)
{
    const struct shown_text name = shown_text(bl_data_class_name(info->parts[PART_TRAIN], k), CLASS_COLUMNS);
    printf("  %4d  %s", k, name.text);
    pad_to(&name, CLASS_COLUMNS);
    for (int i = 0; i < N_PARTS; i++)
        if (info->parts[i])
            printf(" %9zu", info->class_counts[i][k]);
    putchar('\n');
}

static void print_classes(const struct data_info *info)
{
    const size_t n = (size_t)info->classes, most = lines_of(info, n);
    if (n == 0) {
        printf("targets    %d number%s an example\n", bl_data_outputs(info->parts[PART_TRAIN]),
               plural(bl_data_outputs(info->parts[PART_TRAIN])));
        return;
    }
    printf("classes    %zu\n\n  %4s  %-*s", n, "", CLASS_COLUMNS, "class");
    for (int i = 0; i < N_PARTS; i++)
        if (info->parts[i])
            printf(" %9s", info->part_names[i]);
    putchar('\n');
    for (size_t k = 0; k < most; k++)
        print_class(info, (int)k);
    print_more(n, most);
}

/* ---- Columns of a table */

static void print_column(const struct data_info *info, size_t j)
{
    const struct value_range *range = &info->figures.columns[j];
    const struct shown_text name = shown_text(bl_data_column_name(info->parts[PART_TRAIN], j), NAME_COLUMNS);
    printf("  %4zu  %s", j, name.text);
    pad_to(&name, NAME_COLUMNS);
    if (range->n == 0) { /* all values are missing in this part */
        printf(" %11s %11s %11s\n", "-", "-", "-");
        return;
    }
    printf(" %11s %11.5g %11s\n", shown_number(range->least, MOST_DIGITS).text, range->mean,
           shown_number(range->most, MOST_DIGITS).text);
}

static void print_columns(const struct data_info *info)
{
    const size_t n = info->figures.n_columns, most = lines_of(info, n);
    if (n == 0)
        return;
    printf("\n  %4s  %-*s %11s %11s %11s\n", "", NAME_COLUMNS, "column", "min", "mean", "max");
    for (size_t j = 0; j < most; j++)
        print_column(info, j);
    print_more(n, most);
}

/* ---- Missing values of a table */

static void print_missing_column(const bl_missing *missing)
{
    char number[32];
    snprintf(number, sizeof number, "column %zu", missing->place);
    const struct shown_text name = shown_text(missing->column ? missing->column : number, NAME_COLUMNS);
    printf("  %4zu  %s", missing->place, name.text);
    pad_to(&name, NAME_COLUMNS);
    printf(" %11zu\n", missing->count);
}

static void print_missing(const struct data_info *info)
{
    const bl_data *train = info->parts[PART_TRAIN];
    bl_missing missing = {.size = sizeof missing};
    size_t sum = 0, n = 0;
    for (; bl_data_missing(train, (int)n, &missing); n++)
        sum += missing.count;
    if (n == 0)
        return;
    printf("\nmissing    %zu value%s in %zu column%s of the file; --missing impute fills in those of "
           "features\n\n  %4s  %-*s "
           "%11s\n",
           sum, plural((double)sum), n, plural((double)n), "", NAME_COLUMNS, "column", "missing");
    for (size_t i = 0; i < lines_of(info, n) && bl_data_missing(train, (int)i, &missing); i++)
        print_missing_column(&missing);
    print_more(n, lines_of(info, n));
}

static void print_notes(const bl_data *data)
{
    for (int i = 0; bl_data_note(data, i); i++)
        printf("%snote: %s\n", i == 0 ? "\n" : "", shown_text(bl_data_note(data, i), LINE_COLUMNS).text);
}

void data_info_print(const struct data_info *info)
{
    const bl_data *train = info->parts[PART_TRAIN];
    const struct value_range *all = &info->figures.all;
    printf("data       %s\n", shown_text(info->name, LINE_COLUMNS).text);
    printf("source     %s\n", shown_text(bl_data_source(train), LINE_COLUMNS).text);
    print_examples(info);
    print_shape(bl_data_shape(train));
    printf("values     %s to %s, mean %.6g\n", shown_number(all->least, MOST_DIGITS).text,
           shown_number(all->most, MOST_DIGITS).text, all->mean);
    print_classes(info);
    print_columns(info);
    print_missing(info);
    print_notes(train);
}

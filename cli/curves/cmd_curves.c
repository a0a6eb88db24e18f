/*
 * cmd_curves.c - backless curves: the logs of runs as one table, for a spreadsheet, pandas or a plot.
 *
 * A row is a record: an epoch, or a step at which angles were measured. docs/recipes.md has the columns.
 */
#include "../csv_field.h"
#include "../table_form.h"
#include "../terminal/shown_text.h"
#include "curve_rows.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const struct extra extras[] = {
    {"csv", NULL, "all columns, as CSV"},
    {"json", NULL, "all columns, as one JSON object per line"},
    {"output", "FILE", "a file for the table, as CSV unless --json is given; - for standard output"},
    {"quiet", NULL, "no messages"},
    {NULL, NULL, NULL},
};

enum { RUN_COLUMNS = 24, STYLE = JSON_COMPACT | JSON_REAL_PRECISION(15) };

struct table {
    const struct session *s;
    const struct curves *curves;
    const json_t *columns;
    bool has_targets, has_classes; /* some runs have regression targets, some have classes */
    enum table_form form;
};

/* ---- CSV and JSON: every column */

static void put_csv(FILE *to, const struct table *table)
{
    size_t i = 0, k = 0;
    json_t *row = NULL, *column = NULL;
    json_array_foreach(table->columns, k, column)
    {
        fputs(k ? "," : "", to);
        csv_put_text(to, json_string_value(column));
    }
    fputc('\n', to);
    json_array_foreach(table->curves->rows, i, row)
    {
        json_array_foreach(table->columns, k, column)
        {
            fputs(k ? "," : "", to);
            curves_put_value(to, json_object_get(row, json_string_value(column)));
        }
        fputc('\n', to);
    }
}

static bool put_json(FILE *to, const struct table *table)
{
    size_t i = 0, k = 0;
    json_t *row = NULL, *column = NULL;
    int failed = 0;
    json_array_foreach(table->curves->rows, i, row)
    {
        json_t *line = json_object();
        json_array_foreach(table->columns, k, column)
        {
            json_t *value = json_object_get(row, json_string_value(column));
            failed |= json_object_set_new(line, json_string_value(column),
                                          value ? json_incref(value) : json_null());
        }
        failed |= json_dumpf(line, to, STYLE);
        fputc('\n', to);
        json_decref(line);
    }
    return !failed;
}

/* ---- Text: the main figures */

static void put_cell(FILE *to, const json_t *value, const char *format, double factor)
{
    char text[32] = "-";
    if (json_is_number(value))
        snprintf(text, sizeof text, format, factor * json_number_value(value));
    fprintf(to, "  %10s", text);
}

/* Prints the angles of the hidden blocks; that of the last block is 0 by definition. */
static void put_angles(FILE *to, const struct table *table, const json_t *row)
{
    for (size_t l = 0; l + 1 < table->curves->blocks; l++) {
        char column[64];
        snprintf(column, sizeof column, "angle_flat_%zu", l);
        const json_t *angle = json_object_get(row, column);
        if (json_is_number(angle))
            fprintf(to, "%s%.1f", l ? " " : "  ", json_number_value(angle));
        else if (angle)
            fputs(l ? " -" : "  -", to);
    }
}

static void put_head(FILE *to, const struct table *table)
{
    const char *const of_targets[] = {"batch loss", "val rmse", "test rmse"},
                      *const of_classes[] = {"train err", "val err", "test err"},
                      *const of_both[] = {"train err", "val", "test"};
    const char *const *heads = !table->has_targets ? of_classes : table->has_classes ? of_both : of_targets;
    fprintf(to, "%-*s  %5s  %8s  %10s  %10s  %10s  %10s%s\n", RUN_COLUMNS, "run", "epoch", "step",
            "train loss", heads[0], heads[1], heads[2],
            table->curves->blocks > 1 ? "  angle per block (deg)" : "");
}

/* Prints an error in percent, or the rmse of regression targets. */
static void put_score(FILE *to, const json_t *row, const char *error, const char *rmse)
{
    if (json_is_number(json_object_get(row, rmse)))
        put_cell(to, json_object_get(row, rmse), "%.5g", 1.0);
    else
        put_cell(to, json_object_get(row, error), "%.2f %%", 100.0);
}

static void put_row(FILE *to, const struct table *table, const json_t *row)
{
    const char *name = json_string_value(json_object_get(row, "run"));
    const size_t n = strlen(name);
    const struct shown_text run = shown_text(n > RUN_COLUMNS ? name + n - RUN_COLUMNS : name, RUN_COLUMNS);
    const json_t *step = json_object_get(row, "step");
    fprintf(to, "%s%*s  %5lld  ", run.text, RUN_COLUMNS - run.columns, "",
            (long long)json_integer_value(json_object_get(row, "epoch")));
    if (json_is_integer(step))
        fprintf(to, "%8lld", (long long)json_integer_value(step));
    else
        fprintf(to, "%8s", "-");
    put_cell(to, json_object_get(row, "train_loss"), "%.4f", 1.0);
    if (table->has_targets && !table->has_classes)
        put_cell(to, json_object_get(row, "batch_loss"), "%.4f", 1.0);
    else
        put_cell(to, json_object_get(row, "train_error"), "%.2f %%", 100.0);
    put_score(to, row, "val_error", "val_rmse");
    put_score(to, row, "test_error", "test_rmse");
    put_angles(to, table, row);
    fputc('\n', to);
}

static void put_text(FILE *to, const struct table *table)
{
    size_t i = 0;
    json_t *row = NULL;
    put_head(to, table);
    json_array_foreach(table->curves->rows, i, row)
    {
        put_row(to, table, row);
    }
}

/* ---- Output */

static bool put_table(FILE *to, const struct table *table)
{
    bool is_whole = true;
    if (table->form == FORM_JSON)
        is_whole = put_json(to, table);
    else if (table->form == FORM_CSV || extra_of(table->s, "output"))
        put_csv(to, table);
    else
        put_text(to, table);
    return fflush(to) == 0 && !ferror(to) && is_whole;
}

static int print_table(const struct table *table)
{
    if (put_table(stdout, table))
        return EXIT_DONE;
    usage_error("standard output could not be written: %s", strerror(errno));
    return EXIT_IO;
}

/* Writes the table. It is made in memory first, because bl_file_write writes whole files. */
static int write_table(const struct table *table, const char *path)
{
    char *text = NULL;
    size_t n = 0;
    FILE *to = open_memstream(&text, &n);
    bool is_whole = to && put_table(to, table);
    is_whole = to && fclose(to) == 0 && is_whole;
    const bl_status status = is_whole ? bl_file_write(table->s->ctx, path, text, n) : BL_OK;
    free(text);
    if (!is_whole) {
        usage_error("no memory for the text of %zu rows", json_array_size(table->curves->rows));
        return EXIT_OTHER;
    }
    if (status != BL_OK)
        return fail_with(table->s, status);
    note(table->s, "%zu row%s in %s", json_array_size(table->curves->rows),
         plural((double)json_array_size(table->curves->rows)), path);
    return EXIT_DONE;
}

/* Refuses an output file that is one of the logs. bl_file_write checks only the files that the library has
   read itself. */
static int check_output(const struct session *s, const struct curves *curves, const char *path)
{
    char target[BL_PATH_ROOM];
    struct stat facts;
    const bl_status status = bl_file_target(s->ctx, path, target, sizeof target);
    if (status != BL_OK)
        return fail_with(s, status);
    if (target[0] && stat(target, &facts) == 0 && curves_have_read(curves, &facts))
        return usage_error("%s: is a file that this command reads, and must not be replaced; name another",
                           path);
    return EXIT_DONE;
}

static bool has_number(const struct curves *curves, const char *column)
{
    size_t i = 0;
    json_t *row = NULL;
    json_array_foreach(curves->rows, i, row)
    {
        if (json_is_number(json_object_get(row, column)))
            return true;
    }
    return false;
}

static int show(const struct session *s, struct curves *curves, enum table_form form)
{
    const char *path = extra_of(s, "output");
    const bool to_file = path && strcmp(path, "-") != 0;
    int code = to_file ? check_output(s, curves, path) : EXIT_DONE;
    if (code != EXIT_DONE)
        return code;
    json_t *columns = curves_columns(curves);
    if (!columns) {
        usage_error("no memory for the curves");
        return EXIT_OTHER;
    }
    const struct table table = {s,   curves, columns, curves->has_targets, has_number(curves, "train_error"),
                                form};
    code = to_file ? write_table(&table, path) : print_table(&table);
    json_decref(columns);
    return code;
}

static int run_curves(struct session *s)
{
    if (s->n_words == 0)
        return usage_error("no run is given; usage: backless %s", s->command->usage);
    enum table_form form;
    int code = table_form_read(&form, s);
    if (code != EXIT_DONE)
        return code;
    struct curves curves = {.session = s, .rows = json_array(), .settings = json_object()};
    for (int i = 0; code == EXIT_DONE && i < s->n_words; i++)
        code = curves_read(&curves, s->words[i]);
    if (code == EXIT_DONE)
        code = show(s, &curves, form);
    curves_free(&curves);
    return code;
}

const struct command command_curves = {"curves",
                                       "curves RUN... [--csv|--json] [--output FILE]",
                                       "the logs of runs as one table: losses, errors, angles, norms",
                                       NULL,
                                       extras,
                                       MAX_WORDS,
                                       run_curves};

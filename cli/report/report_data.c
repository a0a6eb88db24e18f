/*
 * report_data.c - writes the figures of the logs into the page, as CSV in a script element of type text/csv.
 *
 * The first column is the number of the run in the page's list of runs, the others are those of `backless
 * curves`, and elapsed: the sum of seconds to the end of the epoch. The page's script reads the values under
 * the pointer from here. Numbers are those of log.jsonl, in the fewest digits that read back as the same
 * number. If the data are too large for the page, only the main columns are kept, and if these are too large
 * as well, only every second, third, ... epoch and the last one; the page says so.
 */
#include "../csv_field.h"
#include "report.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct selection {
    const json_t *columns; /* texts */
    int stride;            /* every n-th epoch is kept */
    bool is_main;          /* only the main columns are kept */
};

static bool is_kept(const struct selection *s, const struct report *report, const struct report_run *run,
                    size_t i)
{
    const json_t *row = report_row(report, run, i);
    const int epoch = (int)row_number(row, "epoch");
    return s->stride == 1 || row_is_among(row, EARLY) || row == last_epoch(report, run) ||
           (row_is_among(row, EPOCHS) && (epoch == 1 || epoch % s->stride == 0));
}

static void put_row(FILE *to, const struct selection *s, const struct report *report, size_t run, size_t i)
{
    const json_t *row = report_row(report, &report->runs[run], i);
    const double elapsed = report->runs[run].elapsed[i];
    size_t k = 0;
    const json_t *column = NULL;
    fprintf(to, "%zu,", run);
    if (isfinite(elapsed))
        csv_put_number(to, elapsed);
    json_array_foreach(s->columns, k, column)
    {
        fputc(',', to);
        curves_put_value(to, json_object_get(row, json_string_value(column)));
    }
    fputc('\n', to);
}

static void put_table(FILE *to, const struct selection *s, const struct report *report)
{
    size_t k = 0;
    const json_t *column = NULL;
    fputs("run,elapsed", to);
    json_array_foreach(s->columns, k, column) fprintf(to, ",%s", json_string_value(column));
    fputc('\n', to);
    for (size_t run = 0; run < report->n_runs; run++)
        for (size_t i = 0; i < report->runs[run].n_rows; i++)
            if (is_kept(s, report, &report->runs[run], i))
                put_row(to, s, report, run, i);
}

/* Returns whether a column is written: the record, and columns of numbers that some row has. Texts are in the
   list of runs. */
static bool is_column(const struct report *report, const char *name, bool only_main)
{
    static const char *const main_columns[] = {"record",      "epoch",     "step",       "train_loss",
                                               "train_error", "val_error", "test_error", "val_rmse",
                                               "test_rmse",   "seconds"};
    if (strcmp(name, "record") == 0)
        return true;
    if (!report_has(report, name))
        return false;
    for (size_t i = 0; i < sizeof main_columns / sizeof *main_columns; i++)
        if (strcmp(name, main_columns[i]) == 0)
            return true;
    return only_main ? strncmp(name, "angle_flat_", 11) == 0
                     : strncmp(name, "option_", 7) != 0 && strcmp(name, "seed") != 0;
}

static json_t *columns_of(struct curves *curves, const struct report *report, bool only_main)
{
    json_t *all = curves_columns(curves), *chosen = json_array(), *column = NULL;
    size_t k = 0;
    int failed = !all;
    json_array_foreach(all, k, column) if (is_column(report, json_string_value(column), only_main)) failed |=
        json_array_append(chosen, column);
    json_decref(all);
    if (!failed)
        return chosen;
    json_decref(chosen);
    return NULL;
}

/* Returns the CSV text; NULL: no memory. */
static char *make_text(const struct selection *s, const struct report *report, size_t *n)
{
    char *text = NULL;
    FILE *to = open_memstream(&text, n);
    if (!to)
        return NULL;
    put_table(to, s, report);
    return fclose(to) == 0 ? text : NULL;
}

static int longest_run(const struct report *report)
{
    double longest = 1.0;
    for (size_t run = 0; run < report->n_runs; run++)
        longest = fmax(longest, row_number(last_epoch(report, &report->runs[run]), "epoch"));
    return (int)longest;
}

/* Increases the stride until the text fits; a stride beyond the longest run would leave out nothing more. */
static char *fit_text(struct selection *s, const struct report *report, size_t most, size_t *n)
{
    const int longest = longest_run(report);
    struct curves curves = report->curves;
    char *text = NULL;
    s->stride = 1;
    for (;;) {
        json_t *columns = columns_of(&curves, report, s->is_main);
        s->columns = columns;
        text = columns ? make_text(s, report, n) : NULL;
        json_decref(columns);
        if (!text || *n <= most || s->stride > longest)
            return text;
        free(text);
        s->stride += s->is_main;
        s->is_main = true;
    }
}

/* Writes the data. In a script element the text must not contain "</script" or "<!--"; numbers, and the names
   of columns and records, contain no '<'. */
int put_data(FILE *to, const struct report *report, size_t most)
{
    struct selection s = {0};
    size_t n = 0;
    char *text = fit_text(&s, report, most, &n);
    if (!text)
        return 0;
    fputs("<section id=\"data\"><h2>Data</h2>\n<p>The figures above are in this file as CSV; "
          "<code>run</code> is the number in the list of "
          "runs. <button id=\"save\" hidden>Save as CSV</button></p>\n",
          to);
    if (s.is_main)
        fputs("<p class=\"note\">Here are the main columns", to);
    if (s.is_main && s.stride > 1)
        fprintf(to, " of one epoch in %d, with the first and the last of each run", s.stride);
    if (s.is_main)
        fputs(", so that the page stays small. All are in the logs: <code>backless curves RUN... "
              "--csv</code>.</p>\n",
              to);
    fputs("<script type=\"text/csv\" id=\"csv\">\n", to);
    fwrite(text, 1, n, to);
    fputs("</script></section>\n", to);
    free(text);
    return 1;
}

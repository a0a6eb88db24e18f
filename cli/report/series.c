/*
 * series.c - makes the series of a figure for a run, or for a group of runs as mean and standard deviation
 * over seeds.
 */
#include "report.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The columns that are read from each row. */
struct question {
    const struct report *report;
    enum records records;
    const char *x, *y;
};

/* One point of one run. */
struct series_point {
    double x, y;
};

static struct series_point answer_of(const struct question *q, const struct report_run *run, size_t i)
{
    const json_t *row = report_row(q->report, run, i);
    const double x = strcmp(q->x, "elapsed") == 0 ? run->elapsed[i] : row_number(row, q->x);
    return (struct series_point){x, row_number(row, q->y)};
}

/* Returns the place of a row: its number of epochs, or the step for early records. */
static double place_of(const struct question *q, const struct report_run *run, size_t i)
{
    return row_number(report_row(q->report, run, i), q->records == EPOCHS ? "epoch" : "step");
}

/* Finds the row of another run at this place, from row *at on; false if it has none. */
static bool find_place(const struct question *q, const struct report_run *run, double place, size_t *at)
{
    for (; *at < run->n_rows; ++*at)
        if (row_is_among(report_row(q->report, run, *at), q->records) && place_of(q, run, *at) >= place)
            return place_of(q, run, *at) == place;
    return false;
}

/* Adds the mean of row i of the first run and the rows of the others at the same place; false if some run has
   none there. at: n_runs row numbers where the search continues. */
static bool add_mean(struct series *s, const struct question *q, const size_t *runs, size_t n_runs,
                     size_t *at, size_t i)
{
    const struct report_run *first = &q->report->runs[runs[0]];
    const double place = place_of(q, first, i);
    double x = 0.0, y = 0.0, squares = 0.0;
    at[0] = i;
    for (size_t k = 0; k < n_runs; k++)
        if (!find_place(q, &q->report->runs[runs[k]], place, &at[k]))
            return false;
    for (size_t k = 0; k < n_runs; k++) {
        const struct series_point a = answer_of(q, &q->report->runs[runs[k]], at[k]);
        x += a.x / (double)n_runs;
        y += a.y / (double)n_runs;
    }
    for (size_t k = 0; k < n_runs; k++) {
        const double d = answer_of(q, &q->report->runs[runs[k]], at[k]).y - y;
        squares += d * d;
    }
    s->points[s->n] = (struct point){x, y};
    if (s->deviations)
        s->deviations[s->n] = sqrt(squares / (double)(n_runs - 1));
    s->n++;
    return true;
}

int series_make(struct series *out, const struct report *report, const size_t *runs, size_t n_runs,
                enum records records, const char *x, const char *y)
{
    const struct report_run *first = &report->runs[runs[0]];
    const struct question q = {report, records, x, y};
    struct series s = {.points = malloc((first->n_rows + 1) * sizeof *s.points)};
    size_t *at = calloc(n_runs, sizeof *at);
    if (n_runs > 1)
        s.deviations = malloc((first->n_rows + 1) * sizeof *s.deviations);
    const int is_there = s.points && at && (n_runs == 1 || s.deviations);
    for (size_t i = 0; is_there && i < first->n_rows; i++)
        if (row_is_among(report_row(report, first, i), records))
            add_mean(&s, &q, runs, n_runs, at, i);
    free(at);
    if (is_there)
        *out = s;
    else
        series_free(&s);
    return is_there;
}

void series_free(struct series *series)
{
    free(series->points);
    free(series->deviations);
}

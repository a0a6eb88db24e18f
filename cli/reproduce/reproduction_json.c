/*
 * reproduction_json.c - backless reproduce --json: writes a cell as one JSON object per line. Errors are
 * fractions, as in the files of results.
 */
#include "reproduction.h"

#include <math.h>

static json_t *number(double x)
{
    return isfinite(x) ? json_real(x) : json_null();
}

/* Percent as a fraction. */
static json_t *fraction(double percent)
{
    return number(percent / 100.0);
}

static json_t *published_json(const struct published *published)
{
    char text[NAME_ROOM];
    const bool has_deviation = published->kind == PUBLISHED_WITH_DEVIATION,
               has_mean = has_deviation || published->kind == PUBLISHED_MEAN_ONLY ||
                          published->kind == PUBLISHED_BEST_ON_TEST;
    published_text(published, text);
    return json_pack("{s:s, s:o, s:o, s:o}", "text", text, "mean",
                     has_mean ? fraction(published->mean) : json_null(), "deviation",
                     has_deviation ? fraction(published->deviation) : json_null(), "train",
                     published->train > 0.0 ? fraction(published->train) : json_null());
}

/* All results of the cell, also short ones and those on other data, which are not judged. */
static json_t *results_json(const struct cell *cell, const struct results *results)
{
    json_t *list = json_array();
    for (size_t i = 0; i < results->n; i++) {
        const struct result *r = &results->list[i];
        if (r->cell.published == cell->published)
            json_array_append_new(list, json_pack("{s:I, s:b, s:b, s:i, s:f, s:f, s:f, s:f, s:s, s:i}",
                                                  "seed", (json_int_t)r->seed, "short", r->is_short,
                                                  "other_data", r->is_on_other_data, "epochs", r->epochs,
                                                  "last", r->last, "mean_of_last_10", r->mean, "minimum",
                                                  r->minimum, "train_mean_of_last_10", r->train_mean,
                                                  "weights", r->last_hash, "numeric_revision", r->revision));
    }
    return list;
}

void print_cell_json(const struct cell *cell, const struct results *results, double seconds)
{
    const struct cell_figures f = cell_judge(cell, results);
    const bool has_runs = f.n > 0;
    char verdict[NAME_ROOM];
    json_t *line = json_object();
    cell_verdict(cell, &f, verdict);
    json_object_set_new(line, "target", json_string(cell->target->name));
    json_object_set_new(line, "table", json_string(cell->row->table));
    json_object_set_new(line, "row", json_string(cell->row->name));
    json_object_set_new(line, "rule", json_string(cell->published->rule));
    json_object_set_new(line, "published", published_json(cell->published));
    json_object_set_new(line, "error_name", json_string(cell_error_name(cell)));
    json_object_set_new(line, "seeds", json_integer(f.n));
    json_object_set_new(line, "mean", has_runs ? fraction(f.mean) : json_null());
    json_object_set_new(line, "deviation", fraction(f.deviation));
    json_object_set_new(line, "last", has_runs ? fraction(f.last) : json_null());
    json_object_set_new(line, "minimum", has_runs ? fraction(f.minimum) : json_null());
    json_object_set_new(line, "train", has_runs ? fraction(f.train) : json_null());
    json_object_set_new(line, "epochs", has_runs ? number(f.epochs) : json_null());
    json_object_set_new(line, "difference", fraction(f.difference));
    json_object_set_new(line, "allowed", fraction(f.allowed));
    json_object_set_new(line, "verdict", json_string(verdict));
    json_object_set_new(line, "seconds", number(seconds));
    json_object_set_new(line, "results", results_json(cell, results));
    json_dumpf(line, stdout, JSON_COMPACT | JSON_REAL_PRECISION(15));
    putchar('\n');
    fflush(stdout);
    json_decref(line);
}

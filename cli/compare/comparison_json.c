/*
 * comparison_json.c - writes a row as one JSON object per line, including the values that all rows share, so
 * that each line is complete in itself.
 */
#include "comparison.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>

static json_t *number(double x)
{
    return isfinite(x) ? json_real(x) : json_null();
}

/* Adds "test_error" and "test_loss"; with regression targets "test_rmse", "test_mae" and "test_r2" in place
   of the error. */
static void add_score(json_t *line, const char *set, const bl_score *score, bool is_of_numbers)
{
    const struct {
        const char *name;
        double value;
        bool is_told;
    } figures[] = {{"error", score->error, true},
                   {"loss", score->loss, true},
                   {"rmse", score->rmse, is_of_numbers},
                   {"mae", score->mae, is_of_numbers},
                   {"r2", score->r2, is_of_numbers}};
    for (size_t i = 0; i < sizeof figures / sizeof *figures; i++) {
        char key[32];
        snprintf(key, sizeof key, "%s_%s", set, figures[i].name);
        if (figures[i].is_told)
            json_object_set_new(line, key, number(figures[i].value));
    }
}

static void add_scores(const struct comparison *c, const struct row *row, json_t *line)
{
    const bool is_of_numbers = !bl_data_labels(c->train);
    add_score(line, c->test ? "test" : "train", &row->last, is_of_numbers);
    if (c->val)
        add_score(line, "val", &row->val, is_of_numbers);
    if (c->val && row->best_epoch > 0) {
        json_object_set_new(line, "best_epoch", json_integer(row->best_epoch));
        add_score(line, "best_val", &row->best_val, is_of_numbers);
        if (c->test)
            add_score(line, "best_test", &row->best_test, is_of_numbers);
    }
}

static const char *state_name(const struct row *row)
{
    static const char *const names[] = {
        [ROW_WAITS] = "not run",     [ROW_LEFT_OUT] = "left out", [ROW_DONE] = "done",
        [ROW_DIVERGED] = "diverged", [ROW_STOPPED] = "stopped",   [ROW_FAILED] = "failed"};
    return names[row->state];
}

static json_t *class_names(const bl_data *train)
{
    json_t *list = json_array();
    if (!bl_data_labels(train) || !bl_data_class_name(train, 0)) {
        json_decref(list);
        return json_null();
    }
    for (int i = 0; i < bl_data_outputs(train); i++)
        json_array_append_new(list, json_string(bl_data_class_name(train, i)));
    return list;
}

static json_t *notes_of_data(const bl_data *train)
{
    json_t *list = json_array();
    for (int i = 0; bl_data_note(train, i); i++)
        json_array_append_new(list, json_string(bl_data_note(train, i)));
    return list;
}

/* Returns a seed as a JSON integer, or as text if it needs all 64 bits, because jansson's integers are
   signed. */
static json_t *whole_number(const char *text)
{
    const unsigned long long x = strtoull(text, NULL, 10);
    return x <= (unsigned long long)INT64_MAX ? json_integer((json_int_t)x) : json_string(text);
}

static void add_facts(const struct comparison *c, json_t *line)
{
    static const char *const texts[] = {"optimizer", "schedule",  "loss",  "reduction",
                                        "stop",      "precision", "memory"};
    static const char *const numbers[] = {"epochs",        "batch",      "seed",      "weight-seed",
                                          "feedback-seed", "order-seed", "split-seed"};
    json_object_set_new(line, "data", json_string(bl_data_source(c->train)));
    json_object_set_new(line, "n_train", json_integer((json_int_t)bl_data_count(c->train)));
    json_object_set_new(line, "n_val", json_integer(c->val ? (json_int_t)bl_data_count(c->val) : 0));
    json_object_set_new(line, "n_test", json_integer(c->test ? (json_int_t)bl_data_count(c->test) : 0));
    json_object_set_new(line, "outputs", json_integer(bl_data_outputs(c->train)));
    json_object_set_new(line, "class_names", class_names(c->train));
    json_object_set_new(line, "data_notes", notes_of_data(c->train));
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        json_object_set_new(line, texts[i], json_string(bl_config_get(c->settled, texts[i])));
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        json_object_set_new(line, numbers[i], whole_number(bl_config_get(c->settled, numbers[i])));
}

void json_row(const struct comparison *c, const struct row *row)
{
    json_t *angles = json_array(), *line = json_object();
    const bool is_left_out = row->state == ROW_LEFT_OUT;
    for (int i = 0; i < row->n_angles; i++)
        json_array_append_new(angles, number(row->flat[i]));
    json_object_set_new(line, "rule", json_string(row->rule));
    json_object_set_new(line, "state", json_string(state_name(row)));
    json_object_set_new(line, "why", row->why[0] ? json_string(row->why) : json_null());
    add_scores(c, row, line);
    json_object_set_new(line, "last_epoch", json_integer(row->epoch));
    json_object_set_new(line, "samples_per_second", number(row->speed));
    json_object_set_new(line, "waited_for_core", number(row->waited));
    json_object_set_new(line, "angles", angles);
    json_object_set_new(line, "net",
                        is_left_out ? json_string(bl_config_get(c->settled, "net")) : json_string(row->net));
    json_object_set_new(line, "init", is_left_out ? json_null() : json_string(row->init));
    json_object_set_new(line, "feedback", is_left_out ? json_null() : json_string(row->feedback));
    json_object_set_new(line, "lr", is_left_out ? json_null() : json_string(row->lr));
    json_object_set_new(line, "diverged", json_boolean(row->state == ROW_DIVERGED));
    json_object_set_new(line, "weights", row->hash[0] ? json_string(row->hash) : json_null());
    json_object_set_new(line, "advice", row->advice[0] ? json_string(row->advice) : json_null());
    json_object_set(line, "notes", row->notes);
    add_facts(c, line);
    json_dumpf(line, stdout, JSON_COMPACT | JSON_REAL_PRECISION(15));
    putchar('\n');
    progress_flush();
    json_decref(line);
}

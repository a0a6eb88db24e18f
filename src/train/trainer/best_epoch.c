/*
 * best_epoch.c - writes the best epoch's figures to checkpoints and result.json, and reads them from
 * checkpoints.
 */
#include "best_epoch.h"

#include "../../base/text.h"
#include "../../runlog/runlog.h"
#include "../model/score.h"

#include <math.h>
#include <string.h>

double best_epoch_judged(const bl_score *score)
{
    return isnan(score->error) ? score->loss : score->error;
}

bool best_epoch_is(double now, double best, size_t best_at)
{
    return isfinite(now) && (best_at == 0 || !isfinite(best) || now < best);
}

struct best_epoch_figure {
    const char *name;
    size_t offset;
    bool of_targets;
};

static const struct best_epoch_figure figures[] = {{"loss", offsetof(bl_score, loss), false},
                                                   {"error", offsetof(bl_score, error), false},
                                                   {"rmse", offsetof(bl_score, rmse), true},
                                                   {"mae", offsetof(bl_score, mae), true},
                                                   {"r2", offsetof(bl_score, r2), true}};
enum { N_FIGURES = sizeof figures / sizeof *figures, N_SETS = 3 };

static const char *const sets[N_SETS] = {"train", "val", "test"};

static double figure_of(const bl_score *score, const struct best_epoch_figure *figure)
{
    double x = 0.0;
    memcpy(&x, (const char *)score + figure->offset, sizeof x);
    return x;
}

char *best_epoch_to_text(const struct best_epoch *best)
{
    const bl_score *const scores[N_SETS] = {&best->train, &best->val, &best->test};
    json_t *root = json_object();
    for (size_t i = 0; best->is_known && i < N_SETS; i++) {
        json_t *one = json_object();
        json_object_set_new(one, "count", json_integer((json_int_t)scores[i]->count));
        for (size_t k = 0; k < N_FIGURES; k++)
            json_object_set_new(one, figures[k].name, runlog_number(figure_of(scores[i], &figures[k])));
        json_object_set_new(root, sets[i], one);
    }
    char *text = json_dumps(root, JSON_COMPACT | JSON_REAL_PRECISION(17));
    json_decref(root);
    return text;
}

static bool read_score(bl_score *out, const json_t *one)
{
    bl_score score = score_none();
    if (!json_is_object(one) || json_integer_value(json_object_get(one, "count")) < 0)
        return false;
    score.count = (size_t)json_integer_value(json_object_get(one, "count"));
    for (size_t k = 0; k < N_FIGURES; k++) {
        const json_t *value = json_object_get(one, figures[k].name);
        const double x = json_is_number(value) ? json_number_value(value) : (double)NAN;
        if (!json_is_number(value) && !json_is_null(value))
            return false;
        memcpy((char *)&score + figures[k].offset, &x, sizeof x);
    }
    *out = score;
    return true;
}

bool best_epoch_from_text(struct best_epoch *out, const char *text)
{
    struct best_epoch best = {.is_known = false};
    json_t *root = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
    bool is_right = json_is_object(root);
    if (is_right && json_object_size(root) > 0) {
        best.is_known = true;
        is_right = read_score(&best.train, json_object_get(root, sets[0])) &&
                   read_score(&best.val, json_object_get(root, sets[1])) &&
                   read_score(&best.test, json_object_get(root, sets[2]));
    }
    json_decref(root);
    if (is_right)
        *out = best;
    return is_right;
}

void best_epoch_add(json_t *to, const struct best_epoch *best)
{
    const bl_score *const scores[N_SETS] = {&best->train, &best->val, &best->test};
    const bool has_targets = !isnan(best->val.rmse);
    for (size_t i = 0; best->is_known && i < N_SETS; i++)
        for (size_t k = 0; k < N_FIGURES; k++) {
            char key[32] = "";
            /* These figures are not measured on the training set. */
            if (figures[k].of_targets && (!has_targets || i == 0))
                continue;
            text_append(key, sizeof key, "best_%s_%s", sets[i], figures[k].name);
            json_object_set_new(to, key, runlog_number(figure_of(scores[i], &figures[k])));
        }
}

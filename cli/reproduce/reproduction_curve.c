/*
 * reproduction_curve.c - the curve of a run whose angles are measured after steps that its row names: the
 * error of the examples since the step before, each seen before it was learned from, and the angle of the
 * first block's deltas to those of backpropagation.
 *
 * In a result: {"step": [100, 200, ...], "error": [...], "angle": [...]}, errors as fractions, angles in
 * degrees, null where there is none.
 */
#include "../draw/short_exponent.h"
#include "reproduction.h"

#include <math.h>
#include <string.h>

enum { SHOWN_STEPS = 5 };

static const char *const lists[] = {"step", "error", "angle"};
enum { N_LISTS = sizeof lists / sizeof *lists };

/* ---- From a log */

/* Returns the angle "sample" of block 0. */
static json_t *angle_of(const json_t *line)
{
    const json_t *block = json_array_get(json_object_get(line, "angles"), 0);
    json_t *angle = json_object_get(block, "sample");
    return json_is_number(angle) ? json_incref(angle) : json_null();
}

/* Adds a line of the log. Its loss is the mean over all steps of the epoch so far, whose batches have the
   same size. */
void curve_take_step(struct curve_maker *maker, const json_t *line, double loss_of_zero)
{
    const double steps = json_number_value(json_object_get(line, "step")),
                 loss = steps * json_number_value(json_object_get(line, "train_loss"));
    if (json_integer_value(json_object_get(line, "epoch")) != 1 || !(steps > maker->steps))
        return;
    if (!maker->json)
        maker->json = json_pack("{s:[], s:[], s:[]}", lists[0], lists[1], lists[2]);
    const double mean = (loss - maker->loss) / (steps - maker->steps);
    json_array_append(json_object_get(maker->json, "step"), json_object_get(line, "step"));
    json_array_append_new(json_object_get(maker->json, "error"), json_real(mean / loss_of_zero));
    json_array_append_new(json_object_get(maker->json, "angle"), angle_of(line));
    maker->steps = steps;
    maker->loss = loss;
}

bool curve_is_valid(const json_t *curve)
{
    const size_t n = json_array_size(json_object_get(curve, "step"));
    double before = 0.0;
    for (size_t k = 0; k < N_LISTS; k++)
        if (n == 0 || json_array_size(json_object_get(curve, lists[k])) != n)
            return false;
    for (size_t i = 0; i < n; i++) {
        const json_t *step = json_array_get(json_object_get(curve, "step"), i),
                     *error = json_array_get(json_object_get(curve, "error"), i),
                     *angle = json_array_get(json_object_get(curve, "angle"), i);
        if (!json_is_integer(step) || !(json_number_value(step) > before) || !json_is_number(error) ||
            !(json_is_number(angle) || json_is_null(angle)))
            return false;
        before = json_number_value(step);
    }
    return true;
}

/* ---- On the page */

static const json_t *curve_of(const struct result *r)
{
    return r->is_short || r->is_on_other_data ? NULL : json_object_get(r->json, "curve");
}

static const struct result *first_of(const struct results *results, const struct target *target)
{
    for (size_t i = 0; i < results->n; i++)
        if (results->list[i].cell.target == target && curve_of(&results->list[i]))
            return &results->list[i];
    return NULL;
}

/* Returns the index of the i-th step that is shown: the first, the last, and others at equal distances
   between them. */
static size_t shown_step(const json_t *curve, int i)
{
    return (json_array_size(json_object_get(curve, "step")) - 1) * (size_t)i / (SHOWN_STEPS - 1);
}

/* One of the shown steps: sums over the cell's curves. */
struct curve_point {
    int n, n_angles;
    double error, angle; /* sums */
};

static struct curve_point point_of(const struct cell *cell, const struct results *results, int i)
{
    struct curve_point at = {0, 0, 0.0, 0.0};
    for (size_t r = 0; r < results->n; r++) {
        const json_t *curve = curve_of(&results->list[r]);
        if (results->list[r].cell.published != cell->published || !curve)
            continue;
        const size_t step = shown_step(curve, i);
        const json_t *angle = json_array_get(json_object_get(curve, "angle"), step);
        at.n++;
        at.error += json_number_value(json_array_get(json_object_get(curve, "error"), step));
        at.n_angles += json_is_number(angle);
        at.angle += json_number_value(angle);
    }
    return at;
}

static void put_curve(FILE *to, const struct cell *cell, const struct results *results)
{
    const int n = point_of(cell, results, 0).n;
    char text[32];
    if (n == 0)
        return;
    fprintf(to, "| %s | %s | %d", cell->row->name, cell->published->rule, n);
    for (int i = 0; i < SHOWN_STEPS; i++) {
        const struct curve_point at = point_of(cell, results, i);
        fprintf(to, " | %s", short_number(100.0 * at.error / (double)n, 3, text));
        if (at.n_angles > 0 && strcmp(cell->published->rule, "bp") != 0)
            fprintf(to, " (%.0f°)", at.angle / (double)at.n_angles);
    }
    fputs(" |\n", to);
}

void put_cell_curves(FILE *to, const struct target *target, const struct results *results)
{
    const struct result *first = first_of(results, target);
    struct cell cell;
    if (!first)
        return;
    fputs(
        "\n### Curves\n\nMeans over the seeds of the error of the examples since the step before in the log, "
        "each measured before it was learned from, and the angle of the first block's deltas to those of "
        "backpropagation.\n\n| row | rule | seeds",
        to);
    for (int i = 0; i < SHOWN_STEPS; i++) {
        const json_t *steps = json_object_get(curve_of(first), "step");
        fprintf(to, " | step %d",
                (int)json_integer_value(json_array_get(steps, shown_step(curve_of(first), i))));
    }
    fputs(" |\n|---|---|---", to);
    for (int i = 0; i < SHOWN_STEPS; i++)
        fputs("|---", to);
    fputs("|\n", to);
    for (int i = 0; cell_at(target, NULL, NULL, NULL, i, &cell); i++)
        put_curve(to, &cell, results);
}

/* ---- Training errors after some epochs */

static const int shown_epochs[] = {1, 2, 5, 10, 20, 30, 50, 75, 100};
enum { N_SHOWN_EPOCHS = sizeof shown_epochs / sizeof *shown_epochs };

static bool has_epoch_curve(const struct cell *cell, const struct result *r)
{
    return r->cell.published == cell->published && cell->published->kind == PUBLISHED_CURVE &&
           cell_epochs(cell) > 1 && !r->is_short && !r->is_on_other_data;
}

static int count_epoch_curves(const struct cell *cell, const struct results *results)
{
    int n = 0;
    for (size_t i = 0; i < results->n; i++)
        n += has_epoch_curve(cell, &results->list[i]);
    return n;
}

/* The mean over seeds, percent. NaN: not every run has the epoch. */
static double train_error_after(const struct cell *cell, const struct results *results, int epoch)
{
    double sum = 0.0;
    for (size_t i = 0; i < results->n; i++) {
        const struct result *r = &results->list[i];
        const json_t *errors = json_object_get(json_object_get(r->json, "epochs"), "train_error");
        if (has_epoch_curve(cell, r))
            sum += epoch <= r->epochs ? json_number_value(json_array_get(errors, (size_t)epoch - 1))
                                      : (double)NAN;
    }
    return 100.0 * sum / count_epoch_curves(cell, results);
}

static void put_epoch_head(FILE *to)
{
    fputs(
        "\n### Training error by epoch\n\nMeans over the seeds of the error on the training set in percent, "
        "measured during the epoch. A row that begins with the weights of another begins behind its last "
        "epoch.\n\n| row | rule | seeds",
        to);
    for (int i = 0; i < N_SHOWN_EPOCHS; i++)
        fprintf(to, " | epoch %d", shown_epochs[i]);
    fputs(" |\n|---|---|---", to);
    for (int i = 0; i < N_SHOWN_EPOCHS; i++)
        fputs("|---", to);
    fputs("|\n", to);
}

void put_epoch_curves(FILE *to, const struct target *target, const struct results *results)
{
    struct cell cell;
    bool has_head = false;
    for (int i = 0; cell_at(target, NULL, NULL, NULL, i, &cell); i++) {
        const int n = count_epoch_curves(&cell, results);
        if (n == 0)
            continue;
        if (!has_head)
            put_epoch_head(to);
        has_head = true;
        fprintf(to, "| %s | %s | %d", cell.row->name, cell.published->rule, n);
        for (int k = 0; k < N_SHOWN_EPOCHS; k++) {
            const double error = train_error_after(&cell, results, shown_epochs[k]);
            if (isnan(error))
                fputs(" |", to);
            else
                fprintf(to, " | %.2f", error);
        }
        fputs(" |\n", to);
    }
}

/*
 * score.c - evaluates loss and classification error, and, for regression targets t and predictions y in the
 * unit of the targets, over all N examples and outputs:
 *
 *     rmse = sqrt(sum (y - t)^2 / N)    mae = sum |y - t| / N    r2 = 1 - sum (y - t)^2 / sum (t - mean t)^2
 */
#include "score.h"

#include "../../base/context.h"
#include "../step/step.h"

#include <math.h>
#include <string.h>

bl_score score_none(void)
{
    const double nothing = (double)NAN;
    return (bl_score){.loss = nothing, .error = nothing, .rmse = nothing, .mae = nothing, .r2 = nothing};
}

/* Converts output k to the unit of the targets. */
static double prediction_at(const bl_model *model, float score, size_t k)
{
    const struct scaling *s = &model->schema->target_scaling;
    return s->n > 0 ? (double)score / s->scale[k] + s->offset[k] : (double)score;
}

/* Sets the probabilities of two classes from a single output, the probability p of the second class. */
static void set_both_probabilities(struct matrix scores, double *out)
{
    for (size_t i = 0; i < scores.rows; i++) {
        const double p = (double)*matrix_row(&scores, i);
        out[2 * i] = 1.0 - p;
        out[2 * i + 1] = p;
    }
}

void score_unscale(const bl_model *model, struct matrix scores, double *out)
{
    if (model_is_one_of_two(model->net, model->schema)) {
        set_both_probabilities(scores, out);
        return;
    }
    for (size_t i = 0; i < scores.rows; i++)
        for (size_t k = 0; k < scores.cols; k++)
            out[i * scores.cols + k] = prediction_at(model, matrix_row(&scores, i)[k], k);
}

/* Sums over the batches. Distances are in `unit`, so that their squares do not overflow. */
struct sums {
    double loss, square, absolute, unit;
    size_t wrong;
};

static void load_batch(const bl_data *data, size_t first, size_t n, struct workspace *workspace)
{
    workspace_set_size(workspace, n);
    data_gather_parallel(data, workspace->ctx, NULL, first, n, workspace->x.x);
    workspace->has_labels = false;
    if (data->labels)
        workspace_set_labels(workspace, data->labels + first);
    else if (data->targets)
        data_gather_targets(data, NULL, first, n, workspace->y.x);
}

static void add_distances(struct sums *sums, const bl_model *model, const bl_data *data, size_t first,
                          const struct workspace *workspace)
{
    const size_t outputs = (size_t)data->outputs;
    model->loss->output(workspace->ctx->backend, *workspace_scores(workspace));
    for (size_t i = 0; i < workspace->n; i++)
        for (size_t k = 0; k < outputs; k++) {
            const double answer = prediction_at(model, matrix_row(workspace_scores(workspace), i)[k], k);
            const double distance = (answer - data->targets[(first + i) * outputs + k]) / sums->unit;
            sums->square += distance * distance;
            sums->absolute += fabs(distance);
        }
}

/* A power of two such that the targets, minus the first one, are at most 1 in this unit. It is 1 for targets
   of usual size. */
static double unit_of(const bl_data *data)
{
    const size_t outputs = (size_t)data->outputs;
    double most = 0.0;
    int exponent = 0;
    for (size_t i = 0; data->targets && i < data->n * outputs; i++)
        most = fmax(most, fabs(0.5 * data->targets[i] - 0.5 * data->targets[i % outputs]));
    (void)frexp(most, &exponent);
    return exponent > 400 || exponent < -400 ? ldexp(1.0, exponent > 1000 ? 1000 : exponent) : 1.0;
}

/* sum (t - mean t)^2 with the mean of each output, in unit^2. The first target is subtracted from all, which
   keeps the digits of targets that differ by little. */
static double spread(const bl_data *data, double unit)
{
    const size_t outputs = (size_t)data->outputs;
    double sum = 0.0;
    for (size_t k = 0; k < outputs; k++) {
        const double first = data->targets[k] / unit;
        double mean = 0.0;
        for (size_t i = 0; i < data->n; i++)
            mean += (data->targets[i * outputs + k] / unit - first) / (double)data->n;
        for (size_t i = 0; i < data->n; i++) {
            const double d = data->targets[i * outputs + k] / unit - first - mean;
            sum += d * d;
        }
    }
    return sum;
}

static bl_score score_of(const struct sums *sums, const bl_data *data)
{
    const double n = (double)data->n, count = n * data->outputs;
    bl_score score = score_none();
    score.count = data->n;
    if (data->n == 0 || (!data->labels && !data->targets))
        return score;
    score.loss = sums->loss / n;
    if (data->labels) {
        score.error = (double)sums->wrong / n;
        return score;
    }
    const double there = spread(data, sums->unit);
    score.rmse = sqrt(sums->square / count) * sums->unit;
    score.mae = sums->absolute / count * sums->unit;
    score.r2 = there > 0.0 ? 1.0 - sums->square / there : (double)NAN;
    return score;
}

bl_status score_model(const bl_model *model, const bl_data *data, struct workspace *workspace, bl_score *out)
{
    struct sums sums = {.unit = unit_of(data)};
    const bool is_known = data->labels || data->targets;
    for (size_t first = 0; first < data->n; first += workspace->capacity) {
        const size_t left = data->n - first;
        load_batch(data, first, left < workspace->capacity ? left : workspace->capacity, workspace);
        step_forward(model->net, workspace);
        if (is_known)
            sums.loss += model->loss->error(workspace->ctx->backend, *workspace_scores(workspace),
                                            workspace->y, 1.0f, *workspace_error(workspace));
        if (data->labels)
            sums.wrong += loss_count_wrong(*workspace_scores(workspace), workspace->labels);
        else if (data->targets)
            add_distances(&sums, model, data, first, workspace);
    }
    *out = score_of(&sums, data);
    return BL_OK;
}

/*
 * score.c - the loss as it is trained on; errors of classes; and, for numbers t and answers y in the targets' own unit,
 * over all N examples and outputs:
 *
 *     rmse = sqrt(sum (y - t)^2 / N)    mae = sum |y - t| / N    r2 = 1 - sum (y - t)^2 / sum (t - mean t)^2
 */
#include "score.h"

#include "../base/context.h"
#include "step.h"

#include <math.h>
#include <string.h>

bl_score score_none(void)
{
    const double nothing = (double)NAN;
    return (bl_score){.loss = nothing, .error = nothing, .rmse = nothing, .mae = nothing, .r2 = nothing};
}

void score_unscale(const bl_model *model, float *outputs, size_t n)
{
    const struct scaling *s = &model->like->target_scaling;
    for (size_t i = 0; i < n * s->n; i++) {
        const size_t k = i % s->n;
        outputs[i] = (float)((double)outputs[i] / (double)s->scale[k] + (double)s->offset[k]);
    }
}

/* What is summed, batch by batch. */
struct sums {
    double loss, square, absolute;
    size_t wrong;
};

static void load_batch(const bl_model *model, const bl_data *data, size_t first, size_t n,
                       struct lesson *lesson)
{
    lesson_set_size(lesson, n);
    data_gather(data, model->ctx->backend, NULL, first, n, lesson->x.x);
    lesson->has_labels = false;
    if (data->labels)
        lesson_set_labels(lesson, data->labels + first);
    else if (data->targets)
        data_gather_targets(data, NULL, first, n, lesson->y.x);
}

/* The batch's answers are the lesson's scores, and are overwritten. */
static void add_distances(struct sums *sums, const bl_model *model, const bl_data *data, size_t first,
                          const struct lesson *lesson)
{
    const size_t count = lesson->n * (size_t)data->outputs;
    const float *target = data->targets + first * (size_t)data->outputs;
    float *answer = lesson_scores(lesson)->x;
    model->loss->output(model->ctx->backend, *lesson_scores(lesson));
    score_unscale(model, answer, lesson->n);
    for (size_t i = 0; i < count; i++) {
        const double distance = (double)answer[i] - (double)target[i];
        sums->square += distance * distance;
        sums->absolute += fabs(distance);
    }
}

/* sum (t - mean t)^2, each output by its own mean. */
static double spread(const bl_data *data)
{
    const size_t outputs = (size_t)data->outputs;
    double sum = 0.0;
    for (size_t k = 0; k < outputs; k++) {
        double mean = 0.0;
        for (size_t i = 0; i < data->n; i++)
            mean += (double)data->targets[i * outputs + k] / (double)data->n;
        for (size_t i = 0; i < data->n; i++) {
            const double d = (double)data->targets[i * outputs + k] - mean;
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
    const double there = spread(data);
    score.rmse = sqrt(sums->square / count);
    score.mae = sums->absolute / count;
    score.r2 = there > 0.0 ? 1.0 - sums->square / there : (double)NAN;
    return score;
}

bl_status score_model(const bl_model *model, const bl_data *data, struct lesson *lesson, bl_score *out)
{
    struct sums sums = {0};
    const bool is_known = data->labels || data->targets;
    for (size_t first = 0; first < data->n; first += lesson->capacity) {
        const size_t left = data->n - first;
        load_batch(model, data, first, left < lesson->capacity ? left : lesson->capacity, lesson);
        step_forward(model->net, lesson);
        if (is_known)
            sums.loss += model->loss->error(model->ctx->backend, *lesson_scores(lesson), lesson->y, 1.0f,
                                            *lesson_error(lesson));
        if (data->labels)
            sums.wrong += loss_count_wrong(*lesson_scores(lesson), lesson->labels);
        else if (data->targets)
            add_distances(&sums, model, data, first, lesson);
    }
    if (lesson_has_failed(lesson))
        BL_FAIL(model->ctx, BL_BACKEND, "backend %s reported a failure", model->ctx->backend->name);
    *out = score_of(&sums, data);
    return BL_OK;
}

/*
 * predictor.c - predicts: examples are scaled as in training and passed through the net.
 *
 * All state that changes belongs to the predictor, so that several predictors can share a model. A batch has
 * up to 256 examples; the bits of a prediction do not depend on the other examples of its batch.
 */
#include "../../base/mem.h"
#include "../../base/parallel.h"
#include "../../base/text.h"
#include "../step/step.h"
#include "score.h"

#include <math.h>

enum { MOST_AT_ONCE = 256 };

struct bl_predictor {
    bl_context *ctx; /* bl_why of this context explains failures */
    const bl_model *model;
    struct workspace *workspace;
    bool is_of_call; /* exists for one call of a bl_model_ function, which several threads may make at once */
    bool owns_threads;
};

static bl_status create(bl_predictor **out, bl_context *ctx, const bl_model *model, size_t at_once)
{
    bl_predictor *p = NULL;
    BL_TRY(MEM_ONE(ctx, &p, "the predictor"));
    *p = (struct bl_predictor){.ctx = ctx, .model = model};
    const bl_status status =
        workspace_create(&p->workspace, ctx, model->net,
                         (struct workspace_spec){.capacity = at_once, .memory = WORKSPACE_FOR_USE});
    if (status != BL_OK) {
        bl_predictor_free(p);
        return status;
    }
    *out = p;
    return BL_OK;
}

bl_status bl_predictor_create(bl_predictor **out, bl_context *ctx, const bl_model *model)
{
    if (!ctx)
        return BL_BAD_VALUE;
    BL_GIVEN(ctx, out);
    BL_GIVEN(ctx, model);
    return create(out, ctx, model, MOST_AT_ONCE);
}

void bl_predictor_free(bl_predictor *p)
{
    if (!p)
        return;
    const bl_predictor was = *p;
    workspace_free(p->workspace);
    mem_free(p->ctx, p);
    if (was.is_of_call)
        parallel_disown(was.ctx, was.owns_threads);
}

/* ---- Batches */

/* The source of examples: a data set, or arrays of the caller. */
struct predictor_source {
    const bl_data *data;
    const float *floats;
    const double *doubles;
    size_t n;
};

static bl_status take_next_batch(bl_predictor *p, const struct predictor_source *from, size_t first)
{
    struct workspace *workspace = p->workspace;
    const size_t left = from->n - first, skipped = first * p->model->net->inputs;
    workspace_set_size(workspace, left < workspace->capacity ? left : workspace->capacity);
    if (from->data) {
        data_gather_parallel(from->data, p->ctx, NULL, first, workspace->n, workspace->x.x);
        return BL_OK;
    }
    return scaling_apply(p->ctx, p->model->schema,
                         &(struct raw_rows){from->floats ? from->floats + skipped : NULL,
                                            from->doubles ? from->doubles + skipped : NULL, first,
                                            workspace->n},
                         workspace->x.x);
}

static bl_status predict_all(bl_predictor *p, const struct predictor_source *from, double *scores)
{
    struct workspace *workspace = p->workspace;
    const size_t outputs = (size_t)p->model->schema->outputs;
    for (size_t first = 0; first < from->n; first += workspace->capacity) {
        BL_TRY(take_next_batch(p, from, first));
        step_forward(p->model->net, workspace);
        p->model->loss->output(p->ctx->backend, *workspace_scores(workspace));
        score_unscale(p->model, *workspace_scores(workspace), scores + first * outputs);
    }
    return BL_OK;
}

bl_status bl_predictor_run(bl_predictor *p, const float *x, size_t n, double *scores)
{
    if (!p)
        return BL_BAD_VALUE;
    BL_GIVEN(p->ctx, x);
    BL_GIVEN(p->ctx, scores);
    return predict_all(p, &(struct predictor_source){.floats = x, .n = n}, scores);
}

bl_status bl_predictor_run_doubles(bl_predictor *p, const double *x, size_t n, double *scores)
{
    if (!p)
        return BL_BAD_VALUE;
    BL_GIVEN(p->ctx, x);
    BL_GIVEN(p->ctx, scores);
    return predict_all(p, &(struct predictor_source){.doubles = x, .n = n}, scores);
}

bl_status bl_predictor_run_data(bl_predictor *p, const bl_data *data, double *scores)
{
    if (!p)
        return BL_BAD_VALUE;
    BL_GIVEN(p->ctx, data);
    BL_GIVEN(p->ctx, scores);
    if (data->features != p->model->net->inputs)
        BL_FAIL(p->ctx, BL_BAD_VALUE, "%s has %zu feature%s, but the model takes %zu", data->source,
                data->features, text_plural(data->features), p->model->net->inputs);
    BL_TRY(data_check_wrapped(p->ctx, data));
    return predict_all(p, &(struct predictor_source){.data = data, .n = data->n}, scores);
}

static const char *answers_of(const bl_data *data)
{
    return data->has_targets ? "numbers" : "classes";
}

bl_status bl_predictor_evaluate(bl_predictor *p, const bl_data *data, bl_score *out)
{
    if (!p)
        return BL_BAD_VALUE;
    BL_GIVEN(p->ctx, data);
    BL_GIVEN(p->ctx, out);
    const bl_model *model = p->model;
    if (data->features != model->net->inputs || data->outputs != model->schema->outputs)
        BL_FAIL(p->ctx, BL_BAD_VALUE, "%s has %zu feature%s and %d output%s, but the model %zu and %d",
                data->source, data->features, text_plural(data->features), data->outputs,
                text_plural((size_t)data->outputs), model->net->inputs, model->schema->outputs);
    if (data->has_targets != model->schema->has_targets)
        BL_FAIL(p->ctx, BL_BAD_VALUE, "%s has %s, but the model predicts %s", data->source, answers_of(data),
                answers_of(model->schema));
    if (!data->labels && !data->targets)
        BL_FAIL(p->ctx, BL_BAD_DATA, "%s has no labels to compare the predictions with%s%s", data->source,
                data->lacks_labels ? ": " : "", data->lacks_labels ? data->lacks_labels : "");
    bl_score score;
    BL_TRY(data_check_wrapped(p->ctx, data));
    BL_TRY(score_model(model, data, p->workspace, &score));
    if (!isfinite(score.loss))
        BL_FAIL(p->ctx, BL_DIVERGED,
                "%s: the loss of the model on these data is %g, expected a finite number", data->source,
                score.loss);
    *out = score;
    return BL_OK;
}

/* ---- Functions that create a predictor for one call */

/* Creates a predictor for n examples, with no larger batch than needed. Of several calls at once the first
   uses the context's threads, and the others their own only. */
static bl_status create_for(bl_predictor **out, const bl_model *model, size_t n)
{
    const bool owns = parallel_own(model->ctx);
    const bl_status status = create(out, model->ctx, model, n < 1 ? 1 : n < MOST_AT_ONCE ? n : MOST_AT_ONCE);
    if (status != BL_OK) {
        parallel_disown(model->ctx, owns);
        return status;
    }
    (*out)->is_of_call = true;
    (*out)->owns_threads = owns;
    return BL_OK;
}

bl_status bl_model_predict(const bl_model *model, const float *x, size_t n, double *scores)
{
    bl_predictor *p = NULL;
    if (!model)
        return BL_BAD_VALUE;
    BL_GIVEN(model->ctx, x);
    BL_GIVEN(model->ctx, scores);
    BL_TRY(create_for(&p, model, n));
    const bl_status status = bl_predictor_run(p, x, n, scores);
    bl_predictor_free(p);
    return status;
}

bl_status bl_model_predict_data(const bl_model *model, const bl_data *data, double *scores)
{
    bl_predictor *p = NULL;
    if (!model)
        return BL_BAD_VALUE;
    BL_GIVEN(model->ctx, data);
    BL_GIVEN(model->ctx, scores);
    BL_TRY(create_for(&p, model, data->n));
    const bl_status status = bl_predictor_run_data(p, data, scores);
    bl_predictor_free(p);
    return status;
}

bl_status bl_model_evaluate(const bl_model *model, const bl_data *data, bl_score *out)
{
    bl_predictor *p = NULL;
    if (!model)
        return BL_BAD_VALUE;
    BL_GIVEN(model->ctx, data);
    BL_GIVEN(model->ctx, out);
    BL_TRY(create_for(&p, model, data->n));
    const bl_status status = bl_predictor_evaluate(p, data, out);
    bl_predictor_free(p);
    return status;
}

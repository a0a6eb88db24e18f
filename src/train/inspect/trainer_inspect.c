/*
 * trainer_inspect.c - the activations, deltas, gradients and angles of a step that is not taken.
 */
#include "trainer_inspect.h"
#include "../setup/trainer_setup.h"
#include "../trainer/trainer.h"

#include "../../base/mem.h"

#include "backless_experimental.h"

/* Allocates a workspace that, unlike that of training, keeps all outputs and derivatives. */
static bl_status need_inspected(bl_trainer *t)
{
    const struct net *net = t->model->net;
    if (t->inspected)
        return BL_OK;
    if (!t->gradient)
        BL_TRY(MEM_ARRAY(t->ctx, &t->gradient, net->n_params, "the gradients"));
    return trainer_make_workspace(&t->inspected, t, t->workspace->capacity, WORKSPACE_KEEPS_ALL);
}

static bl_status inspect(bl_trainer *t, const bl_batch *batch)
{
    if (trainer_is_lean(t))
        BL_FAIL(t->ctx, BL_BAD_VALUE,
                "with memory low the deltas and gradients of a step are not kept, so "
                "they cannot be inspected");
    BL_TRY(need_inspected(t));
    t->has_inspected = false;
    BL_TRY(trainer_take_batch(t, t->inspected, batch));
    t->inspected->pass = (struct pass){.purpose = PASS_PROBE};
    BL_TRY(step_inspect(&t->stepper, t->model->rule, t->stepper.inspected, t->inspected,
                        step_scale(&t->stepper, batch->n), t->gradient));
    t->has_inspected = true;
    return BL_OK;
}

bl_status bl_trainer_inspect(bl_trainer *t, const float *x, const int32_t *labels, size_t n)
{
    if (!t)
        return BL_BAD_VALUE;
    BL_GIVEN(t->ctx, x);
    BL_GIVEN(t->ctx, labels);
    return inspect(t, &(bl_batch){.x = x, .labels = labels, .n = n});
}

bl_status bl_trainer_inspect_targets(bl_trainer *t, const float *x, const float *targets, size_t n)
{
    if (!t)
        return BL_BAD_VALUE;
    BL_GIVEN(t->ctx, x);
    BL_GIVEN(t->ctx, targets);
    return inspect(t, &(bl_batch){.x = x, .targets = targets, .n = n});
}

int bl_trainer_activation(const bl_trainer *t, int i, bl_tensor *out)
{
    if (!t || !out || !t->has_inspected || i < 0 || (size_t)i >= t->inspected->n_blocks)
        return 0;
    const struct matrix h = t->inspected->h[i];
    *out = (bl_tensor){"activation", h.x, h.rows, h.cols};
    return 1;
}

int bl_trainer_delta(const bl_trainer *t, int i, bl_tensor *out)
{
    if (!t || !out || !t->has_inspected || i < 0 || (size_t)i >= t->inspected->n_blocks)
        return 0;
    const struct matrix delta = t->inspected->delta[i];
    *out = (bl_tensor){"delta", delta.x, delta.rows, delta.cols};
    return 1;
}

int bl_trainer_gradient(const bl_trainer *t, int i, bl_tensor *out)
{
    if (!t || !out || !t->has_inspected || i < 0 || (size_t)i >= t->model->net->n_tensors)
        return 0;
    const struct net *net = t->model->net;
    const struct net_tensor *tensor = &net->tensors[i];
    const size_t rows = tensor->is_matrix ? tensor->rows : 1,
                 cols = tensor->is_matrix ? tensor->cols : net_tensor_size(tensor);
    *out = (bl_tensor){t->model->names[i], t->gradient + tensor->at, rows, cols};
    return 1;
}

bl_status trainer_need_alignment(bl_trainer *t, size_t n)
{
    if (t->alignment && t->alignment_room >= n)
        return BL_OK;
    alignment_free(t->alignment);
    t->alignment = NULL;
    BL_TRY(alignment_create(&t->alignment, t->ctx, &t->stepper, n));
    t->alignment_room = n;
    return BL_OK;
}

bl_status trainer_measure(bl_trainer *t, const bl_data *data, const uint32_t *rows, size_t n)
{
    const size_t batch = data->n < t->batch ? data->n : t->batch;
    BL_TRY(trainer_need_alignment(t, n));
    struct workspace *workspace = alignment_workspace(t->alignment);
    workspace_set_size(workspace, n);
    data_gather_parallel(data, t->ctx, rows, 0, n, workspace->x.x);
    if (data->labels && rows)
        workspace_take_labels(workspace, data->labels, rows);
    else if (data->labels)
        workspace_set_labels(workspace, data->labels);
    else
        data_gather_targets(data, rows, 0, n, workspace->y.x);
    /* With a rate of 0, at the beginning or end of a schedule, there would be no change to compare. */
    const double rate = trainer_rate(t, data->n),
                 supposed = rate > 0.0 ? rate : config_number(t->config, "lr");
    return alignment_measure(t->alignment, supposed, t->state.step + 1, batch, t->angles);
}

bl_status bl_trainer_angles(bl_trainer *t, const bl_data *data, size_t n, bl_angles *out, int max)
{
    if (!t)
        return BL_BAD_VALUE;
    BL_GIVEN(t->ctx, data);
    BL_GIVEN(t->ctx, out);
    BL_TRY(trainer_check_data(t, data));
    n = n < data->n ? n : data->n;
    if (n == 0)
        BL_FAIL(t->ctx, BL_BAD_VALUE, "angles need at least one example of %s", data->source);
    BL_TRY(trainer_measure(t, data, NULL, n));
    for (int i = 0; i < max && (size_t)i < t->model->net->n_blocks; i++)
        out[i] = t->angles[i];
    return BL_OK;
}

/*
 * adversary.c - backpropagation's deltas on a copy of the batch, its input gradient, and the step along the
 * gradient's sign.
 */
#include "adversary.h"

#include "../../base/mem.h"
#include "../../base/parallel.h"
#include "../../net/input_gradient.h"

#include <string.h>

enum { PASS_OF_ADVERSARY = 1 /* the step has number 0 */ };

struct adversary {
    bl_context *ctx;
    const struct stepper *stepper;
    float eps;
    struct workspace *bp; /* holds the unperturbed batch */
    struct rule *rule;    /* backpropagation */
    struct program *program;
    float *dx;                  /* n x inputs */
    struct workspace *training; /* the batch that is perturbed; set during adversary_perturb */
};

bl_status adversary_create(struct adversary **out, const struct stepper *stepper,
                           const struct workspace *batch, double eps)
{
    const struct net *net = stepper->net;
    const struct feedback_spec none = {.kind = FEEDBACK_NOKLAND};
    BL_TRY(MEM_ONE(batch->ctx, out, "the adversary"));
    struct adversary *a = *out;
    a->ctx = batch->ctx;
    a->stepper = stepper;
    a->eps = (float)eps;
    BL_TRY(workspace_create(
        &a->bp, a->ctx, net,
        (struct workspace_spec){.capacity = batch->capacity, .precision = batch->precision}));
    BL_TRY(rule_create(&a->rule, net, rule_reference(), &none, 0));
    BL_TRY(rule_program(&a->program, a->rule, net, (struct program_spec){.stops_at_deltas = true}));
    BL_TRY(parallel_need(a->ctx, 0));
    return MEM_ARRAY(a->ctx, &a->dx, batch->capacity * net->inputs, "the gradient of the inputs");
}

void adversary_free(struct adversary *a)
{
    if (!a)
        return;
    workspace_free(a->bp);
    rule_free(a->rule);
    program_free(a->program);
    mem_free(a->ctx, a->dx);
    mem_free(a->ctx, a);
}

static void input_task(void *work, size_t i, int worker)
{
    const struct adversary *a = work;
    input_gradient(a->stepper->net, a->bp, i, matrix_of(a->dx, a->bp->n, a->bp->x.cols),
                   &a->bp->workers[worker]);
}

static float sign_of(float d)
{
    return d > 0.0f ? 1.0f : d < 0.0f ? -1.0f : 0.0f;
}

/* Perturbs example n. */
static void move_task(void *work, size_t n, int worker)
{
    const struct adversary *a = work;
    const struct matrix *x = &a->training->x;
    const float *d = a->dx + n * x->cols;
    float *row = matrix_row(x, n);
    (void)worker;
    for (size_t j = 0; j < x->cols; j++)
        row[j] += a->eps * sign_of(d[j]);
}

static void copy_rows(struct matrix from, struct matrix to)
{
    for (size_t n = 0; n < from.rows; n++)
        memcpy(matrix_row(&to, n), matrix_row(&from, n), from.cols * sizeof *to.x);
}

void adversary_perturb(struct adversary *a, struct workspace *workspace)
{
    struct workspace *bp = a->bp;
    const struct net *net = a->stepper->net;
    a->training = workspace;
    workspace_set_size(bp, workspace->n);
    copy_rows(workspace->x, bp->x);
    copy_rows(workspace->y, bp->y);
    workspace_take_weights(bp, workspace->has_weights ? workspace->weights : NULL, NULL);
    bp->threads.now = workspace->threads.now;
    bp->pass = workspace->pass;
    bp->pass.purpose = PASS_REPLAY;
    bp->pass.number = PASS_OF_ADVERSARY;
    /* It cannot fail: the rule is bp, which has no maps. */
    (void)step_inspect(a->stepper, a->rule, a->program, bp, 1.0f, NULL);
    parallel_for(a->ctx, bp->threads.now, input_gradient_tasks(net, bp->n), NULL, input_task, a);
    parallel_for(a->ctx, bp->threads.now, bp->n, NULL, move_task, a);
}

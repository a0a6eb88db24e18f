/*
 * adversary.c - backpropagation's deltas on a copy of the batch, its input gradient, and the step along the
 * gradient's sign.
 */
#include "adversary.h"

#include "../base/mem.h"
#include "../base/parallel.h"
#include "../net/input_gradient.h"
#include "trainer.h"

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

static bl_status build(struct adversary *a, const bl_trainer *t)
{
    const struct net *net = t->model->net;
    const struct feedback_spec none = {.kind = FEEDBACK_NOKLAND};
    const size_t capacity = t->workspace->capacity;
    BL_TRY(workspace_create(
        &a->bp, a->ctx, net,
        (struct workspace_spec){.capacity = capacity, .precision = t->workspace->precision}));
    BL_TRY(rule_create(&a->rule, net, rule_reference(), &none, 0));
    BL_TRY(rule_program(&a->program, a->rule, net, (struct program_spec){.stops_at_deltas = true}));
    BL_TRY(parallel_need(a->ctx, 0));
    return MEM_ARRAY(a->ctx, &a->dx, capacity * net->inputs, "the gradient of the inputs");
}

bl_status adversary_of_trainer(bl_trainer *t)
{
    const double eps = config_number(t->config, "adversarial");
    if (eps == 0.0)
        return BL_OK;
    if (trainer_is_lean(t))
        BL_FAIL(t->ctx, BL_BAD_VALUE,
                "adversarial is \"%s\", which needs the derivatives of all blocks at once: use memory normal",
                config_text(t->config, "adversarial"));
    BL_TRY(MEM_ONE(t->ctx, &t->adversary, "the adversary"));
    t->adversary->ctx = t->ctx;
    t->adversary->stepper = &t->stepper;
    t->adversary->eps = (float)eps;
    BL_TRY(build(t->adversary, t));
    return trainer_note(
        t,
        "adversarial: every step moves its examples by %s along the sign of the input gradient of "
        "backpropagation, whatever the rule is; training this way is not free of backpropagation",
        config_text(t->config, "adversarial"));
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
    bp->threads.now = workspace->threads.now;
    bp->pass = workspace->pass;
    bp->pass.purpose = PASS_REPLAY;
    bp->pass.number = PASS_OF_ADVERSARY;
    step_inspect(a->stepper, a->rule, a->program, bp, 1.0f, NULL);
    parallel_for(a->ctx, bp->threads.now, input_gradient_tasks(net, bp->n), NULL, input_task, a);
    parallel_for(a->ctx, bp->threads.now, bp->n, NULL, move_task, a);
}

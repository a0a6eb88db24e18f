/*
 * step.c - the five moves of a training step, each a list of tasks for parallel_for.
 */
#include "step.h"

#include "../base/mem.h"
#include "../base/parallel.h"

/* What the tasks of a parallel region share. */
struct shift {
    struct stepper *stepper; /* NULL: teach only */
    const struct net *net;
    const struct rule *rule;
    struct lesson *lesson;
    const struct task *tasks;
    size_t l;         /* forward: the block */
    float *gradients; /* where they are kept; NULL: each worker's tile */
    bool does_apply;  /* the optimiser steps each tile */
};

bl_status stepper_create(struct stepper *out, bl_context *ctx, struct net *net, const struct rule *rule,
                         const struct loss_ops *loss, const struct optimizer *optimizer)
{
    struct stepper s = {
        .ctx = ctx, .net = net, .rule = rule, .loss = loss, .optimizer = *optimizer, .plan = {.ctx = ctx}};
    bl_status status = plan_create(&s.plan, ctx, net, rule->ops);
    for (size_t i = 0; status == BL_OK && i < optimizer->ops->n_slots; i++) {
        status = MEM_ARRAY(ctx, &s.slots[i], net->n_params, "the optimiser's memory");
        for (size_t j = 0; status == BL_OK && j < net->n_params; j++)
            s.slots[i][j] = optimizer->initial;
    }
    if (status != BL_OK) {
        stepper_release(&s);
        return status;
    }
    *out = s;
    return BL_OK;
}

void stepper_release(struct stepper *s)
{
    plan_release(&s->plan);
    for (size_t i = 0; i < OPTIMIZER_MAX_SLOTS; i++)
        mem_free(s->ctx, s->slots[i]);
    mem_free(s->ctx, s->buffer);
}

bl_status stepper_need_buffer(struct stepper *s)
{
    return s->buffer ? BL_OK : MEM_ARRAY(s->ctx, &s->buffer, s->net->n_params, "the gradients");
}

static void forward_task(void *work, size_t i, int worker)
{
    const struct shift *shift = work;
    const struct place at = {shift->l, net_part(shift->net, shift->l, i), &shift->lesson->workers[worker]};
    net_forward(shift->net, &at, shift->lesson);
}

void step_forward(const struct net *net, struct lesson *lesson)
{
    struct shift shift = {.net = net, .lesson = lesson};
    for (shift.l = 0; shift.l < net->n_blocks; shift.l++)
        parallel_for((int)lesson->n_workers, net_parts(net, shift.l), forward_task, &shift);
}

struct outcome step_error(const struct stepper *s, struct lesson *lesson)
{
    const float scale = s->sums ? 1.0f : 1.0f / (float)lesson->n;
    const struct matrix a = *lesson_scores(lesson);
    struct outcome outcome = {0.0, 0};
    outcome.loss = s->loss->error(s->ctx->backend, a, lesson->y, scale, *lesson_error(lesson));
    outcome.wrong = lesson->has_labels ? loss_count_wrong(a, lesson->labels) : 0;
    return outcome;
}

static void teach(const struct shift *shift, const struct place *at)
{
    shift->rule->ops->signal(shift->rule, shift->net, at, shift->lesson);
    net_settle(shift->net, at, shift->lesson);
}

/* The tile's weights stand at rows part of block l's W, its biases likewise. */
static void apply(const struct stepper *s, const struct place *at, const float *dW, const float *db)
{
    const struct block *block = &s->net->blocks[at->l];
    const size_t cols = s->net->weights[at->l].cols, rows = part_size(at->part);
    const size_t w = block->weight_at + at->part.begin * cols, b = block->bias_at + at->part.begin;
    float *w_slots[OPTIMIZER_MAX_SLOTS] = {NULL}, *b_slots[OPTIMIZER_MAX_SLOTS] = {NULL};
    for (size_t i = 0; i < s->optimizer.ops->n_slots; i++) {
        w_slots[i] = s->slots[i] + w;
        b_slots[i] = s->slots[i] + b;
    }
    optimizer_update(&s->optimizer, s->ctx->backend, true, s->net->params + w, dW, w_slots, rows * cols);
    optimizer_update(&s->optimizer, s->ctx->backend, false, s->net->params + b, db, b_slots, rows);
}

static void learn(const struct shift *shift, const struct place *at)
{
    const struct net *net = shift->net;
    const struct block *block = &net->blocks[at->l];
    const size_t cols = net->weights[at->l].cols, rows = part_size(at->part);
    float *dW =
        shift->gradients ? shift->gradients + block->weight_at + at->part.begin * cols : at->worker->tile;
    float *db = shift->gradients ? shift->gradients + block->bias_at + at->part.begin
                                 : at->worker->tile + (rows * cols + 15) / 16 * 16;
    net_gradient(net, at, shift->lesson, matrix_of(dW, rows, cols), db);
    if (shift->does_apply)
        apply(shift->stepper, at, dW, db);
}

static void teach_task(void *work, size_t i, int worker)
{
    const struct shift *shift = work;
    const struct task *task = &shift->tasks[i];
    const struct place at = {task->l, task->part, &shift->lesson->workers[worker]};
    if (task->does_teach)
        teach(shift, &at);
}

static void teach_and_learn_task(void *work, size_t i, int worker)
{
    const struct shift *shift = work;
    const struct task *task = &shift->tasks[i];
    const struct place at = {task->l, task->part, &shift->lesson->workers[worker]};
    if (task->does_teach)
        teach(shift, &at);
    if (task->does_update)
        learn(shift, &at);
}

static void run_stages(const struct plan *plan, parallel_task run, struct shift *shift)
{
    size_t begin = 0;
    for (size_t stage = 0; stage < plan->n_stages; stage++) {
        shift->tasks = plan->tasks + begin;
        parallel_for((int)shift->lesson->n_workers, plan->stage_end[stage] - begin, run, shift);
        begin = plan->stage_end[stage];
    }
}

void step_teach(const struct net *net, const struct rule *rule, const struct plan *plan,
                struct lesson *lesson)
{
    struct shift shift = {.net = net, .rule = rule, .lesson = lesson};
    run_stages(plan, teach_task, &shift);
}

static void gradient_task(void *work, size_t i, int worker)
{
    const struct shift *shift = work;
    const struct place at = {shift->l, net_part(shift->net, shift->l, i), &shift->lesson->workers[worker]};
    learn(shift, &at);
}

void step_gradients(const struct net *net, struct lesson *lesson, float *to)
{
    struct shift shift = {.net = net, .lesson = lesson, .gradients = to};
    for (shift.l = 0; shift.l < net->n_blocks; shift.l++)
        parallel_for((int)lesson->n_workers, net_parts(net, shift.l), gradient_task, &shift);
}

static void apply_task(void *work, size_t i, int worker)
{
    const struct shift *shift = work;
    const struct task *task = &shift->tasks[i];
    const struct net *net = shift->net;
    const struct block *block = &net->blocks[task->l];
    const struct place at = {task->l, task->part, &shift->lesson->workers[worker]};
    if (task->does_update)
        apply(shift->stepper, &at,
              shift->gradients + block->weight_at + task->part.begin * net->weights[task->l].cols,
              shift->gradients + block->bias_at + task->part.begin);
}

bl_status step_run(struct stepper *s, struct lesson *lesson, double rate, uint64_t t, bool is_buffered,
                   struct outcome *out)
{
    if (is_buffered)
        BL_TRY(stepper_need_buffer(s));
    optimizer_begin(&s->optimizer, rate, t);
    step_forward(s->net, lesson);
    const struct outcome outcome = step_error(s, lesson);
    struct shift shift = {.stepper = s,
                          .net = s->net,
                          .rule = s->rule,
                          .lesson = lesson,
                          .gradients = is_buffered ? s->buffer : NULL,
                          .does_apply = !is_buffered};
    run_stages(&s->plan, teach_and_learn_task, &shift);
    if (is_buffered)
        run_stages(&s->plan, apply_task, &shift);
    if (lesson_has_failed(lesson))
        BL_FAIL(s->ctx, BL_BACKEND, "backend %s reported a failure in step %llu", s->ctx->backend->name,
                (unsigned long long)t);
    *out = outcome;
    return BL_OK;
}

/*
 * step.c - the five moves of a training step, each a list of tasks for parallel_for.
 */
#include "step.h"

#include "../base/mem.h"
#include "../base/parallel.h"
#include "../layers/products.h"

#include <string.h>

/* What the tasks of a parallel region share. */
struct shift {
    struct stepper *stepper; /* NULL: teach only */
    const struct net *net;
    const struct rule *rule;
    struct lesson *lesson;
    const struct task *tasks;
    parallel_task run; /* each of them */
    struct aside aside;
    size_t l;         /* forward: the block */
    float *gradients; /* where they are kept; NULL: each worker's tile */
    bool does_apply;  /* the optimiser steps each tile */
};

static bl_status need_slots(struct stepper *s, float **slots, size_t n)
{
    for (size_t i = 0; i < optimizer_slots(&s->optimizer); i++) {
        BL_TRY(MEM_ARRAY(s->ctx, &slots[i], n, "the optimiser's memory"));
        for (size_t j = 0; j < n; j++)
            slots[i][j] = s->optimizer.initial;
    }
    return BL_OK;
}

/* The optimiser's memory of feedback that learns. */
static bl_status need_B_slots(struct stepper *s)
{
    size_t n = 0;
    if (s->rule->ops->learning == FEEDBACK_IS_FIXED)
        return BL_OK;
    BL_TRY(MEM_ARRAY(s->ctx, &s->B_at, s->net->n_blocks, "the optimiser's memory"));
    for (size_t l = 0; l < s->net->n_blocks; l++) {
        s->B_at[l] = n;
        n += s->rule->B[l].rows * s->rule->B[l].cols;
    }
    return need_slots(s, s->B_slots, n);
}

bl_status stepper_create(struct stepper *out, bl_context *ctx, struct net *net, const struct rule *rule,
                         const struct loss_ops *loss, const struct optimizer *optimizer)
{
    struct stepper s = {
        .ctx = ctx, .net = net, .rule = rule, .loss = loss, .optimizer = *optimizer, .plan = {.ctx = ctx}};
    bl_status status = plan_create(&s.plan, ctx, net, rule->ops);
    if (!rule->ops->signal && !rule->ops->disturb)
        s.learns_from = net->tensors[net->blocks[net_last(net)].tensors].at;
    if (status == BL_OK)
        status = need_slots(&s, s.slots, net->n_params - s.learns_from);
    if (status == BL_OK)
        status = need_B_slots(&s);
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
    for (size_t i = 0; i < OPTIMIZER_MAX_SLOTS; i++) {
        mem_free(s->ctx, s->slots[i]);
        mem_free(s->ctx, s->B_slots[i]);
    }
    mem_free(s->ctx, s->B_at);
    mem_free(s->ctx, s->taught);
    mem_free(s->ctx, s->buffer);
}

float *stepper_slot(const struct stepper *s, size_t slot, size_t at)
{
    return at < s->learns_from ? NULL : s->slots[slot] + (at - s->learns_from);
}

bl_status stepper_need_buffer(struct stepper *s)
{
    return s->buffer ? BL_OK : MEM_ARRAY(s->ctx, &s->buffer, s->net->n_params, "the gradients");
}

static void forward_task(void *work, size_t i, int worker)
{
    const struct shift *shift = work;
    const struct place at = {shift->l, net_part(shift->net, shift->l, i), &shift->lesson->workers[worker]};
    const double begun = worker_begin(at.worker);
    net_forward(shift->net, &at, shift->lesson);
    worker_end(at.worker, MOVE_FORWARD, begun);
}

/* What lies packed has been computed anew since. */
static void forget_packed(struct lesson *lesson)
{
    for (size_t i = 0; i < lesson->n_workers; i++)
        lesson->workers[i].packed.x = NULL;
}

static void forward_block(struct shift *shift)
{
    forget_packed(shift->lesson);
    parallel_for(shift->lesson->ctx, shift->lesson->threads.now, net_parts(shift->net, shift->l), NULL,
                 forward_task, shift);
}

/* Block by block from lesson->x, which has entered the net. */
static void forward(struct shift *shift)
{
    for (shift->l = 0; shift->l < shift->net->n_blocks; shift->l++)
        forward_block(shift);
}

static void enter(const struct net *net, struct lesson *lesson)
{
    const double begun = worker_begin(lesson->workers);
    net_enter(net, lesson);
    worker_end(lesson->workers, MOVE_FORWARD, begun);
}

static void enter_and_forward(const struct net *net, struct lesson *lesson)
{
    struct shift shift = {.net = net, .lesson = lesson};
    enter(net, lesson);
    forward(&shift);
}

/* The moment that work begins whose time decides how many threads the next batch gets; 0 where nothing is to be decided. */
static double choice_begin(const struct lesson *lesson)
{
    return thread_choice_is_open(&lesson->threads) ? clock_seconds() : 0.0;
}

static void choice_end(struct lesson *lesson, double begun)
{
    if (thread_choice_is_open(&lesson->threads))
        thread_choice_note(&lesson->threads, (double)lesson->n, clock_seconds() - begun);
}

void step_forward(const struct net *net, struct lesson *lesson)
{
    const double begun = choice_begin(lesson);
    enter_and_forward(net, lesson);
    choice_end(lesson, begun);
}

struct outcome step_error(const struct stepper *s, struct lesson *lesson)
{
    const float scale = s->sums ? 1.0f : 1.0f / (float)lesson->n;
    const struct matrix a = *lesson_scores(lesson);
    struct outcome outcome = {0.0, 0};
    const double begun = worker_begin(lesson->workers);
    lesson->scale = scale;
    outcome.loss = s->loss->error(s->ctx->backend, a, lesson->y, scale, *lesson_error(lesson));
    outcome.wrong = lesson->has_labels ? loss_count_wrong(a, lesson->labels) : 0;
    worker_end(lesson->workers, MOVE_ERROR, begun);
    return outcome;
}

static void teach(const struct shift *shift, const struct place *at)
{
    const struct rule_ops *ops = shift->rule->ops;
    const double begun = worker_begin(at->worker);
    ops->signal(shift->rule, shift->net, at, shift->lesson);
    if (ops->settle)
        ops->settle(shift->rule, shift->net, at, shift->lesson);
    else
        net_settle(shift->net, at, shift->lesson);
    worker_end(at->worker, MOVE_TEACH, begun);
}

/* The optimiser on the piece of a tensor that belongs to the part's channels. */
static void apply_piece(const struct stepper *s, const struct net_tensor *tensor, struct part part,
                        const float *g)
{
    const size_t at = tensor->at + part.begin * tensor->cols, n = part_size(part) * tensor->cols;
    float *slots[OPTIMIZER_MAX_SLOTS] = {NULL};
    for (size_t i = 0; i < optimizer_slots(&s->optimizer); i++)
        slots[i] = stepper_slot(s, i, at);
    optimizer_update(&s->optimizer, s->ctx->backend, tensor->is_matrix, s->net->params + at, g, slots, n);
}

static const float *piece_of(const float *all, const struct net_tensor *tensor, struct part part)
{
    return all + tensor->at + part.begin * tensor->cols;
}

/* The optimiser on n numbers of block l's feedback, from `first` on. */
static void apply_to_B(const struct stepper *s, size_t l, size_t first, const float *g, size_t n)
{
    float *slots[OPTIMIZER_MAX_SLOTS] = {NULL};
    for (size_t i = 0; i < optimizer_slots(&s->optimizer); i++)
        slots[i] = s->B_slots[i] + s->B_at[l] + first;
    optimizer_update(&s->optimizer, s->ctx->backend, true, s->rule->B[l].x + first, g, slots, n);
}

/* B[l]'s columns of the part: gradient e^T h, into the worker's tile. */
static void learn_from_error(const struct stepper *s, const struct place *at, const struct lesson *lesson)
{
    const struct part columns = net_columns(s->net, at->l, at->part);
    const struct matrix e = *lesson_error(lesson), h = matrix_columns(lesson->h[at->l], columns);
    products_float32.gradient(e, h, matrix_of(at->worker->tile, e.cols, h.cols), at->worker);
    for (size_t k = 0; k < e.cols; k++)
        apply_to_B(s, at->l, k * s->rule->B[at->l].cols + columns.begin, at->worker->tile + k * h.cols,
                   h.cols);
}

static void apply_to_feedback(const struct stepper *s, const struct place *at, const struct lesson *lesson,
                              const float *dW)
{
    const struct matrix B = s->rule->B[at->l];
    if (B.x && s->rule->ops->learning == FEEDBACK_LEARNS_LIKE_WEIGHTS)
        apply_to_B(s, at->l, at->part.begin * B.cols, dW, part_size(at->part) * B.cols);
    if (B.x && s->rule->ops->learning == FEEDBACK_LEARNS_FROM_ERROR)
        learn_from_error(s, at, lesson);
}

/* dW, db: of the part; dW NULL: it is spent. The layers behind the weights have left their derivatives in the lesson. */
static void apply(const struct stepper *s, const struct place *at, const struct lesson *lesson,
                  const float *dW, const float *db)
{
    const struct block *block = &s->net->blocks[at->l];
    const struct net_tensor *tensors = s->net->tensors + block->tensors;
    if (dW)
        apply_piece(s, &tensors[0], at->part, dW);
    apply_piece(s, &tensors[1], at->part, db);
    for (size_t i = 2; i < block->n_tensors; i++)
        apply_piece(s, &tensors[i], at->part, piece_of(lesson->own, &tensors[i], at->part));
    apply_to_feedback(s, at, lesson, dW); /* last: it may take the tile */
}

static void copy_own(const struct net *net, const struct place *at, const struct lesson *lesson,
                     float *gradients)
{
    const struct block *block = &net->blocks[at->l];
    for (size_t i = block->tensors + 2; i < block->tensors + block->n_tensors; i++) {
        const struct net_tensor *tensor = &net->tensors[i];
        memcpy(gradients + tensor->at + at->part.begin, piece_of(lesson->own, tensor, at->part),
               part_size(at->part) * sizeof *gradients);
    }
}

/* Whether the weights can be stepped while their gradient is made. */
static bool descends(const struct shift *shift, size_t l)
{
    const struct rule *rule = shift->rule;
    return shift->does_apply && net_layer(shift->net, l)->ops->descend &&
           shift->stepper->optimizer.l2 <= 0.0f &&
           !(rule->B[l].x && rule->ops->learning == FEEDBACK_LEARNS_LIKE_WEIGHTS);
}

static void descend(const struct stepper *s, const struct place *at, const struct lesson *lesson, float *db)
{
    const struct net_tensor *W = &s->net->tensors[s->net->blocks[at->l].tensors];
    const struct update by = optimizer_step(&s->optimizer, W->is_matrix);
    float *slots[2] = {NULL, NULL};
    for (size_t i = 0; i < optimizer_slots(&s->optimizer); i++)
        slots[i] = stepper_slot(s, i, W->at);
    net_descend(s->net, at, lesson, &by, slots, db);
}

/* Whether a delta of the part is other than 0; looked for until there is one. */
static void look(const struct stepper *s, const struct place *at, const struct lesson *lesson)
{
    if (!s || !s->taught || atomic_load_explicit(&s->taught[at->l], memory_order_relaxed))
        return;
    const struct matrix delta = lesson->delta[at->l];
    const size_t map = delta.cols / s->net->blocks[at->l].channels;
    for (size_t n = 0; n < delta.rows; n++)
        for (size_t j = at->part.begin * map; j < at->part.end * map; j++)
            if (matrix_row(&delta, n)[j] != 0.0f) {
                atomic_store_explicit(&s->taught[at->l], true, memory_order_relaxed);
                return;
            }
}

static void learn(const struct shift *shift, const struct place *at)
{
    const struct net *net = shift->net;
    const struct net_tensor *W = &net->tensors[net->blocks[at->l].tensors];
    const size_t cols = W->cols, rows = part_size(at->part);
    float *to = shift->gradients;
    float *dW = to ? to + W->at + at->part.begin * cols : at->worker->tile;
    float *db = to ? to + W[1].at + at->part.begin : at->worker->tile + (rows * cols + 15) / 16 * 16;
    double begun = worker_begin(at->worker);
    look(shift->stepper, at, shift->lesson);
    const bool is_spent = descends(shift, at->l);
    if (is_spent)
        descend(shift->stepper, at, shift->lesson, db);
    else
        net_gradient(net, at, shift->lesson, matrix_of(dW, rows, cols), db);
    if (to)
        copy_own(net, at, shift->lesson, to);
    begun = worker_end(at->worker, MOVE_GRADIENT, begun);
    if (shift->does_apply)
        apply(shift->stepper, at, shift->lesson, is_spent ? NULL : dW, db);
    worker_end(at->worker, MOVE_UPDATE, begun);
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
    struct shift shift = *(const struct shift *)work;
    struct lesson own = lesson_of_worker(shift.lesson, worker);
    const struct task *task = &shift.tasks[i];
    const struct place at = {task->l, task->part, &own.workers[worker]};
    shift.lesson = &own;
    if (task->does_teach)
        teach(&shift, &at);
    if (task->does_update)
        learn(&shift, &at);
}

static void learn_task(void *work, size_t i, int worker)
{
    const struct shift *shift = work;
    const struct task *task = &shift->tasks[i];
    const struct place at = {task->l, task->part, &shift->lesson->workers[worker]};
    if (task->does_update)
        learn(shift, &at);
}

static void prepare_task(void *work, size_t i, int worker)
{
    const struct shift *shift = work;
    const struct place at = {shift->l, net_part(shift->net, shift->l, i), &shift->lesson->workers[worker]};
    const double begun = worker_begin(at.worker);
    shift->rule->ops->prepare(shift->rule, shift->net, &at);
    worker_end(at.worker, MOVE_TEACH, begun);
}

/* What the rule makes of the weights as they are. */
static void prepare(struct shift *shift)
{
    for (shift->l = 0; shift->rule->ops->prepare && shift->l < shift->net->n_blocks; shift->l++)
        if (shift->rule->B[shift->l].x)
            parallel_for(shift->lesson->ctx, shift->lesson->threads.now, net_parts(shift->net, shift->l),
                         NULL, prepare_task, shift);
}

/* Hidden blocks keep their outputs where their signals stand, and are left with what the second pass changed. */
static void second_pass(struct shift *shift)
{
    struct lesson *lesson = shift->lesson;
    const size_t last = net_last(shift->net);
    double begun = worker_begin(lesson->workers);
    for (size_t l = 0; l < last; l++)
        memcpy(lesson->signal[l].x, lesson->h[l].x, lesson->n * lesson->h[l].cols * sizeof(float));
    shift->rule->ops->disturb(shift->rule, shift->net, lesson);
    if (lesson->passage.purpose == PASSAGE_TRAIN)
        lesson->passage.purpose = PASSAGE_AGAIN;
    worker_end(lesson->workers, MOVE_TEACH, begun);
    forward(shift);
    begun = worker_begin(lesson->workers);
    for (size_t l = 0; l < last; l++)
        for (size_t i = 0; i < lesson->n * lesson->h[l].cols; i++)
            lesson->delta[l].x[i] = lesson->scale * (lesson->signal[l].x[i] - lesson->h[l].x[i]);
    worker_end(lesson->workers, MOVE_TEACH, begun);
}

/* What is to be done aside comes before the tasks. */
static void run_one(void *work, size_t i, int worker)
{
    const struct shift *shift = work;
    const size_t first = shift->aside.run ? 1 : 0;
    if (i < first)
        shift->aside.run(shift->aside.work);
    else
        shift->run(work, i - first, worker);
}

/* A part's number in its block, as on the way forward. */
static size_t lane_of(const void *work, size_t i)
{
    const struct shift *shift = work;
    const size_t first = shift->aside.run ? 1 : 0;
    return i < first ? 0 : shift->tasks[i - first].number;
}

static void run_stages(const struct plan *plan, parallel_task run, struct shift *shift)
{
    size_t begin = 0;
    shift->run = run;
    for (size_t stage = 0; stage < plan->n_stages; stage++) {
        const size_t n = plan->stage_end[stage] - begin + (shift->aside.run ? 1 : 0);
        shift->tasks = plan->tasks + begin;
        forget_packed(shift->lesson);
        parallel_for(shift->lesson->ctx, shift->lesson->threads.now, n, lane_of, run_one, shift);
        shift->aside = (struct aside){NULL, NULL};
        begin = plan->stage_end[stage];
    }
}

void step_teach(const struct net *net, const struct rule *rule, const struct plan *plan,
                struct lesson *lesson)
{
    struct shift shift = {.net = net, .rule = rule, .lesson = lesson};
    prepare(&shift);
    if (rule->ops->disturb)
        second_pass(&shift);
    else
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
        parallel_for(lesson->ctx, lesson->threads.now, net_parts(net, shift.l), NULL, gradient_task, &shift);
}

static void apply_task(void *work, size_t i, int worker)
{
    const struct shift *shift = work;
    const struct task *task = &shift->tasks[i];
    const struct net_tensor *W = &shift->net->tensors[shift->net->blocks[task->l].tensors];
    const struct place at = {task->l, task->part, &shift->lesson->workers[worker]};
    const double begun = worker_begin(at.worker);
    if (task->does_update)
        apply(shift->stepper, &at, shift->lesson, piece_of(shift->gradients, &W[0], task->part),
              piece_of(shift->gradients, &W[1], task->part));
    worker_end(at.worker, MOVE_UPDATE, begun);
}

static void learn_part(void *work, size_t i, int worker)
{
    const struct shift *shift = work;
    const struct place at = {shift->l, net_part(shift->net, shift->l, i), &shift->lesson->workers[worker]};
    if (shift->l < net_last(shift->net) && shift->rule->ops->signal)
        teach(shift, &at);
    if (shift->l == net_last(shift->net) || shift->rule->ops->signal)
        learn(shift, &at);
}

static void run_block(const struct shift *shift, parallel_task run)
{
    parallel_for(shift->lesson->ctx, shift->lesson->threads.now, net_parts(shift->net, shift->l), NULL, run,
                 (void *)shift);
}

/* Each block forward, from the weights as they were, and then taught at once. */
static void go_and_learn(struct shift *shift)
{
    for (shift->l = 0; shift->l < shift->net->n_blocks; shift->l++) {
        forward_block(shift);
        run_block(shift, learn_part);
    }
}

/* In the memory of two blocks. The targets are known beforehand: one passage, the output last. */
static struct outcome learn_from_targets(struct shift *shift)
{
    struct stepper *s = shift->stepper;
    shift->lesson->scale = s->sums ? 1.0f : 1.0f / (float)shift->lesson->n;
    enter(s->net, shift->lesson);
    for (shift->l = 0; shift->l < net_last(s->net); shift->l++) {
        forward_block(shift);
        run_block(shift, learn_part);
    }
    forward_block(shift);
    const struct outcome outcome = step_error(s, shift->lesson);
    run_block(shift, learn_part);
    return outcome;
}

/* The error is not: one passage for the error, a second that learns. Same bits, for nothing that the second one reads has
   changed when it is read. */
static struct outcome learn_in_two_passes(struct shift *shift)
{
    struct stepper *s = shift->stepper;
    enter_and_forward(s->net, shift->lesson);
    const struct outcome outcome = step_error(s, shift->lesson);
    if (shift->lesson->passage.purpose == PASSAGE_TRAIN)
        shift->lesson->passage.purpose = PASSAGE_AGAIN;
    go_and_learn(shift);
    return outcome;
}

static struct outcome run_kept(struct shift *shift, bool is_buffered)
{
    struct stepper *s = shift->stepper;
    enter_and_forward(s->net, shift->lesson);
    const struct outcome outcome = step_error(s, shift->lesson);
    prepare(shift);
    if (s->rule->ops->disturb)
        second_pass(shift);
    shift->aside = s->aside;
    run_stages(&s->plan, s->rule->ops->disturb ? learn_task : teach_and_learn_task, shift);
    if (is_buffered)
        run_stages(&s->plan, apply_task, shift);
    return outcome;
}

bl_status step_run(struct stepper *s, struct lesson *lesson, double rate, uint64_t t, bool is_buffered,
                   struct outcome *out)
{
    if (is_buffered)
        BL_TRY(stepper_need_buffer(s));
    optimizer_begin(&s->optimizer, rate, t);
    struct shift shift = {.stepper = s,
                          .net = s->net,
                          .rule = s->rule,
                          .lesson = lesson,
                          .gradients = is_buffered ? s->buffer : NULL,
                          .does_apply = !is_buffered};
    const double choice_begun = choice_begin(lesson), begun = step_clock_begin(&s->clock, lesson);
    const struct outcome outcome = lesson->memory != LESSON_KEEPS_TWO ? run_kept(&shift, is_buffered)
                                   : s->rule->ops->order == RULE_ORDER_ON_FORWARD
                                       ? learn_from_targets(&shift)
                                       : learn_in_two_passes(&shift);
    step_clock_end(&s->clock, lesson, begun);
    choice_end(lesson, choice_begun);
    s->aside = (struct aside){NULL, NULL};
    *out = outcome;
    return BL_OK;
}

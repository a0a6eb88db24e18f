/*
 * step.c - runs a program: executes each op on a range of a block, and each stage as a list of tasks.
 */
#include "step.h"

#include "../../base/mem.h"
#include "../../base/parallel.h"
#include "../../layers/products.h"
#include "../../net/cut.h"
#include "../../rules/direct.h"
#include "flush.h"

#include <string.h>

/* The data that all tasks of a run share. */
struct step_run {
    const struct program *program;
    const struct stepper *stepper;
    const struct net *net;
    const struct rule *rule;
    struct workspace *workspace;
    float *gradients; /* the buffer of all gradients; NULL: each worker's tile */
    struct outcome outcome;
    const struct task *tasks; /* of the current stage */
    struct prefetch prefetch; /* runs before these tasks */
};

/* The arguments of an op in a task. The workspace is that of the worker, with its derivatives. */
struct scene {
    struct step_run *run;
    const struct instruction *item;
    struct place at;
    struct workspace *workspace;
};

/* ---- The ops, on the range of a scene */

static void run_enter(const struct scene *scene)
{
    net_enter(scene->run->net, scene->workspace);
}

static void run_local_forward(const struct scene *scene)
{
    struct workspace workspace = *scene->workspace;
    if (scene->item->mode == MODE_REPLAY && workspace.pass.purpose == PASS_TRAIN)
        workspace.pass.purpose = PASS_REPLAY;
    net_local_forward(scene->run->net, &scene->at, &workspace);
}

static void run_forward(const struct scene *scene)
{
    net_forward_head(scene->run->net, &scene->at, scene->workspace);
    if (!scene->run->net->blocks[scene->at.l].has_statistics)
        run_local_forward(scene);
}

/* Multiplies the loss and the error of each example by the example's weight. */
static double weighted_error(const struct stepper *s, const struct workspace *workspace)
{
    double sum = 0.0;
    for (size_t n = 0; n < workspace->n; n++) {
        const struct range row = {n, n + 1};
        sum += (double)workspace->weights[n] *
               s->loss->error(s->ctx->backend, matrix_rows(*workspace_scores(workspace), row),
                              matrix_rows(workspace->y, row), workspace->scale * workspace->weights[n],
                              matrix_rows(*workspace_error(workspace), row));
    }
    return sum;
}

static void run_loss(const struct scene *scene)
{
    const struct stepper *s = scene->run->stepper;
    const struct workspace *workspace = scene->workspace;
    const struct matrix a = *workspace_scores(workspace);
    struct outcome *outcome = &scene->run->outcome;
    outcome->loss = workspace->has_weights ? weighted_error(s, workspace)
                                           : s->loss->error(s->ctx->backend, a, workspace->y,
                                                            workspace->scale, *workspace_error(workspace));
    outcome->wrong = workspace->has_labels ? loss_count_wrong(a, workspace->labels) : 0;
}

static void run_product(const struct scene *scene)
{
    const struct step_run *run = scene->run;
    const enum buffer source = scene->item->source;
    const struct workspace *workspace = scene->workspace;
    const struct matrix v = source == BUFFER_DELTA ? *workspace_error(workspace)
                            : source == BUFFER_TARGETS
                                ? workspace->y
                                : rule_array(run->rule, source, workspace->n_blocks - 1, workspace->n);
    direct_product(run->rule, run->net, &scene->at, v, scene->workspace);
    if (source == BUFFER_TARGETS)
        direct_scale(run->net, &scene->at, scene->workspace, -scene->workspace->scale);
}

static const struct matrix *matrices_of(const struct scene *scene)
{
    return scene->item->matrix == BUFFER_WEIGHTS ? scene->run->net->weights : scene->run->rule->B;
}

static void run_pull(const struct scene *scene)
{
    const size_t f = scene->item->other;
    net_pull(scene->run->net, matrices_of(scene)[f], f, scene->item->accumulates, &scene->at,
             scene->workspace);
}

static void run_pull_add(const struct scene *scene)
{
    net_pull_add(scene->run->net, scene->item->other, scene->item->accumulates, &scene->at, scene->workspace);
}

static void run_pull_exact(const struct scene *scene)
{
    net_pull_exact(scene->run->net, scene->item->other, scene->item->accumulates, &scene->at,
                   scene->workspace);
}

static void run_push(const struct scene *scene)
{
    net_push(scene->run->net, matrices_of(scene), &scene->at, scene->workspace);
}

static void run_push_add(const struct scene *scene)
{
    net_push_add(scene->run->net, &scene->at, scene->workspace);
}

static void run_local_backward(const struct scene *scene)
{
    const struct rule *rule = scene->run->rule;
    net_local_backward(scene->run->net, &scene->at, scene->workspace,
                       rule->ops->has_slope ? slope_function_of(rule->feedback.slope) : NULL);
}

static void run_map(const struct scene *scene)
{
    if (scene->item->op->given.run)
        rule_run_map(scene->run->rule, scene->run->net, scene->item->op, &scene->at, scene->workspace);
    else
        scene->item->op->map(scene->run->rule, scene->run->net, &scene->at, scene->workspace);
}

static void run_product_of_operands(const struct scene *scene)
{
    rule_run_product(scene->run->rule, scene->run->net, scene->item, &scene->at, scene->workspace);
}

static void run_noise(const struct scene *scene)
{
    rule_run_noise(scene->run->rule, scene->item, scene->workspace);
}

/* Updates n numbers of a tensor of block l, from params[at] on. */
static void apply(const struct stepper *s, size_t l, const struct net_tensor *tensor, size_t at,
                  const float *g, size_t n)
{
    float *slots[OPTIMIZER_MAX_SLOTS] = {NULL};
    for (size_t i = 0; i < optimizer_slots(&s->optimizer); i++)
        slots[i] = stepper_slot(s, i, at);
    optimizer_update(&s->optimizers[l], s->ctx->backend, tensor->is_matrix, s->net->params + at, g, slots, n);
}

/* Updates the part of a tensor that belongs to the range's channels. */
static void apply_piece(const struct scene *scene, const struct net_tensor *tensor, const float *g)
{
    const struct range range = scene->at.channels;
    apply(scene->run->stepper, scene->at.l, tensor, tensor->at + range.begin * tensor->cols, g,
          range_size(range) * tensor->cols);
}

static const float *piece_of(const float *all, const struct net_tensor *tensor, struct range range)
{
    return all + tensor->at + range.begin * tensor->cols;
}

/* Updates n numbers of block l's feedback, from `first` on. */
static void apply_to_B(const struct stepper *s, size_t l, size_t first, const float *g, size_t n)
{
    float *slots[OPTIMIZER_MAX_SLOTS] = {NULL};
    for (size_t i = 0; i < optimizer_slots(&s->optimizer); i++)
        slots[i] = s->B_slots[i] + s->B_at[l] + first;
    optimizer_update(&s->optimizers[l], s->ctx->backend, true, s->rule->B[l].x + first, g, slots, n);
}

/* Computes the gradient e^T h of the range's columns of B[l] in the worker's tile, and updates them. */
static void run_learn_feedback(const struct scene *scene)
{
    const struct stepper *s = scene->run->stepper;
    const struct place *at = &scene->at;
    const struct workspace *workspace = scene->workspace;
    const struct range columns = net_columns(s->net, at->l, at->channels);
    const struct matrix e = *workspace_error(workspace), h = matrix_columns(workspace->h[at->l], columns);
    products_float32.gradient(e, h, matrix_of(at->worker->tile, e.cols, h.cols), at->worker);
    for (size_t k = 0; k < e.cols; k++)
        apply_to_B(s, at->l, k * s->rule->B[at->l].cols + columns.begin, at->worker->tile + k * h.cols,
                   h.cols);
}

/* Updates the range of a user rule's array, row by row, by the gradient in another array of the same
   shape. */
static void run_update_array(const struct scene *scene)
{
    const struct stepper *s = scene->run->stepper;
    const struct operand *o = scene->item->op->operands;
    const struct matrix whole = rule_array(s->rule, o[1].buffer, scene->at.l, 0);
    struct matrix g = rule_array(s->rule, o[0].buffer, scene->at.l, 0), w = whole;
    if (!scene->item->op->is_whole) {
        const enum layout layout = user_layout(s->rule->ops->user, o[1].buffer);
        w = user_range(s->net, &scene->at, w, layout);
        g = user_range(s->net, &scene->at, g, layout);
    }
    const size_t first = (size_t)(w.x - whole.x),
                 number = rule_array_number(s->rule, o[1].buffer, scene->at.l);
    for (size_t i = 0; i < w.rows; i++) {
        float *slots[OPTIMIZER_MAX_SLOTS] = {NULL};
        for (size_t k = 0; k < optimizer_slots(&s->optimizer); k++)
            slots[k] = stepper_array_slot(s, k, number) + first + i * w.stride;
        optimizer_update(&s->optimizers[scene->at.l], s->ctx->backend, true, matrix_row(&w, i),
                         matrix_row(&g, i), slots, w.cols);
    }
}

/* The columns of block l's weights that belong to the place's input channels. */
static struct range weight_columns(const struct net *net, const struct place *at)
{
    const struct layer *layer = net_layer(net, at->l);
    const size_t of_each =
        net->blocks[at->l].is_weighted ? layer->weight_cols / (size_t)layer->in.channels : 0;
    return (struct range){at->inputs.begin * of_each, at->inputs.end * of_each};
}

/* Whether this is the first range of input channels. Its task also handles what is not cut by input
   channels. */
static bool is_first_of_inputs(const struct place *at)
{
    return at->inputs.begin == 0;
}

/* The memory for the gradient of the place's weights; *db: the memory for the gradient of their biases, which
   is after the tile if the layer has no biases. For a block without weights the tile is not written. */
static struct matrix gradient_of(const struct scene *scene, float **db)
{
    const struct place *at = &scene->at;
    const struct block *block = &scene->run->net->blocks[at->l];
    const struct net_tensor *W = &scene->run->net->tensors[block->tensors];
    const struct range columns = weight_columns(scene->run->net, at);
    const size_t rows = range_size(at->channels), cols = range_size(columns);
    float *to = scene->run->gradients;
    if (!block->is_weighted) {
        *db = at->worker->tile;
        return matrix_of(at->worker->tile, rows, 0);
    }
    *db = to && block->n_weighted > 1 ? to + W[1].at + at->channels.begin
                                      : at->worker->tile + mem_whole_lines(rows * cols);
    if (!to)
        return matrix_of(at->worker->tile, rows, cols);
    return (struct matrix){to + W->at + at->channels.begin * W->cols + columns.begin, rows, cols, W->cols};
}

/* Updates the range's biases and the parameters of the layers after the weights, whose derivatives those
   layers have written to the workspace. Gradients that are kept have been copied from there. */
static void update_rest(const struct scene *scene, const float *db)
{
    const float *own = scene->run->gradients ? scene->run->gradients : scene->workspace->param_grads;
    const struct stepper *s = scene->run->stepper;
    const struct block *block = &s->net->blocks[scene->at.l];
    const struct net_tensor *tensors = s->net->tensors + block->tensors;
    if (block->n_weighted > 1)
        apply_piece(scene, &tensors[1], db);
    for (size_t i = block->n_weighted; i < block->n_tensors; i++)
        apply_piece(scene, &tensors[i], piece_of(own, &tensors[i], scene->at.channels));
}

static void run_update(const struct scene *scene)
{
    const struct stepper *s = scene->run->stepper;
    const struct block *block = &s->net->blocks[scene->at.l];
    const struct net_tensor *W = &s->net->tensors[block->tensors];
    const struct range columns = weight_columns(s->net, &scene->at);
    float *db;
    const struct matrix dW = gradient_of(scene, &db);
    if (block->is_weighted && dW.cols == W->cols)
        apply_piece(scene, W, dW.x);
    else
        for (size_t i = 0; i < dW.rows && block->is_weighted; i++)
            apply(s, scene->at.l, W, W->at + (scene->at.channels.begin + i) * W->cols + columns.begin,
                  matrix_row(&dW, i), dW.cols);
    if (is_first_of_inputs(&scene->at))
        update_rest(scene, db);
}

static void run_update_feedback(const struct scene *scene)
{
    const size_t l = scene->at.l, cols = scene->run->rule->B[l].cols;
    const struct range columns = weight_columns(scene->run->net, &scene->at);
    float *db;
    const struct matrix dW = gradient_of(scene, &db);
    for (size_t i = 0; i < dW.rows; i++)
        apply_to_B(scene->run->stepper, l, (scene->at.channels.begin + i) * cols + columns.begin,
                   matrix_row(&dW, i), dW.cols);
}

static void copy_param_grads(const struct net *net, const struct place *at, const struct workspace *workspace,
                             float *gradients)
{
    const struct block *block = &net->blocks[at->l];
    for (size_t i = block->tensors + block->n_weighted; i < block->tensors + block->n_tensors; i++) {
        const struct net_tensor *tensor = &net->tensors[i];
        memcpy(gradients + tensor->at + at->channels.begin * tensor->cols,
               piece_of(workspace->param_grads, tensor, at->channels),
               range_size(at->channels) * tensor->cols * sizeof *gradients);
    }
}

/* Records whether the range has a delta other than 0. After one was found, the block is not checked again. */
static void look(const struct stepper *s, const struct place *at, const struct workspace *workspace)
{
    if (!s->found_delta || atomic_load_explicit(&s->found_delta[at->l], memory_order_relaxed))
        return;
    const struct matrix delta = workspace->delta[at->l];
    const size_t map = delta.cols / s->net->blocks[at->l].channels;
    for (size_t n = 0; n < delta.rows; n++)
        for (size_t j = at->channels.begin * map; j < at->channels.end * map; j++)
            if (matrix_row(&delta, n)[j] != 0.0f) {
                atomic_store_explicit(&s->found_delta[at->l], true, memory_order_relaxed);
                return;
            }
}

static void run_gradient(const struct scene *scene)
{
    const struct step_run *run = scene->run;
    const bool is_first = is_first_of_inputs(&scene->at);
    float *db;
    const struct matrix dW = gradient_of(scene, &db);
    if (run->program->spec.updates && is_first)
        look(run->stepper, &scene->at, scene->workspace);
    net_gradient(run->net, &scene->at, scene->workspace, dW, is_first ? db : NULL);
    if (run->gradients && is_first)
        copy_param_grads(run->net, &scene->at, scene->workspace, run->gradients);
}

static void run_update_fused(const struct scene *scene)
{
    const struct stepper *s = scene->run->stepper;
    const struct net_tensor *W = &s->net->tensors[s->net->blocks[scene->at.l].tensors];
    const struct update by = optimizer_step(&s->optimizers[scene->at.l], W->is_matrix);
    float *slots[2] = {NULL, NULL}, *db;
    gradient_of(scene, &db);
    for (size_t i = 0; i < optimizer_slots(&s->optimizer); i++)
        slots[i] = stepper_slot(s, i, W->at);
    look(s, &scene->at, scene->workspace);
    net_update_fused(s->net, &scene->at, scene->workspace, &by, slots, db);
    update_rest(scene, db);
}

static void (*const runners[OP_KINDS])(const struct scene *) = {
    [OP_ENTER] = run_enter,
    [OP_FORWARD] = run_forward,
    [OP_LOCAL_FORWARD] = run_local_forward,
    [OP_ADD] = run_forward,
    [OP_LOSS] = run_loss,
    [OP_PRODUCT] = run_product,
    [OP_PULL] = run_pull,
    [OP_PULL_ADD] = run_pull_add,
    [OP_PULL_EXACT] = run_pull_exact,
    [OP_PUSH] = run_push,
    [OP_PUSH_ADD] = run_push_add,
    [OP_LOCAL_BACKWARD] = run_local_backward,
    [OP_MAP] = run_map,
    [OP_MATMUL] = run_product_of_operands,
    [OP_NOISE] = run_noise,
    [OP_GRADIENT] = run_gradient,
    [OP_UPDATE] = run_update,
    [OP_UPDATE_FUSED] = run_update_fused,
    [OP_UPDATE_FEEDBACK] = run_update_feedback,
    [OP_LEARN_FEEDBACK] = run_learn_feedback,
    [OP_UPDATE_ARRAY] = run_update_array,
};

/* ---- Tasks and stages */

/* Whether an instruction runs in this step. Instructions with a period run only in some steps, and not in
   measurements. */
static bool runs_this_step(const struct instruction *item, const struct workspace *workspace)
{
    if (item->period <= 1)
        return true;
    return workspace->pass.purpose == PASS_TRAIN && (workspace->pass.step - 1) % item->period == 0;
}

/* Whether the task's instruction is left out because its block is frozen. The delta that a gradient would
   read is still checked by `look`. */
static bool is_frozen(const struct scene *scene)
{
    const enum op_kind kind = scene->item->op->kind;
    const bool is_out = stepper_leaves_out(scene->run->stepper, scene->run->program, scene->item);
    if (is_out && (kind == OP_GRADIENT || kind == OP_UPDATE_FUSED) && is_first_of_inputs(&scene->at))
        look(scene->run->stepper, &scene->at, scene->workspace);
    return is_out;
}

/* The place of a group's task; `own` is the worker's workspace. */
static struct place task_place(const struct step_run *run, const struct group *group, size_t number,
                               const struct workspace *own, int worker)
{
    return group->is_whole ? net_whole(run->net, group->l, own->n, &own->workers[worker])
                           : net_place(run->net, group->l, group->cut, number, group->n_tasks, own->n,
                                       &own->workers[worker]);
}

static void run_item(struct scene *scene, const struct instruction *item)
{
    const double begun = worker_begin(scene->at.worker);
    scene->item = item;
    if (!runs_this_step(item, scene->workspace) || is_frozen(scene))
        return;
    runners[item->op->kind](scene);
    worker_end(scene->at.worker, item->op->move, begun);
}

static void run_task(struct step_run *run, const struct task *task, int worker)
{
    const struct program *p = run->program;
    const struct group *group = &p->groups[task->group];
    struct workspace own = workspace_of_worker(run->workspace, worker);
    struct scene scene = {.run = run, .workspace = &own};
    scene.at = task_place(run, group, task->number, &own, worker);
    if (range_size(scene.at.examples) == 0)
        return;
    for (size_t i = group->begin; i < group->end; i++)
        run_item(&scene, &p->items[p->order[i]]);
}

/* Runs the prefetch, if there is one, as task 0, and then the stage's tasks. */
static void run_one(void *work, size_t i, int worker)
{
    struct step_run *run = work;
    const size_t first = run->prefetch.run ? 1 : 0;
    if (i < first)
        run->prefetch.run(run->prefetch.work);
    else
        run_task(run, &run->tasks[i - first], worker);
}

/* The lane of a task is the number of its range in the block, so that in every stage the same worker gets the
   same range. */
static size_t lane_of(const void *work, size_t i)
{
    const struct step_run *run = work;
    const size_t first = run->prefetch.run ? 1 : 0;
    return i < first ? 0 : run->tasks[i - first].number;
}

/* Invalidates packed copies, because their matrices have been recomputed. */
static void forget_packed(struct workspace *workspace)
{
    for (size_t i = 0; i < workspace->n_workers; i++)
        workspace->workers[i].packed.x = NULL;
}

static void run_program(struct step_run *run, struct prefetch prefetch)
{
    const struct program *p = run->program;
    for (size_t stage = 0, begin = 0; stage < p->n_stages; begin = p->stage_end[stage++]) {
        run->tasks = p->tasks + begin;
        run->prefetch = stage == p->loss_stage + 1 ? prefetch : (struct prefetch){NULL, NULL};
        forget_packed(run->workspace);
        if (p->spec.waits_for_gradients && stage == p->update_stage)
            clip_apply(&run->stepper->clip, run->gradients, run->workspace->threads.now);
        parallel_for(run->workspace->ctx, run->workspace->threads.now,
                     p->stage_end[stage] - begin + (run->prefetch.run ? 1 : 0), lane_of, run_one, run);
    }
}

/* Runs an instruction on all ranges of its block. */
static void run_whole_item(struct step_run *run, const struct group *group, const struct instruction *item)
{
    struct workspace own = workspace_of_worker(run->workspace, 0);
    struct scene scene = {.run = run, .workspace = &own};
    forget_packed(run->workspace);
    for (size_t number = 0; number < group->n_tasks; number++) {
        scene.at = task_place(run, group, number, &own, 0);
        if (range_size(scene.at.examples) > 0)
            run_item(&scene, item);
    }
}

/* Runs the program on the calling thread, one instruction after the other. */
static void trace_program(struct step_run *run, const struct step_tracer *tracer)
{
    const struct program *p = run->program;
    bool has_clipped = !p->spec.waits_for_gradients;
    for (size_t g = 0; g < p->n_groups; g++) {
        const struct group *group = &p->groups[g];
        if (!has_clipped && group->stage >= p->update_stage) {
            clip_apply(&run->stepper->clip, run->gradients, 1);
            has_clipped = true;
        }
        for (size_t i = group->begin; i < group->end; i++) {
            const struct instruction *item = &p->items[p->order[i]];
            if (!runs_this_step(item, run->workspace) || stepper_leaves_out(run->stepper, p, item))
                continue;
            tracer->visit(tracer->work, p, i, false, run->outcome.loss);
            run_whole_item(run, group, item);
            tracer->visit(tracer->work, p, i, true, run->outcome.loss);
        }
    }
}

/* The start time of work whose duration is used to choose the number of threads for the next batches; 0 if
   the number is fixed. */
static double choice_begin(const struct workspace *workspace)
{
    return thread_choice_is_open(&workspace->threads) ? clock_seconds() : 0.0;
}

static void choice_end(struct workspace *workspace, double begun)
{
    if (thread_choice_is_open(&workspace->threads))
        thread_choice_note(&workspace->threads, (double)workspace->n, clock_seconds() - begun);
}

/* A forward pass without a program. The head of block l and the layers after it are one job if they are cut
   in the same way. */
struct forward {
    const struct net *net;
    struct workspace *workspace;
    size_t l;
    bool is_head, is_rest;
    enum cut cut;
    size_t n_tasks;
};

static void forward_task(void *work, size_t i, int worker)
{
    const struct forward *f = work;
    const struct place at =
        net_place(f->net, f->l, f->cut, i, f->n_tasks, f->workspace->n, &f->workspace->workers[worker]);
    if (range_size(at.examples) == 0)
        return;
    if (f->is_head)
        net_forward_head(f->net, &at, f->workspace);
    if (f->is_rest)
        net_local_forward(f->net, &at, f->workspace);
}

static void run_job(struct forward *f, enum cut cut, bool is_head, bool is_rest)
{
    struct workspace *workspace = f->workspace;
    f->cut = cut;
    f->n_tasks = net_tasks(f->net, f->l, cut, workspace->n_workers);
    f->is_head = is_head;
    f->is_rest = is_rest;
    forget_packed(workspace);
    parallel_for(workspace->ctx, workspace->threads.now, f->n_tasks, NULL, forward_task, f);
}

void step_forward(const struct net *net, struct workspace *workspace)
{
    const double begun = choice_begin(workspace);
    struct forward f = {.net = net, .workspace = workspace};
    net_enter(net, workspace);
    for (; f.l < net->n_blocks; f.l++) {
        if (workspace->n_workers == 1 || !net_is_narrow(net, f.l))
            run_job(&f, CUT_CHANNELS, true, true);
        else if (!net->blocks[f.l].has_statistics)
            run_job(&f, CUT_EXAMPLES, true, true);
        else {
            run_job(&f, CUT_EXAMPLES, true, false);
            run_job(&f, CUT_FEW_CHANNELS, false, true);
        }
    }
    choice_end(workspace, begun);
}

float step_scale(const struct stepper *s, size_t n)
{
    return s->sums ? 1.0f : 1.0f / (float)n;
}

bl_status step_inspect(const struct stepper *s, const struct rule *rule, const struct program *program,
                       struct workspace *workspace, float scale, float *to)
{
    struct step_run run = {.program = program,
                           .stepper = s,
                           .net = s->net,
                           .rule = rule,
                           .workspace = workspace,
                           .gradients = to};
    workspace->scale = scale;
    for (size_t l = 0; l < net_last(s->net); l++)
        if (!rule->ops->emit || (!s->net->blocks[l].n_tensors && !s->net->blocks[l].needs_signal))
            memset(workspace->delta[l].x, 0, workspace->n * workspace->delta[l].cols * sizeof(float));
    rule_save_arrays(rule);
    run_program(&run, (struct prefetch){NULL, NULL});
    rule_restore_arrays(rule);
    return rule_check_maps(rule);
}

/* Chooses the program of step t and begins the step. The program of a clipped step keeps its gradients in
   s->buffer always, that of any other step only if is_buffered. */
static bl_status begin_run(struct step_run *run, struct stepper *s, struct workspace *workspace, double rate,
                           uint64_t t, bool is_buffered)
{
    const bool is_clipped = clip_is_on(&s->clip);
    if (is_buffered && !is_clipped)
        BL_TRY(stepper_need_buffered(s));
    for (size_t l = 0; l < s->net->n_blocks; l++)
        stepper_optimizer(s, l, rate, t, &s->optimizers[l]);
    if (t % FLUSH_PERIOD == 0)
        stepper_flush(s, workspace->threads.now);
    *run = (struct step_run){.program = is_buffered && !is_clipped ? s->buffered : s->program,
                             .stepper = s,
                             .net = s->net,
                             .rule = s->rule,
                             .workspace = workspace,
                             .gradients = is_buffered || is_clipped ? s->buffer : NULL};
    workspace->scale = step_scale(s, workspace->n);
    return BL_OK;
}

bl_status step_trace(struct stepper *s, struct workspace *workspace, double rate, uint64_t t,
                     const struct step_tracer *tracer, struct outcome *out)
{
    struct step_run run;
    BL_TRY(begin_run(&run, s, workspace, rate, t, true));
    trace_program(&run, tracer);
    *out = run.outcome;
    return rule_check_maps(s->rule);
}

bl_status step_run(struct stepper *s, struct workspace *workspace, double rate, uint64_t t, bool is_buffered,
                   struct outcome *out)
{
    struct step_run run;
    BL_TRY(begin_run(&run, s, workspace, rate, t, is_buffered));
    const double choice_begun = choice_begin(workspace), begun = step_clock_begin(&s->clock, workspace);
    run_program(&run, s->prefetch);
    const bl_status status = rule_check_maps(s->rule);
    step_clock_end(&s->clock, workspace, begun);
    choice_end(workspace, choice_begun);
    s->prefetch = (struct prefetch){NULL, NULL};
    *out = run.outcome;
    return status;
}

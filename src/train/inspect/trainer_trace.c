/*
 * trainer_trace.c - a step whose instructions are shown one by one, with the numbers of their operands.
 */
#include "../trainer/trainer.h"
#include "trainer_inspect.h"

#include "../../base/mem.h"

#include "backless_experimental.h"

enum { WHAT_ROOM = 80, MOST_PER_TENSOR = 2 + OPTIMIZER_MAX_SLOTS };

struct trace {
    bl_trainer *trainer;
    const struct workspace *workspace;
    bl_trace_fn visit;
    void *user;
    bl_trace_array *arrays;
    char (*whats)[WHAT_ROOM];
    int n;
};

static bl_shape row_of(size_t cols)
{
    return (bl_shape){1, 1, (int)cols};
}

static void add_array(struct trace *trace, const char *buffer, size_t l, struct matrix m, bl_shape shape,
                      enum access access, const char *what)
{
    if (!m.x)
        return;
    snprintf(trace->whats[trace->n], WHAT_ROOM, "%s", what);
    trace->arrays[trace->n] = (bl_trace_array){.buffer = buffer,
                                               .block = (int)l,
                                               .what = trace->whats[trace->n],
                                               .values = m.x,
                                               .rows = m.rows,
                                               .cols = m.cols,
                                               .stride = m.stride,
                                               .shape = shape,
                                               .reads = access != WRITES,
                                               .writes = access != READS};
    trace->n++;
}

/* A tensor's numbers inside an array that is laid out as net->params. Vectors are one row. */
static struct matrix tensor_in(float *all, const struct net_tensor *tensor)
{
    return tensor->is_matrix ? matrix_of(all, tensor->rows, tensor->cols)
                             : matrix_of(all, 1, tensor->rows * tensor->cols);
}

/* The optimiser's state of a tensor of parameters, or of feedback (tensor NULL). */
static void add_state(struct trace *trace, size_t l, const struct net_tensor *tensor)
{
    const struct stepper *s = &trace->trainer->stepper;
    for (size_t i = 0; i < optimizer_slots(&s->optimizer); i++) {
        const struct matrix B = s->rule->B[l];
        const struct matrix m =
            tensor ? tensor_in(stepper_slot(s, i, tensor->at), tensor)
                   : matrix_of(s->B_slots[i] ? s->B_slots[i] + s->B_at[l] : NULL, B.rows, B.cols);
        char what[WHAT_ROOM];
        snprintf(what, sizeof what, tensor ? "%s of %s" : "%s", s->optimizer.ops->slots[i],
                 tensor ? tensor->what : "");
        add_array(trace, "state", l, m, row_of(m.cols), UPDATES, what);
    }
}

/* The tensors of block l from `first` on, up to `end`, in an array that is laid out as net->params. */
static void add_tensors(struct trace *trace, const char *buffer, size_t l, size_t first, size_t end,
                        enum access access, float *all, bool with_state)
{
    const struct net *net = trace->trainer->model->net;
    for (size_t i = net->blocks[l].tensors + first; i < net->blocks[l].tensors + end; i++) {
        const struct matrix m = tensor_in(all + net->tensors[i].at, &net->tensors[i]);
        add_array(trace, buffer, l, m, row_of(m.cols), access, net->tensors[i].what);
        if (with_state)
            add_state(trace, l, &net->tensors[i]);
    }
}

/* Which tensors of a block an instruction reads: weights alone where a signal passes through them, the
   parameters of the layers after the head where the instruction works on these. */
static void add_weights(struct trace *trace, const struct instruction *item, size_t l, enum access access)
{
    const struct net *net = trace->trainer->model->net;
    const struct block *block = &net->blocks[l];
    const enum op_kind kind = item->op->kind;
    const bool passes = kind == OP_PULL || kind == OP_PUSH,
               is_rest = kind == OP_LOCAL_FORWARD || kind == OP_LOCAL_BACKWARD,
               is_head = kind == OP_FORWARD && block->has_statistics;
    const size_t first = is_rest ? block->n_weighted : 0;
    const size_t end = passes ? 1 : is_head ? block->n_weighted : block->n_tensors;
    add_tensors(trace, "weights", l, first, end < block->n_tensors ? end : block->n_tensors, access,
                net->params, kind == OP_UPDATE);
}

/* The outputs of the layers of the instruction's own block that it reads or computes; of other blocks the
   output alone. A layer that writes over its input has one array. */
static void add_outputs(struct trace *trace, const struct instruction *item, size_t l, enum access access)
{
    const struct net *net = trace->trainer->model->net;
    const struct block *block = &net->blocks[l];
    const enum op_kind kind = item->op->kind;
    const bool is_inside = l == item->l && (kind == OP_FORWARD || kind == OP_LOCAL_FORWARD ||
                                            kind == OP_ADD || kind == OP_LOCAL_BACKWARD),
               is_head = is_inside && (kind == OP_FORWARD || kind == OP_ADD) && block->has_statistics;
    const size_t last = block->first + block->n_layers - 1, first = is_inside ? block->first : last,
                 end = is_head ? block->first : last;
    for (size_t i = first; i <= end; i++) {
        const struct matrix m = trace->workspace->out[i];
        if (i == end || trace->workspace->out[i + 1].x != m.x)
            add_array(trace, "output", l, m, net->layers[i].out, access, net->layers[i].text);
    }
}

static void add_operand(struct trace *trace, const struct program *p, const struct instruction *item,
                        struct operand o, size_t l)
{
    const struct workspace *workspace = trace->workspace;
    const struct net *net = trace->trainer->model->net;
    const struct rule *rule = trace->trainer->model->rule;
    const char *name = program_buffer_name(p, o.buffer);
    const struct layer *head = net_layer(net, l);
    switch (o.buffer) {
    case BUFFER_INPUT:
        add_array(trace, name, l, workspace->x, net->input, o.access, "");
        break;
    case BUFFER_TARGETS:
        add_array(trace, name, l, workspace->y, row_of(workspace->y.cols), o.access, "");
        break;
    case BUFFER_OUTPUT:
        add_outputs(trace, item, l, o.access);
        break;
    case BUFFER_SIGNAL:
        add_array(trace, name, l, workspace->signal[l], net->layers[workspace->feedback_at[l]].out, o.access,
                  "");
        break;
    case BUFFER_DELTA:
        add_array(trace, name, l, workspace->delta[l], head->out, o.access, "");
        break;
    case BUFFER_WEIGHTS:
        add_weights(trace, item, l, o.access);
        break;
    case BUFFER_FEEDBACK:
        add_array(trace, name, l, rule->B[l], row_of(rule->B[l].cols), o.access, "");
        if (item->op->kind == OP_UPDATE_FEEDBACK || item->op->kind == OP_LEARN_FEEDBACK)
            add_state(trace, l, NULL);
        break;
    case BUFFER_GRADIENT:
        add_tensors(trace, name, l, 0, net->blocks[l].n_tensors, o.access, trace->trainer->stepper.buffer,
                    false);
        break;
    default: {
        const struct matrix m = rule_array(rule, o.buffer, l, workspace->n);
        add_array(trace, name, l, m, row_of(m.cols), o.access, "");
    }
    }
}

static void visit(void *work, const struct program *p, size_t i, bool is_done, double loss)
{
    struct trace *trace = work;
    const struct instruction *item = &p->items[p->order[i]];
    trace->n = 0;
    for (size_t k = 0; k < OPERANDS; k++) {
        size_t block = 0;
        const struct operand o = program_operand(p, item, k, &block);
        if (o.buffer)
            add_operand(trace, p, item, o, block);
    }
    bl_trace now = {.number = (int)i,
                    .is_done = is_done,
                    .loss = loss / (double)trace->workspace->n,
                    .arrays = trace->arrays,
                    .n_arrays = trace->n};
    trainer_describe(trace->trainer, p, i, &now.instruction);
    trace->visit(trace->user, &now);
}

/* As that of training, but with all outputs and derivatives, and the inputs of activations. */
static bl_status make_workspace(struct workspace **out, const bl_trainer *t, size_t n)
{
    const struct rule *rule = t->model->rule;
    BL_TRY(workspace_create(out, t->ctx, t->model->net,
                            (struct workspace_spec){.capacity = n,
                                                    .memory = WORKSPACE_KEEPS_ALL,
                                                    .precision = t->workspace->precision,
                                                    .keeps_sums = true}));
    workspace_set_feedback_at(*out, t->model->net, rule->feedback.feedback_at);
    return BL_OK;
}

/* The most arrays of an instruction. */
static size_t room_of(const struct net *net)
{
    return OPERANDS * (net->n_layers + MOST_PER_TENSOR * (net->n_tensors + 1));
}

static bl_status run(bl_trainer *t, const bl_batch *batch, struct trace *trace, struct workspace **workspace,
                     double *loss)
{
    struct outcome outcome;
    double rate = 0.0;
    const struct step_tracer tracer = {visit, trace};
    BL_TRY(MEM_ARRAY(t->ctx, &trace->arrays, room_of(t->model->net), "the operands"));
    BL_TRY(MEM_ARRAY(t->ctx, &trace->whats, room_of(t->model->net), "the operands"));
    BL_TRY(make_workspace(workspace, t, batch->n));
    trace->workspace = *workspace;
    BL_TRY(trainer_prepare_step(t, *workspace, batch, &rate));
    BL_TRY(trainer_trace(t, *workspace, rate, &tracer, &outcome));
    if (loss)
        *loss = outcome.loss / (double)batch->n;
    return BL_OK;
}

bl_status bl_trainer_trace(bl_trainer *t, const bl_batch *batch, bl_trace_fn visit_fn, void *user,
                           double *loss)
{
    struct workspace *workspace = NULL;
    if (!t)
        return BL_BAD_VALUE;
    struct trace trace = {.trainer = t, .visit = visit_fn, .user = user};
    BL_TRY(trainer_check_batch(t, batch, __func__));
    if (!visit_fn)
        BL_FAIL(t->ctx, BL_BAD_VALUE, "bl_trainer_trace: visit is NULL");
    if (trainer_is_lean(t))
        BL_FAIL(t->ctx, BL_BAD_VALUE, "with memory low a step does not keep the values that a trace shows");
    if (batch->n == 0 || batch->n > trainer_most_examples(t))
        BL_FAIL(t->ctx, BL_BAD_VALUE, "a batch of %zu examples, expected 1 to %zu (the option batch)",
                batch->n, trainer_most_examples(t));
    const bl_status status = run(t, batch, &trace, &workspace, loss);
    workspace_free(workspace);
    mem_free(t->ctx, trace.whats);
    mem_free(t->ctx, trace.arrays);
    return status;
}

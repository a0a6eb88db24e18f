/*
 * workspace.c - the memory of one batch: activations and deltas of every block, and scratch for every thread.
 *
 * Floats, about: capacity x (2 x inputs + outputs + 2 x the sum of all blocks' units), and more for pools and
 * other layers that do not work in place. If derivatives are not kept, the sum counts once instead of twice,
 * plus the units of the largest block for each worker.
 */
#include "workspace.h"

#include "../base/mem.h"
#include "../base/parallel.h"
#include "buffer_reuse.h"

#include <assert.h>

/* An arena from which matrices are allocated. If floats is NULL, only the size is counted. */
struct workspace_room {
    float *floats; /* NULL: only count */
    size_t used;
};

/* Every matrix begins at a cache line. */
static struct matrix take_matrix(struct workspace_room *room, size_t rows, size_t cols)
{
    const struct matrix m = matrix_of(room->floats ? room->floats + room->used : NULL, rows, cols);
    room->used += mem_whole_lines(rows * cols);
    return m;
}

/* Whether layer i overwrites the output of the layer before it. Both layers must allow that. */
static bool shares_output(const struct workspace *workspace, const struct net *net, const struct block *block,
                          size_t i)
{
    const struct layer_ops *ops = net->layers[i].ops;
    const bool needs_input = ops->needs_input || (workspace->keeps_sums && ops->needs_output);
    return i > block->first && ops->works_in_place && !needs_input && !net->layers[i - 1].ops->needs_output;
}

static bool shares_gradient(const struct net *net, const struct block *block, size_t i)
{
    return i > block->first && net->layers[i].ops->works_in_place;
}

static void lay_out_outputs(struct workspace *workspace, const struct net *net, size_t l,
                            struct workspace_room *room)
{
    const struct block *block = &net->blocks[l];
    const size_t end = block->first + block->n_layers;
    for (size_t i = block->first; i < end; i++)
        workspace->out[i] = shares_output(workspace, net, block, i)
                                ? workspace->out[i - 1]
                                : take_matrix(room, workspace->capacity, net->layers[i].units);
    workspace->h[l] = workspace->out[end - 1];
}

static void lay_out_grads(struct workspace *workspace, const struct net *net, size_t l, size_t view,
                          struct workspace_room *room)
{
    const struct block *block = &net->blocks[l];
    struct matrix *grad = workspace->grad + view * workspace->n_layers;
    for (size_t i = block->first; i < block->first + block->n_layers; i++)
        grad[i] = shares_gradient(net, block, i)
                      ? grad[i - 1]
                      : take_matrix(room, workspace->capacity, net->layers[i].units);
    workspace->signal[view * workspace->n_blocks + l] = grad[workspace->feedback_at[l]];
    workspace->delta[view * workspace->n_blocks + l] = grad[block->first];
}

static void lay_out_block(struct workspace *workspace, const struct net *net, size_t l,
                          struct workspace_room *room)
{
    lay_out_outputs(workspace, net, l, room);
    lay_out_grads(workspace, net, l, 0, room);
}

/* Sets the shapes of the derivatives of block l, but no memory, because they are not needed. */
static void leave_out_grads(struct workspace *workspace, const struct net *net, size_t l)
{
    struct workspace_room none = {NULL, 0};
    lay_out_grads(workspace, net, l, 0, &none);
}

/* Lays out the outputs and derivatives of all hidden blocks that use place p, in the same memory. */
static void lay_out_place(struct workspace *workspace, const struct net *net,
                          const struct workspace_places *places, size_t p, struct workspace_room *room)
{
    const size_t begin = room->used;
    size_t end = begin;
    for (size_t l = 0; l < net_last(net); l++) {
        room->used = begin;
        if (places->outputs[l] == p)
            lay_out_outputs(workspace, net, l, room);
        end = room->used > end ? room->used : end;
        room->used = begin;
        if (places->derivatives && places->derivatives[l] == p)
            lay_out_grads(workspace, net, l, 0, room);
        end = room->used > end ? room->used : end;
    }
    room->used = end;
}

/* Lays out all places, which hidden blocks share. The last block, which has the error, has separate
   memory. */
static void lay_out_places(struct workspace *workspace, const struct net *net,
                           const struct workspace_places *places, struct workspace_room *room)
{
    for (size_t p = 0; p < places->n; p++)
        lay_out_place(workspace, net, places, p, room);
    for (size_t l = 0; l < net_last(net) && !places->derivatives; l++)
        leave_out_grads(workspace, net, l);
    lay_out_block(workspace, net, net_last(net), room);
}

/* Lays out the views. Each has memory for the derivatives of one hidden block at a time; all share the
   error. */
static void lay_out_views(struct workspace *workspace, const struct net *net, struct workspace_room *room)
{
    const size_t last = net_last(net);
    for (size_t l = 0; l < net->n_blocks; l++)
        lay_out_outputs(workspace, net, l, room);
    for (size_t view = 0; view < workspace->n_views; view++) {
        const size_t begin = room->used;
        size_t end = begin;
        for (size_t l = 0; l < last; l++) {
            room->used = begin;
            lay_out_grads(workspace, net, l, view, room);
            end = room->used > end ? room->used : end;
        }
        room->used = end;
    }
    const size_t begin = room->used;
    for (size_t view = 0; view < workspace->n_views; view++) {
        room->used = begin;
        lay_out_grads(workspace, net, last, view, room);
    }
}

static bool is_small(const struct workspace *workspace)
{
    return workspace->memory == WORKSPACE_IN_PLACES || workspace->memory == WORKSPACE_FOR_USE;
}

/* Whether the pull of a weighted follower may add to the signal of block l, which needs memory for the term.
   With WORKSPACE_IN_PLACES, signals are pulled only inside modules. */
static bool pulls_terms(const struct workspace *workspace, const struct net *net, size_t l)
{
    const struct block *block = &net->blocks[l];
    size_t n = 0;
    if (workspace->memory == WORKSPACE_FOR_USE ||
        (workspace->memory == WORKSPACE_IN_PLACES && block->module == l))
        return false;
    for (size_t i = 0; i < block->n_followers; i++)
        n += net->blocks[net->followers[block->followers + i]].is_weighted;
    return n > 0 && block->n_followers > 1;
}

/* Assigns memory in `floats` to every matrix and returns the total number of floats. floats NULL: only
   counts. */
static size_t lay_out(struct workspace *workspace, const struct net *net,
                      const struct workspace_places *places, float *floats)
{
    struct workspace_room room = {floats, 0};
    workspace->x = take_matrix(&room, workspace->capacity, net->inputs);
    workspace->y = take_matrix(&room, workspace->capacity, net->blocks[net_last(net)].units);
    if (!is_small(workspace))
        workspace->next = take_matrix(&room, workspace->capacity, net->inputs);
    if (is_small(workspace))
        lay_out_places(workspace, net, places, &room);
    else if (workspace->shares_grad)
        lay_out_views(workspace, net, &room);
    else
        for (size_t l = 0; l < net->n_blocks; l++)
            lay_out_block(workspace, net, l, &room);
    for (size_t l = 0; l < net->n_blocks; l++)
        workspace->term[l] = take_matrix(&room, workspace->capacity,
                                         pulls_terms(workspace, net, l) ? net->blocks[l].units : 0);
    return room.used;
}

static size_t grad_units(const struct net *net, size_t l)
{
    const struct block *block = &net->blocks[l];
    size_t units = 0;
    for (size_t i = block->first; i < block->first + block->n_layers; i++)
        units += shares_gradient(net, block, i) ? 0 : net->layers[i].units;
    return units;
}

/* Chooses the number of views. If derivatives need not be kept, each worker has memory for those of one
   block, unless that takes more than the derivatives of all blocks. */
static void choose_views(struct workspace *workspace, const struct net *net, size_t n_workers)
{
    size_t sum = 0, most = 0;
    for (size_t l = 0; l < net_last(net); l++) {
        const size_t units = grad_units(net, l);
        sum += units;
        most = units > most ? units : most;
    }
    workspace->shares_grad = workspace->memory == WORKSPACE_KEEPS_OUTPUTS && n_workers * most < sum;
    workspace->n_views = workspace->shares_grad ? n_workers : 1;
}

size_t workspace_bytes(const struct workspace *workspace)
{
    return workspace->n_floats * sizeof *workspace->floats;
}

/* Computes the floats that a worker needs: the tile, for the largest range of weights with its biases, or of
   feedback; the backend's scratch; the scratch of the largest layer. */
static void worker_needs(const struct workspace *workspace, const struct net *net, size_t *tile,
                         size_t *scratch, size_t *layers)
{
    const struct backend *backend = workspace->ctx->backend;
    const size_t capacity = workspace->capacity;
    const size_t outputs = net->blocks[net_last(net)].units;
    *tile = *scratch = *layers = 0;
    for (size_t l = 0; l < net->n_blocks; l++) {
        const struct layer *layer = net_layer(net, l);
        const size_t rows = net_range_most(net, l),
                     needed =
                         layer->ops->scratch ? layer->ops->scratch(layer, capacity, workspace->precision) : 0;
        const size_t floats = mem_whole_lines(rows * layer->weight_cols) + rows;
        /* Numbers of the range's feedback. */
        const size_t columns = range_size(net_columns(net, l, (struct range){0, rows})) * outputs;
        *tile = floats > *tile ? floats : *tile;
        *tile = columns > *tile ? columns : *tile;
        *layers = needed > *layers ? needed : *layers;
    }
    *layers = mem_whole_lines(*layers);
    *tile = mem_whole_lines(*tile);
    *scratch = mem_whole_lines(backend->scratch);
}

static bl_status make_workers(struct workspace *workspace, const struct net *net)
{
    bl_context *ctx = workspace->ctx;
    size_t tile = 0, scratch = 0, layers = 0;
    worker_needs(workspace, net, &tile, &scratch, &layers);
    const size_t all = tile + scratch + layers;
    workspace->n_workers = (size_t)ctx->threads;
    thread_choice_begin(&workspace->threads, ctx->threads, ctx->may_use_fewer);
    BL_TRY(parallel_need(ctx, 0));
    BL_TRY(MEM_ARRAY(ctx, &workspace->workers, workspace->n_workers, "the workers"));
    BL_TRY(MEM_ARRAY(ctx, &workspace->worker_floats, workspace->n_workers * all, "the workers' scratch"));
    for (size_t i = 0; i < workspace->n_workers; i++) {
        float *from = workspace->worker_floats + i * all;
        workspace->workers[i] = (struct worker){.backend = ctx->backend,
                                                .precision = workspace->precision,
                                                .tile = from,
                                                .scratch = from + tile,
                                                .floats = from + tile + scratch};
    }
    return BL_OK;
}

static bool has_layer_params(const struct net *net)
{
    for (size_t i = 0; i < net->n_layers; i++)
        if (net->layers[i].ops->params[0])
            return true;
    return false;
}

static bl_status make_caches(struct workspace *workspace, const struct net *net)
{
    size_t n = 0;
    BL_TRY(MEM_ARRAY(workspace->ctx, &workspace->cache, net->n_layers, "the list of caches"));
    BL_TRY(MEM_ARRAY(workspace->ctx, &workspace->param_grads, has_layer_params(net) ? net->n_params : 0,
                     "gradients of single numbers"));
    for (size_t l = 0; l < net->n_blocks; l++)
        for (size_t i = 0; i < net->blocks[l].n_layers; i++)
            n += net->blocks[l].channels * net->layers[net->blocks[l].first + i].ops->cache;
    BL_TRY(MEM_ARRAY(workspace->ctx, &workspace->caches, n, "caches"));
    float *from = workspace->caches;
    for (size_t l = 0; l < net->n_blocks; l++)
        for (size_t i = 0; i < net->blocks[l].n_layers; i++) {
            workspace->cache[net->blocks[l].first + i] = from;
            from += net->blocks[l].channels * net->layers[net->blocks[l].first + i].ops->cache;
        }
    return BL_OK;
}

/* Finds the places for evaluation, which has no backward pass: an output is in use until its last follower
   has read it. */
static bl_status find_places_for_use(bl_context *ctx, const struct net *net, size_t **places, size_t *n)
{
    struct lifetime *lives = NULL;
    BL_TRY(MEM_ARRAY(ctx, places, net->n_blocks, "the places of outputs"));
    BL_TRY(MEM_ARRAY(ctx, &lives, net->n_blocks, "the lifetimes of outputs"));
    for (size_t l = 0; l < net_last(net); l++)
        lives[l] = (struct lifetime){.n_spans = 1,
                                     .first = {l},
                                     .last = {net_last_follower(net, l)},
                                     .floats = net_output_floats(net, l)};
    *n = buffer_reuse_assign(lives, net_last(net), *places);
    mem_free(ctx, lives);
    return BL_OK;
}

static bl_status take_floats(struct workspace *workspace, const struct net *net,
                             const struct workspace_places *places)
{
    workspace->n_floats = lay_out(workspace, net, places, NULL);
    BL_TRY(MEM_ARRAY(workspace->ctx, &workspace->floats, workspace->n_floats, "the batch's activations"));
    lay_out(workspace, net, places, workspace->floats);
    return BL_OK;
}

static bl_status take_floats_for_use(struct workspace *workspace, const struct net *net)
{
    size_t *outputs = NULL, n = 0;
    bl_status status = find_places_for_use(workspace->ctx, net, &outputs, &n);
    const struct workspace_places places = {.outputs = outputs, .n = n};
    if (status == BL_OK)
        status = take_floats(workspace, net, &places);
    mem_free(workspace->ctx, outputs);
    return status;
}

static bl_status build(struct workspace *workspace, const struct net *net,
                       const struct workspace_places *places)
{
    bl_context *ctx = workspace->ctx;
    workspace->n_layers = net->n_layers;
    BL_TRY(MEM_ARRAY(ctx, &workspace->out, net->n_layers, "the list of outputs"));
    choose_views(workspace, net, (size_t)ctx->threads);
    BL_TRY(MEM_ARRAY(ctx, &workspace->grad, workspace->n_views * net->n_layers, "the list of derivatives"));
    BL_TRY(MEM_ARRAY(ctx, &workspace->h, net->n_blocks, "the list of activations"));
    BL_TRY(MEM_ARRAY(ctx, &workspace->term, net->n_blocks, "the list of terms"));
    BL_TRY(MEM_ARRAY(ctx, &workspace->signal, workspace->n_views * net->n_blocks, "the list of signals"));
    BL_TRY(MEM_ARRAY(ctx, &workspace->feedback_at, net->n_blocks, "the list of feedback positions"));
    for (size_t l = 0; l < net->n_blocks; l++)
        workspace->feedback_at[l] = feedback_at_layer(net, l, FEEDBACK_AT_END);
    BL_TRY(MEM_ARRAY(ctx, &workspace->delta, workspace->n_views * net->n_blocks, "the list of deltas"));
    BL_TRY(MEM_ARRAY(ctx, &workspace->labels, workspace->capacity, "the batch's labels"));
    BL_TRY(MEM_ARRAY(ctx, &workspace->weights, workspace->capacity, "the batch's weights"));
    if (workspace->memory == WORKSPACE_FOR_USE)
        BL_TRY(take_floats_for_use(workspace, net));
    else
        BL_TRY(take_floats(workspace, net, places));
    BL_TRY(make_caches(workspace, net));
    return make_workers(workspace, net);
}

bl_status workspace_create(struct workspace **out, bl_context *ctx, const struct net *net,
                           struct workspace_spec spec)
{
    struct workspace *workspace = NULL;
    BL_TRY(MEM_ONE(ctx, &workspace, "the batch"));
    ctx->n_workspaces++;
    workspace->ctx = ctx;
    workspace->memory = spec.memory;
    workspace->precision = spec.precision;
    workspace->keeps_sums = spec.keeps_sums;
    workspace->capacity = workspace->n = spec.capacity;
    workspace->n_blocks = net->n_blocks;
    const bl_status status = build(workspace, net, &spec.places);
    if (status != BL_OK) {
        workspace_free(workspace);
        return status;
    }
    *out = workspace;
    return BL_OK;
}

void workspace_free(struct workspace *workspace)
{
    if (!workspace)
        return;
    workspace->ctx->n_workspaces--;
    mem_free(workspace->ctx, workspace->out);
    mem_free(workspace->ctx, workspace->grad);
    mem_free(workspace->ctx, workspace->param_grads);
    mem_free(workspace->ctx, workspace->caches);
    mem_free(workspace->ctx, workspace->cache);
    mem_free(workspace->ctx, workspace->h);
    mem_free(workspace->ctx, workspace->term);
    mem_free(workspace->ctx, workspace->signal);
    mem_free(workspace->ctx, workspace->feedback_at);
    mem_free(workspace->ctx, workspace->delta);
    mem_free(workspace->ctx, workspace->labels);
    mem_free(workspace->ctx, workspace->weights);
    mem_free(workspace->ctx, workspace->floats);
    mem_free(workspace->ctx, workspace->workers);
    mem_free(workspace->ctx, workspace->worker_floats);
    mem_free(workspace->ctx, workspace);
}

void workspace_set_feedback_at(struct workspace *workspace, const struct net *net,
                               enum feedback_at feedback_at)
{
    for (size_t l = 0; l < net_last(net); l++) {
        if (net->blocks[l].module != l) /* inside a module, signals enter at the block's end */
            continue;
        workspace->feedback_at[l] = feedback_at_layer(net, l, feedback_at);
        for (size_t view = 0; view < workspace->n_views; view++)
            workspace->signal[view * workspace->n_blocks + l] =
                workspace->grad[view * workspace->n_layers + workspace->feedback_at[l]];
    }
}

void workspace_set_size(struct workspace *workspace, size_t n)
{
    assert(n <= workspace->capacity);
    workspace->n = workspace->x.rows = workspace->y.rows = n;
    for (size_t i = 0; i < workspace->n_layers; i++)
        workspace->out[i].rows = n;
    for (size_t l = 0; l < workspace->n_blocks; l++)
        workspace->h[l].rows = workspace->term[l].rows = n;
    for (size_t i = 0; i < workspace->n_views * workspace->n_layers; i++)
        workspace->grad[i].rows = n;
    for (size_t l = 0; l < workspace->n_views * workspace->n_blocks; l++)
        workspace->signal[l].rows = workspace->delta[l].rows = n;
}

struct workspace workspace_of_worker(const struct workspace *workspace, int worker)
{
    struct workspace of_worker = *workspace;
    const size_t view = workspace->n_views > 1 ? (size_t)worker : 0;
    of_worker.grad += view * workspace->n_layers;
    of_worker.signal += view * workspace->n_blocks;
    of_worker.delta += view * workspace->n_blocks;
    return of_worker;
}

/* Sets the targets of example n. A single output is the probability of the second of two classes. */
static void set_label(struct workspace *workspace, size_t n, int32_t label)
{
    workspace->labels[n] = label;
    if (workspace->y.cols == 1) {
        *matrix_row(&workspace->y, n) = label == 1 ? 1.0f : 0.0f;
        return;
    }
    for (size_t j = 0; j < workspace->y.cols; j++)
        matrix_row(&workspace->y, n)[j] = j == (size_t)label ? 1.0f : 0.0f;
}

void workspace_set_labels(struct workspace *workspace, const int32_t *labels)
{
    workspace->has_labels = true;
    for (size_t n = 0; n < workspace->n; n++)
        set_label(workspace, n, labels[n]);
}

void workspace_take_labels(struct workspace *workspace, const int32_t *labels, const uint32_t *order)
{
    workspace->has_labels = true;
    for (size_t n = 0; n < workspace->n; n++)
        set_label(workspace, n, labels[order[n]]);
}

void workspace_take_weights(struct workspace *workspace, const float *weights, const uint32_t *order)
{
    workspace->has_weights = weights != NULL;
    for (size_t n = 0; weights && n < workspace->n; n++)
        workspace->weights[n] = weights[order ? order[n] : n];
}

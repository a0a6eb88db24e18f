/*
 * lesson.c - the workspace of one batch: activations and deltas of every block, and scratch for every thread.
 *
 * Floats, about: capacity x (2 x inputs + outputs + 2 x the sum of all blocks' units), pools' and further layers' besides;
 * where derivatives are not kept, once that sum and the largest block's units for each worker.
 */
#include "lesson.h"

#include "../base/mem.h"
#include "../base/parallel.h"
#include "places.h"

#include <assert.h>

/* An arena, from which matrices are allocated; without memory it only counts the size. */
struct room {
    float *floats; /* or NULL */
    size_t used;
};

/* Every matrix begins on a cache line. */
static struct matrix take(struct room *room, size_t rows, size_t cols)
{
    const struct matrix m = matrix_of(room->floats ? room->floats + room->used : NULL, rows, cols);
    room->used += mem_whole_lines(rows * cols);
    return m;
}

/* A layer works in place, on the output of the layer before it, if both allow that. */
static bool shares_output(const struct lesson *lesson, const struct net *net, const struct block *block,
                          size_t i)
{
    const struct layer_ops *ops = net->layers[i].ops;
    const bool needs_input = ops->needs_input || (lesson->keeps_sums && ops->needs_output);
    return i > block->first && ops->works_in_place && !needs_input && !net->layers[i - 1].ops->needs_output;
}

static bool shares_gradient(const struct net *net, const struct block *block, size_t i)
{
    return i > block->first && net->layers[i].ops->works_in_place;
}

static void lay_out_outputs(struct lesson *lesson, const struct net *net, size_t l, struct room *room)
{
    const struct block *block = &net->blocks[l];
    const size_t end = block->first + block->n_layers;
    for (size_t i = block->first; i < end; i++)
        lesson->out[i] = shares_output(lesson, net, block, i)
                             ? lesson->out[i - 1]
                             : take(room, lesson->capacity, net->layers[i].units);
    lesson->h[l] = lesson->out[end - 1];
}

static void lay_out_grads(struct lesson *lesson, const struct net *net, size_t l, size_t view,
                          struct room *room)
{
    const struct block *block = &net->blocks[l];
    struct matrix *grad = lesson->grad + view * lesson->n_layers;
    for (size_t i = block->first; i < block->first + block->n_layers; i++)
        grad[i] =
            shares_gradient(net, block, i) ? grad[i - 1] : take(room, lesson->capacity, net->layers[i].units);
    lesson->signal[view * lesson->n_blocks + l] = grad[lesson->inlet[l]];
    lesson->delta[view * lesson->n_blocks + l] = grad[block->first];
}

static void lay_out_block(struct lesson *lesson, const struct net *net, size_t l, struct room *room)
{
    lay_out_outputs(lesson, net, l, room);
    lay_out_grads(lesson, net, l, 0, room);
}

/* Derivatives that are not needed have shapes but no memory. */
static void leave_out_grads(struct lesson *lesson, const struct net *net, size_t l)
{
    struct room none = {NULL, 0};
    lay_out_grads(lesson, net, l, 0, &none);
}

/* The outputs or the derivatives of hidden blocks, those that are in place p, from where the room begins. */
static void lay_out_place(struct lesson *lesson, const struct net *net, const struct lesson_places *places,
                          size_t p, struct room *room)
{
    const size_t begin = room->used;
    size_t end = begin;
    for (size_t l = 0; l < net_last(net); l++) {
        room->used = begin;
        if (places->outputs[l] == p)
            lay_out_outputs(lesson, net, l, room);
        end = room->used > end ? room->used : end;
        room->used = begin;
        if (places->derivatives && places->derivatives[l] == p)
            lay_out_grads(lesson, net, l, 0, room);
        end = room->used > end ? room->used : end;
    }
    room->used = end;
}

/* Hidden blocks share places. The last block, with the error, has its own. */
static void lay_out_places(struct lesson *lesson, const struct net *net, const struct lesson_places *places,
                           struct room *room)
{
    for (size_t p = 0; p < places->n; p++)
        lay_out_place(lesson, net, places, p, room);
    for (size_t l = 0; l < net_last(net) && !places->derivatives; l++)
        leave_out_grads(lesson, net, l);
    lay_out_block(lesson, net, net_last(net), room);
}

/* For each view one place for the derivatives of any hidden block; the error is the same for all. */
static void lay_out_views(struct lesson *lesson, const struct net *net, struct room *room)
{
    const size_t last = net_last(net);
    for (size_t l = 0; l < net->n_blocks; l++)
        lay_out_outputs(lesson, net, l, room);
    for (size_t view = 0; view < lesson->n_views; view++) {
        const size_t begin = room->used;
        size_t end = begin;
        for (size_t l = 0; l < last; l++) {
            room->used = begin;
            lay_out_grads(lesson, net, l, view, room);
            end = room->used > end ? room->used : end;
        }
        room->used = end;
    }
    const size_t begin = room->used;
    for (size_t view = 0; view < lesson->n_views; view++) {
        room->used = begin;
        lay_out_grads(lesson, net, last, view, room);
    }
}

static bool is_small(const struct lesson *lesson)
{
    return lesson->memory == LESSON_IN_PLACES || lesson->memory == LESSON_FOR_USE;
}

/* Whether a weighted follower's term may come second in its signal. Where blocks learn as they go, signals are pulled inside
   modules alone. */
static bool pulls_terms(const struct lesson *lesson, const struct net *net, size_t l)
{
    const struct block *block = &net->blocks[l];
    size_t n = 0;
    if (lesson->memory == LESSON_FOR_USE || (lesson->memory == LESSON_IN_PLACES && block->module == l))
        return false;
    for (size_t i = 0; i < block->n_followers; i++)
        n += net->blocks[net->followers[block->followers + i]].is_weighted;
    return n > 0 && block->n_followers > 1;
}

/* Where the numbers of every matrix lie; gives how many there are in all. floats NULL: only counts. */
static size_t lay_out(struct lesson *lesson, const struct net *net, const struct lesson_places *places,
                      float *floats)
{
    struct room room = {floats, 0};
    lesson->x = take(&room, lesson->capacity, net->inputs);
    lesson->y = take(&room, lesson->capacity, net->blocks[net_last(net)].units);
    if (!is_small(lesson))
        lesson->next = take(&room, lesson->capacity, net->inputs);
    if (is_small(lesson))
        lay_out_places(lesson, net, places, &room);
    else if (lesson->shares_grad)
        lay_out_views(lesson, net, &room);
    else
        for (size_t l = 0; l < net->n_blocks; l++)
            lay_out_block(lesson, net, l, &room);
    for (size_t l = 0; l < net->n_blocks; l++)
        lesson->term[l] =
            take(&room, lesson->capacity, pulls_terms(lesson, net, l) ? net->blocks[l].units : 0);
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

/* Where derivatives need not be kept each worker has its own for one block, unless that is more than for all blocks. */
static void choose_views(struct lesson *lesson, const struct net *net, size_t n_workers)
{
    size_t sum = 0, most = 0;
    for (size_t l = 0; l < net_last(net); l++) {
        const size_t units = grad_units(net, l);
        sum += units;
        most = units > most ? units : most;
    }
    lesson->shares_grad = lesson->memory == LESSON_KEEPS_OUTPUTS && n_workers * most < sum;
    lesson->n_views = lesson->shares_grad ? n_workers : 1;
}

size_t lesson_bytes(const struct lesson *lesson)
{
    return lesson->n_floats * sizeof *lesson->floats;
}

/* The largest tile of weights with its biases, and the largest product's scratch. */
static void worker_needs(const struct lesson *lesson, const struct net *net, size_t *tile, size_t *scratch,
                         size_t *layers)
{
    const struct backend *backend = lesson->ctx->backend;
    const size_t capacity = lesson->capacity;
    const size_t outputs = net->blocks[net_last(net)].units;
    *tile = *scratch = *layers = 0;
    for (size_t l = 0; l < net->n_blocks; l++) {
        const struct layer *layer = net_layer(net, l);
        const size_t rows = net_part_most(net, l),
                     own = layer->ops->scratch ? layer->ops->scratch(layer, capacity, lesson->precision) : 0;
        const size_t floats = mem_whole_lines(rows * layer->weight_cols) + rows;
        const size_t columns =
            part_size(net_columns(net, l, (struct part){0, rows})) * outputs; /* of its feedback */
        *tile = floats > *tile ? floats : *tile;
        *tile = columns > *tile ? columns : *tile;
        *layers = own > *layers ? own : *layers;
    }
    *layers = mem_whole_lines(*layers);
    *tile = mem_whole_lines(*tile);
    *scratch = mem_whole_lines(backend->scratch);
}

static bl_status make_workers(struct lesson *lesson, const struct net *net)
{
    bl_context *ctx = lesson->ctx;
    size_t tile = 0, scratch = 0, layers = 0;
    worker_needs(lesson, net, &tile, &scratch, &layers);
    const size_t all = tile + scratch + layers;
    lesson->n_workers = (size_t)ctx->threads;
    thread_choice_begin(&lesson->threads, ctx->threads, ctx->may_use_fewer);
    BL_TRY(parallel_need(ctx, 0));
    BL_TRY(MEM_ARRAY(ctx, &lesson->workers, lesson->n_workers, "the workers"));
    BL_TRY(MEM_ARRAY(ctx, &lesson->worker_floats, lesson->n_workers * all, "the workers' scratch"));
    for (size_t i = 0; i < lesson->n_workers; i++) {
        float *from = lesson->worker_floats + i * all;
        lesson->workers[i] = (struct worker){.backend = ctx->backend,
                                             .precision = lesson->precision,
                                             .tile = from,
                                             .scratch = from + tile,
                                             .floats = from + tile + scratch};
    }
    return BL_OK;
}

static bool owns_any(const struct net *net)
{
    for (size_t i = 0; i < net->n_layers; i++)
        if (net->layers[i].ops->own[0])
            return true;
    return false;
}

static bl_status make_caches(struct lesson *lesson, const struct net *net)
{
    size_t n = 0;
    BL_TRY(MEM_ARRAY(lesson->ctx, &lesson->cache, net->n_layers, "the list of caches"));
    BL_TRY(MEM_ARRAY(lesson->ctx, &lesson->own, owns_any(net) ? net->n_params : 0,
                     "gradients of single numbers"));
    for (size_t l = 0; l < net->n_blocks; l++)
        for (size_t i = 0; i < net->blocks[l].n_layers; i++)
            n += net->blocks[l].channels * net->layers[net->blocks[l].first + i].ops->cache;
    BL_TRY(MEM_ARRAY(lesson->ctx, &lesson->caches, n, "caches"));
    float *from = lesson->caches;
    for (size_t l = 0; l < net->n_blocks; l++)
        for (size_t i = 0; i < net->blocks[l].n_layers; i++) {
            lesson->cache[net->blocks[l].first + i] = from;
            from += net->blocks[l].channels * net->layers[net->blocks[l].first + i].ops->cache;
        }
    return BL_OK;
}

/* For a pass that only goes forward: an output is live until its last follower has read it. */
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
    *n = places_assign(lives, net_last(net), *places);
    mem_free(ctx, lives);
    return BL_OK;
}

static bl_status take_floats(struct lesson *lesson, const struct net *net, const struct lesson_places *places)
{
    lesson->n_floats = lay_out(lesson, net, places, NULL);
    BL_TRY(MEM_ARRAY(lesson->ctx, &lesson->floats, lesson->n_floats, "the batch's activations"));
    lay_out(lesson, net, places, lesson->floats);
    return BL_OK;
}

static bl_status take_floats_for_use(struct lesson *lesson, const struct net *net)
{
    size_t *outputs = NULL, n = 0;
    bl_status status = find_places_for_use(lesson->ctx, net, &outputs, &n);
    const struct lesson_places places = {.outputs = outputs, .n = n};
    if (status == BL_OK)
        status = take_floats(lesson, net, &places);
    mem_free(lesson->ctx, outputs);
    return status;
}

static bl_status build(struct lesson *lesson, const struct net *net, const struct lesson_places *places)
{
    bl_context *ctx = lesson->ctx;
    lesson->n_layers = net->n_layers;
    BL_TRY(MEM_ARRAY(ctx, &lesson->out, net->n_layers, "the list of outputs"));
    choose_views(lesson, net, (size_t)ctx->threads);
    BL_TRY(MEM_ARRAY(ctx, &lesson->grad, lesson->n_views * net->n_layers, "the list of derivatives"));
    BL_TRY(MEM_ARRAY(ctx, &lesson->h, net->n_blocks, "the list of activations"));
    BL_TRY(MEM_ARRAY(ctx, &lesson->term, net->n_blocks, "the list of terms"));
    BL_TRY(MEM_ARRAY(ctx, &lesson->signal, lesson->n_views * net->n_blocks, "the list of signals"));
    BL_TRY(MEM_ARRAY(ctx, &lesson->inlet, net->n_blocks, "the list of inlets"));
    for (size_t l = 0; l < net->n_blocks; l++)
        lesson->inlet[l] = inlet_layer(net, l, INLET_END);
    BL_TRY(MEM_ARRAY(ctx, &lesson->delta, lesson->n_views * net->n_blocks, "the list of deltas"));
    BL_TRY(MEM_ARRAY(ctx, &lesson->labels, lesson->capacity, "the batch's labels"));
    BL_TRY(MEM_ARRAY(ctx, &lesson->weights, lesson->capacity, "the batch's weights"));
    if (lesson->memory == LESSON_FOR_USE)
        BL_TRY(take_floats_for_use(lesson, net));
    else
        BL_TRY(take_floats(lesson, net, places));
    BL_TRY(make_caches(lesson, net));
    return make_workers(lesson, net);
}

bl_status lesson_create(struct lesson **out, bl_context *ctx, const struct net *net, struct lesson_spec spec)
{
    struct lesson *lesson = NULL;
    BL_TRY(MEM_ONE(ctx, &lesson, "the batch"));
    lesson->ctx = ctx;
    lesson->memory = spec.memory;
    lesson->precision = spec.precision;
    lesson->keeps_sums = spec.keeps_sums;
    lesson->capacity = lesson->n = spec.capacity;
    lesson->n_blocks = net->n_blocks;
    const bl_status status = build(lesson, net, &spec.places);
    if (status != BL_OK) {
        lesson_free(lesson);
        return status;
    }
    ctx->n_workspaces++;
    lesson->is_counted = true;
    *out = lesson;
    return BL_OK;
}

void lesson_free(struct lesson *lesson)
{
    if (!lesson)
        return;
    lesson->ctx->n_workspaces -= lesson->is_counted;
    mem_free(lesson->ctx, lesson->out);
    mem_free(lesson->ctx, lesson->grad);
    mem_free(lesson->ctx, lesson->own);
    mem_free(lesson->ctx, lesson->caches);
    mem_free(lesson->ctx, lesson->cache);
    mem_free(lesson->ctx, lesson->h);
    mem_free(lesson->ctx, lesson->term);
    mem_free(lesson->ctx, lesson->signal);
    mem_free(lesson->ctx, lesson->inlet);
    mem_free(lesson->ctx, lesson->delta);
    mem_free(lesson->ctx, lesson->labels);
    mem_free(lesson->ctx, lesson->weights);
    mem_free(lesson->ctx, lesson->floats);
    mem_free(lesson->ctx, lesson->workers);
    mem_free(lesson->ctx, lesson->worker_floats);
    mem_free(lesson->ctx, lesson);
}

void lesson_set_inlet(struct lesson *lesson, const struct net *net, enum inlet inlet)
{
    for (size_t l = 0; l < net_last(net); l++) {
        if (net->blocks[l].module != l) /* exact derivatives arrive at its end */
            continue;
        lesson->inlet[l] = inlet_layer(net, l, inlet);
        for (size_t view = 0; view < lesson->n_views; view++)
            lesson->signal[view * lesson->n_blocks + l] =
                lesson->grad[view * lesson->n_layers + lesson->inlet[l]];
    }
}

void lesson_set_size(struct lesson *lesson, size_t n)
{
    assert(n <= lesson->capacity);
    lesson->n = lesson->x.rows = lesson->y.rows = n;
    for (size_t i = 0; i < lesson->n_layers; i++)
        lesson->out[i].rows = n;
    for (size_t l = 0; l < lesson->n_blocks; l++)
        lesson->h[l].rows = lesson->term[l].rows = n;
    for (size_t i = 0; i < lesson->n_views * lesson->n_layers; i++)
        lesson->grad[i].rows = n;
    for (size_t l = 0; l < lesson->n_views * lesson->n_blocks; l++)
        lesson->signal[l].rows = lesson->delta[l].rows = n;
}

struct lesson lesson_of_worker(const struct lesson *lesson, int worker)
{
    struct lesson own = *lesson;
    const size_t view = lesson->n_views > 1 ? (size_t)worker : 0;
    own.grad += view * lesson->n_layers;
    own.signal += view * lesson->n_blocks;
    own.delta += view * lesson->n_blocks;
    return own;
}

/* One unit tells of the second of two classes alone. */
static void set_label(struct lesson *lesson, size_t n, int32_t label)
{
    lesson->labels[n] = label;
    if (lesson->y.cols == 1) {
        *matrix_row(&lesson->y, n) = label == 1 ? 1.0f : 0.0f;
        return;
    }
    for (size_t j = 0; j < lesson->y.cols; j++)
        matrix_row(&lesson->y, n)[j] = j == (size_t)label ? 1.0f : 0.0f;
}

void lesson_set_labels(struct lesson *lesson, const int32_t *labels)
{
    lesson->has_labels = true;
    for (size_t n = 0; n < lesson->n; n++)
        set_label(lesson, n, labels[n]);
}

void lesson_take_labels(struct lesson *lesson, const int32_t *labels, const uint32_t *order)
{
    lesson->has_labels = true;
    for (size_t n = 0; n < lesson->n; n++)
        set_label(lesson, n, labels[order[n]]);
}

void lesson_take_weights(struct lesson *lesson, const float *weights, const uint32_t *order)
{
    lesson->has_weights = weights != NULL;
    for (size_t n = 0; weights && n < lesson->n; n++)
        lesson->weights[n] = weights[order[n]];
}

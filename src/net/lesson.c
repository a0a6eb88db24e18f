/*
 * lesson.c - the memory of one batch: activations and deltas of every block, and scratch for every thread.
 *
 * Floats, about: capacity x (inputs + outputs + 2 x the sum of all blocks' units).
 */
#include "lesson.h"

#include "../base/mem.h"

#include <assert.h>

/* Rows begin on cache lines where rows are wide; a narrow output stays dense. */
static struct matrix take(float **from, size_t rows, size_t cols)
{
    const struct matrix m = matrix_of(*from, rows, cols);
    *from += (rows * cols + 15) / 16 * 16;
    return m;
}

static size_t count_floats(const struct net *net, size_t capacity)
{
    const size_t outputs = net->blocks[net_last(net)].units;
    size_t n = capacity * (net->inputs + outputs) + 32;
    for (size_t l = 0; l < net->n_blocks; l++)
        n += (net->blocks[l].n_layers + 1) * (capacity * net->blocks[l].units + 16);
    return n;
}

static void lay_out(struct lesson *lesson, const struct net *net)
{
    float *from = lesson->floats;
    const size_t capacity = lesson->capacity;
    lesson->x = take(&from, capacity, net->inputs);
    lesson->y = take(&from, capacity, net->blocks[net_last(net)].units);
    for (size_t l = 0; l < net->n_blocks; l++) {
        const struct block *block = &net->blocks[l];
        for (size_t i = block->first; i < block->first + block->n_layers; i++)
            lesson->out[i] = i == block->first + 1 ? lesson->out[i - 1] : take(&from, capacity, block->units);
        lesson->h[l] = lesson->out[block->first + block->n_layers - 1];
        lesson->signal[l] = lesson->delta[l] = take(&from, capacity, net->blocks[l].units);
    }
}

/* The largest tile of weights with its biases, and the largest product's scratch. */
static void worker_needs(const struct net *net, size_t capacity, const struct backend *backend, size_t *tile,
                         size_t *scratch)
{
    *tile = *scratch = 0;
    for (size_t l = 0; l < net->n_blocks; l++) {
        const struct layer *layer = net_layer(net, l);
        const size_t rows = part_size(net_part(net, l, 0));
        const size_t floats = (rows * layer->weight_cols + 15) / 16 * 16 + rows;
        *tile = floats > *tile ? floats : *tile;
        const size_t wide = layer->in_units > layer->units ? layer->in_units : layer->units;
        const size_t most = capacity > wide ? capacity : wide;
        const size_t needs = backend->gemm_scratch(most, most, most);
        *scratch = needs > *scratch ? needs : *scratch;
    }
    *tile = (*tile + 15) / 16 * 16;
    *scratch = (*scratch + 15) / 16 * 16;
}

static bl_status make_workers(struct lesson *lesson, const struct net *net)
{
    bl_context *ctx = lesson->ctx;
    size_t tile = 0, scratch = 0;
    worker_needs(net, lesson->capacity, ctx->backend, &tile, &scratch);
    lesson->n_workers = (size_t)ctx->threads;
    BL_TRY(MEM_ARRAY(ctx, &lesson->workers, lesson->n_workers, "the workers"));
    BL_TRY(
        MEM_ARRAY(ctx, &lesson->worker_floats, lesson->n_workers * (tile + scratch), "the workers' scratch"));
    for (size_t i = 0; i < lesson->n_workers; i++) {
        float *from = lesson->worker_floats + i * (tile + scratch);
        lesson->workers[i] = (struct worker){.backend = ctx->backend, .tile = from, .scratch = from + tile};
    }
    return BL_OK;
}

static bl_status build(struct lesson *lesson, const struct net *net)
{
    bl_context *ctx = lesson->ctx;
    lesson->n_layers = net->n_layers;
    BL_TRY(MEM_ARRAY(ctx, &lesson->out, net->n_layers, "the list of outputs"));
    BL_TRY(MEM_ARRAY(ctx, &lesson->h, net->n_blocks, "the list of activations"));
    BL_TRY(MEM_ARRAY(ctx, &lesson->signal, net->n_blocks, "the list of signals"));
    BL_TRY(MEM_ARRAY(ctx, &lesson->delta, net->n_blocks, "the list of deltas"));
    BL_TRY(MEM_ARRAY(ctx, &lesson->labels, lesson->capacity, "the batch's labels"));
    BL_TRY(MEM_ARRAY(ctx, &lesson->floats, count_floats(net, lesson->capacity), "the batch's activations"));
    lay_out(lesson, net);
    return make_workers(lesson, net);
}

bl_status lesson_create(struct lesson **out, bl_context *ctx, const struct net *net, size_t capacity)
{
    struct lesson *lesson = NULL;
    BL_TRY(MEM_ONE(ctx, &lesson, "the batch"));
    lesson->ctx = ctx;
    lesson->capacity = lesson->n = capacity;
    lesson->n_blocks = net->n_blocks;
    const bl_status status = build(lesson, net);
    if (status != BL_OK) {
        lesson_free(lesson);
        return status;
    }
    *out = lesson;
    return BL_OK;
}

void lesson_free(struct lesson *lesson)
{
    if (!lesson)
        return;
    mem_free(lesson->ctx, lesson->out);
    mem_free(lesson->ctx, lesson->h);
    mem_free(lesson->ctx, lesson->signal);
    mem_free(lesson->ctx, lesson->delta);
    mem_free(lesson->ctx, lesson->labels);
    mem_free(lesson->ctx, lesson->floats);
    mem_free(lesson->ctx, lesson->workers);
    mem_free(lesson->ctx, lesson->worker_floats);
    mem_free(lesson->ctx, lesson);
}

void lesson_set_size(struct lesson *lesson, size_t n)
{
    assert(n <= lesson->capacity);
    lesson->n = lesson->x.rows = lesson->y.rows = n;
    for (size_t i = 0; i < lesson->n_layers; i++)
        lesson->out[i].rows = n;
    for (size_t l = 0; l < lesson->n_blocks; l++)
        lesson->h[l].rows = lesson->signal[l].rows = lesson->delta[l].rows = n;
}

static void set_label(struct lesson *lesson, size_t n, int32_t label)
{
    lesson->labels[n] = label;
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

bool lesson_has_failed(const struct lesson *lesson)
{
    for (size_t i = 0; i < lesson->n_workers; i++)
        if (lesson->workers[i].has_failed)
            return true;
    return false;
}

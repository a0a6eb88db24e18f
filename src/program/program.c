/*
 * program.c - lowers a list of instructions to stages and tasks.
 *
 * For each memory that instructions share, the lowering keeps the stage of the last write and the latest
 * stages of the reads since, by two different cuts into ranges. These determine the constraints of a further
 * access exactly, so a pass over the list from either end finds the same constraints. A first pass gives each
 * instruction the first stage that the constraints allow; a second pass delays it to the last stage that the
 * instructions after it allow. A gradient that is not kept lies in a worker's tile, so the instructions that
 * read it run in the same stage as the gradient.
 */
#include "program.h"

#include "../base/mem.h"
#include "../base/parallel.h"
#include "ops.h"

#include <assert.h>
#include <string.h>

enum { NO_STAGE = 0, BEFORE = 1 }; /* in accesses, stages are counted from 1; 0: no access */

/* The accesses to one memory: their stages, and a number for the block and the cut to whose ranges they were
   confined, or NO_RANGES. `read` is the latest read; other_read is the latest read by other ranges than
   read_ranges. A write whose ranges are not read_ranges must be later than `read`, so the ranges of
   other_read need not be known. */
#define NO_RANGES ((size_t)-1)
struct accesses {
    size_t write, write_ranges;
    size_t read, read_ranges;
    size_t other_read;
};

/* In a lean program the outputs and derivatives of hidden blocks share memory by places. */
size_t program_memory(const struct program *p, enum buffer buffer, size_t block)
{
    const bool is_derivative = buffer == BUFFER_SIGNAL || buffer == BUFFER_DELTA;
    if (p->places.n > 0 && buffer == BUFFER_OUTPUT && block + 1 < p->n_blocks)
        return p->places.outputs[block];
    if (p->places.n > 0 && is_derivative && block + 1 < p->n_blocks)
        return p->places.derivatives[block];
    return p->places.n + (size_t)(is_derivative ? BUFFER_DELTA : buffer) * p->n_blocks + block;
}

/* All results of program_memory are below this number. */
static size_t program_memories(const struct program *p)
{
    return p->places.n + (size_t)BUFFERS * p->n_blocks;
}

static size_t later(size_t a, size_t b)
{
    return a > b ? a : b;
}

/* The first stage that is possible after an access in `stage`: the same one if both accesses are confined to
   the same ranges. */
static size_t after(size_t stage, size_t ranges, size_t current)
{
    return stage == NO_STAGE ? BEFORE : ranges == current && current != NO_RANGES ? stage : stage + 1;
}

enum extent program_extent(const struct instruction *item, struct operand o)
{
    const bool is_batch = o.buffer == BUFFER_INPUT || o.buffer == BUFFER_TARGETS ||
                          o.buffer == BUFFER_OUTPUT || o.buffer == BUFFER_SIGNAL || o.buffer == BUFFER_DELTA;
    const bool is_matrix =
        o.buffer == BUFFER_WEIGHTS || o.buffer == BUFFER_GRADIENT || o.buffer == BUFFER_FEEDBACK;
    if (item->cut == CUT_EXAMPLES)
        return is_batch ? EXTENT_RANGE : EXTENT_ALL;
    if (item->cut == CUT_INPUTS)
        return is_matrix ? EXTENT_RANGE : EXTENT_ALL;
    return o.extent;
}

/* Whether each task accesses only its range of the operand. */
static bool keeps_to_range(const struct instruction *item, struct operand o)
{
    return !item->op->is_whole && program_extent(item, o) == EXTENT_RANGE;
}

/* A number that is equal for two operands if the same task accesses the same range of both. NO_RANGES for
   operands of another block, because its rows may have another length in the same place. */
static size_t ranges_of(const struct instruction *item, struct operand o, size_t block)
{
    return keeps_to_range(item, o) && block == item->l ? item->l * CUTS + (size_t)item->cut : NO_RANGES;
}

static size_t first_stage(const struct program *p, const struct accesses *all, const struct instruction *item)
{
    size_t stage = BEFORE, block = 0;
    for (size_t i = 0; i < OPERANDS; i++) {
        const struct operand o = program_operand(p, item, i, &block);
        if (o.buffer == BUFFER_NONE)
            break;
        const struct accesses *a = &all[program_memory(p, o.buffer, block)];
        const size_t current = ranges_of(item, o, block);
        stage = later(stage, after(a->write, a->write_ranges, current));
        if (o.access == READS)
            continue;
        stage = later(stage, after(a->read, a->read_ranges, current));
        stage = later(stage, after(a->other_read, NO_RANGES, current));
    }
    return stage;
}

static void record_read(struct accesses *a, size_t stage, size_t current)
{
    if (a->read == NO_STAGE || a->read_ranges == current) {
        a->read = later(a->read, stage);
        a->read_ranges = current;
    } else if (stage > a->read) {
        a->other_read = a->read;
        a->read = stage;
        a->read_ranges = current;
    } else
        a->other_read = later(a->other_read, stage);
}

static void record_accesses(const struct program *p, struct accesses *all, const struct instruction *item)
{
    size_t block = 0;
    for (size_t i = 0; i < OPERANDS; i++) {
        const struct operand o = program_operand(p, item, i, &block);
        if (o.buffer == BUFFER_NONE)
            break;
        struct accesses *a = &all[program_memory(p, o.buffer, block)];
        const size_t current = ranges_of(item, o, block);
        if (o.access == READS)
            record_read(a, item->stage, current);
        else
            *a = (struct accesses){.write = item->stage, .write_ranges = current};
    }
}

/* How many instructions from i on must have the same stage: one, or a gradient in a tile and its readers. */
static size_t tied(const struct program *p, size_t i)
{
    size_t n = 1;
    if (p->items[i].op == &op_gradient && !p->spec.keeps_gradients)
        while (i + n < p->n &&
               (p->items[i + n].op == &op_update || p->items[i + n].op == &op_update_feedback))
            n++;
    return n;
}

/* The matrix of the batch that every range of the instruction reads as a whole, as program_memory + 1; 0:
   none. Errors and targets do not count, because they are small. */
static size_t whole_operand(const struct program *p, const struct instruction *item)
{
    size_t block = 0;
    for (size_t i = 0; i < OPERANDS && !item->op->is_whole && item->cut == CUT_CHANNELS; i++) {
        const struct operand o = program_operand(p, item, i, &block);
        const bool is_large =
            o.buffer == BUFFER_INPUT || o.buffer == BUFFER_OUTPUT || o.buffer == BUFFER_DELTA;
        if (is_large && o.extent == EXTENT_ALL && block + 1 < p->n_blocks)
            return program_memory(p, o.buffer, block) + 1;
    }
    return 0;
}

/* The tasks of a block in one stage read one such matrix, which stays in the cache from range to range. An
   instruction that would read a second one, and so evict the first, is put into the next stage. */
static size_t stage_of_one_matrix(const struct program *p, struct accesses *all,
                                  const struct instruction *item, size_t stage)
{
    /* no instruction touches BUFFER_NONE, so its entry can record which matrix the block's tasks read */
    struct accesses *block = &all[program_memory(p, BUFFER_NONE, item->l)];
    const size_t whole = whole_operand(p, item);
    if (whole && block->write == stage && block->write_ranges != whole)
        stage++;
    if (whole)
        *block = (struct accesses){.write = stage, .write_ranges = whole};
    return stage;
}

/* Sets the first possible stage of each instruction, from the top of the list. Returns the last stage. */
static size_t find_first_stages(struct program *p, struct accesses *all)
{
    size_t last = BEFORE;
    for (size_t i = 0, n = 0; i < p->n; i += n) {
        size_t stage = BEFORE;
        n = tied(p, i);
        for (size_t k = i; k < i + n; k++)
            stage = later(stage, first_stage(p, all, &p->items[k]));
        stage = stage_of_one_matrix(p, all, &p->items[i], stage);
        for (size_t k = i; k < i + n; k++) {
            p->items[k].stage = stage;
            record_accesses(p, all, &p->items[k]);
        }
        last = later(last, stage);
    }
    return last;
}

/* Delays each instruction whose result others read as far as they allow, so that it can share a task with its
   reader and its memory is in use only for a short time. The pass goes from the bottom of the list up, and
   counts stages from the last one. */
static void delay(struct program *p, struct accesses *all, size_t last)
{
    for (size_t i = p->n; i-- > 0;) {
        struct instruction *item = &p->items[i];
        const size_t most = first_stage(p, all, item), now = last + BEFORE - item->stage;
        assert(most <= now); /* because the constraints are those of the first pass */
        /* No instruction depends on an update, so updates are not delayed. */
        item->stage = most == BEFORE || item->op->kind >= OP_GRADIENT ? now : most;
        record_accesses(p, all, item);
    }
    for (size_t i = 0; i < p->n; i++)
        p->items[i].stage = last - p->items[i].stage;
}

static bool is_empty_stage(const struct program *p, size_t stage)
{
    for (size_t i = 0; i < p->n; i++)
        if (p->items[i].stage == stage)
            return false;
    return true;
}

/* Removes stages that delaying has left empty, for example between two pulls of one block from different
   followers. */
static void close_gaps(struct program *p, size_t last)
{
    for (size_t stage = last; stage-- > 0;)
        if (is_empty_stage(p, stage))
            for (size_t i = 0; i < p->n; i++)
                p->items[i].stage -= p->items[i].stage > stage;
}

/* Whether more than one task accesses the derivatives of a hidden block. If not, each worker can have
   separate memory for them. */
static bool shares_derivatives(const struct program *p, struct accesses *all)
{
    for (size_t i = 0; i < p->n; i++)
        for (size_t k = 0; k < OPERANDS; k++) {
            size_t block = 0;
            const struct instruction *item = &p->items[i];
            const struct operand o = program_operand(p, item, k, &block);
            const bool is_derivative = o.buffer == BUFFER_SIGNAL || o.buffer == BUFFER_DELTA;
            if (!is_derivative || block + 1 == p->n_blocks)
                continue;
            size_t *stage = &all[program_memory(p, BUFFER_DELTA, block)].write;
            if (!keeps_to_range(item, o) || block != item->l ||
                (*stage != NO_STAGE && *stage != item->stage + BEFORE))
                return true;
            *stage = item->stage + BEFORE;
        }
    return false;
}

/* Moves the updates to stages after the last gradient, keeping their order. Operands cannot express this,
   because an update reads only the gradient of its block. */
static void wait_for_gradients(struct program *p)
{
    size_t last = 0;
    for (size_t i = 0; i < p->n_gradients; i++)
        last = later(last, p->items[i].stage);
    for (size_t i = p->n_gradients; i < p->n; i++)
        p->items[i].stage += last + 1;
}

/* The first stage that has an update. */
static size_t first_update(const struct program *p)
{
    size_t stage = (size_t)-1;
    for (size_t i = p->n_gradients; i < p->n; i++)
        stage = p->items[i].stage < stage ? p->items[i].stage : stage;
    return stage;
}

static size_t last_stage(const struct program *p)
{
    size_t last = 0;
    for (size_t i = 0; i < p->n; i++)
        last = later(last, p->items[i].stage);
    return last;
}

static void find_stages(struct program *p, struct accesses *all)
{
    const size_t n = program_memories(p) * sizeof *all;
    memset(all, 0, n);
    const size_t last = find_first_stages(p, all);
    memset(all, 0, n);
    delay(p, all, last);
    if (p->spec.waits_for_gradients)
        wait_for_gradients(p);
    close_gaps(p, last_stage(p));
    p->update_stage = p->spec.waits_for_gradients ? first_update(p) : 0;
    memset(all, 0, n);
    p->shares_derivatives = shares_derivatives(p, all);
    for (size_t i = 0; i < p->n; i++)
        if (p->items[i].op == &op_loss)
            p->loss_stage = p->items[i].stage;
}

/* Fuses each gradient with its update if no other instruction reads the gradient. */
static void fuse(struct program *p, const struct net *net)
{
    size_t n = 0;
    for (size_t i = 0; i < p->n; i++, n++) {
        p->items[n] = p->items[i];
        if (p->spec.may_fuse && !p->spec.keeps_gradients && tied(p, i) == 2 &&
            net_layer(net, p->items[i].l)->ops->update_fused) {
            p->items[n].op = &op_update_fused;
            i++;
        }
    }
    p->n = n;
}

static bool shares_tasks(const struct instruction *a, const struct instruction *b)
{
    return a == b ||
           (a->stage == b->stage && a->l == b->l && a->cut == b->cut && !a->op->is_whole && !b->op->is_whole);
}

/* Makes a group of instruction i and the later ones that share its tasks, in the list's order. */
static void add_group(struct program *p, size_t i, size_t begin)
{
    struct group *group = &p->groups[p->n_groups++];
    const struct instruction *first = &p->items[i];
    *group = (struct group){
        .stage = first->stage,
        .l = first->l,
        .begin = begin,
        .end = begin,
        .is_whole = first->op->is_whole,
        .cut = first->cut,
        .n_tasks = first->op->is_whole ? 1 : net_tasks(p->net, first->l, first->cut, p->threads)};
    for (size_t k = i; k < p->n; k++)
        if (shares_tasks(&p->items[i], &p->items[k])) {
            p->items[k].is_placed = true;
            p->order[group->end++] = k;
        }
}

static void find_groups(struct program *p)
{
    p->n_groups = 0;
    for (size_t i = 0; i < p->n; i++)
        p->items[i].is_placed = false;
    for (size_t stage = 0, n = 0; n < p->n; stage++) {
        for (size_t i = 0; i < p->n; i++)
            if (p->items[i].stage == stage && !p->items[i].is_placed) {
                add_group(p, i, n);
                n = p->groups[p->n_groups - 1].end;
            }
        p->n_stages = stage + 1;
    }
}

static bl_status make_tasks(struct program *p)
{
    size_t n = 0;
    for (size_t i = 0; i < p->n_groups; i++)
        n += p->groups[i].n_tasks;
    BL_TRY(MEM_ARRAY(p->ctx, &p->tasks, n, "the step's tasks"));
    for (size_t i = 0; i < p->n_groups; i++) {
        for (size_t k = 0; k < p->groups[i].n_tasks; k++)
            p->tasks[p->n_tasks++] = (struct task){i, k};
        p->stage_end[p->groups[i].stage] = p->n_tasks;
    }
    return parallel_need(p->ctx, n + 1); /* one more task, for the prefetch of the next batch */
}

static void find_spans(struct program *p)
{
    for (size_t i = 0; i < p->n; i++)
        for (size_t k = 0, block = 0; k < OPERANDS; k++) {
            const enum buffer buffer = program_operand(p, &p->items[i], k, &block).buffer;
            struct span *span =
                &p->spans[(size_t)(buffer == BUFFER_SIGNAL ? BUFFER_DELTA : buffer) * p->n_blocks + block];
            const size_t stage = p->items[i].stage + 1;
            span->first = span->first && span->first < stage ? span->first : stage;
            span->last = later(span->last, stage);
        }
}

bl_status program_lower(struct program *p, const struct net *net)
{
    struct accesses *all = NULL;
    p->threads = (size_t)p->ctx->threads;
    fuse(p, net);
    BL_TRY(MEM_ARRAY(p->ctx, &p->order, p->n, "the order of a step"));
    BL_TRY(MEM_ARRAY(p->ctx, &p->groups, p->n, "the order of a step"));
    BL_TRY(MEM_ARRAY(p->ctx, &p->stage_end, p->n, "the stages of a step"));
    BL_TRY(MEM_ARRAY(p->ctx, &p->spans, BUFFERS * p->n_blocks, "the buffers of a step"));
    if (p->spec.is_lean)
        BL_TRY(program_find_places(p, net));
    BL_TRY(MEM_ARRAY(p->ctx, &all, program_memories(p), "the accesses of a step"));
    find_stages(p, all);
    find_groups(p);
    if (program_choose_cuts(p)) {
        find_stages(p, all);
        find_groups(p);
    }
    mem_free(p->ctx, all);
    find_spans(p);
    return make_tasks(p);
}

void program_free(struct program *p)
{
    if (!p)
        return;
    mem_free(p->ctx, p->items);
    mem_free(p->ctx, p->maps);
    mem_free(p->ctx, p->order);
    mem_free(p->ctx, p->groups);
    mem_free(p->ctx, p->tasks);
    mem_free(p->ctx, p->stage_end);
    mem_free(p->ctx, p->spans);
    mem_free(p->ctx, p->place_numbers);
    mem_free(p->ctx, p);
}

enum workspace_memory program_keeps(const struct program *p)
{
    return p->spec.is_lean         ? WORKSPACE_IN_PLACES
           : p->shares_derivatives ? WORKSPACE_KEEPS_ALL
                                   : WORKSPACE_KEEPS_OUTPUTS;
}

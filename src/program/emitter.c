/*
 * emitter.c - the list of a step's instructions, in an order that is right from top to bottom.
 */
#include "emitter.h"

#include "ops.h"

#include <stdio.h>
#include <string.h>

static void emit(struct bl_emitter *e, struct instruction item)
{
    struct program *p = e->program;
    e->is_full = e->is_full || p->n == p->room;
    item.period = e->period;
    if (!e->is_full)
        p->items[p->n++] = item;
}

/* Two hidden blocks' outputs that take turns in one place (lesson_memory). */
static bool displaces(const struct program *p, size_t l, size_t other)
{
    return p->spec.is_lean && l != other && l + 1 < p->n_blocks && other + 1 < p->n_blocks &&
           l % 2 == other % 2;
}

/* Whether a block's buffer holds what the first or second pass has put there, after the last instruction. */
static bool is_there(const struct program *p, enum buffer buffer, size_t l, enum pass pass)
{
    for (size_t k = p->n; k-- > 0;) {
        const struct instruction *item = &p->items[k];
        if (item->op == &op_forward && buffer < BUFFER_ARRAY && displaces(p, l, item->l))
            return false;
        size_t block = 0;
        for (size_t i = 0; i < OPERANDS; i++) {
            const struct operand o = program_operand(p, item, i, &block);
            if (o.buffer == buffer && block == l && o.access != READS)
                return buffer != BUFFER_OUTPUT || item->pass == pass;
        }
    }
    return false;
}

static void need(struct bl_emitter *e, enum buffer buffer, size_t l, enum pass pass)
{
    if (!is_there(e->program, buffer, l, pass))
        e->has_missing = true;
}

/* An array that keeps its numbers is always there. */
static void need_array(struct bl_emitter *e, enum buffer buffer, size_t l)
{
    if (!array_is_kept(&e->program->user->arrays[buffer - BUFFER_ARRAY]))
        need(e, buffer, l, PASS_FIRST);
}

static void need_source(struct bl_emitter *e, enum buffer source)
{
    const size_t last = e->program->n_blocks - 1;
    if (source == BUFFER_DELTA)
        need(e, BUFFER_DELTA, last, PASS_FIRST);
    else if (source >= BUFFER_ARRAY)
        need_array(e, source, last);
}

void emit_product(struct bl_emitter *e, enum buffer source, size_t l)
{
    need_source(e, source);
    emit(e, (struct instruction){.op = &op_product, .l = l, .source = source});
}

static const struct block *block_of(const struct program *p, size_t l)
{
    return p->net ? &p->net->blocks[l] : NULL;
}

static bool is_weighted(const struct program *p, size_t l)
{
    return !p->net || block_of(p, l)->is_weighted;
}

static bool is_add(const struct program *p, size_t l)
{
    return p->net && net_layer(p->net, l)->ops->is_add;
}

static bool has_params(const struct program *p, size_t l)
{
    return !p->net || block_of(p, l)->n_tensors > 0;
}

/* Whether a direct rule's signal arrives at the block's end. */
static bool is_taught(const struct program *p, size_t l)
{
    return !p->net || block_of(p, l)->is_taught;
}

static bool ends_module(const struct program *p, size_t l)
{
    return !p->net || block_of(p, l)->module == l;
}

static const struct op *pull_from(const struct program *p, size_t f)
{
    return is_weighted(p, f) ? &op_pull : is_add(p, f) ? &op_pull_add : &op_pull_exact;
}

void emit_pull(struct bl_emitter *e, enum buffer matrix, size_t l)
{
    const struct program *p = e->program;
    for (size_t i = 0; i < program_followers(p, l); i++) {
        const size_t f = program_follower(p, l, i);
        need(e, BUFFER_DELTA, f, PASS_FIRST);
        emit(e, (struct instruction){
                    .op = pull_from(p, f), .l = l, .other = f, .accumulates = i > 0, .matrix = matrix});
    }
}

void emit_push(struct bl_emitter *e, enum buffer matrix, size_t l)
{
    need(e, BUFFER_DELTA, e->program->net ? block_of(e->program, l)->sources[0] : l - 1, PASS_FIRST);
    emit(e, (struct instruction){.op = &op_push, .l = l, .matrix = matrix});
}

void emit_map(struct bl_emitter *e, const struct op *map, size_t l)
{
    size_t block = 0;
    const bool has_follower = program_followers(e->program, l) > 0;
    const struct instruction item = {
        .op = map, .l = l, .other = has_follower ? program_follower(e->program, l, 0) : l};
    for (size_t i = 0; i < OPERANDS; i++) {
        const struct operand o = program_operand(e->program, &item, i, &block);
        if (o.access != WRITES && (o.buffer == BUFFER_DELTA || o.buffer == BUFFER_SIGNAL))
            need(e, o.buffer, block, PASS_FIRST);
        else if (o.access != WRITES && o.buffer >= BUFFER_ARRAY && o.buffer <= BUFFER_LAST_ARRAY)
            need_array(e, o.buffer, block);
        else if (map->given && o.buffer == BUFFER_OUTPUT &&
                 !is_there(e->program, BUFFER_OUTPUT, block, PASS_SECOND))
            need(e, BUFFER_OUTPUT, block, PASS_FIRST);
    }
    emit(e, item);
}

void emit_map_on_followers(struct bl_emitter *e, const struct op *map, size_t l)
{
    for (size_t i = 0; i < program_followers(e->program, l); i++) {
        const size_t f = program_follower(e->program, l, i);
        if (is_weighted(e->program, f))
            emit_map(e, map, f);
    }
}

void emit_second_forward(struct bl_emitter *e, size_t l)
{
    if (l > 0)
        need(e, BUFFER_OUTPUT, l - 1, PASS_SECOND);
    emit(e, (struct instruction){.op = &op_forward, .l = l, .pass = PASS_SECOND, .mode = MODE_REPLAY});
}

void emit_noise(struct bl_emitter *e, enum buffer array, float sigma, uint16_t stream, size_t l)
{
    emit(e, (struct instruction){.op = &op_noise, .l = l, .source = array, .sigma = sigma, .stream = stream});
}

static void emit_plain(struct bl_emitter *e, const struct op *op, size_t l)
{
    emit(e, (struct instruction){.op = op, .l = l});
}

void emit_update_feedback(struct bl_emitter *e, size_t l)
{
    if (l > 0 && is_weighted(e->program, l))
        emit_plain(e, &op_update_feedback, l);
}

void emit_learn_feedback(struct bl_emitter *e, size_t l)
{
    if (l + 1 < e->program->n_blocks && is_taught(e->program, l))
        emit_plain(e, &op_learn_feedback, l);
}

/* Where outputs are not kept: computes block l's again, from the last one below it that is there. */
static void repeat_forward(struct bl_emitter *e, size_t l)
{
    size_t first = l;
    while (first > 0 && !is_there(e->program, BUFFER_OUTPUT, first - 1, PASS_FIRST))
        first--;
    for (size_t k = first; k <= l; k++)
        if (!is_there(e->program, BUFFER_OUTPUT, k, PASS_FIRST))
            emit(e,
                 (struct instruction){.op = &op_forward, .l = k, .mode = MODE_REPLAY, .is_repeated = true});
}

/* All of a block's that learns: its gradient, and the steps of what has that gradient. */
static void emit_learning(struct bl_emitter *e, const struct emission *what, size_t l)
{
    const struct program *p = e->program;
    if (has_params(p, l)) {
        emit_plain(e, &op_gradient, l);
        if (p->spec.updates)
            emit_plain(e, &op_update, l);
    }
    if (!p->spec.updates || !what->learn)
        return;
    e->is_learning = true;
    what->learn(e, l);
    e->is_learning = false;
    e->period = 0;
}

/* Drops what was emitted since, where it reads what is not there. */
static bool is_whole_since(struct bl_emitter *e, size_t n, size_t n_maps)
{
    e->period = 0;
    if (!e->has_missing)
        return true;
    e->has_missing = false;
    e->program->n = n;
    e->program->n_maps = n_maps;
    return false;
}

/* How block l's signal or delta comes about: by the rule, or exactly within a module. false: not at all, because it needs none. */
static bool emit_signal(struct bl_emitter *e, const struct emission *what, size_t l)
{
    if (!ends_module(e->program, l))
        emit_pull(e, BUFFER_WEIGHTS, l);
    else if (what->is_direct && !is_taught(e->program, l))
        return false;
    else
        what->emit(e, l);
    return true;
}

/* false: the block's signal reads what is not there; nothing is emitted. */
static bool emit_block(struct bl_emitter *e, const struct emission *what, size_t l)
{
    const size_t n = e->program->n, n_maps = e->program->n_maps;
    if (e->program->spec.is_lean)
        repeat_forward(e, l);
    if (!emit_signal(e, what, l))
        return true;
    if (!is_whole_since(e, n, n_maps))
        return false;
    if (!is_there(e->program, BUFFER_DELTA, l, PASS_FIRST))
        emit_plain(e, &op_local_backward, l);
    if (e->program->spec.is_lean) /* else behind all signals, which may read the weights */
        emit_learning(e, what, l);
    return true;
}

/* false: it reads what is not there; nothing is emitted. */
static bool emit_begin(struct bl_emitter *e, const struct emission *what)
{
    const size_t n = e->program->n, n_maps = e->program->n_maps;
    if (what->begin)
        what->begin(e);
    return is_whole_since(e, n, n_maps);
}

size_t emission_room(size_t n_blocks)
{
    return 16 * n_blocks + 16;
}

bool emit_step(struct program *p, const struct emission *what, char refusal[160])
{
    struct bl_emitter e = {.program = p};
    const size_t last = p->n_blocks - 1;
    size_t done = 0,
           rest = what->emit ? last : 0; /* blocks that are taught; the rest is from done to rest - 1 */
    if (what->has_entry)
        emit_plain(&e, &op_enter, 0);
    bool has_begun = rest == 0 || emit_begin(&e, what);
    for (size_t l = 0; l <= last; l++) {
        emit_plain(&e, is_add(p, l) ? &op_add : &op_forward, l);
        if (has_begun && l == done && l < rest && emit_block(&e, what, l))
            done++;
    }
    emit_plain(&e, &op_loss, last);
    has_begun = has_begun || emit_begin(&e, what);
    while (has_begun && done < rest && emit_block(&e, what, done))
        done++;
    while (has_begun && done < rest && emit_block(&e, what, rest - 1))
        rest--;
    for (size_t l = what->emit && !p->spec.is_lean ? 0 : last; l <= last; l++)
        emit_learning(&e, what, l);
    if (e.is_full && !e.refusal[0])
        snprintf(e.refusal, sizeof e.refusal, "more than %zu instructions for %zu blocks", p->room,
                 p->n_blocks);
    if (refusal)
        memcpy(refusal, e.refusal, sizeof e.refusal);
    return has_begun && done == rest && !e.has_missing && !e.refusal[0];
}

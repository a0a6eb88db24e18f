/*
 * emitter.c - the list of a step's instructions, in an order that is right from top to bottom.
 */
#include "emitter.h"

#include "ops.h"

static void emit(struct emitter *e, struct instruction item)
{
    struct program *p = e->program;
    e->is_full = e->is_full || p->n == p->room;
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
        if (item->op == &op_forward && displaces(p, l, item->l))
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

static void need(struct emitter *e, enum buffer buffer, size_t l, enum pass pass)
{
    if (!is_there(e->program, buffer, l, pass))
        e->has_missing = true;
}

static void need_source(struct emitter *e, enum buffer source)
{
    if (source == BUFFER_DELTA)
        need(e, BUFFER_DELTA, e->program->n_blocks - 1, PASS_FIRST);
}

void emit_product(struct emitter *e, enum buffer source, size_t l)
{
    need_source(e, source);
    emit(e, (struct instruction){.op = &op_product, .l = l, .source = source});
}

void emit_pull(struct emitter *e, enum buffer matrix, size_t l)
{
    need(e, BUFFER_DELTA, l + 1, PASS_FIRST);
    emit(e, (struct instruction){.op = &op_pull, .l = l, .matrix = matrix});
}

void emit_push(struct emitter *e, enum buffer matrix, size_t l)
{
    need(e, BUFFER_DELTA, l - 1, PASS_FIRST);
    emit(e, (struct instruction){.op = &op_push, .l = l, .matrix = matrix});
}

void emit_map(struct emitter *e, const struct op *map, size_t l)
{
    size_t block = 0;
    const struct instruction item = {.op = map, .l = l};
    for (size_t i = 0; i < OPERANDS; i++) {
        const struct operand o = program_operand(e->program, &item, i, &block);
        if (o.access != WRITES && (o.buffer == BUFFER_DELTA || o.buffer == BUFFER_SIGNAL))
            need(e, o.buffer, block, PASS_FIRST);
    }
    emit(e, item);
}

void emit_second_forward(struct emitter *e, size_t l)
{
    if (l > 0)
        need(e, BUFFER_OUTPUT, l - 1, PASS_SECOND);
    emit(e, (struct instruction){.op = &op_forward, .l = l, .pass = PASS_SECOND, .mode = MODE_REPLAY});
}

static void emit_plain(struct emitter *e, const struct op *op, size_t l)
{
    emit(e, (struct instruction){.op = op, .l = l});
}

void emit_update_feedback(struct emitter *e, size_t l)
{
    if (l > 0)
        emit_plain(e, &op_update_feedback, l);
}

void emit_learn_feedback(struct emitter *e, size_t l)
{
    if (l + 1 < e->program->n_blocks)
        emit_plain(e, &op_learn_feedback, l);
}

/* Where outputs are not kept: computes block l's again, from the last one below it that is there. */
static void repeat_forward(struct emitter *e, size_t l)
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
static void emit_learning(struct emitter *e, const struct emission *what, size_t l)
{
    emit_plain(e, &op_gradient, l);
    if (!e->program->spec.updates)
        return;
    emit_plain(e, &op_update, l);
    if (what->learn)
        what->learn(e, l);
}

/* false: the block's signal reads what is not there; nothing is emitted. */
static bool emit_block(struct emitter *e, const struct emission *what, size_t l)
{
    const size_t begin = e->program->n;
    if (e->program->spec.is_lean)
        repeat_forward(e, l);
    what->emit(e, l);
    if (e->has_missing) {
        e->has_missing = false;
        e->program->n = begin;
        return false;
    }
    if (!is_there(e->program, BUFFER_DELTA, l, PASS_FIRST))
        emit_plain(e, &op_local_backward, l);
    if (e->program->spec.is_lean) /* else behind all signals, which may read the weights */
        emit_learning(e, what, l);
    return true;
}

size_t emission_room(size_t n_blocks)
{
    return 16 * n_blocks + 16;
}

bool emit_step(struct program *p, const struct emission *what)
{
    struct emitter e = {.program = p};
    const size_t last = p->n_blocks - 1;
    size_t done = 0,
           rest = what->emit ? last : 0; /* blocks that are taught; the rest is from done to rest - 1 */
    if (what->has_entry)
        emit_plain(&e, &op_enter, 0);
    for (size_t l = 0; l <= last; l++) {
        emit_plain(&e, &op_forward, l);
        if (l == done && l < rest && emit_block(&e, what, l))
            done++;
    }
    emit_plain(&e, &op_loss, last);
    while (done < rest && emit_block(&e, what, done))
        done++;
    while (done < rest && emit_block(&e, what, rest - 1))
        rest--;
    for (size_t l = what->emit && !p->spec.is_lean ? 0 : last; l <= last; l++)
        emit_learning(&e, what, l);
    return done == rest && !e.is_full;
}

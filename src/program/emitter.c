/*
 * emitter.c - emits the instructions of a step, in an order that is correct from top to bottom.
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

static const struct block *block_of(const struct program *p, size_t l)
{
    return p->net ? &p->net->blocks[l] : NULL;
}

static size_t module_of(const struct program *p, size_t l)
{
    return p->net ? block_of(p, l)->module : l;
}

/* In a lean program, whether block l's output is dropped at the loss. It is kept if an earlier block may have
   been updated before, because the output could then not be computed again, and in a net of few blocks, in
   which dropping it saves nothing. */
static bool is_dropped(const struct bl_emitter *e, size_t l)
{
    enum { FEW = 3 };
    const struct program *p = e->program;
    return p->spec.is_lean && p->n_blocks > FEW && l + 1 < p->n_blocks && module_of(p, l) >= e->done_before;
}

/* Whether the instructions so far have written a block's buffer, in the first or the second pass. */
static bool is_written(const struct bl_emitter *e, enum buffer buffer, size_t l, enum pass_index pass)
{
    const struct program *p = e->program;
    for (size_t k = p->n; k-- > 0;) {
        const struct instruction *item = &p->items[k];
        if (item->op == &op_loss && buffer == BUFFER_OUTPUT && is_dropped(e, l))
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

static void need(struct bl_emitter *e, enum buffer buffer, size_t l, enum pass_index pass)
{
    if (is_written(e, buffer, l, pass))
        return;
    if (!e->has_missing)
        e->missing = (struct missing){buffer, l};
    e->has_missing = true;
}

/* Records an array as missing if it is not written. An array that keeps its numbers from step to step is
   always written. */
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

/* Whether a direct rule sends a signal to the block. */
static bool needs_signal(const struct program *p, size_t l)
{
    return !p->net || block_of(p, l)->needs_signal;
}

/* Whether block l has weights through which a signal passes into another module, which needs a matrix of
   feedback. */
static bool enters_module(const struct program *p, size_t l)
{
    return p->net ? net_enters_module(p->net, l) : l > 0;
}

static const struct op *forward_of(const struct program *p, size_t l)
{
    return is_add(p, l) ? &op_add : &op_forward;
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
    const struct program *p = e->program;
    for (size_t i = 0; i < program_sources(p, l); i++)
        need(e, BUFFER_DELTA, program_source(p, l, i), PASS_FIRST);
    emit(e,
         (struct instruction){.op = is_weighted(p, l) ? &op_push : &op_push_add, .l = l, .matrix = matrix});
}

/* Emits an instruction whose operands the rule has chosen. */
static void emit_with_operands(struct bl_emitter *e, struct instruction item)
{
    size_t block = 0;
    const bool has_follower = program_followers(e->program, item.l) > 0;
    item.other = has_follower ? program_follower(e->program, item.l, 0) : item.l;
    for (size_t i = 0; i < OPERANDS; i++) {
        const struct operand o = program_operand(e->program, &item, i, &block);
        if (o.access != WRITES && (o.buffer == BUFFER_DELTA || o.buffer == BUFFER_SIGNAL))
            need(e, o.buffer, block, PASS_FIRST);
        else if (o.access != WRITES && o.buffer >= BUFFER_ARRAY && o.buffer <= BUFFER_LAST_ARRAY)
            need_array(e, o.buffer, block);
        else if (e->program->user && o.access != WRITES && o.buffer == BUFFER_OUTPUT &&
                 !is_written(e, BUFFER_OUTPUT, block, PASS_SECOND))
            need(e, BUFFER_OUTPUT, block, PASS_FIRST);
    }
    emit(e, item);
}

void emit_map(struct bl_emitter *e, const struct op *map, size_t l)
{
    emit_with_operands(e, (struct instruction){.op = map, .l = l});
}

void emit_matmul(struct bl_emitter *e, const struct op *matmul, bool transposes_a, bool transposes_b,
                 size_t l)
{
    emit_with_operands(e,
                       (struct instruction){
                           .op = matmul, .l = l, .transposes_a = transposes_a, .transposes_b = transposes_b});
}

void emit_map_on_followers(struct bl_emitter *e, const struct op *map, size_t l)
{
    for (size_t i = 0; i < program_followers(e->program, l); i++) {
        const size_t f = program_follower(e->program, l, i);
        if (is_weighted(e->program, f))
            emit_map(e, map, f);
    }
}

/* Emits the forward of block l: of its head, and of the layers after it if these are a separate instruction.
   pattern: pass and mode. */
static void emit_forward(struct bl_emitter *e, size_t l, struct instruction pattern)
{
    pattern.l = l;
    pattern.op = forward_of(e->program, l);
    emit(e, pattern);
    pattern.op = &op_local_forward;
    if (e->program->net && block_of(e->program, l)->has_statistics)
        emit(e, pattern);
}

/* Emits the computation of block l's output from the input that the rule has changed. */
static void repeat_from_new_input(struct bl_emitter *e, size_t l)
{
    const struct program *p = e->program;
    for (size_t i = 0; l > 0 && i < program_sources(p, l); i++)
        need(e, BUFFER_OUTPUT, program_source(p, l, i), PASS_SECOND);
    emit_forward(e, l, (struct instruction){.pass = PASS_SECOND, .mode = MODE_REPLAY});
}

void emit_second_forward(struct bl_emitter *e, size_t l)
{
    const struct program *p = e->program;
    for (size_t k = 0; k < l; k++)
        if (module_of(p, k) == module_of(p, l) && !is_written(e, BUFFER_OUTPUT, k, PASS_SECOND))
            repeat_from_new_input(e, k);
    repeat_from_new_input(e, l);
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
    if (enters_module(e->program, l))
        emit_plain(e, &op_update_feedback, l);
}

void emit_learn_feedback(struct bl_emitter *e, size_t l)
{
    if (l + 1 < e->program->n_blocks && needs_signal(e->program, l))
        emit_plain(e, &op_learn_feedback, l);
}

/* In a lean program, emits the repeated computation of block l's output, after those that it is computed
   from. */
static void repeat_forward(struct bl_emitter *e, size_t l)
{
    const struct program *p = e->program;
    if (is_written(e, BUFFER_OUTPUT, l, PASS_FIRST))
        return;
    for (size_t i = 0; l > 0 && i < program_sources(p, l); i++)
        repeat_forward(e, program_source(p, l, i));
    emit_forward(e, l, (struct instruction){.mode = MODE_REPLAY, .is_repeated = true});
}

static void emit_gradient(struct bl_emitter *e, size_t l)
{
    if (has_params(e->program, l) && !e->program->spec.stops_at_deltas)
        emit_plain(e, &op_gradient, l);
}

/* Emits the updates by block l's gradient. */
static void emit_updates(struct bl_emitter *e, size_t l)
{
    const struct program *p = e->program;
    if (p->spec.stops_at_deltas || !p->spec.updates)
        return;
    if (has_params(p, l))
        emit_plain(e, &op_update, l);
    if (!e->emission->learn)
        return;
    e->is_learning = true;
    e->emission->learn(e, l);
    e->is_learning = false;
    e->period = 0;
}

/* Emits a block's gradient, and the updates by that gradient. */
static void emit_learning(struct bl_emitter *e, size_t l)
{
    emit_gradient(e, l);
    emit_updates(e, l);
}

/* Emits the gradients and updates of the blocks from `first` on. */
static void emit_learning_from(struct bl_emitter *e, size_t first)
{
    struct program *p = e->program;
    if (!p->spec.waits_for_gradients) {
        for (size_t l = first; l < p->n_blocks; l++)
            emit_learning(e, l);
        return;
    }
    for (size_t l = first; l < p->n_blocks; l++)
        emit_gradient(e, l);
    p->n_gradients = p->n;
    for (size_t l = first; l < p->n_blocks; l++)
        emit_updates(e, l);
}

/* Discards the instructions after the first n, and returns false, if one of them reads a buffer that is not
   written. */
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

/* The last block of the piece for which a rule emits one signal: a module, or one block if signals go
   forward. */
static size_t piece_of(const struct program *p, const struct emission *what, size_t l)
{
    return what->is_onward ? l : module_of(p, l);
}

bool emitter_needs_signal(const struct bl_emitter *e, size_t l)
{
    const struct program *p = e->program;
    return l + 1 < p->n_blocks && piece_of(p, e->emission, l) == l &&
           (!e->emission->is_direct || needs_signal(p, l));
}

/* Emits the computation of block l's signal or delta: by the rule, or exactly inside a module. false: the
   block needs none. */
static bool emit_signal(struct bl_emitter *e, size_t l)
{
    const size_t end = piece_of(e->program, e->emission, l);
    if (e->emission->is_direct && end + 1 < e->program->n_blocks && !needs_signal(e->program, end))
        return false;
    if (end != l)
        emit_pull(e, BUFFER_WEIGHTS, l);
    else
        e->emission->emit(e, l);
    return true;
}

/* Emits a block. false: its signal reads a buffer that is not written yet; nothing is emitted. */
static bool emit_block(struct bl_emitter *e, size_t l)
{
    const size_t n = e->program->n, n_maps = e->program->n_maps;
    if (!emit_signal(e, l))
        return true;
    if (!is_written(e, BUFFER_DELTA, l, PASS_FIRST))
        need(e, BUFFER_SIGNAL, l, PASS_FIRST);
    if (!is_whole_since(e, n, n_maps))
        return false;
    if (!is_written(e, BUFFER_DELTA, l, PASS_FIRST))
        emit_plain(e, &op_local_backward, l);
    return true;
}

static bool is_in_piece(const struct program *p, const struct emission *what, size_t l, size_t end)
{
    return piece_of(p, what, l) == end && l + 1 < p->n_blocks;
}

/* Emits the signals of a piece, from its last block backward, because a block inside reads the deltas of its
   followers. */
static bool emit_signals(struct bl_emitter *e, size_t end)
{
    for (size_t l = end + 1; l-- > 0;)
        if (is_in_piece(e->program, e->emission, l, end) && !emit_block(e, l))
            return false;
    return true;
}

/* Emits the piece that ends with block `end`; of the output's module, all blocks except the output. false: a
   signal reads a buffer that is not written yet; nothing is emitted. */
static bool emit_piece(struct bl_emitter *e, size_t end)
{
    const struct program *p = e->program;
    const size_t n = p->n, n_maps = p->n_maps;
    for (size_t l = 0; l <= end && p->spec.is_lean; l++)
        if (is_in_piece(p, e->emission, l, end))
            repeat_forward(e, l);
    if (!emit_signals(e, end)) {
        e->program->n = n;
        e->program->n_maps = n_maps;
        return false;
    }
    /* In other programs, updates come after all signals, which may read the weights. */
    for (size_t l = 0; l <= end && p->spec.is_lean; l++)
        if (is_in_piece(p, e->emission, l, end))
            emit_learning(e, l);
    return true;
}

/* The last block of the first piece that ends in begin .. end - 1; end: no piece ends there. */
static size_t first_piece(const struct program *p, const struct emission *what, size_t begin, size_t end)
{
    while (begin < end && piece_of(p, what, begin) != begin)
        begin++;
    return begin;
}

/* One past the last block in begin .. end - 1 that ends a piece; begin: no piece ends there. */
static size_t after_last_piece(const struct program *p, const struct emission *what, size_t begin, size_t end)
{
    while (end > begin && piece_of(p, what, end - 1) != end - 1)
        end--;
    return end;
}

/* Calls the rule's `begin`. false: it reads a buffer that is not written yet; nothing is emitted. */
static bool emit_begin(struct bl_emitter *e)
{
    const size_t n = e->program->n, n_maps = e->program->n_maps;
    if (e->emission->begin)
        e->emission->begin(e);
    return is_whole_since(e, n, n_maps);
}

bool emit_step(struct program *p, const struct emission *what, char refusal[160])
{
    struct bl_emitter e = {.program = p, .emission = what};
    const size_t last = p->n_blocks - 1;
    /* the pieces that end in done .. rest - 1 are not emitted yet */
    size_t done = 0, rest = what->emit ? last : 0;
    if (what->has_entry)
        emit_plain(&e, &op_enter, 0);
    bool has_begun = rest == 0 || emit_begin(&e);
    for (size_t l = 0; l <= last; l++) {
        emit_forward(&e, l, (struct instruction){.mode = MODE_OF_RUN});
        if (has_begun && l < rest && l == first_piece(p, what, done, rest) && emit_piece(&e, l))
            done = l + 1;
    }
    emit_plain(&e, &op_loss, last);
    e.done_before = done;
    has_begun = has_begun || emit_begin(&e);
    if (what->emit && has_begun && !p->spec.is_lean)
        has_begun = emit_piece(&e, last);
    for (size_t l = 0; has_begun && (l = first_piece(p, what, done, rest)) < rest; done = l + 1)
        if (!emit_piece(&e, l))
            break;
    for (size_t end = 0; has_begun && (end = after_last_piece(p, what, done, rest)) > done; rest = end - 1)
        if (!emit_piece(&e, end - 1))
            break;
    const bool is_whole = first_piece(p, what, done, rest) == rest;
    /* in a lean program the output's module is updated at once, so it must come after the modules from which
       its input is computed again */
    if (what->emit && has_begun && p->spec.is_lean)
        has_begun = emit_piece(&e, last);
    emit_learning_from(&e, what->emit && !p->spec.is_lean ? 0 : last);
    if (e.is_full && !e.refusal[0])
        snprintf(e.refusal, sizeof e.refusal, "more than %zu instructions for %zu blocks", p->room,
                 p->n_blocks);
    if ((!has_begun || !is_whole || e.has_missing) && !e.refusal[0])
        snprintf(e.refusal, sizeof e.refusal, "%s of block %zu is read, but no instruction writes it before",
                 program_buffer_name(p, e.missing.buffer), e.missing.l);
    if (refusal)
        memcpy(refusal, e.refusal, sizeof e.refusal);
    return !e.refusal[0];
}

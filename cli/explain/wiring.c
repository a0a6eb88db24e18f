/*
 * wiring.c - the arrows of a net, from the operands of the instructions of a step.
 */
#include "wiring.h"

#include <stdlib.h>
#include <string.h>

int wiring_begin(struct wiring *wiring, int n_blocks)
{
    *wiring =
        (struct wiring){.n_blocks = n_blocks, .blocks = calloc((size_t)n_blocks, sizeof *wiring->blocks)};
    return wiring->blocks != NULL;
}

void wiring_free(struct wiring *wiring)
{
    free(wiring->blocks);
    free(wiring->wires);
    *wiring = (struct wiring){.n_blocks = 0};
}

static bool is(const char *a, const char *b)
{
    return strcmp(a, b) == 0;
}

/* Adds an arrow, unless there is the same one. */
static void add_wire(struct wiring *w, struct wire wire)
{
    for (size_t i = 0; i < w->n_wires; i++)
        if (w->wires[i].from == wire.from && w->wires[i].to == wire.to && w->wires[i].kind == wire.kind)
            return;
    if (w->n_wires == w->room) {
        const size_t room = 2 * w->room + 32;
        struct wire *wires = realloc(w->wires, room * sizeof *wires);
        w->is_full = w->is_full || !wires;
        if (!wires)
            return;
        w->wires = wires;
        w->room = room;
    }
    w->wires[w->n_wires++] = wire;
}

/* The layers and shapes of a block, from an instruction that computes its output. */
static void learn_block(struct wiring *w, const bl_trace *now)
{
    struct wired_block *block = &w->blocks[now->instruction.block];
    const bool is_rest = is(now->instruction.op, "local_forward");
    const int begin = is_rest ? 1 : 0;
    int n = 0;
    for (int i = 0; i < now->n_arrays; i++) {
        const bl_trace_array *a = &now->arrays[i];
        if (is(a->buffer, "weights") && is(a->what, "weight") && a->block == now->instruction.block)
            block->W[0] = a->rows, block->W[1] = a->cols;
        if (is(a->buffer, "input"))
            w->in = a->shape;
        if (!a->writes || !is(a->buffer, "output"))
            continue;
        if (n >= begin && n < MOST_LAYERS)
            snprintf(block->layers[n], sizeof block->layers[n], "%s", a->what);
        block->out = a->shape;
        n++;
    }
    block->n_layers = n > block->n_layers ? n : block->n_layers;
}

static void add_sources(struct wiring *w, const bl_trace *now)
{
    const int own = now->instruction.block;
    for (int i = 0; i < now->instruction.n_operands; i++) {
        const bl_operand *o = &now->instruction.operands[i];
        if (o->reads && is(o->buffer, "input"))
            add_wire(w, (struct wire){PLACE_INPUT, own, WIRE_FORWARD, own});
        else if (o->reads && is(o->buffer, "output") && o->block != own)
            add_wire(w, (struct wire){o->block, own, WIRE_FORWARD, own});
    }
}

/* The operand of a buffer that the instruction reads, or writes; NULL: none. */
static const bl_operand *operand_of(const bl_trace *now, const char *buffer, bool written)
{
    for (int i = 0; i < now->instruction.n_operands; i++) {
        const bl_operand *o = &now->instruction.operands[i];
        if (is(o->buffer, buffer) && (written ? o->writes : o->reads))
            return o;
    }
    return NULL;
}

/* A signal from deltas of other blocks, or from the error or the targets, to the instruction's block, or to
   the input. */
static void add_signals(struct wiring *w, const bl_trace *now)
{
    const int own = now->instruction.block, last = w->n_blocks - 1;
    const bool to_input = operand_of(now, "input", true) != NULL,
               is_chain = strncmp(now->instruction.op, "pull", 4) == 0 ||
                          strncmp(now->instruction.op, "push", 4) == 0;
    const bl_operand *B = operand_of(now, "feedback", false), *W = operand_of(now, "weights", false);
    const struct wire wire = {.to = to_input ? PLACE_INPUT : own,
                              .kind = B               ? WIRE_FEEDBACK
                                      : W && is_chain ? WIRE_WEIGHTS
                                                      : WIRE_EXACT,
                              .matrix = B   ? B->block
                                        : W ? W->block
                                            : -1};
    if (!operand_of(now, "signal", true) && !operand_of(now, "delta", true) && !to_input)
        return;
    for (int i = 0; i < now->instruction.n_operands; i++) {
        const bl_operand *o = &now->instruction.operands[i];
        struct wire added = wire;
        added.from = is(o->buffer, "targets")        ? PLACE_TARGETS
                     : o->block == last && !is_chain ? PLACE_ERROR
                                                     : o->block;
        if (is(now->instruction.op, "pull_exact") || is(now->instruction.op, "pull_add"))
            added.kind = WIRE_EXACT;
        if (o->reads && (is(o->buffer, "targets") || (is(o->buffer, "delta") && o->block != own)))
            add_wire(w, added);
    }
}

static void learn_feedback(struct wiring *w, const bl_trace *now)
{
    for (int i = 0; i < now->n_arrays; i++) {
        const bl_trace_array *a = &now->arrays[i];
        if (!is(a->buffer, "feedback"))
            continue;
        w->blocks[a->block].B[0] = a->rows;
        w->blocks[a->block].B[1] = a->cols;
        w->blocks[a->block].learns_feedback |= a->writes != 0;
    }
}

void wiring_add(struct wiring *w, const bl_trace *now)
{
    const char *op = now->instruction.op;
    if (!now->is_done || is(op, "enter"))
        return;
    learn_feedback(w, now);
    if (is(op, "forward") || is(op, "add") || is(op, "local_forward")) {
        w->has_adds = w->has_adds || is(op, "add");
        learn_block(w, now);
        add_sources(w, now);
    } else if (is(op, "loss")) {
        add_wire(w, (struct wire){PLACE_ERROR, w->n_blocks - 1, WIRE_EXACT, -1});
    } else {
        add_signals(w, now);
    }
}

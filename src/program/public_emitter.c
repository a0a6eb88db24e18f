/*
 * public_emitter.c - the emitter as the public header has it: checks what a user's rule says, and calls the emitter of the library's
 * rules.
 *
 * How a map may be cut follows from what it writes: where all of that belongs to channels of the map's block, by these; else it
 * is one task.
 */
#include "emitter.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>

/* The first thing that is not defined is told. */
static void refuse(bl_emitter *e, const char *format, ...) BL_PRINTF(2, 3);
static void refuse(bl_emitter *e, const char *format, ...)
{
    va_list arguments;
    if (e->refusal[0])
        return;
    va_start(arguments, format);
    vsnprintf(e->refusal, sizeof e->refusal, format, arguments);
    va_end(arguments);
}

/* Whether the instruction may be emitted on that block, one of first .. end - 1. */
static bool is_block(bl_emitter *e, const char *what, int block, size_t first, size_t end)
{
    if (block >= 0 && (size_t)block >= first && (size_t)block < end)
        return true;
    refuse(e, "%s on block %d of %zu, expected %zu to %zu", what, block, e->program->n_blocks, first,
           end - 1);
    return false;
}

static size_t last_block(const bl_emitter *e)
{
    return e->program->n_blocks - 1;
}

/* NULL: the rule has no such array. */
static const bl_rule_array *array_of(const bl_emitter *e, bl_buffer_id buffer)
{
    const int i = (int)buffer - BL_ARRAY_0;
    return i >= 0 && i < e->program->user->n_arrays ? &e->program->user->arrays[i] : NULL;
}

static enum buffer own_buffer(bl_buffer_id buffer)
{
    return (enum buffer)(BUFFER_ARRAY + ((int)buffer - BL_ARRAY_0));
}

static bool has_feedback(bl_emitter *e, const char *what, bl_feedback_kind kind)
{
    if (e->program->user->feedback == kind)
        return true;
    refuse(e, "%s needs a rule whose feedback is %s", what,
           kind == BL_FEEDBACK_DIRECT ? "direct" : "shaped like the weights");
    return false;
}

/* Not in `learn`, which has no signals any more. */
static bool is_open(bl_emitter *e, const char *what)
{
    if (e && e->program->user && !e->is_learning)
        return true;
    if (e)
        refuse(e, "%s where it is not allowed", what);
    return false;
}

/* Signals and deltas are new in each step. */
static bool is_each_step(bl_emitter *e, const char *what)
{
    if (e->period <= 1)
        return true;
    refuse(e, "%s with a period of %u steps: the other steps would have no such numbers", what, e->period);
    return false;
}

int bl_emitter_blocks(const bl_emitter *e)
{
    return e ? (int)e->program->n_blocks : 0;
}

void bl_emit_product(bl_emitter *e, bl_buffer_id source, int block)
{
    const char *const what = "bl_emit_product";
    if (!is_open(e, what) || !is_block(e, what, block, 0, last_block(e)) || !is_each_step(e, what) ||
        !has_feedback(e, what, BL_FEEDBACK_DIRECT))
        return;
    const bl_rule_array *array = array_of(e, source);
    const bool is_fitting =
        array && array->rows == BL_BATCH && array->cols == BL_OUTPUTS && !array->each_block;
    if (source != BL_ERROR && source != BL_TARGETS && !is_fitting)
        refuse(e,
               "bl_emit_product of buffer %d, expected the error, the targets or an array of batch x outputs",
               (int)source);
    else
        emit_product(e,
                     source == BL_ERROR     ? BUFFER_DELTA
                     : source == BL_TARGETS ? BUFFER_TARGETS
                                            : own_buffer(source),
                     (size_t)block);
}

/* Of pull and push. */
static bool is_matrix(bl_emitter *e, const char *what, bl_buffer_id matrix)
{
    if (matrix == BL_WEIGHTS)
        return true;
    if (matrix == BL_FEEDBACK)
        return has_feedback(e, what, BL_FEEDBACK_LIKE_WEIGHTS);
    refuse(e, "%s through buffer %d, expected weights or feedback", what, (int)matrix);
    return false;
}

static enum buffer matrix_buffer(bl_buffer_id matrix)
{
    return matrix == BL_WEIGHTS ? BUFFER_WEIGHTS : BUFFER_FEEDBACK;
}

void bl_emit_pull(bl_emitter *e, bl_buffer_id matrix, int block)
{
    const char *const what = "bl_emit_pull";
    if (is_open(e, what) && is_block(e, what, block, 0, last_block(e)) && is_each_step(e, what) &&
        is_matrix(e, what, matrix))
        emit_pull(e, matrix_buffer(matrix), (size_t)block);
}

void bl_emit_push(bl_emitter *e, bl_buffer_id matrix, int block)
{
    const char *const what = "bl_emit_push";
    if (is_open(e, what) && is_block(e, what, block, 1, last_block(e)) && is_each_step(e, what) &&
        is_matrix(e, what, matrix))
        emit_push(e, matrix_buffer(matrix), (size_t)block);
}

void bl_emit_forward(bl_emitter *e, int block)
{
    const char *const what = "bl_emit_forward";
    if (is_open(e, what) && is_block(e, what, block, 0, last_block(e)) && is_each_step(e, what))
        emit_second_forward(e, (size_t)block);
}

void bl_emit_noise(bl_emitter *e, bl_buffer_id array, double sigma, int stream, int block)
{
    const char *const what = "bl_emit_noise";
    if (!is_open(e, what) || !is_block(e, what, block, 0, e->program->n_blocks))
        return;
    const bl_rule_array *own = array_of(e, array);
    if (!own)
        refuse(e, "%s into buffer %d, expected an array of the rule", what, (int)array);
    else if (!(sigma > 0.0 && sigma <= 1e6) || stream < 0 || stream > UINT16_MAX)
        refuse(e, "%s with sigma %g and stream %d, expected a number up to 1e6 and 0 to 65535", what, sigma,
               stream);
    else if (array_is_kept(own) || is_each_step(e, what))
        emit_noise(e, own_buffer(array), (float)sigma, (uint16_t)stream,
                   own->each_block ? (size_t)block : last_block(e));
}

void bl_emit_every(bl_emitter *e, int steps)
{
    if (e && steps < 1)
        refuse(e, "bl_emit_every %d steps, expected 1 or more", steps);
    else if (e)
        e->period = (uint32_t)steps;
}

void bl_emit_learn_feedback(bl_emitter *e, int block)
{
    const char *const what = "bl_emit_learn_feedback";
    if (!e || !is_block(e, what, block, 0, e->program->n_blocks))
        return;
    if (!e->is_learning || !e->program->user || e->program->user->feedback == BL_FEEDBACK_NONE ||
        e->period > 1)
        refuse(e, "%s is for the callback `learn` of a rule with feedback, and for each step", what);
    else if (e->program->user->feedback == BL_FEEDBACK_DIRECT)
        emit_learn_feedback(e, (size_t)block);
    else
        emit_update_feedback(e, (size_t)block);
}

/* ---- Maps */

static bool is_of_channels(const bl_rule_array *array)
{
    return array->cols == BL_UNITS || array->cols == BL_CHANNELS || array->rows == BL_UNITS ||
           array->rows == BL_CHANNELS;
}

static enum access access_of(bl_access access)
{
    return access == BL_READS ? READS : access == BL_WRITES ? WRITES : UPDATES;
}

/* false: no such buffer. */
static bool operand_of(const bl_emitter *e, bl_buffer_id buffer, bl_access access, struct operand *out)
{
    const enum access how = access_of(access);
    const bl_rule_array *array = array_of(e, buffer);
    switch (buffer) {
    case BL_INPUT:
        *out = (struct operand){BUFFER_INPUT, OF_BLOCK, EXTENT_ALL, how};
        return true;
    case BL_TARGETS:
        *out = (struct operand){BUFFER_TARGETS, OF_BLOCK, EXTENT_ALL, how};
        return true;
    case BL_ERROR:
        *out = (struct operand){BUFFER_DELTA, OF_LAST, EXTENT_ALL, how};
        return true;
    case BL_OUTPUT:
    case BL_SIGNAL:
    case BL_DELTA:
    case BL_WEIGHTS:
    case BL_FEEDBACK:
        *out = (struct operand){(enum buffer)(BUFFER_OUTPUT + ((int)buffer - BL_OUTPUT)), OF_BLOCK,
                                EXTENT_RANGE, how};
        return true;
    default:
        if (array)
            *out =
                (struct operand){own_buffer(buffer), array->each_block ? OF_BLOCK : OF_LAST,
                                 array->each_block && is_of_channels(array) ? EXTENT_RANGE : EXTENT_ALL, how};
        return array != NULL;
    }
}

static bool may_write(const bl_emitter *e, bl_buffer_id buffer, size_t block)
{
    const bool is_derivative = buffer == BL_SIGNAL || buffer == BL_DELTA;
    if (e->is_learning && !array_of(e, buffer))
        return buffer == BL_FEEDBACK;
    return array_of(e, buffer) || buffer == BL_INPUT || buffer == BL_FEEDBACK ||
           (is_derivative && block < last_block(e));
}

static bool is_kept(const bl_emitter *e, bl_buffer_id buffer)
{
    const bl_rule_array *array = array_of(e, buffer);
    return array ? array_is_kept(array) : buffer == BL_FEEDBACK;
}

static bool check_operand(bl_emitter *e, const bl_map *map, size_t i, size_t block)
{
    const bl_buffer_id buffer = map->operands[i].buffer;
    const bl_access access = map->operands[i].access;
    if (access < BL_READS || access > BL_UPDATES)
        refuse(e, "map %.40s: operand %zu has the access %d", map->name, i, (int)access);
    else if (access != BL_READS && !may_write(e, buffer, block))
        refuse(e, "map %.40s: operand %zu on block %zu may not be written there", map->name, i, block);
    else if (access != BL_READS && e->period > 1 && !is_kept(e, buffer))
        refuse(e, "map %.40s: operand %zu must be written in each step", map->name, i);
    else if (buffer == BL_FEEDBACK && e->program->user->feedback == BL_FEEDBACK_NONE)
        refuse(e, "map %.40s: operand %zu is feedback, but the rule has none", map->name, i);
    return !e->refusal[0];
}

/* The map as an op of the program's own. false: it is refused. */
static bool translate(bl_emitter *e, const bl_map *map, size_t block, struct op *out)
{
    *out = (struct op){
        .kind = OP_MAP, .name = map->name, .is_whole = map->whole != 0, .move = MOVE_TEACH, .given = map};
    for (size_t i = 0; i < OPERANDS && map->operands[i].buffer != BL_NOTHING; i++) {
        struct operand *o = &out->operands[i];
        if (!operand_of(e, map->operands[i].buffer, map->operands[i].access, o)) {
            refuse(e, "map %.40s: operand %zu is buffer %d, which the rule does not have", map->name, i,
                   (int)map->operands[i].buffer);
            return false;
        }
        if (!check_operand(e, map, i, block))
            return false;
        out->is_whole = out->is_whole || (o->access != READS && o->extent == EXTENT_ALL);
    }
    for (size_t i = 0; i < OPERANDS && out->is_whole; i++)
        out->operands[i].extent = EXTENT_ALL;
    return true;
}

void bl_emit_map(bl_emitter *e, const bl_map *map, int block)
{
    struct program *p = e ? e->program : NULL;
    if (!p || !p->user || !is_block(e, "bl_emit_map", block, 0, p->n_blocks))
        return;
    if (!map || map->size != sizeof *map || !map->name || !map->run) {
        refuse(e, "bl_emit_map of a map that is NULL, without name or function, or of another size than this "
                  "header's");
        return;
    }
    if (p->n_maps == p->room) {
        e->is_full = true;
        return;
    }
    struct op *op = &p->maps[p->n_maps];
    if (!translate(e, map, (size_t)block, op))
        return;
    p->n_maps++;
    emit_map(e, op, (size_t)block);
}

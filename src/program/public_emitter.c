/*
 * public_emitter.c - the emitter of the public header: checks the arguments of a user's rule, and calls the
 * emitter of the library's rules.
 *
 * A map or a product is cut by channels if all of its written operands belong to channels of its block;
 * otherwise it is one task.
 */
#include "user_operands.h"

/* Refuses the instruction unless its block is one of first .. end - 1. */
static bool is_block(bl_emitter *e, const char *what, int block, size_t first, size_t end)
{
    if (block >= 0 && (size_t)block >= first && (size_t)block < end)
        return true;
    user_refuse(e, "%s on block %d of %zu, expected %zu to %zu", what, block, e->program->n_blocks, first,
                end - 1);
    return false;
}

static size_t last_block(const bl_emitter *e)
{
    return e->program->n_blocks - 1;
}

static bool has_feedback(bl_emitter *e, const char *what, bl_feedback_kind kind)
{
    if (e->program->user->feedback == kind)
        return true;
    user_refuse(e, "%s needs a rule whose feedback is %s", what,
                kind == BL_FEEDBACK_DIRECT ? "direct" : "shaped like the weights");
    return false;
}

/* Refuses the instruction in `learn`, in which signals no longer exist. */
static bool is_open(bl_emitter *e, const char *what)
{
    if (e && e->program->user && !e->is_learning)
        return true;
    if (e)
        user_refuse(e, "%s was called where it is not allowed", what);
    return false;
}

/* Refuses a period for instructions that write signals or deltas, which every step needs. */
static bool is_each_step(bl_emitter *e, const char *what)
{
    if (e->period <= 1)
        return true;
    user_refuse(e, "%s with a period of %u steps: the other steps would have no such numbers", what,
                e->period);
    return false;
}

/* ---- The net */

int bl_emitter_blocks(const bl_emitter *e)
{
    return e ? (int)e->program->n_blocks : 0;
}

static bool has_block(const bl_emitter *e, int block)
{
    return e && block >= 0 && (size_t)block < e->program->n_blocks;
}

int bl_emitter_follower(const bl_emitter *e, int block, int i)
{
    if (!has_block(e, block) || i < 0 || (size_t)i >= program_followers(e->program, (size_t)block))
        return 0;
    return (int)program_follower(e->program, (size_t)block, (size_t)i);
}

int bl_emitter_is_weighted(const bl_emitter *e, int block)
{
    return has_block(e, block) && (!e->program->net || e->program->net->blocks[block].is_weighted);
}

int bl_emitter_needs_signal(const bl_emitter *e, int block)
{
    return has_block(e, block) && emitter_needs_signal(e, (size_t)block);
}

/* ---- Instructions */

void bl_emit_product(bl_emitter *e, bl_buffer_id source, int block)
{
    const char *const what = "bl_emit_product";
    if (!is_open(e, what) || !is_block(e, what, block, 0, last_block(e)) || !is_each_step(e, what) ||
        !has_feedback(e, what, BL_FEEDBACK_DIRECT))
        return;
    if (!emitter_needs_signal(e, (size_t)block)) {
        user_refuse(e, "%s on block %d, which has no signal of its own in this net (bl_emitter_needs_signal)",
                    what, block);
        return;
    }
    const bl_rule_array *array = user_array(e, source);
    const bool is_fitting =
        array && array->rows == BL_BATCH && array->cols == BL_OUTPUTS && !array_is_of_blocks(array);
    if (source != BL_ERROR && source != BL_TARGETS && !is_fitting)
        user_refuse(
            e, "bl_emit_product of buffer %d, expected the error, the targets or an array of batch x outputs",
            (int)source);
    else
        emit_product(e,
                     source == BL_ERROR     ? BUFFER_DELTA
                     : source == BL_TARGETS ? BUFFER_TARGETS
                                            : user_buffer(source),
                     (size_t)block);
}

/* Refuses a matrix that pull and push cannot use. */
static bool is_matrix(bl_emitter *e, const char *what, bl_buffer_id matrix)
{
    if (matrix == BL_WEIGHTS)
        return true;
    if (matrix == BL_FEEDBACK)
        return has_feedback(e, what, BL_FEEDBACK_LIKE_WEIGHTS);
    user_refuse(e, "%s through buffer %d, expected weights or feedback", what, (int)matrix);
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
    const bl_rule_array *rule_array = user_array(e, array);
    if (!rule_array)
        user_refuse(e, "%s into buffer %d, expected an array of the rule", what, (int)array);
    else if (!(sigma > 0.0 && sigma <= 1e6) || stream < 0 || stream > UINT16_MAX)
        user_refuse(e, "%s with sigma %g and stream %d, expected a number up to 1e6 and 0 to 65535", what,
                    sigma, stream);
    else if (array_is_kept(rule_array) || is_each_step(e, what))
        emit_noise(e, user_buffer(array), (float)sigma, (uint16_t)stream,
                   array_is_of_blocks(rule_array) ? (size_t)block : last_block(e));
}

void bl_emit_every(bl_emitter *e, int steps)
{
    if (e && steps < 1)
        user_refuse(e, "bl_emit_every %d steps, expected 1 or more", steps);
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
        user_refuse(e, "%s is for the callback `learn` of a rule with feedback, and for each step", what);
    else if (e->program->user->feedback == BL_FEEDBACK_DIRECT)
        emit_learn_feedback(e, (size_t)block);
    else
        emit_update_feedback(e, (size_t)block);
}

/* ---- Instructions whose operands the rule chooses */

/* Memory for one more op. NULL: no memory is left, or the block is refused. */
static struct op *next_op(bl_emitter *e, const char *what, int block)
{
    struct program *p = e ? e->program : NULL;
    if (!p || !p->user || !is_block(e, what, block, 0, p->n_blocks))
        return NULL;
    e->is_full = e->is_full || p->n_maps == p->room;
    return e->is_full ? NULL : &p->maps[p->n_maps];
}

/* Makes the op one task if a written operand does not belong to the channels of its block. */
static void choose_ranges(struct op *op)
{
    for (size_t i = 0; i < OPERANDS && op->operands[i].buffer; i++)
        op->is_whole =
            op->is_whole || (op->operands[i].access != READS && op->operands[i].extent == EXTENT_ALL);
    for (size_t i = 0; i < OPERANDS && op->is_whole; i++)
        op->operands[i].extent = EXTENT_ALL;
}

static enum move move_of(const bl_emitter *e)
{
    return e->is_learning ? MOVE_UPDATE : MOVE_SIGNAL;
}

void bl_emit_map(bl_emitter *e, const bl_map *map, int block)
{
    struct op *op = next_op(e, "bl_emit_map", block);
    if (!op)
        return;
    if (!map || map->size != sizeof *map || !map->name || !map->run) {
        user_refuse(e, "bl_emit_map of a map that is NULL, without name or function, or of another size than "
                       "this header's");
        return;
    }
    *op = (struct op){
        .kind = OP_MAP, .name = map->name, .is_whole = map->whole != 0, .move = move_of(e), .given = *map};
    for (size_t i = 0; i < OPERANDS && map->operands[i].buffer != BL_NOTHING; i++)
        if (!user_operand(e, "map", map->name, i, map->operands[i].buffer, map->operands[i].access,
                          (size_t)block, &op->operands[i]))
            return;
    choose_ranges(op);
    e->program->n_maps++;
    emit_map(e, op, (size_t)block);
}

/* A task that computes a range of the result's rows needs only those rows of a; for columns, only those of b.
   That operand is read by ranges if its channels are along the range; the other operand is read as a
   whole. */
static void share_ranges(const bl_rule *rule, const bl_matmul *matmul, struct op *op)
{
    const bool are_rows = user_layout(rule, op->operands[2].buffer) == CHANNELS_ARE_ROWS;
    const bool is_transposed = are_rows ? matmul->transpose_a != 0 : matmul->transpose_b != 0;
    const enum layout wanted = are_rows != is_transposed ? CHANNELS_ARE_ROWS : CHANNELS_ARE_COLUMNS;
    struct operand *with = &op->operands[are_rows ? 0 : 1], *other = &op->operands[are_rows ? 1 : 0];
    other->extent = EXTENT_ALL;
    if (user_layout(rule, with->buffer) != wanted)
        with->extent = EXTENT_ALL;
}

void bl_emit_matmul(bl_emitter *e, const bl_matmul *matmul, int block)
{
    const char *const what = "bl_emit_matmul:";
    struct op *op = next_op(e, "bl_emit_matmul", block);
    if (!op)
        return;
    *op = (struct op){.kind = OP_MATMUL, .name = "matmul", .move = move_of(e)};
    if (!matmul)
        user_refuse(e, "bl_emit_matmul: matmul is NULL");
    else if (matmul->to == matmul->a || matmul->to == matmul->b)
        user_refuse(e, "bl_emit_matmul writes buffer %d, which it also reads", (int)matmul->to);
    else if (user_operand(e, what, "a", 0, matmul->a, BL_READS, (size_t)block, &op->operands[0]) &&
             user_operand(e, what, "b", 1, matmul->b, BL_READS, (size_t)block, &op->operands[1]) &&
             user_operand(e, what, "to", 2, matmul->to, BL_WRITES, (size_t)block, &op->operands[2])) {
        share_ranges(e->program->user, matmul, op);
        choose_ranges(op);
        e->program->n_maps++;
        emit_matmul(e, op, matmul->transpose_a != 0, matmul->transpose_b != 0, (size_t)block);
    }
}

static bool is_shaped_like(const bl_rule_array *a, const bl_rule_array *b)
{
    return a->rows == b->rows && a->cols == b->cols && array_is_of_blocks(a) == array_is_of_blocks(b);
}

static bool is_updated(const struct program *p, enum buffer array, size_t l)
{
    for (size_t i = 0; i < p->n; i++)
        if (p->items[i].op->kind == OP_UPDATE_ARRAY && p->items[i].l == l &&
            p->items[i].op->operands[1].buffer == array)
            return true;
    return false;
}

void bl_emit_update(bl_emitter *e, bl_buffer_id array, bl_buffer_id gradient, int block)
{
    const char *const what = "bl_emit_update";
    struct op *op = next_op(e, what, block);
    if (!op)
        return;
    const bl_rule_array *rule_array = user_array(e, array), *by = user_array(e, gradient);
    *op = (struct op){.kind = OP_UPDATE_ARRAY, .name = "update_array", .move = MOVE_UPDATE};
    if (!e->is_learning || e->period > 1)
        user_refuse(e, "%s is for the callback `learn`, and for each step", what);
    else if (!rule_array || !by || rule_array == by)
        user_refuse(e, "%s of buffer %d by buffer %d, expected two arrays of the rule", what, (int)array,
                    (int)gradient);
    else if (!array_is_kept(rule_array) || !is_shaped_like(rule_array, by))
        user_refuse(e, "%s of \"%s\" by \"%s\", expected an array that is kept and one of its shape", what,
                    rule_array->name, by->name);
    else if (user_operand(e, what, rule_array->name, 0, gradient, BL_READS, (size_t)block,
                          &op->operands[0]) &&
             user_operand(e, what, rule_array->name, 1, array, BL_UPDATES, (size_t)block, &op->operands[1])) {
        const size_t l = array_is_of_blocks(rule_array) ? (size_t)block : last_block(e);
        choose_ranges(op);
        if (is_updated(e->program, op->operands[1].buffer, l)) {
            user_refuse(e, "%s updates \"%s\" twice in a step", what, rule_array->name);
            return;
        }
        e->program->n_maps++;
        emit_map(e, op, l);
    }
}

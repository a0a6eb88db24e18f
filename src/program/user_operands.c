/*
 * user_operands.c - converts buffers of the public header to operands: their block, their layout by channels,
 * and which may be written.
 */
#include "user_operands.h"

#include <stdarg.h>
#include <stdio.h>

void user_refuse(struct bl_emitter *e, const char *format, ...)
{
    va_list arguments;
    if (e->refusal[0])
        return;
    va_start(arguments, format);
    vsnprintf(e->refusal, sizeof e->refusal, format, arguments);
    va_end(arguments);
}

const bl_rule_array *user_array(const struct bl_emitter *e, bl_buffer_id buffer)
{
    const int i = (int)buffer - BL_ARRAY_0;
    return i >= 0 && i < e->program->user->n_arrays ? &e->program->user->arrays[i] : NULL;
}

enum buffer user_buffer(bl_buffer_id array)
{
    return (enum buffer)(BUFFER_ARRAY + ((int)array - BL_ARRAY_0));
}

static bool counts_channels(int side)
{
    return side == BL_UNITS || side == BL_CHANNELS;
}

enum layout user_layout(const bl_rule *rule, enum buffer buffer)
{
    const bl_rule_array *array = NULL;
    switch (buffer) {
    case BUFFER_OUTPUT:
    case BUFFER_SIGNAL:
    case BUFFER_DELTA:
        return CHANNELS_ARE_COLUMNS;
    case BUFFER_WEIGHTS:
        return CHANNELS_ARE_ROWS;
    case BUFFER_FEEDBACK:
        return rule->feedback == BL_FEEDBACK_DIRECT ? CHANNELS_ARE_COLUMNS : CHANNELS_ARE_ROWS;
    default:
        if (buffer < BUFFER_ARRAY || buffer > BUFFER_LAST_ARRAY)
            return NO_CHANNELS;
        array = &rule->arrays[buffer - BUFFER_ARRAY];
        return !array_is_of_blocks(array)     ? NO_CHANNELS
               : counts_channels(array->cols) ? CHANNELS_ARE_COLUMNS
               : counts_channels(array->rows) ? CHANNELS_ARE_ROWS
                                              : NO_CHANNELS;
    }
}

/* Resolves a buffer. false: there is no such buffer. */
static bool operand_of_buffer(const struct bl_emitter *e, bl_buffer_id buffer, struct operand *out)
{
    const bl_rule_array *array = user_array(e, buffer);
    switch (buffer) {
    case BL_INPUT:
        *out = (struct operand){.buffer = BUFFER_INPUT};
        return true;
    case BL_TARGETS:
        *out = (struct operand){.buffer = BUFFER_TARGETS};
        return true;
    case BL_ERROR:
        *out = (struct operand){.buffer = BUFFER_DELTA, .owner = OF_LAST};
        return true;
    case BL_OUTPUT:
    case BL_SIGNAL:
    case BL_DELTA:
    case BL_WEIGHTS:
    case BL_FEEDBACK:
        *out = (struct operand){.buffer = (enum buffer)(BUFFER_OUTPUT + ((int)buffer - BL_OUTPUT))};
        return true;
    default:
        if (array)
            *out = (struct operand){.buffer = user_buffer(buffer),
                                    .owner = array_is_of_blocks(array) ? OF_BLOCK : OF_LAST};
        return array != NULL;
    }
}

static bool may_write(const struct bl_emitter *e, bl_buffer_id buffer, size_t block)
{
    const bool is_derivative = buffer == BL_SIGNAL || buffer == BL_DELTA;
    if (e->is_learning && !user_array(e, buffer))
        return buffer == BL_FEEDBACK;
    return user_array(e, buffer) || buffer == BL_INPUT || buffer == BL_FEEDBACK ||
           (is_derivative && block + 1 < e->program->n_blocks);
}

static bool is_kept(const struct bl_emitter *e, bl_buffer_id buffer)
{
    const bl_rule_array *array = user_array(e, buffer);
    return array ? array_is_kept(array) : buffer == BL_FEEDBACK;
}

bool user_operand(struct bl_emitter *e, const char *what, const char *name, size_t i, bl_buffer_id buffer,
                  bl_access access, size_t block, struct operand *out)
{
    if (!operand_of_buffer(e, buffer, out))
        user_refuse(e, "%s %.40s: operand %zu is buffer %d, which the rule does not have", what, name, i,
                    (int)buffer);
    else if (access < BL_READS || access > BL_UPDATES)
        user_refuse(e, "%s %.40s: operand %zu has the access %d", what, name, i, (int)access);
    else if (access != BL_READS && !may_write(e, buffer, block))
        user_refuse(e, "%s %.40s: operand %zu on block %zu may not be written there", what, name, i, block);
    else if (access != BL_READS && e->period > 1 && !is_kept(e, buffer))
        user_refuse(e, "%s %.40s: operand %zu must be written in each step", what, name, i);
    else if (buffer == BL_FEEDBACK && e->program->user->feedback == BL_FEEDBACK_NONE)
        user_refuse(e, "%s %.40s: operand %zu is feedback, but the rule has none", what, name, i);
    out->access = access == BL_READS ? READS : access == BL_WRITES ? WRITES : UPDATES;
    out->extent = out->owner == OF_BLOCK && user_layout(e->program->user, out->buffer) != NO_CHANNELS
                      ? EXTENT_RANGE
                      : EXTENT_ALL;
    return !e->refusal[0];
}

/*
 * program_text.c - the program of a step as text and as JSON.
 */
#include "program_text.h"

#include <string.h>

static void append_operand(char *text, size_t room, const bl_operand *o)
{
    const size_t n = strlen(text);
    const char *of = strcmp(o->extent, "all") == 0       ? "all of "
                     : strcmp(o->extent, "columns") == 0 ? "columns of "
                                                         : "";
    snprintf(text + n, room - n, "%s%s%s[%d]", n ? ", " : "", of, o->buffer, o->block);
}

struct operand_lists program_operands(const bl_instruction *item)
{
    struct operand_lists out = {"", ""};
    for (int k = 0; k < item->n_operands; k++) {
        if (item->operands[k].reads)
            append_operand(out.reads, sizeof out.reads, &item->operands[k]);
        if (item->operands[k].writes)
            append_operand(out.writes, sizeof out.writes, &item->operands[k]);
    }
    return out;
}

static void print_instruction(const bl_instruction *item)
{
    const struct operand_lists operands = program_operands(item);
    printf("    %-15s reads %s; writes %s%s", item->op, operands.reads, operands.writes,
           item->is_repeated ? "; repeated" : "");
    printf(item->work > 0.0 ? "  (%.0f)\n" : "\n", item->work);
}

void program_print_instructions(const bl_trainer *trainer)
{
    bl_instruction item;
    int group = -1;
    puts(
        "\nEach stage waits for the one before it. Below a block stand the instructions that one task takes "
        "in "
        "turn, for\nits own range of the block's channels; an operand without \"all\" or \"columns\" is that "
        "range. In brackets:\nmultiply-accumulates for an example.");
    for (int i = 0; bl_trainer_instruction(trainer, i, &item); i++) {
        if (item.group != group)
            printf("\nstage %d, block %d, %d %s\n", item.stage, item.block, item.tasks,
                   item.tasks == 1 ? "task" : "tasks");
        group = item.group;
        print_instruction(&item);
    }
}

void program_print_buffers(const bl_trainer *trainer)
{
    bl_buffer b;
    printf("\n%-14s %12s %8s  %s\n", "buffer", "bytes", "stages", "memory");
    for (int i = 0; bl_trainer_buffer(trainer, i, &b); i++) {
        char name[40], stages[40];
        snprintf(name, sizeof name, "%s[%d]", b.name, b.block);
        snprintf(stages, sizeof stages, "%d-%d", b.first_stage, b.last_stage);
        printf("%-14s %12zu %8s  %d%s\n", name, b.bytes, stages, b.memory,
               b.is_per_thread ? ", each thread" : "");
    }
    printf("Activations and derivatives of a batch: %zu bytes. Buffers with one memory number take turns in "
           "it.\n",
           bl_trainer_activation_bytes(trainer));
}

static json_t *operand_json(const bl_operand *o)
{
    return json_pack("{s:s, s:i, s:s, s:b, s:b}", "buffer", o->buffer, "block", o->block, "extent", o->extent,
                     "reads", o->reads, "writes", o->writes);
}

json_t *program_instructions_json(const bl_trainer *trainer)
{
    json_t *list = json_array();
    bl_instruction item;
    for (int i = 0; bl_trainer_instruction(trainer, i, &item); i++) {
        json_t *operands = json_array();
        for (int k = 0; k < item.n_operands; k++)
            json_array_append_new(operands, operand_json(&item.operands[k]));
        json_array_append_new(list, json_pack("{s:s, s:i, s:i, s:i, s:i, s:b, s:f, s:o}", "op", item.op,
                                              "block", item.block, "stage", item.stage, "group", item.group,
                                              "tasks", item.tasks, "repeated", item.is_repeated, "macs",
                                              item.work, "operands", operands));
    }
    return list;
}

json_t *program_buffers_json(const bl_trainer *trainer)
{
    json_t *list = json_array();
    bl_buffer b;
    for (int i = 0; bl_trainer_buffer(trainer, i, &b); i++)
        json_array_append_new(list, json_pack("{s:s, s:i, s:I, s:i, s:b, s:i, s:i}", "name", b.name, "block",
                                              b.block, "bytes", (json_int_t)b.bytes, "memory", b.memory,
                                              "per_thread", b.is_per_thread, "first_stage", b.first_stage,
                                              "last_stage", b.last_stage));
    return list;
}

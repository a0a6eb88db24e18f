/*
 * cmd_explain.c - backless explain: a rule's equation, its cost on a net, and the program of a training step.
 */
#include "bench/bench.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

enum { EXAMPLES = 16 };

static const struct extra extras[] = {
    {"program", NULL, "the instructions of a training step, its stages and buffers"},
    {"shape", "CxRxC", "channels, rows and columns of an example (default: 1x28x28)"},
    {"json", NULL, "all of it as one JSON object"},
    {NULL, NULL, NULL}};

/* A trainer for examples that are all 0. */
static bl_status make_trainer(bl_trainer **out, bl_data **data, const struct session *s, bl_shape shape,
                              int classes)
{
    const size_t inputs = (size_t)shape.channels * (size_t)shape.rows * (size_t)shape.cols;
    float *x = calloc(EXAMPLES * inputs, sizeof *x);
    int32_t labels[EXAMPLES];
    for (int i = 0; i < EXAMPLES; i++)
        labels[i] = i % classes;
    bl_status status = x ? bl_data_wrap(data, s->ctx, x, labels, EXAMPLES, shape, classes) : BL_NO_MEMORY;
    if (status == BL_OK)
        status = bl_trainer_create(out, s->ctx, s->config, *data);
    free(x);
    return status;
}

/* ---- Text */

static void print_rule(const char *rule, const bl_trainer *trainer)
{
    bl_work work;
    bl_trainer_count(trainer, &work);
    printf("%s: %s\n    %s\n    order of error signals: %s\n\n", rule, bl_rule_about(rule), bl_rule_equation(rule),
           bl_rule_order(rule));
    printf("net: %s\n", bl_config_get(bl_trainer_config(trainer), "net"));
    printf("multiply-accumulates for an example: forward %.0f, signal %.0f, gradient %.0f\n", work.forward,
           work.signal, work.gradient);
    printf("numbers that the optimiser steps: %zu\n", work.weights);
}

static void append_operand(char *text, size_t room, const bl_operand *o)
{
    const size_t n = strlen(text);
    const char *of = strcmp(o->extent, "all") == 0       ? "all of "
                     : strcmp(o->extent, "columns") == 0 ? "columns of "
                                                         : "";
    snprintf(text + n, room - n, "%s%s%s[%d]", n ? ", " : "", of, o->buffer, o->block);
}

static void print_instruction(const bl_instruction *item)
{
    char reads[200] = "", writes[200] = "";
    for (int k = 0; k < item->n_operands; k++) {
        if (item->operands[k].reads)
            append_operand(reads, sizeof reads, &item->operands[k]);
        if (item->operands[k].writes)
            append_operand(writes, sizeof writes, &item->operands[k]);
    }
    printf("    %-15s reads %s; writes %s%s", item->op, reads, writes, item->is_repeated ? "; repeated" : "");
    printf(item->work > 0.0 ? "  (%.0f)\n" : "\n", item->work);
}

static void print_instructions(const bl_trainer *trainer)
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

static void print_buffers(const bl_trainer *trainer)
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

/* ---- JSON */

static json_t *operand_json(const bl_operand *o)
{
    return json_pack("{s:s, s:i, s:s, s:b, s:b}", "buffer", o->buffer, "block", o->block, "extent", o->extent,
                     "reads", o->reads, "writes", o->writes);
}

static json_t *instructions_json(const bl_trainer *trainer)
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

static json_t *buffers_json(const bl_trainer *trainer)
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

static int print_json(const char *rule, const bl_trainer *trainer, bool with_program)
{
    bl_work work;
    bl_trainer_count(trainer, &work);
    json_t *all =
        json_pack("{s:s, s:s, s:s, s:s, s:s, s:{s:f, s:f, s:f}, s:I}", "rule", rule, "about",
                  bl_rule_about(rule), "equation", bl_rule_equation(rule), "order", bl_rule_order(rule),
                  "net", bl_config_get(bl_trainer_config(trainer), "net"), "macs", "forward", work.forward,
                  "signal", work.signal, "gradient", work.gradient, "weights", (json_int_t)work.weights);
    if (with_program) {
        json_object_set_new(all, "instructions", instructions_json(trainer));
        json_object_set_new(all, "buffers", buffers_json(trainer));
    }
    const int failed = json_dumpf(all, stdout, JSON_INDENT(1));
    json_decref(all);
    putchar('\n');
    return failed ? (usage_error("no memory for the JSON text"), EXIT_OTHER) : EXIT_DONE;
}

static int print(const struct session *s, const bl_trainer *trainer)
{
    const char *rule = s->words[0];
    const bool with_program = extra_of(s, "program") != NULL;
    if (extra_of(s, "json"))
        return print_json(rule, trainer, with_program);
    print_rule(rule, trainer);
    if (with_program) {
        print_instructions(trainer);
        print_buffers(trainer);
    }
    return EXIT_DONE;
}

static int run_explain(struct session *s)
{
    bl_shape shape;
    int classes = 0;
    bl_trainer *trainer = NULL;
    bl_data *data = NULL;
    if (s->n_words != 1)
        return usage_error("usage: backless %s", s->command->usage);
    if (!bl_rule_about(s->words[0]))
        return usage_error("no rule \"%s\"; backless rules lists them", s->words[0]);
    if (bl_config_is_set(s->config, "rule"))
        return usage_error("the rule is given twice: \"%s\" and --rule; leave --rule out", s->words[0]);
    const char *net =
        bl_config_is_set(s->config, "net") ? bl_config_get(s->config, "net") : "dense 100, tanh, dense 10";
    const int code = bench_net_ends(net, extra_of(s, "shape"), &shape, &classes);
    if (code != EXIT_DONE)
        return code;
    bl_status status = bl_config_set(s->config, "rule", s->words[0]);
    if (status == BL_OK)
        status = bl_config_set(s->config, "net", net);
    if (status == BL_OK && !bl_config_is_set(s->config, "batch"))
        status = bl_config_set(s->config, "batch", "64");
    if (status == BL_OK)
        status = make_trainer(&trainer, &data, s, shape, classes);
    const int result = status == BL_OK ? print(s, trainer) : fail_with(s, status);
    bl_trainer_free(trainer);
    bl_data_free(data);
    return result;
}

const struct command command_explain = {"explain",
                                        "explain RULE [--net TEXT] [--shape CxRxC] [--program] [--json]",
                                        "a rule's equation and cost on a net, and the program of a step",
                                        "net rule training machine",
                                        extras,
                                        1,
                                        run_explain};

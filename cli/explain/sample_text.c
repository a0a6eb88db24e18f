/*
 * sample_text.c - a step on one example as text, in lines of up to 80 characters, and as JSON.
 */
#include "sample.h"
#include "sample_sum.h"

#include <string.h>

/* "x, 1 x 4, input": the name of an array, its shape, and which part of it is shown if that is not all. */
static void sample_put_array_name(FILE *to, const struct sample_array *a)
{
    fprintf(to, "%s  %zu x %zu", a->name, a->rows, a->cols);
    if (a->n_rows < a->rows)
        fprintf(to, ", rows %zu to %zu", a->first_row, a->first_row + a->n_rows - 1);
    if (a->n_cols < a->cols)
        fprintf(to, ", columns %zu to %zu", a->first_col, a->first_col + a->n_cols - 1);
    fprintf(to, "  (%s)", a->what);
}

static void print_array(const struct sample_array *a)
{
    fputs(a->is_written ? "    writes " : "    reads  ", stdout);
    sample_put_array_name(stdout, a);
    putchar('\n');
    for (size_t r = 0; r < a->n_rows; r++) {
        fputs("          ", stdout);
        for (size_t c = 0; c < a->n_cols; c++) {
            char number[16];
            sum_number(number, (double)a->values[r * a->n_cols + c]);
            printf(" %13s", number);
        }
        putchar('\n');
    }
}

static void print_arithmetic(const char *lines)
{
    while (*lines) {
        const size_t n = strcspn(lines, "\n");
        printf("      %.*s\n", (int)n, lines);
        lines += n + (lines[n] == '\n');
    }
}

static void print_step(const struct sample *sample, const struct sample_step *step, size_t number)
{
    const bool is_weighted_head =
        strcmp(step->instruction.op, "forward") == 0 && sample->heads[step->instruction.block][0];
    printf("\n%zu. %s, block %d", number, step->instruction.op, step->instruction.block);
    if (is_weighted_head)
        printf(": %s", sample->heads[step->instruction.block]);
    putchar('\n');
    for (size_t i = 0; i < step->n_arrays; i++)
        print_array(&step->arrays[i]);
    if (step->arithmetic[0])
        putchar('\n');
    print_arithmetic(step->arithmetic);
}

void sample_put_targets(FILE *to, const struct sample *sample)
{
    for (size_t k = 0; k < sample->n_targets && k < SAMPLE_COLS; k++)
        fprintf(to, "%s%.9g", k ? " " : ", target ", sample->targets[k]);
    if (sample->n_targets > SAMPLE_COLS)
        fprintf(to, " and %zu more", sample->n_targets - SAMPLE_COLS);
}

void sample_print(const struct sample *sample)
{
    static const char *const keys[] = {"loss", "optimizer", "lr", "init", "feedback", "seed"};
    const bl_config *config = bl_trainer_config(sample->trainer);
    printf("\none step on example %zu of %s", sample->example + 1, sample->source);
    if (sample->n_examples > 1)
        fputs(" and on the next one, because batch norm takes the statistics of a batch", stdout);
    if (sample->label >= 0)
        printf(", class %d%s%s", sample->label, sample->of_class ? " " : "",
               sample->of_class ? sample->of_class : "");
    sample_put_targets(stdout, sample);
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (bl_config_get(config, keys[i])[0])
            printf("%s%s %s", i ? ", " : "\n", keys[i], bl_config_get(config, keys[i]));
    puts("\nArrays have a row for each example. Numbers in brackets count rows and columns\n"
         "from 0. x: input, y: targets, W, b: weights and biases, a: pre-activations or\n"
         "scores, h: output, B: feedback, e: error, s: signal, d: delta, dW, db:\n"
         "gradients, each with the number of its block.");
    for (size_t i = 0; i < sample->n_steps; i++)
        print_step(sample, &sample->steps[i], i + 1);
    if (sample->n_folded > 0)
        printf("\n%zu instructions of blocks 3 to %d are not shown.\n", sample->n_folded,
               sample->n_blocks - 3);
    printf("\nloss before the update: %.6g\n", sample->loss);
}

static json_t *array_json(const struct sample_array *a)
{
    json_t *values = json_array();
    for (size_t r = 0; r < a->n_rows; r++) {
        json_t *row = json_array();
        for (size_t c = 0; c < a->n_cols; c++)
            json_array_append_new(row, json_real((double)a->values[r * a->n_cols + c]));
        json_array_append_new(values, row);
    }
    return json_pack("{s:s, s:s, s:b, s:[I,I], s:[I,I], s:o}", "name", a->name, "what", a->what, "written",
                     (int)a->is_written, "shape", (json_int_t)a->rows, (json_int_t)a->cols, "first",
                     (json_int_t)a->first_row, (json_int_t)a->first_col, "values", values);
}

/* The member that says what the example is to give: its class, or its targets. */
static void put_answer(json_t *all, const struct sample *sample)
{
    json_t *targets = json_array();
    for (size_t k = 0; k < sample->n_targets; k++)
        json_array_append_new(targets, json_real(sample->targets[k]));
    if (sample->targets)
        json_object_set(all, "targets", targets);
    else
        json_object_set_new(all, "class", json_integer(sample->label));
    json_decref(targets);
}

json_t *sample_json(const struct sample *sample)
{
    json_t *steps = json_array();
    for (size_t i = 0; i < sample->n_steps; i++) {
        const struct sample_step *step = &sample->steps[i];
        json_t *arrays = json_array();
        for (size_t k = 0; k < step->n_arrays; k++)
            json_array_append_new(arrays, array_json(&step->arrays[k]));
        json_array_append_new(steps, json_pack("{s:s, s:i, s:o, s:s}", "op", step->instruction.op, "block",
                                               step->instruction.block, "arrays", arrays, "arithmetic",
                                               step->arithmetic));
    }
    json_t *all = json_pack("{s:I, s:I, s:f, s:f, s:I, s:o}", "example", (json_int_t)sample->example + 1,
                            "examples", (json_int_t)sample->n_examples, "lr", sample->rate, "loss",
                            sample->loss, "folded", (json_int_t)sample->n_folded, "steps", steps);
    put_answer(all, sample);
    return all;
}

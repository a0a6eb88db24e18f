/*
 * sample_names.c - the names of arrays, and which of their elements the arithmetic uses.
 */
#include "sample.h"

#include <string.h>

static bool is(const char *a, const char *b)
{
    return strcmp(a, b) == 0;
}

/* Whether array i is the first of the outputs of the instruction's own block, which is that of its head. */
static bool is_head(const bl_trace *now, int i)
{
    return i == 0 || !is(now->arrays[i - 1].buffer, "output") ||
           now->arrays[i - 1].block != now->arrays[i].block;
}

static bool is_last_of_block(const bl_trace *now, int i)
{
    return i + 1 == now->n_arrays || !is(now->arrays[i + 1].buffer, "output") ||
           now->arrays[i + 1].block != now->arrays[i].block;
}

/* Whether the instruction shows the outputs of the layers inside its block, and not the block's output
   alone. */
static bool is_inside(const bl_trace *now, int block)
{
    static const char *const ops[] = {"forward", "local_forward", "add", "local_backward"};
    for (size_t i = 0; i < sizeof ops / sizeof *ops; i++)
        if (is(now->instruction.op, ops[i]))
            return block == now->instruction.block;
    return false;
}

/* "a2": the pre-activation; "h2": the output; between them "batchnorm2". The last block ends with scores,
   and its pre-activation is its output. */
static void name_output(char name[SAMPLE_NAME], const char **what, const bl_trace *now, int i, int n_blocks)
{
    const bl_trace_array *a = &now->arrays[i];
    const bool is_last = a->block == n_blocks - 1, inside = is_inside(now, a->block);
    if (is_last || (inside && is_head(now, i))) {
        snprintf(name, SAMPLE_NAME, "a%d", a->block);
        *what = is_last ? "scores" : "pre-activation";
    } else if (!inside || is_last_of_block(now, i)) {
        snprintf(name, SAMPLE_NAME, "h%d", a->block);
        *what = "output";
    } else {
        snprintf(name, SAMPLE_NAME, "%.*s%d", (int)strcspn(a->what, " "), a->what, a->block);
        *what = "output of a layer";
    }
}

/* A tensor of parameters, "W", "b", "scale". */
static const char *letter_of(const char *tensor)
{
    return is(tensor, "weight") ? "W" : is(tensor, "bias") ? "b" : tensor;
}

/* "mean_square of bias" is "mean_square_b0". */
static void name_state(char name[SAMPLE_NAME], const bl_trace_array *a)
{
    const char *of = strstr(a->what, " of ");
    if (of)
        snprintf(name, SAMPLE_NAME, "%.*s_%s%d", (int)(of - a->what), a->what, letter_of(of + 4), a->block);
    else
        snprintf(name, SAMPLE_NAME, "%s_B%d", a->what, a->block);
}

void sample_name(char name[SAMPLE_NAME], const char **what, const bl_trace *now, int i, int n_blocks)
{
    const bl_trace_array *a = &now->arrays[i];
    *what = a->buffer;
    if (is(a->buffer, "output")) {
        name_output(name, what, now, i, n_blocks);
    } else if (is(a->buffer, "input") || is(a->buffer, "targets")) {
        snprintf(name, SAMPLE_NAME, "%s", is(a->buffer, "input") ? "x" : "y");
    } else if (is(a->buffer, "weights")) {
        snprintf(name, SAMPLE_NAME, "%s%d", letter_of(a->what), a->block);
        *what = is(a->what, "bias") ? "biases" : is(a->what, "weight") ? "weights" : "parameters";
    } else if (is(a->buffer, "gradient")) {
        snprintf(name, SAMPLE_NAME, "d%s%d", letter_of(a->what), a->block);
    } else if (is(a->buffer, "state")) {
        name_state(name, a);
        *what = "optimiser's state";
    } else if (is(a->buffer, "delta") && a->block == n_blocks - 1) {
        snprintf(name, SAMPLE_NAME, "e");
        *what = "error";
    } else {
        snprintf(name, SAMPLE_NAME, "%.*s%d",
                 is(a->buffer, "delta") || is(a->buffer, "signal") ? 1 : SAMPLE_NAME - 12,
                 is(a->buffer, "feedback") ? "B" : a->buffer, a->block);
    }
}

static size_t below(size_t i, size_t n)
{
    return i < n ? i : n - 1;
}

size_t sample_place(size_t unit, bl_shape head, bl_shape to)
{
    const size_t rows = (size_t)to.rows, cols = (size_t)to.cols, map = (size_t)head.rows * (size_t)head.cols,
                 c = unit / map, at = unit % map;
    const size_t row = at / (size_t)head.cols * rows / (size_t)head.rows,
                 col = at % (size_t)head.cols * cols / (size_t)head.cols;
    return below((c * rows + row) * cols + col, (size_t)to.channels * rows * cols);
}

/* The matrix of a pull: the column of the input that the signal belongs to, where that is one. */
static bool is_pulled(const bl_trace *now, const bl_trace_array *a)
{
    const bl_trace_array *signal = &now->arrays[now->n_arrays - 1];
    return is(now->instruction.op, "pull") && a->rows > 1 && a->cols == signal->cols;
}

static bool is_direct(const bl_trace *now)
{
    return is(now->instruction.op, "product") || is(now->instruction.op, "learn_feedback");
}

void sample_element(const struct sample *sample, const bl_trace *now, int i, size_t *row, size_t *col)
{
    const bl_trace_array *a = &now->arrays[i];
    const struct focus *own = &sample->focus[now->instruction.block], *of = &sample->focus[a->block],
                       *last = &sample->focus[sample->n_blocks - 1];
    int head = i;
    while (!is_head(now, head))
        head--;
    *row = *col = 0;
    if (is(a->buffer, "input"))
        *col = sample->focus[0].input;
    else if (is(a->buffer, "output") && is_inside(now, a->block))
        *col = i == head ? of->unit : sample_place(of->unit, now->arrays[head].shape, a->shape);
    else if (is(a->buffer, "output"))
        *col = a->block == own->source && a->block != now->instruction.block ? own->input : of->end;
    else if (is(a->buffer, "signal"))
        *col = of->end;
    else if (is(a->buffer, "delta"))
        *col = of->unit;
    else if (is(a->buffer, "targets"))
        *col = last->unit;
    else if (is_pulled(now, a))
        *row = of->row, *col = own->end;
    else if ((is(a->buffer, "feedback") || is(a->buffer, "state")) && is_direct(now))
        *row = last->unit, *col = a->cols > of->end ? of->end : of->row;
    else if (a->rows > 1)
        *row = of->row, *col = of->column;
    else
        *col = of->row;
    *row = below(*row, a->rows);
    *col = below(*col, a->cols);
}

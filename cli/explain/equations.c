/*
 * equations.c - what an instruction computes, in the letters of sample.h, and the shapes of its operands.
 */
#include "equations.h"
#include "sample.h"

#include <string.h>

static bool is(const char *a, const char *b)
{
    return strcmp(a, b) == 0;
}

/* The name of the k-th array of a buffer, from 0; "" if there is none. */
static const char *buffer_name(const bl_trace *now, const char *buffer, const char *what, int k, int n_blocks,
                               char name[SAMPLE_NAME])
{
    const char *about;
    name[0] = 0;
    for (int i = 0; i < now->n_arrays; i++)
        if (is(now->arrays[i].buffer, buffer) && (!what || is(now->arrays[i].what, what)) && k-- == 0)
            sample_name(name, &about, now, i, n_blocks);
    return name;
}

/* The name of array i. */
static const char *array_name(const bl_trace *now, int i, int n_blocks, char name[SAMPLE_NAME])
{
    const char *about;
    name[0] = 0;
    if (i >= 0 && i < now->n_arrays)
        sample_name(name, &about, now, i, n_blocks);
    return name;
}

/* The layers of the block behind its first one, "tanh, maxpool 2x2 stride 2". */
static void put_layers(FILE *to, const bl_trace *now, int n_blocks)
{
    char from[SAMPLE_NAME], until[SAMPLE_NAME];
    for (int i = 1; i < now->n_arrays; i++) {
        const bl_trace_array *a = &now->arrays[i], *before = &now->arrays[i - 1];
        if (is(a->buffer, "output") && a->writes && is(before->buffer, "output") && before->writes)
            fprintf(to, ";  %s = %s(%s)", array_name(now, i, n_blocks, until), a->what,
                    array_name(now, i - 1, n_blocks, from));
    }
}

static void put_forward(FILE *to, const bl_trace *now, int n_blocks)
{
    char x[SAMPLE_NAME], W[SAMPLE_NAME], b[SAMPLE_NAME], a[SAMPLE_NAME] = "", *head = a;
    const char *layer = "";
    for (int i = 0; i < now->n_arrays && !head[0]; i++)
        if (now->arrays[i].writes && is(now->arrays[i].buffer, "output")) {
            array_name(now, i, n_blocks, a);
            layer = now->arrays[i].what;
        }
    array_name(now, 0, n_blocks, x);
    buffer_name(now, "weights", "weight", 0, n_blocks, W);
    buffer_name(now, "weights", "bias", 0, n_blocks, b);
    if (strncmp(layer, "conv", 4) == 0)
        fprintf(to, "%s = %s * %s", a, x, W);
    else if (W[0])
        fprintf(to, "%s = %s %sᵀ", a, x, W);
    else
        fprintf(to, "%s = %s(%s)", a, layer, x);
    fprintf(to, "%s%s", b[0] ? " + " : "", b);
    put_layers(to, now, n_blocks);
}

/* "x ← disturb(e, B0)": what an instruction writes, and what it reads. */
static void put_function(FILE *to, const bl_trace *now, int n_blocks)
{
    char name[SAMPLE_NAME];
    int n = 0;
    for (int i = 0; i < now->n_arrays; i++)
        if (now->arrays[i].writes)
            fprintf(to, "%s%s", n++ ? ", " : "", array_name(now, i, n_blocks, name));
    fprintf(to, " ← %s(", now->instruction.op);
    n = 0;
    for (int i = 0; i < now->n_arrays; i++)
        if (now->arrays[i].reads)
            fprintf(to, "%s%s", n++ ? ", " : "", array_name(now, i, n_blocks, name));
    fputc(')', to);
}

/* Whether a gradient is that of a convolution: each weight meets several numbers of the input. */
static bool is_conv(const bl_trace *now)
{
    const bl_trace_array *x = &now->arrays[0], *dW = &now->arrays[now->n_arrays - 1];
    for (int i = 0; i < now->n_arrays; i++)
        if (is(now->arrays[i].buffer, "gradient") && is(now->arrays[i].what, "weight"))
            dW = &now->arrays[i];
    return dW->cols != x->cols;
}

static void put_learning(FILE *to, const bl_trace *now, int n_blocks)
{
    char x[SAMPLE_NAME], d[SAMPLE_NAME], dW[SAMPLE_NAME], W[SAMPLE_NAME];
    array_name(now, 0, n_blocks, x);
    buffer_name(now, "delta", NULL, 0, n_blocks, d);
    buffer_name(now, "gradient", NULL, 0, n_blocks, dW);
    buffer_name(now, is(now->instruction.op, "update_feedback") ? "feedback" : "weights", NULL, 0, n_blocks,
                W);
    if (is(now->instruction.op, "gradient") && !dW[0])
        put_function(to, now, n_blocks);
    else if (is(now->instruction.op, "gradient"))
        fprintf(to, is_conv(now) ? "%s = %s * %s, over all places" : "%s = %sᵀ %s", dW, d, x);
    else
        fprintf(to, "%s ← optimiser(%s, %s)", W, W, dW);
}

static void put_two(FILE *to, const bl_trace *now, int n_blocks, const char *format)
{
    char s[SAMPLE_NAME], first[SAMPLE_NAME], second[SAMPLE_NAME];
    array_name(now, now->n_arrays - 1, n_blocks, s);
    array_name(now, 0, n_blocks, first);
    array_name(now, 1, n_blocks, second);
    const bool adds = now->arrays[now->n_arrays - 1].reads != 0;
    fprintf(to, "%s = %s%s", s, adds ? s : "", adds ? " + " : "");
    fprintf(to, format, first, second);
}

void equation_write(FILE *to, const bl_trace *now, int n_blocks)
{
    const char *op = now->instruction.op;
    char a[SAMPLE_NAME], b[SAMPLE_NAME], c[SAMPLE_NAME];
    if (is(op, "forward"))
        put_forward(to, now, n_blocks);
    else if ((is(op, "add") || is(op, "push_add")) && now->arrays[0].values == now->arrays[1].values)
        fprintf(to, "%s = %s", array_name(now, is(op, "add") ? 2 : now->n_arrays - 1, n_blocks, c),
                array_name(now, 0, n_blocks, a));
    else if (is(op, "add") || is(op, "push_add"))
        fprintf(to, "%s = %s + %s", array_name(now, is(op, "add") ? 2 : now->n_arrays - 1, n_blocks, c),
                array_name(now, 0, n_blocks, a), array_name(now, 1, n_blocks, b));
    else if (is(op, "loss"))
        fputs("e = dJ / d scores", to);
    else if (is(op, "product"))
        put_two(to, now, n_blocks, is(now->arrays[0].buffer, "targets") ? "-%s %s" : "%s %s");
    else if (is(op, "pull"))
        put_two(to, now, n_blocks, "%s %s");
    else if (is(op, "push"))
        put_two(to, now, n_blocks, "%s %sᵀ");
    else if (is(op, "pull_add"))
        put_two(to, now, n_blocks, "%s");
    else if (is(op, "local_backward"))
        fprintf(to, "%s = %s f'(%s)", buffer_name(now, "delta", NULL, 0, n_blocks, a),
                buffer_name(now, "signal", NULL, 0, n_blocks, b),
                buffer_name(now, "output", NULL, 0, n_blocks, c));
    else if (is(op, "gradient") || is(op, "update") || is(op, "update_feedback"))
        put_learning(to, now, n_blocks);
    else if (is(op, "learn_feedback"))
        fprintf(to, "%s ← optimiser(%s, eᵀ %s)", buffer_name(now, "feedback", NULL, 0, n_blocks, a), a,
                buffer_name(now, "output", NULL, 0, n_blocks, b));
    else
        put_function(to, now, n_blocks);
}

void equation_write_shapes(FILE *to, const bl_trace *now, int n_blocks)
{
    char name[SAMPLE_NAME];
    const char *about;
    for (int i = 0; i < now->n_arrays; i++) {
        const bl_trace_array *a = &now->arrays[i];
        sample_name(name, &about, now, i, n_blocks);
        if (is(a->buffer, "state"))
            continue;
        fprintf(to, "%s%s: ", i ? ", " : "", name);
        if (is(a->buffer, "weights") || is(a->buffer, "gradient") || is(a->buffer, "feedback"))
            fprintf(to, "%zu × %zu", a->rows, a->cols);
        else
            fprintf(to, "n × %zu", a->cols);
    }
}

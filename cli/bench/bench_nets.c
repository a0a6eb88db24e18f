/*
 * bench_nets.c - the nets that `backless bench` knows by name: those of Nøkland 2016, at MNIST's and
 * CIFAR-10's shapes.
 */
#include "bench.h"

#include <stdlib.h>
#include <string.h>

#define CONV(after_input, after_pool, after_wide)                                                            \
    after_input "conv 96 5x5 pad 2, tanh, maxpool 3 stride 2, " after_pool                                   \
                "conv 128 5x5 pad 2, tanh, maxpool 3 stride 2, " after_pool                                  \
                "conv 256 5x5 pad 2, tanh, maxpool 3 stride 2, " after_wide "flatten, "                      \
                "dense 2048, tanh, " after_wide "dense 2048, tanh, " after_wide "dense 10"

static const struct {
    const char *name;
    int layers, units; /* hidden dense layers, with tanh */
    const char *text;  /* the text of the net; replaces layers and units */
    bl_shape shape;
} nets[] = {
    {"1x800", 1, 800, NULL, {1, 28, 28}},
    {"2x800", 2, 800, NULL, {1, 28, 28}},
    {"4x800", 4, 800, NULL, {1, 28, 28}},
    {"7x240", 7, 240, NULL, {1, 28, 28}},
    {"100x240", 100, 240, NULL, {1, 28, 28}},
    {"3x1000", 3, 1000, NULL, {3, 32, 32}},
    {"conv", 0, 0, CONV("", "", ""), {3, 32, 32}},
    {"conv-dropout", 0, 0, CONV("dropout 0.1, ", "dropout 0.25, ", "dropout 0.5, "), {3, 32, 32}},
};
enum { CLASSES = 10 };

const char *bench_net_name(int i)
{
    return i >= 0 && i < (int)(sizeof nets / sizeof *nets) ? nets[i].name : NULL;
}

static void write_dense(int layers, int units, char text[BENCH_TEXT])
{
    int n = 0;
    for (int l = 0; l < layers; l++)
        n += snprintf(text + n, (size_t)(BENCH_TEXT - n), "dense %d, tanh, ", units);
    snprintf(text + n, (size_t)(BENCH_TEXT - n), "dense %d", CLASSES);
}

bool bench_net_find(const char *name, struct bench_net *out)
{
    for (size_t i = 0; i < sizeof nets / sizeof *nets; i++) {
        if (strcmp(nets[i].name, name) != 0)
            continue;
        *out = (struct bench_net){.shape = nets[i].shape, .classes = CLASSES};
        snprintf(out->name, sizeof out->name, "%s", name);
        if (nets[i].text)
            snprintf(out->text, sizeof out->text, "%s", nets[i].text);
        else
            write_dense(nets[i].layers, nets[i].units, out->text);
        return true;
    }
    return false;
}

/* "3x32x32" */
static bool is_shape(const char *text, bl_shape *out)
{
    int side[3];
    for (int i = 0; i < 3; i++) {
        char *end;
        const long n = *text >= '1' && *text <= '9' ? strtol(text, &end, 10) : 0;
        if (n < 1 || n > 65536 || *end != (i < 2 ? 'x' : 0))
            return false;
        side[i] = (int)n;
        text = end + 1;
    }
    *out = (bl_shape){side[0], side[1], side[2]};
    return (double)side[0] * side[1] * side[2] <= 1e8;
}

/* Returns the units of the last "dense N", CLASSES for "dense C"; 0: there is none. */
static int last_units(const char *text)
{
    int units = 0;
    for (const char *at = text; (at = strstr(at, "dense ")); at++) {
        const long n = at[6] == 'C' ? CLASSES : strtol(at + 6, NULL, 10);
        units = n > 0 && n <= 1000000 ? (int)n : 0;
    }
    return units;
}

/* Finds a net of `backless nets` by its name. */
static bool find_named(const char *name, bl_named_net *out)
{
    for (int i = 0; bl_net_at(i, out); i++)
        if (strcmp(out->name, name) == 0)
            return true;
    return false;
}

int bench_net_ends(const char *text, const char *shape, bl_shape *input, int *classes)
{
    bl_named_net named = {.size = sizeof named};
    const bool has_name = find_named(text, &named);
    *input = has_name ? named.shape : (bl_shape){1, 28, 28};
    if (shape && !is_shape(shape, input))
        return usage_error("--shape is \"%s\", expected channels, rows and columns, as in 3x32x32", shape);
    *classes = last_units(has_name ? named.text : text);
    if (*classes < 1)
        return usage_error("--net is \"%s\", expected a net that ends with a dense layer, \"dense 10\", or a "
                           "net of backless nets",
                           text);
    return EXIT_DONE;
}

int bench_net_own(const char *text, const char *shape, struct bench_net *out)
{
    *out = (struct bench_net){.name = "own"};
    const int code = bench_net_ends(text, shape, &out->shape, &out->classes);
    if (code != EXIT_DONE)
        return code;
    bl_named_net named = {.size = sizeof named};
    if (snprintf(out->text, sizeof out->text, "%s", find_named(text, &named) ? named.text : text) >=
        (int)sizeof out->text)
        return usage_error("--net is longer than %d characters", BENCH_TEXT - 1);
    return EXIT_DONE;
}

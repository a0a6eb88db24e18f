/*
 * cmd_nets.c - backless nets: the nets that --net takes by name, with their size.
 */
#include "../command.h"
#include "../terminal/wrapped.h"

#include <string.h>

static const struct extra extras[] = {
    {"quiet", NULL, "no messages"},
    {NULL, NULL, NULL},
};

enum { CLASSES = 10 }; /* the number of outputs for which the sizes are computed */
enum { MOST_NAMES = 64, ABOUT_COLUMN = 53 };

static int measure(struct session *s, const bl_named_net *net, bl_net_size *size)
{
    const bl_status status = bl_net_measure(s->ctx, net->text, net->shape, CLASSES, size);
    return status == BL_OK ? EXIT_DONE : fail_with(s, status);
}

static int show_one(struct session *s, const bl_named_net *net)
{
    bl_net_size size = {.size = sizeof size};
    const int code = measure(s, net, &size);
    if (code != EXIT_DONE)
        return code;
    printf("%s  %s\nlayers      %s\nexamples    %d x %d x %d in its paper\n", net->name, net->about,
           net->text, net->shape.channels, net->shape.rows, net->shape.cols);
    printf("for %d classes: %zu parameters, %.0f multiply-accumulates for an example forward\n", CLASSES,
           size.parameters, size.multiply_accumulates);
    return EXIT_DONE;
}

static int show_all(struct session *s)
{
    bl_named_net net = {.size = sizeof net};
    printf("%-14s %-10s %10s %14s  %s\n", "net", "examples", "parameters", "mult-adds", "about");
    for (int i = 0; bl_net_at(i, &net); i++) {
        bl_net_size size = {.size = sizeof size};
        char shape[40];
        const int code = measure(s, &net, &size);
        if (code != EXIT_DONE)
            return code;
        snprintf(shape, sizeof shape, "%dx%dx%d", net.shape.channels, net.shape.rows, net.shape.cols);
        printf("%-14s %-10s %10zu %14.0f  ", net.name, shape, size.parameters, size.multiply_accumulates);
        print_wrapped_from(stdout, ABOUT_COLUMN, net.about);
    }
    return EXIT_DONE;
}

static int no_net(const char *word)
{
    const char *names[MOST_NAMES + 1] = {NULL};
    bl_named_net net = {.size = sizeof net};
    for (int i = 0; i < MOST_NAMES && bl_net_at(i, &net); i++)
        names[i] = net.name;
    const char *nearest = bl_nearest(word, names);
    return nearest ? usage_error("no net \"%s\"; did you mean \"%s\"?", word, nearest)
                   : usage_error("no net \"%s\"; backless nets lists them", word);
}

static int run_nets(struct session *s)
{
    bl_named_net net = {.size = sizeof net};
    if (s->n_words == 0)
        return show_all(s);
    for (int i = 0; bl_net_at(i, &net); i++)
        if (strcmp(net.name, s->words[0]) == 0)
            return show_one(s, &net);
    return no_net(s->words[0]);
}

const struct command command_nets = {"nets", "nets [NAME]", "the nets that --net takes by name", NULL, extras,
                                     1,      run_nets};

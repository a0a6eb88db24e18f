/*
 * cmd_explain.c - backless explain: a rule's equation, its cost on a net, the program of a training step, and
 * one step on an example of real data.
 */
#include "../bench/bench.h"
#include "../data/data_notes.h"
#include "../terminal/shown_text.h"
#include "explain_page.h"
#include "program_text.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

enum { EXAMPLES = 16 };

static const struct extra extras[] = {
    {"program", NULL, "the instructions of a training step, its stages and buffers"},
    {"example", "N", "with --data: the example of the training set whose step is shown, from 1 (default: 1)"},
    {"html", "FILE",
     "write a page with the wiring of the net, the equations and these numbers; - for standard "
     "output"},
    {"svg", "FILE", "write the wiring of the net alone, as a picture for a document"},
    {"json", NULL, "all of it as one JSON object"},
    {"quiet", NULL, "no messages"},
    {NULL, NULL, NULL}};

struct explained {
    bl_data *data; /* the training set, or examples that are all 0 */
    bl_trainer *trainer;
    int example;                   /* from 1 */
    bool has_sample, shows_sample; /* shows: its example is one of real data */
    struct sample sample;
    bool has_page;
    struct explain_page page;
    float *zeros; /* without real data: the features and labels that `data` wraps, which must outlive it */
    int32_t labels[EXAMPLES];
};

static bool is_open(const struct session *s, const char *key)
{
    return !bl_config_is_set(s->config, key) && strcmp(bl_config_get(s->config, "preset"), "none") == 0;
}

/* Examples that are all 0, of the shape of the option shape, or of a named net's paper, or of MNIST. */
static int make_data(struct explained *x, const struct session *s)
{
    bl_shape shape;
    int classes = 0;
    const char *given = bl_config_is_set(s->config, "shape") ? bl_config_get(s->config, "shape") : NULL;
    const int code = bench_net_ends(bl_config_get(s->config, "net"), given, &shape, &classes);
    if (code != EXIT_DONE)
        return code;
    const size_t inputs = (size_t)shape.channels * (size_t)shape.rows * (size_t)shape.cols;
    float *zeros = calloc(EXAMPLES * inputs, sizeof *zeros);
    for (int i = 0; i < EXAMPLES; i++)
        x->labels[i] = i % classes;
    const bl_status status =
        zeros ? bl_data_wrap(&x->data, s->ctx, zeros, x->labels, EXAMPLES, shape, classes) : BL_NO_MEMORY;
    x->zeros = zeros;
    return status == BL_OK ? EXIT_DONE : fail_with(s, status);
}

static int load_data(struct explained *x, const struct session *s)
{
    bl_data *val = NULL, *test = NULL;
    const bl_status status = bl_data_load(&x->data, &val, &test, s->ctx, s->config);
    bl_data_free(val);
    bl_data_free(test);
    if (status != BL_OK)
        return fail_with(s, status);
    print_data_notes(s, "", x->data);
    return EXIT_DONE;
}

static bl_status set_if_open(const struct session *s, const char *key, const char *text)
{
    return is_open(s, key) ? bl_config_set(s->config, key, text) : BL_OK;
}

/* A step of plain SGD is the easiest one to follow, and weights of 0 show little: both are defaults here,
   with real data, and printed as options. */
static bl_status make_trainer(struct explained *x, const struct session *s, bool has_data)
{
    bl_status status = has_data ? set_if_open(s, "optimizer", "sgd") : BL_OK;
    if (status == BL_OK)
        status = bl_trainer_create(&x->trainer, s->ctx, s->config, x->data);
    if (status != BL_OK || !has_data || !is_open(s, "init") ||
        strcmp(bl_config_get(bl_trainer_config(x->trainer), "init"), "zero") != 0)
        return status;
    bl_trainer_free(x->trainer);
    x->trainer = NULL;
    status = bl_config_set(s->config, "init", "fanin");
    return status == BL_OK ? bl_trainer_create(&x->trainer, s->ctx, s->config, x->data) : status;
}

/* Whether files are written instead of text. */
static bool has_files(const struct session *s)
{
    return extra_of(s, "html") || extra_of(s, "svg");
}

/* Refuses paths of files that cannot be written, before the data are read. */
static int check_files(const struct session *s)
{
    const char *paths[] = {extra_of(s, "html"), extra_of(s, "svg")};
    int code = EXIT_DONE;
    if (paths[0] && paths[1] && strcmp(paths[0], paths[1]) == 0)
        return usage_error("--html and --svg are both \"%s\"; name two files", paths[0]);
    for (int i = 0; i < 2 && code == EXIT_DONE; i++)
        if (paths[i] && strcmp(paths[i], "-") != 0)
            code = check_out_file(s, paths[i]);
    return code;
}

static int take_sample(struct explained *x, const struct session *s)
{
    const size_t n = bl_data_count(x->data);
    if ((size_t)x->example > n)
        return usage_error("--example %d, but the training set of %s has %zu example%s", x->example,
                           bl_data_source(x->data), n, plural((double)n));
    const int n_blocks = sample_count_blocks(x->trainer);
    x->has_page = has_files(s);
    if (x->has_page && !explain_page_begin(&x->page, n_blocks))
        return usage_error("no memory for the page"), EXIT_OTHER;
    x->has_sample = true;
    return sample_take(&x->sample, s, x->trainer, x->data, (size_t)x->example - 1,
                       x->has_page ? explain_page_visit : NULL, &x->page);
}

static void print_rule(const char *rule, const bl_trainer *trainer)
{
    bl_work work;
    bl_trainer_count(trainer, &work);
    printf("%s: %s\n    %s\n    order of error signals: %s\n\n", rule, bl_rule_about(rule),
           bl_rule_equation(rule), bl_rule_order(rule));
    printf("net: %s\n", bl_config_get(bl_trainer_config(trainer), "net"));
    printf("multiply-accumulates for an example: forward %.0f, signal %.0f, gradient %.0f\n", work.forward,
           work.signal, work.gradient);
    printf("numbers that the optimiser steps: %zu\n", work.weights);
}

static int print_json(const char *rule, const struct explained *x, bool with_program)
{
    const bl_trainer *trainer = x->trainer;
    bl_work work;
    bl_trainer_count(trainer, &work);
    json_t *all =
        json_pack("{s:s, s:s, s:s, s:s, s:s, s:{s:f, s:f, s:f}, s:I}", "rule", rule, "about",
                  bl_rule_about(rule), "equation", bl_rule_equation(rule), "order", bl_rule_order(rule),
                  "net", bl_config_get(bl_trainer_config(trainer), "net"), "macs", "forward", work.forward,
                  "signal", work.signal, "gradient", work.gradient, "weights", (json_int_t)work.weights);
    if (with_program) {
        json_object_set_new(all, "instructions", program_instructions_json(trainer));
        json_object_set_new(all, "buffers", program_buffers_json(trainer));
    }
    if (x->shows_sample)
        json_object_set_new(all, "sample", sample_json(&x->sample));
    const int failed = json_dumpf(all, stdout, JSON_INDENT(1));
    json_decref(all);
    putchar('\n');
    return failed ? (usage_error("no memory for the JSON text"), EXIT_OTHER) : EXIT_DONE;
}

static int print(const struct session *s, const struct explained *x)
{
    const char *rule = s->words[0];
    const bool with_program = extra_of(s, "program") != NULL;
    if (extra_of(s, "json"))
        return print_json(rule, x, with_program);
    print_rule(rule, x->trainer);
    if (with_program) {
        program_print_instructions(x->trainer);
        program_print_buffers(x->trainer);
    }
    if (x->shows_sample)
        sample_print(&x->sample);
    return EXIT_DONE;
}

static int put_file(FILE *to, struct explained *x, bool is_page)
{
    return is_page ? explain_page_write(to, &x->page, &x->sample, x->shows_sample)
                   : explain_picture_write(to, &x->page, &x->sample);
}

/* Writes the page or the picture to a file, or to standard output for "-". */
static int write_file(const struct session *s, struct explained *x, const char *path, bool is_page)
{
    const char *what = is_page ? "page" : "picture";
    const bool is_standard = strcmp(path, "-") == 0;
    char *text = NULL;
    size_t n = 0;
    FILE *to = is_standard ? stdout : open_memstream(&text, &n);
    int is_whole = to && put_file(to, x, is_page);
    if (to && !is_standard)
        is_whole = fclose(to) == 0 && is_whole;
    bl_status status = BL_OK;
    if (is_whole && !is_standard)
        status = bl_file_write(s->ctx, path, text, n);
    free(text);
    if (!is_whole)
        return usage_error("no memory for the %s", what), EXIT_OTHER;
    if (status == BL_OK && !is_standard)
        note(s, "%s in %s", what, path);
    return status == BL_OK ? EXIT_DONE : fail_with(s, status);
}

static int write_files(const struct session *s, struct explained *x)
{
    const char *page = extra_of(s, "html"), *picture = extra_of(s, "svg");
    int code = page ? write_file(s, x, page, true) : EXIT_DONE;
    if (code == EXIT_DONE && picture)
        code = write_file(s, x, picture, false);
    return code;
}

/* Takes the rule of --rule, which the other commands have, as the word of this one. */
static void take_rule_option(struct session *s)
{
    for (int i = 0; bl_rule_name(i) && s->n_words == 0; i++)
        if (strcmp(bl_rule_name(i), bl_config_get(s->config, "rule")) == 0)
            s->words[s->n_words++] = bl_rule_name(i);
}

/* Sets the rule, the net and the batch, and refuses what contradicts them. */
static int configure(struct explained *x, struct session *s)
{
    const int code = extra_number(s, "example", 2147483647, &x->example);
    if (code != EXIT_DONE)
        return code;
    if (s->n_words == 1 && bl_config_is_set(s->config, "rule"))
        return usage_error("the rule is given twice: \"%s\" and --rule; leave --rule out", s->words[0]);
    if (bl_config_is_set(s->config, "rule"))
        take_rule_option(s);
    if (s->n_words != 1)
        return usage_error("the rule is missing; usage: backless %s", s->command->usage);
    if (!bl_rule_about(s->words[0]))
        return fail_with(s, bl_config_set(s->config, "rule", s->words[0]));
    if (extra_typed(s, "example") && !bl_config_get(s->config, "data")[0])
        return usage_error("--example is of the data that --data names, which is missing");
    if (has_files(s) && (extra_of(s, "json") || extra_of(s, "program")))
        return usage_error(extra_of(s, "html")
                               ? "--html writes the program and the numbers to its page; leave "
                                 "--json and --program out"
                               : "--svg writes a picture instead of text; leave --json and "
                                 "--program out");
    bl_status status = bl_config_set(s->config, "rule", s->words[0]);
    if (status == BL_OK && !bl_config_is_set(s->config, "net"))
        status = bl_config_set(s->config, "net", "dense 100, tanh, dense C");
    if (status == BL_OK && !bl_config_is_set(s->config, "batch"))
        status = bl_config_set(s->config, "batch", "64");
    return status == BL_OK ? EXIT_DONE : fail_with(s, status);
}

static int explain(struct explained *x, const struct session *s)
{
    const bool has_data = bl_config_get(s->config, "data")[0] != 0;
    int code = check_files(s);
    if (code == EXIT_DONE)
        code = has_data ? load_data(x, s) : make_data(x, s);
    if (code != EXIT_DONE)
        return code;
    const bl_status status = make_trainer(x, s, has_data);
    code = status == BL_OK ? EXIT_DONE : fail_with(s, status);
    x->shows_sample = has_data;
    for (int i = 0; code == EXIT_DONE && bl_trainer_note(x->trainer, i); i++)
        note(s, "note: %s", bl_trainer_note(x->trainer, i));
    if (code == EXIT_DONE && (has_data || has_files(s)))
        code = take_sample(x, s);
    if (code != EXIT_DONE)
        return code;
    return has_files(s) ? write_files(s, x) : print(s, x);
}

static int run_explain(struct session *s)
{
    struct explained x = {.data = NULL, .example = 1};
    int code = configure(&x, s);
    if (code == EXIT_DONE)
        code = explain(&x, s);
    if (x.has_sample)
        sample_free(&x.sample);
    if (x.has_page)
        explain_page_free(&x.page);
    bl_trainer_free(x.trainer);
    bl_data_free(x.data);
    free(x.zeros);
    return code;
}

const struct command command_explain = {
    "explain",
    "explain RULE [--net TEXT] [--data WHAT [--example N]] [--program] [--json] [--html FILE] [--svg FILE]",
    "a rule's equation and cost on a net, the program of a step, and its numbers on one example",
    "data net rule training machine",
    extras,
    1,
    run_explain};

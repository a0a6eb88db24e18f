/*
 * bench_choice.c - parses the options of `backless bench`: comma-separated lists of known values.
 */
#include "bench.h"

#include <stdlib.h>
#include <string.h>

static const char *const all_rules = "bp,fa,dfa,ifa,drtp";
static const char *const all_batches = "1,64,256,1024";

enum { WORD = 32 };

/* Reads one word of a list into *out. Prints what is wrong with it, and returns the exit code. */
typedef int take_word(const struct session *session, const char *word, struct bench_choice *out);

static int read_list(const struct session *session, const char *key, const char *list, take_word *take,
                     struct bench_choice *out)
{
    char word[WORD];
    for (const char *at = list;; at++) {
        at += strspn(at, " ");
        size_t n = strcspn(at, ",");
        const size_t whole = n;
        while (n > 0 && at[n - 1] == ' ')
            n--;
        if (n == 0 || n >= sizeof word)
            return usage_error("--%s is \"%s\", expected words separated by commas", key, list);
        snprintf(word, sizeof word, "%.*s", (int)n, at);
        const int code = take(session, word, out);
        if (code != EXIT_DONE)
            return code;
        at += whole;
        if (!*at)
            return EXIT_DONE;
    }
}

/* Prints "no net "x"; there are: ...". */
static int no_such(const char *what, const char *word, const char *(*name_at)(int i))
{
    const char *names[BENCH_LIST + 1] = {NULL};
    char known[1024] = "";
    for (int i = 0; name_at(i) && i < BENCH_LIST; i++)
        names[i] = name_at(i);
    if (bl_nearest(word, names))
        return usage_error("no %s \"%s\"; did you mean \"%s\"?", what, word, bl_nearest(word, names));
    for (int i = 0; name_at(i); i++) {
        const size_t used = strlen(known);
        snprintf(known + used, sizeof known - used, "%s%s", i ? ", " : "", name_at(i));
    }
    return usage_error("no %s \"%s\"; there are: %s", what, word, known);
}

static const char *name_of(const char *word, const char *(*name_at)(int i))
{
    for (int i = 0; name_at(i); i++)
        if (strcmp(name_at(i), word) == 0)
            return name_at(i);
    return NULL;
}

static void add_number(int number, int *list, int *n)
{
    for (int i = 0; i < *n; i++)
        if (list[i] == number)
            return;
    if (*n < BENCH_LIST)
        list[(*n)++] = number;
}

static void add_name(const char *name, const char **list, int *n)
{
    for (int i = 0; i < *n; i++)
        if (list[i] == name)
            return;
    if (*n < BENCH_LIST)
        list[(*n)++] = name;
}

/* Returns the whole number from 1 to most that the word is; 0 if it is none. */
static int number_of(const char *word, int most)
{
    char *end;
    const long n = strtol(word, &end, 10);
    return word[0] >= '0' && word[0] <= '9' && *end == 0 && n >= 1 && n <= most ? (int)n : 0;
}

static int take_net(const struct session *session, const char *word, struct bench_choice *out)
{
    (void)session;
    for (int i = 0; i < out->n_nets; i++)
        if (strcmp(out->nets[i].name, word) == 0)
            return EXIT_DONE;
    if (!bench_net_find(word, &out->nets[out->n_nets]))
        return no_such("net", word, bench_net_name);
    out->n_nets++;
    return EXIT_DONE;
}

static int take_batch(const struct session *session, const char *word, struct bench_choice *out)
{
    const int n = number_of(word, 65536);
    (void)session;
    if (n == 0)
        return usage_error("--batches is \"%s\", expected whole numbers from 1 to 65536", word);
    add_number(n, out->batches, &out->n_batches);
    return EXIT_DONE;
}

static int take_threads(const struct session *session, const char *word, struct bench_choice *out)
{
    const int n = strcmp(word, "all") == 0 ? bl_context_threads(session->ctx) : number_of(word, 1024);
    if (n == 0)
        return usage_error("--threads is \"%s\", expected whole numbers from 1 to 1024, or all", word);
    add_number(n, out->threads, &out->n_threads);
    return EXIT_DONE;
}

static int take_rule(const struct session *session, const char *word, struct bench_choice *out)
{
    const char *name = name_of(word, bl_rule_name);
    (void)session;
    if (!name)
        return no_such("rule", word, bl_rule_name);
    add_name(name, out->rules, &out->n_rules);
    return EXIT_DONE;
}

static int take_backend(const struct session *session, const char *word, struct bench_choice *out)
{
    const char *name = name_of(word, bl_backend_name);
    (void)session;
    if (!name)
        return no_such("backend", word, bl_backend_name);
    add_name(name, out->backends, &out->n_backends);
    return EXIT_DONE;
}

static const char *precision_at(int i)
{
    static const char *const names[] = {"float32", "bf16", "bf16-dense", NULL};
    return names[i];
}

static int take_precision(const struct session *session, const char *word, struct bench_choice *out)
{
    const char *name = name_of(word, precision_at);
    (void)session;
    if (!name)
        return no_such("precision", word, precision_at);
    add_name(name, out->precisions, &out->n_precisions);
    return EXIT_DONE;
}

static int add_all(const struct session *session, const char *(*name_at)(int i), take_word *take,
                   struct bench_choice *out)
{
    int code = EXIT_DONE;
    for (int i = 0; name_at(i) && code == EXIT_DONE; i++)
        code = take(session, name_at(i), out);
    return code;
}

static int choose_nets(const struct session *s, struct bench_choice *out)
{
    const char *text = extra_of(s, "net"), *list = extra_of(s, "nets"), *shape = extra_of(s, "shape");
    int code = EXIT_DONE;
    if (shape && !text)
        return usage_error("--shape is that of a --net of your own");
    if (text)
        code = bench_net_own(text, shape, &out->nets[out->n_nets++]);
    if (code != EXIT_DONE || (text && !list))
        return code;
    if (list)
        return read_list(s, "nets", list, take_net, out);
    if (extra_of(s, "all"))
        return add_all(s, bench_net_name, take_net, out);
    return read_list(s, "nets", "1x800,2x800,4x800,7x240,100x240,3x1000,conv", take_net, out);
}

static int choose_seconds(const struct session *s, struct bench_choice *out)
{
    const char *text = extra_of(s, "seconds");
    char *end;
    out->seconds = text ? strtod(text, &end) : 3.0;
    if (text && (end == text || *end || !(out->seconds > 0.0 && out->seconds <= 1e5)))
        return usage_error("--seconds is \"%s\", expected a number above 0, up to 100000", text);
    return EXIT_DONE;
}

/* Reads the list that the option gives; without the option, that of --all or the default list. */
static int choose(const struct session *s, const char *key, const char *all, const char *usual,
                  take_word *take, struct bench_choice *out)
{
    const char *given = extra_of(s, key);
    return read_list(s, key, given ? given : extra_of(s, "all") ? all : usual, take, out);
}

int bench_choose(const struct session *s, struct bench_choice *out)
{
    *out = (struct bench_choice){.nets = calloc(BENCH_LIST, sizeof *out->nets),
                                 .optimizer = extra_of(s, "optimizer")};
    if (!out->optimizer)
        out->optimizer = "rmsprop";
    if (!out->nets)
        return usage_error("no memory"), EXIT_OTHER;
    if (bl_config_set(s->config, "optimizer", out->optimizer) != BL_OK)
        return fail_with(s, BL_BAD_VALUE);
    int code = choose_nets(s, out);
    if (code == EXIT_DONE)
        code = choose(s, "batches", all_batches, "64", take_batch, out);
    if (code == EXIT_DONE)
        code = choose(s, "rules", all_rules, "bp,dfa", take_rule, out);
    if (code == EXIT_DONE)
        code = choose(s, "threads", "1,all", "1,all", take_threads, out);
    if (code == EXIT_DONE)
        code = choose(s, "precisions", "float32", "float32", take_precision, out);
    if (code == EXIT_DONE)
        code = extra_of(s, "backends") ? read_list(s, "backends", extra_of(s, "backends"), take_backend, out)
                                       : add_all(s, bl_backend_name, take_backend, out);
    return code == EXIT_DONE ? choose_seconds(s, out) : code;
}

void bench_choice_free(struct bench_choice *choice)
{
    free(choice->nets);
}

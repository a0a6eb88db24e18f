/*
 * bench.h - the cases of `backless bench`, and their results.
 *
 * A group is one net at one batch size and number of threads. Its cases, rules on backends, are measured in
 * turn, round after round, so that disturbances affect all of them.
 */
#ifndef CLI_BENCH_H
#define CLI_BENCH_H

#include "../command.h"

#include "backless_experimental.h"

enum { BENCH_LIST = 32, BENCH_TEXT = 4096, BENCH_MOST_ROUNDS = 200 };

/* ---- bench_nets.c: the nets that are known by name */

struct bench_net {
    char name[32], text[BENCH_TEXT];
    bl_shape shape; /* of an example */
    int classes;
};

const char *bench_net_name(int i); /* NULL past the last */
bool bench_net_find(const char *name, struct bench_net *out);
/* Makes a net from the user's text. Prints what is wrong. Returns the exit code. */
int bench_net_own(const char *text, const char *shape, struct bench_net *out);
/* Reads the examples' shape from "3x32x32" (NULL: 1x28x28), and the number of units of the net's last layer.
   Prints what is wrong. Returns the exit code. */
int bench_net_ends(const char *text, const char *shape, bl_shape *input, int *classes);

/* ---- bench_choice.c: the cases to measure */

struct bench_choice {
    struct bench_net *nets; /* n_nets */
    int n_nets, n_batches, n_threads, n_rules, n_backends, n_precisions;
    int batches[BENCH_LIST], threads[BENCH_LIST];
    const char *rules[BENCH_LIST], *backends[BENCH_LIST], *precisions[BENCH_LIST];
    const char *optimizer; /* its text */
    double seconds;        /* for each group */
};

/* Reads the options. Prints what is wrong. Returns the exit code. The caller calls bench_choice_free in
   either case. */
int bench_choose(const struct session *session, struct bench_choice *out);
void bench_choice_free(struct bench_choice *choice);

/* ---- bench_group.c: measuring */

struct bench_case {
    const char *backend, *precision, *rule;
    bl_context *ctx;
    bl_trainer *trainer;
    bl_work work;
    bl_traffic traffic;
    int steps_each;                    /* in a round */
    double seconds[BENCH_MOST_ROUNDS]; /* wall-clock time of a step in each round */
    /* bytes a second, measured before each round on as many bytes as a step uses */
    double bandwidth[BENCH_MOST_ROUNDS];
    bl_times times; /* of all counted steps */
};

struct bench_group {
    const struct bench_net *net;
    const char *optimizer;
    int batch, threads, n_cases, n_rounds;
    bl_peaks peaks[BENCH_MOST_ROUNDS]; /* measured before each round */
    float *x;                          /* one batch, drawn */
    int32_t *labels;
    struct bench_case cases[2 * BENCH_LIST * BENCH_LIST];
};

/* Measures a group, whose net, batch and threads are set. Prints why something cannot be measured. Returns
   the exit code. A rule that does not allow the net is left out, unless it is the only one. A group that does
   not fit into memory has no rounds, which is not an error. The caller calls bench_group_release in either
   case. */
int bench_group_run(struct bench_group *group, const struct bench_choice *choice);
void bench_group_release(struct bench_group *group);

/* ---- bench_figures.c: figures from the measured times */

struct bench_figures {
    double median, low, high;  /* seconds a step, and its quartiles */
    double macs;               /* of a step */
    double bandwidth;          /* bytes a second */
    double arithmetic, memory; /* lower bounds of the seconds for arithmetic and for memory */
    double bound;              /* lower bound of the seconds of a step: the larger of the two */
    /* Median over the rounds of the ratio to bp on the same backend in the same precision; NaN: bp was not
       measured */
    double to_bp;
};

struct bench_figures bench_figures_of(const struct bench_group *group, int i);
double bench_bytes_of(const bl_traffic *traffic); /* all bytes that must be moved */
/* Returns the medians of the peaks over the group's rounds. */
bl_peaks bench_peaks_of(const struct bench_group *group);

/* ---- bench_table.c, bench_json.c: output */

void bench_table_peaks(int threads, const bl_peaks *peaks);
void bench_table_head(void);
void bench_table_group(const struct bench_group *group);

struct bench_report;
struct bench_report *bench_report_new(const char *machine); /* NULL: no memory */
void bench_report_peaks(struct bench_report *report, int threads, const bl_peaks *peaks);
void bench_report_group(struct bench_report *report, const struct bench_group *group);
char *bench_report_text(const struct bench_report *report); /* the caller frees it; NULL: no memory */
void bench_report_free(struct bench_report *report);

#endif

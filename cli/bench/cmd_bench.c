/*
 * cmd_bench.c - backless bench: measures a training step, and compares it with the peak rates of the machine.
 */
#include "bench.h"

#include <stdlib.h>
#include <string.h>

static const struct extra extras[] = {
    {"nets", "LIST", "of the nets by name (default: all but conv-dropout)"},
    {"net", "TEXT", "a net of your own, or of backless nets, as for train; dense C has 10 units"},
    {"shape", "CxRxC",
     "channels, rows and columns of its examples (default: those of the net's paper, else 1x28x28)"},
    {"batches", "LIST", "examples in a step (default: 64)"},
    {"rules", "LIST", "learning rules (default: bp,dfa)"},
    {"threads", "LIST", "numbers of threads, or all (default: 1,all)"},
    {"precisions", "LIST", "float32, bf16, bf16-dense (default: float32)"},
    {"optimizer", "TEXT", "as for train; its rate is 1e-8 (default: rmsprop)"},
    {"backends", "LIST", "numerical libraries (default: all of this build)"},
    {"seconds", "X",
     "measuring time for each net, batch and number of threads; five rounds at least (default: 3)"},
    {"all", NULL,
     "all nets, batches 1,64,256,1024 and rules bp,fa,dfa,ifa,drtp, except for the lists that are given"},
    {"json", "FILE", "all figures in a file too"},
    {"quiet", NULL, "no messages"},
    {NULL, NULL, NULL},
};

static const double peak_seconds = 0.6; /* for each number of threads */

struct bench {
    struct bench_choice choice;
    struct bench_report *report; /* NULL: --json was not given */
};

static int measure_peaks(const struct session *s, struct bench *bench)
{
    const struct bench_choice *choice = &bench->choice;
    const double seconds = choice->seconds < peak_seconds ? choice->seconds : peak_seconds;
    printf("backless %s, %s\n", bl_version(), bl_context_machine(s->ctx));
    for (int i = 0; i < choice->n_threads; i++) {
        bl_peaks peaks;
        bl_status status = bl_context_use(s->ctx, NULL, choice->threads[i]);
        if (status == BL_OK)
            status = bl_context_measure(s->ctx, seconds, &peaks);
        if (status != BL_OK)
            return fail_with(s, status);
        bench_table_peaks(choice->threads[i], &peaks);
        bench_report_peaks(bench->report, choice->threads[i], &peaks);
    }
    return EXIT_DONE;
}

static int run_group(struct bench *bench, int net, int batch, int threads)
{
    struct bench_group *group = calloc(1, sizeof *group);
    if (!group)
        return usage_error("no memory"), EXIT_OTHER;
    group->net = &bench->choice.nets[net];
    group->optimizer = bench->choice.optimizer;
    group->batch = bench->choice.batches[batch];
    group->threads = bench->choice.threads[threads];
    const int code = bench_group_run(group, &bench->choice);
    if (code == EXIT_DONE && group->n_rounds > 0) {
        bench_table_group(group);
        bench_report_group(bench->report, group);
    }
    bench_group_release(group);
    free(group);
    return code;
}

static int run_all(const struct session *s, struct bench *bench)
{
    const struct bench_choice *choice = &bench->choice;
    int code = measure_peaks(s, bench);
    if (code == EXIT_DONE)
        bench_table_head();
    for (int i = 0; i < choice->n_nets; i++)
        for (int j = 0; j < choice->n_batches; j++)
            for (int k = 0; k < choice->n_threads && code == EXIT_DONE; k++)
                code = run_group(bench, i, j, k);
    return code;
}

static int write_report(const struct session *s, const struct bench_report *report, const char *path)
{
    char *text = bench_report_text(report);
    if (!text)
        return usage_error("no memory for %s", path), EXIT_OTHER;
    const size_t n = strlen(text);
    text[n] = '\n'; /* replaces the final zero */
    const bl_status status = bl_file_write(s->ctx, path, text, n + 1);
    free(text);
    return status == BL_OK ? EXIT_DONE : fail_with(s, status);
}

/* Opens the report. That its file can be written is checked before the measurement, which takes minutes. */
static int begin_report(const struct session *s, struct bench *bench, const char *path)
{
    const int code = check_out_file(s, path);
    if (code != EXIT_DONE)
        return code;
    bench->report = bench_report_new(bl_context_machine(s->ctx));
    return bench->report ? EXIT_DONE : (usage_error("no memory"), EXIT_OTHER);
}

static int run_bench(struct session *s)
{
    struct bench bench = {.report = NULL};
    const char *path = extra_of(s, "json");
    int code = bench_choose(s, &bench.choice);
    if (code == EXIT_DONE && path)
        code = begin_report(s, &bench, path);
    if (code == EXIT_DONE)
        code = run_all(s, &bench);
    const int written = bench.report ? write_report(s, bench.report, path)
                                     : EXIT_DONE; /* also the results of an interrupted measurement */
    code = code == EXIT_DONE ? written : code;
    bench_report_free(bench.report);
    bench_choice_free(&bench.choice);
    return code;
}

const struct command command_bench = {
    "bench", "bench [options]", "measures a training step against the machine's peaks", NULL, extras,
    0,       run_bench};

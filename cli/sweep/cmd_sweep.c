/*
 * cmd_sweep.c - backless sweep: one training for each combination of the values of some options, or for some
 * drawn at random.
 *
 * An option whose value is a list or a range of values (run_values.h) is an axis. Every combination is
 * trained with each seed. The table has the best setting first.
 */
#include "../runs/run_options.h"
#include "../runs/run_values.h"
#include "../train/check_options.h"
#include "../train/precision_note.h"

#include <stdlib.h>
#include <string.h>

enum { MOST_RUNS = 5000 };

static const struct extra extras[] = {
    {"random", "N", "draw N settings from the lists and ranges (default: every combination)"},
    {"seeds", "N", "seeds of each setting, from --seed on (default: 1)"},
    {"jobs", "N", "runs at once (default: one per core; with --threads K, one per K cores)"},
    {"shard", "I/N", "part I of N of the runs, for N machines or jobs; backless collect shows all parts"},
    {"config", "FILE.json", "options from a file; flags take precedence"},
    {"json", NULL, "one JSON object a setting on standard output"},
    {"csv", NULL, "the table as CSV"},
    {"markdown", NULL, "the table as Markdown"},
    {"latex", NULL, "the table as LaTeX"},
    {"tensorboard", "DIR", "write events for TensorBoard, in a subfolder for each run"},
    {"no-report", NULL, "no report.html in the folder of runs (see: backless report)"},
    {"quiet", NULL, "no messages and no progress"},
    {NULL, NULL, NULL},
};

struct sweep_command {
    struct session *s;
    struct run_values values[MAX_LISTS];
    const char *axes[MAX_LISTS + 2]; /* the lists' keys and "seed", ends with NULL */
    int random;                      /* settings to draw; 0: every combination */
    struct run_options options;
    struct run_plan plan;
};

static int read_options(struct sweep_command *w)
{
    const struct session *s = w->s;
    int code = extra_number(s, "random", MOST_RUNS, &w->random);
    if (code == EXIT_DONE)
        code = run_options_read(&w->options, s);
    if (code == EXIT_DONE && strcmp(bl_config_get(s->config, "force"), "true") == 0)
        code = usage_error("--force: a sweep continues the runs that its folder holds; name another --out");
    return code;
}

/* Checks that the option accepts every value of the axis. */
static int check_values(const struct sweep_command *w, int axis)
{
    bl_config *config = NULL;
    bl_status status = bl_config_copy(&config, w->s->config);
    for (int i = 0; status == BL_OK && i < w->values[axis].n; i++)
        status = bl_config_set(config, w->axes[axis], w->values[axis].list[i]);
    bl_config_free(config);
    return status == BL_OK ? EXIT_DONE : fail_with(w->s, status);
}

static int read_axes(struct sweep_command *w)
{
    const struct session *s = w->s;
    int code = EXIT_DONE;
    for (int i = 0; i < s->n_lists && code == EXIT_DONE; i++) {
        w->axes[i] = s->lists[i].key;
        if (strcmp(w->axes[i], "seed") == 0)
            return usage_error("--seed %s: write --seeds N for the seeds from --seed on", s->lists[i].value);
        if (strcmp(w->axes[i], "threads") == 0)
            return usage_error("--threads %s: expected one number, because the bits do not depend on it; "
                               "backless bench measures the speed for several",
                               s->lists[i].value);
        code = values_read(&w->values[i], w->axes[i], s->lists[i].value);
        if (code == EXIT_DONE)
            code = check_values(w, i);
    }
    if (code == EXIT_DONE && w->random > 0 && s->n_lists == 0)
        return usage_error("--random draws from lists and ranges, and none is given, as --lr 1e-5:1e-2:log");
    w->axes[s->n_lists] = "seed";
    return code;
}

/* ---- The plan */

/* Adds the runs of one setting, one for each seed. texts: a value for each list. */
static void add_setting(struct sweep_command *w, char (*texts)[VALUE_ROOM])
{
    const unsigned long long first = strtoull(bl_config_get(w->s->config, "seed"), NULL, 10);
    for (int k = 0; k < w->options.seeds; k++) {
        char seed[32];
        json_t *values = json_object();
        for (int i = 0; i < w->s->n_lists; i++)
            json_object_set_new(values, w->axes[i], json_string(texts[i]));
        snprintf(seed, sizeof seed, "%llu", first + (unsigned long long)k);
        json_object_set_new(values, "seed", json_string(seed));
        plan_add(&w->plan, values);
    }
}

static void add_drawn(struct sweep_command *w)
{
    char texts[MAX_LISTS][VALUE_ROOM];
    for (int k = 0; k < w->random; k++) {
        for (int i = 0; i < w->s->n_lists; i++)
            values_draw(&w->values[i], draw_place((unsigned)k, (unsigned)i), texts[i]);
        add_setting(w, texts);
    }
}

/* Adds every combination; the values of the last list change fastest. */
static void add_combinations(struct sweep_command *w, double n)
{
    char texts[MAX_LISTS][VALUE_ROOM];
    for (int k = 0; k < (int)n; k++) {
        int rest = k;
        for (int i = w->s->n_lists - 1; i >= 0; i--) {
            memcpy(texts[i], w->values[i].list[rest % w->values[i].n], VALUE_ROOM);
            rest /= w->values[i].n;
        }
        add_setting(w, texts);
    }
}

static int make_plan(struct sweep_command *w)
{
    double n = 1.0;
    for (int i = 0; i < w->s->n_lists; i++)
        n *= w->values[i].n;
    const double runs = (w->random > 0 ? (double)w->random : n) * w->options.seeds;
    if (runs > (double)MOST_RUNS)
        return usage_error("%.0f runs are more than %d; --random N draws N settings", runs, MOST_RUNS);
    plan_begin(&w->plan, w->s->config, w->axes);
    if (w->random > 0)
        add_drawn(w);
    else
        add_combinations(w, n);
    return EXIT_DONE;
}

/* Creates the trainer of the first run, so that errors in the data or in the shared options are reported
   once, before any run. A setting that is refused because of its own values fails alone, unless it is the
   first. */
static int check_first(const struct sweep_command *w)
{
    bl_config *config = NULL;
    bl_data *train = NULL, *val = NULL, *test = NULL;
    bl_trainer *trainer = NULL;
    bl_status status = plan_configure(&config, w->s->ctx, &w->plan, json_array_get(w->plan.runs, 0));
    if (status == BL_OK)
        status = bl_data_load(&train, &val, &test, w->s->ctx, config);
    if (status == BL_OK)
        status = bl_trainer_create(&trainer, w->s->ctx, config, train);
    if (status == BL_NOT_DEFINED)
        status = BL_OK;
    bl_trainer_free(trainer);
    bl_data_free(train);
    bl_data_free(val);
    bl_data_free(test);
    bl_config_free(config);
    return status == BL_OK ? EXIT_DONE : fail_with(w->s, status);
}

/* ---- The command */

/* Prints the precision of the runs; if it is an axis, each of its values. */
static void print_precisions(const struct sweep_command *w)
{
    bool is_axis = false;
    for (int i = 0; i < w->s->n_lists; i++)
        if (strcmp(w->axes[i], "precision") == 0) {
            is_axis = true;
            for (int k = 0; k < w->values[i].n; k++)
                print_precision(w->s, w->values[i].list[k]);
        }
    if (!is_axis)
        print_precision(w->s, bl_config_get(w->s->config, "precision"));
}

/* Prints the table, and releases the plan. */
static int show(struct sweep_command *w, const char *folder, bool has_report)
{
    const char *const folders[] = {folder, NULL};
    struct run_summary summary;
    int code = summary_make(&summary, &w->plan, folders);
    if (code == EXIT_DONE) {
        run_table_print(w->s, &summary, w->options.form);
        if (summary.done > 0 && summary.set == JUDGED_TEST && summary.n_groups > 1)
            note(w->s,
                 "%-11sthe settings are ordered by the test set; the best of many looks better there than it "
                 "is: "
                 "--val N orders them by a validation set",
                 "order");
        if (has_report)
            plan_report(w->s, &summary.plan, folder);
    }
    if (code == EXIT_DONE)
        code = summary_code(&summary);
    summary_release(&summary);
    return code;
}

static int sweep(struct sweep_command *w)
{
    const char *given = bl_config_get(w->s->config, "out"), *folder = given[0] ? given : "sweep";
    int code = read_options(w);
    if (code == EXIT_DONE)
        code = read_axes(w);
    if (code == EXIT_DONE)
        code = make_plan(w);
    if (code == EXIT_DONE)
        code = check_first(w);
    if (code == EXIT_DONE)
        code = plan_keep(&w->plan, folder);
    if (code != EXIT_DONE)
        return code;
    print_precisions(w);
    code = plan_train(w->s, &w->plan, folder, w->options.shard, w->options.jobs);
    const int shown = show(w, folder, code != EXIT_STOPPED);
    return code == EXIT_DONE ? shown : code;
}

static int run_sweep(struct session *s)
{
    struct sweep_command w = {.s = s};
    int code = check_out(s);
    if (code == EXIT_DONE)
        code = check_patience(s);
    if (code == EXIT_DONE)
        code = sweep(&w);
    for (int i = 0; i < s->n_lists; i++)
        values_release(&w.values[i]);
    plan_release(&w.plan);
    return code;
}

const struct command command_sweep = {.name = "sweep",
                                      .usage = "sweep --data NAME|PATH --OPTION LIST|RANGE ... [options]",
                                      .about = "train with every combination of some options' values",
                                      .groups = "data net rule training machine run",
                                      .extras = extras,
                                      .run = run_sweep};

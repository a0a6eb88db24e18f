/*
 * comparison_pool.c - backless compare with --seeds or --tune: several seeds for each rule, each rule at its
 * own learning rate, trained by the pool of runs.
 *
 * --tune lr. Every rule is trained at the default rate, a tenth and a hundredth of it, and ten times as much;
 * where the best is the least or the greatest that was tried, the range grows by a decade, MOST_GROWTHS times
 * at most. Then the best rate times and by the cube root of ten are tried. --rates gives the rates instead. A
 * rate is judged by the validation error after a training of full length (or of --rate-epochs), with a seed
 * that no judged run has. The judged runs train on the training and the validation examples, except with
 * --patience, which needs these apart.
 *
 * Folders: DIR/tune/NAME and DIR/NAME, with a plan.json in DIR/tune and in DIR.
 */
#include "../make_folder.h"
#include "../runs/run_notes.h"
#include "../runs/run_options.h"
#include "../runs/run_pool.h"
#include "../runs/run_values.h"
#include "comparison.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { TUNE_SEED = 1000000, MOST_GROWTHS = 4, RATE_DIGITS = 2 };

/* The parts of a pooled comparison. */
struct pooled {
    struct comparison *c;
    const char *folder;
    struct run_options options;
};

/* ---- Options */

/* Refuses options that have no meaning without --seeds or --tune. */
static int refuse_alone(const struct session *s)
{
    static const char *const keys[] = {"jobs", "shard", "csv", "markdown", "latex"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (extra_typed(s, keys[i]))
            return usage_error("--%s is about runs with several seeds: add --seeds N", keys[i]);
    return EXIT_DONE;
}

int comparison_pool_options(struct comparison *c)
{
    const struct session *s = c->s;
    const char *tune = extra_of(s, "tune");
    c->is_pooled = tune || extra_of(s, "seeds");
    c->is_tuned = c->is_pooled && (tune || c->rates.n > 0);
    if (!c->is_pooled)
        return refuse_alone(s);
    if (tune && strcmp(tune, "lr") != 0)
        return usage_error("--tune is \"%s\", expected lr", tune);
    if (c->is_tuned && extra_of(s, "shard"))
        return usage_error(
            "--shard with rates that are chosen: every part would choose them; tune first, then "
            "write backless sweep --shard with the rates");
    if (strcmp(bl_config_get(s->config, "force"), "true") == 0)
        return usage_error("--force: a comparison with seeds continues the runs that its folder holds; name "
                           "another --out");
    return EXIT_DONE;
}

static int read_options(struct pooled *p)
{
    const struct session *s = p->c->s;
    const char *out = bl_config_get(s->config, "out");
    p->folder = out[0] ? out : "comparison";
    return run_options_read(&p->options, s);
}

/* ---- Plans */

static void begin_plan(struct run_plan *plan, const bl_config *config)
{
    static const char *const axes[] = {"rule", "lr", "seed", NULL};
    plan_begin(plan, config, axes);
}

static void add_run(struct run_plan *plan, const char *rule, const char *lr, unsigned long long seed)
{
    char text[32];
    snprintf(text, sizeof text, "%llu", seed);
    plan_add(plan, json_pack("{s:s, s:s, s:s}", "rule", rule, "lr", lr, "seed", text));
}

static unsigned long long first_seed(const struct pooled *p)
{
    return strtoull(bl_config_get(p->c->s->config, "seed"), NULL, 10);
}

static int work(const struct pooled *p, const struct run_plan *plan, const char *folder)
{
    const int code = plan_keep(plan, folder);
    return code == EXIT_DONE ? plan_work(p->c->s, plan, folder, p->options.shard, p->options.jobs) : code;
}

/* Computes a summary of the plan; the caller keeps the plan. */
static int summarize(struct run_summary *out, const struct run_plan *plan, const char *folder)
{
    const char *const folders[] = {folder, NULL};
    struct run_plan copy = {json_incref(plan->options), json_incref(plan->axes), json_incref(plan->runs),
                            plan->is_comparison};
    return summary_make(out, &copy, folders);
}

/* ---- Rates */

/* The results of a rule's learning rates. */
struct rates {
    const struct run_group *best; /* NULL: at none the training was finished */
    double least, greatest;
};

static struct rates rates_of(const struct run_summary *summary, const char *rule)
{
    struct rates out = {NULL, INFINITY, 0.0};
    for (int i = 0; i < summary->n_groups; i++) {
        const struct run_group *g = &summary->groups[i];
        const double rate = strtod(plan_value(g->first, "lr"), NULL);
        if (strcmp(plan_value(g->first, "rule"), rule) != 0)
            continue;
        if (!out.best && g->done > 0)
            out.best = g;
        out.least = rate < out.least ? rate : out.least;
        out.greatest = rate > out.greatest ? rate : out.greatest;
    }
    return out;
}

static void add_rate(const struct pooled *p, struct run_plan *plan, const char *rule, double rate)
{
    char text[VALUE_ROOM];
    number_text(rate, RATE_DIGITS, text);
    add_run(plan, rule, text, first_seed(p) + TUNE_SEED);
}

static void add_first_rates(const struct pooled *p, struct run_plan *plan, const struct row *row)
{
    static const double decades[] = {0.01, 0.1, 1.0, 10.0};
    const struct name_list *given = &p->c->rates;
    for (int i = 0; i < given->n; i++)
        add_run(plan, row->rule, given->text[i], first_seed(p) + TUNE_SEED);
    for (size_t i = 0; given->n == 0 && i < sizeof decades / sizeof *decades; i++)
        add_rate(p, plan, row->rule, decades[i] * strtod(row->lr, NULL));
}

/* Adds a rate ten times beyond the best one if the best is the last on its side. */
static void grow(const struct pooled *p, struct run_plan *plan, const struct run_summary *summary)
{
    for (int i = 0; i < p->c->n_rows; i++) {
        const struct rates rates = rates_of(summary, p->c->rows[i].rule);
        const double best = rates.best ? strtod(plan_value(rates.best->first, "lr"), NULL) : 0.0;
        if (rates.best && best <= rates.least)
            add_rate(p, plan, p->c->rows[i].rule, best / 10.0);
        else if (rates.best && best >= rates.greatest)
            add_rate(p, plan, p->c->rows[i].rule, best * 10.0);
    }
}

static void refine(const struct pooled *p, struct run_plan *plan, const struct run_summary *summary)
{
    const double third = cbrt(10.0);
    for (int i = 0; i < p->c->n_rows; i++) {
        const struct rates rates = rates_of(summary, p->c->rows[i].rule);
        if (!rates.best)
            continue;
        const double best = strtod(plan_value(rates.best->first, "lr"), NULL);
        add_rate(p, plan, p->c->rows[i].rule, best / third);
        add_rate(p, plan, p->c->rows[i].rule, best * third);
    }
}

/* Makes the options of the tuning runs: with a validation split of a tenth, unless --val sets another. */
static bl_status configure_tuning(const struct pooled *p, bl_config **out)
{
    const char *epochs = extra_of(p->c->s, "rate-epochs");
    char tenth[32];
    snprintf(tenth, sizeof tenth, "%zu", (bl_data_count(p->c->train) + 9) / 10);
    bl_status status = bl_config_copy(out, p->c->s->config);
    if (status == BL_OK && !p->c->val)
        status = bl_config_set(*out, "val", tenth);
    if (status == BL_OK && epochs)
        status = bl_config_set(*out, "epochs", epochs);
    return status == BL_OK ? bl_config_set(*out, "angles", "none") : status;
}

/* One step of the search: trains the runs that the plan has, and computes the summary anew. A rate whose
   training failed or diverged is not chosen; only a stop by a signal, and files that cannot be written, end
   the search. */
static int search(const struct pooled *p, const struct run_plan *plan, const char *folder,
                  struct run_summary *summary)
{
    const int code = work(p, plan, folder);
    summary_release(summary);
    const int read = summarize(summary, plan, folder);
    if (read != EXIT_DONE)
        return read;
    return code == EXIT_STOPPED || code == EXIT_IO || code == EXIT_USAGE ? code : EXIT_DONE;
}

static int tune_plan(const struct pooled *p, struct run_plan *plan, const char *folder,
                     struct run_summary *summary)
{
    size_t known = 0;
    for (int i = 0; i < p->c->n_rows; i++)
        if (p->c->rows[i].state == ROW_WAITS)
            add_first_rates(p, plan, &p->c->rows[i]);
    int code = search(p, plan, folder, summary);
    if (p->c->rates.n > 0)
        return code;
    for (int i = 0; i < MOST_GROWTHS && code == EXIT_DONE && known < json_array_size(plan->runs); i++) {
        known = json_array_size(plan->runs);
        grow(p, plan, summary);
        if (known < json_array_size(plan->runs))
            code = search(p, plan, folder, summary);
    }
    if (code == EXIT_DONE) {
        refine(p, plan, summary);
        code = search(p, plan, folder, summary);
    }
    return code;
}

static void take_rates(const struct pooled *p, const struct run_summary *summary)
{
    double seconds = 0.0;
    for (int i = 0; i < summary->n_groups; i++)
        seconds += summary->groups[i].seconds;
    for (int i = 0; i < p->c->n_rows; i++) {
        struct row *row = &p->c->rows[i];
        const struct rates rates = rates_of(summary, row->rule);
        if (row->state != ROW_WAITS)
            continue;
        if (!rates.best) {
            note(p->c->s, "%-11s%s: no training was finished at any rate; the default %s is taken", "tuned",
                 row->rule, row->lr);
            continue;
        }
        const char *best = plan_value(rates.best->first, "lr");
        const double rate = strtod(best, NULL);
        snprintf(row->lr, sizeof row->lr, "%s", best);
        note(p->c->s, "%-11s%s: lr %s, of rates from %g to %g%s", "tuned", row->rule, best, rates.least,
             rates.greatest,
             rate <= rates.least || rate >= rates.greatest ? "; the best is the last on its side" : "");
    }
    note(p->c->s, "%-11s%d runs, %.0f s of training in all", "tuning", summary->n_runs, seconds);
}

static int tune(const struct pooled *p)
{
    char folder[BL_PATH_ROOM];
    bl_config *config = NULL;
    struct run_plan plan = {NULL, NULL, NULL, false};
    struct run_summary summary = {.runs = NULL};
    snprintf(folder, sizeof folder, "%s/tune", p->folder);
    bl_status status = configure_tuning(p, &config);
    if (status == BL_OK)
        begin_plan(&plan, config);
    int code = status == BL_OK ? tune_plan(p, &plan, folder, &summary) : fail_with(p->c->s, status);
    if (code == EXIT_DONE)
        take_rates(p, &summary);
    else if (code == EXIT_STOPPED)
        run_table_print(p->c->s, &summary, p->options.form);
    summary_release(&summary);
    plan_release(&plan);
    bl_config_free(config);
    return code;
}

/* ---- Judged runs */

static bl_status configure_judged(const struct pooled *p, bl_config **out)
{
    const bool has_patience = strcmp(bl_config_get(p->c->s->config, "patience"), "0") != 0;
    bl_status status = bl_config_copy(out, p->c->s->config);
    if (status == BL_OK && p->c->is_tuned && !has_patience)
        status = bl_config_set(*out, "val", NULL);
    return status;
}

static bool has_text(const json_t *list, const char *text)
{
    size_t i = 0;
    const json_t *one = NULL;
    json_array_foreach(list, i, one)
    {
        if (strcmp(json_string_value(one), text) == 0)
            return true;
    }
    return false;
}

/* Adds the notes of a run to its rule's row. */
static void take_run_notes(struct row *row, const char *folder)
{
    json_t *notes = run_notes_read(folder), *one = NULL;
    size_t i = 0;
    json_array_foreach(notes, i, one)
    {
        if (json_is_string(one) && !has_text(row->notes, json_string_value(one)))
            json_array_append(row->notes, one);
    }
    json_decref(notes);
}

static void take_notes(const struct pooled *p, const struct run_summary *summary)
{
    for (int i = 0; i < summary->n_runs; i++)
        for (int k = 0; k < p->c->n_rows; k++)
            if (strcmp(p->c->rows[k].rule, plan_value(summary->runs[i].run, "rule")) == 0)
                take_run_notes(&p->c->rows[k], summary->runs[i].folder);
}

static int run_plan(const struct pooled *p, struct run_plan *plan)
{
    struct run_summary summary = {.runs = NULL};
    for (int i = 0; i < p->c->n_rows; i++)
        for (int k = 0; p->c->rows[i].state == ROW_WAITS && k < p->options.seeds; k++)
            add_run(plan, p->c->rows[i].rule, p->c->rows[i].lr, first_seed(p) + (unsigned long long)k);
    int code = plan_keep(plan, p->folder);
    if (code != EXIT_DONE)
        return code;
    code = plan_work(p->c->s, plan, p->folder, p->options.shard, p->options.jobs);
    const int read = summarize(&summary, plan, p->folder);
    if (read == EXIT_DONE) {
        run_table_print(p->c->s, &summary, p->options.form);
        take_notes(p, &summary);
    }
    summary_release(&summary);
    if (code != EXIT_STOPPED && read == EXIT_DONE)
        plan_report(p->c->s, plan, p->folder);
    return code == EXIT_DONE ? read : code;
}

static int evaluate_chosen_settings(const struct pooled *p)
{
    bl_config *config = NULL;
    struct run_plan plan = {NULL, NULL, NULL, false};
    bl_status status = configure_judged(p, &config);
    if (status == BL_OK)
        begin_plan(&plan, config);
    plan.is_comparison = true;
    const int code = status == BL_OK ? run_plan(p, &plan) : fail_with(p->c->s, status);
    plan_release(&plan);
    bl_config_free(config);
    return code;
}

static void say_cost(const struct pooled *p)
{
    const int n_rates = p->c->rates.n > 0 ? p->c->rates.n : 6;
    int n_rules = 0;
    for (int i = 0; i < p->c->n_rows; i++)
        n_rules += p->c->rows[i].state == ROW_WAITS;
    note(p->c->s, "%-11s%d rules x %d rates%s with the seed %llu, then %d judged run%s", "tuning", n_rules,
         n_rates, p->c->rates.n > 0 ? "" : " or more", first_seed(p) + TUNE_SEED, n_rules * p->options.seeds,
         n_rules * p->options.seeds == 1 ? "" : "s");
}

int comparison_pool(struct comparison *c)
{
    struct pooled p = {.c = c};
    int code = read_options(&p);
    if (code == EXIT_DONE)
        code = make_folder(p.folder);
    if (code == EXIT_DONE && c->is_tuned) {
        say_cost(&p);
        code = tune(&p);
    }
    return code == EXIT_DONE ? evaluate_chosen_settings(&p) : code;
}

/*
 * comparison_pool.c - backless compare with --seeds, --folds or --tune: several seeds or folds for each rule,
 * each rule at its own learning rate, trained by the pool of runs.
 *
 * --folds K: each rule is trained K times, on all parts of the data but one, and tested on that one. The
 * judged runs train on the training and the validation examples of the choice of rates, except with
 * --patience, which needs these apart.
 *
 * Folders: DIR/tune/NAME and DIR/NAME, with a plan.json in DIR/tune and in DIR.
 */
#include "comparison_pool.h"
#include "../make_folder.h"
#include "../runs/run_notes.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

/* ---- Options */

/* Refuses options that have no meaning without --seeds or --tune. */
static int refuse_alone(const struct session *s)
{
    static const char *const keys[] = {"jobs", "shard", "csv", "markdown", "latex", "halving"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (extra_typed(s, keys[i]))
            return usage_error("--%s is about runs with several seeds: add --seeds N", keys[i]);
    return EXIT_DONE;
}

/* Checks the number of folds by the option fold, and refuses the options of the data that folds replace. */
static int check_folds(const struct comparison *c)
{
    static const char *const keys[] = {"test", "test-fraction", "fold"};
    const struct session *s = c->s;
    bl_config *config = NULL;
    char first[32];
    snprintf(first, sizeof first, "1/%d", c->folds);
    bl_status status = bl_config_copy(&config, s->config);
    if (status == BL_OK)
        status = bl_config_set(config, "fold", first);
    bl_config_free(config);
    if (status == BL_BAD_VALUE)
        return usage_error("--folds %d: %s", c->folds, bl_why(s->ctx));
    if (status != BL_OK)
        return fail_with(s, status);
    if (extra_of(s, "seeds"))
        return usage_error("--folds %d and --seeds %s: expected one of the two", c->folds,
                           extra_of(s, "seeds"));
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (bl_config_is_set(s->config, keys[i]))
            return usage_error("--folds %d and --%s %s: expected one of the two, because folds are the test "
                               "sets",
                               c->folds, keys[i], bl_config_get(s->config, keys[i]));
    return EXIT_DONE;
}

int comparison_pool_options(struct comparison *c)
{
    const struct session *s = c->s;
    const char *tune = extra_of(s, "tune");
    int code = extra_number(s, "folds", INT_MAX, &c->folds);
    if (code != EXIT_DONE)
        return code;
    c->is_pooled = tune || extra_of(s, "seeds") || c->folds > 0;
    c->is_tuned = c->is_pooled && (tune || c->rates.n > 0);
    if (!c->is_pooled)
        return refuse_alone(s);
    if (tune && strcmp(tune, "lr") != 0)
        return usage_error("--tune is \"%s\", expected lr", tune);
    if (extra_typed(s, "halving") && !c->is_tuned)
        return usage_error("--halving is about the choice of rates: add --tune lr");
    code = c->folds > 0 ? check_folds(c) : EXIT_DONE;
    if (code != EXIT_DONE)
        return code;
    if (c->is_tuned && extra_of(s, "shard"))
        return usage_error(
            "--shard with rates that are chosen: every part would choose them; tune first, then "
            "write backless sweep --shard with the rates");
    if (strcmp(bl_config_get(s->config, "force"), "true") == 0)
        return usage_error("--force: a comparison with seeds continues the runs that its folder holds; name "
                           "another --out");
    return run_options_read(&c->options, s);
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

/* One run for each fold and seed. */
static void add_judged(const struct pooled *p, struct run_plan *plan, int row)
{
    const struct row *of = &p->c->rows[row];
    for (int fold = 0; of->state == ROW_WAITS && fold < pool_folds(p); fold++)
        for (int k = 0; k < p->options.seeds; k++) {
            const struct pooled_run run = {of->rule, pool_rate(p, row, fold)->text, fold, NULL,
                                           pool_first_seed(p) + (unsigned long long)k};
            pool_plan_add(p, plan, &run);
        }
}

static int run_plan(const struct pooled *p, struct run_plan *plan)
{
    struct run_summary summary = {.runs = NULL};
    for (int i = 0; i < p->c->n_rows; i++)
        add_judged(p, plan, i);
    int code = plan_keep(plan, p->folder);
    if (code != EXIT_DONE)
        return code;
    code = plan_train(p->c->s, plan, p->folder, p->options.shard, p->options.jobs);
    const int read = pool_summarize(&summary, plan, p->folder);
    if (read == EXIT_DONE) {
        run_table_print(p->c->s, &summary, p->options.form);
        take_notes(p, &summary);
        if (code == EXIT_DONE)
            code = summary_code(&summary);
    }
    summary_release(&summary);
    if (code != EXIT_STOPPED && read == EXIT_DONE)
        plan_report(p->c->s, plan, p->folder);
    return code == EXIT_DONE ? read : code;
}

static int evaluate_chosen_settings(const struct pooled *p)
{
    bl_config *config = NULL;
    struct run_plan plan = {.options = NULL};
    bl_status status = configure_judged(p, &config);
    if (status == BL_OK)
        pool_plan_begin(p, &plan, config, false);
    plan.is_comparison = true;
    plan.has_rates_by_fold = p->c->folds > 0 && p->c->is_tuned;
    const int code = status == BL_OK ? run_plan(p, &plan) : fail_with(p->c->s, status);
    plan_release(&plan);
    bl_config_free(config);
    return code;
}

/* The default rate of every rule, where none is chosen. */
static int make_rates(struct pooled *p)
{
    p->rates = calloc((size_t)p->c->n_rows * (size_t)pool_folds(p), sizeof *p->rates);
    if (!p->rates) {
        usage_error("no memory for the rates of %d rules", p->c->n_rows);
        return EXIT_OTHER;
    }
    for (int i = 0; i < p->c->n_rows; i++)
        for (int k = 0; k < pool_folds(p); k++)
            snprintf(pool_rate(p, i, k)->text, WORD_ROOM, "%s", p->c->rows[i].lr);
    return EXIT_DONE;
}

int comparison_pool(struct comparison *c)
{
    const char *out = bl_config_get(c->s->config, "out");
    struct pooled p = {.c = c, .options = c->options, .folder = out[0] ? out : "comparison"};
    int code = make_rates(&p);
    if (code == EXIT_DONE)
        code = plan_check_epochs(bl_config_get(c->s->config, "epochs"));
    if (code == EXIT_DONE)
        code = make_folder(p.folder);
    if (code == EXIT_DONE && c->is_tuned) {
        pool_say_cost(&p);
        code = pool_tune(&p);
    }
    if (code == EXIT_DONE)
        code = evaluate_chosen_settings(&p);
    free(p.rates);
    return code;
}

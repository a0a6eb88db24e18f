/*
 * comparison_tune.c - the learning rate of each rule, chosen on a validation split: --tune lr and --rates.
 *
 * Every rule is trained at the default rate, a tenth and a hundredth of it, and ten times as much; where the
 * best is the least or the greatest that was tried, the range grows by a decade, MOST_GROWTHS times at most.
 * Then the best rate times and by the cube root of ten are tried. --rates gives the rates instead. A rate is
 * judged by the validation error after a training of full length (or of --rate-epochs), with a seed that no
 * judged run has. With --folds all of this is done in each fold, whose test examples it does not see.
 *
 * --halving: successive halving (Jamieson and Talwalkar 2016, "Non-stochastic best arm identification and
 * hyperparameter optimization"). The given rates, or those of three decades in thirds, are trained for a
 * fraction 1 / 2^k of the epochs, the better half of them for twice as many, and so on, until the best two
 * are trained at full length. Each training begins anew, with a schedule of its own length.
 */
#include "../draw/short_exponent.h"
#include "../runs/run_values.h"
#include "../terminal/shown_text.h"
#include "comparison_pool.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { TUNE_SEED = 1000000, MOST_GROWTHS = 4, RATE_DIGITS = 2, HALVED_RATES = 10, MOST_RUNGS = 8 };

/* What is searched. */
struct tuning {
    const struct pooled *p;
    char folder[BL_PATH_ROOM];
    struct run_plan plan;
    struct run_summary summary;
    int epochs; /* of a training at full length */
};

static bool is_halving(const struct pooled *p)
{
    return extra_of(p->c->s, "halving") != NULL;
}

/* The results of a rule's learning rates in a fold. */
struct rates {
    const struct run_group *best; /* NULL: at none the training was finished */
    double least, greatest;
};

/* epochs: of the trainings; NULL: any. The groups are in the order of their figures, the best first. */
static bool is_of(const struct tuning *t, const struct run_group *g, int row, int fold, const char *epochs)
{
    return strcmp(plan_value(g->first, "rule"), t->p->c->rows[row].rule) == 0 &&
           strcmp(plan_value(g->first, "fold"), pool_fold_text(t->p, fold).text) == 0 &&
           (!epochs || strcmp(plan_value(g->first, "epochs"), epochs) == 0);
}

static struct rates rates_of(const struct tuning *t, int row, int fold, const char *epochs)
{
    struct rates out = {NULL, INFINITY, 0.0};
    for (int i = 0; i < t->summary.n_groups; i++) {
        const struct run_group *g = &t->summary.groups[i];
        const double rate = strtod(plan_value(g->first, "lr"), NULL);
        if (!is_of(t, g, row, fold, NULL))
            continue;
        if (!out.best && g->done > 0 && is_of(t, g, row, fold, epochs))
            out.best = g;
        out.least = rate < out.least ? rate : out.least;
        out.greatest = rate > out.greatest ? rate : out.greatest;
    }
    return out;
}

static void add_text(struct tuning *t, int row, int fold, const char *rate, const char *epochs)
{
    const struct pooled_run run = {t->p->c->rows[row].rule, rate, fold, epochs,
                                   pool_first_seed(t->p) + TUNE_SEED};
    pool_plan_add(t->p, &t->plan, &run);
}

static void add_rate(struct tuning *t, int row, int fold, double rate, const char *epochs)
{
    char text[VALUE_ROOM];
    number_text(rate, RATE_DIGITS, text);
    add_text(t, row, fold, text, epochs);
}

/* Calls add for each row that trains and each fold. */
static void for_each(struct tuning *t, void (*add)(struct tuning *, int row, int fold))
{
    for (int i = 0; i < t->p->c->n_rows; i++)
        for (int k = 0; t->p->c->rows[i].state == ROW_WAITS && k < pool_folds(t->p); k++)
            add(t, i, k);
}

/* What the plan has is trained, and the summary made anew. A training that failed or diverged is a rate that
   is not chosen; only a stop, and files that cannot be written, end the search. */
static int search(struct tuning *t)
{
    const struct pooled *p = t->p;
    int code = plan_keep(&t->plan, t->folder);
    if (code == EXIT_DONE)
        code = plan_train(p->c->s, &t->plan, t->folder, p->options.shard, p->options.jobs);
    summary_release(&t->summary);
    const int read = pool_summarize(&t->summary, &t->plan, t->folder);
    if (read != EXIT_DONE)
        return read;
    return code == EXIT_STOPPED || code == EXIT_IO || code == EXIT_USAGE ? code : EXIT_DONE;
}

/* ---- Decades, then thirds of one */

static void add_first_rates(struct tuning *t, int row, int fold)
{
    static const double decades[] = {0.01, 0.1, 1.0, 10.0};
    const struct name_list *given = &t->p->c->rates;
    for (int i = 0; i < given->n; i++)
        add_text(t, row, fold, given->text[i], NULL);
    for (size_t i = 0; given->n == 0 && i < sizeof decades / sizeof *decades; i++)
        add_rate(t, row, fold, decades[i] * strtod(t->p->c->rows[row].lr, NULL), NULL);
}

/* A decade beyond the best where it is the last on its side. */
static void grow(struct tuning *t, int row, int fold)
{
    const struct rates rates = rates_of(t, row, fold, NULL);
    const double best = rates.best ? strtod(plan_value(rates.best->first, "lr"), NULL) : 0.0;
    if (rates.best && best <= rates.least)
        add_rate(t, row, fold, best / 10.0, NULL);
    else if (rates.best && best >= rates.greatest)
        add_rate(t, row, fold, best * 10.0, NULL);
}

static void refine(struct tuning *t, int row, int fold)
{
    const double third = cbrt(10.0);
    const struct rates rates = rates_of(t, row, fold, NULL);
    if (!rates.best)
        return;
    const double best = strtod(plan_value(rates.best->first, "lr"), NULL);
    add_rate(t, row, fold, best / third, NULL);
    add_rate(t, row, fold, best * third, NULL);
}

static int search_grid(struct tuning *t)
{
    size_t known = 0;
    for_each(t, add_first_rates);
    int code = search(t);
    if (t->p->c->rates.n > 0)
        return code;
    for (int i = 0; i < MOST_GROWTHS && code == EXIT_DONE && known < json_array_size(t->plan.runs); i++) {
        known = json_array_size(t->plan.runs);
        for_each(t, grow);
        if (known < json_array_size(t->plan.runs))
            code = search(t);
    }
    if (code == EXIT_DONE) {
        for_each(t, refine);
        code = search(t);
    }
    return code;
}

/* ---- Successive halving */

/* The stages of a halving: how many rates are trained, and for how many epochs. */
struct rungs {
    int n, rates[MOST_RUNGS], epochs[MOST_RUNGS];
};

/* Of 10 rates and 80 epochs: 10 of 10 epochs, 5 of 20, 3 of 40, 2 of 80. */
static struct rungs rungs_of(const struct pooled *p, int epochs)
{
    struct rungs out = {.n = 0};
    int n = p->c->rates.n > 0 ? p->c->rates.n : HALVED_RATES;
    for (; n > 2; n = (n + 1) / 2)
        out.rates[out.n++] = n;
    out.rates[out.n++] = n;
    for (int i = 0; i < out.n; i++) {
        out.epochs[i] = epochs >> (out.n - 1 - i);
        out.epochs[i] = out.epochs[i] > 0 ? out.epochs[i] : 1;
    }
    return out;
}

static void add_halved_rates(struct tuning *t, int row, int fold, const char *epochs)
{
    const struct name_list *given = &t->p->c->rates;
    for (int i = 0; i < given->n; i++)
        add_text(t, row, fold, given->text[i], epochs);
    for (int i = 0; given->n == 0 && i < HALVED_RATES; i++)
        add_rate(t, row, fold, strtod(t->p->c->rows[row].lr, NULL) * pow(10.0, i / 3.0 - 2.0), epochs);
}

/* The best `n` rates of the stage before. */
static void add_survivors(struct tuning *t, int row, int fold, const char *before, int n, const char *epochs)
{
    for (int i = 0; i < t->summary.n_groups && n > 0; i++) {
        const struct run_group *g = &t->summary.groups[i];
        if (g->done == 0 || !is_of(t, g, row, fold, before))
            continue;
        add_text(t, row, fold, plan_value(g->first, "lr"), epochs);
        n--;
    }
}

static int search_by_halving(struct tuning *t)
{
    const struct rungs rungs = rungs_of(t->p, t->epochs);
    char before[16] = "", epochs[16];
    int code = EXIT_DONE;
    for (int r = 0; r < rungs.n && code == EXIT_DONE; r++) {
        snprintf(epochs, sizeof epochs, "%d", rungs.epochs[r]);
        for (int i = 0; i < t->p->c->n_rows; i++)
            for (int k = 0; t->p->c->rows[i].state == ROW_WAITS && k < pool_folds(t->p); k++)
                if (r == 0)
                    add_halved_rates(t, i, k, epochs);
                else
                    add_survivors(t, i, k, before, rungs.rates[r], epochs);
        code = search(t);
        snprintf(before, sizeof before, "%s", epochs);
    }
    return code;
}

/* ---- All of it */

/* A validation split of a tenth, unless --val says another. */
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

/* "dfa, fold 2/5" */
struct setting_text {
    char text[WORD_ROOM + 40];
};

static struct setting_text setting_of(const struct pooled *p, int row, int fold)
{
    struct setting_text out;
    const struct fold_text of = pool_fold_text(p, fold);
    snprintf(out.text, sizeof out.text, "%s%s%s", p->c->rows[row].rule, of.text[0] ? ", fold " : "", of.text);
    return out;
}

static void take_rate(struct tuning *t, int row, int fold)
{
    const struct pooled *p = t->p;
    const struct setting_text who = setting_of(p, row, fold);
    struct chosen_rate *chosen = pool_rate(p, row, fold);
    char epochs[16];
    snprintf(epochs, sizeof epochs, "%d", t->epochs);
    const struct rates rates = rates_of(t, row, fold, is_halving(p) ? epochs : NULL);
    if (!rates.best) {
        note(p->c->s, "%-11s%s: no training was finished at any rate; the default %s is taken", "tuned",
             who.text, chosen->text);
        return;
    }
    const char *best = plan_value(rates.best->first, "lr");
    const double rate = strtod(best, NULL);
    snprintf(chosen->text, sizeof chosen->text, "%s", best);
    char least[32], greatest[32];
    note(p->c->s, "%-11s%s: lr %s, of rates from %s to %s%s", "tuned", who.text, best,
         short_number(rates.least, 6, least), short_number(rates.greatest, 6, greatest),
         rate <= rates.least || rate >= rates.greatest ? "; the best is the last on its side" : "");
}

static void take_rates(struct tuning *t)
{
    double seconds = 0.0;
    for (int i = 0; i < t->summary.n_groups; i++)
        seconds += t->summary.groups[i].seconds;
    for_each(t, take_rate);
    note(t->p->c->s, "%-11s%d run%s, %.0f s of training in all", "tuning", t->summary.n_runs,
         plural(t->summary.n_runs), seconds);
}

int pool_tune(const struct pooled *p)
{
    const char *given = extra_of(p->c->s, "rate-epochs");
    struct tuning t = {.p = p, .epochs = atoi(given ? given : bl_config_get(p->c->settled, "epochs"))};
    bl_config *config = NULL;
    snprintf(t.folder, sizeof t.folder, "%s/tune", p->folder);
    const bl_status status = configure_tuning(p, &config);
    if (status == BL_OK)
        pool_plan_begin(p, &t.plan, config, is_halving(p));
    int code = status == BL_OK ? EXIT_DONE : fail_with(p->c->s, status);
    if (code == EXIT_DONE)
        code = is_halving(p) ? search_by_halving(&t) : search_grid(&t);
    if (code == EXIT_DONE)
        take_rates(&t);
    else if (code == EXIT_STOPPED)
        run_table_print(p->c->s, &t.summary, p->options.form);
    summary_release(&t.summary);
    plan_release(&t.plan);
    bl_config_free(config);
    return code;
}

/* ---- The cost */

static int count_rules(const struct pooled *p)
{
    int n = 0;
    for (int i = 0; i < p->c->n_rows; i++)
        n += p->c->rows[i].state == ROW_WAITS;
    return n;
}

/* "10 rates for 10 epochs, 5 for 20, 3 for 40, 2 for 80: the work of 6.0 trainings of 80 epochs" */
static void halving_text(const struct pooled *p, char *out, size_t room)
{
    const char *given = extra_of(p->c->s, "rate-epochs");
    const int epochs = atoi(given ? given : bl_config_get(p->c->settled, "epochs"));
    const struct rungs rungs = rungs_of(p, epochs);
    double work = 0.0;
    out[0] = 0;
    for (int i = 0; i < rungs.n; i++) {
        if (i == 0)
            snprintf(out, room, "%d rate%s for %d epoch%s", rungs.rates[i], plural(rungs.rates[i]),
                     rungs.epochs[i], plural(rungs.epochs[i]));
        else
            snprintf(out + strlen(out), room - strlen(out), ", %d for %d", rungs.rates[i], rungs.epochs[i]);
        work += rungs.rates[i] * (double)rungs.epochs[i];
    }
    snprintf(out + strlen(out), room - strlen(out), ": the work of %.1f trainings of %d epoch%s",
             work / (epochs > 0 ? epochs : 1), epochs, plural(epochs));
}

void pool_say_cost(const struct pooled *p)
{
    const int n_rules = count_rules(p), judged = n_rules * pool_folds(p) * p->options.seeds;
    const unsigned long long seed = pool_first_seed(p) + TUNE_SEED;
    const char *schedule = bl_config_get(p->c->settled, "schedule");
    char folds[32] = "", halving[512];
    if (p->c->folds > 0)
        snprintf(folds, sizeof folds, " x %d folds", p->c->folds);
    if (!is_halving(p)) {
        const int n_rates = p->c->rates.n > 0 ? p->c->rates.n : 6;
        note(p->c->s, "%-11s%d rule%s%s x %d rate%s%s with the seed %llu, then %d judged run%s", "tuning",
             n_rules, plural(n_rules), folds, n_rates, plural(n_rates), p->c->rates.n > 0 ? "" : " or more",
             seed, judged, plural(judged));
        return;
    }
    halving_text(p, halving, sizeof halving);
    note(p->c->s, "%-11s%d rule%s%s x (%s) with the seed %llu, then %d judged run%s", "tuning", n_rules,
         plural(n_rules), folds, halving, seed, judged, plural(judged));
    if (strcmp(schedule, "constant") != 0)
        note(p->c->s,
             "%-11sa short training with the schedule %s prefers other rates than a long one: halving may "
             "drop the rate that is best at full length",
             "", schedule);
}

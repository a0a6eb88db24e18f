/*
 * run_summary.c - groups of runs, their means and differences.
 */
#include "run_summary.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- Reading */

static int progress_of(const struct run_figures *figures)
{
    static const int progress[] = {
        [RUN_WAITS] = 0, [RUN_BEGUN] = 1, [RUN_FAILED] = 2, [RUN_DIVERGED] = 3, [RUN_DONE] = 4};
    return progress[figures->state];
}

static int read_run(struct summary_run *out, const char *const *folders)
{
    out->figures = (struct run_figures){.state = RUN_WAITS};
    for (int i = 0; folders[i]; i++) {
        struct run_figures found;
        char folder[BL_PATH_ROOM];
        snprintf(folder, sizeof folder, "%s/%s", folders[i], plan_name(out->run));
        run_figures_read(&found, folder);
        if (found.state == RUN_DONE && out->figures.state == RUN_DONE &&
            strcmp(found.hash, out->figures.hash) != 0) {
            usage_error("%s and %s: are the same run, but ended with other weights", out->folder, folder);
            return EXIT_DATA;
        }
        if (i > 0 && progress_of(&found) <= progress_of(&out->figures))
            continue;
        out->figures = found;
        snprintf(out->folder, sizeof out->folder, "%s", folder);
    }
    return EXIT_DONE;
}

/* What differs between the runs of one setting. */
static bool is_repetition(const struct run_plan *plan, const char *key)
{
    return strcmp(key, "seed") == 0 || (plan->is_comparison && strcmp(key, "fold") == 0) ||
           (plan->has_rates_by_fold && strcmp(key, "lr") == 0);
}

static bool is_same_repetition(const json_t *a, const json_t *b)
{
    return strcmp(plan_value(a, "seed"), plan_value(b, "seed")) == 0 &&
           strcmp(plan_value(a, "fold"), plan_value(b, "fold")) == 0;
}

static bool is_same_setting(const struct run_plan *plan, const json_t *a, const json_t *b)
{
    size_t i = 0;
    const json_t *axis = NULL;
    json_array_foreach(plan->axes, i, axis)
    {
        const char *key = json_string_value(axis);
        if (!is_repetition(plan, key) && strcmp(plan_value(a, key), plan_value(b, key)) != 0)
            return false;
    }
    return true;
}

/* Refuses a second run of a fold, which would count twice: two rates of a rule, chosen in different ways. */
static int check_repetition(const struct run_group *group, const json_t *run, const char *folder)
{
    for (int i = 0; i < group->n_runs; i++)
        if (is_same_repetition(group->runs[i].run, run)) {
            usage_error(
                "%s: %s and %s: are two runs of one fold, at rates that were chosen in different ways; "
                "name another folder by --out for each way",
                folder, plan_name(group->runs[i].run), plan_name(run));
            return EXIT_DATA;
        }
    return EXIT_DONE;
}

/* Reads the runs and sorts them by settings, so that the runs of one setting are adjacent; equal settings
   keep the order of the plan. */
static int read_runs(struct run_summary *s, const char *const *folders)
{
    const size_t n = json_array_size(s->plan.runs);
    int code = EXIT_DONE;
    for (size_t i = 0; i < n; i++) {
        const json_t *first = json_array_get(s->plan.runs, i);
        bool is_known = false;
        for (int g = 0; g < s->n_groups; g++)
            is_known = is_known || is_same_setting(&s->plan, s->groups[g].first, first);
        if (is_known)
            continue;
        struct run_group *group = &s->groups[s->n_groups++];
        *group = (struct run_group){.first = first, .runs = &s->runs[s->n_runs]};
        for (size_t k = i; k < n && code == EXIT_DONE; k++) {
            const json_t *run = json_array_get(s->plan.runs, k);
            if (!is_same_setting(&s->plan, first, run))
                continue;
            s->runs[s->n_runs].run = run;
            code = check_repetition(group, run, folders[0]);
            if (code == EXIT_DONE)
                code = read_run(&s->runs[s->n_runs++], folders);
            group->n_runs++;
        }
    }
    return code;
}

/* Whether the settings differ in an option of the data. */
static bool has_axis_of_data(const struct run_plan *plan)
{
    size_t i = 0;
    const json_t *axis = NULL;
    json_array_foreach(plan->axes, i, axis)
    {
        const char *key = json_string_value(axis);
        if (plan_key_is_of_data(key) && strcmp(key, "fold") != 0)
            return true;
    }
    return false;
}

static bool has_same_data(const struct run_figures *a, const struct run_figures *b)
{
    return strcmp(a->data_hash, b->data_hash) == 0 && strcmp(a->test_hash, b->test_hash) == 0;
}

/* Refuses runs that were trained or tested on other data under the same name, whose figures cannot be
   compared. */
static int check_data(const struct run_summary *s)
{
    const bool is_by_setting = has_axis_of_data(&s->plan);
    for (int g = 0; g < s->n_groups; g++)
        for (int i = 0; i < s->groups[g].n_runs; i++) {
            const struct summary_run *first = is_by_setting ? s->groups[g].runs : s->runs,
                                     *run = &s->groups[g].runs[i];
            while (first < run && first->figures.state != RUN_DONE)
                first++;
            if (run->figures.state != RUN_DONE || has_same_data(&first->figures, &run->figures))
                continue;
            usage_error("%s and %s: were trained or tested on other examples (hashes %s and %s, test %s and "
                        "%s), although their options name the same data; name another folder by --out",
                        first->folder, run->folder, first->figures.data_hash, run->figures.data_hash,
                        first->figures.test_hash, run->figures.test_hash);
            return EXIT_DATA;
        }
    return EXIT_DONE;
}

/* ---- Judging */

static const struct figure *figure_in(const struct run_figures *figures, enum judged_set set)
{
    return set == JUDGED_TEST ? &figures->test : set == JUDGED_VAL ? &figures->val : &figures->train;
}

/* Chooses the figure by which all runs are compared: that of the first finished run. */
static void choose_judge(struct run_summary *s)
{
    const bool prefers_val = !s->plan.is_comparison;
    const enum judged_set order[] = {prefers_val ? JUDGED_VAL : JUDGED_TEST,
                                     prefers_val ? JUDGED_TEST : JUDGED_VAL, JUDGED_TRAIN};
    for (int i = 0; i < s->n_runs; i++)
        for (int k = 0; s->runs[i].figures.state == RUN_DONE && k < 3; k++) {
            const struct figure *figure = figure_in(&s->runs[i].figures, order[k]);
            if (figure->kind == FIGURE_NONE)
                continue;
            s->set = order[k];
            s->kind = figure->kind;
            return;
        }
}

static void count_group(struct run_summary *s, struct run_group *g, double *room)
{
    for (int i = 0; i < g->n_runs; i++) {
        const struct run_figures *f = &g->runs[i].figures;
        g->diverged += f->state == RUN_DIVERGED;
        g->failed += f->state == RUN_FAILED;
        if (f->state != RUN_DONE)
            continue;
        room[g->done++] = figure_in(f, s->set)->value;
        g->seconds += f->seconds;
        g->loss += figure_in(f, s->set)->loss;
    }
    g->loss = g->done > 0 ? g->loss / g->done : 0.0;
    g->mean = mean_of(room, g->done);
    g->deviation = deviation_of(room, g->done);
    s->done += g->done;
}

static void take_angle_means(struct run_group *g)
{
    for (int l = 0; l < MOST_RUN_ANGLES; l++) {
        double sum = 0.0;
        int n = 0;
        for (int i = 0; i < g->n_runs; i++) {
            const struct run_figures *f = &g->runs[i].figures;
            if (l >= f->n_angles)
                continue;
            g->n_angles = l + 1;
            n += !isnan(f->angles[l]);
            sum += isnan(f->angles[l]) ? 0.0 : f->angles[l];
        }
        g->angles[l] = n > 0 ? sum / n : (double)NAN;
    }
}

static void compare_to_bp(const struct run_summary *s, struct run_group *g, const struct run_group *bp,
                          double *room)
{
    int n = 0;
    for (int i = 0; i < g->n_runs; i++)
        for (int k = 0; k < bp->n_runs; k++)
            if (g->runs[i].figures.state == RUN_DONE && bp->runs[k].figures.state == RUN_DONE &&
                is_same_repetition(g->runs[i].run, bp->runs[k].run))
                room[n++] = figure_in(&g->runs[i].figures, s->set)->value -
                            figure_in(&bp->runs[k].figures, s->set)->value;
    g->to_bp = paired_of(room, n);
}

static int rank_of(const struct run_group *g)
{
    return g->done == 0 ? 2 : g->diverged + g->failed > 0 ? 1 : 0;
}

static int by_mean(const void *a, const void *b)
{
    const struct run_group *x = a, *y = b;
    if (rank_of(x) != rank_of(y))
        return rank_of(x) - rank_of(y);
    if (x->done > 0 && x->mean != y->mean)
        return x->mean < y->mean ? -1 : 1;
    if (x->done > 0 && x->loss != y->loss)
        return x->loss < y->loss ? -1 : 1;
    return (x->runs > y->runs) - (x->runs < y->runs);
}

/* Computes the differences from bp; there are none unless exactly one setting has bp. */
static void compare_groups_with_bp(struct run_summary *s, double *room)
{
    const struct run_group *bp = NULL;
    int n_bp = 0;
    for (int i = 0; i < s->n_groups; i++) {
        count_group(s, &s->groups[i], room);
        take_angle_means(&s->groups[i]);
        s->groups[i].to_bp = paired_of(room, 0);
        if (strcmp(plan_value(s->groups[i].first, "rule"), "bp") == 0) {
            bp = &s->groups[i];
            n_bp++;
        }
    }
    s->has_bp = s->plan.is_comparison && n_bp == 1;
    for (int i = 0; s->has_bp && i < s->n_groups; i++)
        if (&s->groups[i] != bp)
            compare_to_bp(s, &s->groups[i], bp, room);
    qsort(s->groups, (size_t)s->n_groups, sizeof *s->groups, by_mean);
}

int summary_make(struct run_summary *out, struct run_plan *plan, const char *const *folders)
{
    const size_t n = json_array_size(plan->runs) + 1;
    *out = (struct run_summary){
        .plan = *plan, .runs = calloc(n, sizeof *out->runs), .groups = calloc(n, sizeof *out->groups)};
    double *room = calloc(n, sizeof *room);
    *plan = (struct run_plan){.options = NULL};
    int code = EXIT_OTHER;
    if (out->runs && out->groups && room)
        code = read_runs(out, folders);
    else
        usage_error("no memory for the figures of %zu runs", n - 1);
    if (code == EXIT_DONE)
        code = check_data(out);
    if (code == EXIT_DONE) {
        choose_judge(out);
        compare_groups_with_bp(out, room);
    }
    free(room);
    return code;
}

int summary_code(const struct run_summary *summary)
{
    for (int i = 0; i < summary->n_runs; i++)
        if (summary->runs[i].figures.exit_code != EXIT_DONE)
            return summary->runs[i].figures.exit_code;
    return EXIT_DONE;
}

void summary_release(struct run_summary *summary)
{
    plan_release(&summary->plan);
    free(summary->runs);
    free(summary->groups);
    *summary = (struct run_summary){.runs = NULL};
}

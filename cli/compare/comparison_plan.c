/*
 * comparison_plan.c - the plans of a pooled comparison: one run for each rule and seed, or for each rule and
 * fold.
 */
#include "comparison_pool.h"

#include <stdlib.h>

int pool_folds(const struct pooled *p)
{
    return p->c->folds > 0 ? p->c->folds : 1;
}

struct fold_text pool_fold_text(const struct pooled *p, int fold)
{
    struct fold_text out = {.text = ""};
    if (p->c->folds > 0)
        snprintf(out.text, sizeof out.text, "%d/%d", fold + 1, p->c->folds);
    return out;
}

struct chosen_rate *pool_rate(const struct pooled *p, int row, int fold)
{
    return &p->rates[row * pool_folds(p) + fold];
}

unsigned long long pool_first_seed(const struct pooled *p)
{
    return strtoull(bl_config_get(p->c->s->config, "seed"), NULL, 10);
}

void pool_plan_begin(const struct pooled *p, struct run_plan *plan, const bl_config *config, bool has_epochs)
{
    const char *axes[6] = {"rule", "lr"};
    int n = 2;
    if (has_epochs)
        axes[n++] = "epochs";
    if (p->c->folds > 0)
        axes[n++] = "fold";
    axes[n++] = "seed";
    axes[n] = NULL;
    plan_begin(plan, config, axes);
}

void pool_plan_add(const struct pooled *p, struct run_plan *plan, const struct pooled_run *run)
{
    json_t *values = json_pack("{s:s, s:s}", "rule", run->rule, "lr", run->lr);
    char seed[32];
    snprintf(seed, sizeof seed, "%llu", run->seed);
    if (run->epochs)
        json_object_set_new(values, "epochs", json_string(run->epochs));
    if (p->c->folds > 0)
        json_object_set_new(values, "fold", json_string(pool_fold_text(p, run->fold).text));
    json_object_set_new(values, "seed", json_string(seed));
    plan_add(plan, values);
}

int pool_summarize(struct run_summary *out, const struct run_plan *plan, const char *folder)
{
    const char *const folders[] = {folder, NULL};
    struct run_plan copy = plan_share(plan);
    return summary_make(out, &copy, folders);
}

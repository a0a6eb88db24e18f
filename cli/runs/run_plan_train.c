/*
 * run_plan_train.c - trains the runs of a plan with the pool.
 */
#include "../terminal/shown_text.h"
#include "run_figures.h"
#include "run_plan.h"
#include "run_training.h"

#include <stdlib.h>
#include <string.h>

/* The part of the plan that the children use. */
struct work {
    const struct run_plan *plan;
    const char *folder, *backend;
    const char *events; /* of --tensorboard; NULL: none are written */
    int threads;
};

struct work_run {
    const struct work *work;
    const json_t *run;
};

int shard_read(struct shard *out, const char *text)
{
    char rest = 0;
    *out = (struct shard){1, 1};
    if (!text)
        return EXIT_DONE;
    if (sscanf(text, "%d/%d%c", &out->part, &out->parts, &rest) == 2 && out->part >= 1 &&
        out->part <= out->parts)
        return EXIT_DONE;
    return usage_error("--shard is \"%s\", expected I/N with I from 1 to N, as 2/8", text);
}

static bl_status configure_plan_run(bl_config **out, bl_context *ctx, const void *what)
{
    const struct work_run *w = what;
    return plan_configure(out, ctx, w->work->plan, w->run);
}

static int train(const struct run_pool *pool, const struct pool_run *run, pid_t parent)
{
    const struct work *work = pool->user;
    const struct work_run what = {work, run->what};
    return run_in_folder(&(struct folder_run){.folder = run->folder,
                                              .backend = work->backend,
                                              .threads = work->threads,
                                              .parent = parent,
                                              .progress = run->progress,
                                              .events = work->events,
                                              .name = run->name,
                                              .configure = configure_plan_run,
                                              .what = &what,
                                              .keeps_failure = true});
}

/* Whether every other run would fail in the same way: errors of files affect all runs, a setting that is
   refused or diverges affects one. */
static bool is_common(int code)
{
    return code == EXIT_IO;
}

/* Selects the runs of the shard that are neither done nor diverged. */
static int select_runs(const struct work *work, struct shard shard, struct pool_run *out)
{
    int n = 0;
    size_t i = 0;
    json_t *run = NULL;
    json_array_foreach(work->plan->runs, i, run)
    {
        struct run_figures figures;
        struct pool_run *next = &out[n];
        if ((int)(i % (size_t)shard.parts) != shard.part - 1)
            continue;
        snprintf(next->name, sizeof next->name, "%s", plan_name(run));
        snprintf(next->title, sizeof next->title, "%s", plan_name(run));
        snprintf(next->folder, sizeof next->folder, "%s/%s", work->folder, plan_name(run));
        next->what = run;
        run_figures_read(&figures, next->folder);
        n += figures.state != RUN_DONE && figures.state != RUN_DIVERGED;
    }
    return n;
}

int plan_train(const struct session *s, const struct run_plan *plan, const char *folder, struct shard shard,
               int jobs)
{
    const int threads = atoi(bl_config_get(s->config, "threads"));
    struct work work = {plan, folder, bl_config_get(s->config, "backend"), extra_of(s, "tensorboard"), 1};
    struct run_pool pool = {.s = s, .train = train, .is_common = is_common, .user = &work};
    int code = EXIT_DONE;
    pool.runs = calloc(json_array_size(plan->runs) + 1, sizeof *pool.runs);
    if (!pool.runs) {
        usage_error("no memory for %zu runs", json_array_size(plan->runs));
        return EXIT_OTHER;
    }
    pool.n_runs = select_runs(&work, shard, pool.runs);
    const struct pool_split split = pool_split(pool.n_runs, jobs, threads);
    pool.width = split.width;
    work.threads = split.threads;
    if (pool.n_runs > 0) {
        note(s, "runs       %d to do, %d at once with %d thread%s each, in %s", pool.n_runs, split.width,
             split.threads, plural(split.threads), folder);
        code = pool_work(&pool);
    }
    free(pool.runs);
    return code;
}

/*
 * cmd_collect.c - backless collect: one table of the runs in several folders of sweeps or comparisons.
 *
 * The folders may be parts of one plan (--shard) or plans with other values of the same options. Nothing is
 * copied.
 */
#include "../runs/run_table.h"

#include <stddef.h>

static const struct extra extras[] = {
    {"json", NULL, "one JSON object a setting on standard output"},
    {"csv", NULL, "the table as CSV"},
    {"markdown", NULL, "the table as Markdown"},
    {"latex", NULL, "the table as LaTeX"},
    {"quiet", NULL, "no messages"},
    {NULL, NULL, NULL},
};

static int read_plans(const struct session *s, struct run_plan *plan)
{
    int code = plan_read(plan, s->words[0]);
    for (int i = 1; i < s->n_words && code == EXIT_DONE; i++) {
        struct run_plan more;
        code = plan_read(&more, s->words[i]);
        if (code == EXIT_DONE)
            code = plan_join(plan, &more, s->words[i]);
        plan_release(&more);
    }
    return code;
}

static int collect_all(struct session *s, enum table_form form)
{
    struct run_plan plan = {.options = NULL};
    struct run_summary summary = {.runs = NULL};
    int code = read_plans(s, &plan);
    if (code == EXIT_DONE)
        code = summary_make(&summary, &plan, s->words);
    if (code == EXIT_DONE)
        run_table_print(s, &summary, form);
    summary_release(&summary);
    plan_release(&plan);
    return code;
}

static int run_collect(struct session *s)
{
    enum table_form form;
    const int code = table_form_read(&form, s);
    if (code != EXIT_DONE)
        return code;
    if (s->n_words == 0)
        return usage_error("no folder is given; usage: backless %s", s->command->usage);
    return collect_all(s, form);
}

const struct command command_collect = {.name = "collect",
                                        .usage = "collect DIR...",
                                        .about = "one table of the runs in folders of sweeps and comparisons",
                                        .extras = extras,
                                        .most_words = MAX_WORDS - 1,
                                        .run = run_collect};

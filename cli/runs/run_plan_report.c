/*
 * run_plan_report.c - writes the report of a plan's runs at the end of the command that trained them.
 */
#include "../report/report.h"
#include "run_plan.h"

#include <stdlib.h>

void plan_report(const struct session *s, const struct run_plan *plan, const char *folder)
{
    const size_t n = json_array_size(plan->runs);
    const char **names = calloc(n + 1, sizeof *names);
    size_t i = 0;
    const json_t *run = NULL;
    if (!names) {
        usage_error("no memory for the report");
        return;
    }
    json_array_foreach(plan->runs, i, run) names[i] = plan_name(run);
    report_of_runs(s, folder, names, n);
    free(names);
}

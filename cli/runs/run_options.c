/*
 * run_options.c - reads the options that commands of many runs share.
 */
#include "run_options.h"

#include "run_pool.h"

#include <string.h>

int run_options_read(struct run_options *out, const struct session *s)
{
    *out = (struct run_options){.seeds = 1};
    int code = extra_number(s, "seeds", MOST_SEEDS, &out->seeds);
    if (code == EXIT_DONE)
        code = extra_number(s, "jobs", MOST_JOBS, &out->jobs);
    if (code == EXIT_DONE && strcmp(bl_config_get(s->config, "data"), "-") == 0)
        code = usage_error("--data -: every run is a process that reads the data, and standard input can be "
                           "read once; write it to a file");
    if (code == EXIT_DONE)
        code = shard_read(&out->shard, extra_of(s, "shard"));
    return code == EXIT_DONE ? table_form_read(&out->form, s) : code;
}

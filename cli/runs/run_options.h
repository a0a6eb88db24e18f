/*
 * run_options.h - the options that commands of many runs share: --seeds, --jobs, --shard and the form of the
 * table.
 */
#ifndef CLI_RUN_OPTIONS_H
#define CLI_RUN_OPTIONS_H

#include "run_table.h"

struct run_options {
    int seeds; /* of each setting; 1 where the option is not given */
    int jobs;  /* runs at once; 0: as pool_split finds it */
    struct shard shard;
    enum table_form form;
};

/* On error prints a message. Returns the exit code. */
int run_options_read(struct run_options *out, const struct session *s);

#endif

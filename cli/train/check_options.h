/*
 * check_options.h - refuses options before any work begins, for the commands that train.
 */
#ifndef CLI_CHECK_OPTIONS_H
#define CLI_CHECK_OPTIONS_H

#include "../command.h"

/* Refuses an --out that is the folder of --data or --test itself or a file that the run reads, and folders of
   --out, --resume and --tensorboard that cannot be made or written to. On error it prints a message. Returns
   the exit code. */
int check_out(const struct session *session);
/* Refuses --patience without a validation set. On error it prints a message. Returns the exit code. */
int check_patience(const struct session *session);

#endif

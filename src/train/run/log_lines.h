/*
 * log_lines.h - the JSON of angles and steps in log.jsonl.
 */
#ifndef BL_TRAIN_LOG_LINES_H
#define BL_TRAIN_LOG_LINES_H

#include "backless.h"

#include <jansson.h>

/* now->angles, one object for each block; null if none were measured. */
json_t *log_lines_angles(const bl_progress *now);

/* The object for a step after which angles were measured: {"step", "train_loss", "train_error", "batch_loss",
   "batch_error", "lr", "angles"}. train_: over the epoch up to this step; batch_: over the step's batch. Both
   are scores before the weights changed. It does not depend on time, so a resumed run writes the same
   bytes. */
json_t *log_lines_step(const bl_progress *now);
/* As log_lines_step, as a line of the log: {"kind": "step", "epoch": N, ...}. */
json_t *log_lines_step_line(const bl_progress *now);

#endif

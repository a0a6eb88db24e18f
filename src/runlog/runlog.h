/*
 * runlog.h - log.jsonl: one JSON object a line, appended and flushed to disk one by one.
 *
 * A value that does not exist is null. A line with an "epoch" and no "kind" is of a finished epoch: 1, 2, 3 and so on. A
 * line of "kind" "step" is of one step, "step", of the epoch under way, whose own line comes later; steps ascend. A line with
 * "missing_from": N says that the lines from epoch N up to its own (of a step's line: up to the epoch before) are missing.
 * A crash may leave a broken last line, and lines of steps and epochs behind the last checkpoint: these are cut off when the
 * log is taken up again.
 */
#ifndef BL_RUNLOG_RUNLOG_H
#define BL_RUNLOG_RUNLOG_H

#include "../base/status.h"

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

struct runlog;

bl_status runlog_begin(struct runlog **out, bl_context *ctx,
                       const char *path); /* what was there is dropped */
/* Behind the lines of `epoch` and of `step`, the last that a run finished, where it goes on (step is of epoch or of the one
 * behind it); what a crash may have left there is cut off. A missing
 * or empty log begins with the next epoch, and a last line that is broken is cut off even if it was that of
 * `epoch`: the next line that is appended then has "missing_from". BL_BAD_DATA, with the line's number:
 * anything else that is wrong; nothing is changed then. */
bl_status runlog_take_up(struct runlog **out, bl_context *ctx, const char *path, size_t epoch, uint64_t step);
bl_status runlog_append(struct runlog *log, const json_t *line); /* written and fsynced before it returns */
/* The first epoch whose line is missing before the next one that is appended; 0: none. */
size_t runlog_missing_from(const struct runlog *log);
void runlog_close(struct runlog *log);

json_t *runlog_number(double x); /* a JSON real, or null for NaN and infinities */

#endif

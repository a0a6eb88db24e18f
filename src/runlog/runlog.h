/*
 * runlog.h - the log of a run, log.jsonl: one JSON object per line, each appended and flushed to disk
 * separately.
 *
 * A missing value is null. A line with an "epoch" and no "kind" describes a finished epoch: 1, 2, 3 and so
 * on. A line of "kind" "step" describes one step, whose number is "step", and precedes the line of its epoch;
 * steps ascend. "missing_from": N in the line of an epoch means that the lines of epoch N and of all epochs
 * after it before this one are missing; in the line of a step, the lines from epoch N up to the last finished
 * epoch. A crash may leave an incomplete last line, and lines of steps and epochs after the last checkpoint:
 * these are removed when the log is resumed.
 */
#ifndef BL_RUNLOG_RUNLOG_H
#define BL_RUNLOG_RUNLOG_H

#include "../base/status.h"

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

struct runlog;

bl_status runlog_begin(struct runlog **out, bl_context *ctx,
                       const char *path); /* an existing log is emptied */
/* Opens the log for appending after the lines of `epoch` and `step`, the last finished ones (the step is in
   this epoch or the next one); lines after them, which a crash may have left, are removed. A missing or empty
   log begins with the next epoch, and an incomplete last line is removed even if it was that of `epoch`: the
   next appended line then has "missing_from". BL_BAD_DATA, with the line's number: the log has any other
   fault; the file is then not changed. */
bl_status runlog_take_up(struct runlog **out, bl_context *ctx, const char *path, size_t epoch, uint64_t step);
bl_status runlog_append(struct runlog *log, const json_t *line); /* returns after fsync */
/* The first epoch whose line is missing before the next appended line; 0: none. */
size_t runlog_missing_from(const struct runlog *log);
/* The line of the last finished epoch; NULL where the log has none, and for a pipe or a device. The caller
   releases it with json_decref. */
bl_status runlog_last_epoch(json_t **out, const struct runlog *log);
void runlog_close(struct runlog *log);

json_t *runlog_number(double x); /* a JSON real, or null for NaN and infinities */

#endif

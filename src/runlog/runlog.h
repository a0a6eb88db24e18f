/*
 * runlog.h - log.jsonl: one JSON object a line, appended and flushed to disk one by one.
 *
 * A value that does not exist is null. A line cut off by a crash is dropped when the log is taken up again.
 */
#ifndef BL_RUNLOG_RUNLOG_H
#define BL_RUNLOG_RUNLOG_H

#include "../base/status.h"

#include <jansson.h>
#include <stddef.h>

struct runlog;

/* keep_epochs: lines whose "epoch" is larger, and what follows them, are cut off first; 0: begin anew. */
bl_status runlog_open(struct runlog **out, bl_context *ctx, const char *path, size_t keep_epochs);
bl_status runlog_append(struct runlog *log, const json_t *line); /* written and fsynced before it returns */
void runlog_close(struct runlog *log);

json_t *runlog_number(double x); /* a JSON real, or null for NaN and infinities */

#endif

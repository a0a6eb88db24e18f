/*
 * runlog.c - the log of a run.
 *
 * A line goes to disk in one write; when that fails half way, the half is cut off again, so that the file
 * holds whole lines as long as the machine runs. A crash may leave a part of a line: taking up the log cuts
 * it off. The folder is not synced: a log that vanishes in a crash is younger than the run's first
 * checkpoint, whose writer syncs the folder.
 */
#include "runlog.h"

#include "../base/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct runlog {
    bl_context *ctx;
    char *path;
    int fd;
};

/* Reals with 15 digits: enough for every figure, and 0.1 stays 0.1. */
static const size_t line_style = JSON_REAL_PRECISION(15);

/* errno is that of the step that failed: nothing may come between. */
static bl_status io_failure(const struct runlog *log, const char *step)
{
    return context_fail(log->ctx, BL_IO, "%s: %s: %s", log->path, step, strerror(errno));
}

static bl_status no_memory(const struct runlog *log)
{
    return context_fail(log->ctx, BL_NO_MEMORY, "%s: no memory for a line", log->path);
}

static bl_status file_size(const struct runlog *log, size_t *size)
{
    struct stat facts;
    if (fstat(log->fd, &facts) != 0)
        return io_failure(log, "cannot be read");
    *size = (size_t)facts.st_size;
    return BL_OK;
}

static bl_status read_text(const struct runlog *log, char *text, size_t n)
{
    for (size_t done = 0; done < n;) {
        const ssize_t got = read(log->fd, text + done, n - done);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return io_failure(log, "cannot be read");
        if (got == 0)
            BL_FAIL(log->ctx, BL_IO, "%s: became shorter while it was read", log->path);
        done += (size_t)got;
    }
    return BL_OK;
}

/* Whether the line is a whole object whose "epoch" is a number from 0 to `keep`. Want of memory must not pass
   for a broken line, which would be cut off; Jansson sets no code when it runs out of memory deep inside. */
static bl_status judge_line(const struct runlog *log, const char *line, size_t n, size_t keep, bool *is_kept)
{
    json_error_t error;
    memset(&error, 0, sizeof error);
    json_t *object = json_loadb(line, n, JSON_REJECT_DUPLICATES, &error);
    const enum json_error_code code = json_error_code(&error);
    if (!object && (code == json_error_unknown || code == json_error_out_of_memory))
        return no_memory(log);
    const json_t *epoch = json_object_get(object, "epoch");
    const json_int_t value = json_integer_value(epoch);
    *is_kept = json_is_integer(epoch) && value >= 0 && (uint64_t)value <= keep;
    json_decref(object);
    return BL_OK;
}

/* Bytes of the lines that stay. */
static bl_status measure_kept(const struct runlog *log, const char *text, size_t n, size_t keep, size_t *kept)
{
    size_t at = 0;
    for (bool is_kept = true; at < n;) {
        const char *end = memchr(text + at, '\n', n - at);
        if (!end)
            break;
        BL_TRY(judge_line(log, text + at, (size_t)(end - text) - at, keep, &is_kept));
        if (!is_kept)
            break;
        at = (size_t)(end - text) + 1;
    }
    *kept = at;
    return BL_OK;
}

static bl_status find_kept(const struct runlog *log, size_t keep, size_t *kept)
{
    size_t n = 0;
    char *text = NULL;
    BL_TRY(file_size(log, &n));
    BL_TRY(MEM_ARRAY(log->ctx, &text, n, log->path));
    bl_status status = read_text(log, text, n);
    if (status == BL_OK)
        status = measure_kept(log, text, n, keep, kept);
    mem_free(log->ctx, text);
    return status;
}

static bl_status take_up(const struct runlog *log, size_t keep)
{
    size_t kept = 0;
    BL_TRY(find_kept(log, keep, &kept));
    if (ftruncate(log->fd, (off_t)kept) != 0 || fsync(log->fd) != 0)
        return io_failure(log, "cannot be cut");
    return BL_OK;
}

static bl_status open_steps(struct runlog *log, const char *path, size_t keep_epochs)
{
    BL_TRY(mem_text(log->ctx, &log->path, path, strlen(path)));
    const int fresh = keep_epochs == 0 ? O_TRUNC : 0;
    log->fd = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | fresh, 0666);
    if (log->fd < 0)
        return io_failure(log, "cannot be opened for writing");
    return keep_epochs == 0 ? BL_OK : take_up(log, keep_epochs);
}

bl_status runlog_open(struct runlog **out, bl_context *ctx, const char *path, size_t keep_epochs)
{
    struct runlog *log = NULL;
    BL_TRY(MEM_ONE(ctx, &log, "a log"));
    *log = (struct runlog){.ctx = ctx, .fd = -1};
    const bl_status status = open_steps(log, path, keep_epochs);
    if (status != BL_OK) {
        runlog_close(log);
        return status;
    }
    *out = log;
    return BL_OK;
}

static bl_status write_text(const struct runlog *log, const char *text, size_t n)
{
    for (size_t done = 0; done < n;) {
        const ssize_t put = write(log->fd, text + done, n - done);
        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0)
            return io_failure(log, "cannot be written");
        done += (size_t)put;
    }
    return fsync(log->fd) == 0 ? BL_OK : io_failure(log, "cannot be written (fsync)");
}

/* All of the text, or nothing of it. */
static bl_status write_whole(const struct runlog *log, const char *text, size_t n)
{
    size_t before = 0;
    BL_TRY(file_size(log, &before));
    const bl_status status = write_text(log, text, n);
    if (status != BL_OK && ftruncate(log->fd, (off_t)before) != 0)
        BL_FAIL(log->ctx, BL_IO, "%s: cannot be written, and a part of a line stayed behind", log->path);
    return status;
}

bl_status runlog_append(struct runlog *log, const json_t *line)
{
    const size_t n = json_dumpb(line, NULL, 0, line_style);
    if (n == 0)
        return no_memory(log);
    char *text = NULL;
    BL_TRY(MEM_ARRAY(log->ctx, &text, n + 1, "a line of the log"));
    const bool is_whole = json_dumpb(line, text, n, line_style) == n;
    text[n] = '\n';
    const bl_status status = is_whole ? write_whole(log, text, n + 1) : no_memory(log);
    mem_free(log->ctx, text);
    return status;
}

void runlog_close(struct runlog *log)
{
    if (!log)
        return;
    if (log->fd >= 0)
        close(log->fd);
    mem_free(log->ctx, log->path);
    mem_free(log->ctx, log);
}

json_t *runlog_number(double x)
{
    return isfinite(x) ? json_real(x) : json_null();
}

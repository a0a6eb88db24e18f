/*
 * runlog.c - the log of a run.
 *
 * A line is written by one call; if the call writes only a part, the part is removed again, so that the file
 * consists of whole lines unless the machine crashes. A crash may leave an incomplete last line, possibly
 * with zeros where a block did not reach the disk: it is removed when the log is resumed. Every other line
 * was synced before the next was written, so a fault in it was not caused by a crash: it is an error, and
 * nothing is removed. The folder is not synced, because a log can vanish in a crash only before the run's
 * first checkpoint, whose writer syncs the folder.
 *
 * If lines are known to be missing (the log was deleted, or its last line was incomplete although the
 * checkpoint is of that epoch), the next line has "missing_from". Epochs may be missing only directly before
 * such a line.
 */
#include "runlog.h"

#include "../base/io.h"
#include "../base/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct runlog {
    bl_context *ctx;
    char *path;
    int fd;
    bool is_stream;      /* a pipe or a device: cannot be truncated, and may not support fsync */
    size_t missing_from; /* the first epoch whose line is missing before the next one; 0: none */
};

/* Reals are written with 15 digits, which is enough for every figure and keeps 0.1 as 0.1. */
static const size_t line_style = JSON_REAL_PRECISION(15);

/* Reports errno, so it must be called directly after the failed step. */
static bl_status io_failure(const struct runlog *log, const char *step)
{
    return context_fail(log->ctx, BL_IO, "%s: %s: %s", log->path, step, strerror(errno));
}

static bl_status no_memory_for_log(const struct runlog *log)
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
    const ssize_t got = io_read_all(log->fd, text, n);
    if (got < 0)
        return io_failure(log, "cannot be read");
    if ((size_t)got < n)
        BL_FAIL(log->ctx, BL_IO, "%s: became shorter while it was read", log->path);
    return BL_OK;
}

/* The state of reading a log line by line. */
struct runlog_reading {
    const struct runlog *log;
    const char *text;
    size_t n, at; /* bytes of the text; position of the current line */
    size_t line;  /* its number, from 1 */
};

/* The values that are read from a line. */
struct entry {
    bool is_broken; /* not an object with the number "epoch" and, for a step, "kind" and the number "step" */
    bool is_step;
    json_int_t epoch, step, missing_from; /* step: 0 if the line of an epoch has none */
};

/* The point at which a run is resumed: its finished epochs and steps. */
struct runlog_place {
    size_t epoch;
    uint64_t step;
};

static bool is_of_step(const json_t *object)
{
    const char *kind = json_string_value(json_object_get(object, "kind"));
    return kind && strcmp(kind, "step") == 0 && json_is_integer(json_object_get(object, "step"));
}

/* Parses the current line. A failed allocation must not be mistaken for an incomplete line, which would be
   removed; Jansson sets no error code when an inner allocation fails. */
static bl_status read_entry(const struct runlog_reading *r, size_t length, struct entry *out)
{
    json_error_t error;
    memset(&error, 0, sizeof error);
    json_t *object = json_loadb(r->text + r->at, length, JSON_REJECT_DUPLICATES, &error);
    const enum json_error_code code = json_error_code(&error);
    if (!object && (code == json_error_unknown || code == json_error_out_of_memory))
        return no_memory_for_log(r->log);
    const json_t *epoch = json_object_get(object, "epoch");
    const bool is_step = is_of_step(object);
    *out =
        (struct entry){.is_broken = !json_is_integer(epoch) || (!is_step && json_object_get(object, "kind")),
                       .is_step = is_step,
                       .step = json_integer_value(json_object_get(object, "step")),
                       .epoch = json_integer_value(epoch),
                       .missing_from = json_integer_value(json_object_get(object, "missing_from"))};
    json_decref(object);
    return BL_OK;
}

static bl_status refuse_broken(const struct runlog_reading *r)
{
    BL_FAIL(
        r->log->ctx, BL_BAD_DATA,
        "%s, line %zu: is not a line of a log, expected an object with the number \"epoch\", and for a step "
        "with the kind \"step\" and the number \"step\"; a crash breaks only the last line; correct it, or "
        "move the log away to begin a new one",
        r->log->path, r->line);
}

static bl_status refuse_order(const struct runlog_reading *r, json_int_t epoch, json_int_t before)
{
    if (r->line == 1)
        BL_FAIL(r->log->ctx, BL_BAD_DATA,
                "%s, line 1: is of epoch %lld, expected epoch 1; correct it, or move the log away to begin "
                "a new one",
                r->log->path, (long long)epoch);
    BL_FAIL(r->log->ctx, BL_BAD_DATA,
            "%s, line %zu: is of epoch %lld, but the line before it is of epoch %lld; correct it, or move "
            "the log away to begin a new one",
            r->log->path, r->line, (long long)epoch, (long long)before);
}

static bl_status refuse_short(const struct runlog_reading *r, json_int_t last, size_t epoch)
{
    BL_FAIL(r->log->ctx, BL_BAD_DATA,
            "%s, line %zu: the log ends with epoch %lld, but the checkpoint is of epoch %zu; correct it, or "
            "move the log away to begin a new one",
            r->log->path, r->line - 1, (long long)last, epoch);
}

static bl_status refuse_step(const struct runlog_reading *r, const struct entry *here,
                             const struct entry *before)
{
    BL_FAIL(r->log->ctx, BL_BAD_DATA,
            "%s, line %zu: is of step %lld in epoch %lld, but the lines before it end with step %lld and "
            "epoch %lld; correct it, or move the log away to begin a new one",
            r->log->path, r->line, (long long)here->step, (long long)here->epoch, (long long)before->step,
            (long long)before->epoch);
}

static bool follows(const struct entry *here, const struct entry *before)
{
    if (here->epoch <= before->epoch) /* first, so that no sum below overflows */
        return false;
    const bool has_place = here->epoch - 1 == before->epoch ||
                           (here->missing_from > 0 && here->missing_from - 1 == before->epoch);
    return has_place && (!here->is_step || here->step > before->step);
}

/* Sets `before` to the epoch and step that the lines up to `here` reach. The line of a step does not finish
   its epoch. */
static void advance(struct entry *before, const struct entry *here)
{
    before->epoch = here->is_step ? here->epoch - 1 : here->epoch;
    if (here->step > before->step)
        before->step = here->step;
}

static bool is_within(const struct entry *here, struct runlog_place place)
{
    if (here->is_step)
        return (uint64_t)here->step <= place.step && (size_t)(here->epoch - 1) <= place.epoch;
    return (size_t)here->epoch <= place.epoch;
}

/* The first bytes of a log, which are kept. */
struct kept {
    size_t n;
    bool lacks_end;      /* the last line is complete except for its line end */
    size_t missing_from; /* as in struct runlog */
};

/* Determines which bytes are kept. An incomplete last line is removed even if the checkpoint is of its
   epoch. */
static bl_status measure_kept(struct runlog_reading *r, struct runlog_place place, struct kept *out)
{
    struct entry before = {.epoch = 0};
    bool was_cut = r->n == 0, is_behind = false;
    for (r->line = 1; r->at < r->n; r->line++) {
        const char *end = memchr(r->text + r->at, '\n', r->n - r->at);
        const size_t length = end ? (size_t)(end - r->text) - r->at : r->n - r->at;
        const bool is_last = r->at + length + 1 >= r->n;
        struct entry here = {.is_broken = true};
        BL_TRY(read_entry(r, length, &here));
        if (here.is_broken && !is_last)
            return refuse_broken(r);
        was_cut = here.is_broken;
        if (was_cut)
            break;
        if (!follows(&here, &before))
            return here.is_step ? refuse_step(r, &here, &before) : refuse_order(r, here.epoch, before.epoch);
        advance(&before, &here);
        is_behind = is_behind || !is_within(&here, place);
        if (!is_behind)
            *out = (struct kept){.n = r->at + length + (end ? 1 : 0), .lacks_end = !end};
        r->at += length + 1;
    }
    if ((size_t)before.epoch >= place.epoch)
        return BL_OK;
    if (r->n > 0 && (!was_cut || (size_t)before.epoch + 1 < place.epoch))
        return refuse_short(r, before.epoch, place.epoch);
    out->missing_from = (size_t)before.epoch + 1;
    return BL_OK;
}

static bl_status find_kept(const struct runlog *log, struct runlog_place place, struct kept *kept)
{
    size_t n = 0;
    char *text = NULL;
    BL_TRY(file_size(log, &n));
    BL_TRY(MEM_ARRAY(log->ctx, &text, n, log->path));
    bl_status status = read_text(log, text, n);
    if (status == BL_OK)
        status = measure_kept(&(struct runlog_reading){.log = log, .text = text, .n = n}, place, kept);
    mem_free(log->ctx, text);
    return status;
}

static bl_status write_whole(const struct runlog *log, const char *text, size_t n);

static bl_status take_up(struct runlog *log, struct runlog_place place)
{
    struct kept kept = {.n = 0};
    if (log->is_stream)
        return BL_OK;
    BL_TRY(find_kept(log, place, &kept));
    if (ftruncate(log->fd, (off_t)kept.n) != 0 || fsync(log->fd) != 0)
        return io_failure(log, "cannot be cut");
    log->missing_from = kept.missing_from;
    return kept.lacks_end ? write_whole(log, "\n", 1) : BL_OK;
}

static bl_status open_file(struct runlog *log, const char *path)
{
    struct stat facts;
    BL_TRY(mem_text(log->ctx, &log->path, path, strlen(path)));
    log->fd = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
    if (log->fd < 0 || fstat(log->fd, &facts) != 0)
        return io_failure(log, "cannot be opened for writing");
    log->is_stream = !S_ISREG(facts.st_mode);
    return BL_OK;
}

static bl_status empty(const struct runlog *log)
{
    return log->is_stream || ftruncate(log->fd, 0) == 0 ? BL_OK : io_failure(log, "cannot be emptied");
}

static bl_status open_with(struct runlog **out, bl_context *ctx, const char *path, bool is_new,
                           struct runlog_place place)
{
    struct runlog *log = NULL;
    BL_TRY(MEM_ONE(ctx, &log, "a log"));
    *log = (struct runlog){.ctx = ctx, .fd = -1};
    bl_status status = open_file(log, path);
    if (status == BL_OK)
        status = is_new ? empty(log) : take_up(log, place);
    if (status != BL_OK) {
        runlog_close(log);
        return status;
    }
    *out = log;
    return BL_OK;
}

bl_status runlog_begin(struct runlog **out, bl_context *ctx, const char *path)
{
    return open_with(out, ctx, path, true, (struct runlog_place){0, 0});
}

bl_status runlog_take_up(struct runlog **out, bl_context *ctx, const char *path, size_t epoch, uint64_t step)
{
    return open_with(out, ctx, path, false, (struct runlog_place){epoch, step});
}

/* The last line of an epoch in `text`; lines of steps may follow it. */
static json_t *last_epoch_of(const char *text, size_t n)
{
    while (n > 0) {
        size_t begin = n - 1; /* without the line end */
        while (begin > 0 && text[begin - 1] != '\n')
            begin--;
        json_t *line = json_loadb(text + begin, n - begin, JSON_REJECT_DUPLICATES, NULL);
        if (json_is_integer(json_object_get(line, "epoch")) && !json_object_get(line, "kind"))
            return line;
        json_decref(line);
        n = begin;
    }
    return NULL;
}

bl_status runlog_last_epoch(json_t **out, const struct runlog *log)
{
    size_t n = 0;
    char *text = NULL;
    *out = NULL;
    if (log->is_stream)
        return BL_OK;
    BL_TRY(file_size(log, &n));
    if (lseek(log->fd, 0, SEEK_SET) != 0)
        return io_failure(log, "cannot be read");
    BL_TRY(MEM_ARRAY(log->ctx, &text, n, log->path));
    const bl_status status = read_text(log, text, n);
    if (status == BL_OK)
        *out = last_epoch_of(text, n);
    mem_free(log->ctx, text);
    return status;
}

static bl_status write_text(const struct runlog *log, const char *text, size_t n)
{
    if (!io_write_all(log->fd, text, n))
        return io_failure(log, "cannot be written");
    const bool is_synced = fsync(log->fd) == 0 || (log->is_stream && errno == EINVAL);
    return is_synced ? BL_OK : io_failure(log, "cannot be written (fsync)");
}

/* Writes all of the text, or none of it. */
static bl_status write_whole(const struct runlog *log, const char *text, size_t n)
{
    size_t before = 0;
    BL_TRY(file_size(log, &before));
    const bl_status status = write_text(log, text, n);
    if (status != BL_OK && !log->is_stream && ftruncate(log->fd, (off_t)before) != 0)
        BL_FAIL(log->ctx, BL_IO,
                "%s: cannot be written, and a part of a line, which could not be removed, is at its end",
                log->path);
    return status;
}

static bl_status append_text(struct runlog *log, const json_t *line)
{
    const size_t n = json_dumpb(line, NULL, 0, line_style);
    if (n == 0)
        return no_memory_for_log(log);
    char *text = NULL;
    BL_TRY(MEM_ARRAY(log->ctx, &text, n + 1, "a line of the log"));
    const bool is_whole = json_dumpb(line, text, n, line_style) == n;
    text[n] = '\n';
    const bl_status status = is_whole ? write_whole(log, text, n + 1) : no_memory_for_log(log);
    mem_free(log->ctx, text);
    return status;
}

static bl_status append_behind_gap(struct runlog *log, const json_t *line)
{
    json_t *marked = json_deep_copy(line);
    const int failed =
        json_object_set_new(marked, "missing_from", json_integer((json_int_t)log->missing_from));
    const bl_status status = failed ? no_memory_for_log(log) : append_text(log, marked);
    json_decref(marked);
    if (status == BL_OK)
        log->missing_from = 0;
    return status;
}

bl_status runlog_append(struct runlog *log, const json_t *line)
{
    return log->missing_from > 0 ? append_behind_gap(log, line) : append_text(log, line);
}

size_t runlog_missing_from(const struct runlog *log)
{
    return log->missing_from;
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

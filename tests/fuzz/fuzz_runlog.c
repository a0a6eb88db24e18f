/*
 * fuzz_runlog.c - resumes the log of a run. Input: the epoch of the checkpoint as one byte, and log.jsonl.
 *
 * The beginning of the log is kept, with a line end if the last line had none. A line is appended, and
 * resuming the log again for that line's epoch does not change it. A log that is refused is not changed.
 */
#include "fuzz_target.h"

#include "../../src/runlog/runlog.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static bl_status append(struct runlog *log, size_t epoch)
{
    json_t *line = json_pack("{s:I, s:o}", "epoch", (json_int_t)epoch, "train_loss", runlog_number(0.5));
    FUZZ_CHECK(line, "no memory for the target itself");
    const bl_status status = runlog_append(log, line);
    json_decref(line);
    return status;
}

static bl_status open_log(struct runlog **out, bl_context *ctx, const char *path, size_t keep)
{
    struct runlog *const untouched = (struct runlog *)&keep;
    *out = untouched;
    const bl_status status = runlog_take_up(out, ctx, path, keep, keep > 0 ? UINT64_MAX : 0);
    FUZZ_CHECK(status == BL_OK || *out == untouched, "a log was returned although the function failed");
    FUZZ_CHECK(status == BL_OK || status == BL_NO_MEMORY || status == BL_BAD_DATA, "status %d", (int)status);
    if (status != BL_BAD_DATA) /* a log may be refused */
        (void)fuzz_went_well(ctx, status, "taking up a log");
    return status;
}

/* Opens the log and closes it again. */
static bl_status take_up(bl_context *ctx, const char *path, size_t keep)
{
    struct runlog *log = NULL;
    BL_TRY(open_log(&log, ctx, path, keep));
    runlog_close(log);
    return BL_OK;
}

static size_t check_kept(const char *path, const uint8_t *bytes, size_t n, bool is_cut)
{
    size_t kept = 0;
    char *text = fuzz_read(path, &kept);
    const bool is_completed = is_cut && kept == n + 1 && text[n] == '\n';
    const size_t same = is_completed ? n : kept;
    FUZZ_CHECK(same <= n && memcmp(text, bytes, same) == 0, "not the beginning of what was there");
    FUZZ_CHECK(!is_cut || kept == 0 || text[kept - 1] == '\n', "a part of a line was kept");
    free(text);
    return kept;
}

static bl_status add_line(bl_context *ctx, const char *path, size_t keep)
{
    struct runlog *log = NULL;
    BL_TRY(open_log(&log, ctx, path, keep));
    const bl_status status = append(log, keep + 1);
    runlog_close(log);
    (void)fuzz_went_well(ctx, status, "adding a line");
    return status;
}

static bl_status attempt(bl_context *ctx, const uint8_t *bytes, size_t n)
{
    const size_t keep = fuzz_byte(&bytes, &n) & 15;
    const char *path = fuzz_file("log.jsonl", bytes, n);
    size_t before = 0, after = 0;
    const bl_status status = take_up(ctx, path, keep);
    const size_t kept = check_kept(path, bytes, n, status == BL_OK);
    FUZZ_CHECK(status == BL_OK || kept == n, "a log that is refused was changed");
    BL_TRY(status);
    FUZZ_CHECK(keep > 0 || kept == 0, "lines of epochs that are to come");
    BL_TRY(add_line(ctx, path, keep));
    free(fuzz_read(path, &before));
    FUZZ_CHECK(before > kept, "no line was added");
    BL_TRY(take_up(ctx, path, keep + 1));
    free(fuzz_read(path, &after));
    FUZZ_CHECK(before == after, "%zu of %zu bytes were kept", after, before);
    return BL_OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    fuzz_run(attempt, bytes, n);
    return 0;
}

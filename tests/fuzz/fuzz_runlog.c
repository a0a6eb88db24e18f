/*
 * fuzz_runlog.c - a log that a crash may have cut: what is kept are whole lines from the beginning, and a line more can be
 * appended to it.
 */
#include "fuzz.h"

#include "../../src/runlog/runlog.h"

static void check_lines(const char *path, const uint8_t *bytes, size_t n)
{
    static uint8_t kept[1 << 20];
    const int file = open(path, O_RDONLY);
    FUZZ_MUST(file >= 0);
    const ssize_t got = read(file, kept, sizeof kept);
    close(file);
    static const char line[] = "{\"epoch\": 9}\n";
    FUZZ_MUST(got >= (ssize_t)sizeof line - 1);
    const size_t before = (size_t)got - (sizeof line - 1);
    FUZZ_MUST(before <= n && memcmp(kept, bytes, before) == 0); /* a beginning of what was there */
    FUZZ_MUST(before == 0 || kept[before - 1] == '\n');
    FUZZ_MUST(memcmp(kept + before, line, sizeof line - 1) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    const size_t keep = 1 + fuzz_byte(&bytes, &n) % 4;
    struct fuzz_memory memory;
    struct runlog *log = NULL;
    bl_context *ctx = fuzz_context(&memory);
    char path[FUZZ_PATH];
    if (n > 1 << 16)
        n = 1 << 16;
    fuzz_path("log.jsonl", path);
    fuzz_write(path, bytes, n);
    bl_status status = runlog_open(&log, ctx, path, keep);
    fuzz_check_failure(ctx, status);
    if (status == BL_OK) {
        json_t *line = json_pack("{s:i}", "epoch", 9);
        status = runlog_append(log, line);
        json_decref(line);
        runlog_close(log);
        if (status == BL_OK)
            check_lines(path, bytes, n);
    }
    fuzz_end(ctx, &memory);
    return 0;
}

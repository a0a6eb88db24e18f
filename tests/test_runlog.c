/*
 * test_runlog.c - log.jsonl: each append leaves complete lines on disk, and a resumed run keeps exactly the
 * lines up to its checkpoint.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../src/runlog/runlog.h"
#include "scratch.h"

#include <errno.h>
#include <math.h>

static struct scratch scratch;
static struct counting memory;
static bl_context *ctx;

static const char *log_path(void)
{
    return scratch_path(&scratch, "log.jsonl");
}

static int n_syncs, sync_fails;

/* Replaces the function of the C library in this program. */
int fsync(int fd)
{
    n_syncs++;
    if (sync_fails) {
        errno = EIO;
        return -1;
    }
    return fdatasync(fd);
}

static void assert_log(const char *text)
{
    size_t n = 0;
    unsigned char *bytes = scratch_read(log_path(), &n);
    assert_non_null(bytes);
    assert_string_equal((char *)bytes, text);
    assert_int_equal(n, strlen(text));
    free(bytes);
}

static bl_status append_epoch(struct runlog *log, int epoch, double loss)
{
    json_t *line = json_pack("{s:i, s:o}", "epoch", epoch, "train_loss", runlog_number(loss));
    const bl_status status = runlog_append(log, line);
    json_decref(line);
    return status;
}

static void lines_are_on_disk_after_each_append(void **state)
{
    (void)state;
    struct runlog *log = NULL;
    scratch_write(log_path(), "an older log\n", 13);
    assert_int_equal(runlog_begin(&log, ctx, log_path()), BL_OK);
    assert_log("");
    n_syncs = 0;
    assert_int_equal(append_epoch(log, 1, 0.1), BL_OK);
    assert_int_equal(n_syncs, 1);
    assert_log("{\"epoch\": 1, \"train_loss\": 0.1}\n");
    assert_int_equal(append_epoch(log, 2, NAN), BL_OK);
    assert_log("{\"epoch\": 1, \"train_loss\": 0.1}\n{\"epoch\": 2, \"train_loss\": null}\n");
    runlog_close(log);
    runlog_close(NULL);
    assert_log("{\"epoch\": 1, \"train_loss\": 0.1}\n{\"epoch\": 2, \"train_loss\": null}\n");
}

static void nan_is_written_as_null(void **state)
{
    (void)state;
    static const struct {
        double x;
        int is_null;
    } cases[] = {{0.0, 0}, {-1.5e-300, 0}, {1.7976931348623157e308, 0},
                 {NAN, 1}, {INFINITY, 1},  {-INFINITY, 1}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        json_t *number = runlog_number(cases[i].x);
        assert_int_equal(json_is_null(number), cases[i].is_null);
        assert_true(cases[i].is_null || (json_is_real(number) && json_real_value(number) == cases[i].x));
        json_decref(number);
    }
}

#define ONE "{\"epoch\": 1, \"test_error\": 0.5}\n"
#define TWO "{\"epoch\": 2, \"test_error\": null}\n"
#define THREE "{\"epoch\": 3}\n"

/* A crash may leave a broken last line and lines after the checkpoint; both are removed. */
static void lines_up_to_the_checkpoint_are_kept(void **state)
{
    (void)state;
    static const struct {
        const char *before;
        size_t epoch;
        const char *after;
    } cases[] = {
        {ONE TWO THREE, 0, ""},
        {ONE TWO THREE, 1, ONE},
        {ONE TWO THREE, 2, ONE TWO},
        {ONE TWO THREE, 3, ONE TWO THREE},
        {ONE TWO "{\"epoch\": 3", 2, ONE TWO},             /* cut off by a crash */
        {ONE TWO "{\"epoch\": 3}", 2, ONE TWO},            /* before the end of the line */
        {ONE "{\"epoch\": 2}", 2, ONE "{\"epoch\": 2}\n"}, /* only the line end is missing */
        {ONE TWO "{\"epoch\": 3\n", 2, ONE TWO},
        {ONE "\xff\xfe\n", 1, ONE},
        {ONE "\n", 1, ONE},
        {ONE TWO "{\"epo", 1, ONE},
        {"{\"ep", 0, ""},
        {"no log at all", 0, ""},
        {ONE "{\"epoch\": 5, \"missing_from\": 2}\n{\"epo", 5, ONE "{\"epoch\": 5, \"missing_from\": 2}\n"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct runlog *log = NULL;
        char expected[400];
        scratch_write(log_path(), cases[i].before, strlen(cases[i].before));
        assert_int_equal(runlog_take_up(&log, ctx, log_path(), cases[i].epoch, 0), BL_OK);
        assert_log(cases[i].after);
        assert_int_equal(append_epoch(log, 7, 0.25), BL_OK);
        runlog_close(log);
        snprintf(expected, sizeof expected, "%s{\"epoch\": 7, \"train_loss\": 0.25}\n", cases[i].after);
        assert_log(expected);
    }
}

/* After a crash a file system may have extended the file by a block of zeros: zeros at the end are a broken
   last line. */
static void zeros_at_the_end_are_cut_off(void **state)
{
    (void)state;
    static const char before[] = ONE "\0\0\0\0\0\0\0\0";
    struct runlog *log = NULL;
    scratch_write(log_path(), before, sizeof before - 1);
    assert_int_equal(runlog_take_up(&log, ctx, log_path(), 1, 0), BL_OK);
    runlog_close(log);
    assert_log(ONE);
}

/* Damage that no crash causes is an error that names the line, and no byte is changed. */
static void other_damage_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t epoch;
        const char *reason;
    } cases[] = {
        {ONE "\n" TWO, 2, "log.jsonl, line 2: is not a line of a log"},
        {"\n" ONE TWO, 2, "log.jsonl, line 1: is not a line of a log"},
        {ONE TWO "{\"epoch\": 3\n" THREE, 3, "log.jsonl, line 3: is not a line of a log"},
        {ONE "{\"epoch\": 1.0}\n" TWO, 2, "line 2: is not a line"},
        {ONE "{\"epoch\": \"2\"}\n" THREE, 2, "line 2: is not a line"},
        {ONE "{\"step\": 2}\n" TWO, 2, "line 2: is not a line"},
        {ONE "[2]\n" TWO, 2, "line 2: is not a line"},
        {ONE "{\"epoch\": 2, \"epoch\": 2}\n" THREE, 2, "line 2: is not a line"},
        {ONE TWO "junk\njunk\n", 2, "line 3: is not a line"}, /* a crash breaks at most one line */
        {ONE ONE TWO, 2, "line 2: is of epoch 1, but the line before it is of epoch 1"},
        {ONE THREE TWO, 2, "line 2: is of epoch 3, but the line before it is of epoch 1"},
        {ONE THREE, 3, "line 2: is of epoch 3"},
        {ONE "{\"epoch\": -1}\n" TWO, 2, "line 2: is of epoch -1"},
        {TWO THREE, 3, "line 1: is of epoch 2, expected epoch 1"},
        {ONE TWO, 3, "line 2: the log ends with epoch 2, but the checkpoint is of epoch 3"},
        {ONE TWO "{\"epoch\": 3", 4, "line 2: the log ends with epoch 2, but the checkpoint is of epoch 4"},
        {ONE "{\"epoch\": 5, \"missing_from\": 3}\n", 5, "line 2: is of epoch 5, but the line before it"},
        {ONE "{\"epoch\": 1, \"missing_from\": 2}\n", 1, "line 2: is of epoch 1"},
        {ONE "{\"epoch\": 5, \"missing_from\": true}\n", 5, "line 2: is of epoch 5"},
        {"no log at all", 3, "the log ends with epoch 0"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct runlog *log = NULL;
        scratch_write(log_path(), cases[i].text, strlen(cases[i].text));
        assert_int_equal(runlog_take_up(&log, ctx, log_path(), cases[i].epoch, 0), BL_BAD_DATA);
        assert_null(log);
        assert_non_null(strstr(ctx->why, cases[i].reason));
        assert_log(cases[i].text);
    }
}

#define STEP(epoch, step) "{\"kind\": \"step\", \"epoch\": " #epoch ", \"step\": " #step "}\n"

/* Lines of steps are kept up to the step of the checkpoint; they must belong to the current epoch and be in
   order. */
static void lines_of_steps_are_kept_up_to_the_checkpoint(void **state)
{
    (void)state;
    static const struct {
        const char *before;
        size_t epoch;
        uint64_t step;
        const char *after; /* NULL: refused, */
        const char *reason;
    } cases[] = {
        {STEP(1, 2) ONE STEP(2, 7), 1, 7, STEP(1, 2) ONE STEP(2, 7), NULL},
        {STEP(1, 2) ONE STEP(2, 7), 1, 6, STEP(1, 2) ONE, NULL},
        {STEP(1, 2) ONE STEP(2, 7), 0, 4, STEP(1, 2), NULL}, /* stopped in the first epoch, then continued */
        {STEP(1, 2) ONE STEP(2, 7), 0, 1, "", NULL},
        {STEP(1, 5) ONE TWO, 0, 5, STEP(1, 5), NULL}, /* stopped after the last step of an epoch */
        {STEP(1, 2) STEP(1, 3) "{\"kind\": \"st", 0, 3, STEP(1, 2) STEP(1, 3), NULL},
        {ONE STEP(3, 9) STEP(3, 12), 3, 12, NULL, "line 2: is of step 9 in epoch 3, but the lines before"},
        {STEP(1, 3) STEP(1, 2) ONE, 1, 5, NULL,
         "line 2: is of step 2 in epoch 1, but the lines before it end with step 3"},
        {STEP(1, 3) STEP(1, 3) ONE, 1, 5, NULL, "line 2: is of step 3"},
        {STEP(0, 3) ONE, 1, 5, NULL, "line 1: is of step 3 in epoch 0"},
        {ONE STEP(1, 3) TWO, 2, 5, NULL, "line 2: is of step 3 in epoch 1"},
        {"{\"epoch\": 1, \"step\": 5}\n" STEP(2, 5) TWO, 2, 10, NULL, "line 2: is of step 5 in epoch 2"},
        {"{\"kind\": \"step\", \"epoch\": 1}\n" ONE, 1, 5, NULL, "line 1: is not a line of a log"},
        {"{\"kind\": \"word\", \"epoch\": 1}\n" TWO, 1, 5, NULL, "line 1: is not a line of a log"},
        {"{\"kind\": 1, \"epoch\": 1}\n" TWO, 1, 5, NULL, "line 1: is not a line of a log"},
        {STEP(9223372036854775807, 1) ONE, 1, 5, NULL, "line 1: is of step 1 in epoch 9223372036854775807"},
        {STEP(1, 1) STEP(2, 2) TWO, 2, 5, NULL, "line 2: is of step 2 in epoch 2"}, /* epoch 1 is missing */
        {ONE "{\"kind\": \"step\", \"epoch\": 4, \"step\": 9, \"missing_from\": 2}\n{\"epoch\": 4}\n", 4, 10,
         ONE "{\"kind\": \"step\", \"epoch\": 4, \"step\": 9, \"missing_from\": 2}\n{\"epoch\": 4}\n", NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct runlog *log = NULL;
        scratch_write(log_path(), cases[i].before, strlen(cases[i].before));
        const bl_status status = runlog_take_up(&log, ctx, log_path(), cases[i].epoch, cases[i].step);
        assert_int_equal(status, cases[i].after ? BL_OK : BL_BAD_DATA);
        runlog_close(log);
        if (cases[i].reason && !strstr(ctx->why, cases[i].reason))
            fail_msg("\"%s\" lacks \"%s\"", ctx->why, cases[i].reason);
        assert_log(cases[i].after ? cases[i].after : cases[i].before);
    }
}

/* The next line states which lines are missing, so that the log can be resumed repeatedly. */
static void missing_lines_are_recorded(void **state)
{
    (void)state;
    static const struct {
        const char *before;
        size_t epoch, from;
        const char *kept;
    } cases[] = {{"", 3, 1, ""}, {ONE TWO "{\"epo", 3, 3, ONE TWO}, {"\n", 1, 1, ""}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct runlog *log = NULL;
        const int next = (int)cases[i].epoch + 1;
        char expected[400];
        scratch_write(log_path(), cases[i].before, strlen(cases[i].before));
        assert_int_equal(runlog_take_up(&log, ctx, log_path(), cases[i].epoch, 0), BL_OK);
        assert_int_equal(runlog_missing_from(log), cases[i].from);
        assert_int_equal(append_epoch(log, next, 0.5), BL_OK);
        assert_int_equal(append_epoch(log, next + 1, 0.5), BL_OK);
        runlog_close(log);
        snprintf(expected, sizeof expected,
                 "%s{\"epoch\": %d, \"train_loss\": 0.5, \"missing_from\": %d}\n"
                 "{\"epoch\": %d, \"train_loss\": 0.5}\n",
                 cases[i].kept, next, (int)cases[i].from, next + 1);
        assert_log(expected);
        assert_int_equal(runlog_take_up(&log, ctx, log_path(), (size_t)next + 1, 0), BL_OK);
        assert_int_equal(runlog_missing_from(log), 0);
        runlog_close(log);
        assert_log(expected);
    }
}

static void a_missing_log_begins_anew(void **state)
{
    (void)state;
    struct runlog *log = NULL;
    assert_int_equal(runlog_take_up(&log, ctx, log_path(), 3, 0), BL_OK);
    assert_int_equal(append_epoch(log, 4, 1.0), BL_OK);
    runlog_close(log);
    assert_log("{\"epoch\": 4, \"train_loss\": 1.0, \"missing_from\": 1}\n");
}

static void failures_are_reported(void **state)
{
    (void)state;
    struct runlog *log = NULL;
    assert_int_equal(runlog_begin(&log, ctx, scratch_path(&scratch, "missing/log.jsonl")), BL_IO);
    assert_non_null(strstr(ctx->why, "missing/log.jsonl: cannot be opened for writing: No such file"));
    assert_int_equal(runlog_take_up(&log, ctx, scratch.folder, 1, 0), BL_IO);
    assert_null(log);
    assert_int_equal(runlog_begin(&log, ctx, "/dev/full"), BL_OK);
    assert_int_equal(append_epoch(log, 1, 0.5), BL_IO);
    assert_non_null(strstr(ctx->why, "/dev/full: cannot be written"));
    runlog_close(log);
}

static void a_line_that_was_not_synced_is_removed(void **state)
{
    (void)state;
    struct runlog *log = NULL;
    assert_int_equal(runlog_begin(&log, ctx, log_path()), BL_OK);
    sync_fails = 1;
    const bl_status status = append_epoch(log, 1, 0.5);
    sync_fails = 0;
    assert_int_equal(status, BL_IO);
    assert_non_null(strstr(ctx->why, "log.jsonl: cannot be written (fsync): Input/output error"));
    assert_log("");
    runlog_close(log);
}

/* The disk has room for half of the second line: the file must still have complete lines only, and appending
   must work when there is room again. */
static void a_full_disk_leaves_whole_lines(void **state)
{
    (void)state;
    struct runlog *log = NULL;
    assert_int_equal(runlog_begin(&log, ctx, log_path()), BL_OK);
    assert_int_equal(append_epoch(log, 1, 0.5), BL_OK);
    disk_is_full_at(45);
    const bl_status status = append_epoch(log, 2, 0.5);
    disk_has_room();
    assert_int_equal(status, BL_IO);
    assert_non_null(strstr(ctx->why, "log.jsonl: cannot be written: File too large"));
    assert_log("{\"epoch\": 1, \"train_loss\": 0.5}\n");
    assert_int_equal(append_epoch(log, 2, 0.25), BL_OK);
    assert_log("{\"epoch\": 1, \"train_loss\": 0.5}\n{\"epoch\": 2, \"train_loss\": 0.25}\n");
    runlog_close(log);
}

static void failing_allocations_lose_no_memory(void **state)
{
    (void)state;
    const size_t live = memory.live;
    scratch_write(log_path(), ONE TWO, strlen(ONE TWO));
    bl_status status = BL_NO_MEMORY;
    struct runlog *log = NULL;
    size_t tries = 0;
    for (; status == BL_NO_MEMORY; tries++) {
        memory.fail_at = memory.calls + 1 + tries;
        status = runlog_take_up(&log, ctx, log_path(), 1, 0);
        memory.fail_at = 0;
        assert_true(status == BL_OK || memory.live == live);
        assert_log(status == BL_OK ? ONE : ONE TWO);
    }
    assert_int_equal(status, BL_OK);
    assert_true(tries > 2);
    memory.fail_at = memory.calls + 1;
    assert_int_equal(append_epoch(log, 2, 0.5), BL_NO_MEMORY);
    memory.fail_at = 0;
    runlog_close(log);
    assert_int_equal(memory.live, live);
    assert_log(ONE);
}

static int set_up(void **state)
{
    (void)state;
    scratch_make(&scratch);
    ctx = counting_context(&memory);
    return ctx ? 0 : -1;
}

/* After every test all allocated memory must be freed. */
static int tear_down(void **state)
{
    (void)state;
    context_destroy(ctx);
    scratch_remove(&scratch);
    return memory.live == 0 ? 0 : -1;
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(lines_are_on_disk_after_each_append),
        TEST(nan_is_written_as_null),
        TEST(lines_up_to_the_checkpoint_are_kept),
        TEST(zeros_at_the_end_are_cut_off),
        TEST(other_damage_is_refused),
        TEST(a_missing_log_begins_anew),
        TEST(lines_of_steps_are_kept_up_to_the_checkpoint),
        TEST(missing_lines_are_recorded),
        TEST(failures_are_reported),
        TEST(a_line_that_was_not_synced_is_removed),
        TEST(a_full_disk_leaves_whole_lines),
        TEST(failing_allocations_lose_no_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

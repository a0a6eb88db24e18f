/*
 * test_destination.c - outputs at paths that are links of every kind, pipes, sockets and open descriptors;
 * and which files count as inputs.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../src/base/files_read.h"
#include "../src/file/destination.h"
#include "../src/file/tensors.h"
#include "scratch.h"

#include "backless.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>

static struct scratch scratch;
static struct counting memory;
static bl_context *ctx;

static void in_scratch(char out[SCRATCH_PATH], const char *name)
{
    snprintf(out, SCRATCH_PATH, "%s", scratch_path(&scratch, name));
}

static void make_link(const char *name, const char *to)
{
    char path[SCRATCH_PATH];
    in_scratch(path, name);
    assert_int_equal(symlink(to, path), 0);
}

static void assert_leads_to(const char *name, const char *target, bool is_there)
{
    char path[SCRATCH_PATH], expected[SCRATCH_PATH];
    struct destination d;
    in_scratch(path, name);
    in_scratch(expected, target);
    assert_int_equal(destination_find(&d, ctx, path), BL_OK);
    assert_string_equal(d.path, expected);
    assert_false(d.is_stream);
    assert_int_equal(d.is_there, is_there);
    destination_drop(&d, ctx);
}

static void links_are_followed(void **state)
{
    (void)state;
    char far_off[SCRATCH_PATH];
    in_scratch(far_off, "folder/file");
    assert_int_equal(mkdir(scratch_path(&scratch, "folder"), 0777), 0);
    scratch_write(far_off, "old", 3);
    make_link("relative", "folder/file");
    make_link("absolute", far_off);
    make_link("twice", "relative");
    make_link("folder/up", "../nothing");
    make_link("dangling", "folder/nothing");
    assert_leads_to("folder/file", "folder/file", true);
    assert_leads_to("relative", "folder/file", true);
    assert_leads_to("absolute", "folder/file", true);
    assert_leads_to("twice", "folder/file", true);
    assert_leads_to("folder/up", "folder/../nothing", false);
    assert_leads_to("dangling", "folder/nothing", false);
    assert_leads_to("new", "new", false);
    unlink(far_off);
    unlink(scratch_path(&scratch, "folder/up"));
    assert_int_equal(rmdir(scratch_path(&scratch, "folder")), 0);
}

static void what_cannot_be_written_is_refused(void **state)
{
    (void)state;
    struct destination d = {.descriptor = 77};
    make_link("a", "b");
    make_link("b", "a");
    assert_int_equal(mkdir(scratch_path(&scratch, "folder"), 0777), 0);
    make_link("to_folder", "folder");
    static const struct {
        const char *name, *reason;
    } cases[] = {{"a", "Too many levels"}, {"folder", "it is a folder"}, {"to_folder", "it is a folder"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(destination_find(&d, ctx, scratch_path(&scratch, cases[i].name)), BL_IO);
        assert_non_null(strstr(ctx->why, cases[i].reason));
    }
    assert_int_equal(destination_find(&d, ctx, ""), BL_BAD_VALUE);
    assert_int_equal(destination_find(&d, ctx, NULL), BL_BAD_VALUE);
    assert_int_equal(d.descriptor, 77); /* untouched */
    assert_int_equal(rmdir(scratch_path(&scratch, "folder")), 0);
}

static void written_through(int to, int from)
{
    char path[64], got[8] = "";
    snprintf(path, sizeof path, "/dev/fd/%d", to);
    assert_int_equal(bl_file_write(ctx, path, "answers", 7), BL_OK);
    assert_int_equal(read(from, got, 7), 7);
    assert_string_equal(got, "answers");
    assert_true(fcntl(to, F_GETFD) >= 0); /* stays open */
}

static void descriptors_are_written(void **state)
{
    (void)state;
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    written_through(ends[1], ends[0]);
    close(ends[0]), close(ends[1]);
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    written_through(ends[1], ends[0]);
    close(ends[0]), close(ends[1]);
    assert_int_equal(bl_file_write(ctx, "/dev/fd/987", "x", 1), BL_IO); /* is not open */
    assert_non_null(strstr(ctx->why, "/dev/fd/987: cannot be written (opening): Bad file descriptor"));
    char target[BL_PATH_ROOM] = "untouched";
    assert_int_equal(bl_file_target(ctx, "/dev/stdout", target, sizeof target), BL_OK);
    assert_string_equal(target, "");
}

static void inputs_are_recognised_under_any_name(void **state)
{
    (void)state;
    char file[SCRATCH_PATH], other[SCRATCH_PATH], name[SCRATCH_PATH], target[BL_PATH_ROOM];
    in_scratch(file, "data.csv");
    in_scratch(other, "other.csv");
    scratch_write(file, "a", 1);
    scratch_write(other, "a", 1);
    assert_int_equal(bl_file_target(ctx, file, target, sizeof target), BL_OK); /* control: not an input yet */
    assert_string_equal(target, file);
    assert_int_equal(files_read_add(ctx, file, READ_AS_MODEL), BL_OK);
    assert_false(files_read_has(ctx, file, READ_AS_INPUT));
    assert_int_equal(files_read_add(ctx, file, READ_AS_INPUT), BL_OK);
    assert_true(files_read_has(ctx, file, READ_AS_INPUT));
    make_link("soft", "data.csv");
    in_scratch(name, "hard");
    assert_int_equal(link(file, name), 0);
    static const char *const names[] = {"data.csv", "soft", "hard", "./data.csv"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        assert_int_equal(bl_file_target(ctx, scratch_path(&scratch, names[i]), target, sizeof target),
                         BL_BAD_VALUE);
        assert_non_null(strstr(ctx->why, "this file is read as input"));
    }
    assert_int_equal(bl_file_target(ctx, other, target, sizeof target), BL_OK);
    assert_int_equal(bl_file_target(ctx, scratch_path(&scratch, "missing/file"), target, sizeof target),
                     BL_IO);
}

/* More input files than the context's initial room, as a folder of images has. */
static void many_inputs_are_recognised(void **state)
{
    (void)state;
    enum { MANY = FIRST_FILES_READ + 40 };
    char name[32];
    for (int i = 0; i < MANY; i++) {
        snprintf(name, sizeof name, "%d", i);
        scratch_write(scratch_path(&scratch, name), "", 0);
        assert_int_equal(files_read_add(ctx, scratch_path(&scratch, name), READ_AS_INPUT), BL_OK);
    }
    for (int i = 0; i < MANY; i++) {
        snprintf(name, sizeof name, "%d", i);
        assert_true(files_read_has(ctx, scratch_path(&scratch, name), READ_AS_INPUT));
    }
}

static void failing_allocations_lose_no_memory(void **state)
{
    (void)state;
    char target[SCRATCH_PATH];
    in_scratch(target, "file");
    scratch_write(target, "old", 3);
    make_link("link", "file");
    const size_t live = memory.live;
    bl_status status = BL_NO_MEMORY;
    for (size_t i = 0; status == BL_NO_MEMORY; i++) {
        memory.fail_at = memory.calls + 1 + i;
        status = bl_file_write(ctx, scratch_path(&scratch, "link"), "new", 3);
        memory.fail_at = 0;
        size_t n = 0;
        unsigned char *bytes = scratch_read(target, &n);
        assert_string_equal((char *)bytes, status == BL_OK ? "new" : "old");
        free(bytes);
        assert_int_equal(memory.live, live);
    }
    assert_int_equal(status, BL_OK);
}

static int set_up(void **state)
{
    (void)state;
    scratch_make(&scratch);
    ctx = counting_context(&memory);
    return ctx ? 0 : -1;
}

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
        TEST(links_are_followed),         TEST(what_cannot_be_written_is_refused),
        TEST(descriptors_are_written),    TEST(inputs_are_recognised_under_any_name),
        TEST(many_inputs_are_recognised), TEST(failing_allocations_lose_no_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/*
 * test_replace.c - the order of the steps of file_replace, which guarantees a complete file after a crash,
 * and the files that remain if a step fails. The test replaces fsync and rename.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../src/file/tensors.h"
#include "scratch.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

static struct scratch scratch;
static struct counting memory;
static bl_context *ctx;

static char trace[200];     /* the steps in their order */
static const char *failing; /* the step that fails; NULL: none */
static int failing_errno;

static int step_fails(const char *step)
{
    strncat(trace, step, sizeof trace - strlen(trace) - 1);
    strncat(trace, " ", sizeof trace - strlen(trace) - 1);
    if (!failing || strcmp(step, failing) != 0)
        return 0;
    errno = failing_errno;
    return 1;
}

/* Replaces the function of the C library in this program. */
int fsync(int fd)
{
    struct stat info;
    if (fstat(fd, &info) != 0)
        return -1;
    return step_fails(S_ISDIR(info.st_mode) ? "sync-folder" : "sync-file") ? -1 : fdatasync(fd);
}

int rename(const char *from, const char *to)
{
    return step_fails("rename") ? -1 : renameat(AT_FDCWD, from, AT_FDCWD, to);
}

static void steps_and_their_failures(void **state)
{
    (void)state;
    static const struct {
        const char *failing;
        int error;
        bl_status status;
        const char *steps, *reason, *left;
    } cases[] = {
        {NULL, 0, BL_OK, "sync-file rename sync-folder ", "", "new"},
        {"sync-file", EIO, BL_IO, "sync-file ", "cannot be written (fsync): Input/output error", "old"},
        {"rename", EXDEV, BL_IO, "sync-file rename ", "cannot be written (renaming): Invalid cross", "old"},
        {"sync-folder", EIO, BL_IO, "sync-file rename sync-folder ", "(fsync of its folder): Input", "new"},
        {"sync-folder", EINVAL, BL_OK, "sync-file rename sync-folder ", "", "new"}, /* not supported */
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *path = scratch_path(&scratch, "config.json");
        scratch_write(path, "old", 3);
        trace[0] = 0;
        failing = cases[i].failing;
        failing_errno = cases[i].error;
        ctx->why[0] = 0;
        assert_int_equal(file_replace(ctx, path, "new", 3), cases[i].status);
        assert_string_equal(trace, cases[i].steps);
        assert_non_null(strstr(ctx->why, cases[i].reason));
        size_t n = 0;
        unsigned char *bytes = scratch_read(path, &n);
        assert_string_equal((char *)bytes, cases[i].left);
        assert_int_equal(scratch_files(&scratch, 0), 1);
        free(bytes);
    }
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
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(steps_and_their_failures, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

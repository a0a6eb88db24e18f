/*
 * test_disk_faults.c - a run that is stopped and resumed while one call to the disk fails, each in turn:
 * the failure is reported, no file is left broken, and the run continues from its folder to the bits of an
 * undisturbed run. The test replaces read, write, fsync, close, rename and ftruncate.
 */
#define _DEFAULT_SOURCE /* syscall */
#include "fixture.h"
#include "quick.h"
#include "scratch.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>

enum { N = 24, SIDE = 4, INPUTS = SIDE * SIDE, CLASSES = 3 };

static float x[N * INPUTS];
static int32_t labels[N];

/* ---- Replaced calls */

static struct {
    bool is_watched;
    size_t calls, fail_at;
    const char *failed; /* the name of the call that failed; NULL: none has */
} disk;

static bool fails(const char *call)
{
    if (!disk.is_watched || ++disk.calls != disk.fail_at)
        return false;
    disk.failed = call;
    errno = EIO;
    return true;
}

ssize_t read(int fd, void *bytes, size_t n)
{
    return fails("read") ? -1 : readv(fd, &(struct iovec){bytes, n}, 1);
}

ssize_t write(int fd, const void *bytes, size_t n)
{
    return fails("write") ? -1 : writev(fd, &(struct iovec){(void *)bytes, n}, 1);
}

int fsync(int fd) /* does not sync, because thousands of runs would wait for the disk */
{
    (void)fd;
    return fails("fsync") ? -1 : 0;
}

/* Fails for files that were written. It closes the descriptor in any case, as Linux does. */
int close(int fd)
{
    const int flags = fcntl(fd, F_GETFL);
    const bool is_written = flags >= 0 && (flags & O_ACCMODE) == O_WRONLY;
    const int result = (int)syscall(SYS_close, fd);
    return is_written && fails("close") ? -1 : result;
}

int rename(const char *from, const char *to)
{
    return fails("rename") ? -1 : renameat(AT_FDCWD, from, AT_FDCWD, to);
}

int ftruncate(int fd, off_t n)
{
    char path[40];
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    return fails("ftruncate") ? -1 : truncate(path, n);
}

/* ---- A run */

static const struct choice {
    const char *net, *rule;
} choices[] = {
    {"dense 7, tanh, dense 6, tanh, dense 3", "fa"},
    {"conv 3 3x3 pad 1 nobias, batchnorm, tanh, residual (conv 3 3x3 pad 1 nobias, batchnorm, relu, "
     "conv 3 3x3 pad 1 | conv 3 1x1), relu, avgpool all, dropout 0.1, dense 3",
     "dkp"}};

struct run {
    bl_context *ctx;
    bl_config *config;
    bl_data *data;
    bl_trainer *trainer;
};

static void run_free(struct run *r)
{
    bl_trainer_free(r->trainer);
    bl_data_free(r->data);
    bl_config_free(r->config);
    bl_context_free(r->ctx);
}

static bl_status prepare(struct run *r, const struct choice *c, const char *out)
{
    const char *const options[][2] = {{"net", c->net}, {"rule", c->rule}, {"out", out},
                                      {"epochs", "3"}, {"batch", "10"},   {"optimizer", "sgd momentum 0.9"},
                                      {"lr", "0.05"},  {"force", "true"}};
    *r = (struct run){.ctx = bl_context_new(NULL)};
    bl_status status = bl_context_use(r->ctx, "portable", 1);
    if (status == BL_OK)
        status = bl_config_create(&r->config, r->ctx);
    for (size_t i = 0; i < sizeof options / sizeof *options && status == BL_OK; i++)
        status = bl_config_set(r->config, options[i][0], options[i][1]);
    if (status == BL_OK)
        status = bl_data_wrap(&r->data, r->ctx, x, labels, N, (bl_shape){1, SIDE, SIDE}, CLASSES);
    if (status == BL_OK)
        status = bl_trainer_create(&r->trainer, r->ctx, r->config, r->data);
    return status;
}

static int stop_after_epoch_1(void *user, const bl_progress *now)
{
    (void)user;
    return now->epoch == 1 && now->epoch_ended;
}

static bl_status begin_run(struct run *r, const struct choice *c, const char *out)
{
    const bl_status status = prepare(r, c, out);
    return status == BL_OK ? bl_trainer_fit(r->trainer, r->data, r->data, NULL, stop_after_epoch_1, NULL)
                           : status;
}

static bl_status resume_run(struct run *r, const struct choice *c, const char *out)
{
    bl_status status = prepare(r, c, out);
    if (status == BL_OK)
        status = bl_trainer_resume(r->trainer, out);
    return status == BL_OK ? bl_trainer_fit(r->trainer, r->data, r->data, NULL, NULL, NULL) : status;
}

/* Trains the run up to its stop, resumes it, and loads its model. If a part fails, `why` receives the
   message. */
static bl_status run_whole(const struct choice *c, struct scratch *s, char why[400], char hash[17])
{
    struct run first, second = {NULL, NULL, NULL, NULL};
    bl_model *model = NULL;
    bl_status status = begin_run(&first, c, s->folder);
    const bool is_stopped = status == BL_STOPPED;
    if (is_stopped)
        status = resume_run(&second, c, s->folder);
    if (status == BL_OK)
        status = bl_model_load(&model, second.ctx, scratch_path(s, "model.safetensors"));
    if (status == BL_OK)
        bl_model_hash(model, hash);
    snprintf(why, 400, "%s", bl_why(is_stopped ? second.ctx : first.ctx));
    bl_model_free(model);
    run_free(&second);
    run_free(&first);
    return status;
}

/* After a failed call: the run folder, if it has a model, can be resumed and reaches the expected bits. */
static void check_left(const struct choice *c, struct scratch *s, const char *expected)
{
    struct run r;
    char hash[17];
    if (access(scratch_path(s, "model.safetensors"), F_OK) != 0)
        return;
    if (resume_run(&r, c, s->folder) != BL_OK)
        fail_msg("call %zu, %s, failed, and then the run cannot go on: %s", disk.fail_at, disk.failed,
                 bl_why(r.ctx));
    bl_model_hash(bl_trainer_model(r.trainer), hash);
    if (strcmp(hash, expected) != 0)
        fail_msg("call %zu, %s, failed, and the run ended at other bits", disk.fail_at, disk.failed);
    run_free(&r);
}

/* Each call fails, one in each attempt, in a quick test every third. */
static size_t check_choice(const struct choice *c)
{
    struct scratch s;
    char why[400], expected[17], hash[17];
    scratch_make(&s);
    assert_int_equal(run_whole(c, &s, why, expected), BL_OK);
    for (size_t fail_at = 1;; fail_at += quick_stride(3)) {
        scratch_files(&s, 1);
        disk.is_watched = true;
        disk.calls = 0;
        disk.fail_at = fail_at;
        disk.failed = NULL;
        const bl_status status = run_whole(c, &s, why, hash);
        disk.is_watched = false;
        if (!disk.failed) {
            assert_int_equal(status, BL_OK);
            assert_string_equal(hash, expected);
            scratch_remove(&s);
            return disk.calls;
        }
        if (status != BL_IO || !strstr(why, "Input/output error"))
            fail_msg("call %zu, %s, failed: %s, \"%s\"", fail_at, disk.failed, bl_status_name(status), why);
        check_left(c, &s, expected);
    }
}

static void test_each_call_fails(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof choices / sizeof *choices; i++)
        printf("%zu calls to the disk: %s\n", check_choice(&choices[i]), choices[i].net);
    quick_report(3, "calls that fail", "test_disk_faults_all tries all of them");
}

int main(void)
{
    fixture_fill(11, x, labels, N, INPUTS, CLASSES);
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_each_call_fails)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

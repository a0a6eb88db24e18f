/*
 * reading_fixture.h - for the tests of readers: a temporary folder and a context that counts memory, both
 * created for each test; sets that must be read, and files that must be refused.
 *
 * To be included after <cmocka.h>.
 */
#ifndef READING_FIXTURE_H
#define READING_FIXTURE_H

#include "data_files.h"

#include <sys/stat.h>

static struct scratch scratch;
static struct counting memory;
static bl_context *ctx;

static const struct data_options with_labels = {.has_labels = true}, without_labels = {.has_labels = false};

static inline bl_data *must_read(const char *where, const char *part, const struct data_options *options,
                                 const bl_data *schema)
{
    bl_data *data = NULL;
    if (read_part(&data, ctx, where, part, options, schema) != BL_OK)
        fail_msg("%s", ctx->why);
    return data;
}

static inline void must_refuse(const char *where, const char *part, const struct data_options *options,
                               const bl_data *schema, const char *fragment)
{
    bl_data *data = NULL;
    const size_t live = memory.live;
    const bl_status status = read_part(&data, ctx, where, part, options, schema);
    if (status != BL_BAD_DATA)
        fail_msg("status %d of %s, expected to read \"%s\"", status, where, fragment);
    assert_null(data);
    assert_int_equal(memory.live, live);
    if (!strstr(ctx->why, fragment))
        fail_msg("expected \"%s\" in: %s", fragment, ctx->why);
}

/* A path in the temporary folder, valid until the function has been called three more times. Missing folders
   of the path are created. */
static inline const char *below(const char *name)
{
    static char paths[4][SCRATCH_PATH];
    static int next;
    char *path = paths[next++ % 4];
    snprintf(path, SCRATCH_PATH, "%s/%s", scratch.folder, name);
    for (char *slash = path + strlen(scratch.folder) + 1; (slash = strchr(slash, '/')); *slash++ = '/') {
        *slash = 0;
        mkdir(path, 0700);
    }
    return path;
}

/*
 * Reads `where` again and again, with the first allocation failing, then the second, and so on until none
 * fails. After each failure no memory may remain allocated. `schema` is that of read_part. at_least: the
 * least number of allocations; fewer mean that the reader does not allocate through the context.
 */
static inline void must_survive_failing_memory(const char *where, const struct data_options *options,
                                               const bl_data *schema, size_t at_least)
{
    const size_t live = memory.live;
    bl_status status = BL_NO_MEMORY;
    size_t failing = 0;
    for (; status == BL_NO_MEMORY; failing++) {
        bl_data *data = NULL;
        memory.calls = 0;
        memory.fail_at = failing + 1;
        status = read_part(&data, ctx, where, "train", options, schema);
        memory.fail_at = 0;
        assert_int_equal(status == BL_OK, data != NULL);
        data_free(data);
        assert_int_equal(memory.live, live);
    }
    assert_int_equal(status, BL_OK);
    assert_true(failing > at_least);
}

static inline void remove_below(const char *folder)
{
    char command[SCRATCH_PATH + 20];
    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    assert_int_equal(system(command), 0);
}

static inline int begin(void **state)
{
    (void)state;
    scratch_make(&scratch);
    ctx = counting_context(&memory);
    return ctx ? 0 : 1;
}

static inline int end(void **state)
{
    (void)state;
    remove_below(scratch.folder);
    context_destroy(ctx);
    return memory.live == 0 ? 0 : 1;
}

#define EACH(test) cmocka_unit_test_setup_teardown(test, begin, end)

#endif

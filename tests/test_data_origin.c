/*
 * test_data_origin.c - the stored origin of a training set: it is written as text and read back, and broken
 * texts are refused; the parts of a split are recreated from it, also with each allocation failing; missing
 * values are counted.
 */
#include "../src/base/mem.h"
#include "../src/data/set/data.h"
#include "../src/data/source/source.h"
#include "scratch.h"

#include "backless.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

enum { ROWS = 60 };

static struct scratch scratch;
static struct counting memory;
static bl_context *ctx;

static const struct data_options options = {
    .has_labels = true, .imputes = true, .test_fraction = 0.25, .val_fraction = 0.2, .seed = 9};

static const char *table(void)
{
    const char *path = scratch_path(&scratch, "table.csv");
    FILE *file = fopen(path, "w");
    fputs("a,b,y\n", file);
    for (int i = 0; i < ROWS; i++)
        fprintf(file, i % 8 == 5 ? "%d,,%s\n" : "%d,1.5,%s\n", i * i, i % 3 ? "no" : "yes");
    fclose(file);
    return path;
}

static void must(bl_status status)
{
    if (status != BL_OK)
        fail_msg("%s: %s", bl_status_name(status), ctx->why);
}

struct sets {
    bl_data *train, *val, *test;
    bl_data *schema; /* the part that a model stores */
};

static bl_status load(struct sets *s, const char *path)
{
    *s = (struct sets){0};
    BL_TRY(data_load(&s->train, &s->val, &s->test, ctx, path, NULL, &options));
    return data_subset(&s->schema, ctx, s->train, NULL, 0, "what a model keeps");
}

static void free_sets(struct sets *s)
{
    data_free(s->train);
    data_free(s->val);
    data_free(s->test);
    data_free(s->schema);
}

/* ---- As text */

static void origins_are_read_back_from_text(void **state)
{
    struct sets s;
    struct data_origin back;
    char *text = NULL, *again = NULL;
    (void)state;
    must(load(&s, table()));
    must(origin_to_text(&text, ctx, &s.schema->origin));
    must(origin_from_text(&back, ctx, "a file", text));
    must(origin_to_text(&again, ctx, &back));
    assert_string_equal(text, again);
    assert_true(back.hash == s.schema->origin.hash && back.n == ROWS && back.seed == 9 &&
                back.test == TEST_IS_DRAWN && back.test_fraction == 0.25 && back.val_fraction == 0.2);
    mem_free(ctx, text);
    mem_free(ctx, again);
    must(origin_to_text(&text, ctx, &(struct data_origin){.n = 0}));
    assert_string_equal(text, "null");
    must(origin_from_text(&back, ctx, "a file", text));
    assert_int_equal(back.test, TEST_IS_UNKNOWN);
    mem_free(ctx, text);
    free_sets(&s);
}

/* A fold is stored with the number of folds, and not beside a fraction. */
static void a_fold_is_read_back_from_text(void **state)
{
    static const char *const changes[][2] = {{"\"fold\":2", "\"fold\":6"},
                                             {"\"fold\":2", "\"fold\":0"},
                                             {"\"fold\"", "\"folk\""},
                                             {"\"folds\":5", "\"folds\":1"},
                                             {"\"test_fraction\":0.0", "\"test_fraction\":0.2"}};
    const struct data_origin origin = {.test = TEST_IS_DRAWN, .n = ROWS, .fold = 2, .folds = 5};
    struct data_origin back;
    char *text = NULL, changed[1000];
    (void)state;
    must(origin_to_text(&text, ctx, &origin));
    must(origin_from_text(&back, ctx, "a file", text));
    assert_true(back.fold == 2 && back.folds == 5 && back.test == TEST_IS_DRAWN);
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
        const char *at = strstr(text, changes[i][0]);
        if (!at)
            fail_msg("%s is not in %s", changes[i][0], text);
        snprintf(changed, sizeof changed, "%.*s%s%s", (int)(at - text), text, changes[i][1],
                 at + strlen(changes[i][0]));
        if (origin_from_text(&back, ctx, "a file", changed) != BL_BAD_DATA)
            fail_msg("not refused: %s", changed);
    }
    mem_free(ctx, text);
}

/* The text of an origin with one member replaced. */
static void change(char *out, size_t room, const char *key, const char *value)
{
    static const char *const members[][2] = {{"examples", "60"},
                                             {"hash", "\"0123456789abcdef\""},
                                             {"source", "\"t.csv\""},
                                             {"seed", "\"9\""},
                                             {"val", "0"},
                                             {"val_fraction", "0.2"},
                                             {"val_is_last", "false"},
                                             {"test", "\"drawn\""},
                                             {"test_fraction", "0.25"},
                                             {"test_examples", "15"},
                                             {"test_hash", "\"0123456789abcdef\""},
                                             {"test_source", "\"t.csv\""}};
    const char *comma = "{";
    out[0] = 0;
    for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
        const bool is_it = strcmp(members[i][0], key) == 0;
        if (is_it && !value)
            continue;
        text_append(out, room, "%s\"%s\":%s", comma, members[i][0], is_it ? value : members[i][1]);
        comma = ",";
    }
    text_append(out, room, "}");
}

static void broken_origins_are_refused(void **state)
{
    static const char *const changes[][2] = {
        {"examples", "-1"},     {"examples", "1.5"},     {"examples", "4294967296"},
        {"examples", NULL},     {"hash", "\"xyz\""},     {"hash", "\"0123456789ABCDEF\""},
        {"hash", "7"},          {"hash", NULL},          {"source", "null"},
        {"seed", "9"},          {"seed", "\"-1\""},      {"seed", "\"18446744073709551616\""},
        {"val", "-3"},          {"val", "\"1\""},        {"val_fraction", "1"},
        {"val_fraction", "-1"}, {"val_is_last", "1"},    {"val_is_last", NULL},
        {"test", "\"mine\""},   {"test", "\"unknown\""}, {"test", "\"none\""},
        {"test", "2"},          {"test_fraction", "0"},  {"test_fraction", "1e9"},
        {"test_hash", "\"\""},  {"test_source", NULL}};
    static const char *const texts[] = {"", "[]", "{}", "true", "{\"test\":\"drawn\"}", "nul"};
    struct data_origin out = {.n = 77};
    char text[600];
    (void)state;
    change(text, sizeof text, "", NULL);
    must(origin_from_text(&out, ctx, "a file", text)); /* control: the text itself is right */
    out.n = 77;
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
        change(text, sizeof text, changes[i][0], changes[i][1]);
        if (origin_from_text(&out, ctx, "a file", text) != BL_BAD_DATA || out.n != 77)
            fail_msg("not refused: %s", text);
    }
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        assert_int_equal(origin_from_text(&out, ctx, "a file", texts[i]), BL_BAD_DATA);
    assert_non_null(strstr(ctx->why, "a file: its \"split\""));
}

/* ---- Parts */

static void assert_same_set(const bl_data *a, const bl_data *b)
{
    assert_int_equal(a->n, b->n);
    assert_true(a->hash == b->hash);
    assert_memory_equal(a->doubles, b->doubles, a->n * a->features * sizeof *a->doubles);
    assert_memory_equal(a->labels, b->labels, a->n * sizeof *a->labels);
    assert_memory_equal(a->scaling.scale, b->scaling.scale, a->scaling.n * sizeof *a->scaling.scale);
}

static void parts_are_those_of_the_training(void **state)
{
    static const char *const parts[] = {"train", "val", "test"};
    const char *path = table();
    struct sets s;
    (void)state;
    must(load(&s, path));
    const bl_data *const sets[] = {s.train, s.val, s.test};
    for (int i = 0; i < 3; i++) {
        const struct data_options plain = {.header = "auto"};
        bl_data *part = NULL;
        must(data_read_part(&part, ctx, path, parts[i], &plain, s.schema));
        assert_same_set(part, sets[i]);
        assert_non_null(part->ids);
        data_free(part);
    }
    free_sets(&s);
}

static void failing_allocations_lose_no_memory(void **state)
{
    const char *path = table();
    struct sets s;
    bl_data *part = NULL;
    (void)state;
    must(load(&s, path));
    const size_t live = memory.live;
    size_t failing = 0;
    for (bl_status status = BL_NO_MEMORY; status == BL_NO_MEMORY; failing++) {
        memory.calls = 0;
        memory.fail_at = failing + 1;
        status = data_read_part(&part, ctx, path, "test", &options, s.schema);
        memory.fail_at = 0;
        assert_true(status == BL_OK || (status == BL_NO_MEMORY && memory.live == live));
    }
    assert_true(failing > 30);
    data_free(part);
    free_sets(&s);
}

/* ---- Missing values */

static void missing_values_are_counted(void **state)
{
    const char *path = table();
    bl_config *config = NULL;
    bl_data *train = NULL, *val = NULL, *test = NULL;
    bl_missing missing = {.size = sizeof missing};
    (void)state;
    bl_context *own = bl_context_new(NULL);
    assert_int_equal(bl_config_create(&config, own), BL_OK);
    assert_int_equal(bl_config_set(config, "data", path), BL_OK);
    assert_int_equal(bl_data_load(&train, &val, &test, own, config), BL_BAD_DATA);
    assert_int_equal(bl_config_set(config, "test-fraction", "0.25"), BL_OK);
    assert_int_equal(bl_data_examine(&train, &val, &test, own, config), BL_OK);
    assert_int_equal(bl_data_missing(train, 0, &missing), 1);
    assert_string_equal(missing.column, "b");
    assert_int_equal(missing.place, 1);
    assert_int_equal(missing.count, 7); /* in the whole file: rows 5, 13, ... 53 */
    assert_int_equal(bl_data_missing(train, 1, &missing), 0);
    assert_int_equal(bl_data_missing(train, -1, &missing), 0);
    assert_int_equal(bl_data_missing(NULL, 0, &missing), 0);
    bl_data_free(train);
    bl_data_free(test);
    assert_int_equal(bl_data_examine(&train, &val, NULL, own, config), BL_BAD_VALUE);
    assert_int_equal(bl_data_examine(&train, &val, &test, own, NULL), BL_BAD_VALUE);
    bl_config_free(config);
    bl_context_free(own);
}

static int begin(void **state)
{
    (void)state;
    scratch_make(&scratch);
    ctx = counting_context(&memory);
    return ctx ? 0 : 1;
}

static int end(void **state)
{
    (void)state;
    context_destroy(ctx);
    scratch_remove(&scratch);
    return memory.live == 0 ? 0 : 1;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(origins_are_read_back_from_text),
        cmocka_unit_test(a_fold_is_read_back_from_text),
        cmocka_unit_test(broken_origins_are_refused),
        cmocka_unit_test(parts_are_those_of_the_training),
        cmocka_unit_test(failing_allocations_lose_no_memory),
        cmocka_unit_test(missing_values_are_counted),
    };
    return cmocka_run_group_tests(tests, begin, end);
}

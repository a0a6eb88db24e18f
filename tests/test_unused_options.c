/*
 * test_unused_options.c - a note reports each option that the rule, the net or the data do not use, and no
 * others.
 */
#include "data_files.h"
#include "fixture.h"
#include "scratch.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

enum { N = 12, INPUTS = 4, CLASSES = 3 };

static float x[N * INPUTS];
static int32_t labels[N];
static const struct fixture_batch batch = {x, labels, N, INPUTS, CLASSES, FIXTURE_ROWS};

struct told {
    const char *key, *value, *fragment; /* fragment NULL: there is no note about the option */
};

static bool is_about(const char *note, const char *key)
{
    char words[64];
    snprintf(words, sizeof words, "the option %s ", key);
    return note && strstr(note, words);
}

static void check_note(const char *who, const struct told *t, const char *note)
{
    if (t->fragment && !note)
        fail_msg("%s: there is no note about --%s \"%s\"", who, t->key, t->value);
    if (t->fragment && !strstr(note, t->fragment))
        fail_msg("%s: \"%s\" lacks \"%s\"", who, note, t->fragment);
    if (!t->fragment && note)
        fail_msg("%s: --%s \"%s\" is used, but: %s", who, t->key, t->value, note);
}

/* Checks the note of a trainer about this option, with a rule and an init. */
static void check_trainer(const char *rule, const char *init, const struct told *t)
{
    struct fixture fixture;
    const char *note = NULL;
    bl_trainer *trainer = NULL;
    fixture_make(
        &fixture, "portable", 1,
        &(struct fixture_options){.net = "dense 5, tanh, dense 5, tanh, dense 3", .rule = rule, .init = init},
        &batch);
    fixture_must(&fixture, bl_config_set(fixture.config, t->key, t->value));
    fixture_must(&fixture, bl_trainer_create(&trainer, fixture.ctx, fixture.config, fixture.data));
    for (int i = 0; (note = bl_trainer_note(trainer, i)) && !is_about(note, t->key); i++)
        continue;
    check_note(rule, t, note);
    bl_trainer_free(trainer);
    fixture_free(&fixture);
}

static void test_options_of_rules(void **state)
{
    static const struct {
        const char *rule, *init;
        struct told told;
    } cases[] = {
        {"bp", NULL, {"feedback", "uniform 1", "has no feedback"}},
        {"frozen", NULL, {"feedback", "normal 1", "has no feedback"}},
        {"linear", NULL, {"feedback", "lillicrap", "has no feedback"}},
        {"usf", NULL, {"feedback", "fanin", "makes its feedback from the weights"}},
        {"bp", NULL, {"feedback-seed", "9", "has no feedback"}},
        {"usf", NULL, {"feedback-seed", "9", "makes its feedback"}},
        {"bp", NULL, {"slope", "1", "it is adfa's"}},
        {"fa", NULL, {"lambda", "0.1", "it is kp's and dkp's"}},
        {"dfa", "zero", {"weight-seed", "9", "from --init zero"}},
        {"fa", NULL, {"feedback", "uniform 1", NULL}},
        {"dfa", NULL, {"feedback", "uniform 1", NULL}},
        {"ifa", NULL, {"feedback", "uniform 1", NULL}},
        {"drtp", NULL, {"feedback", "uniform 1", NULL}},
        {"kp", NULL, {"feedback", "uniform 1", NULL}},
        {"pepita", NULL, {"feedback", "uniform 0.1", NULL}},
        {"dkp", NULL, {"lambda", "0.1", NULL}},
        {"adfa", NULL, {"slope", "1", NULL}},
        {"dfa", "fanin", {"weight-seed", "9", NULL}},
        {"dfa", "zero", {"feedback-seed", "9", NULL}},
        {"bp", NULL, {"feedback", "nokland", NULL}}, /* a default that a run folder stores explicitly */
        {"bp", NULL, {"feedback-seed", "1", NULL}},
    };
    (void)state;
    fixture_fill(3, x, labels, N, INPUTS, CLASSES);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        check_trainer(cases[i].rule, cases[i].init, &cases[i].told);
}

static void check_data(const char *data, const char *val, const struct told *t)
{
    bl_context *ctx = bl_context_new(NULL);
    bl_config *config = NULL;
    bl_data *sets[3] = {NULL, NULL, NULL};
    const char *note = NULL;
    assert_int_equal(bl_config_create(&config, ctx), BL_OK);
    assert_int_equal(bl_config_set(config, "data", data), BL_OK);
    assert_int_equal(bl_config_set(config, "val", val), BL_OK);
    assert_int_equal(bl_config_set(config, t->key, t->value), BL_OK);
    if (bl_data_load(&sets[0], &sets[1], &sets[2], ctx, config) != BL_OK)
        fail_msg("%s: %s", data, bl_why(ctx));
    for (int i = 0; (note = bl_data_note(sets[0], i)) && !is_about(note, t->key); i++)
        continue;
    check_note(data, t, note);
    for (int i = 0; i < 3; i++)
        bl_data_free(sets[i]);
    bl_config_free(config);
    bl_context_free(ctx);
}

static void write_images(const char *images, const char *of_labels)
{
    uint8_t bytes[400];
    scratch_write(images, bytes, make_idx(bytes, &(struct idx_spec){0x803, {N, 3, 3}, (size_t)N * 9, 256}));
    scratch_write(of_labels, bytes, make_idx(bytes, &(struct idx_spec){0x801, {N}, N, CLASSES}));
}

static void test_options_of_data(void **state)
{
    static const char table[] = "a,b,kind\n1,2,x\n2,3,y\n3,5,x\n4,1,y\n5,1.5,x\n6,2.5,y\n";
    static const struct {
        bool is_table;
        const char *val;
        struct told told;
    } cases[] = {
        {true, "0", {"resize", "8x8", "folders of images"}},
        {true, "0", {"split-seed", "5", "no examples are drawn"}},
        {true, "last 2", {"split-seed", "5", "no examples are drawn"}},
        {true, "2", {"split-seed", "5", NULL}},
        {true, "0", {"split-seed", "1", NULL}},
        {true, "0", {"header", "yes", NULL}},
        {true, "0", {"categorical", "b", NULL}},
        {true, "0", {"label", "kind", NULL}},
        {true, "0", {"target", "class", NULL}},
        {false, "0", {"header", "yes", "it applies to tables"}},
        {false, "0", {"separator", ";", "it applies to tables"}},
        {false, "0", {"decimal", "comma", "it applies to tables"}},
        {false, "0", {"categorical", "b", "it applies to tables"}},
        {false, "0", {"ignore", "none", "it applies to tables"}},
        {false, "0", {"id-column", "b", "it applies to tables"}},
        {false, "0", {"missing", "impute", "it applies to tables"}},
        {false, "0", {"label", "last", "tables and arrays"}},
        {false, "0", {"target", "class", "tables and arrays"}},
        {false, "0", {"resize", "8x8", "folders of images"}},
        {false, "0", {"header", "auto", NULL}},
    };
    struct scratch s;
    (void)state;
    scratch_make(&s);
    char csv[SCRATCH_PATH], images[SCRATCH_PATH], of_labels[SCRATCH_PATH];
    snprintf(csv, sizeof csv, "%s", scratch_path(&s, "t.csv"));
    snprintf(images, sizeof images, "%s", scratch_path(&s, "train-images-idx3-ubyte"));
    snprintf(of_labels, sizeof of_labels, "%s", scratch_path(&s, "train-labels-idx1-ubyte"));
    scratch_write(csv, table, sizeof table - 1);
    write_images(images, of_labels);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        check_data(cases[i].is_table ? csv : s.folder, cases[i].val, &cases[i].told);
    scratch_remove(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_options_of_rules),
        cmocka_unit_test(test_options_of_data),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

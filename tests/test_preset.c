/*
 * test_preset.c - the option preset: its values, what takes precedence over it, and that it gives the bits of
 * those options.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../src/train/options/config.h"
#include "fixture.h"
#include "scratch.h"

static const char *const encoding[][2] = {
    {"loss", "bce"},   {"reduction", "sum"},     {"optimizer", "rmsprop"},
    {"lr", "1e-4"},    {"schedule", "constant"}, {"batch", "64"},
    {"epochs", "300"}, {"stop", "paper"},        {"feedback", "nokland"}};
enum { N_RECIPE = sizeof encoding / sizeof *encoding, N = 150, INPUTS = 6, CLASSES = 3 };

static void set(bl_config *config, const char *key, const char *text)
{
    if (bl_config_set(config, key, text) != BL_OK)
        fail_msg("%s \"%s\" was refused", key, text ? text : "(none)");
}

static bl_config *made(bl_context *ctx)
{
    bl_config *config = NULL;
    assert_int_equal(bl_config_create(&config, ctx), BL_OK);
    return config;
}

static void set_values_take_precedence(void **state)
{
    bl_context *ctx = bl_context_new(NULL);
    bl_config *config = made(ctx), *copy = NULL;
    (void)state;
    set(config, "lr", "0.5");
    set(config, "preset", "nokland2016");
    assert_int_equal(bl_config_copy(&copy, config), BL_OK);
    for (size_t i = 0; i < N_RECIPE; i++) {
        const bool is_given = strcmp(encoding[i][0], "lr") == 0;
        assert_string_equal(bl_config_get(copy, encoding[i][0]), is_given ? "0.5" : encoding[i][1]);
        assert_int_equal(bl_config_is_set(copy, encoding[i][0]), is_given);
        assert_string_equal(bl_preset_value("nokland2016", encoding[i][0]), encoding[i][1]);
    }
    set(copy, "lr", NULL); /* resets to the value of the preset */
    assert_string_equal(bl_config_get(copy, "lr"), "1e-4");
    set(copy, "preset", "none");
    assert_string_equal(bl_config_get(copy, "lr"), "");
    assert_string_equal(bl_config_get(copy, "stop"), "epochs");
    bl_config_free(copy);
    bl_config_free(config);
    bl_context_free(ctx);
}

/* Every value is valid for its option, and the preset has no values except those above. */
static void values_are_valid(void **state)
{
    bl_context *ctx = bl_context_new(NULL);
    bl_config *config = made(ctx);
    size_t n = 0;
    (void)state;
    for (int i = 0; bl_option_at(i); i++) {
        const char *text = bl_preset_value("nokland2016", bl_option_at(i)->key);
        if (text)
            set(config, bl_option_at(i)->key, text);
        n += text != NULL;
        assert_null(bl_preset_value("none", bl_option_at(i)->key));
    }
    assert_int_equal(n, N_RECIPE);
    assert_null(bl_preset_value(NULL, "lr"));
    assert_null(bl_preset_value("nokland2016", NULL));
    assert_null(bl_preset_value("nokland2016", "no such option"));
    bl_config_free(config);
    bl_context_free(ctx);
}

static void other_names_are_refused(void **state)
{
    static const char *const names[] = {
        "",     "nokland",           "Nokland2016",  "nokland2016 ", "nokland2016,none",
        "NONE", "nokland2016 bogus", "lillicrap2016"};
    bl_context *ctx = bl_context_new(NULL);
    bl_config *config = made(ctx);
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        assert_int_equal(bl_config_set(config, "preset", names[i]), BL_BAD_VALUE);
        assert_non_null(strstr(bl_why(ctx), "none nokland2016"));
        assert_string_equal(bl_config_get(config, "preset"), "none");
    }
    bl_config_free(config);
    bl_context_free(ctx);
}

static void a_file_takes_precedence(void **state)
{
    static const char text[] = "{\"batch\": 32, \"preset\": \"nokland2016\", \"epochs\": 2}";
    struct scratch s;
    bl_context *ctx = bl_context_new(NULL);
    bl_config *config = made(ctx), *back = made(ctx);
    (void)state;
    scratch_make(&s);
    const char *path = scratch_path(&s, "options.json");
    scratch_write(path, text, sizeof text - 1);
    assert_int_equal(bl_config_load(config, path), BL_OK);
    assert_string_equal(bl_config_get(config, "batch"), "32");
    assert_string_equal(bl_config_get(config, "epochs"), "2");
    assert_string_equal(bl_config_get(config, "lr"), "1e-4");
    /* the JSON of a run folder has the values even if the preset is unknown */
    json_t *options = config_to_json(config);
    assert_int_equal(json_object_del(options, "preset"), 0);
    assert_int_equal(json_dump_file(options, path, 0), 0);
    json_decref(options);
    assert_int_equal(bl_config_load(back, path), BL_OK);
    for (size_t i = 0; i < N_RECIPE; i++)
        assert_string_equal(bl_config_get(back, encoding[i][0]), bl_config_get(config, encoding[i][0]));
    bl_config_free(back);
    bl_config_free(config);
    scratch_remove(&s);
    bl_context_free(ctx);
}

/* The weights after some epochs of training, as a hash. */
static void train(bl_config *config, bl_context *ctx, const char *rule, char hash[17])
{
    static float x[N * INPUTS];
    static int32_t labels[N];
    bl_data *data = NULL;
    bl_trainer *trainer = NULL;
    fixture_fill(7, x, labels, N, INPUTS, CLASSES);
    set(config, "rule", rule);
    set(config, "net", "dense 9, tanh, dense 8, tanh, dense 3");
    set(config, "epochs", "4");
    assert_int_equal(bl_data_wrap(&data, ctx, x, labels, N, (bl_shape){1, 1, INPUTS}, CLASSES), BL_OK);
    assert_int_equal(bl_trainer_create(&trainer, ctx, config, data), BL_OK);
    assert_int_equal(bl_trainer_fit(trainer, data, NULL, NULL, NULL, NULL), BL_OK);
    bl_model_hash(bl_trainer_model(trainer), hash);
    bl_trainer_free(trainer);
    bl_data_free(data);
}

static void weights_are_those_of_the_options(void **state)
{
    static const char *const rules[] = {"bp", "fa", "dfa", "ifa"};
    (void)state;
    for (size_t r = 0; r < sizeof rules / sizeof *rules; r++) {
        char by_word[17], by_options[17], by_default[17];
        bl_context *ctx = bl_context_new(NULL);
        bl_config *word = made(ctx), *options = made(ctx), *nothing = made(ctx);
        assert_int_equal(bl_context_use(ctx, "portable", 1), BL_OK);
        set(word, "preset", "nokland2016");
        for (size_t i = 0; i < N_RECIPE; i++)
            set(options, encoding[i][0], encoding[i][1]);
        train(word, ctx, rules[r], by_word);
        train(options, ctx, rules[r], by_options);
        train(nothing, ctx, rules[r], by_default);
        assert_string_equal(by_word, by_options);
        assert_string_not_equal(by_word, by_default); /* control: without the preset the hash differs */
        bl_config_free(word);
        bl_config_free(options);
        bl_config_free(nothing);
        bl_context_free(ctx);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(set_values_take_precedence),       cmocka_unit_test(values_are_valid),
        cmocka_unit_test(other_names_are_refused),          cmocka_unit_test(a_file_takes_precedence),
        cmocka_unit_test(weights_are_those_of_the_options),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/*
 * test_config.c - options: accepted and refused values, defaults, values in use, files, and failing
 * allocations.
 */
#include "../src/train/options/config.h"

#include "../src/base/mem.h"
#include "scratch.h"

#include "backless.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

struct setting {
    const char *key, *text;
};

static const struct setting good[] = {
    {"data", "fashion-mnist"},
    {"label", "last"},
    {"header", "no"},
    {"separator", ";"},
    {"separator", "tab"},
    {"val", "0"},
    {"val", "10000"},
    {"test-fraction", "0.25"},
    {"fold", "2/5"},
    {"adversarial", "1e-6"},
    {"max-norm", "1e3"},
    {"clip-norm", "0"},
    {"net", "dense 10"},
    {"net", "dense 800, tanh, dense 800, leaky-relu 0.2, dense 10"},
    {"init", "zero"},
    {"init", "he"},
    {"rule", "bp"},
    {"rule", "linear"},
    {"feedback", "nokland"},
    {"feedback", "uniform 0.3"},
    {"feedback", "normal 2"},
    {"feedback", "own/B.npz"},
    {"loss", "bce"},
    {"loss", "mse"},
    {"reduction", "sum"},
    {"optimizer", "sgd momentum 0.9 nesterov decay 1e-4"},
    {"optimizer", "rmsprop initial 1"},
    {"optimizer", "adam"},
    {"lr", "1e-4"},
    {"lr", "0.5"},
    {"schedule", "step 10 0.5"},
    {"schedule", "cosine warmup 3"},
    {"schedule", "auto"},
    {"batch", "1"},
    {"epochs", "300"},
    {"stop", "paper"},
    {"patience", "5"},
    {"max-time", "1.5"},
    {"seed", "0"},
    {"seed", "18446744073709551615"},
    {"no-angles", "true"},
    {"threads", "1024"},
    {"force", "false"},
};

static const struct setting bad[] = {
    {"lrr", "1"},
    {"", "1"},
    {"Lr", "1"}, /* no such option */
    {"header", "maybe"},
    {"header", ""},
    {"separator", "x"},
    {"reduction", "max"},
    {"stop", "now"},
    {"val", "-1"},
    {"val", "1.5"},
    {"val", "many"},
    {"val", " 1"},
    {"val", ""},
    {"test-fraction", "1"},
    {"test-fraction", "-0.1"},
    {"test-fraction", "nan"},
    {"adversarial", "1e-7"},
    {"adversarial", "1001"},
    {"max-norm", "9e-7"},
    {"max-norm", "1e4"},
    {"clip-value", "2e3"},
    {"fold", "0/5"},
    {"fold", "6/5"},
    {"fold", "1/1"},
    {"fold", "1/1001"},
    {"fold", "2"},
    {"fold", "2/5/1"},
    {"net", ""},
    {"net", "tanh"},
    {"net", "dense 0"},
    {"net", "dense 10, tanh"},
    {"net", "dance 10"},
    {"net", "dense 2, leaky-relu 1e-60, dense 1"},        /* is 0 as a float */
    {"net", "dense 2, leaky-relu 0.9999999999, dense 1"}, /* is 1 as a float */
    {"init", "fan-in"},
    {"rule", "DFA"},
    {"rule", "dfa "},
    {"feedback", "uniform"},
    {"feedback", "normal -1"},
    {"feedback", "uniform 1e-60"},
    {"loss", "l2"},
    {"optimizer", "sgd momentum"},
    {"optimizer", "sgd nesterov"},
    {"optimizer", "sgd rho 0.9"},
    {"optimizer", "sgd momentum 0.9999999999"},
    {"optimizer", "adam beta1 0.9999999999"},
    {"lr", "0"},
    {"lr", "-1"},
    {"lr", "inf"},
    {"lr", "1e"},
    {"lr", "0x1p-3"},
    {"lr", "1,5"},
    {"schedule", "step"},
    {"schedule", "cosine warmup"},
    {"schedule", "linear"},
    {"batch", "0"},
    {"patience", "-1"},
    {"max-time", "-1"},
    {"threads", "1025"},
    {"seed", "18446744073709551616"},
    {"seed", "-1"},
    {"no-angles", "yes"},
    {"force", "1"},
};

#define COUNT(list) (sizeof(list) / sizeof *(list))

static bl_config *made(bl_context *ctx)
{
    bl_config *config = NULL;
    assert_int_equal(bl_config_create(&config, ctx), BL_OK);
    return config;
}

static void good_values_are_kept(void **state)
{
    struct counting memory;
    bl_context *ctx = counting_context(&memory);
    bl_config *config = made(ctx);
    (void)state;
    for (size_t i = 0; i < COUNT(good); i++) {
        if (bl_config_set(config, good[i].key, good[i].text) != BL_OK)
            fail_msg("%s \"%s\": %s", good[i].key, good[i].text, bl_why(ctx));
        assert_string_equal(bl_config_get(config, good[i].key), good[i].text);
        assert_true(bl_config_is_set(config, good[i].key));
    }
    bl_config_free(config);
    assert_int_equal(memory.live, 1);
    context_destroy(ctx);
}

/* Invalid values are refused with a message that names the option, and the previous value is kept. */
static void bad_values_change_nothing(void **state)
{
    struct counting memory;
    bl_context *ctx = counting_context(&memory);
    bl_config *config = made(ctx);
    (void)state;
    for (size_t i = 0; i < COUNT(bad); i++) {
        char before[200] = "";
        const char *present = bl_config_get(config, bad[i].key);
        snprintf(before, sizeof before, "%s", present ? present : "");
        ctx->why[0] = 0;
        if (bl_config_set(config, bad[i].key, bad[i].text) != BL_BAD_VALUE)
            fail_msg("%s \"%s\" was not refused", bad[i].key, bad[i].text);
        assert_true(ctx->why[0]);
        if (!present && bad[i].key[0])
            assert_non_null(strstr(ctx->why, bad[i].key));
        if (present)
            assert_string_equal(bl_config_get(config, bad[i].key), before);
        assert_false(bl_config_is_set(config, bad[i].key));
    }
    bl_config_free(config);
    context_destroy(ctx);
}

/* Every default that does not depend on other options is a valid value. */
static void every_default_is_valid(void **state)
{
    struct counting memory;
    bl_context *ctx = counting_context(&memory);
    bl_config *config = made(ctx);
    int n = 0;
    (void)state;
    for (; bl_option_at(n); n++) {
        const bl_option *o = bl_option_at(n);
        assert_true(o->key[0] && o->group[0] && o->help[0] && !strchr(o->help, '\n'));
        assert_string_equal(bl_config_get(config, o->key), o->default_value);
        if (o->default_value[0])
            assert_int_equal(bl_config_set(config, o->key, o->default_value), BL_OK);
        if (!o->argument)
            assert_string_equal(o->default_value, "false");
        for (int i = 0; i < n; i++)
            assert_string_not_equal(bl_option_at(i)->key, o->key);
    }
    assert_true(n > 20);
    assert_null(bl_option_at(-1));
    assert_null(bl_option_at(n + 1));
    assert_null(bl_config_get(config, "lrr"));
    bl_config_free(config);
    context_destroy(ctx);
}

static void defaults_that_follow_are_not_set(void **state)
{
    struct counting memory;
    bl_context *ctx = counting_context(&memory);
    bl_config *config = made(ctx), *copy = NULL;
    (void)state;
    assert_int_equal(config_set_default(config, "lr", "0.001"), BL_OK);
    assert_string_equal(bl_config_get(config, "lr"), "0.001");
    assert_false(bl_config_is_set(config, "lr"));
    assert_int_equal(bl_config_set(config, "rule", "fa"), BL_OK);
    assert_int_equal(bl_config_copy(&copy, config), BL_OK);
    assert_int_equal(bl_config_set(config, "rule", NULL),
                     BL_OK); /* resets to the default; the copy is unchanged */
    assert_string_equal(bl_config_get(config, "rule"), "dfa");
    assert_false(bl_config_is_set(config, "rule"));
    assert_string_equal(bl_config_get(copy, "rule"), "fa");
    assert_true(bl_config_is_set(copy, "rule"));
    assert_string_equal(bl_config_get(copy, "lr"), "0.001");
    assert_false(bl_config_is_set(copy, "lr"));
    bl_config_free(copy);
    bl_config_free(config);
    context_destroy(ctx);
}

static void getters_convert_values(void **state)
{
    struct counting memory;
    bl_context *ctx = counting_context(&memory);
    bl_config *config = made(ctx);
    (void)state;
    assert_int_equal(bl_config_set(config, "lr", "1e-4"), BL_OK);
    assert_int_equal(bl_config_set(config, "seed", "18446744073709551615"), BL_OK);
    assert_int_equal(bl_config_set(config, "batch", "128"), BL_OK);
    assert_true(config_number(config, "lr") >= 1e-4 && config_number(config, "lr") <= 1e-4);
    assert_true(config_u64(config, "seed") == UINT64_MAX);
    assert_int_equal(config_size(config, "batch"), 128);
    assert_false(config_bool(config, "no-angles"));
    assert_int_equal(bl_config_set(config, "no-angles", "true"), BL_OK);
    assert_true(config_bool(config, "no-angles"));
    bl_config_free(config);
    context_destroy(ctx);
}

struct loading {
    const char *json;
    bl_status status;
    const char *key, *text; /* the value afterwards */
};

static const struct loading loadings[] = {
    {"{}", BL_OK, "lr", ""},
    {"{\"lr\": 1e-3, \"epochs\": 3}", BL_OK, "lr", "0.001"},
    {"{\"epochs\": 3}", BL_OK, "epochs", "3"},
    {"{\"lr\": \"1e-3\"}", BL_OK, "lr", "1e-3"},
    {"{\"no-angles\": true}", BL_OK, "no-angles", "true"},
    {"{\"seed\": \"18446744073709551615\"}", BL_OK, "seed", "18446744073709551615"},
    {"{\"version\": \"9\", \"options\": {\"rule\": \"ifa\"}}", BL_OK, "rule",
     "ifa"}, /* the config.json of a run */
    {"", BL_BAD_VALUE, NULL, NULL},
    {"[]", BL_BAD_VALUE, NULL, NULL},
    {"{\"lr\": 1e-3", BL_BAD_VALUE, NULL, NULL},
    {"{\"lr\": 1, \"lr\": 2}", BL_BAD_VALUE, NULL, NULL},
    {"{\"lrr\": 1}", BL_BAD_VALUE, NULL, NULL},
    {"{\"lr\": -1}", BL_BAD_VALUE, NULL, NULL},
    {"{\"lr\": [1]}", BL_BAD_VALUE, NULL, NULL},
    {"{\"epochs\": 1.5}", BL_BAD_VALUE, NULL, NULL},
    {"{\"epochs\": 3, \"lrr\": 1}", BL_BAD_VALUE, "epochs", ""}, /* a refused file sets nothing */
    {"{\"options\": {\"rule\": \"magic\"}}", BL_BAD_VALUE, NULL, NULL},
};

static void files_are_read_strictly(void **state)
{
    struct counting memory;
    struct scratch s;
    bl_context *ctx = counting_context(&memory);
    (void)state;
    scratch_make(&s);
    for (size_t i = 0; i < COUNT(loadings); i++) {
        bl_config *config = made(ctx);
        const char *path = scratch_path(&s, "options.json");
        scratch_write(path, loadings[i].json, strlen(loadings[i].json));
        const bl_status status = bl_config_load(config, path);
        if (status != loadings[i].status)
            fail_msg("%s: %s, \"%s\"", loadings[i].json, bl_status_name(status), bl_why(ctx));
        if (loadings[i].key)
            assert_string_equal(bl_config_get(config, loadings[i].key), loadings[i].text);
        bl_config_free(config);
    }
    bl_config *config = made(ctx);
    assert_int_equal(bl_config_load(config, scratch_path(&s, "missing.json")), BL_BAD_DATA);
    assert_non_null(strstr(bl_why(ctx), "missing.json"));
    assert_int_equal(bl_config_load(config, ""), BL_BAD_DATA);
    assert_non_null(strstr(bl_why(ctx), "the name of the file to read is \"\""));
    bl_config_free(config);
    scratch_remove(&s);
    context_destroy(ctx);
}

/* The JSON of a run folder is read back to the same values, including chosen defaults; otherwise a resumed
   run would differ. */
static void json_is_read_back(void **state)
{
    struct counting memory;
    struct scratch s;
    bl_context *ctx = counting_context(&memory);
    bl_config *config = made(ctx), *back = made(ctx);
    (void)state;
    scratch_make(&s);
    const char *path = scratch_path(&s, "config.json");
    assert_int_equal(bl_config_set(config, "lr", "0.12345678901234567"), BL_OK);
    assert_int_equal(bl_config_set(config, "seed", "18446744073709551615"), BL_OK);
    assert_int_equal(bl_config_set(config, "no-angles", "true"), BL_OK);
    assert_int_equal(config_set_default(config, "init", "zero"), BL_OK);
    json_t *root = json_pack("{s:o}", "options", config_to_json(config));
    assert_int_equal(json_dump_file(root, path, JSON_REAL_PRECISION(15)), 0);
    json_decref(root);
    assert_int_equal(bl_config_load(back, path), BL_OK);
    for (int i = 0; bl_option_at(i); i++)
        assert_string_equal(bl_config_get(back, bl_option_at(i)->key),
                            bl_config_get(config, bl_option_at(i)->key));
    bl_config_free(back);
    bl_config_free(config);
    scratch_remove(&s);
    context_destroy(ctx);
}

static bl_status use_all(bl_context *ctx)
{
    bl_config *config = NULL, *copy = NULL;
    bl_status status = bl_config_create(&config, ctx);
    if (status == BL_OK)
        status = bl_config_set(config, "net", "dense 10, tanh, dense 3");
    if (status == BL_OK)
        status = config_set_default(config, "lr", "0.1");
    if (status == BL_OK)
        status = bl_config_copy(&copy, config);
    bl_config_free(copy);
    bl_config_free(config);
    return status;
}

/* Each allocation fails in turn: the failure is reported, and no memory is lost. */
static void failing_allocations_are_reported(void **state)
{
    struct counting memory;
    bl_context *ctx = counting_context(&memory);
    bl_status status = BL_NO_MEMORY;
    size_t turns = 0;
    (void)state;
    for (; status != BL_OK && turns < 1000; turns++) {
        memory.fail_at = memory.calls + 1 + turns;
        status = use_all(ctx);
        assert_true(status == BL_OK || status == BL_NO_MEMORY);
        assert_int_equal(memory.live, 1);
    }
    assert_int_equal(status, BL_OK);
    assert_true(turns > 5);
    context_destroy(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(good_values_are_kept),   cmocka_unit_test(bad_values_change_nothing),
        cmocka_unit_test(every_default_is_valid), cmocka_unit_test(defaults_that_follow_are_not_set),
        cmocka_unit_test(getters_convert_values), cmocka_unit_test(files_are_read_strictly),
        cmocka_unit_test(json_is_read_back),      cmocka_unit_test(failing_allocations_are_reported),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

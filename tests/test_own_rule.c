/*
 * test_own_rule.c - rules registered by bl_rule_register: rules of the library, implemented again with the
 * public emitter, give the library's bits; a rule with maps, arrays, noise and a period is trained, saved,
 * resumed and measured, and misuse of it is refused.
 */
#include "../src/train/step/flush.h"
#include "../src/train/trainer/trainer.h"
#include "own_fixture.h"
#include "quick.h"
#include "scratch.h"
#include "without_sync.h"

#include "backless_experimental.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* The hash of the weights after some steps. */
static void hash_of(const struct chosen *c, char out[17])
{
    struct made m;
    must(&m, make(&m, c));
    learn(&m, 0, STEPS);
    bl_model_hash(bl_trainer_model(m.trainer), out);
    release(&m);
}

static void test_the_librarys_rules_once_more(void **state)
{
    static const struct {
        const char *own, *library;
        const char *net;
        bool is_same;
    } cases[] = {
        {"my-dfa", "dfa", conv, true},   {"my-dfa", "dfa", dense, true},  {"my-drtp", "drtp", conv, true},
        {"my-bp", "bp", conv, true},     {"my-fa", "fa", conv, true},     {"my-kp", "kp", conv, true},
        {"my-dkp", "dkp", conv, true},   {"my-ifa", "ifa", dense, true},  {"my-copies", "dfa", conv, true},
        {"my-stir", "dfa", conv, false}, {"my-drtp", "dfa", conv, false}, {"my-fa", "kp", conv, false},
        {"my-signs", "fa", dense, false}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char a[17], b[17];
        hash_of(&(struct chosen){cases[i].own, cases[i].net, "normal", 1, NULL}, a);
        hash_of(&(struct chosen){cases[i].library, cases[i].net, "normal", 1, NULL}, b);
        if ((strcmp(a, b) == 0) != cases[i].is_same)
            fail_msg("%s and %s on %s: %s and %s", cases[i].own, cases[i].library, cases[i].net, a, b);
    }
}

/* The library's F is copied into the array of the rule. */
static void test_pepita_once_more(void **state)
{
    (void)state;
    struct made own, library;
    bl_tensor tensor;
    char a[17], b[17];
    bool is_found = false;
    must(&own, make(&own, &(struct chosen){"my-pepita", dense, "normal", 2, NULL}));
    must(&library, make(&library, &(struct chosen){"pepita", dense, "normal", 2, NULL}));
    for (int i = 0; bl_model_tensor(bl_trainer_model(library.trainer), i, &tensor); i++)
        if (strcmp(tensor.name, "0.feedback") == 0) {
            is_found = true;
            must(&own, bl_model_set_tensor(bl_trainer_model(own.trainer), "rule.f", tensor.values,
                                           tensor.rows * tensor.cols));
        }
    assert_true(is_found);
    learn(&own, 0, STEPS);
    learn(&library, 0, STEPS);
    bl_model_hash(bl_trainer_model(own.trainer), a);
    bl_model_hash(bl_trainer_model(library.trainer), b);
    assert_string_equal(a, b);
    release(&own);
    release(&library);
}

static void test_threads_and_memory(void **state)
{
    (void)state;
    for (int i = 0; i < RULES; i++) {
        char one[17], three[17], low[17];
        const char *net = net_of(rules[i]), *name = rules[i]->name;
        const bool may_be_low = is_direct(rules[i]);
        hash_of(&(struct chosen){name, net, "normal", 1, NULL}, one);
        hash_of(&(struct chosen){name, net, "normal", 3, NULL}, three);
        if (strcmp(one, three) != 0)
            fail_msg("%s: %s on one thread, %s on three", name, one, three);
        if (may_be_low) {
            hash_of(&(struct chosen){name, net, "low", 2, NULL}, low);
            if (strcmp(one, low) != 0)
                fail_msg("%s: %s, and %s in little memory", name, one, low);
            continue;
        }
        struct made m;
        assert_int_equal(make(&m, &(struct chosen){name, net, "low", 1, NULL}), BL_NOT_DEFINED);
        release(&m);
    }
}

/* Training continues to the same bits from a file, also if angles were measured before. */
static void test_resumed(void **state)
{
    (void)state;
    struct scratch scratch;
    scratch_make(&scratch);
    const char *path = scratch_path(&scratch, "own.safetensors");
    for (int i = 0; i < RULES; i++) {
        const struct chosen c = {rules[i]->name, net_of(rules[i]), "normal", 2, NULL};
        char whole[17], resumed[17];
        struct made first, second;
        bl_angles angles[3];
        hash_of(&c, whole);
        must(&first, make(&first, &c));
        learn(&first, 0, 3);
        must(&first, bl_trainer_angles(first.trainer, first.data, EXAMPLES, angles, 3));
        must(&first, bl_trainer_inspect(first.trainer, x, labels, 5));
        must(&first, bl_trainer_save(first.trainer, path));
        must(&second, make(&second, &c));
        must(&second, bl_trainer_load(second.trainer, path));
        learn(&second, 3, STEPS);
        bl_model_hash(bl_trainer_model(second.trainer), resumed);
        if (strcmp(whole, resumed) != 0)
            fail_msg("%s: %s without a break, %s with one", c.rule, whole, resumed);
        release(&first);
        release(&second);
    }
    scratch_remove(&scratch);
}

static void test_angles(void **state)
{
    (void)state;
    struct made own, library;
    bl_angles a[3], b[3];
    must(&own, make(&own, &(struct chosen){"my-dfa", dense, "normal", 1, NULL}));
    must(&library, make(&library, &(struct chosen){"dfa", dense, "normal", 1, NULL}));
    learn(&own, 0, 3);
    learn(&library, 0, 3);
    must(&own, bl_trainer_angles(own.trainer, own.data, EXAMPLES, a, 3));
    must(&library, bl_trainer_angles(library.trainer, library.data, EXAMPLES, b, 3));
    for (int l = 0; l < 3; l++) {
        assert_memory_equal(&a[l].sample, &b[l].sample, sizeof a[l].sample);
        assert_memory_equal(&a[l].update, &b[l].update, sizeof a[l].update);
        assert_memory_equal(&a[l].weight, &b[l].weight, sizeof a[l].weight);
    }
    release(&own);
    release(&library);
}

/* Files and listed instructions contain the names of the rule's arrays; the list of rules contains the
   rule. */
static void test_shown(void **state)
{
    (void)state;
    struct made m;
    bl_tensor tensor;
    bl_rule_info info = {.size = sizeof info};
    bl_instruction instruction;
    bl_buffer buffer;
    int n_momentum = 0, n_gain = 0, n_noise = 0, n_sent = 0, n = 0;
    must(&m, make(&m, &(struct chosen){"my-stir", conv, "normal", 1, NULL}));
    for (int i = 0; bl_model_tensor(bl_trainer_model(m.trainer), i, &tensor); i++) {
        n_momentum += strcmp(tensor.name, "rule.momentum") == 0 && tensor.cols == CLASSES;
        n_gain += strcmp(tensor.name, "1.rule.gain") == 0 && tensor.cols == 170 && tensor.values[0] != 0.0f;
        assert_null(strstr(tensor.name, "noise"));
    }
    for (int i = 0; bl_trainer_instruction(m.trainer, i, &instruction); i++)
        n_noise += strcmp(instruction.op, "noise") == 0;
    for (int i = 0; bl_trainer_buffer(m.trainer, i, &buffer); i++)
        n_sent += strcmp(buffer.name, "sent") == 0 && buffer.bytes == sizeof(float) * 64 * CLASSES;
    assert_int_equal(n_momentum, 1);
    assert_int_equal(n_gain, 1);
    assert_int_equal(n_noise, 1);
    assert_int_equal(n_sent, 0); /* none has 64 examples: the batch is 24 */
    while (bl_rule_name(n))
        n++;
    assert_int_equal(bl_rule_at(m.ctx, n - 1, &info), 1);
    assert_int_equal(info.is_registered, 0);
    assert_int_equal(bl_rule_at(m.ctx, n, &info), 1);
    assert_int_equal(info.is_registered, 1);
    assert_string_equal(info.name, "my-dfa");
    assert_string_equal(info.order, "any");
    assert_int_equal(bl_rule_at(m.ctx, n + RULES, &info), 0);
    release(&m);
}

static void test_file_of_an_unknown_rule(void **state)
{
    (void)state;
    struct scratch scratch;
    struct made m;
    bl_model *model = NULL;
    scratch_make(&scratch);
    const char *path = scratch_path(&scratch, "own.safetensors");
    must(&m, make(&m, &(struct chosen){"my-stir", dense, "normal", 1, NULL}));
    must(&m, bl_trainer_save(m.trainer, path));
    must(&m, bl_model_load(&model, m.ctx, path));
    bl_model_free(model);
    release(&m);
    bl_context *other = bl_context_new(NULL);
    bl_config *config = NULL;
    assert_int_equal(bl_model_load(&model, other, path), BL_BAD_DATA);
    assert_non_null(strstr(bl_why(other), "my-stir"));
    assert_non_null(strstr(bl_why(other), "bl_rule_register"));
    assert_int_equal(bl_config_create(&config, other), BL_OK);
    assert_int_equal(bl_config_set(config, "rule", "my-stir"), BL_BAD_VALUE);
    bl_config_free(config);
    bl_context_free(other);
    scratch_remove(&scratch);
}

/* ---- Failing allocations */

/* Under ThreadSanitizer, because these attempts use one thread: fewer of them. */
#ifdef __SANITIZE_THREAD__
enum { QUICK_STRIDE = 50 };
#else
enum { QUICK_STRIDE = 5 };
#endif

/* Each allocation fails, one in each attempt, in a quick test every fifth. */
static void test_memory_gives_out(void **state)
{
    (void)state;
    struct scratch scratch;
    scratch_make(&scratch);
    const char *path = scratch_path(&scratch, "own.safetensors");
    bl_status status = BL_NO_MEMORY;
    for (size_t fail_at = 1; status != BL_OK; fail_at += quick_stride(QUICK_STRIDE)) {
        struct counting c = {.fail_at = fail_at};
        const bl_allocator allocator = {&c, counting_allocate, counting_release};
        struct made m;
        bl_angles angles[3];
        bl_model *model = NULL;
        status = make(&m, &(struct chosen){"my-stir", small, "normal", 1, &allocator});
        if (status == BL_OK)
            status = bl_trainer_step(m.trainer, x, labels, EXAMPLES, NULL);
        if (status == BL_OK)
            status = bl_trainer_angles(m.trainer, m.data, EXAMPLES, angles, 3);
        if (status == BL_OK)
            status = bl_trainer_save(m.trainer, path);
        if (status == BL_OK)
            status = bl_model_load(&model, m.ctx, path);
        bl_model_free(model);
        release(&m);
        if ((status != BL_OK && status != BL_NO_MEMORY) || c.live != 0)
            fail_msg("allocation %zu failed: %s, %zu blocks were lost", fail_at, bl_status_name(status),
                     c.live);
        assert_true(fail_at < 100000);
    }
    scratch_remove(&scratch);
    quick_report(QUICK_STRIDE, "allocations that fail", "test_own_rule_all tries all of them");
}

/* flush.h; test_denormals.c has the state of weights and of feedback. */
static void test_state_of_arrays_is_flushed(void **state)
{
    const struct chosen c = {.rule = "my-arrays", .net = dense, .threads = 1};
    struct made m;
    (void)state;
    must(&m, make(&m, &c));
    const struct array_slots *slots = &m.trainer->stepper.array_slots;
    assert_true(slots->n_floats > 0);
    for (size_t k = 0; k < 2; k++) /* of adam */
        slots->floats[k][slots->n_floats - 1] = 1e-40f;
    stepper_flush(&m.trainer->stepper, 1);
    for (size_t k = 0; k < 2; k++)
        assert_true(slots->floats[k][slots->n_floats - 1] == 0.0f);
    release(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_librarys_rules_once_more),
        cmocka_unit_test(test_pepita_once_more),
        cmocka_unit_test(test_threads_and_memory),
        cmocka_unit_test(test_resumed),
        cmocka_unit_test(test_angles),
        cmocka_unit_test(test_shown),
        cmocka_unit_test(test_file_of_an_unknown_rule),
        cmocka_unit_test(test_memory_gives_out),
        cmocka_unit_test(test_state_of_arrays_is_flushed),
    };
    return cmocka_run_group_tests(tests, begin_test, NULL);
}

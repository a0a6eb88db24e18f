/*
 * test_emission.c - the order of signals that follows from the instructions of a rule; rules whose signals
 * depend on each other in a circle, and programs with too many instructions, are refused.
 */
#include "backless.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "../src/train/trainer/trainer.h"

static void test_order_of_signals(void **state)
{
    (void)state;
    static const char *const orders[][2] = {{"bp", "backward"}, {"fa", "backward"}, {"usf", "backward"},
                                            {"kp", "backward"}, {"ifa", "forward"}, {"dfa", "any"},
                                            {"dkp", "any"},     {"adfa", "any"},    {"pepita", "any"},
                                            {"frozen", "any"},  {"linear", "any"},  {"drtp", "on forward"}};
    for (size_t i = 0; i < sizeof orders / sizeof *orders; i++)
        assert_string_equal(bl_rule_order(orders[i][0]), orders[i][1]);
}

/* The signal of block 0 needs that of block 1, and that of block 1 the one of block 0. */
static void emit_circular(struct bl_emitter *e, size_t l)
{
    if (l == 0)
        emit_pull(e, BUFFER_WEIGHTS, l);
    else
        emit_push(e, BUFFER_WEIGHTS, l);
}

static void test_circular_signals_are_refused(void **state)
{
    (void)state;
    struct instruction items[64];
    struct program p = {.n_blocks = 3, .items = items, .room = 64, .spec = {.updates = true}};
    assert_false(emit_step(&p, &(struct emission){.emit = emit_circular}, NULL));
}

static void test_program_longer_than_its_room_is_refused(void **state)
{
    (void)state;
    struct instruction items[64];
    struct program p = {.n_blocks = 3, .items = items, .room = 5, .spec = {.updates = true}};
    assert_false(emit_step(&p, &(struct emission){.emit = rule_find(NULL, "dfa")->emit}, NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_order_of_signals),
                                       cmocka_unit_test(test_circular_signals_are_refused),
                                       cmocka_unit_test(test_program_longer_than_its_room_is_refused)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/*
 * test_program_memory.c - programs with low memory on selected nets: outputs that share a place do not
 * overwrite each other too early, at any depth and with blocks that are cut in several ways.
 */
#include "program_case.h"

/* Every rule on nets of one to six blocks, because the depth determines which outputs are kept with low
   memory. */
static void test_depths(void **state)
{
    (void)state;
    struct case_counts counts = {.faults = 0};
    for (int r = 0; bl_rule_name(r); r++) {
        struct program_case c = {.rule = bl_rule_name(r),
                                 .optimizer = "rmsprop",
                                 .precision = "float32",
                                 .feedback_at = "end",
                                 .modules = "layer",
                                 .threads = 2,
                                 .batch = 7};
        for (uint32_t depth = 0; depth < 6; depth++) {
            char reference[17];
            c.net[0] = 0;
            for (uint32_t l = 0; l < depth; l++)
                net_add(c.net, l % 2 ? "dense 9, tanh" : "dense 90, tanh");
            net_add(c.net, "dense 5");
            case_reference(&c, reference);
            for (int i = 1; i < 4; i++)
                check_variant(&c, depth, i & 1 ? 2 : 1, i & 2 ? "low" : "normal", false, reference, &counts);
        }
    }
}

/* With low memory the outputs of blocks 0 and 2 share a place, which is read both by examples and by
   channels. A planner that stores only one of the two cuts would run the second forward of block 2 in the
   stage of the gradient of block 1. */
static void test_place_read_by_two_cuts(void **state)
{
    (void)state;
    static const char *const names[] = {"dkp", "dfa", "drtp"};
    struct case_counts counts = {.faults = 0};
    for (uint32_t r = 0; r < sizeof names / sizeof *names; r++) {
        struct program_case c = {.net = "conv 4 2x2 nobias, layernorm, leaky-relu, maxpool 3 stride 2, "
                                        "conv 3 3x3 pad 1, residual (conv 3 3x3 pad 1), leaky-relu, dense 5",
                                 .rule = names[r],
                                 .optimizer = "sgd momentum 0.9",
                                 .precision = "float32",
                                 .feedback_at = "end",
                                 .modules = "layer",
                                 .batch = 7};
        char reference[17];
        case_reference(&c, reference);
        for (c.threads = 2; c.threads <= 4; c.threads++)
            check_variant(&c, r, c.threads, "low", false, reference, &counts);
    }
    assert_int_equal(counts.low_memory_cut, 3 * sizeof names / sizeof *names);
}

int main(void)
{
    case_fill_examples();
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_depths),
                                       cmocka_unit_test(test_place_read_by_two_cuts)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/*
 * test_buffer_reuse.c - assignment of buffers to places by their lifetimes: buffers that are in use at the
 * same time have different places, others share one; the memory of a batch, in predictions and in a step with
 * low memory, does not grow with the depth of the net.
 */
#include "../src/net/buffer_reuse.h"
#include "../src/net/workspace.h"
#include "../src/rules/rule.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { MOST = 12, EXAMPLES = 16, TEXT = 4096 };

struct expected {
    struct lifetime items[MOST];
    size_t n, places, place[MOST];
};

static void test_buffers_are_assigned_by_lifetime(void **state)
{
    (void)state;
    static const struct expected cases[] = {
        /* a chain: each output is in use until the next one is computed */
        {{{1, {0}, {1}, 4}, {1, {1}, {2}, 4}, {1, {2}, {3}, 4}, {1, {3}, {4}, 4}}, 4, 2, {0, 1, 0, 1}},
        /* a shortcut uses the first output until the end */
        {{{1, {0}, {3}, 4}, {1, {1}, {2}, 4}, {1, {2}, {3}, 4}, {1, {3}, {4}, 4}}, 4, 3, {0, 1, 2, 1}},
        /* the place with the nearest size is chosen */
        {{{1, {0}, {1}, 9}, {1, {1}, {2}, 2}, {1, {3}, {4}, 3}, {1, {3}, {4}, 8}}, 4, 2, {0, 1, 1, 0}},
        /* a buffer that is in use twice, with another one between */
        {{{2, {0, 6}, {1, 7}, 4}, {1, {2}, {5}, 4}, {1, {5}, {6}, 4}}, 3, 2, {0, 0, 1}},
        /* a buffer that is never in use */
        {{{1, {0}, {9}, 4}, {0, {0}, {0}, 4}}, 2, 1, {0, 0}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        size_t place[MOST];
        assert_int_equal(buffer_reuse_assign(cases[i].items, cases[i].n, place), cases[i].places);
        assert_memory_equal(place, cases[i].place, cases[i].n * sizeof *place);
    }
}

/* "dense 20, tanh, residual (...) n times, dense 5" */
static void deep_net(char text[TEXT], const char *residual, int n)
{
    snprintf(text, TEXT, "dense 20, tanh, %d x (%s), dense 5", n, residual);
}

static size_t bytes_for_use(bl_context *ctx, const char *text)
{
    struct net *net = NULL;
    struct workspace *workspace = NULL;
    assert_int_equal(net_create(&net, ctx, (bl_shape){1, 1, 12}, text), BL_OK);
    assert_int_equal(
        workspace_create(&workspace, ctx, net,
                         (struct workspace_spec){.capacity = EXAMPLES, .memory = WORKSPACE_FOR_USE}),
        BL_OK);
    const size_t bytes = workspace_bytes(workspace);
    workspace_free(workspace);
    net_free(net);
    return bytes;
}

static size_t bytes_of_lean_step(bl_context *ctx, const char *text)
{
    struct net *net = NULL;
    struct workspace *workspace = NULL;
    struct rule *rule = NULL;
    struct program *program = NULL;
    const struct feedback_spec feedback = {.kind = FEEDBACK_NOKLAND};
    assert_int_equal(net_create(&net, ctx, (bl_shape){1, 1, 12}, text), BL_OK);
    assert_int_equal(rule_create(&rule, net, rule_find(NULL, "dfa"), &feedback, 1), BL_OK);
    assert_int_equal(
        rule_program(&program, rule, net, (struct program_spec){.is_lean = true, .updates = true}), BL_OK);
    assert_int_equal(workspace_create(&workspace, ctx, net,
                                      (struct workspace_spec){.capacity = EXAMPLES,
                                                              .memory = program_keeps(program),
                                                              .places = program->places}),
                     BL_OK);
    const size_t bytes = workspace_bytes(workspace);
    workspace_free(workspace);
    program_free(program);
    rule_free(rule);
    net_free(net);
    return bytes;
}

static void test_memory_does_not_grow_with_depth(void **state)
{
    (void)state;
    static const char *const residuals[] = {
        "dense 20, tanh", "residual (dense 20, tanh, dense 20), tanh",
        "residual (dense 20, batchnorm, tanh, dense 20, batchnorm | dense 20, batchnorm), tanh",
        "residual (residual (dense 20, tanh), dense 20), tanh"};
    bl_context *ctx = bl_context_new(NULL);
    for (size_t i = 0; i < sizeof residuals / sizeof *residuals; i++) {
        char shallow[TEXT], deep[TEXT];
        deep_net(shallow, residuals[i], 8);
        deep_net(deep, residuals[i], 30);
        assert_int_equal(bytes_for_use(ctx, deep), bytes_for_use(ctx, shallow));
        assert_int_equal(bytes_of_lean_step(ctx, deep), bytes_of_lean_step(ctx, shallow));
        assert_true(bytes_for_use(ctx, deep) <= bytes_of_lean_step(ctx, deep));
    }
    bl_context_free(ctx);
}

/* The exact memory of a chain: inputs, targets, scores and error, and two outputs; a step also needs the
   derivatives of one block. */
static void test_exact_memory_of_a_chain(void **state)
{
    (void)state;
    enum { DENSE = EXAMPLES * 20 * 4, ENDS = EXAMPLES * 4 * (12 + 5 + 5 + 5) };
    bl_context *ctx = bl_context_new(NULL);
    char text[TEXT];
    deep_net(text, "dense 20, tanh", 9);
    assert_int_equal(bytes_for_use(ctx, text), ENDS + 2 * DENSE);
    assert_int_equal(bytes_of_lean_step(ctx, text), ENDS + 3 * DENSE);
    bl_context_free(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_buffers_are_assigned_by_lifetime),
                                       cmocka_unit_test(test_memory_does_not_grow_with_depth),
                                       cmocka_unit_test(test_exact_memory_of_a_chain)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/*
 * test_best_epoch.c - which epoch is the best if some figures are NaN, and that its figures are saved and
 * loaded to the bit.
 */
#include "../src/train/trainer/best_epoch.h"

#include "../src/train/model/score.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void test_nan_and_infinity_are_never_the_best(void **state)
{
    static const struct {
        double now, best;
        size_t best_at;
        bool expected;
    } cases[] = {{0.5, 0.0, 0, true},       {NAN, 0.0, 0, false}, {INFINITY, 0.0, 0, false},
                 {0.5, NAN, 1, true},       {NAN, NAN, 1, false}, {0.5, INFINITY, 1, true},
                 {0.4, 0.5, 3, true},       {0.5, 0.5, 3, false}, {NAN, 0.5, 3, false},
                 {-INFINITY, 0.5, 3, false}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (best_epoch_is(cases[i].now, cases[i].best, cases[i].best_at) != cases[i].expected)
            fail_msg("%g after %g of epoch %zu", cases[i].now, cases[i].best, cases[i].best_at);
}

static void test_figures_are_read_back_from_text(void **state)
{
    (void)state;
    struct best_epoch best = {.is_known = true,
                              .train = score_none(),
                              .val = score_none(),
                              .test = score_none()},
                      back;
    best.val.loss = 0.1 + 0.2;
    best.val.count = 77;
    best.test.error = 1.0 / 3.0;
    char *text = best_epoch_to_text(&best);
    assert_true(best_epoch_from_text(&back, text));
    assert_true(back.is_known && back.val.loss == best.val.loss && back.val.count == 77);
    assert_true(back.test.error == best.test.error && isnan(back.test.loss) && isnan(back.train.rmse));
    free(text);
    static const char *const wrong[] = {"", "[]", "{\"val\": 3}",
                                        "{\"train\": {}, \"val\": {}, \"test\": {}}", "null"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_false(best_epoch_from_text(&back, wrong[i]));
    assert_true(best_epoch_from_text(&back, "{}"));
    assert_false(back.is_known);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_nan_and_infinity_are_never_the_best),
                                       cmocka_unit_test(test_figures_are_read_back_from_text)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

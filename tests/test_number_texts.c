/*
 * test_number_texts.c - how numbers are written: without '+' and zeros in the exponent, and so that they read
 * back as the same number; which texts count as equal.
 */
#include "../src/base/text.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void writes_exponents_shortly(void **state)
{
    static const struct {
        double x;
        const char *text;
    } cases[] = {{0.0, "0"},       {1.0, "1"},           {0.1, "0.1"},        {1e-4, "0.0001"},
                 {1e-5, "1e-5"},   {-2.5e-7, "-2.5e-7"}, {1e-10, "1e-10"},    {3e-100, "3e-100"},
                 {1e6, "1000000"}, {1e15, "1e15"},       {2.5e300, "2.5e300"}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[32];
        double back = -1.0;
        text_from_double(cases[i].x, text);
        assert_string_equal(text, cases[i].text);
        assert_true(text_to_double(slice_of(text), &back) && back == cases[i].x);
    }
}

static void writes_so_many_digits(void **state)
{
    char text[32];
    (void)state;
    assert_string_equal(text_of_digits(1.0 / 3.0, 3, text), "0.333");
    assert_string_equal(text_of_digits(1.0 / 3e5, 3, text), "3.33e-6");
    assert_string_equal(text_of_digits(1e6, 6, text), "1e6");
    assert_string_equal(text_of_digits(0.0, 6, text), "0");
}

static void ignores_idle_characters_of_exponents(void **state)
{
    static const struct {
        const char *a, *b;
        bool is_same;
    } cases[] = {{"", "", true},
                 {"1e-05", "1e-5", true},
                 {"1e5", "1e+05", true},
                 {"1e-10", "1e-1", false},
                 {"1e-5", "1e5", false},
                 {"dense 8, dropout 1e-05, dense 3", "dense 8, dropout 1e-5, dense 3", true},
                 {"dense 8, dropout 1e-05, dense 3", "dense 8, dropout 1e-5, dense 30", false},
                 {"leaky-relu 1e-05", "leaky-relu 1e-6", false},
                 {"dense 05", "dense 5", false},
                 {"the-05", "the-5", false},
                 {"1e-", "1e-0", false},
                 {"e-05", "e-5", false}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(text_is_same(cases[i].a, cases[i].b), cases[i].is_same);
        assert_int_equal(text_is_same(cases[i].b, cases[i].a), cases[i].is_same);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(writes_exponents_shortly),
        cmocka_unit_test(writes_so_many_digits),
        cmocka_unit_test(ignores_idle_characters_of_exponents),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

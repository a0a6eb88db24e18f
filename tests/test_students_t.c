/*
 * test_students_t.c - quantiles of Student's t against published tables, and the means and intervals of a
 * comparison.
 */
#include "../cli/runs/run_statistics.h"
#include "../cli/runs/students_t.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

/* Expected values by scipy.stats.t.ppf of SciPy 1.17.1; the first six digits of the column 0.975 are those of
   printed tables. */
static void quantiles_are_those_of_tables(void **state)
{
    static const double BOUND = 1e-9; /* the error that students_t.h states */
    static const struct {
        double p;
        int degrees;
        double expected;
    } cases[] = {
        {0.975, 1, 12.7062047361747},  {0.975, 2, 4.30265272974946},   {0.975, 3, 3.18244630528371},
        {0.975, 4, 2.77644510519779},  {0.975, 9, 2.2621571627982},    {0.975, 29, 2.0452296421327},
        {0.975, 99, 1.98421695158642}, {0.975, 999, 1.96234146113345}, {0.9, 1, 3.07768353717525},
        {0.9, 6, 1.43975574726515},    {0.995, 2, 9.92484320091829},   {0.995, 4, 4.60409487134999},
        {0.9995, 1, 636.61924876879},  {0.6, 5, 0.267180865704145},    {0.999, 30, 3.3851848668293},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const double found = students_t_quantile(cases[i].p, cases[i].degrees);
        if (!(fabs(found - cases[i].expected) <= BOUND * cases[i].expected))
            fail_msg("p %g, %d degrees: %.15g, expected %.15g", cases[i].p, cases[i].degrees, found,
                     cases[i].expected);
    }
}

static void the_median_is_zero_and_invalid_arguments_give_nan(void **state)
{
    (void)state;
    assert_true(students_t_quantile(0.5, 3) == 0.0);
    assert_true(isnan(students_t_quantile(1.0, 3)));
    assert_true(isnan(students_t_quantile(0.4, 3)));
    assert_true(isnan(students_t_quantile(0.975, 0)));
    assert_true(isnan(students_t_quantile((double)NAN, 3)));
}

/* scipy.stats.ttest_rel(a, b).confidence_interval(0.95), with a - b the differences. */
static void intervals_are_those_of_a_paired_test(void **state)
{
    static const double differences[] = {0.5, 1.25, 0.75, 2.0, 1.5};
    const struct paired found = paired_of(differences, 5);
    (void)state;
    assert_int_equal(found.n, 5);
    assert_true(fabs(found.mean - 1.2) < 1e-12);
    assert_true(fabs(deviation_of(differences, 5) - 0.596866819315666) < 1e-12);
    assert_true(fabs(found.low - 0.458891958733346) < 1e-9);
    assert_true(fabs(found.high - 1.94110804126665) < 1e-9);
}

static void there_is_no_interval_below_three(void **state)
{
    static const double differences[] = {0.5, 1.25};
    const struct paired two = paired_of(differences, 2), none = paired_of(differences, 0);
    (void)state;
    assert_true(fabs(two.mean - 0.875) < 1e-12);
    assert_true(isnan(two.low) && isnan(two.high));
    assert_true(isnan(none.mean) && isnan(none.low) && isnan(deviation_of(differences, 1)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(quantiles_are_those_of_tables),
        cmocka_unit_test(the_median_is_zero_and_invalid_arguments_give_nan),
        cmocka_unit_test(intervals_are_those_of_a_paired_test),
        cmocka_unit_test(there_is_no_interval_below_three),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/*
 * test_thread_choice.c - the number of threads is chosen by the times of steps, on simulated machines: an
 * idle one, busy ones whose steps are sometimes delayed by a time slice of the scheduler, one that becomes
 * busy, one with eight threads, and one with long steps.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../src/base/thread_choice.h"

struct machine {
    double step[9]; /* seconds of a step, by number of threads, on an idle machine */
    double risk[9]; /* probability that a step is interrupted */
    double slice;   /* seconds of an interruption, at most twice this */
    double favour;  /* seconds after a change of the number of threads without interruptions */
};

struct result {
    double seconds, steps, fewer; /* totals; fewer: steps with another number of threads than the best */
};

static uint32_t state = 1;

static double draw(void)
{
    state = state * 1664525u + 1013904223u;
    return (double)(state >> 8) * 0x1p-24;
}

static double mean(const struct machine *m, int threads)
{
    return m->step[threads] + m->risk[threads] * m->slice;
}

static double step_on(const struct machine *m, int threads, double since_change)
{
    const double risk = since_change < m->favour ? 0.0 : m->risk[threads];
    return m->step[threads] * (1.0 + 0.02 * draw()) + (draw() < risk ? 2.0 * draw() * m->slice : 0.0);
}

static struct result run(struct thread_choice *c, const struct machine *m, double seconds, int best)
{
    struct result r = {0};
    double since_change = 0.0;
    for (int threads = c->now, before = threads; r.seconds < seconds; before = threads) {
        threads = c->now;
        assert_in_range(threads, 1, 8);
        since_change = threads == before ? since_change : 0.0;
        const double took = step_on(m, threads, since_change);
        since_change += took;
        r.fewer += threads != best;
        r.steps++;
        r.seconds += took;
        thread_choice_note(c, 64.0, took);
    }
    return r;
}

static const struct machine quiet = {.step = {[1] = 1.0e-3, [2] = 0.55e-3}};
static const struct machine busy = {
    .step = {[1] = 1.0e-3, [2] = 0.55e-3}, .risk = {[1] = 0.1, [2] = 0.6}, .slice = 6e-3};
static const struct machine half_busy = {
    .step = {[1] = 1.0e-3, [2] = 0.55e-3}, .risk = {[1] = 0.1, [2] = 0.12}, .slice = 4e-3};

/* On a quiet machine trials cost less than half a percent. */
static void a_quiet_machine_keeps_all_threads(void **test)
{
    (void)test;
    struct thread_choice c;
    thread_choice_begin(&c, 2, true);
    const struct result r = run(&c, &quiet, 60.0, 2);
    assert_int_equal(c.chosen, 2);
    assert_true(r.fewer > 0.0);                                 /* there were trials */
    assert_true(r.seconds / r.steps < 1.015 * mean(&quiet, 2)); /* 1 % is noise of the steps */
    assert_true(r.fewer < 0.002 * r.steps);
}

static void check_near_best(const struct machine *m, double seconds, int best)
{
    struct thread_choice c;
    thread_choice_begin(&c, 2, true);
    const struct result r = run(&c, m, seconds, best);
    assert_true(r.seconds / r.steps < 1.1 * mean(m, best));
}

static void a_busy_machine_comes_near_the_best_number(void **test)
{
    (void)test;
    for (state = 1; state < 20; state += 2)
        check_near_best(&busy, 30.0, 1);
    for (state = 1; state < 20; state += 2)
        check_near_best(&half_busy, 30.0, 2);
}

/* One thread is fast during a trial and slow afterwards: the choice is reverted within a fraction of a
   second, and repeated less and less often. */
static void a_fast_trial_is_not_mistaken_for_speed(void **test)
{
    (void)test;
    static const struct machine favoured = {.step = {[1] = 0.8e-3, [2] = 0.9e-3},
                                            .risk = {[1] = 0.25, [2] = 0.05},
                                            .slice = 4e-3,
                                            .favour = 0.06};
    for (state = 1; state < 20; state += 2) {
        struct thread_choice c;
        thread_choice_begin(&c, 2, true);
        const struct result r = run(&c, &favoured, 60.0, 2);
        assert_true(r.seconds / r.steps < 1.05 * mean(&favoured, 2));
    }
}

/* Changes from quiet to busy and back are noticed within three seconds, although the pauses between trials
   have grown. */
static void changes_are_followed(void **test)
{
    (void)test;
    struct thread_choice c;
    state = 7;
    thread_choice_begin(&c, 2, true);
    run(&c, &quiet, 40.0, 2);
    assert_int_equal(c.chosen, 2);
    run(&c, &busy, 3.0, 1);
    assert_int_equal(c.chosen, 1);
    run(&c, &busy, 40.0, 1);
    run(&c, &quiet, 3.0, 2);
    assert_int_equal(c.chosen, 2);
}

/* Of eight threads the fastest number is chosen, here two. */
static void many_threads(void **test)
{
    (void)test;
    static const struct machine crowded = {.step = {[1] = 4e-3, [2] = 2.1e-3, [4] = 3e-3, [8] = 9e-3}};
    static const struct machine wide = {.step = {[1] = 4e-3, [2] = 2.1e-3, [4] = 1.1e-3, [8] = 0.7e-3}};
    struct thread_choice c;
    thread_choice_begin(&c, 8, true);
    run(&c, &crowded, 6.0, 2);
    assert_int_equal(c.chosen, 2);
    run(&c, &wide, 40.0, 8); /* two threads show no change; trials are up to 16 seconds apart */
    assert_int_equal(c.chosen, 8);
}

/* With steps of half a second a trial costs one step, and trials are rare. */
static void long_steps(void **test)
{
    (void)test;
    static const struct machine slow = {.step = {[1] = 1.0, [2] = 0.5}};
    struct thread_choice c;
    thread_choice_begin(&c, 2, true);
    const struct result r = run(&c, &slow, 600.0, 2);
    assert_int_equal(c.chosen, 2);
    assert_true(r.seconds / r.steps < 1.05 * mean(&slow, 2));
}

/* Control: there are no trials if the user sets the number, or with one thread. */
static void no_trials_without_a_choice(void **test)
{
    (void)test;
    struct thread_choice c;
    thread_choice_begin(&c, 2, false);
    assert_false(thread_choice_is_open(&c));
    assert_true(run(&c, &busy, 5.0, 2).fewer == 0.0);
    thread_choice_begin(&c, 1, true);
    assert_false(thread_choice_is_open(&c));
    assert_true(run(&c, &busy, 5.0, 1).fewer == 0.0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_quiet_machine_keeps_all_threads),
                                       cmocka_unit_test(a_busy_machine_comes_near_the_best_number),
                                       cmocka_unit_test(a_fast_trial_is_not_mistaken_for_speed),
                                       cmocka_unit_test(changes_are_followed),
                                       cmocka_unit_test(many_threads),
                                       cmocka_unit_test(long_steps),
                                       cmocka_unit_test(no_trials_without_a_choice)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

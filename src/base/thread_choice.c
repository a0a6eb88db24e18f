/*
 * thread_choice.c - chooses the number of threads by trials of half or twice the number.
 *
 * A trial is three pairs of windows: a few steps with the other number of threads, then a few with the chosen
 * one, so that other load affects both. It ends as soon as the fastest step with the other number is slower
 * than the mean with the chosen one. So on an idle machine a trial costs three steps. After each trial that
 * is clearly lost the pause before the next one doubles.
 *
 * For some milliseconds a scheduler favours a thread that has waited, so a number that wins a trial can be
 * slower in the long run. The usual speed after a change is therefore compared with the speed before it, and
 * a slower choice is reversed.
 */
#include "thread_choice.h"

enum { PAIRS = 3, LEAST_STEPS = 2, HOPELESS_STEPS = 3, LONGEST_PAUSE = 16, STEPS_BETWEEN = 20 };
static const double first_pause = 0.25,
                    usual_pause = 1.0;     /* seconds of steps between trials; more where steps are long */
static const double window_seconds = 0.02; /* seconds of a window: some time slices of the scheduler */
static const double usual_seconds = 0.2;   /* seconds over which the usual speed is averaged */
static const double hopeless_seconds =
    0.04; /* seconds of a trial after which it may end early, as after HOPELESS_STEPS */
static const double gain = 1.03; /* speed-up that a trial must show */
static const double clear_loss = 0.8, has_changed = 1.33;

void thread_choice_begin(struct thread_choice *c, int most, bool may_choose)
{
    *c = (struct thread_choice){
        .most = may_choose ? most : 1, .now = most, .chosen = most, .pause = first_pause};
}

static double speed(const struct thread_sums *sums)
{
    return sums->seconds > 0.0 ? sums->work / sums->seconds : 0.0;
}

static void add(struct thread_sums *sums, const struct thread_sums *more)
{
    sums->work += more->work;
    sums->seconds += more->seconds;
    sums->steps += more->steps;
    if (more->best > sums->best)
        sums->best = more->best;
}

static void end_trial(struct thread_choice *c)
{
    c->now = c->chosen;
    c->other = 0;
    c->rest = 0.0;
    c->windows = 0;
    c->window = (struct thread_sums){0};
}

/* The other number of threads was slower: trials become rarer, and the next one goes in the other
   direction. */
static void reject(struct thread_choice *c, bool is_clear)
{
    if (is_clear && c->pause < LONGEST_PAUSE * usual_pause)
        c->pause = 2.0 * (c->pause > usual_pause ? c->pause : usual_pause);
    c->goes_up = !c->goes_up;
    c->at_trial = c->usual;
    end_trial(c);
}

static void accept(struct thread_choice *c, double speed_of_other)
{
    c->replaced = c->chosen;
    c->before = speed(&c->trial[0]);
    c->chosen = c->other;
    c->usual = c->at_trial = speed_of_other;
    end_trial(c);
}

static double shorter(double a, double b)
{
    return a < b ? a : b;
}

/* Compares the chosen number, which has now been used long enough, with the number before it. */
static void confirm(struct thread_choice *c)
{
    if (c->usual < c->before) {
        c->chosen = c->now = c->replaced;
        c->usual = c->at_trial = c->before;
        c->pause = shorter(2.0 * c->pause, LONGEST_PAUSE * usual_pause);
        c->rest = 0.0;
    } else
        c->pause = usual_pause;
    c->replaced = 0;
}

static void conclude(struct thread_choice *c)
{
    const double own = speed(&c->trial[0]), other = speed(&c->trial[1]);
    c->usual = own;
    if (other > gain * own)
        accept(c, other);
    else
        reject(c, other < clear_loss * own);
}

static void note_in_trial(struct thread_choice *c)
{
    const bool is_other = c->now == c->other;
    struct thread_sums *sums = &c->trial[is_other];
    if (is_other) {
        const int steps = sums->steps + c->window.steps;
        const double best = sums->best > c->window.best ? sums->best : c->window.best;
        const bool is_long_enough = steps >= HOPELESS_STEPS || c->window.seconds >= hopeless_seconds;
        if (is_long_enough && best < c->usual) {
            reject(c, true);
            return;
        }
    }
    if (c->window.seconds < window_seconds || c->window.steps < LEAST_STEPS)
        return;
    add(sums, &c->window);
    c->window = (struct thread_sums){0};
    c->now = is_other ? c->chosen : c->other;
    if (++c->windows == 2 * PAIRS)
        conclude(c);
}

/* Begins a trial with half the threads or twice as many, alternately if both are possible. */
static void begin_trial(struct thread_choice *c)
{
    c->goes_up = c->chosen == 1 || (c->chosen < c->most && c->goes_up);
    c->other = c->goes_up ? 2 * c->chosen : (c->chosen + 1) / 2;
    c->other = c->other < c->most ? c->other : c->most;
    c->trial[0] = c->trial[1] = c->window = (struct thread_sums){0};
    c->now = c->other;
}

static void note_at_rest(struct thread_choice *c, double seconds)
{
    const double least = STEPS_BETWEEN * c->window.seconds / c->window.steps;
    c->rest += seconds;
    if (c->window.seconds >= usual_seconds) {
        c->usual = speed(&c->window);
        c->window = (struct thread_sums){0};
        if (c->replaced)
            confirm(c);
        if (c->usual * has_changed < c->at_trial || c->usual > has_changed * c->at_trial)
            c->pause = shorter(c->pause, usual_pause);
    }
    if (c->usual > 0.0 && c->rest >= c->pause && c->rest >= least)
        begin_trial(c);
}

void thread_choice_note(struct thread_choice *c, double work, double seconds)
{
    const double now = seconds > 0.0 ? work / seconds : 0.0;
    if (!thread_choice_is_open(c))
        return;
    add(&c->window, &(struct thread_sums){work, seconds, now, 1});
    if (c->other)
        note_in_trial(c);
    else
        note_at_rest(c, seconds);
}

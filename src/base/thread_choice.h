/*
 * thread_choice.h - chooses the number of threads for work that consists of steps, if the user did not give
 * the number.
 *
 * While other programs use the cores, fewer threads are often faster, because a thread that is preempted
 * while it holds a task delays the whole step. So from time to time another number is tried for some steps,
 * and the faster number is kept. The choice depends only on the measured times of steps; the bits do not
 * depend on it.
 */
#ifndef BL_BASE_THREAD_CHOICE_H
#define BL_BASE_THREAD_CHOICE_H

#include <stdbool.h>

struct thread_sums {
    double work, seconds, best; /* best: work per second in the fastest step */
    int steps;
};

struct thread_choice {
    int most;                    /* number of available threads; 1: there is nothing to choose */
    int now;                     /* number for the next step */
    int chosen;                  /* the fastest number known */
    int other;                   /* the number on trial; 0: no trial is in progress */
    int replaced;                /* the number before a change that is not confirmed yet; 0: there is none */
    double before;               /* work per second with `replaced` threads */
    bool goes_up;                /* the next trial is with more threads */
    double rest;                 /* seconds of steps since the last trial */
    double pause;                /* seconds of steps between trials */
    double usual;                /* recent work per second with `chosen` threads; 0: not known */
    double at_trial;             /* `usual` at the last trial */
    struct thread_sums window;   /* of the current window, with `now` threads */
    struct thread_sums trial[2]; /* of the windows with `chosen` threads, and with `other` threads */
    int windows;                 /* finished windows of the trial */
};

/* may_choose false: the number is always `most`. */
void thread_choice_begin(struct thread_choice *c, int most, bool may_choose);

static inline bool thread_choice_is_open(const struct thread_choice *c)
{
    return c->most > 1;
}

/* Records that a step of `work` (in any unit, such as examples) took `seconds` on c->now threads. */
void thread_choice_note(struct thread_choice *c, double work, double seconds);

#endif

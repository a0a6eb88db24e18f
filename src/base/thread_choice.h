/*
 * thread_choice.h - chooses the number of threads for work that consists of steps, if the user gave none.
 *
 * While other programs use the cores, fewer threads are often faster: a thread that is preempted while it
 * holds a task delays the whole step. So another number is tried for some steps now and then, and the faster
 * one is kept. The choice depends on the measured times of steps only; the bits do not depend on it.
 */
#ifndef BL_BASE_THREAD_CHOICE_H
#define BL_BASE_THREAD_CHOICE_H

#include <stdbool.h>

struct thread_sums {
    double work, seconds, best; /* best: work per second in the fastest step */
    int steps;
};

struct thread_choice {
    int most;                  /* threads available; 1: nothing to choose */
    int now;                   /* to be used for the next step */
    int chosen;                /* the best that is known */
    int other;                 /* on trial; 0: none is */
    int replaced;              /* the number before the last change, while that is not confirmed; 0: it is */
    double before;             /* work per second on `replaced` */
    bool goes_up;              /* the direction of the trial */
    double rest;               /* seconds of steps since the last trial */
    double pause;              /* seconds until the next */
    double usual;              /* work per second of the chosen number, lately; 0: not known */
    double at_trial;           /* the same at the last trial */
    struct thread_sums window; /* of the steps under way with `now` */
    struct thread_sums trial[2]; /* of the chosen number, of the other */
    int windows;                 /* of the trial that are done */
};

/* may_choose false: always `most`. */
void thread_choice_begin(struct thread_choice *c, int most, bool may_choose);

static inline bool thread_choice_is_open(const struct thread_choice *c)
{
    return c->most > 1;
}

/* Records that a step of `work` (in any unit, such as examples) took `seconds` on c->now threads. */
void thread_choice_note(struct thread_choice *c, double work, double seconds);

#endif

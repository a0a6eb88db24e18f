/*
 * step_clock.h - the time of the phases of a step: each worker sums its own seconds while a step runs, and
 * the sums are collected afterwards.
 */
#ifndef BL_TRAIN_STEP_CLOCK_H
#define BL_TRAIN_STEP_CLOCK_H

#include "../../net/workspace.h"

#include "backless_experimental.h"

struct step_clock {
    bool is_on;
    bl_times sums;
};

/* Begins a step, and returns the time; 0 if the step is not timed. */
double step_clock_begin(const struct step_clock *clock, struct workspace *workspace);
/* Ends the step that began at the time `begun`. */
void step_clock_end(struct step_clock *clock, struct workspace *workspace, double begun);

#endif

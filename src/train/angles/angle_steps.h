/*
 * angle_steps.h - the option angles: after which steps of a run its angles are measured.
 *
 *     auto        after steps 1, 3, 10, 30, 100 and 300 of the first epoch, and at the end of each epoch
 *     none        never
 *     N           after each N-th step of the run, and at the end of each epoch
 *     N,N,...     after these steps of the run, counted from 1 and ascending, and at the end of each epoch
 */
#ifndef BL_TRAIN_ANGLE_STEPS_H
#define BL_TRAIN_ANGLE_STEPS_H

#include "../../base/status.h"
#include "../../base/text.h"

enum angle_steps_kind { ANGLE_STEPS_AUTO, ANGLE_STEPS_NONE, ANGLE_STEPS_EVERY, ANGLE_STEPS_LISTED };

struct angle_steps {
    enum angle_steps_kind kind;
    uint64_t every;    /* N, for ANGLE_STEPS_EVERY */
    uint64_t next;     /* the next step of the list; 0: there is none */
    struct slice rest; /* the list after `next` */
};

bl_status angle_steps_check_text(bl_context *ctx, const char *text);
/* text: a valid value of the option, which must live as long as the struct. */
struct angle_steps angle_steps_of(const char *text);
/* Whether angles are measured after step number `step` of the run, in this epoch, counted from 0. Must be
   called with ascending steps. */
bool angle_steps_have(struct angle_steps *steps, uint64_t step, size_t epoch);
/* Whether the option gives a list of steps. Each of these steps then has a line in the log. */
bool angle_steps_are_named(const struct angle_steps *steps);

#endif

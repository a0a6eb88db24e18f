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

#include "../base/status.h"
#include "../base/text.h"

enum angle_steps_kind { ANGLE_STEPS_AUTO, ANGLE_STEPS_NONE, ANGLE_STEPS_EVERY, ANGLE_STEPS_LISTED };

struct angle_steps {
    enum angle_steps_kind kind;
    uint64_t every;    /* of ANGLE_STEPS_EVERY */
    uint64_t next;     /* the first step of the list that was not yet asked for; 0: the list is at its end */
    struct slice rest; /* of the list, behind next */
};

bl_status angle_steps_check_text(bl_context *ctx, const char *text);
/* text: checked, and alive as long as the struct is used. */
struct angle_steps angle_steps_of(const char *text);
/* Whether step number `step` of the run, in this epoch (0 is the first), is one of them. Asked for
   ascending steps. */
bool angle_steps_have(struct angle_steps *steps, uint64_t step, size_t epoch);
/* Whether the steps were named by the user: then each has a line of its own in the log. */
bool angle_steps_are_named(const struct angle_steps *steps);

#endif

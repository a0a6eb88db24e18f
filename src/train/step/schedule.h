/*
 * schedule.h - the learning rate of a step.
 *
 *     constant
 *     step EVERY FACTOR      multiplied by FACTOR after every EVERY epochs
 *     multistep E,E,... FACTOR
 *                            multiplied by FACTOR after each of these epochs
 *     cosine [warmup N]      rises linearly over N epochs, then falls to 0 along half a cosine at the last
 *                            epoch
 *     auto                   halved after an epoch whose error is not below the running error; the run ends
 *                            after 8 halvings (the reference code of Nøkland 2016). For regression targets
 *                            the error is the loss divided by the first epoch's loss
 */
#ifndef BL_TRAIN_SCHEDULE_H
#define BL_TRAIN_SCHEDULE_H

#include "../../base/status.h"

#include <stdbool.h>
#include <stddef.h>

enum schedule_kind { SCHEDULE_CONSTANT, SCHEDULE_STEP, SCHEDULE_MULTISTEP, SCHEDULE_COSINE, SCHEDULE_AUTO };
enum { SCHEDULE_MAX_STEPS = 16, SCHEDULE_MAX_HALVINGS = 8 };

struct schedule {
    enum schedule_kind kind;
    size_t every, warmup;             /* in epochs */
    size_t after[SCHEDULE_MAX_STEPS]; /* the n_after epochs of a multistep, ascending */
    size_t n_after;
    double factor;
    size_t halvings; /* number of halvings so far, which checkpoints store */
};

bl_status schedule_parse(bl_context *ctx, struct schedule *out, const char *text);
bl_status schedule_check_text(bl_context *ctx, const char *text);
/* The learning rate. progress: finished epochs, with fraction; epochs: planned number. */
double schedule_rate(const struct schedule *s, double base, double progress, size_t epochs);

#endif

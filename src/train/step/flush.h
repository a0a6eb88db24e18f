/*
 * flush.h - sets denormal numbers in the optimiser's state to 0.
 *
 * The mean squares and the momentum of a weight whose gradient stays 0, as the weights of a unit that is
 * never active, decay until they are denormal, and stay so, because 0.9 or 0.99 of such a number rounds back
 * to it. Every operation on a denormal number takes more than a hundred cycles on some processors: on an
 * Intel Xeon nets with relu took up to five times as long after some epochs. The numbers that are set to 0
 * are too small to change a weight.
 */
#ifndef BL_TRAIN_FLUSH_H
#define BL_TRAIN_FLUSH_H

#include "step.h"

/* Once in so many steps. Reading the whole state takes less than one percent of the time of these steps. */
enum { FLUSH_PERIOD = 64 };

/* Sets the denormal numbers of all state to 0, also of frozen blocks. */
void stepper_flush(const struct stepper *s, int threads);

#endif

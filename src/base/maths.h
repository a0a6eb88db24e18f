/*
 * maths.h - logarithm and cosine in double whose bits do not depend on the C library: for random draws,
 * schedules and losses of single examples; and units for sums. The vectorised float functions belong to the
 * backends.
 */
#ifndef BL_BASE_MATHS_H
#define BL_BASE_MATHS_H

double maths_log(double x); /* natural; x positive and normal; relative error under 4e-16 (x away from 1) */
double maths_cos_turns(double t); /* cos(2 pi t), |t| < 2^30; absolute error under 4e-16 */

/* The power of two that brings `most` into [1/2, 1), as far as there is one; 1 for 0. */
double maths_unit_for(double most);

#endif

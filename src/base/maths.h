/*
 * maths.h - logarithm and cosine in double whose bits do not depend on a libm: for draws, schedules and losses that are
 * summed one by one. The vectorised float functions are the backends'.
 */
#ifndef BL_BASE_MATHS_H
#define BL_BASE_MATHS_H

double maths_log(double x); /* natural; x positive and normal; relative error under 4e-16 (x away from 1) */
double maths_cos_turns(double t); /* cos(2 pi t), |t| < 2^30; absolute error under 4e-16 */

#endif

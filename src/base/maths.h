/*
 * maths.h - logarithm, cosine and integer powers in double whose bits do not depend on the C library, for
 * random draws, schedules, optimisers and losses of single examples; units for sums; sums of squares. The
 * backend has the vectorised functions of floats.
 */
#ifndef BL_BASE_MATHS_H
#define BL_BASE_MATHS_H

#include <stddef.h>
#include <stdint.h>

double maths_log(double x); /* natural; x positive and normal; relative error under 4e-16 (x away from 1) */
double maths_cos_turns(double t); /* cos(2 pi t), |t| < 2^30; absolute error under 4e-16 */
/* x^n by repeated squaring: at most 127 products, each rounded to double. */
double maths_power(double x, uint64_t n);

/* The power of two by which `most` has to be divided to lie in [1/2, 1), limited to powers whose inverse is a
   double; 1 if most is 0. */
double maths_unit_for(double most);

/* The sum of the squares of n floats, in double. The order of the sum is fixed: eight partial sums, which are
   then added in order, so that compilers can vectorise the loop. */
double maths_squared_norm(const float *x, size_t n);

#endif

/*
 * angle.h - the angle between two vectors of floats, summed in double.
 */
#ifndef BL_TRAIN_ANGLE_H
#define BL_TRAIN_ANGLE_H

#include <stdbool.h>
#include <stddef.h>

/* a.b, a.a, b.b */
struct angle_products {
    double ab, aa, bb;
};

struct angle_products products_of(const float *a, const float *b, size_t n);

/* Whether the norms of both vectors of n numbers are large enough that their floats, not being denormal, have
   a direction. */
bool products_have_directions(struct angle_products p, size_t n);

/* The angle in degrees; NaN if a vector has no direction. */
double products_angle(struct angle_products p, size_t n);

#endif

/*
 * angle.c - computes the products of two vectors, and the angle from the products.
 */
#include "angle.h"

#include <float.h>
#include <math.h>

struct angle_products products_of(const float *a, const float *b, size_t n)
{
    struct angle_products p = {0.0, 0.0, 0.0};
    for (size_t i = 0; i < n; i++) {
        p.ab += (double)a[i] * (double)b[i];
        p.aa += (double)a[i] * (double)a[i];
        p.bb += (double)b[i] * (double)b[i];
    }
    return p;
}

bool products_have_directions(struct angle_products p, size_t n)
{
    return sqrt(fmin(p.aa, p.bb)) > 16.0 * (double)FLT_MIN * sqrt((double)n);
}

double products_angle(struct angle_products p, size_t n)
{
    if (!products_have_directions(p, n))
        return (double)NAN;
    const double cosine = p.ab / (sqrt(p.aa) * sqrt(p.bb));
    return acos(fmin(1.0, fmax(-1.0, cosine))) * 57.29577951308232;
}

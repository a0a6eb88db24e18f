/*
 * maths.c - logarithm, cosine and integer powers, computed by correctly rounded operations in a fixed order;
 * units and sums of squares.
 */
#include "maths.h"

#include <math.h>

/* x = m 2^k with m in [1/sqrt 2, sqrt 2); log m = 2 artanh s with s = (m - 1) / (m + 1), |s| < 0.172. The
   series s + s^3/3 + s^5/5 + ... ends where the next term is below 2^-56 of the first. */
double maths_log(double x)
{
    int k = 0;
    double m = frexp(x, &k);
    if (m < 0.70710678118654752440) {
        m *= 2.0;
        k -= 1;
    }
    const double s = (m - 1.0) / (m + 1.0);
    const double q = s * s;
    double sum = 0.0;
    for (int n = 23; n >= 3; n -= 2)
        sum = (sum + 1.0 / n) * q;
    const double ln2_high = 0x1.62e42fefa38p-1, ln2_low = 0x1.ef35793c7673p-45;
    return k * ln2_high + (2.0 * s + (2.0 * s * sum + k * ln2_low));
}

/* Taylor series for |a| <= pi / 4, as in cosine; each ends where the next term is below 2^-55. */
static double sine(double a)
{
    const double q = a * a;
    double sum = 1.0;
    for (int n = 17; n >= 3; n -= 2)
        sum = 1.0 - q / (n * (n - 1)) * sum;
    return a * sum;
}

static double cosine(double a)
{
    const double q = a * a;
    double sum = 1.0;
    for (int n = 18; n >= 2; n -= 2)
        sum = 1.0 - q / (n * (n - 1)) * sum;
    return sum;
}

/* Subtracts the nearest multiple of a quarter turn from t, which is exact, so that the series get |a| <= pi /
   4. */
double maths_cos_turns(double t)
{
    const double turns = t - floor(t + 0.5);         /* [-1/2, 1/2) */
    const double quarter = floor(4.0 * turns + 0.5); /* -2 .. 2 */
    const double a = 6.28318530717958647693 * (turns - 0.25 * quarter);
    switch ((int)quarter) {
    case 0:
        return cosine(a);
    case 1:
        return -sine(a);
    case -1:
        return sine(a);
    default:
        return -cosine(a);
    }
}

double maths_power(double x, uint64_t n)
{
    double out = 1.0;
    for (; n > 0; n /= 2, x *= x)
        if (n % 2 == 1)
            out *= x;
    return out;
}

double maths_unit_for(double most)
{
    int exponent = 0;
    (void)frexp(most, &exponent);
    exponent = exponent < -1000 ? -1000 : exponent; /* because the inverse must be a double too */
    return most > 0.0 ? ldexp(1.0, -exponent) : 1.0;
}

double maths_squared_norm(const float *x, size_t n)
{
    enum { LANES = 8 };
    double sums[LANES] = {0.0}, sum = 0.0;
    size_t j = 0;
    for (; j + LANES <= n; j += LANES)
        for (size_t i = 0; i < LANES; i++)
            sums[i] += (double)x[j + i] * (double)x[j + i];
    for (size_t i = 0; j + i < n; i++)
        sums[i] += (double)x[j + i] * (double)x[j + i];
    for (size_t i = 0; i < LANES; i++)
        sum += sums[i];
    return sum;
}

/*
 * students_t.c - quantiles of Student's t distribution, by bisection of its distribution function.
 *
 * P(T > t) = I_x(n/2, 1/2) / 2 with x = n / (n + t^2), I the regularized incomplete beta function (Abramowitz
 * and Stegun, 26.7.1 and 26.5). I_x is the continued fraction 26.5.8, evaluated by Lentz's method, on the
 * side where it converges fast.
 */
#include "students_t.h"

#include <math.h>

/* The continued fraction of I_x(a, b), for x < (a + 1) / (a + b + 2). */
static double beta_fraction(double a, double b, double x)
{
    static const double LEAST = 1e-300, ENOUGH = 1e-15;
    enum { MOST_TERMS = 1000 };
    double c = 1.0, d = 1.0 - (a + b) * x / (a + 1.0);
    d = 1.0 / (fabs(d) < LEAST ? LEAST : d);
    double f = d;
    for (int m = 1; m <= MOST_TERMS; m++) {
        const double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
                     odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
        const double terms[] = {even, odd};
        double factor = 1.0;
        for (int i = 0; i < 2; i++) {
            d = 1.0 + terms[i] * d;
            c = 1.0 + terms[i] / c;
            d = 1.0 / (fabs(d) < LEAST ? LEAST : d);
            c = fabs(c) < LEAST ? LEAST : c;
            factor = c * d;
            f *= factor;
        }
        if (fabs(factor - 1.0) < ENOUGH)
            break;
    }
    return f;
}

/* I_x(a, b); y is 1 - x, which the caller knows without cancellation. */
static double beta_share(double a, double b, double x, double y)
{
    if (x <= 0.0)
        return 0.0;
    const double front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log(y));
    if (x < (a + 1.0) / (a + b + 2.0))
        return front * beta_fraction(a, b, x) / a;
    return 1.0 - front * beta_fraction(b, a, y) / b;
}

/* P(T > t), t > 0 */
static double upper_tail(double t, double n)
{
    const double sum = n + t * t;
    return 0.5 * beta_share(0.5 * n, 0.5, n / sum, t * t / sum);
}

double students_t_quantile(double p, int degrees)
{
    enum { HALVINGS = 200 };
    if (!(p >= 0.5 && p < 1.0) || degrees < 1)
        return (double)NAN;
    if (p == 0.5)
        return 0.0;
    double low = 0.0, high = 1.0;
    while (upper_tail(high, degrees) > 1.0 - p)
        high *= 2.0;
    for (int i = 0; i < HALVINGS; i++) {
        const double middle = 0.5 * (low + high);
        if (middle <= low || middle >= high)
            break;
        if (upper_tail(middle, degrees) > 1.0 - p)
            low = middle;
        else
            high = middle;
    }
    return 0.5 * (low + high);
}

/*
 * example_scaling.c - standardises each example by its mean and deviation (the option normalize image).
 *
 *     y_j = (x_j - m) / s    m: the mean of the example's n numbers, s = sqrt(sum (x_j - m)^2 / n)
 *
 * Sums are in double and have a fixed order: LANES partial sums that are then added in order, so that a
 * compiler can vectorise them. The first number is subtracted from all, so that an example whose numbers are
 * all equal has a deviation of exactly 0; its numbers become 0.
 */
#include "../../base/maths.h"
#include "data_internal.h"

#include <math.h>

enum { LANES = 8 };

/* The numbers of an example, which are multiplied by a power of two; one of the two arrays is NULL. */
struct example_numbers {
    const float *floats;
    const double *doubles;
    size_t n;
    double unit;
};

static double number_at(const struct example_numbers *a, size_t j)
{
    return (a->floats ? (double)a->floats[j] : a->doubles[j]) * a->unit;
}

static double added(const double sums[LANES])
{
    double sum = 0.0;
    for (size_t i = 0; i < LANES; i++)
        sum += sums[i];
    return sum;
}

/* The mean of the numbers after subtracting the first one. */
static double moved_mean(const struct example_numbers *a)
{
    const double first = number_at(a, 0);
    double sums[LANES] = {0.0};
    size_t j = 0;
    for (; j + LANES <= a->n; j += LANES)
        for (size_t i = 0; i < LANES; i++)
            sums[i] += number_at(a, j + i) - first;
    for (size_t i = 0; j + i < a->n; i++)
        sums[i] += number_at(a, j + i) - first;
    return added(sums) / (double)a->n;
}

static double squares_about(const struct example_numbers *a, double first, double mean)
{
    double sums[LANES] = {0.0};
    size_t j = 0;
    for (; j + LANES <= a->n; j += LANES)
        for (size_t i = 0; i < LANES; i++) {
            const double d = number_at(a, j + i) - first - mean;
            sums[i] += d * d;
        }
    for (size_t i = 0; j + i < a->n; i++) {
        const double d = number_at(a, j + i) - first - mean;
        sums[i] += d * d;
    }
    return added(sums);
}

/* x may be a->floats. */
static void standardise(const struct example_numbers *a, float *x)
{
    const double first = number_at(a, 0), mean = moved_mean(a), squares = squares_about(a, first, mean),
                 scale = squares > 0.0 ? 1.0 / sqrt(squares / (double)a->n) : 0.0;
    for (size_t j = 0; j < a->n; j++)
        x[j] = (float)((number_at(a, j) - first - mean) * scale);
}

void standardise_floats(float *x, size_t n)
{
    standardise(&(struct example_numbers){x, NULL, n, 1.0}, x);
}

/* The numbers are divided by a power of two so that none is above 1, because squares of doubles may overflow.
   This changes no bits of numbers that are floats. */
void standardise_doubles(const double *from, size_t n, float *x)
{
    double most = 0.0;
    for (size_t j = 0; j < n; j++)
        most = fmax(most, fabs(from[j]));
    standardise(&(struct example_numbers){NULL, from, n, maths_unit_for(most)}, x);
}

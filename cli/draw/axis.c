/*
 * axis.c - computes round ends and round ticks (1, 2 and 5 times powers of ten).
 */
#include "axis.h"
#include "short_exponent.h"

#include <math.h>
#include <stdio.h>

static const double steps[] = {1.0, 2.0, 5.0};

/* Returns the least number of the form 1, 2 or 5 times a power of ten that is at least x > 0. */
static double round_up(double x)
{
    const double power = pow(10.0, floor(log10(x)));
    for (size_t i = 0; i < 3; i++)
        if (steps[i] * power >= x * (1.0 - 1e-12))
            return steps[i] * power;
    return 10.0 * power;
}

static double round_down(double x)
{
    const double power = pow(10.0, floor(log10(x)));
    for (size_t i = 3; i-- > 0;)
        if (steps[i] * power <= x * (1.0 + 1e-12))
            return steps[i] * power;
    return power;
}

struct axis axis_from_zero(double most)
{
    if (!(most > 0.0) || !isfinite(most))
        most = 1.0;
    const double step = round_up(most / 6.0);
    return (struct axis){.least = 0.0, .most = step * ceil(most / step * (1.0 - 1e-12))};
}

struct axis axis_logarithmic(double least, double most)
{
    struct axis axis = {.least = round_down(least), .most = round_up(most), .is_log = true};
    if (!(axis.most > axis.least))
        axis.most = 10.0 * axis.least;
    return axis;
}

struct axis axis_around(double least, double most)
{
    return least > 0.0 && most / least > 20.0 && isfinite(most) ? axis_logarithmic(least, most)
                                                                : axis_from_zero(most);
}

double axis_place(const struct axis *axis, double value)
{
    if (axis->is_log && !(value > 0.0))
        return NAN;
    const double share = axis->is_log ? log(value / axis->least) / log(axis->most / axis->least)
                                      : (value - axis->least) / (axis->most - axis->least);
    return axis->from + share * (axis->to - axis->from);
}

static size_t linear_ticks(const struct axis *axis, size_t most, double *ticks)
{
    const double wanted = round_up((axis->most - axis->least) / (double)(most - 1)),
                 step = axis->is_whole ? fmax(wanted, 1.0) : wanted;
    size_t n = 0;
    for (double i = ceil(axis->least / step - 1e-9); n < most && i * step <= axis->most + 1e-9 * step; i++)
        ticks[n++] = i * step;
    return n;
}

/* every: 1, 2, 3 ... powers of ten from tick to tick; n_steps: 1 powers alone, 3 with 2 and 5 times them. */
static size_t log_ticks(const struct axis *axis, int every, size_t n_steps, double *ticks)
{
    size_t n = 0;
    const int first = (int)floor(log10(axis->least) + 1e-9), last = (int)ceil(log10(axis->most) - 1e-9);
    for (int power = first; power <= last; power += every)
        for (size_t i = 0; i < n_steps; i++) {
            const double tick = steps[i] * pow(10.0, power);
            if (tick >= axis->least * (1.0 - 1e-9) && tick <= axis->most * (1.0 + 1e-9)) {
                if (n < MAX_TICKS)
                    ticks[n] = tick;
                n++;
            }
        }
    return n;
}

size_t axis_ticks(const struct axis *axis, size_t most, double ticks[MAX_TICKS])
{
    most = most > MAX_TICKS ? MAX_TICKS : most < 2 ? 2 : most;
    if (!axis->is_log)
        return linear_ticks(axis, most, ticks);
    size_t n = log_ticks(axis, 1, 3, ticks);
    for (int every = 1; n > most; every++)
        n = log_ticks(axis, every, 1, ticks);
    return n;
}

void tick_label(double value, char label[32])
{
    const double size = fabs(value);
    if (size != 0.0 && (size < 1e-3 || size >= 1e5))
        snprintf(label, 32, "%.0e", value);
    else
        snprintf(label, 32, "%.6g", size < 1e-12 ? 0.0 : value);
    short_exponent(label);
}

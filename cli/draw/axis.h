/*
 * axis.h - an axis of a chart: the conversion of values to pixels, and the ticks.
 */
#ifndef CLI_AXIS_H
#define CLI_AXIS_H

#include <stdbool.h>
#include <stddef.h>

enum { MAX_TICKS = 16 };

struct axis {
    double least, most; /* in values; 0 < least on a logarithmic axis, and least < most */
    double from, to;    /* in pixels: the positions of least and most */
    bool is_log;
    bool is_whole; /* linear, of a count: ticks at whole numbers only */
};

/* Returns an axis from 0 to a round number that is at least `most`; from 0 to 1 if most is not above 0. */
struct axis axis_from_zero(double most);
/* Returns an axis whose ends are 1, 2 or 5 times powers of ten around least and most. least > 0. */
struct axis axis_logarithmic(double least, double most);
/* Returns a logarithmic axis if the values span more than a factor of 20, otherwise one from 0. */
struct axis axis_around(double least, double most);

/* Returns the position of a value in pixels. A value of 0 or below on a logarithmic axis gives NaN. */
double axis_place(const struct axis *axis, double value);

/* Writes the values of the ticks: 1, 2 or 5 times a power of ten; on a logarithmic axis powers of ten, and 2
   and 5 times them if few powers fit. At most `most` ticks (up to MAX_TICKS). Returns their number. */
size_t axis_ticks(const struct axis *axis, size_t most, double ticks[MAX_TICKS]);

/* Writes the label of a tick: "0.05", "20", "1e-6", "300". label: 32 bytes. */
void tick_label(double value, char label[32]);

#endif

/*
 * axis.h - an axis of a chart: from values to pixels, and the ticks between.
 */
#ifndef CLI_AXIS_H
#define CLI_AXIS_H

#include <stdbool.h>
#include <stddef.h>

enum { MAX_TICKS = 16 };

struct axis {
    double least, most; /* in values; 0 < least on a logarithmic axis, and least < most */
    double from, to;    /* in pixels: the places of least and most */
    bool is_log;
};

/* The axis from 0 to a round number that is no less than `most`. most <= 0 or no number: 0 to 1. */
struct axis axis_from_zero(double most);
/* The axis from least to most in powers of 10, or 1, 2 and 5 times them, around both. least > 0. */
struct axis axis_logarithmic(double least, double most);
/* As the second where the values span more than a factor of 20, else as the first. */
struct axis axis_around(double least, double most);

/* Pixels. A value below 0 or 0 on a logarithmic axis is NaN. */
double axis_place(const struct axis *axis, double value);

/* Values at 1, 2 or 5 times a power of ten; on a logarithmic axis powers of ten, and 2 and 5 times them where
   few powers fit. At most `most` of them (up to MAX_TICKS). Gives their number. */
size_t axis_ticks(const struct axis *axis, size_t most, double ticks[MAX_TICKS]);

/* "0.05", "20", "1e-6", "300": a tick's label. room: 32 bytes. */
void tick_label(double value, char label[32]);

#endif

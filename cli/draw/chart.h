/*
 * chart.h - a chart as SVG: two axes, curves with bands, each named beside its end.
 *
 * The chart is 460 wide and as high as it says, in units of its viewBox: it becomes as wide as there is room.
 * Colours and dashes are those of the page's classes: the i-th style is the class "s<i>". The attributes
 * data-... tell a script what is shown; the page decides which script, if any.
 */
#ifndef CLI_CHART_H
#define CLI_CHART_H

#include "axis.h"
#include "curve_path.h"

enum { CHART_WIDTH = 460 };

struct chart_line {
    const char *name; /* beside its end; NULL: none */
    int style;
    int group;                  /* attribute data-group: curves that are shown and hidden together */
    const char *members;        /* attribute data-runs: "0,1,2" */
    const struct point *points; /* in values; NaN: a gap */
    const double *deviations;   /* of y, for a band of one on either side; NULL: no band */
    size_t n;
};

struct chart {
    const char *title, *x_label, *y_label;
    const char *x_key, *y_key, *records; /* attributes data-x, data-y and data-records */
    struct axis x, y;                    /* values; places are filled in */
    double mark;                         /* a line across at this y; NaN: none */
    int height;
    const struct chart_line *lines;
    size_t n_lines;
};

/* As a figure of a page. 0: no memory. */
int chart_write(FILE *to, const struct chart *chart);
/* As a part of an SVG picture, with its left and upper edge there and its title above. 0: no memory. */
int chart_write_part(FILE *to, const struct chart *chart, double left, double top);

/* Places of labels, one of `size` high each, so that none overlaps the next, all between top and bottom, and
   near to where they were: `places` are wanted centres in rising order. With no room for all they are spread
   evenly. */
void labels_spread(double *places, size_t n, double size, double top, double bottom);

#endif

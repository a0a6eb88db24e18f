/*
 * chart.h - a chart as SVG: two axes, curves with bands, each named beside its end.
 *
 * The chart is 460 wide and as high as it says, in units of its viewBox: it is scaled to the width of its
 * container. Colours and dashes come from the classes of the page: the i-th style is the class "s<i>". The
 * attributes data-... describe the contents to the page's script, if it has one.
 */
#ifndef CLI_CHART_H
#define CLI_CHART_H

#include "axis.h"
#include "curve_path.h"

enum { CHART_WIDTH = 460 };

struct chart_line {
    const char *name; /* printed beside the end of the curve; NULL: no name */
    int style;
    int group;                  /* attribute data-group: curves that are shown and hidden together */
    const char *members;        /* attribute data-runs: "0,1,2" */
    const struct point *points; /* in values; NaN: a gap */
    const double *deviations; /* standard deviations of y, for a band of one on either side; NULL: no band */
    size_t n;
};

struct chart {
    const char *title, *x_label, *y_label;
    const char *x_key, *y_key, *records; /* attributes data-x, data-y and data-records */
    struct axis x, y; /* the values; the pixel positions are set when the chart is written */
    double mark;      /* a horizontal line at this y; NaN: none */
    int height;
    const struct chart_line *lines;
    size_t n_lines;
};

/* Writes the chart as a figure of a page. 0: no memory. */
int chart_write(FILE *to, const struct chart *chart);
/* Writes the chart as a part of an SVG picture, with its left and upper edge at these positions and its title
   above. 0: no memory. */
int chart_write_part(FILE *to, const struct chart *chart, double left, double top);

/* Moves labels of the height `size` so that none overlaps the next, all are between top and bottom, and each
   is near its wanted position. places: the wanted centres in ascending order. If there is no room for all,
   they are distributed evenly. */
void labels_spread(double *places, size_t n, double size, double top, double bottom);

#endif

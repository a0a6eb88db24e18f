/*
 * chart.c - draws the axes and the curves, and puts names beside the ends of curves.
 */
#include "chart.h"
#include "markup.h"

#include <math.h>
#include <stdlib.h>

enum { LEFT = 58, RIGHT = 82, TOP = 10, BOTTOM = 40, LABEL_HEIGHT = 15, LABEL_GAP = 7 };

/* The name of a curve, printed at the height of its last point. */
struct end_label {
    double wanted, x; /* the position of the curve's end */
    const struct chart_line *line;
};

static void put_text(FILE *to, double x, double y, const char *class, const char *text)
{
    fprintf(to, "<text class=\"%s\" x=\"", class);
    markup_number(to, x);
    fputs("\" y=\"", to);
    markup_number(to, y);
    fputs("\">", to);
    markup_text(to, text);
    fputs("</text>", to);
}

/* Writes a line from one position to another. */
static void put_rule(FILE *to, const char *class, const double at[4])
{
    static const char *const names[] = {"x1", "y1", "x2", "y2"};
    fprintf(to, "<line class=\"%s\"", class);
    for (int i = 0; i < 4; i++) {
        fprintf(to, " %s=\"", names[i]);
        markup_number(to, at[i]);
        fputc('"', to);
    }
    fputs("/>", to);
}

static void put_x_axis(FILE *to, const struct chart *c)
{
    double ticks[MAX_TICKS];
    char label[32];
    const size_t n = axis_ticks(&c->x, 7, ticks);
    for (size_t i = 0; i < n; i++) {
        const double x = axis_place(&c->x, ticks[i]);
        put_rule(to, "grid", (double[]){x, c->y.to, x, c->y.from});
        tick_label(ticks[i], label);
        put_text(to, x, c->y.from + 16, "tick mid", label);
    }
    put_text(to, (c->x.from + c->x.to) / 2, c->y.from + 33, "axis mid", c->x_label);
}

static void put_y_axis(FILE *to, const struct chart *c)
{
    double ticks[MAX_TICKS];
    char label[32];
    size_t n = axis_ticks(&c->y, 7, ticks);
    if (c->y.least == 0.0 && c->y.most == 180.0 && !c->y.is_log) /* degrees */
        for (n = 0; n < 5; n++)
            ticks[n] = 45.0 * (double)n;
    for (size_t i = 0; i < n; i++) {
        const double y = axis_place(&c->y, ticks[i]);
        put_rule(to, "grid", (double[]){c->x.from, y, c->x.to, y});
        tick_label(ticks[i], label);
        put_text(to, c->x.from - 6, y + 4, "tick end", label);
    }
    put_rule(to, "edge", (double[]){c->x.from, c->y.from, c->x.to, c->y.from});
    fprintf(to, "<text class=\"axis mid\" transform=\"translate(12 %g) rotate(-90)\">",
            (c->y.from + c->y.to) / 2);
    markup_text(to, c->y_label);
    fputs("</text>", to);
    if (isfinite(c->mark)) {
        const double y = axis_place(&c->y, c->mark);
        put_rule(to, "mark", (double[]){c->x.from, y, c->x.to, y});
    }
}

static struct point placed(const struct chart *c, struct point p, double y)
{
    /* A value beyond the axis, such as a deviation, is clamped to its end. */
    if (c->y.is_log && isfinite(y) && y < c->y.least)
        y = c->y.least;
    if (isfinite(y) && y > c->y.most)
        y = c->y.most;
    if (!c->y.is_log && isfinite(y) && y < c->y.least)
        y = c->y.least;
    return (struct point){axis_place(&c->x, p.x), axis_place(&c->y, y)};
}

static void put_band(FILE *to, const struct chart *c, const struct chart_line *line, struct point *room)
{
    struct point *above = room, *below = room + line->n;
    for (size_t i = 0; i < line->n; i++) {
        const double y = line->points[i].y, s = line->deviations[i];
        above[i] = placed(c, line->points[i], y + s);
        below[i] = placed(c, line->points[i], y - s);
    }
    fputs("<path class=\"band\" d=\"", to);
    band_write(to, above, below, line->n);
    fputs("\"/>", to);
}

static bool is_gap(const struct point *points, size_t n, size_t i)
{
    return i >= n || !isfinite(points[i].x) || !isfinite(points[i].y);
}

/* Writes a dot for each point between two gaps, because no line is drawn to it. */
static void put_dots(FILE *to, const struct point *points, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (is_gap(points, n, i) || !is_gap(points, n, i + 1) || (i > 0 && !is_gap(points, n, i - 1)))
            continue;
        fputs("<circle class=\"dot\" r=\"3.5\" cx=\"", to);
        markup_number(to, points[i].x);
        fputs("\" cy=\"", to);
        markup_number(to, points[i].y);
        fputs("\"/>", to);
    }
}

static void put_line(FILE *to, const struct chart *c, const struct chart_line *line, struct point *room)
{
    fprintf(to, "<g class=\"line s%d\" data-group=\"%d\" data-runs=\"", line->style, line->group);
    markup_text(to, line->members);
    fputs("\">", to);
    if (line->deviations)
        put_band(to, c, line, room);
    for (size_t i = 0; i < line->n; i++)
        room[i] = placed(c, line->points[i], line->points[i].y);
    put_dots(to, room, line->n);
    fprintf(to, "<path class=\"curve%s\" d=\"", line->deviations ? " mean" : "");
    curve_write(to, room, line->n);
    fputs("\"/></g>", to);
}

void labels_spread(double *places, size_t n, double size, double top, double bottom)
{
    if (n == 0)
        return;
    if (size * (double)n > bottom - top)
        size = (bottom - top) / (double)n;
    for (size_t i = 0; i < n; i++) {
        const double least = i ? places[i - 1] + size : top + size / 2;
        places[i] = places[i] < least ? least : places[i];
    }
    for (size_t i = n; i-- > 0;) {
        const double most = i + 1 < n ? places[i + 1] - size : bottom - size / 2;
        places[i] = places[i] > most ? most : places[i];
    }
}

static int compare_labels(const void *a, const void *b)
{
    const struct end_label *x = a, *y = b;
    return x->wanted < y->wanted ? -1 : x->wanted > y->wanted;
}

/* Returns the position of the last point that is not a gap; NaN if there is none. */
static struct point end_of(const struct chart *c, const struct chart_line *line)
{
    for (size_t i = line->n; i-- > 0;) {
        const struct point end = placed(c, line->points[i], line->points[i].y);
        if (isfinite(end.y))
            return end;
    }
    return (struct point){NAN, NAN};
}

/* Writes the leader lines of a label: from the end of a curve that ends early to the edge of the chart, and
   from the edge to a label that was moved. */
static void put_leads(FILE *to, const struct chart *c, const struct end_label *label, double place)
{
    if (label->x < c->x.to - 6)
        put_rule(to, "early", (double[]){label->x + 3, label->wanted, c->x.to, label->wanted});
    if (fabs(place - label->wanted) > 3.0)
        put_rule(to, "lead", (double[]){c->x.to + 1, label->wanted, c->x.to + LABEL_GAP - 1, place});
}

static void put_labels(FILE *to, const struct chart *c, struct end_label *labels, double *places)
{
    size_t n = 0;
    for (size_t i = 0; i < c->n_lines; i++) {
        const struct point end = end_of(c, &c->lines[i]);
        if (c->lines[i].name && isfinite(end.y))
            labels[n++] = (struct end_label){end.y, end.x, &c->lines[i]};
    }
    qsort(labels, n, sizeof *labels, compare_labels);
    for (size_t i = 0; i < n; i++)
        places[i] = labels[i].wanted;
    labels_spread(places, n, LABEL_HEIGHT, c->y.to - LABEL_HEIGHT / 2.0, c->y.from + LABEL_HEIGHT / 2.0);
    for (size_t i = 0; i < n; i++) {
        const struct chart_line *line = labels[i].line;
        fprintf(to, "<g class=\"s%d\" data-group=\"%d\">", line->style, line->group);
        put_leads(to, c, &labels[i], places[i]);
        put_text(to, c->x.to + LABEL_GAP, places[i] + 4, "label", line->name);
        fputs("</g>", to);
    }
}

static void put_axis_data(FILE *to, char name, const struct axis *axis)
{
    fprintf(to, " data-axis-%c=\"%.17g,%.17g,%g,%g,%d\"", name, axis->least, axis->most, axis->from, axis->to,
            axis->is_log);
}

static void put_head(FILE *to, const struct chart *c)
{
    fprintf(to, "<svg class=\"chart\" viewBox=\"0 0 %d %d\" role=\"img\" tabindex=\"0\" aria-label=\"",
            CHART_WIDTH, c->height);
    markup_text(to, c->title);
    fputs("\" data-x=\"", to);
    markup_text(to, c->x_key);
    fputs("\" data-y=\"", to);
    markup_text(to, c->y_key);
    fputs("\" data-records=\"", to);
    markup_text(to, c->records);
    fputc('"', to);
    put_axis_data(to, 'x', &c->x);
    put_axis_data(to, 'y', &c->y);
    fputs(">", to);
}

/* Writes axes, curves and names, in the units of the viewBox. 0: no memory. */
static int put_contents(FILE *to, const struct chart *c)
{
    size_t longest = 1;
    for (size_t i = 0; i < c->n_lines; i++)
        longest = c->lines[i].n > longest ? c->lines[i].n : longest;
    struct point *room = malloc(2 * longest * sizeof *room);
    struct end_label *labels = malloc((c->n_lines + 1) * sizeof *labels);
    double *places = malloc((c->n_lines + 1) * sizeof *places);
    const int is_there = room && labels && places;
    if (is_there) {
        put_x_axis(to, c);
        put_y_axis(to, c);
        for (size_t i = 0; i < c->n_lines; i++)
            put_line(to, c, &c->lines[i], room);
        put_labels(to, c, labels, places);
    }
    free(room);
    free(labels);
    free(places);
    return is_there;
}

static struct chart with_places(const struct chart *chart)
{
    struct chart c = *chart;
    c.x.from = LEFT;
    c.x.to = CHART_WIDTH - RIGHT;
    c.y.from = c.height - BOTTOM;
    c.y.to = TOP;
    return c;
}

int chart_write(FILE *to, const struct chart *chart)
{
    const struct chart c = with_places(chart);
    fputs("<figure><figcaption>", to);
    markup_text(to, c.title);
    fputs("</figcaption>", to);
    put_head(to, &c);
    const int is_done = put_contents(to, &c);
    fputs("<g class=\"hover\"></g></svg></figure>\n", to);
    return is_done;
}

int chart_write_part(FILE *to, const struct chart *chart, double left, double top)
{
    const struct chart c = with_places(chart);
    fprintf(to, "<g transform=\"translate(%g %g)\">", left, top);
    put_text(to, LEFT, 0.0, "title", c.title);
    const int is_done = put_contents(to, &c);
    fputs("</g>\n", to);
    return is_done;
}

/*
 * curve_path.c - simplifies curves and writes them.
 */
#include "curve_path.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

static const double tolerance_drawn = 0.5; /* pixels; not visible at the size of a chart */

/* Returns the distance of p from the line segment between a and b. */
static double distance(struct point p, struct point a, struct point b)
{
    const double dx = b.x - a.x, dy = b.y - a.y, length = dx * dx + dy * dy;
    double t = length > 0.0 ? ((p.x - a.x) * dx + (p.y - a.y) * dy) / length : 0.0;
    t = t < 0.0 ? 0.0 : t > 1.0 ? 1.0 : t;
    const double x = p.x - a.x - t * dx, y = p.y - a.y - t * dy;
    return sqrt(x * x + y * y); /* hypot() rounds in other ways in other versions of glibc */
}

/* From each kept point, the farthest next point is kept whose line to it stays near all points between. This
   needs neither memory nor recursion, even for curves of hundreds of points. */
size_t curve_simplify(struct point *points, size_t n, double tolerance)
{
    size_t kept = n ? 1 : 0, at = 0;
    while (n && at + 1 < n) {
        struct point from = points[kept - 1];
        size_t next = at + 1;
        for (size_t end = at + 2; end < n; end++) {
            bool is_near = true;
            for (size_t i = at + 1; is_near && i < end; i++)
                is_near = distance(points[i], from, points[end]) <= tolerance;
            if (!is_near)
                break;
            next = end;
        }
        points[kept++] = points[next];
        at = next;
    }
    return kept;
}

/* Writes tenths of a pixel as text: "12.5", "-.5", "3". */
static void put_tenths(FILE *to, long tenths)
{
    const long size = labs(tenths);
    if (tenths < 0)
        fputc('-', to);
    if (size >= 10 || size % 10 == 0)
        fprintf(to, "%ld", size / 10);
    if (size % 10)
        fprintf(to, ".%ld", size % 10);
}

/* Writes a pair of numbers; a minus sign separates them as well as a space. */
static void put_pair(FILE *to, long x, long y)
{
    put_tenths(to, x);
    if (y >= 0)
        fputc(' ', to);
    put_tenths(to, y);
}

/* Writes a line: the first point absolute, after the letter `first`; the others relative to the point before,
   in tenths of a pixel, so that rounding errors do not add up. */
static void put_line(FILE *to, char first, const struct point *points, size_t n)
{
    long x = 0, y = 0;
    for (size_t i = 0; i < n; i++) {
        const long next_x = lround(10.0 * points[i].x), next_y = lround(10.0 * points[i].y);
        if (i < 2)
            fputc(i ? 'l' : first, to);
        else if (next_x >= x)
            fputc(' ', to);
        put_pair(to, next_x - x, next_y - y);
        x = next_x;
        y = next_y;
    }
}

/* Returns the number of points up to the next gap. */
static size_t piece_length(const struct point *points, size_t n)
{
    size_t length = 0;
    while (length < n && isfinite(points[length].x) && isfinite(points[length].y))
        length++;
    return length;
}

void curve_write(FILE *to, struct point *points, size_t n)
{
    for (size_t i = 0; i < n;) {
        const size_t length = piece_length(points + i, n - i);
        if (length > 1)
            put_line(to, 'M', points + i, curve_simplify(points + i, length, tolerance_drawn));
        i += length ? length : 1;
    }
}

static void reverse(struct point *points, size_t n)
{
    for (size_t i = 0; i < n / 2; i++) {
        const struct point p = points[i];
        points[i] = points[n - 1 - i];
        points[n - 1 - i] = p;
    }
}

void band_write(FILE *to, struct point *above, struct point *below, size_t n)
{
    for (size_t i = 0; i < n;) {
        const size_t length = piece_length(above + i, n - i);
        if (length > 1) {
            put_line(to, 'M', above + i, curve_simplify(above + i, length, tolerance_drawn));
            const size_t kept = curve_simplify(below + i, length, tolerance_drawn);
            reverse(below + i, kept);
            put_line(to, 'L', below + i, kept);
            fputc('Z', to);
        }
        i += length ? length : 1;
    }
}

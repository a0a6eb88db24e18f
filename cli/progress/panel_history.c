/*
 * panel_history.c - keeps a series of unknown length in at most 256 points. When all are used, each pair of
 * neighbours is replaced by its mean, and each further point is the mean of twice as many values.
 */
#include "panel_history.h"

#include <math.h>

static void halve(struct panel_history *h)
{
    for (int i = 0; i < HISTORY_POINTS / 2; i++)
        h->point[i] = 0.5 * (h->point[2 * i] + h->point[2 * i + 1]);
    h->n = HISTORY_POINTS / 2;
    h->per_point *= 2;
}

void panel_history_add(struct panel_history *h, double value)
{
    if (!isfinite(value))
        return;
    if (h->per_point == 0) {
        h->per_point = 1;
        h->first = value;
    }
    h->sum += value;
    if (++h->n_sum < h->per_point)
        return;
    h->point[h->n++] = h->sum / (double)h->n_sum;
    h->sum = 0.0;
    h->n_sum = 0;
    if (h->n == HISTORY_POINTS)
        halve(h);
}

/* Returns the mean of the points that belong to column i of `width`. */
static double column_mean(const struct panel_history *h, int i, int width)
{
    const int from = i * h->n / width, to = (i + 1) * h->n / width;
    double sum = 0.0;
    for (int k = from; k < to; k++)
        sum += h->point[k];
    return sum / (double)(to - from);
}

static const char *level(const struct panel_text *t, double share)
{
    static const char *const blocks[] = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
    static const char *const ascii[] = {"_", ".", "-", "'"};
    const int n = t->look.has_utf8 ? 8 : 4, i = (int)(share * n);
    return t->look.has_utf8 ? blocks[i < n ? i : n - 1] : ascii[i < n ? i : n - 1];
}

void panel_history_draw(const struct panel_history *h, struct panel_text *t, int width)
{
    const int n = h->n < width ? h->n : width;
    double least = INFINITY, most = -INFINITY;
    for (int i = 0; i < n; i++) {
        least = fmin(least, column_mean(h, i, n));
        most = fmax(most, column_mean(h, i, n));
    }
    panel_text_colour(t, PANEL_BELOW);
    for (int i = 0; i < n; i++)
        panel_text_glyph(t, level(t, most > least ? (column_mean(h, i, n) - least) / (most - least) : 0.0));
    panel_text_colour(t, PANEL_PLAIN);
}

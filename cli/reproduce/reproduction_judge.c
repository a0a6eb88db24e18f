/*
 * reproduction_judge.c - compares the mean of a cell over its seeds with the published one.
 *
 * The criterion was fixed before any run: for each seed the mean of the test error over the last
 * JUDGED_EPOCHS epochs. With n such means of the mean m and the deviation s (n - 1 in its denominator), and a
 * published p +- d, a cell is consistent when |m - p| <= 2 sqrt(s^2 / n + d^2), from SEEDS_TO_JUDGE seeds on.
 * The minimum over epochs is chosen on the test set. It is therefore not judged, and shown only beside a
 * published figure that was chosen in the same way.
 */
#include "reproduction.h"

#include <math.h>
#include <string.h>

/* Computes the figures from the mean error of the last epochs of each run, in percent. */
static struct cell_figures judge_means(const struct published *published, const double *means, int n)
{
    struct cell_figures f = {.n = n, .mean = 0.0, .deviation = (double)NAN};
    double squares = 0.0;
    for (int i = 0; i < n; i++)
        f.mean += means[i] / (double)n;
    for (int i = 0; i < n; i++)
        squares += (means[i] - f.mean) * (means[i] - f.mean);
    if (n > 1)
        f.deviation = sqrt(squares / (double)(n - 1));
    const bool has_mean =
        published->kind == PUBLISHED_WITH_DEVIATION || published->kind == PUBLISHED_MEAN_ONLY;
    f.difference = n > 0 && has_mean ? f.mean - published->mean : (double)NAN;
    f.allowed =
        n >= SEEDS_TO_JUDGE && published->kind == PUBLISHED_WITH_DEVIATION
            ? 2.0 * sqrt(f.deviation * f.deviation / (double)n + published->deviation * published->deviation)
            : (double)NAN;
    return f;
}

static bool counts(const struct result *r)
{
    return !r->is_short && !r->is_on_other_data;
}

struct cell_figures cell_judge(const struct cell *cell, const struct results *results)
{
    double means[MOST_SEEDS] = {0.0};
    double last = 0.0, minimum = 0.0, train = 0.0, epochs = 0.0;
    int n = 0, n_others = 0;
    for (size_t i = 0; i < results->n && n < MOST_SEEDS; i++) {
        const struct result *r = &results->list[i];
        if (r->cell.published != cell->published)
            continue;
        n_others += !counts(r);
        if (!counts(r))
            continue;
        means[n++] = 100.0 * r->mean;
        last += 100.0 * r->last;
        minimum += 100.0 * r->minimum;
        train += 100.0 * r->train_mean;
        epochs += (double)r->epochs;
    }
    struct cell_figures f = judge_means(cell->published, means, n);
    const double one = n > 0 ? 1.0 / (double)n : 0.0;
    f.n_others = n_others;
    f.last = last * one;
    f.minimum = minimum * one;
    f.train = train * one;
    f.epochs = epochs * one;
    if (cell->published->kind == PUBLISHED_BEST_ON_TEST && n > 0)
        f.difference = f.minimum - cell->published->mean;
    return f;
}

void cell_verdict(const struct cell *cell, const struct cell_figures *f, char out[NAME_ROOM])
{
    const char *text = NULL;
    if (cell_lacks_rule(cell) && f->n == 0)
        text = "rule absent";
    else if (f->n == 0)
        text = f->n_others > 0 ? "only short runs, or other data" : "not run";
    else if (cell->published->kind == PUBLISHED_NO_CONVERGENCE || cell->published->kind == PUBLISHED_CURVE)
        text = cell->row->incomplete ? "no figure to judge by; recipe incomplete" : "no figure to judge by";
    else if (cell->published->kind == PUBLISHED_BEST_ON_TEST)
        text = cell->row->incomplete ? "best epochs only; recipe incomplete" : "best epochs only";
    else if (cell->published->kind != PUBLISHED_WITH_DEVIATION)
        text = "difference only";
    else if (cell->row->incomplete)
        text = "recipe incomplete";
    if (text)
        snprintf(out, NAME_ROOM, "%s", text);
    else if (f->n < SEEDS_TO_JUDGE)
        snprintf(out, NAME_ROOM, "not judged: %d of %d seeds", f->n, SEEDS_TO_JUDGE);
    else
        snprintf(out, NAME_ROOM, "%s", fabs(f->difference) <= f->allowed ? "consistent" : "outside");
}

void published_text(const struct published *published, char out[NAME_ROOM])
{
    switch (published->kind) {
    case PUBLISHED_WITH_DEVIATION:
        snprintf(out, NAME_ROOM, "%.2f ± %.2f", published->mean, published->deviation);
        return;
    case PUBLISHED_MEAN_ONLY:
    case PUBLISHED_BEST_ON_TEST:
        snprintf(out, NAME_ROOM, "%.2f", published->mean);
        return;
    case PUBLISHED_NO_CONVERGENCE:
        snprintf(out, NAME_ROOM, "no convergence");
        return;
    case PUBLISHED_CURVE:
        snprintf(out, NAME_ROOM, "a curve");
        return;
    case PUBLISHED_NOTHING:
        break;
    }
    out[0] = 0;
}

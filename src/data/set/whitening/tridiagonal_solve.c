/*
 * tridiagonal_solve.c - the implicit QL method: from below, a sweep of rotations with a shift near the first
 * eigenvalue of the block chases a number outside of the three diagonals upward, which makes the block's
 * first number beside the diagonal very small after a few sweeps.
 */
#include "tridiagonal.h"

#include "../../../base/context.h"

#include <float.h>
#include <math.h>

enum { MOST_SWEEPS = 60 };

struct solving {
    struct tridiagonal *t;
    double negligible; /* a number beside the diagonal that is taken for 0 */
    struct rotation *rotations;
    size_t n, room;
    rotations_fn take;
    void *user;
};

static void flush(struct solving *s)
{
    s->take(s->user, s->rotations, s->n);
    s->n = 0;
}

/* The last row of the block that begins at `first`. */
static size_t block_end(const struct solving *s, size_t first)
{
    size_t end = first;
    while (end + 1 < s->t->n && fabs(s->t->beside[end]) > s->negligible)
        end++;
    return end;
}

/* Wilkinson's shift: the eigenvalue of the block's first 2 x 2 that is nearer to its first number. */
static double shift_of(const struct tridiagonal *t, size_t first)
{
    const double b = t->beside[first], half = (t->diagonal[first + 1] - t->diagonal[first]) / 2.0,
                 root = sqrt(half * half + b * b);
    return t->diagonal[first] - b * (b / (half + (half < 0.0 ? -root : root)));
}

/* One sweep over the rows first .. end. x, y: what the next rotation brings to (r, 0): before the first one
   it is the shifted corner alone. */
static void sweep(struct solving *s, size_t first, size_t end)
{
    double *d = s->t->diagonal, *e = s->t->beside;
    double x = d[end] - shift_of(s->t, first), y = e[end - 1];
    for (size_t i = end; i-- > first;) { /* rows i and i+1 */
        const double r = sqrt(x * x + y * y), c = r > 0.0 ? x / r : 1.0, sine = r > 0.0 ? y / r : 0.0;
        const double low = d[i + 1], high = d[i], beside = e[i];
        if (i + 1 < end)
            e[i + 1] = r;
        /* the 2 x 2 in the rows i and i+1, from both sides by the rotation */
        d[i + 1] = c * (c * low + sine * beside) + sine * (c * beside + sine * high);
        d[i] = sine * (sine * low - c * beside) - c * (sine * beside - c * high);
        e[i] = c * (c * beside - sine * low) + sine * (c * high - sine * beside);
        s->rotations[s->n++] = (struct rotation){i, c, sine};
        if (i > first) { /* the number that has come outside: in row i - 1 and column i + 1 */
            x = e[i];
            y = sine * e[i - 1];
            e[i - 1] = c * e[i - 1];
        }
    }
}

bl_status tridiagonal_solve(bl_context *ctx, struct tridiagonal *t, struct rotation *rotations, size_t room,
                            rotations_fn take, void *user)
{
    struct solving s = {.t = t, .rotations = rotations, .room = room, .take = take, .user = user};
    double most = 0.0;
    for (size_t i = 0; i < t->n; i++)
        most = fmax(most, fmax(fabs(t->diagonal[i]), i + 1 < t->n ? fabs(t->beside[i]) : 0.0));
    s.negligible = DBL_EPSILON / 2.0 * most;
    for (size_t first = 0; first + 1 < t->n; first++) {
        int sweeps = 0;
        for (size_t end; (end = block_end(&s, first)) > first; sweeps++) {
            if (sweeps == MOST_SWEEPS)
                BL_FAIL(ctx, BL_BAD_DATA, "eigenvalue %zu is not found after %d iterations", first,
                        MOST_SWEEPS);
            if (s.n + (end - first) > room)
                flush(&s);
            sweep(&s, first, end);
        }
    }
    flush(&s);
    return BL_OK;
}

/*
 * buffer_reuse.c - assigns each buffer a place, greedily, in the order of the list.
 */
#include "buffer_reuse.h"

#include <stdbool.h>

static bool are_at_once(const struct lifetime *a, const struct lifetime *b)
{
    for (size_t i = 0; i < a->n_spans; i++)
        for (size_t k = 0; k < b->n_spans; k++)
            if (a->first[i] <= b->last[k] && b->first[k] <= a->last[i])
                return true;
    return false;
}

/* A place that a buffer may use. */
struct candidate {
    bool is_free;
    size_t floats; /* size of the largest buffer in it */
};

static struct candidate look_at(const struct lifetime *items, const size_t *place, size_t i, size_t p)
{
    struct candidate c = {true, 0};
    for (size_t k = 0; k < i && c.is_free; k++)
        if (place[k] == p) {
            c.is_free = !are_at_once(&items[k], &items[i]);
            c.floats = items[k].floats > c.floats ? items[k].floats : c.floats;
        }
    return c;
}

static size_t distance(size_t a, size_t b)
{
    return a > b ? a - b : b - a;
}

size_t buffer_reuse_assign(const struct lifetime *items, size_t n, size_t *place)
{
    size_t n_places = 0;
    for (size_t i = 0; i < n; i++) {
        size_t best = n_places, waste = (size_t)-1;
        for (size_t p = 0; p < n_places; p++) {
            const struct candidate c = look_at(items, place, i, p);
            if (c.is_free && distance(c.floats, items[i].floats) < waste) {
                best = p;
                waste = distance(c.floats, items[i].floats);
            }
        }
        place[i] = best;
        n_places += best == n_places;
    }
    return n_places;
}

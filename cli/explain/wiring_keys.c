/*
 * wiring_keys.c - the meaning of the kinds of arrows in the picture of a net.
 */
#include "wiring.h"

static bool has_wire(const struct wiring *wiring, enum wiring_kind kind)
{
    for (size_t i = 0; i < wiring->n_wires; i++)
        if (wiring->wires[i].kind == kind)
            return true;
    return false;
}

static bool learns_feedback(const struct wiring *wiring)
{
    for (int l = 0; l < wiring->n_blocks; l++)
        if (wiring->blocks[l].learns_feedback)
            return true;
    return false;
}

int wiring_keys(const struct wiring *w, struct wiring_key keys[MOST_KEYS])
{
    int n = 0;
    keys[n++] = (struct wiring_key){"forward", "forward"};
    if (has_wire(w, WIRE_WEIGHTS))
        keys[n++] = (struct wiring_key){"signal weights", "signal through weights"};
    if (has_wire(w, WIRE_FEEDBACK))
        keys[n++] = (struct wiring_key){"signal random", learns_feedback(w)
                                                             ? "signal through feedback matrices that change"
                                                             : "signal through fixed random matrices"};
    if (has_wire(w, WIRE_EXACT))
        keys[n++] = (struct wiring_key){"signal exact", "signal without a matrix"};
    return n;
}

/*
 * wiring_draw.c - a net as a column of boxes, the input below and the error above.
 *
 * Forward arrows are straight, or curves on the left where they pass by other boxes. Signals are on the right:
 * from block to block as curves, from the error or the targets as branches of one line. Of many blocks the
 * first and the last are drawn, and one box for those between, to which their arrows lead.
 */
#include "../draw/markup.h"
#include "wiring.h"

#include <math.h>
#include <string.h>

enum {
    WIDTH = 460,
    BOX = 214,
    BOX_LEFT = 92,
    BOX_HIGH = 44,
    STEP = 76,
    MARGIN = 14,
    MOST_BLOCKS = 12,
    MOST_CHARACTERS = 31
};

/* How many of the first and of the last blocks are drawn. */
static int n_first(const struct wiring *w)
{
    return w->has_adds ? 8 : 3;
}

static int n_last(const struct wiring *w)
{
    return w->has_adds ? 4 : 2;
}

bool wiring_shows(const struct wiring *w, int block)
{
    return w->n_blocks <= MOST_BLOCKS || block < n_first(w) || block >= w->n_blocks - n_last(w);
}

/* The box that stands for a block or a place, counted from below: the input is 0. */
static int row_of(const struct wiring *w, int at)
{
    const int hidden = w->n_blocks <= MOST_BLOCKS ? 0 : w->n_blocks - n_first(w) - n_last(w);
    const int n_drawn = hidden ? n_first(w) + n_last(w) + 1 : w->n_blocks;
    if (at == PLACE_INPUT)
        return 0;
    if (at == PLACE_ERROR || at == PLACE_TARGETS)
        return n_drawn + 1;
    if (wiring_shows(w, at))
        return 1 + (hidden && at >= n_first(w) ? at - hidden + 1 : at);
    return 1 + n_first(w);
}

static double middle_of(const struct wiring *w, int row)
{
    return MARGIN + BOX_HIGH / 2.0 + STEP * (row_of(w, PLACE_ERROR) - row);
}

static void put_text(FILE *to, double x, double y, const char *class, const char *text)
{
    fprintf(to, "<text class=\"%s\" x=\"%g\" y=\"%g\">", class, x, y);
    markup_text(to, text);
    fputs("</text>\n", to);
}

static void put_box(FILE *to, const struct wiring *w, int row, const char *class, const char *first,
                    const char *second)
{
    const double y = middle_of(w, row);
    char shortened[64];
    snprintf(shortened, sizeof shortened, "%.*s%s", MOST_CHARACTERS, first,
             strlen(first) > MOST_CHARACTERS ? "..." : "");
    fprintf(to, "<rect class=\"box %s\" x=\"%d\" y=\"%g\" width=\"%d\" height=\"%d\" rx=\"7\"/>\n", class,
            BOX_LEFT, y - BOX_HIGH / 2.0, BOX, BOX_HIGH);
    put_text(to, BOX_LEFT + BOX / 2.0, second[0] ? y - 3 : y + 5, "title mid", shortened);
    if (second[0])
        put_text(to, BOX_LEFT + BOX / 2.0, y + 14, "mid", second);
}

static void shape_text(char text[48], bl_shape s)
{
    if (s.channels == 1 && s.rows == 1)
        snprintf(text, 48, "%d", s.cols);
    else
        snprintf(text, 48, "%d x %d x %d", s.channels, s.rows, s.cols);
}

static void put_block(FILE *to, const struct wiring *w, int l)
{
    const struct wired_block *block = &w->blocks[l];
    char layers[3 * 66 + 8] = "", shape[48], about[96];
    size_t n = 0;
    for (int i = 0; i < block->n_layers && i < 3; i++)
        n += (size_t)snprintf(layers + n, sizeof layers - n, "%s%s", i ? ", " : "", block->layers[i]);
    if (block->n_layers > 3)
        snprintf(layers + n, sizeof layers - n, ", ...");
    shape_text(shape, block->out);
    snprintf(about, sizeof about, "block %d, %s %s", l, l == w->n_blocks - 1 ? "scores" : "output", shape);
    put_box(to, w, row_of(w, l), "", layers, about);
}

static void put_boxes(FILE *to, const struct wiring *w)
{
    char shape[48], text[96];
    shape_text(shape, w->in);
    put_box(to, w, 0, "end", "input x", shape);
    put_box(to, w, row_of(w, PLACE_ERROR), "end", "error e", "from scores and targets");
    for (int l = 0; l < w->n_blocks; l++)
        if (wiring_shows(w, l))
            put_block(to, w, l);
    if (w->n_blocks > MOST_BLOCKS) {
        snprintf(text, sizeof text, "blocks %d to %d, likewise", n_first(w), w->n_blocks - n_last(w) - 1);
        put_box(to, w, 1 + n_first(w), "folded", text, "");
    }
}

/* A curve that leaves a box on the side and enters another; reach: how far it goes outwards. */
static void put_curve(FILE *to, const char *class, double x, double from, double until, double reach)
{
    fprintf(to, "<path class=\"%s\" d=\"M%g %gC%g %g %g %g %g %g\"/>\n", class, x, from, x + reach, from,
            x + reach, until, x, until);
}

static void put_forward(FILE *to, const struct wiring *w, const struct wire *wire)
{
    const int from = row_of(w, wire->from), until = row_of(w, wire->to);
    const double x = BOX_LEFT + BOX / 2.0;
    char label[64];
    if (from == until)
        return;
    if (until == from + 1) {
        fprintf(to, "<path class=\"forward\" d=\"M%g %gV%g\"/>\n", x, middle_of(w, from) - BOX_HIGH / 2.0,
                middle_of(w, until) + BOX_HIGH / 2.0 + 1);
        const struct wired_block *block = wire->to >= 0 ? &w->blocks[wire->to] : NULL;
        if (block && block->W[0] && wiring_shows(w, wire->to)) {
            snprintf(label, sizeof label, "W%d  %zu x %zu", wire->to, block->W[0], block->W[1]);
            put_text(to, x - 10, (middle_of(w, from) + middle_of(w, until)) / 2.0 + 4, "end", label);
        }
        return;
    }
    const double reach = -22.0 - 14.0 * (until - from);
    put_curve(to, "forward", BOX_LEFT, middle_of(w, from) - 9, middle_of(w, until) + 9,
              reach < -110.0 ? -110.0 : reach);
}

static const char *class_of(const struct wire *wire)
{
    return wire->kind == WIRE_FEEDBACK  ? "signal random"
           : wire->kind == WIRE_WEIGHTS ? "signal weights"
                                        : "signal exact";
}

/* "B2 10 x 240", "W2 transposed". */
static void put_matrix_name(FILE *to, const struct wiring *w, const struct wire *wire, double x, double y)
{
    char label[64];
    if (wire->matrix < 0 || wire->kind == WIRE_EXACT || !wiring_shows(w, wire->matrix))
        return;
    const struct wired_block *block = &w->blocks[wire->matrix];
    if (wire->kind == WIRE_FEEDBACK)
        snprintf(label, sizeof label, "B%d  %zu x %zu", wire->matrix, block->B[0], block->B[1]);
    else if (wire->to < wire->from)
        snprintf(label, sizeof label, "W%d transposed", wire->matrix);
    else
        snprintf(label, sizeof label, "W%d", wire->matrix);
    put_text(to, x, y, "label", label);
}

/* From block to block. */
static void put_chain(FILE *to, const struct wiring *w, const struct wire *wire)
{
    const int from = row_of(w, wire->from), until = row_of(w, wire->to);
    const int far = from > until ? from - until : until - from, down = from > until ? 1 : -1;
    if (far == 0)
        return;
    const double reach = far == 1 ? 40.0 : 46.0 + 14.0 * far;
    put_curve(to, class_of(wire), BOX_LEFT + BOX, middle_of(w, from) + 9 * down,
              middle_of(w, until) - 9 * down, reach > 140.0 ? 140.0 : reach);
    if (far == 1)
        put_matrix_name(to, w, wire, BOX_LEFT + BOX + 36,
                        (middle_of(w, from) + middle_of(w, until)) / 2.0 + 4);
}

/* From the error, or the targets, along the right edge. */
static void put_direct(FILE *to, const struct wiring *w, const struct wire *wire)
{
    const int from = row_of(w, wire->from), until = row_of(w, wire->to);
    const double right = BOX_LEFT + BOX, edge = WIDTH - 12.0, y = middle_of(w, until);
    if (wire->kind == WIRE_EXACT && until == from - 1) {
        put_curve(to, "signal exact", right, middle_of(w, from) + 9, y - 9, 40.0);
        put_text(to, right + 36, (middle_of(w, from) + y) / 2.0 + 4, "label", "e");
        return;
    }
    fprintf(to, "<path class=\"%s\" d=\"M%g %gH%gV%gH%g\"/>\n", class_of(wire), right, middle_of(w, from) - 9,
            edge, y, right + 1);
    put_matrix_name(to, w, wire, right + 12, y - 7);
    if (!wiring_shows(w, wire->to < 0 ? 0 : wire->to))
        put_text(to, right + 12, y - 7, "label", "a matrix each");
}

static void put_marker(FILE *to, const char *id, const char *class)
{
    fprintf(to,
            "<marker id=\"%s\" viewBox=\"0 0 10 10\" refX=\"9\" refY=\"5\" markerWidth=\"8\" "
            "markerHeight=\"8\" markerUnits=\"userSpaceOnUse\" orient=\"auto\"><path class=\"%s\" d=\"M0 "
            "0L10 5L0 10z\"/></marker>",
            id, class);
}

void wiring_draw(FILE *to, const struct wiring *w, size_t style)
{
    fprintf(
        to,
        "<svg class=\"wiring s%zu\" viewBox=\"0 0 %d %g\" role=\"img\" aria-label=\"The blocks of the net "
        "and the arrows between them\">\n<defs>",
        style, WIDTH, middle_of(w, 0) + BOX_HIGH / 2.0 + MARGIN);
    put_marker(to, "ahead", "forward-head");
    put_marker(to, "back", "signal-head");
    fputs("</defs>\n", to);
    for (size_t i = 0; i < w->n_wires; i++) {
        const struct wire *wire = &w->wires[i];
        if (wire->kind == WIRE_FORWARD)
            put_forward(to, w, wire);
        else if (wire->from == PLACE_ERROR || wire->from == PLACE_TARGETS)
            put_direct(to, w, wire);
        else
            put_chain(to, w, wire);
    }
    const struct wire to_error = {w->n_blocks - 1, PLACE_ERROR, WIRE_FORWARD, -1};
    put_forward(to, w, &to_error);
    put_boxes(to, w);
    fputs("</svg>\n", to);
}

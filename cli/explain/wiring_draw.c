/*
 * wiring_draw.c - a net as a column of boxes, the input below and the error above.
 *
 * Forward arrows are straight, or curves on the left where they pass by other boxes. Signals are on the
 * right: from block to block as curves, from the error or the targets as branches of one line. Of many blocks
 * the first and the last are drawn, and one box for those between, to which their arrows lead.
 */
#include "../draw/markup.h"
#include "wiring.h"

#include <math.h>
#include <string.h>

enum {
    WIDTH = 460,
    LAYERS_TEXT = 224,
    BOX = 214,
    BOX_LEFT = 92,     /* the room for arrows that pass by other boxes */
    EDGE = WIDTH - 12, /* of the line from the error */
    BOX_HIGH = 44,     /* with two lines of text */
    LINE_HIGH = 15,    /* a third line */
    GAP = 32,          /* between boxes */
    MARGIN = 14,
    MOST_BLOCKS = 12,
    MOST_TITLE = 28, /* characters that fit a box, in bold and in small letters */
    MOST_CHARACTERS = 34
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

/* Whether the picture shows the block, or a box for it and its neighbours. */
static bool wiring_shows(const struct wiring *w, int block)
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

/* The texts of a block's layers from `first` on, with commas. */
static void layers_text(char text[LAYERS_TEXT], const struct wired_block *block, int first)
{
    size_t n = 0;
    text[0] = 0;
    for (int i = first; i < block->n_layers && i < MOST_LAYERS; i++)
        n += (size_t)snprintf(text + n, LAYERS_TEXT - n, "%s%s", i > first ? ", " : "", block->layers[i]);
    if (block->n_layers > MOST_LAYERS)
        snprintf(text + n, LAYERS_TEXT - n, ", ...");
}

/* Whether the layers of a block take two lines. */
static bool is_long(const struct wired_block *block)
{
    char text[LAYERS_TEXT];
    layers_text(text, block, 0);
    return block->n_layers > 1 && strlen(text) > MOST_TITLE;
}

static double box_high(const struct wiring *w)
{
    for (int l = 0; l < w->n_blocks; l++)
        if (wiring_shows(w, l) && is_long(&w->blocks[l]))
            return BOX_HIGH + LINE_HIGH;
    return BOX_HIGH;
}

static double middle_of(const struct wiring *w, int row)
{
    return MARGIN + box_high(w) / 2.0 + (box_high(w) + GAP) * (row_of(w, PLACE_ERROR) - row);
}

static void put_words(FILE *to, double x, double y, const char *class, const char *text)
{
    fprintf(to, "<text class=\"%s\" x=\"%g\" y=\"%g\">", class, x, y);
    markup_text(to, text);
    fputs("</text>\n", to);
}

/* A line of text in the middle of a box, cut after so many characters. */
static void put_line(FILE *to, double y, const char *class, const char *text, int most)
{
    char cut[80];
    const bool is_whole = strlen(text) <= (size_t)most;
    snprintf(cut, sizeof cut, "%.*s%s", is_whole ? most : most - 3, text, is_whole ? "" : "...");
    put_words(to, BOX_LEFT + BOX / 2.0, y, class, cut);
}

/* A box with one to three lines; "": a line that is not there. */
static void put_box(FILE *to, const struct wiring *w, int row, const char *class, const char *const lines[3])
{
    const double middle = middle_of(w, row), high = box_high(w);
    int n = 0;
    for (int i = 0; i < 3; i++)
        n += lines[i][0] != 0;
    double y = middle + 4.5 - LINE_HIGH * (n - 1) / 2.0;
    fprintf(to, "<rect class=\"box %s\" x=\"%d\" y=\"%g\" width=\"%d\" height=\"%g\" rx=\"7\"/>\n", class,
            BOX_LEFT, middle - high / 2.0, BOX, high);
    for (int i = 0; i < 3; i++) {
        if (!lines[i][0])
            continue;
        put_line(to, y, i == 0 ? "title mid" : "mid", lines[i], i == 0 ? MOST_TITLE : MOST_CHARACTERS);
        y += LINE_HIGH;
    }
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
    char layers[LAYERS_TEXT], rest[LAYERS_TEXT] = "", shape[48], about[96];
    layers_text(layers, block, 0);
    if (is_long(block)) {
        snprintf(layers, sizeof layers, "%s", block->layers[0]);
        layers_text(rest, block, 1);
    }
    shape_text(shape, block->out);
    snprintf(about, sizeof about, "block %d, %s %s", l, l == w->n_blocks - 1 ? "scores" : "output", shape);
    put_box(to, w, row_of(w, l), "", (const char *const[3]){layers, rest, about});
}

static void put_boxes(FILE *to, const struct wiring *w)
{
    char shape[48], text[96];
    shape_text(shape, w->in);
    put_box(to, w, 0, "end", (const char *const[3]){"input x", shape, ""});
    put_box(to, w, row_of(w, PLACE_ERROR), "end",
            (const char *const[3]){"error e", "from scores and targets y", ""});
    for (int l = 0; l < w->n_blocks; l++)
        if (wiring_shows(w, l))
            put_block(to, w, l);
    if (w->n_blocks > MOST_BLOCKS) {
        snprintf(text, sizeof text, "blocks %d to %d, likewise", n_first(w), w->n_blocks - n_last(w) - 1);
        put_box(to, w, 1 + n_first(w), "folded", (const char *const[3]){text, "", ""});
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
        fprintf(to, "<path class=\"forward\" d=\"M%g %gV%g\"/>\n", x, middle_of(w, from) - box_high(w) / 2.0,
                middle_of(w, until) + box_high(w) / 2.0 + 1);
        const struct wired_block *block = wire->to >= 0 ? &w->blocks[wire->to] : NULL;
        if (block && block->W[0] && wiring_shows(w, wire->to)) {
            snprintf(label, sizeof label, "W%d  %zu x %zu", wire->to, block->W[0], block->W[1]);
            put_words(to, x - 10, (middle_of(w, from) + middle_of(w, until)) / 2.0 + 4, "end halo", label);
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
static void put_matrix_name(FILE *to, const struct wiring *w, const struct wire *wire, double x, double y,
                            const char *class)
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
    put_words(to, x, y, class, label);
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
                        (middle_of(w, from) + middle_of(w, until)) / 2.0 + 4, "label halo");
}

/* Whether it is the error at the last block, which is beside it. */
static bool is_own_error(const struct wiring *w, const struct wire *wire)
{
    return wire->from == PLACE_ERROR && wire->kind == WIRE_EXACT && wire->to == w->n_blocks - 1;
}

static bool is_direct(const struct wiring *w, const struct wire *wire)
{
    return wire->kind != WIRE_FORWARD && wire->from < PLACE_INPUT && !is_own_error(w, wire);
}

static void put_own_error(FILE *to, const struct wiring *w, const struct wire *wire)
{
    const double right = BOX_LEFT + BOX, from = middle_of(w, row_of(w, wire->from)),
                 until = middle_of(w, row_of(w, wire->to));
    put_curve(to, "signal exact", right, from + 9, until - 9, 40.0);
    put_words(to, right + 36, (from + until) / 2.0 + 4, "label halo", "e");
}

/* A branch of the line from the error, or from the targets. */
static void put_direct(FILE *to, const struct wiring *w, const struct wire *wire)
{
    const double y = middle_of(w, row_of(w, wire->to));
    fprintf(to, "<path class=\"%s\" d=\"M%d %gH%d\"/>\n", class_of(wire), EDGE, y, BOX_LEFT + BOX + 1);
    if (wire->to >= 0 && !wiring_shows(w, wire->to))
        put_words(to, EDGE - 8, y - 7, "label end halo", "a matrix each");
    else
        put_matrix_name(to, w, wire, EDGE - 8, y - 7, "label end halo");
}

/* The line at the right edge from which all branches begin. */
static void put_trunk(FILE *to, const struct wiring *w)
{
    const struct wire *lowest = NULL;
    for (size_t i = 0; i < w->n_wires; i++)
        if (is_direct(w, &w->wires[i]) && (!lowest || row_of(w, w->wires[i].to) < row_of(w, lowest->to)))
            lowest = &w->wires[i];
    if (!lowest)
        return;
    const double top = middle_of(w, row_of(w, lowest->from)) - 9;
    fprintf(to, "<path class=\"%s trunk\" d=\"M%d %gH%dV%g\"/>\n", class_of(lowest), BOX_LEFT + BOX, top,
            EDGE, middle_of(w, row_of(w, lowest->to)));
    put_words(to, EDGE - 8, top + 16, "label end halo", lowest->from == PLACE_TARGETS ? "y" : "e");
}

static void put_marker(FILE *to, const char *id, const char *class)
{
    fprintf(to,
            "<marker id=\"%s\" viewBox=\"0 0 10 10\" refX=\"9\" refY=\"5\" markerWidth=\"8\" "
            "markerHeight=\"8\" markerUnits=\"userSpaceOnUse\" orient=\"auto\"><path class=\"%s\" d=\"M0 "
            "0L10 5L0 10z\"/></marker>",
            id, class);
}

/* Whether an arrow before it joins the same two boxes, as those of blocks that are not shown do. */
static bool is_drawn(const struct wiring *w, const struct wire *wire)
{
    for (const struct wire *other = w->wires; other < wire; other++)
        if (other->kind == wire->kind && row_of(w, other->from) == row_of(w, wire->from) &&
            row_of(w, other->to) == row_of(w, wire->to))
            return true;
    return false;
}

static void put_wire(FILE *to, const struct wiring *w, const struct wire *wire)
{
    if (is_drawn(w, wire))
        return;
    if (wire->kind == WIRE_FORWARD)
        put_forward(to, w, wire);
    else if (is_own_error(w, wire))
        put_own_error(to, w, wire);
    else if (is_direct(w, wire))
        put_direct(to, w, wire);
    else
        put_chain(to, w, wire);
}

/* Where the picture begins: without arrows that pass by boxes, the room for them is left out, so that the
   text is larger on a phone. */
static int left_edge(const struct wiring *w)
{
    for (size_t i = 0; i < w->n_wires; i++)
        if (w->wires[i].kind == WIRE_FORWARD && row_of(w, w->wires[i].to) > row_of(w, w->wires[i].from) + 1)
            return 0;
    return BOX_LEFT - MARGIN;
}

struct wiring_area wiring_area(const struct wiring *w)
{
    const int left = left_edge(w);
    return (struct wiring_area){
        .left = left, .width = WIDTH - left, .height = middle_of(w, 0) + box_high(w) / 2.0 + MARGIN};
}

void wiring_draw(FILE *to, const struct wiring *w)
{
    fputs("<defs>", to);
    put_marker(to, "ahead", "forward-head");
    put_marker(to, "back", "signal-head");
    fputs("</defs>\n", to);
    put_trunk(to, w);
    for (int is_named = 0; is_named < 2; is_named++) /* names lie over the lines that have none */
        for (size_t i = 0; i < w->n_wires; i++)
            if ((w->wires[i].kind != WIRE_EXACT) == is_named)
                put_wire(to, w, &w->wires[i]);
    const struct wire to_error = {w->n_blocks - 1, PLACE_ERROR, WIRE_FORWARD, -1};
    put_forward(to, w, &to_error);
    put_boxes(to, w);
}

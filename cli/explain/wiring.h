/*
 * wiring.h - which blocks of a net send what to which, found out from the instructions of a traced step, and
 * its picture in the manner of figure 1 of A. Nøkland, NIPS 2016.
 */
#ifndef CLI_WIRING_H
#define CLI_WIRING_H

#include "../command.h"

#include "backless_experimental.h"

#include <stddef.h>

enum wiring_place { PLACE_INPUT = -1, PLACE_ERROR = -2, PLACE_TARGETS = -3 }; /* blocks are 0 and above */

enum { MOST_LAYERS = 3 };

/* What an arrow multiplies by. */
enum wiring_kind {
    WIRE_FORWARD,
    WIRE_WEIGHTS,  /* a signal through the weights: transposed where it goes backward */
    WIRE_FEEDBACK, /* a signal through a matrix B */
    WIRE_EXACT     /* a signal as it is, or through the exact derivative of layers without weights */
};

struct wire {
    int from, to; /* blocks, or places */
    enum wiring_kind kind;
    int matrix; /* the block whose W or B it is; -1: none */
};

struct wired_block {
    char layers[MOST_LAYERS][64]; /* the texts of its first layers */
    int n_layers;
    bl_shape out;
    size_t W[2], B[2];    /* rows and columns; 0: it has none */
    bool learns_feedback; /* B is updated, or computed from the weights */
};

struct wiring {
    struct wired_block *blocks;
    int n_blocks;
    bl_shape in;
    struct wire *wires;
    size_t n_wires, room;
    bool has_adds, is_full;
};

/* 0: no memory. */
int wiring_begin(struct wiring *wiring, int n_blocks);
void wiring_free(struct wiring *wiring);
/* To be called with every event of a traced step. */
void wiring_add(struct wiring *wiring, const bl_trace *now);

/* A kind of arrow that the picture has: its classes in wiring.css, and what it means. */
struct wiring_key {
    const char *class, *text;
};

enum { MOST_KEYS = 4 };

/* Writes the keys of the arrows, and returns how many there are. */
int wiring_keys(const struct wiring *wiring, struct wiring_key keys[MOST_KEYS]);

/* The rectangle that the picture takes, from the top at 0. */
struct wiring_area {
    int left, width;
    double height;
};

struct wiring_area wiring_area(const struct wiring *wiring);
/* Draws the boxes and arrows, into an element svg with the class "wiring" and that of the rule's style
   (report/rule_style.h). */
void wiring_draw(FILE *to, const struct wiring *wiring);

#endif

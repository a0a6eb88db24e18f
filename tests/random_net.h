/*
 * random_net.h - draws the text of a net at random: convolutions, residual blocks (nested, with shortcuts,
 * with subsampling) and dense layers for images of 6 x 6 and five classes. Equal seeds give equal texts. The
 * text is valid, but the net may still be refused, because a pool does not fit the size of its input.
 */
#ifndef TESTS_RANDOM_NET_H
#define TESTS_RANDOM_NET_H

#include "../src/base/rng.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum { NET_TEXT = 2400 }; /* bytes of the longest text */

struct draw_state {
    struct rng rng;
    uint64_t n; /* how many numbers were drawn */
};

static inline uint32_t draw(struct draw_state *d, uint32_t below)
{
    uint32_t out[4];
    rng_block(&d->rng, d->n++, out);
    return out[0] % below;
}

#define PICK(d, list) (list)[draw((d), (uint32_t)(sizeof(list) / sizeof *(list)))]

static inline void net_add(char net[NET_TEXT], const char *layer)
{
    const size_t n = strlen(net);
    const bool is_first = n == 0 || net[n - 1] == '(' || net[n - 1] == ' '; /* of the net, or of a branch */
    snprintf(net + n, NET_TEXT - n, "%s%s", is_first ? "" : ", ", layer);
}

static inline void net_add_sign(char net[NET_TEXT], const char *sign)
{
    const size_t n = strlen(net);
    snprintf(net + n, NET_TEXT - n, "%s", sign);
}

/* Appends the layers without weights that follow a layer: norm, activation, pool and dropout, each with some
   probability. */
static inline void draw_unweighted(struct draw_state *d, char net[NET_TEXT], bool is_image)
{
    static const char *const activations[] = {"tanh", "relu", "leaky-relu", "logistic", "gelu", "softplus"};
    static const char *const pools[] = {"maxpool 2", "avgpool 2", "maxpool 3 stride 2"};
    if (draw(d, 4) == 0)
        net_add(net, draw(d, 3) ? "batchnorm" : "layernorm");
    if (draw(d, 8) > 0)
        net_add(net, PICK(d, activations));
    if (is_image && draw(d, 3) == 0)
        net_add(net, PICK(d, pools));
    if (draw(d, 4) == 0)
        net_add(net, "dropout 0.2");
}

/* Appends a convolution that keeps the size of the maps, or a dense layer. */
static inline void draw_weighted(struct draw_state *d, char net[NET_TEXT], int width, bool is_image)
{
    static const char *const windows[] = {" 3x3 pad 1", " 1x1"};
    char layer[60];
    snprintf(layer, sizeof layer, "%s %d%s%s", is_image ? "conv" : "dense", width,
             is_image ? PICK(d, windows) : "", draw(d, 3) == 0 ? " nobias" : "");
    net_add(net, layer);
}

/* Draws a width; some are below and some above the one from which a layer is cut into ranges. */
static inline int draw_width(struct draw_state *d, bool is_image)
{
    static const int channels[] = {3, 5, 3, 20, 90}, units[] = {17, 33, 90, 170};
    return is_image ? PICK(d, channels) : PICK(d, units);
}

static inline int draw_residual(struct draw_state *d, char net[NET_TEXT], int width, bool is_image,
                                int depth);

/* Appends a branch of a residual block, from one width to another. It may begin with a layer without weights
   or with a residual block. */
static inline void draw_branch(struct draw_state *d, char net[NET_TEXT], int from, int to, bool is_image,
                               int depth)
{
    static const char *const firsts[] = {"tanh", "tanh", "batchnorm", "layernorm"};
    if (draw(d, 3) == 0)
        net_add(net, PICK(d, firsts));
    if (depth < 2 && draw(d, 5) == 0)
        from = draw_residual(d, net, from, is_image, depth + 1);
    if (draw(d, 2) == 0) {
        draw_weighted(d, net, draw_width(d, is_image), is_image);
        draw_unweighted(d, net, false);
    } else if (from == to && draw(d, 4) == 0) {
        net_add(net, "leaky-relu");
        return;
    }
    draw_weighted(d, net, to, is_image);
    if (draw(d, 2) == 0)
        draw_unweighted(d, net, false);
}

/* Appends a residual block that halves the size of the maps; its shortcut has no weights. Returns its
   channels. */
static inline int draw_halving_residual(struct draw_state *d, char net[NET_TEXT], int width)
{
    const int to = width + (int)draw(d, 4);
    char text[60];
    snprintf(text, sizeof text, "residual (conv %d 3x3 stride 2 pad 1", to);
    net_add(net, text);
    draw_unweighted(d, net, false);
    snprintf(text, sizeof text, " | subsample 2 pad-channels %d)", to);
    net_add_sign(net, text);
    return to;
}

/* Appends a residual block whose input has `width` channels or units, inside `depth` others. Returns its
   width. */
static inline int draw_residual(struct draw_state *d, char net[NET_TEXT], int width, bool is_image, int depth)
{
    if (is_image && depth == 0 && draw(d, 4) == 0)
        return draw_halving_residual(d, net, width);
    const int to = draw(d, 2) ? width : draw_width(d, is_image);
    net_add(net, "residual (");
    draw_branch(d, net, width, to, is_image, depth);
    if (to != width || draw(d, 3) == 0) {
        net_add_sign(net, " | ");
        draw_branch(d, net, width, to, is_image, depth);
    }
    net_add_sign(net, ")");
    return to;
}

static inline void draw_net(struct draw_state *d, char net[NET_TEXT])
{
    static const char *const convs[] = {"conv 3 3x3 pad 1", "conv 4 2x2 nobias", "conv 20 3x3 pad 1",
                                        "conv 90 3x3 pad 1 stride 2"};
    static const char *const denses[] = {"dense 4", "dense 17 nobias", "dense 33", "dense 90",
                                         "dense 170 nobias"};
    net[0] = 0;
    if (draw(d, 5) == 0)
        net_add(net, "dropout 0.1");
    for (uint32_t n = draw(d, 3); n > 0; n--) {
        net_add(net, PICK(d, convs));
        draw_unweighted(d, net, true);
    }
    if (draw(d, 3) == 0) {
        net_add(net, "conv 3 3x3 pad 1");
        draw_unweighted(d, net, true);
        draw_residual(d, net, 3, true, 0);
        draw_unweighted(d, net, true);
    }
    for (uint32_t n = draw(d, 4); n > 0; n--) {
        net_add(net, PICK(d, denses));
        draw_unweighted(d, net, false);
    }
    if (draw(d, 3) == 0) {
        const int width = draw_width(d, false);
        draw_weighted(d, net, width, false);
        draw_unweighted(d, net, false);
        draw_residual(d, net, width, false, 0);
        draw_unweighted(d, net, false);
    }
    net_add(net, "dense 5");
}

#endif

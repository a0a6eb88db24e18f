/*
 * net_parse.c - parses layers and residuals, and writes the canonical text.
 *
 * A residual becomes its layers followed by an add layer, whose inputs are the last layer of the body and the
 * last layer of the shortcut, or without a shortcut the layer before the residual. If a body or a shortcut
 * begins with a layer that cannot begin a block (layer_is_head), an add layer with one input is inserted
 * before that layer (docs/design.md).
 */
#include "net_parse.h"

#include "../base/mem.h"
#include "../layers/add.h"
#include "net_text.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

struct parse {
    bl_context *ctx;
    struct net *net;
    size_t most;      /* number of allocated layers */
    size_t room;      /* bytes of memory for the canonical text */
    size_t number;    /* of the current layer in the text, from 1 */
    bool has_weights; /* some layer so far is weighted */
    bool needs_head;  /* the next layer begins a body or a shortcut */
    bool needs_comma;
};

/* An upper bound of the number of layers. Each layer is the first one or follows a comma, a parenthesis or a
   bar; each residual adds one add layer, and each body and each shortcut may begin with one more. */
static size_t count_most(const char *text)
{
    size_t n = 1;
    for (; *text; text++)
        n += *text == ',' ? 1 : *text == '|' || *text == '(' ? 2 : 0;
    return n;
}

static void write(struct parse *p, const char *separator, const char *text)
{
    text_append(p->net->text, p->room, "%s%s", p->needs_comma ? separator : "", text);
    p->needs_comma = true;
}

static void append(struct parse *p, struct layer layer, size_t *at)
{
    struct net *net = p->net;
    layer.number = p->number;
    if (layer.n_inputs == 0) {
        layer.inputs[0] = layer.inputs[1] = *at;
        layer.n_inputs = 1;
    }
    *at = net->n_layers;
    assert(net->n_layers < p->most);
    net->layers[net->n_layers++] = layer;
}

static struct layer add_layer(size_t n_inputs, size_t first, size_t second)
{
    return (struct layer){.ops = &layer_add, .text = "add", .n_inputs = n_inputs, .inputs = {first, second}};
}

static bl_status parse_layer(struct parse *p, struct slice item, size_t *at)
{
    struct layer layer;
    p->number++;
    BL_TRY(layer_parse(p->ctx, &layer, item, p->number));
    if (p->needs_head && !layer_is_head(&layer))
        append(p, add_layer(1, *at, *at), at);
    append(p, layer, at);
    p->has_weights = p->has_weights || layer.ops->is_weighted;
    p->needs_head = false;
    write(p, ", ", layer.text);
    return BL_OK;
}

static bl_status parse_list(struct parse *p, struct slice list, size_t *at);

/* Parses one branch of a residual. from: the layer that is its input. */
static bl_status parse_branch(struct parse *p, struct slice list, size_t from, size_t *at)
{
    *at = from;
    p->needs_head = true;
    p->needs_comma = false;
    BL_TRY(parse_list(p, list, at));
    p->needs_comma = true;
    return BL_OK;
}

static bl_status parse_residual(struct parse *p, const struct residual_text *residual, size_t *at)
{
    const size_t from = *at;
    size_t body = from, shortcut = from;
    if (!p->has_weights)
        BL_FAIL(
            p->ctx, BL_BAD_VALUE,
            "the net begins with a residual; a layer with weights must stand before it, as in \"dense 100, "
            "residual (tanh, dense 100), dense 10\"");
    write(p, ", ", "residual (");
    BL_TRY(parse_branch(p, residual->body, from, &body));
    if (residual->shortcut.at) {
        write(p, " | ", "");
        BL_TRY(parse_branch(p, residual->shortcut, from, &shortcut));
    }
    write(p, ")", "");
    append(p, add_layer(2, body, shortcut), at);
    return BL_OK;
}

static bl_status parse_list(struct parse *p, struct slice list, size_t *at)
{
    struct slice item = {NULL, 0};
    for (;;) {
        bool has_one = false;
        struct residual_text residual;
        BL_TRY(net_text_next(p->ctx, &list, &item, &has_one));
        if (!has_one)
            return BL_OK;
        if (net_text_is_residual(item)) {
            BL_TRY(net_text_residual(p->ctx, item, &residual));
            BL_TRY(parse_residual(p, &residual, at));
        } else
            BL_TRY(parse_layer(p, item, at));
    }
}

static bl_status check_ends(const struct parse *p, const char *text)
{
    const struct net *net = p->net;
    size_t first = 0;
    while (first < net->n_layers && net->layers[first].ops->works_in_place &&
           !net->layers[first].ops->needs_output)
        first++;
    if (first == net->n_layers || !net->layers[first].ops->is_weighted)
        BL_FAIL(
            p->ctx, BL_BAD_VALUE,
            "net \"%s\": it must begin with a layer that has weights, such as \"dense 100\" (or with dropout "
            "and then such a layer)",
            text);
    if (!net->layers[net->n_layers - 1].ops->is_weighted)
        BL_FAIL(p->ctx, BL_BAD_VALUE,
                "net \"%s\": it must end with the output's dense layer; the output's function belongs to the "
                "loss",
                text);
    return BL_OK;
}

bl_status net_parse(bl_context *ctx, struct net *net, const char *expanded)
{
    const size_t most = count_most(expanded);
    struct parse p = {
        .ctx = ctx, .net = net, .most = most, .room = most * (sizeof net->layers->text + 16) + 1};
    size_t at = NET_INPUT;
    BL_TRY(MEM_ARRAY(ctx, &net->layers, most, "the layers"));
    BL_TRY(MEM_ARRAY(ctx, &net->text, p.room, "the net's text"));
    BL_TRY(parse_list(&p, slice_of(expanded), &at));
    return check_ends(&p, expanded);
}

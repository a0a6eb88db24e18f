/*
 * modules.c - the ways to cut a net into modules, each one pass over the blocks in text order.
 */
#include "modules.h"

#include "../base/context.h"
#include "../base/text.h"

#include <string.h>

enum { MOST = 1000000 };

bl_status modules_parse(bl_context *ctx, struct modules *out, const char *text)
{
    size_t n = 0;
    if (strcmp(text, "layer") == 0)
        *out = (struct modules){.cut = MODULES_OF_LAYERS};
    else if (strcmp(text, "residual") == 0)
        *out = (struct modules){.cut = MODULES_OF_RESIDUALS};
    else if (text_to_size(slice_of(text), &n) && n >= 1 && n <= MOST)
        *out = (struct modules){.cut = MODULES_OF_COUNT, .n = n};
    else
        BL_FAIL(ctx, BL_BAD_VALUE,
                "modules is \"%s\", expected layer, residual, or the number of weighted layers of a module, "
                "1 to %d",
                text, MOST);
    return BL_OK;
}

bl_status modules_check_text(bl_context *ctx, const char *text)
{
    struct modules ignored;
    return modules_parse(ctx, &ignored, text);
}

static size_t follower_of(const struct net *net, size_t l, size_t i)
{
    return net->followers[net->blocks[l].followers + i];
}

/* A block whose only follower has no weights (an add layer, a layer norm or a subsampling layer) belongs to
   the follower's module, because the derivative through the follower is exact. */
static void cut_behind_layers(struct net *net)
{
    for (size_t l = net->n_blocks; l-- > 0;) {
        struct block *block = &net->blocks[l];
        const size_t f = block->n_followers == 1 ? follower_of(net, l, 0) : l;
        block->module = f != l && !net->blocks[f].is_weighted ? net->blocks[f].module : l;
    }
}

/* Cuts after each block l that no edge passes. Edges lead from a block to later ones, so an edge that passes
   block l begins before l and ends after l. */
static void cut_behind_residuals(struct net *net)
{
    size_t first = 0, furthest = 0; /* first block of the open module; last follower of blocks before l */
    for (size_t l = 0; l < net->n_blocks; l++) {
        const size_t n = net->blocks[l].n_followers;
        if (furthest <= l)
            for (; first <= l; first++)
                net->blocks[first].module = l;
        if (n > 0 && follower_of(net, l, n - 1) > furthest)
            furthest = follower_of(net, l, n - 1);
    }
}

static bool ends_module(const struct net *net, size_t l)
{
    return net->blocks[l].module == l;
}

static bool is_between(const struct net *net, size_t l, size_t first, size_t end)
{
    return net->blocks[l].module >= first && net->blocks[l].module <= end;
}

/* Whether the modules that end with blocks first .. end have n weighted layers or more, and one output. */
static bool is_module(const struct net *net, size_t first, size_t end, size_t n)
{
    size_t weighted = 0;
    for (size_t l = 0; l <= end; l++) {
        if (!is_between(net, l, first, end))
            continue;
        weighted += net->blocks[l].is_weighted;
        for (size_t i = 0; l != end && i < net->blocks[l].n_followers; i++)
            if (!is_between(net, follower_of(net, l, i), first, end))
                return false;
    }
    return weighted >= n || end == net_last(net);
}

static void merge(struct net *net, size_t n)
{
    size_t first = 0;
    for (size_t end = 0; end < net->n_blocks; end++) {
        if (!ends_module(net, end) || !is_module(net, first, end, n))
            continue;
        for (size_t l = 0; l <= end; l++)
            if (is_between(net, l, first, end))
                net->blocks[l].module = end;
        first = end + 1;
    }
}

static size_t count_modules(const struct net *net)
{
    size_t n = 0;
    for (size_t l = 0; l < net->n_blocks; l++)
        n += ends_module(net, l);
    return n;
}

/* A direct rule sends a signal to each hidden module that has parameters. */
static void mark_needed_signals(struct net *net)
{
    for (size_t l = 0; l < net->n_blocks; l++)
        net->blocks[l].needs_signal = false;
    for (size_t l = 0; l < net->n_blocks; l++)
        if (net->blocks[l].n_tensors > 0 && net->blocks[l].module < net_last(net))
            net->blocks[net->blocks[l].module].needs_signal = true;
}

void net_set_modules(struct net *net, struct modules modules)
{
    cut_behind_layers(net);
    const size_t n = count_modules(net);
    if (modules.cut == MODULES_OF_RESIDUALS)
        cut_behind_residuals(net);
    else if (modules.cut == MODULES_OF_COUNT)
        merge(net, modules.n);
    net->has_merged_modules = count_modules(net) < n;
    mark_needed_signals(net);
}

bl_status net_check_unmerged(const struct net *net, const char *who)
{
    if (net->has_merged_modules)
        BL_FAIL(
            net->ctx, BL_NOT_DEFINED,
            "rule %s is not defined with the option modules: its signals go forward from layer to layer, but "
            "inside a merged module derivatives go backward",
            who);
    return BL_OK;
}

bl_status net_check_output_alone(const struct net *net, const char *who)
{
    for (size_t l = 0; l < net_last(net); l++)
        if (net->blocks[l].module == net_last(net))
            BL_FAIL(net->ctx, BL_NOT_DEFINED,
                    "rule %s is not defined for these modules: block %zu (\"%s\") is in the output's module, "
                    "which learns from the error and not from a comparison; use --modules layer or residual",
                    who, l, net_layer(net, l)->text);
    return BL_OK;
}

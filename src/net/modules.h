/*
 * modules.h - how the blocks of a net are grouped into modules. A module is a piece of the net of which other
 * pieces read only the last block's output. Inside a module derivatives are exact under every rule.
 *
 *     layer       the net is cut after each block that has several followers, or a weighted one, or is the
 *                 output: a module is a weighted layer with the layers after it, or an add layer with the
 *                 last blocks of its body and its shortcut
 *     residual    the net is cut after each block that no edge passes: each outermost residual is one module
 *     N           the modules of `layer`, merged in text order: a module ends where it has N weighted layers
 *                 or more and other modules read only its last block's output; the last module ends with the
 *                 output
 */
#ifndef BL_NET_MODULES_H
#define BL_NET_MODULES_H

#include "net.h"

enum module_cut { MODULES_OF_LAYERS, MODULES_OF_RESIDUALS, MODULES_OF_COUNT };

struct modules {
    enum module_cut cut;
    size_t n; /* for MODULES_OF_COUNT: weighted layers of a module */
};

bl_status modules_parse(bl_context *ctx, struct modules *out, const char *text);
bl_status modules_check_text(bl_context *ctx, const char *text);

/* For a rule whose signals go forward, block by block. BL_NOT_DEFINED: some module is merged. */
bl_status net_check_unmerged(const struct net *net, const char *who);
/* For a rule that compares outputs of modules. BL_NOT_DEFINED: the output's module has other blocks, too. */
bl_status net_check_output_alone(const struct net *net, const char *who);

/* Groups the blocks: sets each block's `module` and `needs_signal`, and the net's `has_merged_modules`. */
void net_set_modules(struct net *net, struct modules modules);

#endif

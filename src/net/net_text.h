/*
 * net_text.h - expands the short forms of a net's text to the long form, in which every layer is written out.
 *
 *     lenet                            a net by its name (named_nets.h)
 *     3 x (dense 240, tanh), dense 10  repetition; may be nested
 *     dense C                          as many units as the data has classes or target columns
 *
 * The long form still has the parentheses of residuals:
 *
 *     residual (BODY)                  the body's output plus the residual's input
 *     residual (BODY | SHORTCUT)       the body's output plus the shortcut's output
 */
#ifndef BL_NET_NET_TEXT_H
#define BL_NET_NET_TEXT_H

#include "../base/context.h"
#include "../base/text.h"

#include <stdbool.h>

/* Creates the long form, which the caller frees with mem_free. outputs: the value of C; 0: unknown, and C is
   kept. BL_BAD_VALUE: parentheses without a partner, a number of repetitions outside 1 .. 4096, a text of
   more than 4096 layers or 8 levels. */
bl_status net_text_expand(bl_context *ctx, const char *text, int outputs, char **out);

/* The two branches of a residual. shortcut.at: NULL without one. */
struct residual_text {
    struct slice body, shortcut;
};

/* Removes the item before the next comma outside parentheses from *rest. *has_one: false if no item is
   left. */
bl_status net_text_next(bl_context *ctx, struct slice *rest, struct slice *item, bool *has_one);
bool net_text_is_residual(struct slice item); /* the item begins with "residual (" */
/* Splits a residual into its branches. BL_BAD_VALUE: text follows the parentheses, a branch is empty, or
   there are more than two. */
bl_status net_text_residual(bl_context *ctx, struct slice item, struct residual_text *out);

#endif

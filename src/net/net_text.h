/*
 * net_text.h - expands the short forms of a net's text to the long form, in which every layer is written out.
 *
 *     lenet                            a net by its name (named_nets.h)
 *     3 x (dense 240, tanh), dense 10  repetition; may be nested
 *     dense C                          as many units as the data has classes or target columns
 *
 * In the long form stay, in parentheses:
 *
 *     residual (BODY)                  the input added to the body's output
 *     residual (BODY | SHORTCUT)       the shortcut's output added to it
 */
#ifndef BL_NET_NET_TEXT_H
#define BL_NET_NET_TEXT_H

#include "../base/context.h"
#include "../base/text.h"

#include <stdbool.h>

/* The long form, to be freed with mem_free. outputs: what C stands for; 0: not known, and C stays.
   BL_BAD_VALUE: parentheses without a partner, a number of repetitions outside 1 .. 4096, a text of more
   than 4096 layers or 8 levels. */
bl_status net_text_expand(bl_context *ctx, const char *text, int outputs, char **out);

/* The two branches of a residual. shortcut.at: NULL without one. */
struct residual_text {
    struct slice body, shortcut;
};

/* The item before the next comma that stands in no parentheses. *has_one: false when nothing is left. */
bl_status net_text_next(bl_context *ctx, struct slice *rest, struct slice *item, bool *has_one);
bool net_text_is_residual(struct slice item); /* "residual (" and more */
/* BL_BAD_VALUE: something follows the parentheses, a branch is empty, or there are more than two. */
bl_status net_text_residual(bl_context *ctx, struct slice item, struct residual_text *out);

#endif

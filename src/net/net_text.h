/*
 * net_text.h - the short forms of a net's text, and their long form, in which every layer stands.
 *
 *     lenet                            a net by its name (named_nets.h)
 *     3 x (dense 240, tanh), dense 10  repetition; may be nested
 *     dense C                          as many units as the data has classes or target columns
 */
#ifndef BL_NET_NET_TEXT_H
#define BL_NET_NET_TEXT_H

#include "../base/context.h"

/* The long form, to be freed with mem_free. outputs: what C stands for; 0: not known, and C stays. BL_BAD_VALUE: parentheses
   without a partner, a number of repetitions outside 1 .. 4096, a text of more than 4096 layers or 8 levels. */
bl_status net_text_expand(bl_context *ctx, const char *text, int outputs, char **out);

#endif

/*
 * net_parse.h - parses the long form of a net's text into its layers in text order, each with the layers that
 * it reads.
 */
#ifndef BL_NET_NET_PARSE_H
#define BL_NET_NET_PARSE_H

#include "net.h"

/* Fills in net->layers, inputs of layers, and the canonical text. expanded: of net_text_expand. Shapes are
   not looked at. BL_BAD_VALUE: an unknown layer, a residual with nothing in it, a net that does not begin
   or end with weights. */
bl_status net_parse(bl_context *ctx, struct net *net, const char *expanded);

#endif

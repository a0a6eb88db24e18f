/*
 * net_parse.h - parses the long form of a net's text into layers in text order, each with the layers that it
 * reads.
 */
#ifndef BL_NET_NET_PARSE_H
#define BL_NET_NET_PARSE_H

#include "net.h"

/* Fills in net->layers, the inputs of layers, and the canonical text. expanded: from net_text_expand. Shapes
   are not checked. BL_BAD_VALUE: an unknown layer, an empty residual, a net that does not begin or end with
   weights. */
bl_status net_parse(bl_context *ctx, struct net *net, const char *expanded);

#endif

/*
 * init.h - the initial weights.
 */
#ifndef BL_NET_INIT_H
#define BL_NET_INIT_H

#include "net.h"

/* Checks the text of an init:
       zero        W = 0, b = 0
       fanin       W, b ~ U(-1/sqrt(fan_in), 1/sqrt(fan_in))                (Torch7's default)
       fanin-first fanin in the first layer, zero in the others             (Nøkland 2016's code, for fa)
       glorot      W ~ U(-sqrt(6 / (fan_in + fan_out)), ...), b = 0         (Glorot & Bengio 2010)
       he          W ~ N(0, 2 / fan_in), b = 0                              (He et al. 2015)
       uniform X   W, b ~ U(-X, X), X above 0 and up to 1e6
       FILE        the weights of a model file (NAME.safetensors)           (initial_weights.c) */
bl_status init_check_text(bl_context *ctx, const char *text);
bool init_is_file(const char *text);
/* Draws the weights. text: a valid init that is not a file. */
void init_weights(struct net *net, const char *text, uint64_t seed);

#endif

/*
 * cut.h - how the work on one block is cut into tasks.
 *
 * Which cut is taken changes no bits: each number of a result is computed by one task, in the same order
 * whatever the cut.
 */
#ifndef BL_NET_CUT_H
#define BL_NET_CUT_H

#include "workspace.h"

enum cut {
    CUT_CHANNELS, /* the ranges of net_range: wide enough for products */
    /* Narrower ranges of channels, for what looks at all examples and computes no products (batch norm) */
    CUT_FEW_CHANNELS,
    CUT_EXAMPLES, /* ranges of examples, all channels */
    CUT_INPUTS,   /* ranges of input channels: the columns of a convolution's gradient and of its weights */
    CUTS
};

/* Whether the block is a convolution, or adds maps, with too few channels for more than one range of
   net_range. */
bool net_is_narrow(const struct net *net, size_t l);

/* How many tasks the cut gives where so many threads share them. The last three cuts: of a narrow block. */
size_t net_tasks(const struct net *net, size_t l, enum cut cut, size_t threads);

/* Task i of n_tasks, for a batch of so many examples. Its range of examples may be empty. */
struct place net_place(const struct net *net, size_t l, enum cut cut, size_t i, size_t n_tasks,
                       size_t examples, struct worker *worker);
/* All of the block. */
struct place net_whole(const struct net *net, size_t l, size_t examples, struct worker *worker);

#endif

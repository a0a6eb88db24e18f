/*
 * cut.h - how the work on one block is cut into tasks.
 *
 * The choice of the cut does not change any bit: each number of a result is computed by one task, with the
 * same order of operations under every cut.
 */
#ifndef BL_NET_CUT_H
#define BL_NET_CUT_H

#include "workspace.h"

enum cut {
    CUT_CHANNELS, /* the ranges of net_range, which are wide enough for products */
    /* Narrower ranges of channels, for instructions that read all examples and compute no products (batch
       norm). */
    CUT_FEW_CHANNELS,
    CUT_EXAMPLES, /* ranges of examples, all channels */
    CUT_INPUTS,   /* ranges of input channels: the columns of a convolution's gradient and of its weights */
    CUTS
};

/* Whether the block is narrow: its head is a convolution, or an add layer on maps, with too few channels for
   more than one range of net_range. */
bool net_is_narrow(const struct net *net, size_t l);

/* The number of tasks of the cut for so many threads. All cuts except CUT_CHANNELS are for narrow blocks
   only. */
size_t net_tasks(const struct net *net, size_t l, enum cut cut, size_t threads);

/* Task i of n_tasks, for a batch of so many examples. Its range of examples may be empty. */
struct place net_place(const struct net *net, size_t l, enum cut cut, size_t i, size_t n_tasks,
                       size_t examples, struct worker *worker);
/* The place that is the whole block. */
struct place net_whole(const struct net *net, size_t l, size_t examples, struct worker *worker);

#endif

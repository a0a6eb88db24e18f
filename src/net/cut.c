/*
 * cut.c - how the work on one block is cut into tasks.
 *
 * Each task of a narrow convolution packs the weights, or the deltas, by which it multiplies. Examples are
 * cut into two ranges for each thread, which balances the threads' work. Input channels are cut into one
 * range for each thread, or into fewer if a range would have too few rows to be worth the packing.
 */
#include "cut.h"

/* LEAST_CHANNELS: of a task of CUT_FEW_CHANNELS. LEAST_WEIGHTS: per output channel, of a task of
   CUT_INPUTS. */
enum { LEAST_CHANNELS = 8, LEAST_WEIGHTS = 64 };

bool net_is_narrow(const struct net *net, size_t l)
{
    return net_ranges(net, l) == 1 && net_layer(net, l)->units > net->blocks[l].channels;
}

static size_t at_least_one(size_t n)
{
    return n > 1 ? n : 1;
}

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* The input channels of the weighted layer; 1 for an add layer. */
static size_t input_channels(const struct net *net, size_t l)
{
    return net->blocks[l].is_weighted ? (size_t)net_layer(net, l)->in.channels : 1;
}

size_t net_tasks(const struct net *net, size_t l, enum cut cut, size_t threads)
{
    const size_t weights = net_layer(net, l)->weight_cols;
    switch (cut) {
    case CUT_FEW_CHANNELS:
        return at_least_one(smaller(2 * threads, net->blocks[l].channels / LEAST_CHANNELS));
    case CUT_EXAMPLES:
        return 2 * threads;
    case CUT_INPUTS:
        return at_least_one(smaller(smaller(threads, input_channels(net, l)), weights / LEAST_WEIGHTS));
    default:
        return net_ranges(net, l);
    }
}

struct place net_whole(const struct net *net, size_t l, size_t examples, struct worker *worker)
{
    return (struct place){.l = l,
                          .channels = {0, net->blocks[l].channels},
                          .examples = {0, examples},
                          .inputs = {0, input_channels(net, l)},
                          .worker = worker};
}

/* Range i of n ranges of about equal size. */
static struct range nth_range(struct range all, size_t i, size_t n)
{
    return (struct range){all.end * i / n, all.end * (i + 1) / n};
}

struct place net_place(const struct net *net, size_t l, enum cut cut, size_t i, size_t n_tasks,
                       size_t examples, struct worker *worker)
{
    struct place at = net_whole(net, l, examples, worker);
    if (cut == CUT_CHANNELS)
        at.channels = net_range(net, l, i);
    else if (cut == CUT_FEW_CHANNELS)
        at.channels = nth_range(at.channels, i, n_tasks);
    else if (cut == CUT_EXAMPLES)
        at.examples = nth_range(at.examples, i, n_tasks);
    else
        at.inputs = nth_range(at.inputs, i, n_tasks);
    return at;
}

/*
 * defaults.h - the defaults of options that the user did not set. docs/rules.md, "Defaults", has measurements
 * with them.
 */
#ifndef BL_TRAIN_DEFAULTS_H
#define BL_TRAIN_DEFAULTS_H

#include "../../base/status.h"
#include "../../optim/optimizer.h"

/* The properties of a run from which the defaults follow. */
struct run_size {
    size_t examples;      /* of the training set; 0: unknown, as for a stream */
    size_t batch;         /* as set by the user; 0: not set */
    bool sums;            /* the gradient of a batch is the sum over its examples, not the mean */
    bool waits_for_error; /* the run ends by its training error (--stop paper), not by its epochs alone */
};

struct defaults {
    size_t batch, epochs;
    const char *schedule;
    double rate; /* the learning rate, for the given optimiser */
};

/* The default optimiser and loss. */
const char *defaults_optimizer(void);
const char *defaults_loss(bool has_targets, bool is_one_of_two);

enum { DEFAULTS_NET_ROOM = 80 };
/* The default net, "dense 100, tanh, dense 100, tanh, dense OUTPUTS". It has two hidden layers, because with
   one, fa and dfa are the same rule. */
void defaults_net(int outputs, char text[DEFAULTS_NET_ROOM]);

/*
 * The defaults for n examples, batch B and S = ceil(n / B) steps per epoch:
 *
 *     batch     the power of two that is next below n / 8, from 8 to 64; 64 where n is unknown
 *     epochs    12000 / S, rounded up, from 10 to 50, and more than 50 where these are fewer than 500 steps
 *               (n < 80); 10 where n is unknown; 300 with --stop paper
 *     schedule  cosine, from the rate to 0 at the last epoch; constant with --stop paper, whose last epoch is
 *               not known
 *     rate      adam 3e-3, rmsprop 1e-3, sgd 0.1 (1 - momentum), divided by B where sgd's gradients are sums
 *
 * So a small table is trained for many epochs in small batches, and a large set for about 12000 steps, but
 * for at least 10 epochs.
 */
struct defaults defaults_of(const struct run_size *size, const struct optimizer *optimizer);

#endif

/*
 * defaults.c - chooses batch, epochs, schedule and learning rate from the size of a run. They do not depend
 * on the name of the data set.
 */
#include "defaults.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum {
    LEAST_BATCH = 8,
    MOST_BATCH = 64,
    BATCHES = 8, /* an epoch has at least so many batches if LEAST_BATCH allows that */
    STEPS = 12000,
    LEAST_EPOCHS = 10,
    MOST_EPOCHS = 50, /* more would overfit small tables */
    LEAST_STEPS = 500,
    PAPER_EPOCHS = 300
};

const char *defaults_optimizer(void)
{
    return "adam";
}

const char *defaults_loss(bool has_targets, bool is_one_of_two)
{
    return has_targets ? "mse" : is_one_of_two ? "bce" : "ce";
}

void defaults_net(int outputs, char text[DEFAULTS_NET_ROOM])
{
    snprintf(text, DEFAULTS_NET_ROOM, "dense 100, tanh, dense 100, tanh, dense %d", outputs);
}

static size_t batch_for(size_t examples)
{
    size_t batch = LEAST_BATCH;
    if (examples == 0)
        return MOST_BATCH;
    while (batch < MOST_BATCH && 2 * batch <= examples / BATCHES)
        batch *= 2;
    return batch;
}

/* The number of epochs of S steps that have at least n_steps in total. */
static size_t epochs_of(size_t n_steps, size_t S)
{
    return (n_steps - 1) / S + 1;
}

static size_t epochs_for(size_t examples, size_t batch)
{
    if (examples == 0)
        return LEAST_EPOCHS;
    const size_t S = (examples - 1) / batch + 1, epochs = epochs_of(STEPS, S),
                 least = epochs_of(LEAST_STEPS, S);
    if (epochs < LEAST_EPOCHS)
        return LEAST_EPOCHS;
    return epochs < MOST_EPOCHS ? epochs : least > MOST_EPOCHS ? least : MOST_EPOCHS;
}

/* Rounds x > 0 to six significant digits: 0.01 where the float 0.9 makes 0.1 (1 - 0.9) 0.010000002384. */
static double six_digits(double x)
{
    double scale = 1.0;
    while (x * scale < 1e5)
        scale *= 10.0;
    return round(x * scale) / scale;
}

/* The default learning rate. That of SGD is reduced because a momentum m multiplies the length of steps by 1
   / (1 - m), and gradients may be sums over the batch. Adam and RMSprop divide by the size of the
   gradient. */
static double rate_for(const struct optimizer *optimizer, const struct run_size *size, size_t batch)
{
    const double rate = optimizer->ops->default_rate;
    if (optimizer->ops->hides_scale)
        return rate;
    return six_digits(rate * (1.0 - (double)optimizer->momentum) / (size->sums ? (double)batch : 1.0));
}

struct defaults defaults_of(const struct run_size *size, const struct optimizer *optimizer)
{
    const size_t batch = size->batch > 0 ? size->batch : batch_for(size->examples);
    return (struct defaults){
        .batch = batch,
        .epochs = size->waits_for_error ? PAPER_EPOCHS : epochs_for(size->examples, batch),
        .schedule = size->waits_for_error ? "constant" : "cosine",
        .rate = rate_for(optimizer, size, batch),
    };
}

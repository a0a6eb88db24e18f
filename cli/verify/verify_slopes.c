/*
 * verify_slopes.c - compares the gradients of backpropagation with central differences of the loss.
 *
 * The differences are taken in double precision, on the weights as the model has them:
 *     (8 (J(h) - J(-h)) - (J(2h) - J(-2h))) / 12h
 * then has an error below 1e-10, so that the measured difference is the rounding of the library. Small nets
 * are checked weight by weight, with every activation. The wide net, whose blocks are divided into ranges, is
 * checked in a random direction for each tensor.
 */
#include "verify_fixture.h"

#include "backless_experimental.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double h = 0x1p-12;
enum { MOST_WEIGHTS = 64 }; /* the most weights of a tensor that is checked weight by weight */

/* The bound: three layers of sums in float forward and backward, each rounded by 6e-8 of its size, and
   activations accurate to 2e-7. Of 250 seeds none exceeds 3e-6; a gradient with a wrong factor or a missing
   term differs by 1e-3 or more. */
static const double slope_bound = 2e-5;

struct line { /* a line through a tensor's values, in some direction */
    double *values, *kept;
    const double *direction;
    size_t n;
};

static double loss_on(const struct line *line, double t, struct oracle *o,
                      const struct verify_fixture *fixture)
{
    for (size_t k = 0; k < line->n; k++)
        line->values[k] = line->kept[k] + t * line->direction[k];
    oracle_forward(o, fixture->x);
    return oracle_loss(o, fixture->labels);
}

/* Returns dJ/dt at t = 0 along the line. */
static double slope_along(const struct line *line, struct oracle *o, const struct verify_fixture *fixture)
{
    memcpy(line->kept, line->values, line->n * sizeof *line->kept);
    const double near = loss_on(line, h, o, fixture) - loss_on(line, -h, o, fixture);
    const double far = loss_on(line, 2 * h, o, fixture) - loss_on(line, -2 * h, o, fixture);
    memcpy(line->values, line->kept, line->n * sizeof *line->kept);
    return (8 * near - far) / (12 * h);
}

struct compared_tensor { /* a tensor of the oracle, and the library's gradient of it */
    double *values;
    bl_tensor gradient;
    char name[48], net[128];
};

static void each_weight(const struct compared_tensor *at, struct oracle *o,
                        const struct verify_fixture *fixture, struct gap *gap)
{
    const size_t n = at->gradient.rows * at->gradient.cols;
    const double one = 1.0;
    double slopes[MOST_WEIGHTS], kept;
    for (size_t k = 0; k < n; k++) {
        const struct line line = {at->values + k, &kept, &one, 1};
        slopes[k] = slope_along(&line, o, fixture);
    }
    gap_add_relative(gap, at->name, at->net, at->gradient.values, slopes, n);
}

/* Compares in one random direction. The roundings of the elements have random signs, so their sum is small
   compared with the norm of the gradient, which is the unit. */
static bl_status one_direction(const struct compared_tensor *at, struct oracle *o,
                               const struct verify_fixture *fixture, struct gap *gap)
{
    const size_t n = at->gradient.rows * at->gradient.cols;
    double *direction = calloc(2 * n, sizeof *direction), along = 0.0, squares = 0.0;
    uint64_t state = fixture->v->seed;
    if (!direction)
        return verify_no_memory(fixture->v);
    for (size_t k = 0; k < n; k++) {
        const double g = (double)at->gradient.values[k];
        direction[k] = fixture_random(&state, 1.0f) < 0.0f ? -1.0 : 1.0;
        along += direction[k] * g;
        squares += g * g;
    }
    const struct line line = {at->values, direction + n, direction, n};
    gap_add_number(gap, at->name, at->net, along, slope_along(&line, o, fixture), sqrt(squares));
    free(direction);
    return BL_OK;
}

static bl_status compare_tensor(int i, struct verify_fixture *fixture, struct oracle *o, struct gap *gap)
{
    struct compared_tensor at = {.values = i % 2 ? o->b[i / 2] : o->W[i / 2]};
    snprintf(at.name, sizeof at.name, "the gradient %d.dense.%s", i / 2, i % 2 ? "bias" : "weight");
    fixture_net_text(&o->shape, at.net, sizeof at.net);
    if (!bl_trainer_gradient(fixture->trainer, i, &at.gradient)) {
        gap_add_number(gap, at.name, at.net, (double)NAN, 0.0, 1.0);
        return BL_OK;
    }
    if (at.gradient.rows * at.gradient.cols > MOST_WEIGHTS)
        return one_direction(&at, o, fixture, gap);
    each_weight(&at, o, fixture, gap);
    return BL_OK;
}

static bl_status compare_slopes(struct verify_fixture *fixture, struct oracle *o, struct gap *gap)
{
    bl_status status = fixture_inspect(fixture);
    for (int i = 0; i < 2 * (int)o->shape.blocks && status == BL_OK; i++)
        status = compare_tensor(i, fixture, o, gap);
    return status;
}

static bl_status check_weight_derivatives(struct verify *v)
{
    return fixture_try_losses(v, compare_slopes, slope_bound);
}

const struct check check_slopes = {
    "gradients", "backpropagation's gradients are the slopes of the loss, by central differences",
    check_weight_derivatives, NULL};

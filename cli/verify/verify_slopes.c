/*
 * verify_slopes.c - backpropagation's gradients against central differences of the loss.
 *
 * The differences are taken in double precision, on the weights as the model has them:
 *     (8 (J(h) - J(-h)) - (J(2h) - J(-2h))) / 12h
 * is then wrong by less than 1e-10, and what is seen is the library's own rounding. Small nets are tried
 * weight by weight, with every activation; the wide one, whose blocks are cut into parts, in a random
 * direction for each tensor.
 */
#include "verify_fixture.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double h = 0x1p-12;
enum { MOST_WEIGHTS = 64 }; /* of a tensor that is tried weight by weight */

/* Three layers of sums in float there and back, each rounded by 6e-8 of its size, and activations good to
   2e-7. Of 250 seeds none is above 3e-6; a gradient with a wrong factor or a missing term is wrong by 1e-3
   or more. */
static const double slope_bound = 2e-5;

struct line { /* through a tensor's values, in some direction */
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

/* dJ/dt at t = 0. */
static double slope_along(const struct line *line, struct oracle *o, const struct verify_fixture *fixture)
{
    memcpy(line->kept, line->values, line->n * sizeof *line->kept);
    const double near = loss_on(line, h, o, fixture) - loss_on(line, -h, o, fixture);
    const double far = loss_on(line, 2 * h, o, fixture) - loss_on(line, -2 * h, o, fixture);
    memcpy(line->values, line->kept, line->n * sizeof *line->kept);
    return (8 * near - far) / (12 * h);
}

struct compared_tensor { /* a tensor of the oracle's, and what the library says of it */
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

/* The elements' roundings have random signs: their sum is small against the gradient's norm, the unit. */
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

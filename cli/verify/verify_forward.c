/*
 * verify_forward.c - compares predictions and scores of a net with a computation in double precision.
 */
#include "verify_fixture.h"

#include <math.h>
#include <stdlib.h>

/* The bound: three layers of sums of up to 170 terms in float, each rounded by 6e-8 of its size, and
   activations accurate to 2e-7. Of 250 seeds none exceeds 1e-6. The unit of scores is the largest score, that
   of losses is 1 + the loss. */
static const double forward_bound = 1e-5;

static void compare_scores(const struct verify_fixture *fixture, const struct oracle *o,
                           const bl_score *score, const double *is, double *should, struct gap *gap)
{
    char net[128];
    const double loss = oracle_loss(o, fixture->labels);
    for (size_t n = 0; n < fixture->n; n++)
        oracle_scores(o, n, should + n * fixture->classes);
    fixture_net_text(&o->shape, net, sizeof net);
    double size = 0.0;
    for (size_t i = 0; i < fixture->n * fixture->classes; i++)
        size = fmax(size, fabs(should[i]));
    for (size_t i = 0; i < fixture->n * fixture->classes; i++)
        gap_add_number(gap, "a score", net, is[i], should[i], size);
    gap_add_number(gap, "the loss", net, score->loss, loss, 1.0 + loss);
    gap_add_number(gap, "the error", net, score->error, oracle_error(o, fixture->labels), 1.0);
}

static bl_status compare_forward(struct verify_fixture *fixture, struct oracle *o, struct gap *gap)
{
    bl_score score;
    double *should = calloc(fixture->n * fixture->classes, sizeof *should);
    double *is = calloc(fixture->n * fixture->classes, sizeof *is);
    bl_status status = should && is ? bl_model_predict(fixture->model, fixture->x, fixture->n, is)
                                    : verify_no_memory(fixture->v);
    if (status == BL_OK)
        status = bl_model_evaluate(fixture->model, fixture->data, &score);
    if (status == BL_OK)
        compare_scores(fixture, o, &score, is, should, gap);
    free(should);
    free(is);
    return status;
}

static bl_status check_forward_pass(struct verify *v)
{
    return fixture_try_losses(v, compare_forward, forward_bound);
}

const struct check check_forward = {"forward",
                                    "scores, losses and errors are those of the same net in double precision",
                                    check_forward_pass, NULL};

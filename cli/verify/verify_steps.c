/*
 * verify_steps.c - compares the first step of each optimiser with its closed form.
 *
 *     sgd       w - rate g                                    with a momentum too: it starts from nothing
 *     rmsprop   w - rate g / (sqrt((1 - rho) g^2) + epsilon)  Torch7's: its mean square starts from 0
 *     adam      w - rate g / (|g| + epsilon)                  the corrections undo the averages
 */
#include "verify_fixture.h"

#include "backless_experimental.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The bound, in units of |w| + |step|: the step has about six roundings, the sum one, each 6e-8 of its
   size. */
static const double step_bound = 5e-7;
static const double rate = 0.01;
enum { MOST = 2048 }; /* the most values of a tensor */

struct step_case {
    const char *optimizer;
    double (*change)(double g, double epsilon); /* change of a weight, divided by -rate */
    double epsilon;
};

static double change_sgd(double g, double epsilon)
{
    (void)epsilon;
    return g;
}

static double change_rmsprop(double g, double epsilon)
{
    const double rho = (double)0.99f; /* rho in the library's precision */
    return g / (sqrt((1.0 - rho) * g * g) + epsilon);
}

static double change_adam(double g, double epsilon)
{
    return g / (fabs(g) + epsilon);
}

/* The epsilons are larger than usual, so that a wrong place of epsilon in the equation shows. */
static const struct step_case cases[] = {
    {"sgd", change_sgd, 0.0},          {"sgd momentum 0.9", change_sgd, 0.0},
    {"rmsprop", change_rmsprop, 1e-8}, {"rmsprop epsilon 0.01", change_rmsprop, 0.01},
    {"adam", change_adam, 1e-8},       {"adam epsilon 0.01", change_adam, 0.01},
};

struct before { /* a tensor and its gradient, before the step */
    float w[MOST], g[MOST];
};

static void keep(const struct verify_fixture *fixture, int i, struct before *out)
{
    bl_tensor w, g;
    if (bl_model_tensor(fixture->model, i, &w) && bl_trainer_gradient(fixture->trainer, i, &g)) {
        memcpy(out->w, w.values, w.rows * w.cols * sizeof *out->w);
        memcpy(out->g, g.values, g.rows * g.cols * sizeof *out->g);
    }
}

static void compare_tensor(const struct step_case *c, const bl_tensor *w, const struct before *before,
                           const char *net, struct gap *gap)
{
    for (size_t k = 0; k < w->rows * w->cols; k++) {
        const double old = (double)before->w[k];
        const double change = -rate * c->change((double)before->g[k], c->epsilon);
        char what[64];
        snprintf(what, sizeof what, "%s[%zu]", w->name, k);
        gap_add_number(gap, what, net, (double)w->values[k], old + change, fabs(old) + fabs(change));
    }
}

static bl_status compare_step(struct verify_fixture *fixture, const struct step_case *c,
                              struct before *before, int tensors, const char *net, struct gap *gap)
{
    bl_tensor w;
    bl_status status = fixture_inspect(fixture);
    for (int i = 0; i < tensors && status == BL_OK; i++)
        keep(fixture, i, &before[i]);
    if (status == BL_OK)
        status = fixture_step(fixture);
    for (int i = 0; i < tensors && status == BL_OK; i++)
        if (bl_model_tensor(fixture->model, i, &w))
            compare_tensor(c, &w, &before[i], net, gap);
    return status;
}

static bl_status try_case(struct verify *v, const struct step_case *c)
{
    enum { TENSORS = 4 };
    const struct verify_fixture_options options = {.net = "dense 100, tanh, dense 5",
                                                   .rule = "dfa",
                                                   .optimizer = c->optimizer,
                                                   .lr = "0.01",
                                                   .init = "fanin"};
    struct verify_fixture fixture;
    struct gap gap = {0.0, ""};
    struct before *before = calloc(TENSORS, sizeof *before);
    bl_status status = fixture_make(&fixture, v, 12, 9, 5, &options);
    if (!before && status == BL_OK)
        status = verify_no_memory(v);
    if (status == BL_OK)
        status = compare_step(&fixture, c, before, TENSORS, options.net, &gap);
    if (status == BL_OK)
        gap_report(v, &gap, step_bound, "of the weight", c->optimizer);
    fixture_free(&fixture);
    free(before);
    return status;
}

static bl_status check_optimizer_steps(struct verify *v)
{
    bl_status status = BL_OK;
    for (size_t i = 0; i < sizeof cases / sizeof *cases && status == BL_OK; i++)
        status = try_case(v, &cases[i]);
    return status;
}

const struct check check_steps = {"first-step", "the optimiser's first step is its closed form",
                                  check_optimizer_steps, NULL};

/*
 * verify_angles.c - compares the angles that the library reports with those between the deltas and gradients
 * of two trainers with the same weights, one with the rule and one with backpropagation. Products and angles
 * are computed here again, because a check that called the library's own would agree with its faults.
 */
#include "verify_fixture.h"

#include "backless_experimental.h"

#include <math.h>
#include <string.h>

/* The bound in degrees. The update's gradients are rounded once more by the optimiser, by 6e-8 of their size.
   Of 250 seeds none exceeds 3e-6. */
static const double angle_bound = 1e-4;

struct dot_products {
    double ab, aa, bb;
};

static struct dot_products products_of(const float *a, const float *b, size_t n)
{
    struct dot_products p = {0.0, 0.0, 0.0};
    for (size_t i = 0; i < n; i++) {
        p.ab += (double)a[i] * (double)b[i];
        p.aa += (double)a[i] * (double)a[i];
        p.bb += (double)b[i] * (double)b[i];
    }
    return p;
}

/* Returns whether the vectors have an angle: a vector of zeros, of an example to which no unit of the block
   responds, has no direction. */
static bool has_angle(struct dot_products p)
{
    return p.aa > 0.0 && p.bb > 0.0;
}

static double degrees(struct dot_products p)
{
    return acos(fmax(-1.0, fmin(1.0, p.ab / (sqrt(p.aa) * sqrt(p.bb))))) * 180.0 / acos(-1.0);
}

static void add_angle(struct gap *gap, const char *what, const char *net, double is, struct dot_products p)
{
    if (has_angle(p))
        gap_add_number(gap, what, net, is, degrees(p), 1.0);
}

static void add_sample_angle(struct gap *gap, const char *net, double is, const bl_tensor *a,
                             const bl_tensor *b)
{
    double sum = 0.0;
    size_t counted = 0;
    for (size_t n = 0; n < a->rows; n++) {
        const struct dot_products p = products_of(a->values + n * a->cols, b->values + n * a->cols, a->cols);
        if (has_angle(p)) {
            sum += degrees(p);
            counted++;
        }
    }
    if (counted)
        gap_add_number(gap, "the angle \"sample\"", net, is, sum / (double)counted, 1.0);
}

/* Compares the angles of a block. With plain sgd a step is minus the learning rate times the gradient, so the
   update's angle is that of the gradients. */
static void compare_block(const struct verify_fixture *fixture, const struct verify_fixture *bp, int l,
                          const bl_angles *is, const char *net, struct gap *gap)
{
    bl_tensor a, b;
    if (bl_trainer_delta(fixture->trainer, l, &a) && bl_trainer_delta(bp->trainer, l, &b)) {
        add_angle(gap, "the angle \"flat\"", net, is->flat, products_of(a.values, b.values, a.rows * a.cols));
        add_sample_angle(gap, net, is->sample, &a, &b);
    }
    if (bl_trainer_gradient(fixture->trainer, 2 * l, &a) && bl_trainer_gradient(bp->trainer, 2 * l, &b))
        add_angle(gap, "the angle \"update\"", net, is->update,
                  products_of(a.values, b.values, a.rows * a.cols));
}

static bl_status compare_with_bp(struct verify_fixture *fixture, struct verify_fixture *bp,
                                 const struct oracle_shape *shape, struct gap *gap)
{
    bl_angles angles[ORACLE_BLOCKS];
    char net[128];
    bl_status status = fixture_copy(bp, fixture);
    if (status == BL_OK)
        status = bl_trainer_angles(fixture->trainer, fixture->data, fixture->n, angles, ORACLE_BLOCKS);
    if (status == BL_OK)
        status = fixture_inspect(fixture);
    if (status == BL_OK)
        status = fixture_inspect(bp);
    fixture_net_text(shape, net, sizeof net);
    for (int l = 0; l < (int)shape->blocks && status == BL_OK; l++)
        compare_block(fixture, bp, l, &angles[l], net, gap);
    return status;
}

static bl_status compare_angles(struct verify_fixture *fixture, struct oracle *o, struct gap *gap)
{
    char net[128];
    const struct verify_fixture_options options = {
        .net = net, .rule = "bp", .loss = o->shape.loss, .optimizer = "sgd", .init = "fanin"};
    struct verify_fixture bp;
    fixture_net_text(&o->shape, net, sizeof net);
    bl_status status = fixture_make(&bp, fixture->v, fixture->n, fixture->inputs, fixture->classes, &options);
    if (status == BL_OK) {
        memcpy(bp.x, fixture->x, fixture->n * fixture->inputs * sizeof *bp.x);
        status = compare_with_bp(fixture, &bp, &o->shape, gap);
    }
    fixture_free(&bp);
    return status;
}

static bl_status try_rule(struct verify *v, const char *rule)
{
    const struct verify_fixture_options options = {.rule = rule, .optimizer = "sgd"};
    struct gap gap = {0.0, ""};
    bl_status status = BL_OK;
    for (int i = 0; i < 2 * LAB_SHAPES && status == BL_OK; i++) {
        const struct oracle_shape shape = fixture_shape(i / 2, fixture_loss(i % 2));
        status = fixture_try(v, &shape, &options, compare_angles, &gap);
    }
    if (status == BL_OK)
        gap_report(v, &gap, angle_bound, "degrees", rule);
    return status;
}

static bl_status check_measured_angles(struct verify *v)
{
    static const char *const rules[] = {"fa", "dfa", "ifa"};
    bl_status status = BL_OK;
    for (size_t i = 0; i < sizeof rules / sizeof *rules && status == BL_OK; i++)
        status = try_rule(v, rules[i]);
    return status;
}

const struct check check_angles = {
    "angles", "the angles reported are those between the deltas of the rule and of backpropagation",
    check_measured_angles, NULL};

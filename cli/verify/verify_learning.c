/*
 * verify_learning.c - trains briefly with every rule, including a registered one, and checks the angle to
 * backpropagation and the error.
 *
 * The problem: CLASSES classes, each of two clouds around centres at random in INPUTS dimensions, which
 * nearly every hyperplane that is looked for will part. Chance is wrong in 4 of 5 cases.
 */
#include "verify_fixture.h"

#include "backless_experimental.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { N = 320, BATCH = 32, EPOCHS = 12, INPUTS = 20, CLASSES = 5, CENTRES = 2 * CLASSES, MOST_BLOCKS = 4 };

static const char *const net = "dense 48, tanh, dense 40, tanh, dense 5";

/* The bound of the error, half of that of a random guess. Of 250 seeds none exceeds 0.1, which is that of
   frozen. */
static const double error_bound = 0.4;

/* The largest mean over the hidden blocks of the angle "flat", in degrees. Two random directions are 90
   degrees apart, with a deviation of 57 / root of the dimension; of 250 seeds none exceeds 46 degrees. A rule
   without an entry must stay below 90 degrees, if it has an angle. */
struct expectation {
    const char *rule;
    enum { SOME_ANGLE, NO_ANGLE, ANY_ANGLE } kind;
    double most;
};

static const struct expectation expectations[] = {
    {"bp", SOME_ANGLE, 0.1},   {"fa", SOME_ANGLE, 65.0},  {"dfa", SOME_ANGLE, 65.0},
    {"ifa", SOME_ANGLE, 65.0}, {"frozen", NO_ANGLE, 0.0}, {"linear", NO_ANGLE, 0.0},
};

static struct expectation expected_of(const char *rule)
{
    for (size_t i = 0; i < sizeof expectations / sizeof *expectations; i++)
        if (strcmp(expectations[i].rule, rule) == 0)
            return expectations[i];
    return (struct expectation){rule, ANY_ANGLE, 90.0};
}

static void draw_clouds(struct verify_fixture *fixture)
{
    uint64_t state = fixture->v->seed ^ 0x636c6f756473;
    float centres[CENTRES][INPUTS];
    for (int c = 0; c < CENTRES; c++)
        for (int j = 0; j < INPUTS; j++)
            centres[c][j] = fixture_random(&state, 1.0f);
    for (int n = 0; n < N; n++) {
        fixture->labels[n] = n % CLASSES;
        for (int j = 0; j < INPUTS; j++)
            fixture->x[n * INPUTS + j] = centres[n % CENTRES][j] + fixture_random(&state, 0.5f);
    }
}

static bl_status train(struct verify_fixture *fixture)
{
    bl_status status = BL_OK;
    for (int step = 0; step < EPOCHS * N / BATCH && status == BL_OK; step++) {
        const size_t first = (size_t)(step % (N / BATCH)) * BATCH;
        status = bl_trainer_step(fixture->trainer, fixture->x + first * INPUTS, fixture->labels + first,
                                 BATCH, NULL);
    }
    return status;
}

/* Computes the mean angle over the hidden blocks; NaN if none has one. */
static bl_status hidden_angle(struct verify_fixture *fixture, double *out)
{
    bl_angles angles[MOST_BLOCKS];
    bl_tensor t;
    int blocks = 0, counted = 0;
    double sum = 0.0;
    const bl_status status = bl_trainer_angles(fixture->trainer, fixture->data, N, angles, MOST_BLOCKS);
    if (status != BL_OK)
        return status;
    for (int i = 0; bl_model_tensor(fixture->model, i, &t); i++)
        blocks += strstr(t.name, ".weight") != NULL;
    for (int l = 0; l < blocks - 1; l++)
        if (!isnan(angles[l].flat)) {
            sum += angles[l].flat;
            counted++;
        }
    *out = counted ? sum / counted : (double)NAN;
    return BL_OK;
}

static void report_angle(struct verify *v, const char *rule, double angle)
{
    const struct expectation e = expected_of(rule);
    struct finding f = {
        .measured = angle, .bound = e.kind == NO_ANGLE ? (double)NAN : e.most, .unit = "degrees"};
    f.is_right = isnan(angle) ? e.kind != SOME_ANGLE : angle <= e.most && e.kind != NO_ANGLE;
    snprintf(f.of, sizeof f.of, "%s, angle", rule);
    if (isnan(angle))
        snprintf(f.where, sizeof f.where, "there is no angle after training");
    else
        snprintf(f.where, sizeof f.where,
                 "the hidden blocks are %.1f degrees from backpropagation after training", angle);
    verify_report(v, &f);
}

static void report_error(struct verify *v, const char *rule, double error)
{
    struct finding f = {.measured = error, .bound = error_bound, .unit = "of the predictions wrong"};
    f.is_right = error <= error_bound;
    snprintf(f.of, sizeof f.of, "%s, error", rule);
    snprintf(f.where, sizeof f.where, "%.0f %% of the predictions are wrong after training, %d %% by chance",
             100.0 * error, 100 - 100 / CLASSES);
    verify_report(v, &f);
}

static bl_status try_rule(struct verify *v, const char *rule)
{
    const struct verify_fixture_options options = {
        .net = net, .rule = rule, .optimizer = "rmsprop", .lr = "0.003", .batch = "32"};
    struct verify_fixture fixture;
    double angle = 0.0;
    bl_score score = {.error = 1.0};
    bl_status status = fixture_make(&fixture, v, N, INPUTS, CLASSES, &options);
    if (status == BL_OK) {
        draw_clouds(&fixture);
        status = train(&fixture);
    }
    if (status == BL_OK)
        status = hidden_angle(&fixture, &angle);
    if (status == BL_OK)
        status = bl_model_evaluate(fixture.model, fixture.data, &score);
    if (status == BL_OK) {
        report_angle(v, rule, angle);
        report_error(v, rule, score.error);
    }
    fixture_free(&fixture);
    return status;
}

static bl_status check_learned_error(struct verify *v)
{
    bl_rule_info rule = {.size = sizeof rule};
    bl_status status = BL_OK;
    for (int i = 0; status == BL_OK && bl_rule_at(v->ctx, i, &rule); i++)
        status = try_rule(v, rule.name);
    return status;
}

const struct check check_learning = {
    "learning", "after a short training each rule has the angle that it should, and has learned",
    check_learned_error, NULL};

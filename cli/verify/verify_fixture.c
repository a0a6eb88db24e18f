/*
 * verify_fixture.c - creates trainers for the checks, and measures distances.
 */
#include "verify_fixture.h"

#include "backless_experimental.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* No hidden sum may be closer to a kink than this, because differences are taken at a distance h = 2^-12 to
   each side. */
static const double kink_distance = 0.02;
enum {
    WIDEST_WITH_KINKS = 32,
    OPTIONS = 12,
    ONE_OF_TWO = 4 /* the index of the shape that has one output under bce */
};

static uint64_t fixture_bits(uint64_t *state)
{
    uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

float fixture_random(uint64_t *state, float limit)
{
    return limit * ((float)(fixture_bits(state) >> 40) * 0x1p-23f - 1.0f);
}

static void draw_example(struct verify_fixture *fixture, size_t n, uint64_t *state)
{
    for (size_t j = 0; j < fixture->inputs; j++)
        fixture->x[n * fixture->inputs + j] = fixture_random(state, 1.5f);
}

static bl_status draw_examples(struct verify_fixture *fixture)
{
    uint64_t state = fixture->v->seed ^ 0x65786d706c65;
    fixture->x = calloc(fixture->n * fixture->inputs, sizeof *fixture->x);
    fixture->labels = calloc(fixture->n, sizeof *fixture->labels);
    if (!fixture->x || !fixture->labels)
        return verify_no_memory(fixture->v);
    for (size_t n = 0; n < fixture->n; n++) {
        draw_example(fixture, n, &state);
        fixture->labels[n] = (int32_t)(n * n % fixture->classes);
    }
    return BL_OK;
}

static bl_status configure_trainer(struct verify_fixture *fixture, const struct verify_fixture_options *o)
{
    char seed[32], batch[32];
    snprintf(seed, sizeof seed, "%llu", (unsigned long long)fixture->v->seed);
    snprintf(batch, sizeof batch, "%zu", fixture->n);
    const char *const options[OPTIONS][2] = {{"seed", seed},
                                             {"batch", batch},
                                             {"net", o->net},
                                             {"rule", o->rule},
                                             {"loss", o->loss},
                                             {"reduction", o->reduction},
                                             {"optimizer", o->optimizer},
                                             {"lr", o->lr},
                                             {"init", o->init},
                                             {"feedback", o->feedback},
                                             {"seed", o->seed},
                                             {"batch", o->batch}};
    bl_status status = bl_config_create(&fixture->config, fixture->v->ctx);
    for (int i = 0; i < OPTIONS && status == BL_OK; i++)
        if (options[i][1])
            status = bl_config_set(fixture->config, options[i][0], options[i][1]);
    return status;
}

bl_status fixture_make(struct verify_fixture *fixture, struct verify *v, size_t n, size_t inputs,
                       size_t classes, const struct verify_fixture_options *options)
{
    memset(fixture, 0, sizeof *fixture);
    fixture->v = v;
    fixture->n = n;
    fixture->inputs = inputs;
    fixture->classes = classes;
    bl_status status = draw_examples(fixture);
    if (status == BL_OK)
        status = configure_trainer(fixture, options);
    if (status == BL_OK)
        status = bl_data_wrap(&fixture->data, v->ctx, fixture->x, fixture->labels, n,
                              (bl_shape){1, 1, (int)inputs}, (int)classes);
    if (status == BL_OK)
        status = bl_trainer_create(&fixture->trainer, v->ctx, fixture->config, fixture->data);
    if (status == BL_OK)
        fixture->model = bl_trainer_model(fixture->trainer);
    return status;
}

void fixture_free(struct verify_fixture *fixture)
{
    bl_trainer_free(fixture->trainer);
    bl_data_free(fixture->data);
    bl_config_free(fixture->config);
    free(fixture->x);
    free(fixture->labels);
    memset(fixture, 0, sizeof *fixture);
}

bl_status fixture_step(struct verify_fixture *fixture)
{
    return bl_trainer_step(fixture->trainer, fixture->x, fixture->labels, fixture->n, NULL);
}

bl_status fixture_inspect(struct verify_fixture *fixture)
{
    return bl_trainer_inspect(fixture->trainer, fixture->x, fixture->labels, fixture->n);
}

bl_tensor fixture_tensor(const struct verify_fixture *fixture, const char *name)
{
    bl_tensor t;
    for (int i = 0; bl_model_tensor(fixture->model, i, &t); i++)
        if (strcmp(t.name, name) == 0)
            return t;
    return (bl_tensor){name, NULL, 0, 0};
}

bl_status fixture_set(struct verify_fixture *fixture, const char *name, const float *values, size_t n)
{
    return bl_model_set_tensor(fixture->model, name, values, n);
}

bl_status fixture_copy(struct verify_fixture *to, const struct verify_fixture *from)
{
    bl_tensor t;
    bl_status status = BL_OK;
    for (int i = 0; bl_model_tensor(from->model, i, &t) && status == BL_OK; i++)
        if (fixture_tensor(to, t.name).values)
            status = fixture_set(to, t.name, t.values, t.rows * t.cols);
    return status;
}

/* ---- Nets of a shape */

void fixture_net_text(const struct oracle_shape *shape, char *out, size_t room)
{
    size_t used = 0;
    for (size_t l = 0; l < shape->blocks && used < room; l++) {
        used += (size_t)snprintf(out + used, room - used, "%sdense %zu", l ? ", " : "", shape->units[l + 1]);
        if (l + 1 < shape->blocks && used < room)
            used += (size_t)snprintf(out + used, room - used, ", %s", shape->activation);
    }
}

struct oracle_shape fixture_shape(int i, const char *loss)
{
    static const char *const activations[LAB_SHAPES - 1] = {
        "tanh", "logistic", "relu", "leaky-relu 0.1", "softplus", "gelu", "identity"};
    if (i == ONE_OF_TWO && strcmp(loss, "bce") == 0)
        return (struct oracle_shape){6, 3, {9, 7, 6, 1}, activations[i], loss, false};
    if (i < LAB_SHAPES - 1)
        return (struct oracle_shape){6, 3, {9, 7, 6, 4}, activations[i], loss, false};
    return (struct oracle_shape){21, 3, {37, 170, 101, 10}, "tanh", loss, false};
}

const char *fixture_loss(int i)
{
    static const char *const losses[LAB_LOSSES] = {"ce", "bce", "mse"};
    return losses[i];
}

/* Returns the limit of random weights, 3 / root of the number of inputs, which gives sums that are neither
   tiny nor saturated. */
static float limit_of(const bl_tensor *t)
{
    return t->rows == 1 || strstr(t->name, "feedback") ? 1.0f : 3.0f / sqrtf((float)t->cols);
}

static bl_status set_random(struct verify_fixture *fixture)
{
    uint64_t state = fixture->v->seed ^ 0x77656967687473;
    bl_tensor t;
    bl_status status = BL_OK;
    for (int i = 0; bl_model_tensor(fixture->model, i, &t) && status == BL_OK; i++) {
        const size_t n = t.rows * t.cols;
        float *values = calloc(n, sizeof *values);
        if (!values)
            return verify_no_memory(fixture->v);
        for (size_t k = 0; k < n; k++)
            values[k] = fixture_random(&state, limit_of(&t));
        status = fixture_set(fixture, t.name, values, n);
        free(values);
    }
    return status;
}

static bool has_kinks(const struct oracle_shape *shape)
{
    for (size_t l = 0; l + 1 < shape->blocks; l++)
        if (shape->units[l + 1] > WIDEST_WITH_KINKS)
            return false;
    return strstr(shape->activation, "relu") != NULL;
}

/* Draws each example again that is too close to a kink. */
static void avoid_kinks(struct verify_fixture *fixture, struct oracle *oracle)
{
    uint64_t state = fixture->v->seed ^ 0x6b696e6b73;
    bool is_done = false;
    while (!is_done) {
        is_done = true;
        oracle_forward(oracle, fixture->x);
        for (size_t n = 0; n < fixture->n; n++)
            if (oracle_kink_distance(oracle, n) < kink_distance) {
                draw_example(fixture, n, &state);
                is_done = false;
            }
    }
}

/* Makes a net of this shape with the rule, from random weights, biases and feedback instead of an init, whose
   values some rules could not distinguish. In small nets the examples stay away from the kinks of relu. The
   oracle gets the same values. */
static bl_status fixture_make_shaped(struct verify_fixture *fixture, struct oracle *oracle, struct verify *v,
                                     const struct oracle_shape *shape,
                                     const struct verify_fixture_options *options)
{
    char net[128];
    struct verify_fixture_options all = *options;
    memset(oracle, 0, sizeof *oracle);
    fixture_net_text(shape, net, sizeof net);
    all.net = net;
    all.loss = shape->loss;
    all.reduction = shape->sums ? "sum" : "mean";
    all.init = "fanin";
    const size_t units = shape->units[shape->blocks], classes = units > 1 ? units : 2;
    bl_status status = fixture_make(fixture, v, shape->n, shape->units[0], classes, &all);
    if (status == BL_OK)
        status = set_random(fixture);
    if (status == BL_OK && !oracle_make(oracle, shape))
        status = verify_no_memory(v);
    if (status != BL_OK)
        return status;
    oracle_take(oracle, fixture->model);
    if (has_kinks(shape))
        avoid_kinks(fixture, oracle);
    oracle_forward(oracle, fixture->x);
    return BL_OK;
}

bl_status fixture_try(struct verify *v, const struct oracle_shape *shape,
                      const struct verify_fixture_options *options, fixture_compare *compare, struct gap *gap)
{
    struct verify_fixture fixture;
    struct oracle oracle;
    bl_status status = fixture_make_shaped(&fixture, &oracle, v, shape, options);
    if (status == BL_OK)
        status = compare(&fixture, &oracle, gap);
    oracle_free(&oracle);
    fixture_free(&fixture);
    return status;
}

static bl_status try_loss(struct verify *v, fixture_compare *compare, double bound, const char *loss)
{
    const struct verify_fixture_options options = {.rule = "bp", .optimizer = "sgd"};
    struct gap gap = {0.0, ""};
    bl_status status = BL_OK;
    for (int i = 0; i < LAB_SHAPES && status == BL_OK; i++) {
        const struct oracle_shape shape = fixture_shape(i, loss);
        status = fixture_try(v, &shape, &options, compare, &gap);
    }
    if (status == BL_OK)
        gap_report(v, &gap, bound, "of the largest", loss);
    return status;
}

bl_status fixture_try_losses(struct verify *v, fixture_compare *compare, double bound)
{
    bl_status status = BL_OK;
    for (int i = 0; i < LAB_LOSSES && status == BL_OK; i++)
        status = try_loss(v, compare, bound, fixture_loss(i));
    return status;
}

/* ---- Distances */

static double distance(double is, double should, double size)
{
    const double d = fabs(is - should) / fmax(size, 1e-30);
    return isnan(d) ? (double)INFINITY : d;
}

void gap_add_number(struct gap *gap, const char *what, const char *in, double is, double should, double size)
{
    const double d = distance(is, should, size);
    if (gap->where[0] && d <= gap->worst)
        return;
    gap->worst = d;
    snprintf(gap->where, sizeof gap->where, "%s of \"%s\" is %.9g, expected %.9g", what, in, is, should);
}

/* Adds the largest |is - should| in units of `size`; `what` and `in` name the place. */
static void gap_add(struct gap *gap, const char *what, const char *in, const float *is, const double *should,
                    size_t n, double size)
{
    size_t worst = 0;
    for (size_t i = 1; i < n; i++)
        if (distance((double)is[i], should[i], size) > distance((double)is[worst], should[worst], size))
            worst = i;
    char place[96];
    snprintf(place, sizeof place, "%s[%zu]", what, worst);
    gap_add_number(gap, place, in, (double)is[worst], should[worst], size);
}

void gap_add_relative(struct gap *gap, const char *what, const char *in, const float *is,
                      const double *should, size_t n)
{
    double size = 0.0;
    for (size_t i = 0; i < n; i++)
        size = fmax(size, fabs(should[i]));
    gap_add(gap, what, in, is, should, n, size);
}

static bool same_bits(const float *a, const float *b, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        uint32_t x, y;
        memcpy(&x, &a[i], sizeof x);
        memcpy(&y, &b[i], sizeof y);
        if (x != y)
            return false;
    }
    return true;
}

bool same_double_bits(const double *a, const double *b, size_t n)
{
    return memcmp(a, b, n * sizeof *a) == 0;
}

void gap_add_bits(struct gap *gap, const char *what, const char *in, const float *a, const float *b, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!same_bits(&a[i], &b[i], 1)) {
            if (gap->worst == 0.0)
                snprintf(gap->where, sizeof gap->where, "%s[%zu] of \"%s\" is %.9g, expected %.9g", what, i,
                         in, (double)a[i], (double)b[i]);
            gap->worst += 1.0;
        }
}

void gap_report(struct verify *v, const struct gap *gap, double bound, const char *unit, const char *of)
{
    struct finding f = {
        .measured = gap->worst, .bound = bound, .unit = unit, .is_right = gap->worst <= bound};
    snprintf(f.of, sizeof f.of, "%s", of);
    snprintf(f.where, sizeof f.where, "%s", gap->where);
    verify_report(v, &f);
}

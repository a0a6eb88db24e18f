/*
 * verify_lab.c - creates trainers for the checks, and measures distances.
 */
#include "verify_lab.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Differences go h to each side, h = 2^-12: no hidden sum may cross a kink on the way. */
static const double kink_distance = 0.02;
enum { WIDEST_WITH_KINKS = 32, OPTIONS = 12, ONE_OF_TWO = 4 /* the shape that has one output under bce */ };

static uint64_t lab_bits(uint64_t *state)
{
    uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

float lab_random(uint64_t *state, float limit)
{
    return limit * ((float)(lab_bits(state) >> 40) * 0x1p-23f - 1.0f);
}

static void draw_example(struct lab *lab, size_t n, uint64_t *state)
{
    for (size_t j = 0; j < lab->inputs; j++)
        lab->x[n * lab->inputs + j] = lab_random(state, 1.5f);
}

static bl_status draw_examples(struct lab *lab)
{
    uint64_t state = lab->v->seed ^ 0x65786d706c65;
    lab->x = calloc(lab->n * lab->inputs, sizeof *lab->x);
    lab->labels = calloc(lab->n, sizeof *lab->labels);
    if (!lab->x || !lab->labels)
        return verify_no_memory(lab->v);
    for (size_t n = 0; n < lab->n; n++) {
        draw_example(lab, n, &state);
        lab->labels[n] = (int32_t)(n * n % lab->classes);
    }
    return BL_OK;
}

static bl_status configure(struct lab *lab, const struct lab_options *o)
{
    char seed[32], batch[32];
    snprintf(seed, sizeof seed, "%llu", (unsigned long long)lab->v->seed);
    snprintf(batch, sizeof batch, "%zu", lab->n);
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
    bl_status status = bl_config_create(&lab->config, lab->v->ctx);
    for (int i = 0; i < OPTIONS && status == BL_OK; i++)
        if (options[i][1])
            status = bl_config_set(lab->config, options[i][0], options[i][1]);
    return status;
}

bl_status lab_make(struct lab *lab, struct verify *v, size_t n, size_t inputs, size_t classes,
                   const struct lab_options *options)
{
    memset(lab, 0, sizeof *lab);
    lab->v = v;
    lab->n = n;
    lab->inputs = inputs;
    lab->classes = classes;
    bl_status status = draw_examples(lab);
    if (status == BL_OK)
        status = configure(lab, options);
    if (status == BL_OK)
        status = bl_data_wrap(&lab->data, v->ctx, lab->x, lab->labels, n, (bl_shape){1, 1, (int)inputs},
                              (int)classes);
    if (status == BL_OK)
        status = bl_trainer_create(&lab->trainer, v->ctx, lab->config, lab->data);
    if (status == BL_OK)
        lab->model = bl_trainer_model(lab->trainer);
    return status;
}

void lab_free(struct lab *lab)
{
    bl_trainer_free(lab->trainer);
    bl_data_free(lab->data);
    bl_config_free(lab->config);
    free(lab->x);
    free(lab->labels);
    memset(lab, 0, sizeof *lab);
}

bl_status lab_step(struct lab *lab)
{
    return bl_trainer_step(lab->trainer, lab->x, lab->labels, lab->n, NULL);
}

bl_status lab_inspect(struct lab *lab)
{
    return bl_trainer_inspect(lab->trainer, lab->x, lab->labels, lab->n);
}

bl_tensor lab_tensor(const struct lab *lab, const char *name)
{
    bl_tensor t;
    for (int i = 0; bl_model_tensor(lab->model, i, &t); i++)
        if (strcmp(t.name, name) == 0)
            return t;
    return (bl_tensor){name, NULL, 0, 0};
}

bl_status lab_set(struct lab *lab, const char *name, const float *values, size_t n)
{
    return bl_model_set_tensor(lab->model, name, values, n);
}

bl_status lab_copy(struct lab *to, const struct lab *from)
{
    bl_tensor t;
    bl_status status = BL_OK;
    for (int i = 0; bl_model_tensor(from->model, i, &t) && status == BL_OK; i++)
        if (lab_tensor(to, t.name).values)
            status = lab_set(to, t.name, t.values, t.rows * t.cols);
    return status;
}

/* ---- Nets of a shape */

void lab_net_text(const struct oracle_shape *shape, char *out, size_t room)
{
    size_t used = 0;
    for (size_t l = 0; l < shape->blocks && used < room; l++) {
        used += (size_t)snprintf(out + used, room - used, "%sdense %zu", l ? ", " : "", shape->units[l + 1]);
        if (l + 1 < shape->blocks && used < room)
            used += (size_t)snprintf(out + used, room - used, ", %s", shape->activation);
    }
}

struct oracle_shape lab_shape(int i, const char *loss)
{
    static const char *const activations[LAB_SHAPES - 1] = {
        "tanh", "logistic", "relu", "leaky-relu 0.1", "softplus", "gelu", "identity"};
    if (i == ONE_OF_TWO && strcmp(loss, "bce") == 0)
        return (struct oracle_shape){6, 3, {9, 7, 6, 1}, activations[i], loss, false};
    if (i < LAB_SHAPES - 1)
        return (struct oracle_shape){6, 3, {9, 7, 6, 4}, activations[i], loss, false};
    return (struct oracle_shape){21, 3, {37, 170, 101, 10}, "tanh", loss, false};
}

const char *lab_loss(int i)
{
    static const char *const losses[LAB_LOSSES] = {"ce", "bce", "mse"};
    return losses[i];
}

/* Weights such that sums are neither tiny nor deep in saturation: 3 / root of the inputs. */
static float limit_of(const bl_tensor *t)
{
    return t->rows == 1 || strstr(t->name, "feedback") ? 1.0f : 3.0f / sqrtf((float)t->cols);
}

static bl_status set_random(struct lab *lab)
{
    uint64_t state = lab->v->seed ^ 0x77656967687473;
    bl_tensor t;
    bl_status status = BL_OK;
    for (int i = 0; bl_model_tensor(lab->model, i, &t) && status == BL_OK; i++) {
        const size_t n = t.rows * t.cols;
        float *values = calloc(n, sizeof *values);
        if (!values)
            return verify_no_memory(lab->v);
        for (size_t k = 0; k < n; k++)
            values[k] = lab_random(&state, limit_of(&t));
        status = lab_set(lab, t.name, values, n);
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

/* Draws each example that is too near to a kink again. */
static void avoid_kinks(struct lab *lab, struct oracle *oracle)
{
    uint64_t state = lab->v->seed ^ 0x6b696e6b73;
    bool is_done = false;
    while (!is_done) {
        is_done = true;
        oracle_forward(oracle, lab->x);
        for (size_t n = 0; n < lab->n; n++)
            if (oracle_kink_distance(oracle, n) < kink_distance) {
                draw_example(lab, n, &state);
                is_done = false;
            }
    }
}

bl_status lab_make_shaped(struct lab *lab, struct oracle *oracle, struct verify *v,
                          const struct oracle_shape *shape, const struct lab_options *options)
{
    char net[128];
    struct lab_options all = *options;
    memset(oracle, 0, sizeof *oracle);
    lab_net_text(shape, net, sizeof net);
    all.net = net;
    all.loss = shape->loss;
    all.reduction = shape->sums ? "sum" : "mean";
    all.init = "fanin";
    const size_t units = shape->units[shape->blocks], classes = units > 1 ? units : 2;
    bl_status status = lab_make(lab, v, shape->n, shape->units[0], classes, &all);
    if (status == BL_OK)
        status = set_random(lab);
    if (status == BL_OK && !oracle_make(oracle, shape))
        status = verify_no_memory(v);
    if (status != BL_OK)
        return status;
    oracle_take(oracle, lab->model);
    if (has_kinks(shape))
        avoid_kinks(lab, oracle);
    oracle_forward(oracle, lab->x);
    return BL_OK;
}

bl_status lab_try(struct verify *v, const struct oracle_shape *shape, const struct lab_options *options,
                  lab_compare *compare, struct gap *gap)
{
    struct lab lab;
    struct oracle oracle;
    bl_status status = lab_make_shaped(&lab, &oracle, v, shape, options);
    if (status == BL_OK)
        status = compare(&lab, &oracle, gap);
    oracle_free(&oracle);
    lab_free(&lab);
    return status;
}

static bl_status try_loss(struct verify *v, lab_compare *compare, double bound, const char *loss)
{
    const struct lab_options options = {.rule = "bp", .optimizer = "sgd"};
    struct gap gap = {0.0, ""};
    bl_status status = BL_OK;
    for (int i = 0; i < LAB_SHAPES && status == BL_OK; i++) {
        const struct oracle_shape shape = lab_shape(i, loss);
        status = lab_try(v, &shape, &options, compare, &gap);
    }
    if (status == BL_OK)
        gap_report(v, &gap, bound, "of the largest", loss);
    return status;
}

bl_status lab_try_losses(struct verify *v, lab_compare *compare, double bound)
{
    bl_status status = BL_OK;
    for (int i = 0; i < LAB_LOSSES && status == BL_OK; i++)
        status = try_loss(v, compare, bound, lab_loss(i));
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

void gap_add(struct gap *gap, const char *what, const char *in, const float *is, const double *should,
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

bool same_bits(const float *a, const float *b, size_t n)
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

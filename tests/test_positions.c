/*
 * test_positions.c - every kind of layer in every position of a residual net: the change of the weights in a
 * step of bp against central differences of the loss. test_residual.c tests joins of joins, and inspection.
 *
 * Central differences are wrong near a kink, where the derivative jumps, so every number stays away from
 * kinks. For relu and leaky-relu, halved weights and biases of alternately 1.2 and -1.2 keep every input of
 * such a layer far from 0. For maxpool one example in each window is the largest in all channels of the
 * input, and convolutions of 1x1 with positive weights let it stay the largest everywhere.
 */
#include "fixture.h"
#include "quick.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "../src/train/trainer/trainer.h"

#include <math.h>

enum {
    N = 6,
    SIDE = 4,
    CHANNELS = 2,
    INPUTS = CHANNELS * SIDE * SIDE,
    CLASSES = 4,
    TEXT = 300,
    MOST = 2048, /* numbers in all tensors together */
    TENSORS = 40
};

/* As in test_residual.c; in addition the change in a step of rate 1 is rounded by 6e-8 of the weight. */
static const float h = 0x1p-6f;
static const double difference_bound = 1e-4; /* in units of 1 + the loss */
/* The gradients of other rules than bp are not slopes of the loss: their distance must be at least this, far
   above the bound. */
static const double plain_miss = 1e-2;

enum kinks { NO_KINK, AT_ZERO, BETWEEN_EQUALS };

struct kind {
    const char *layer;
    const char *twin; /* gives the same shape on the other branch */
    const char *base, *pre,
        *mid; /* the first layer of the net; layers before and behind `layer` that keep the shape */
    enum kinks kinks;
};

#define CONV "conv 3 3x3 pad 1", "conv 3 3x3 pad 1"
#define KEEPS_SHAPE(layer, kinks)                                                                            \
    {                                                                                                        \
        layer, "identity", CONV, "conv 3 1x1", kinks                                                         \
    }
#define MAX_POOL(layer, twin)                                                                                \
    {                                                                                                        \
        layer, twin, "conv 3 1x1", "conv 3 1x1", "conv 3 1x1", BETWEEN_EQUALS                                \
    }
static const struct kind kinds[] = {
    KEEPS_SHAPE("tanh", NO_KINK),
    KEEPS_SHAPE("logistic", NO_KINK),
    KEEPS_SHAPE("relu", AT_ZERO),
    KEEPS_SHAPE("leaky-relu 0.1", AT_ZERO),
    KEEPS_SHAPE("gelu", NO_KINK),
    KEEPS_SHAPE("softplus", NO_KINK),
    KEEPS_SHAPE("identity", NO_KINK),
    KEEPS_SHAPE("batchnorm", NO_KINK),
    KEEPS_SHAPE("layernorm", NO_KINK),
    KEEPS_SHAPE("dropout 0.3", NO_KINK),
    KEEPS_SHAPE("conv 3 3x3 pad 1 nobias", NO_KINK),
    {"conv 4 2x2 stride 2", "conv 4 2x2 stride 2", CONV, "conv 4 1x1", NO_KINK},
    {"avgpool 2", "conv 3 2x2 stride 2", CONV, "conv 3 1x1", NO_KINK},
    {"avgpool all", "conv 3 4x4", CONV, "conv 3 1x1", NO_KINK},
    MAX_POOL("maxpool 2", "avgpool 2"),
    MAX_POOL("maxpool all", "avgpool all"),
    {"flatten", "flatten", "conv 2 2x2 stride 2", "conv 2 1x1", "dense 8", NO_KINK},
    {"dense 6", "dense 6", "dense 7", "dense 7", "dense 6", NO_KINK},
    {"dense 6 nobias", "dense 6", "dense 7", "dense 7", "dense 6", NO_KINK},
};
enum { KINDS = sizeof kinds / sizeof *kinds };

enum position { BEFORE, BODY_FIRST, BODY_LAST, SHORTCUT_FIRST, SHORTCUT_LAST, AFTER, POSITIONS };

static void write_net(char net[TEXT], const struct kind *k, enum position position)
{
    switch (position) {
    case BEFORE:
        snprintf(net, TEXT, "%s, %s, residual (%s, tanh), tanh, dense 4", k->base, k->layer, k->mid);
        break;
    case BODY_FIRST:
        snprintf(net, TEXT, "%s, tanh, residual (%s, %s, tanh | %s, %s), tanh, dense 4", k->base, k->layer,
                 k->mid, k->twin, k->mid);
        break;
    case BODY_LAST:
        snprintf(net, TEXT, "%s, tanh, residual (%s, %s | %s, %s), tanh, dense 4", k->base, k->pre, k->layer,
                 k->pre, k->twin);
        break;
    case SHORTCUT_FIRST:
        snprintf(net, TEXT, "%s, tanh, residual (%s, %s, tanh | %s, %s), tanh, dense 4", k->base, k->twin,
                 k->mid, k->layer, k->mid);
        break;
    case SHORTCUT_LAST:
        snprintf(net, TEXT, "%s, tanh, residual (%s, %s | %s, %s), tanh, dense 4", k->base, k->pre, k->twin,
                 k->pre, k->layer);
        break;
    default:
        snprintf(net, TEXT, "%s, tanh, residual (%s), %s, dense 4", k->base, k->pre, k->layer);
    }
}

static float x[N * INPUTS];
static int32_t labels[N];
static const struct fixture_batch batch = {x, labels, N, INPUTS, CLASSES, {CHANNELS, SIDE, SIDE}};

static void fill_batch(enum kinks kinks)
{
    fixture_fill(3, x, labels, N, INPUTS, CLASSES);
    for (int i = 0; i < N * INPUTS && kinks == BETWEEN_EQUALS; i++) {
        const int row = i / SIDE % SIDE, col = i % SIDE;
        x[i] = 0.1f * x[i] + (row % 2 == 0 && col % 2 == 0 ? 1.0f : 0.0f) + (row + col == 0 ? 1.0f : 0.0f);
    }
}

/* The values of all tensors of the model, one tensor after the other. */
struct numbers {
    float values[MOST];
    size_t at[TENSORS + 1];
    int n;
};

static void get_numbers(const struct fixture *fixture, struct numbers *to)
{
    bl_tensor t;
    to->at[0] = 0;
    for (to->n = 0; bl_model_tensor(fixture->model, to->n, &t); to->n++) {
        const size_t begin = to->at[to->n], end = begin + fixture_count(t);
        assert_true(end <= MOST && to->n < TENSORS);
        memcpy(to->values + begin, t.values, fixture_count(t) * sizeof *t.values);
        to->at[to->n + 1] = end;
    }
}

static void set_numbers(struct fixture *fixture, const struct numbers *from)
{
    bl_tensor t;
    for (int i = 0; bl_model_tensor(fixture->model, i, &t); i++)
        fixture_set(fixture, t.name, from->values + from->at[i], fixture_count(t));
}

static float away_from_kink(enum kinks kinks, bool is_bias, float value, size_t k)
{
    if (kinks == AT_ZERO)
        return is_bias ? (k % 2 ? -1.2f : 1.2f) : 0.5f * value;
    return kinks == BETWEEN_EQUALS && !is_bias ? fabsf(value) + 0.1f : value;
}

/* Moves the drawn weights away from kinks, and the parameters of batch norm away from 1 and 0. */
static void choose_start(struct fixture *fixture, enum kinks kinks, struct numbers *start)
{
    bl_tensor t;
    get_numbers(fixture, start);
    for (int i = 0; bl_model_tensor(fixture->model, i, &t); i++)
        for (size_t k = 0; k < fixture_count(t); k++) {
            float *value = &start->values[start->at[i] + k];
            if (strstr(t.name, ".batchnorm."))
                *value += 0.2f * (float)(k % 3);
            else if (!strstr(t.name, ".feedback"))
                *value = away_from_kink(kinks, strstr(t.name, ".bias") != NULL, *value, k);
        }
    set_numbers(fixture, start);
}

/* Trains one step, always as step number 0, so that dropout draws the same masks. */
static double step(struct fixture *fixture, double rate)
{
    fixture_must(fixture, bl_trainer_set_rate(fixture->trainer, rate));
    fixture->trainer->state.step = 0;
    return fixture_step(fixture, &batch);
}

static double loss_at(struct fixture *fixture, const struct numbers *start, const bl_tensor *t, int i,
                      size_t k, float shift)
{
    float values[MOST];
    const size_t n = start->at[i + 1] - start->at[i];
    memcpy(values, start->values + start->at[i], n * sizeof *values);
    values[k] += shift;
    fixture_set(fixture, t->name, values, n);
    return step(fixture, 1e-12);
}

static bool is_trained(const bl_tensor *t)
{
    return !strstr(t->name, ".feedback") && !strstr(t->name, ".mean") && !strstr(t->name, ".variance");
}

struct result {
    double distance, size; /* the largest distance, in units of 1 + the loss; the largest slope */
    char tensor[64];       /* the tensor with the largest distance */
};

/* The derivative by each number of each tensor, in a quick test by every seventh of a tensor. */
static struct result compare(struct fixture *fixture, const struct numbers *start)
{
    static struct numbers moved;
    struct result out = {0.0, 0.0, ""};
    bl_tensor t;
    step(fixture, 1.0);
    get_numbers(fixture, &moved);
    set_numbers(fixture, start);
    for (int i = 0; bl_model_tensor(fixture->model, i, &t); i++) {
        if (!is_trained(&t))
            continue;
        for (size_t k = 0; k < fixture_count(t); k += quick_stride(7)) {
            double J[5]; /* losses at -2h, -h, 0, h, 2h */
            const size_t at = start->at[i] + k;
            for (int p = 0; p < 5; p++)
                J[p] = loss_at(fixture, start, &t, i, k, (float)(p - 2) * h);
            const double slope = (8 * (J[3] - J[1]) - (J[4] - J[0])) / (12 * (double)h);
            const double gradient = (double)start->values[at] - (double)moved.values[at];
            const double distance = fabs(gradient - slope) / (1.0 + J[2]);
            if (!(distance <= out.distance)) {
                out.distance = distance;
                snprintf(out.tensor, sizeof out.tensor, "%s", t.name);
            }
            out.size = fmax(out.size, fabs(slope));
        }
        fixture_set(fixture, t.name, start->values + start->at[i], fixture_count(t));
    }
    return out;
}

static struct result compare_net(const char *net, const char *rule, enum kinks kinks)
{
    static struct numbers start;
    struct fixture fixture;
    const struct fixture_options options = {.net = net,
                                            .rule = rule,
                                            .loss = "ce",
                                            .reduction = "mean",
                                            .optimizer = "sgd",
                                            .lr = "1",
                                            .init = "fanin",
                                            .feedback = "uniform 0.5",
                                            .batch = "6"};
    fill_batch(kinks);
    fixture_make(&fixture, "portable", 1, &options, &batch);
    choose_start(&fixture, kinks, &start);
    const struct result out = compare(&fixture, &start);
    fixture_free(&fixture);
    return out;
}

static void test_every_layer_in_every_position(void **state)
{
    (void)state;
    double largest = 0.0;
    for (int i = 0; i < KINDS; i++)
        for (int position = 0; position < POSITIONS; position++) {
            char net[TEXT];
            write_net(net, &kinds[i], (enum position)position);
            const struct result r = compare_net(net, "bp", kinds[i].kinks);
            if (!(r.distance <= difference_bound) || r.size < 100 * difference_bound)
                fail_msg("\"%s\": the gradient of %s is off by %.2g; the largest slope is %.2g", net,
                         r.tensor, r.distance, r.size);
            largest = fmax(largest, r.distance);
        }
    printf("%d nets, the largest distance %.1e\n", KINDS * POSITIONS, largest);
    quick_report(7, "numbers of each tensor", "a sanitizer sees the same code for each");
}

/* Negative control: the gradients of fa and dfa are found to be no slopes. */
static void test_other_gradients_are_seen(void **state)
{
    (void)state;
    static const char *const rules[] = {"fa", "dfa"};
    for (int i = 0; i < KINDS; i++) {
        char net[TEXT];
        write_net(net, &kinds[i], BODY_FIRST);
        const double distance = compare_net(net, rules[i % 2], kinds[i].kinks).distance;
        if (distance < plain_miss)
            fail_msg("\"%s\": the gradients of %s pass for slopes by %.2g", net, rules[i % 2], distance);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_every_layer_in_every_position),
                                       cmocka_unit_test(test_other_gradients_are_seen)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/*
 * test_binding.c - the calls that a binding for another language makes: arrays of other types and with
 * strides, weights of examples, weights of the net written and read, activations, deltas and gradients, a
 * stop from another thread, a rule whose functions are passed as pointers, structs of another version, and
 * misuse, which is refused.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fixture.h"

#include "backless_experimental.h"
#include "backless_rule.h"

#include <math.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>

enum { N = 24, FEATURES = 6, GAP = 3, CLASSES = 3, TWICE = 8 };

static uint8_t bytes[N * FEATURES];
static float floats[N * FEATURES];
static double gapped[N * (FEATURES + GAP)];
static int32_t labels[N];
static const bl_shape shape = {1, 1, FEATURES};

static int make_examples(void **state)
{
    (void)state;
    uint32_t number = 12345;
    for (size_t i = 0; i < N; i++)
        for (size_t j = 0; j < FEATURES + GAP; j++) {
            number = number * 1664525u + 1013904223u;
            gapped[i * (FEATURES + GAP) + j] = (double)NAN;
            if (j >= FEATURES)
                continue;
            bytes[i * FEATURES + j] = (uint8_t)(number >> 24);
            floats[i * FEATURES + j] = (float)(number >> 24) / 64.0f;
            gapped[i * (FEATURES + GAP) + j] = (double)floats[i * FEATURES + j];
        }
    for (size_t i = 0; i < N; i++)
        labels[i] = (int32_t)((bytes[i * FEATURES] + bytes[i * FEATURES + 1]) % CLASSES);
    return 0;
}

struct session {
    bl_context *ctx;
    bl_config *config;
    bl_trainer *trainer;
};

static void set(struct session *s, const char *key, const char *text)
{
    assert_int_equal(bl_config_set(s->config, key, text), BL_OK);
}

static struct session begin(const char *rule)
{
    struct session s = {.ctx = bl_context_new(NULL)};
    assert_int_equal(bl_context_use(s.ctx, NULL, 1), BL_OK);
    assert_int_equal(bl_config_create(&s.config, s.ctx), BL_OK);
    set(&s, "net", "dense 7, tanh, dense C");
    set(&s, "rule", rule);
    set(&s, "init", "fanin");
    set(&s, "loss", "ce");
    set(&s, "optimizer", "sgd");
    set(&s, "lr", "0.1");
    set(&s, "schedule", "constant");
    set(&s, "batch", "64");
    set(&s, "epochs", "3");
    return s;
}

static void end(struct session *s)
{
    bl_trainer_free(s->trainer);
    bl_config_free(s->config);
    bl_context_free(s->ctx);
}

static bl_data *wrapped(bl_context *ctx, const void *values, bl_type type, size_t stride)
{
    const bl_array x = {sizeof x, values, type, stride};
    bl_data *data = NULL;
    assert_int_equal(bl_data_wrap_array(&data, ctx, &x, labels, N, shape, CLASSES), BL_OK);
    return data;
}

static void fit(struct session *s, bl_data *data)
{
    assert_int_equal(bl_trainer_create(&s->trainer, s->ctx, s->config, data), BL_OK);
    assert_int_equal(bl_trainer_fit(s->trainer, data, NULL, NULL, NULL, NULL), BL_OK);
}

static void hash_after_fit(const void *values, bl_type type, size_t stride, char hash[17])
{
    struct session s = begin("dfa");
    bl_data *data = wrapped(s.ctx, values, type, stride);
    fit(&s, data);
    bl_model_hash(bl_trainer_model(s.trainer), hash);
    bl_data_free(data);
    end(&s);
}

/* ---- Arrays */

static void test_strided_doubles_train_as_floats(void **state)
{
    (void)state;
    char reference[17], other[17];
    hash_after_fit(floats, BL_FLOAT32, 0, reference);
    hash_after_fit(gapped, BL_FLOAT64, FEATURES + GAP, other);
    assert_string_equal(other, reference);
    hash_after_fit(floats, BL_FLOAT32, FEATURES, other);
    assert_string_equal(other, reference);
    hash_after_fit(bytes, BL_UINT8, 0, other);
    assert_string_not_equal(other, reference); /* control: other examples give other weights */
}

static void test_bytes_are_pixels(void **state)
{
    (void)state;
    float rows[N * FEATURES];
    char of_bytes[17], of_rows[17];
    struct session s = begin("dfa");
    bl_data *data = wrapped(s.ctx, bytes, BL_UINT8, 0);
    assert_int_equal(bl_data_rows(data, 0, N, rows), BL_OK);
    for (size_t i = 0; i < N * FEATURES; i++)
        assert_true(fabs((double)rows[i] - (double)bytes[i] / 255.0) < 1e-7);
    hash_after_fit(bytes, BL_UINT8, 0, of_bytes);
    hash_after_fit(rows, BL_FLOAT32, 0, of_rows);
    assert_string_equal(of_bytes, of_rows);
    bl_data_free(data);
    end(&s);
}

static void test_wrong_arrays_are_refused(void **state)
{
    (void)state;
    struct session s = begin("dfa");
    bl_data *data = NULL;
    bl_array x = {sizeof x, floats, BL_FLOAT32, FEATURES - 1};
    assert_int_equal(bl_data_wrap_array(&data, s.ctx, &x, labels, N, shape, CLASSES), BL_BAD_VALUE);
    assert_non_null(strstr(bl_why(s.ctx), "stride"));
    x = (bl_array){sizeof x, floats, (bl_type)7, 0};
    assert_int_equal(bl_data_wrap_array(&data, s.ctx, &x, labels, N, shape, CLASSES), BL_BAD_VALUE);
    x = (bl_array){0, floats, BL_FLOAT32, 0};
    assert_int_equal(bl_data_wrap_array(&data, s.ctx, &x, labels, N, shape, CLASSES), BL_BAD_VALUE);
    x = (bl_array){sizeof x, NULL, BL_FLOAT32, 0};
    assert_int_equal(bl_data_wrap_array(&data, s.ctx, &x, labels, N, shape, CLASSES), BL_BAD_VALUE);
    assert_null(data);
    x = (bl_array){sizeof x, gapped, BL_FLOAT64, FEATURES}; /* wrong stride: reads the NaN between the rows */
    assert_int_equal(bl_data_wrap_array(&data, s.ctx, &x, labels, N, shape, CLASSES), BL_OK);
    assert_int_equal(bl_trainer_create(&s.trainer, s.ctx, s.config, data), BL_OK);
    assert_int_equal(bl_trainer_fit(s.trainer, data, NULL, NULL, NULL, NULL), BL_BAD_VALUE);
    bl_data_free(data);
    end(&s);
}

/* ---- Weights of examples */

/* A set with the first TWICE examples repeated at the end, and one where they have the weight 2: mean loss
   and gradient are the same numbers. */
static float twice_x[(N + TWICE) * FEATURES];
static int32_t twice_labels[N + TWICE];

static void make_twice(void)
{
    for (size_t i = 0; i < N + TWICE; i++) {
        twice_labels[i] = labels[i % N];
        memcpy(twice_x + i * FEATURES, floats + i % N * FEATURES, FEATURES * sizeof *twice_x);
    }
}

static void take_values(const struct session *s, float *values, size_t room)
{
    bl_tensor t;
    size_t at = 0;
    for (int i = 0; bl_model_tensor(bl_trainer_model(s->trainer), i, &t); i++)
        for (size_t k = 0; k < t.rows * t.cols && !strstr(t.name, "feedback"); k++) {
            assert_true(at < room);
            values[at++] = t.values[k];
        }
}

static void values_after_fit(const char *rule, bool is_doubled, const float *weights, float *values,
                             size_t room)
{
    const size_t n = is_doubled ? N + TWICE : N;
    struct session s = begin(rule);
    bl_data *data = NULL;
    make_twice();
    assert_int_equal(bl_data_wrap(&data, s.ctx, twice_x, twice_labels, n, shape, CLASSES), BL_OK);
    if (weights)
        assert_int_equal(bl_data_set_weights(data, weights, n), BL_OK);
    fit(&s, data);
    take_values(&s, values, room);
    bl_data_free(data);
    end(&s);
}

/* Takes as many single steps as values_after_fit; returns the summed loss of the examples in the last one. */
static double values_after_steps(const char *rule, const char *reduction, const bl_batch *batch,
                                 float *values, size_t room)
{
    struct session s = begin(rule);
    bl_data *data = wrapped(s.ctx, floats, BL_FLOAT32, 0);
    double loss = 0.0;
    set(&s, "reduction", reduction);
    set(&s, "lr", strcmp(reduction, "sum") == 0 ? "0.003" : "0.1");
    assert_int_equal(bl_trainer_create(&s.trainer, s.ctx, s.config, data), BL_OK);
    for (int i = 0; i < 3; i++)
        assert_int_equal(bl_trainer_step_batch(s.trainer, batch, &loss), BL_OK);
    take_values(&s, values, room);
    bl_data_free(data);
    end(&s);
    return loss * (double)batch->n;
}

static double largest_distance(const float *a, const float *b, size_t n)
{
    double most = 0.0;
    for (size_t i = 0; i < n; i++)
        most = fmax(most, fabs((double)a[i] - (double)b[i]));
    return most;
}

static void test_weight_two_equals_a_repeated_example(void **state)
{
    (void)state;
    static const char *const rules[] = {"bp", "fa", "dfa", "ifa", "drtp", "kp"};
    enum { ROOM = 128 };
    float weights[N];
    for (size_t i = 0; i < N; i++)
        weights[i] = i < TWICE ? 6.0f : 3.0f; /* only ratios of weights matter */
    for (size_t r = 0; r < sizeof rules / sizeof *rules; r++) {
        float doubled[ROOM] = {0}, weighted[ROOM] = {0}, plain[ROOM] = {0};
        values_after_fit(rules[r], true, NULL, doubled, ROOM);
        values_after_fit(rules[r], false, weights, weighted, ROOM);
        values_after_fit(rules[r], false, NULL, plain, ROOM);
        assert_true(largest_distance(doubled, weighted, ROOM) < 2e-6);
        assert_true(largest_distance(doubled, plain, ROOM) > 1e-3); /* control: the weights have an effect */
    }
}

/* Weights of single steps are not divided by their mean. For the reduction mean they are scaled to the mean 1
   here; then the step is that of the repeated examples and that of bl_trainer_fit. */
static void test_weighted_step_equals_one_with_repeated_examples(void **state)
{
    (void)state;
    static const char *const rules[] = {"bp", "fa", "dfa", "ifa", "drtp", "kp"};
    enum { ROOM = 128 };
    float raw[N], of_mean_one[N];
    for (size_t i = 0; i < N; i++) {
        raw[i] = i < TWICE ? 2.0f : 1.0f;
        of_mean_one[i] = raw[i] * (float)N / (float)(N + TWICE);
    }
    make_twice();
    const bl_batch doubled = {sizeof doubled, N + TWICE, twice_x, twice_labels, NULL, NULL},
                   plain = {sizeof plain, N, floats, labels, NULL, NULL},
                   as_they_are = {sizeof as_they_are, N, floats, labels, NULL, raw},
                   normed = {sizeof normed, N, floats, labels, NULL, of_mean_one};
    for (size_t r = 0; r < sizeof rules / sizeof *rules; r++) {
        float expected[ROOM] = {0}, got[ROOM] = {0}, fitted[ROOM] = {0}, control[ROOM] = {0};
        double loss = values_after_steps(rules[r], "sum", &doubled, expected, ROOM);
        assert_true(fabs(loss - values_after_steps(rules[r], "sum", &as_they_are, got, ROOM)) < 1e-5 * loss);
        assert_true(largest_distance(expected, got, ROOM) < 2e-6);
        values_after_steps(rules[r], "sum", &plain, control, ROOM);
        assert_true(largest_distance(expected, control, ROOM) > 1e-3);

        loss = values_after_steps(rules[r], "mean", &doubled, expected, ROOM) / (N + TWICE);
        assert_true(fabs(loss - values_after_steps(rules[r], "mean", &normed, got, ROOM) / N) < 1e-5 * loss);
        values_after_fit(rules[r], false, raw, fitted, ROOM);
        assert_true(largest_distance(expected, got, ROOM) < 2e-6);
        assert_true(largest_distance(fitted, got, ROOM) < 2e-6);
        values_after_steps(rules[r], "mean", &as_they_are, control, ROOM);
        assert_true(largest_distance(expected, control, ROOM) > 1e-3);
    }
}

static void test_wrong_batches_are_refused(void **state)
{
    (void)state;
    enum { ROOM = 128 };
    struct session s = begin("dfa");
    bl_data *data = wrapped(s.ctx, floats, BL_FLOAT32, 0);
    float weights[N] = {0}, before[ROOM] = {0}, after[ROOM] = {0};
    const bl_batch good = {sizeof good, N, floats, labels, NULL, weights};
    assert_int_equal(bl_trainer_create(&s.trainer, s.ctx, s.config, data), BL_OK);
    take_values(&s, before, ROOM);
    const struct {
        size_t size;
        const float *x;
        const int32_t *labels;
        const float *targets;
        float weight;
        const char *sentence;
    } cases[] = {
        {sizeof good, floats, labels, NULL, 0.0f, "weights of all 24 examples are 0"},
        {sizeof good, floats, labels, NULL, -1.0f, "weight -1 of example 3"},
        {sizeof good, floats, labels, NULL, (float)NAN, "of example 3"},
        {sizeof good, floats, labels, NULL, (float)INFINITY, "weight inf of example 3"},
        {sizeof good, NULL, labels, NULL, 1.0f, "x is NULL"},
        {sizeof good, floats, NULL, NULL, 1.0f, "neither labels nor targets"},
        {sizeof good, floats, labels, floats, 1.0f, "both labels and targets"},
        {sizeof good, floats, NULL, floats, 1.0f, "made for classes"},
        {sizeof good - 1, floats, labels, NULL, 1.0f, "sizeof(bl_batch)"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const bl_batch batch = {cases[i].size, N, cases[i].x, cases[i].labels, cases[i].targets, weights};
        weights[3] = cases[i].weight;
        assert_int_equal(bl_trainer_step_batch(s.trainer, &batch, NULL), BL_BAD_VALUE);
        assert_non_null(strstr(bl_why(s.ctx), cases[i].sentence));
    }
    take_values(&s, after, ROOM);
    assert_memory_equal(before, after, sizeof before);
    weights[3] = 1.0f;
    assert_int_equal(bl_trainer_step_batch(s.trainer, &good, NULL), BL_OK);
    bl_data_free(data);
    end(&s);
}

static void test_wrong_weights_are_refused(void **state)
{
    (void)state;
    struct session s = begin("dfa");
    float weights[N] = {0};
    bl_data *data = wrapped(s.ctx, floats, BL_FLOAT32, 0);
    assert_int_equal(bl_data_set_weights(data, weights, N), BL_BAD_VALUE);
    weights[3] = -1.0f;
    assert_int_equal(bl_data_set_weights(data, weights, N), BL_BAD_VALUE);
    assert_non_null(strstr(bl_why(s.ctx), "weight 3"));
    weights[3] = (float)NAN;
    assert_int_equal(bl_data_set_weights(data, weights, N), BL_BAD_VALUE);
    weights[3] = 1.0f;
    assert_int_equal(bl_data_set_weights(data, weights, N - 1), BL_BAD_VALUE);
    assert_int_equal(bl_data_set_weights(data, weights, N), BL_OK);
    bl_data_free(data);
    end(&s);
}

/* ---- Weights of the net, and inspection */

static void test_weights_are_read_and_written(void **state)
{
    (void)state;
    struct session s = begin("dfa"), other = begin("dfa");
    bl_data *data = wrapped(s.ctx, floats, BL_FLOAT32, 0), *same = wrapped(other.ctx, floats, BL_FLOAT32, 0);
    double scores[N * CLASSES], copied[N * CLASSES];
    bl_tensor t;
    fit(&s, data);
    assert_int_equal(bl_trainer_create(&other.trainer, other.ctx, other.config, same), BL_OK);
    bl_model *from = bl_trainer_model(s.trainer), *to = bl_trainer_model(other.trainer);
    for (int i = 0; bl_model_tensor(from, i, &t); i++)
        assert_int_equal(bl_model_set_tensor(to, t.name, t.values, t.rows * t.cols), BL_OK);
    assert_int_equal(bl_model_predict(from, floats, N, scores), BL_OK);
    assert_int_equal(bl_model_predict(to, floats, N, copied), BL_OK);
    assert_memory_equal(scores, copied, sizeof scores);
    for (size_t i = 0; i < N; i++) /* probabilities */
        assert_true(fabs(scores[i * CLASSES] + scores[i * CLASSES + 1] + scores[i * CLASSES + 2] - 1.0) <
                    1e-6);
    bl_data_free(data);
    bl_data_free(same);
    end(&s);
    end(&other);
}

/* h of the hidden block is tanh(x W^T + b), and the last one's scores follow from it. */
static void check_activations(const struct session *s)
{
    bl_tensor W, b, h;
    assert_int_equal(bl_model_tensor(bl_trainer_model(s->trainer), 0, &W), 1);
    assert_int_equal(bl_model_tensor(bl_trainer_model(s->trainer), 1, &b), 1);
    assert_int_equal(bl_trainer_activation(s->trainer, 0, &h), 1);
    assert_int_equal(h.rows, N);
    assert_int_equal(h.cols, W.rows);
    for (size_t n = 0; n < N; n++)
        for (size_t u = 0; u < W.rows; u++) {
            double a = (double)b.values[u];
            for (size_t j = 0; j < FEATURES; j++)
                a += (double)W.values[u * FEATURES + j] * (double)floats[n * FEATURES + j];
            assert_true(fabs((double)h.values[n * h.cols + u] - tanh(a)) < 1e-5);
        }
    assert_int_equal(bl_trainer_activation(s->trainer, 1, &h), 1);
    assert_int_equal(h.cols, CLASSES);
    assert_int_equal(bl_trainer_activation(s->trainer, 2, &h), 0);
    assert_int_equal(bl_trainer_activation(s->trainer, -1, &h), 0);
}

static void test_inspection_is_of_the_last_batch_or_of_none(void **state)
{
    (void)state;
    struct session s = begin("dfa");
    bl_data *data = wrapped(s.ctx, floats, BL_FLOAT32, 0);
    bl_tensor t;
    int32_t wrong[N] = {CLASSES};
    assert_int_equal(bl_trainer_create(&s.trainer, s.ctx, s.config, data), BL_OK);
    assert_int_equal(bl_trainer_delta(s.trainer, 0, &t), 0);
    assert_int_equal(bl_trainer_inspect(s.trainer, floats, labels, N), BL_OK);
    check_activations(&s);
    assert_int_equal(bl_trainer_delta(s.trainer, 0, &t), 1);
    assert_int_equal(bl_trainer_gradient(s.trainer, 0, &t), 1);
    assert_int_equal(bl_trainer_inspect(s.trainer, floats, wrong, N), BL_BAD_VALUE);
    assert_int_equal(bl_trainer_delta(s.trainer, 0, &t), 0); /* no inspection is available */
    assert_int_equal(bl_trainer_gradient(s.trainer, 0, &t), 0);
    assert_int_equal(bl_trainer_activation(s.trainer, 0, &t), 0);
    assert_int_equal(bl_trainer_inspect(s.trainer, floats, labels, N), BL_OK);
    assert_int_equal(bl_trainer_step(s.trainer, floats, labels, N, NULL), BL_OK);
    assert_int_equal(bl_trainer_gradient(s.trainer, 0, &t), 0);
    bl_data_free(data);
    end(&s);
}

/* ---- A stop from another thread */

static atomic_bool is_running, is_stopped;

static int watch(void *user, const bl_progress *now)
{
    (void)user, (void)now;
    atomic_store(&is_running, true);
    return atomic_load(&is_stopped);
}

static void *stop(void *unused)
{
    while (!atomic_load(&is_running))
        sched_yield();
    atomic_store(&is_stopped, true);
    return unused;
}

static void test_another_thread_stops_a_fit(void **state)
{
    (void)state;
    struct session s = begin("dfa");
    bl_data *data = wrapped(s.ctx, floats, BL_FLOAT32, 0);
    pthread_t other;
    set(&s, "epochs", "100000000");
    assert_int_equal(bl_trainer_create(&s.trainer, s.ctx, s.config, data), BL_OK);
    assert_int_equal(pthread_create(&other, NULL, stop, NULL), 0);
    assert_int_equal(bl_trainer_fit(s.trainer, data, NULL, NULL, watch, NULL), BL_STOPPED);
    assert_int_equal(pthread_join(other, NULL), 0);
    bl_data_free(data);
    end(&s);
}

/* ---- A rule whose functions are passed as pointers */

static void negate(const bl_map_call *call)
{
    const bl_view *s = &call->view[0];
    for (size_t i = 0; i < s->rows; i++)
        for (size_t j = 0; j < s->cols; j++)
            s->values[i * s->stride + j] = -s->values[i * s->stride + j];
    ++*(int *)call->user;
}

static void emit(bl_emitter *e, int block, void *user)
{
    bl_map map = {.size = sizeof map, .name = "negate", .run = negate, .whole = 1};
    (void)user;
    map.operands[0].buffer = BL_SIGNAL;
    map.operands[0].access = BL_UPDATES;
    bl_emit_product(e, BL_ERROR, block);
    bl_emit_map(e, &map, block); /* negated twice, so that the signal is unchanged */
    bl_emit_map(e, &map, block);
}

static void test_a_rule_by_pointers_has_the_bits_of_dfa(void **state)
{
    (void)state;
    int calls = 0;
    char own[17], dfa[17];
    struct session s = begin("dfa");
    bl_rule rule = {.size = sizeof rule,
                    .name = "twice-negated",
                    .about = "dfa",
                    .equation = "signal_l = e B_l",
                    .feedback = BL_FEEDBACK_DIRECT,
                    .emit = emit,
                    .user = &calls};
    bl_data *data = wrapped(s.ctx, floats, BL_FLOAT32, 0);
    assert_int_equal(bl_rule_register(s.ctx, &rule), BL_OK);
    set(&s, "rule", "twice-negated");
    fit(&s, data);
    bl_model_hash(bl_trainer_model(s.trainer), own);
    assert_true(calls >= 6); /* two calls per step, three steps */
    hash_after_fit(floats, BL_FLOAT32, 0, dfa);
    assert_string_equal(own, dfa);
    bl_data_free(data);
    end(&s);
}

/* ---- Versions and misuse */

static void test_structs_of_another_version(void **state)
{
    (void)state;
    struct {
        bl_net_size now;
        char later[32];
    } grown;
    struct session s = begin("dfa");
    memset(&grown, 0x55, sizeof grown);
    grown.now.size = sizeof grown;
    assert_int_equal(bl_net_measure(s.ctx, "dense 3, tanh, dense C", shape, 2, &grown.now), BL_OK);
    assert_int_equal(grown.now.parameters, 3 * FEATURES + 3 + 3 * 2 + 2);
    assert_int_equal(grown.later[0], 0x55); /* members of a later version stay as they were */
    bl_net_size older = {.size = offsetof(bl_net_size, parameters)};
    assert_int_equal(bl_net_measure(s.ctx, "dense 3, tanh, dense C", shape, 2, &older), BL_OK);
    assert_int_equal(older.blocks, 2);
    assert_int_equal(older.parameters, 0);
    older.size = 0;
    assert_int_equal(bl_net_measure(s.ctx, "dense 3, tanh, dense C", shape, 2, &older), BL_BAD_VALUE);
    bl_named_net net = {.size = 0};
    assert_int_equal(bl_net_at(0, &net), 0);
    end(&s);
}

static void test_versions_agree(void **state)
{
    (void)state;
    char text[32];
    snprintf(text, sizeof text, "%d.%d.%d", BL_VERSION_NUMBER / 1000000, BL_VERSION_NUMBER / 1000 % 1000,
             BL_VERSION_NUMBER % 1000);
    assert_string_equal(text, BL_VERSION);
    assert_int_equal(bl_version_number(), BL_VERSION_NUMBER);
}

static void test_a_context_with_a_trainer_is_not_changed(void **state)
{
    (void)state;
    struct session s = begin("dfa");
    bl_data *data = wrapped(s.ctx, floats, BL_FLOAT32, 0);
    bl_predictor *predictor;
    assert_int_equal(bl_context_use(s.ctx, NULL, 2), BL_OK); /* data do not depend on it */
    fit(&s, data);
    assert_int_equal(bl_context_use(s.ctx, NULL, 1), BL_BAD_VALUE);
    assert_int_equal(bl_context_threads(s.ctx), 2);
    assert_int_equal(bl_predictor_create(&predictor, s.ctx, bl_trainer_model(s.trainer)), BL_OK);
    bl_predictor_free(predictor);
    assert_int_equal(bl_context_use(s.ctx, NULL, 1), BL_BAD_VALUE); /* a trainer exists */
    bl_trainer_free(s.trainer);
    s.trainer = NULL;
    assert_int_equal(bl_context_use(s.ctx, NULL, 1), BL_OK);
    bl_data_free(data);
    end(&s);
}

static void test_short_buffers_are_refused(void **state)
{
    (void)state;
    struct session s = begin("dfa");
    char path[BL_PATH_ROOM] = "as it was";
    assert_int_equal(bl_data_set_home(s.ctx, s.config, path, 2), BL_BAD_VALUE);
    assert_int_equal(bl_file_target(s.ctx, "some-file", path, 2), BL_BAD_VALUE);
    assert_string_equal(path, "as it was");
    assert_int_equal(bl_file_target(s.ctx, "some-file", path, sizeof path), BL_OK);
    end(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_strided_doubles_train_as_floats),
        cmocka_unit_test(test_bytes_are_pixels),
        cmocka_unit_test(test_wrong_arrays_are_refused),
        cmocka_unit_test(test_weight_two_equals_a_repeated_example),
        cmocka_unit_test(test_weighted_step_equals_one_with_repeated_examples),
        cmocka_unit_test(test_wrong_batches_are_refused),
        cmocka_unit_test(test_wrong_weights_are_refused),
        cmocka_unit_test(test_weights_are_read_and_written),
        cmocka_unit_test(test_inspection_is_of_the_last_batch_or_of_none),
        cmocka_unit_test(test_another_thread_stops_a_fit),
        cmocka_unit_test(test_a_rule_by_pointers_has_the_bits_of_dfa),
        cmocka_unit_test(test_structs_of_another_version),
        cmocka_unit_test(test_versions_agree),
        cmocka_unit_test(test_a_context_with_a_trainer_is_not_changed),
        cmocka_unit_test(test_short_buffers_are_refused),
    };
    return cmocka_run_group_tests(tests, make_examples, NULL);
}

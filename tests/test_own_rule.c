/*
 * test_own_rule.c - rules that come in through bl_rule_register: the library's rules written once more with the public emitter give
 * the library's bits, and a rule with maps, arrays, noise and a period is trained, saved, resumed, measured and refused where it
 * should be.
 */
#include "scratch.h"

#include "backless.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { EXAMPLES = 24, SIDE = 6, INPUTS = 2 * SIDE * SIDE, CLASSES = 5, STEPS = 6 };

static float x[EXAMPLES * INPUTS];
static int32_t labels[EXAMPLES];

/* ---- Rules */

static void emit_dfa(bl_emitter *e, int block, void *user)
{
    (void)user;
    bl_emit_product(e, BL_ERROR, block);
}

static void emit_drtp(bl_emitter *e, int block, void *user)
{
    (void)user;
    bl_emit_product(e, BL_TARGETS, block);
}

static void emit_bp(bl_emitter *e, int block, void *user)
{
    (void)user;
    bl_emit_pull(e, BL_WEIGHTS, block);
}

static void emit_fa(bl_emitter *e, int block, void *user)
{
    (void)user;
    bl_emit_pull(e, BL_FEEDBACK, block);
}

static void emit_ifa(bl_emitter *e, int block, void *user)
{
    (void)user;
    if (block == 0)
        bl_emit_product(e, BL_ERROR, block);
    else
        bl_emit_push(e, BL_WEIGHTS, block);
}

static void learn_feedback(bl_emitter *e, int block, void *user)
{
    (void)user;
    bl_emit_learn_feedback(e, block);
}

/* DFA by way of arrays and maps that must not change a bit: the error is copied, and the signal copied out and in. */
static void copy_view(const bl_map_call *c)
{
    for (size_t i = 0; i < c->view[0].rows; i++)
        memcpy(c->view[1].values + i * c->view[1].stride, c->view[0].values + i * c->view[0].stride,
               c->view[0].cols * sizeof(float));
}

#define MAP(map, function, is_whole, ...)                                                                    \
    static const bl_map map = {sizeof(bl_map), #map, function, is_whole, {__VA_ARGS__}}
MAP(copy_error, copy_view, 0, {BL_ERROR, BL_READS}, {BL_ARRAY_0, BL_WRITES});
MAP(copy_out, copy_view, 0, {BL_SIGNAL, BL_READS}, {BL_ARRAY_1, BL_WRITES});
MAP(copy_in, copy_view, 1, {BL_ARRAY_1, BL_READS}, {BL_SIGNAL, BL_WRITES});

static const bl_rule_array copy_arrays[] = {{"copy", BL_BATCH, BL_OUTPUTS, 0, 0.0},
                                            {"out", BL_BATCH, BL_UNITS, 1, 0.0}};

static void begin_copies(bl_emitter *e, void *user)
{
    (void)user;
    bl_emit_map(e, &copy_error, 0);
}

static void emit_copies(bl_emitter *e, int block, void *user)
{
    (void)user;
    bl_emit_product(e, BL_ARRAY_0, block);
    bl_emit_map(e, &copy_out, block);
    bl_emit_map(e, &copy_in, block);
}

/* Feedback from the signs of the weights, taken anew in every second step. */
static void take_signs(const bl_map_call *c)
{
    for (size_t i = 0; i < c->view[0].rows && c->view[1].values; i++)
        for (size_t j = 0; j < c->view[0].cols; j++) {
            const float w = c->view[0].values[i * c->view[0].stride + j];
            c->view[1].values[i * c->view[1].stride + j] = w > 0.0f ? 0.1f : w < 0.0f ? -0.1f : 0.0f;
        }
}

MAP(signs, take_signs, 0, {BL_WEIGHTS, BL_READS}, {BL_FEEDBACK, BL_WRITES});

static void begin_signs(bl_emitter *e, void *user)
{
    (void)user;
    bl_emit_every(e, 2);
    for (int block = 1; block < bl_emitter_blocks(e); block++)
        bl_emit_map(e, &signs, block);
}

/* Everything at once: momentum of the error, noise, a counter that a period advances, each unit's mean signal. */
static void stir(const bl_map_call *c)
{
    const bl_view e = c->view[0], m = c->view[1], noise = c->view[2], sent = c->view[3];
    for (size_t j = 0; j < e.cols; j++) {
        float sum = 0.0f;
        for (size_t i = 0; i < c->n; i++)
            sum += e.values[i * e.stride + j];
        m.values[j] = 0.9f * m.values[j] + 0.1f * sum;
        for (size_t i = 0; i < c->n; i++)
            sent.values[i * sent.stride + j] =
                e.values[i * e.stride + j] + m.values[j] + c->scale * noise.values[i * noise.stride + j];
    }
}

static void count_up(const bl_map_call *c)
{
    for (size_t j = 0; j < c->view[0].cols; j++)
        c->view[0].values[j] += 1.0f;
}

static void lean(const bl_map_call *c)
{
    for (size_t i = 0; i < c->n; i++)
        for (size_t j = 0; j < c->view[0].cols; j++)
            c->view[0].values[i * c->view[0].stride + j] *= 1.0f + 0.01f * c->view[1].values[j];
}

MAP(stir_error, stir, 0, {BL_ERROR, BL_READS}, {BL_ARRAY_0, BL_UPDATES}, {BL_ARRAY_1, BL_READS},
    {BL_ARRAY_2, BL_WRITES});
MAP(advance, count_up, 0, {BL_ARRAY_3, BL_UPDATES});
MAP(lean_signal, lean, 0, {BL_SIGNAL, BL_UPDATES}, {BL_ARRAY_3, BL_READS});

static const bl_rule_array stir_arrays[] = {{"momentum", 1, BL_OUTPUTS, 0, 0.0},
                                            {"noise", BL_BATCH, BL_OUTPUTS, 0, 0.0},
                                            {"sent", BL_BATCH, BL_OUTPUTS, 0, 0.0},
                                            {"gain", 1, BL_UNITS, 1, 0.5}};

static void begin_stir(bl_emitter *e, void *user)
{
    (void)user;
    bl_emit_noise(e, BL_ARRAY_1, 0.05, 3, 0);
    bl_emit_map(e, &stir_error, 0);
    bl_emit_every(e, 2);
    for (int block = 0; block + 1 < bl_emitter_blocks(e); block++)
        bl_emit_map(e, &advance, block);
}

static void emit_stir(bl_emitter *e, int block, void *user)
{
    (void)user;
    bl_emit_product(e, BL_ARRAY_2, block);
    bl_emit_map(e, &lean_signal, block);
}

/* PEPITA: F is an array of the rule's own, outputs x inputs. */
static void disturb(const bl_map_call *c)
{
    const bl_view e = c->view[0], F = c->view[1], to = c->view[2];
    for (size_t n = 0; n < c->n; n++)
        for (size_t k = 0; k < e.cols; k++) {
            const float error = e.values[n * e.stride + k] / c->scale;
            for (size_t j = 0; j < F.cols; j++)
                to.values[n * to.stride + j] += error * F.values[k * F.stride + j];
        }
}

static void subtract(const bl_map_call *c)
{
    const bl_view first = c->view[0], second = c->view[1], delta = c->view[2];
    for (size_t n = 0; n < c->n; n++)
        for (size_t j = 0; j < delta.cols; j++)
            delta.values[n * delta.stride + j] =
                c->scale * (first.values[n * first.stride + j] - second.values[n * second.stride + j]);
}

MAP(keep_output, copy_view, 0, {BL_OUTPUT, BL_READS}, {BL_SIGNAL, BL_WRITES});
MAP(disturb_input, disturb, 0, {BL_ERROR, BL_READS}, {BL_ARRAY_0, BL_READS}, {BL_INPUT, BL_UPDATES});
MAP(subtract_output, subtract, 0, {BL_SIGNAL, BL_READS}, {BL_OUTPUT, BL_READS}, {BL_DELTA, BL_WRITES});

static const bl_rule_array pepita_arrays[] = {{"f", BL_OUTPUTS, BL_INPUTS, 0, 0.1}};

static void emit_pepita(bl_emitter *e, int block, void *user)
{
    (void)user;
    bl_emit_map(e, &keep_output, block);
    if (block == 0)
        bl_emit_map(e, &disturb_input, block);
    bl_emit_forward(e, block);
    bl_emit_map(e, &subtract_output, block);
}

#define RULE(rule, name, flags, feedback, arrays, n, begin, emit, learn)                                     \
    static const bl_rule rule = {sizeof(bl_rule), name,     "a test", "as in the test",                      \
                                 flags,           feedback, arrays,   n,                                     \
                                 begin,           emit,     learn,    NULL}
RULE(my_dfa, "my-dfa", 9, BL_FEEDBACK_DIRECT, NULL, 0, NULL, emit_dfa, NULL);
RULE(my_drtp, "my-drtp", 2, BL_FEEDBACK_DIRECT, NULL, 0, NULL, emit_drtp, NULL);
RULE(my_bp, "my-bp", 0, BL_FEEDBACK_NONE, NULL, 0, NULL, emit_bp, NULL);
RULE(my_fa, "my-fa", 9, BL_FEEDBACK_LIKE_WEIGHTS, NULL, 0, NULL, emit_fa, NULL);
RULE(my_kp, "my-kp", 9, BL_FEEDBACK_LIKE_WEIGHTS, NULL, 0, NULL, emit_fa, learn_feedback);
RULE(my_dkp, "my-dkp", 9, BL_FEEDBACK_DIRECT, NULL, 0, NULL, emit_dfa, learn_feedback);
RULE(my_ifa, "my-ifa", 0, BL_FEEDBACK_DIRECT, NULL, 0, NULL, emit_ifa, NULL);
RULE(my_copies, "my-copies", 9, BL_FEEDBACK_DIRECT, copy_arrays, 2, begin_copies, emit_copies, NULL);
RULE(my_signs, "my-signs", 4, BL_FEEDBACK_LIKE_WEIGHTS, NULL, 0, begin_signs, emit_fa, NULL);
RULE(my_stir, "my-stir", 1, BL_FEEDBACK_DIRECT, stir_arrays, 4, begin_stir, emit_stir, NULL);

RULE(my_pepita, "my-pepita", 0, BL_FEEDBACK_NONE, pepita_arrays, 1, NULL, emit_pepita, NULL);

static const bl_rule *const rules[] = {&my_dfa, &my_drtp,   &my_bp,    &my_fa,   &my_kp,    &my_dkp,
                                       &my_ifa, &my_copies, &my_signs, &my_stir, &my_pepita};
enum { RULES = sizeof rules / sizeof *rules };

/* ---- Training */

struct made {
    bl_context *ctx;
    bl_config *config;
    bl_data *data;
    bl_trainer *trainer;
};

struct chosen {
    const char *rule, *net, *memory;
    int threads;
    const bl_allocator *allocator;
};

static const char conv[] =
    "conv 90 3x3 pad 1, batchnorm, relu, maxpool 2, dense 170, tanh, dropout 0.2, dense 5";
static const char small[] = "conv 3 3x3 pad 1, batchnorm, relu, maxpool 2, dense 7, tanh, dense 5";
static const char dense[] = "dense 170, tanh, dense 90, tanh, dense 5";

/* Not defined behind a pool. */
static const char *net_of(const bl_rule *rule)
{
    return rule == &my_ifa || rule == &my_pepita ? dense : conv;
}

static bl_status make(struct made *m, const struct chosen *c)
{
    const char *const options[][2] = {
        {"net", c->net},          {"rule", c->rule}, {"optimizer", "adam"},
        {"lr", "0.01"},           {"init", "fanin"}, {"batch", "24"},
        {"schedule", "constant"}, {"seed", "3"},     {"feedback", "uniform 0.3"},
        {"memory", c->memory}};
    *m = (struct made){.ctx = bl_context_new(c->allocator)};
    bl_status status = m->ctx ? bl_context_use(m->ctx, NULL, c->threads) : BL_NO_MEMORY;
    for (int i = 0; i < RULES && status == BL_OK; i++)
        status = bl_rule_register(m->ctx, rules[i]);
    if (status == BL_OK)
        status = bl_config_create(&m->config, m->ctx);
    for (size_t i = 0; i < sizeof options / sizeof *options && status == BL_OK; i++)
        status = bl_config_set(m->config, options[i][0], options[i][1]);
    if (status == BL_OK)
        status = bl_data_wrap(&m->data, m->ctx, x, labels, EXAMPLES, (bl_shape){2, SIDE, SIDE}, CLASSES);
    return status == BL_OK ? bl_trainer_create(&m->trainer, m->ctx, m->config, m->data) : status;
}

static void release(struct made *m)
{
    bl_trainer_free(m->trainer);
    bl_data_free(m->data);
    bl_config_free(m->config);
    bl_context_free(m->ctx);
}

static void must(const struct made *m, bl_status status)
{
    if (status != BL_OK)
        fail_msg("%s: %s", bl_status_name(status), bl_why(m->ctx));
}

static void learn(struct made *m, int from, int to)
{
    for (int i = from; i < to; i++) /* batches of several sizes */
        must(m, bl_trainer_step(m->trainer, x, labels, (size_t)(EXAMPLES - i % 3), NULL));
}

/* The hash of the weights after some steps. */
static void hash_of(const struct chosen *c, char out[17])
{
    struct made m;
    must(&m, make(&m, c));
    learn(&m, 0, STEPS);
    bl_model_hash(bl_trainer_model(m.trainer), out);
    release(&m);
}

static int begin_test(void **state)
{
    (void)state;
    uint32_t random = 7;
    for (int i = 0; i < EXAMPLES * INPUTS; i++) {
        random = random * 1664525u + 1013904223u;
        x[i] = (float)(random >> 8) / 8388608.0f - 1.0f;
    }
    for (int i = 0; i < EXAMPLES; i++)
        labels[i] = i * i % CLASSES;
    return 0;
}

static void test_the_librarys_rules_once_more(void **state)
{
    static const struct {
        const char *own, *library;
        const char *net;
        bool is_same;
    } cases[] = {
        {"my-dfa", "dfa", conv, true},   {"my-dfa", "dfa", dense, true},  {"my-drtp", "drtp", conv, true},
        {"my-bp", "bp", conv, true},     {"my-fa", "fa", conv, true},     {"my-kp", "kp", conv, true},
        {"my-dkp", "dkp", conv, true},   {"my-ifa", "ifa", dense, true},  {"my-copies", "dfa", conv, true},
        {"my-stir", "dfa", conv, false}, {"my-drtp", "dfa", conv, false}, {"my-fa", "kp", conv, false},
        {"my-signs", "fa", dense, false}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char a[17], b[17];
        hash_of(&(struct chosen){cases[i].own, cases[i].net, "normal", 1, NULL}, a);
        hash_of(&(struct chosen){cases[i].library, cases[i].net, "normal", 1, NULL}, b);
        if ((strcmp(a, b) == 0) != cases[i].is_same)
            fail_msg("%s and %s on %s: %s and %s", cases[i].own, cases[i].library, cases[i].net, a, b);
    }
}

/* The library's F, given to the rule's own array. */
static void test_pepita_once_more(void **state)
{
    (void)state;
    struct made own, library;
    bl_tensor tensor;
    char a[17], b[17];
    bool is_found = false;
    must(&own, make(&own, &(struct chosen){"my-pepita", dense, "normal", 2, NULL}));
    must(&library, make(&library, &(struct chosen){"pepita", dense, "normal", 2, NULL}));
    for (int i = 0; bl_model_tensor(bl_trainer_model(library.trainer), i, &tensor); i++)
        if (strcmp(tensor.name, "0.feedback") == 0) {
            is_found = true;
            must(&own, bl_model_set_tensor(bl_trainer_model(own.trainer), "rule.f", tensor.values,
                                           tensor.rows * tensor.cols));
        }
    assert_true(is_found);
    learn(&own, 0, STEPS);
    learn(&library, 0, STEPS);
    bl_model_hash(bl_trainer_model(own.trainer), a);
    bl_model_hash(bl_trainer_model(library.trainer), b);
    assert_string_equal(a, b);
    release(&own);
    release(&library);
}

static void test_threads_and_memory(void **state)
{
    (void)state;
    for (int i = 0; i < RULES; i++) {
        char one[17], three[17], low[17];
        const char *net = net_of(rules[i]), *name = rules[i]->name;
        const bool may_be_low = rules[i]->feedback == BL_FEEDBACK_DIRECT && rules[i] != &my_ifa;
        hash_of(&(struct chosen){name, net, "normal", 1, NULL}, one);
        hash_of(&(struct chosen){name, net, "normal", 3, NULL}, three);
        assert_string_equal(one, three);
        if (may_be_low) {
            hash_of(&(struct chosen){name, net, "low", 2, NULL}, low);
            assert_string_equal(one, low);
            continue;
        }
        struct made m;
        assert_int_equal(make(&m, &(struct chosen){name, net, "low", 1, NULL}), BL_NOT_DEFINED);
        release(&m);
    }
}

/* What is kept goes through a file; a measurement between changes nothing. */
static void test_resumed(void **state)
{
    (void)state;
    struct scratch scratch;
    scratch_make(&scratch);
    const char *path = scratch_path(&scratch, "own.safetensors");
    for (int i = 0; i < RULES; i++) {
        const struct chosen c = {rules[i]->name, net_of(rules[i]), "normal", 2, NULL};
        char whole[17], resumed[17];
        struct made first, second;
        bl_angles angles[3];
        hash_of(&c, whole);
        must(&first, make(&first, &c));
        learn(&first, 0, 3);
        must(&first, bl_trainer_angles(first.trainer, first.data, EXAMPLES, angles, 3));
        must(&first, bl_trainer_inspect(first.trainer, x, labels, 5));
        must(&first, bl_trainer_save(first.trainer, path));
        must(&second, make(&second, &c));
        must(&second, bl_trainer_load(second.trainer, path));
        learn(&second, 3, STEPS);
        bl_model_hash(bl_trainer_model(second.trainer), resumed);
        if (strcmp(whole, resumed) != 0)
            fail_msg("%s: %s without a break, %s with one", c.rule, whole, resumed);
        release(&first);
        release(&second);
    }
    scratch_remove(&scratch);
}

static void test_angles(void **state)
{
    (void)state;
    struct made own, library;
    bl_angles a[3], b[3];
    must(&own, make(&own, &(struct chosen){"my-dfa", dense, "normal", 1, NULL}));
    must(&library, make(&library, &(struct chosen){"dfa", dense, "normal", 1, NULL}));
    learn(&own, 0, 3);
    learn(&library, 0, 3);
    must(&own, bl_trainer_angles(own.trainer, own.data, EXAMPLES, a, 3));
    must(&library, bl_trainer_angles(library.trainer, library.data, EXAMPLES, b, 3));
    for (int l = 0; l < 3; l++) {
        assert_memory_equal(&a[l].sample, &b[l].sample, sizeof a[l].sample);
        assert_memory_equal(&a[l].update, &b[l].update, sizeof a[l].update);
        assert_memory_equal(&a[l].weight, &b[l].weight, sizeof a[l].weight);
    }
    release(&own);
    release(&library);
}

/* Names of arrays in files and in the lists of instructions; the rule in the list of rules. */
static void test_shown(void **state)
{
    (void)state;
    struct made m;
    bl_tensor tensor;
    bl_rule_info info;
    bl_instruction instruction;
    bl_buffer buffer;
    int n_momentum = 0, n_gain = 0, n_noise = 0, n_sent = 0, n = 0;
    must(&m, make(&m, &(struct chosen){"my-stir", conv, "normal", 1, NULL}));
    for (int i = 0; bl_model_tensor(bl_trainer_model(m.trainer), i, &tensor); i++) {
        n_momentum += strcmp(tensor.name, "rule.momentum") == 0 && tensor.cols == CLASSES;
        n_gain += strcmp(tensor.name, "1.rule.gain") == 0 && tensor.cols == 170 && tensor.values[0] != 0.0f;
        assert_null(strstr(tensor.name, "noise"));
    }
    for (int i = 0; bl_trainer_instruction(m.trainer, i, &instruction); i++)
        n_noise += strcmp(instruction.op, "noise") == 0;
    for (int i = 0; bl_trainer_buffer(m.trainer, i, &buffer); i++)
        n_sent += strcmp(buffer.name, "sent") == 0 && buffer.bytes == sizeof(float) * 64 * CLASSES;
    assert_int_equal(n_momentum, 1);
    assert_int_equal(n_gain, 1);
    assert_int_equal(n_noise, 1);
    assert_int_equal(n_sent, 0); /* the batch is 24 */
    while (bl_rule_name(n))
        n++;
    assert_int_equal(bl_rule_at(m.ctx, n - 1, &info), 1);
    assert_int_equal(info.is_registered, 0);
    assert_int_equal(bl_rule_at(m.ctx, n, &info), 1);
    assert_int_equal(info.is_registered, 1);
    assert_string_equal(info.name, "my-dfa");
    assert_string_equal(info.order, "any");
    assert_int_equal(bl_rule_at(m.ctx, n + RULES, &info), 0);
    release(&m);
}

static void test_file_of_an_unknown_rule(void **state)
{
    (void)state;
    struct scratch scratch;
    struct made m;
    bl_model *model = NULL;
    scratch_make(&scratch);
    const char *path = scratch_path(&scratch, "own.safetensors");
    must(&m, make(&m, &(struct chosen){"my-stir", dense, "normal", 1, NULL}));
    must(&m, bl_trainer_save(m.trainer, path));
    must(&m, bl_model_load(&model, m.ctx, path));
    bl_model_free(model);
    release(&m);
    bl_context *other = bl_context_new(NULL);
    bl_config *config = NULL;
    assert_int_equal(bl_model_load(&model, other, path), BL_BAD_DATA);
    assert_non_null(strstr(bl_why(other), "my-stir"));
    assert_non_null(strstr(bl_why(other), "bl_rule_register"));
    assert_int_equal(bl_config_create(&config, other), BL_OK);
    assert_int_equal(bl_config_set(config, "rule", "my-stir"), BL_BAD_VALUE);
    bl_config_free(config);
    bl_context_free(other);
    scratch_remove(&scratch);
}

/* ---- What is refused */

MAP(write_targets, copy_view, 0, {BL_ERROR, BL_READS}, {BL_TARGETS, BL_WRITES});
MAP(read_nothing, copy_view, 0, {BL_ARRAY_0, BL_READS}, {BL_SIGNAL, BL_WRITES});
MAP(no_array, copy_view, 0, {BL_ARRAY_2, BL_READS}, {BL_SIGNAL, BL_WRITES});

static void emit_write_targets(bl_emitter *e, int block, void *user)
{
    (void)user;
    bl_emit_map(e, &write_targets, block);
}

static void emit_read_nothing(bl_emitter *e, int block, void *user)
{
    (void)user;
    bl_emit_map(e, &read_nothing, block);
}

static void emit_no_array(bl_emitter *e, int block, void *user)
{
    (void)user;
    bl_emit_map(e, &no_array, block);
}

static void emit_elsewhere(bl_emitter *e, int block, void *user)
{
    (void)user;
    bl_emit_product(e, BL_ERROR, block + 7);
}

static void emit_without_end(bl_emitter *e, int block, void *user)
{
    (void)user;
    for (int i = 0; i < 1000; i++)
        bl_emit_product(e, BL_ERROR, block);
}

static void emit_now_and_then(bl_emitter *e, int block, void *user)
{
    (void)user;
    bl_emit_every(e, 3);
    bl_emit_product(e, BL_ERROR, block);
}

static void test_refused(void **state)
{
    (void)state;
    static const bl_rule_array same[] = {{"a", 1, 1, 0, 0.0}, {"a", 1, 1, 0, 0.0}};
    static const bl_rule_array wide[] = {{"a", 1, BL_BATCH, 0, 0.0}}, loose[] = {{"a", 1, BL_UNITS, 0, 0.0}},
                               odd[] = {{"A b", 1, 1, 0, 0.0}}, batch[] = {{"a", BL_BATCH, BL_UNITS, 1, 0.0}};
    const struct {
        bl_rule rule;
        const char *why;
    } cases[] = {
#define BAD(name, arrays, n, emit, why)                                                                      \
    {{sizeof(bl_rule), name, "a", "b", 0, BL_FEEDBACK_DIRECT, arrays, n, NULL, emit, NULL, NULL}, why}
        BAD("dfa", NULL, 0, emit_dfa, "already"),
        BAD("my-dfa", NULL, 0, emit_dfa, "already"),
        BAD("My", NULL, 0, emit_dfa, "letter"),
        BAD("1a", NULL, 0, emit_dfa, "letter"),
        BAD("", NULL, 0, emit_dfa, "letter"),
        BAD(NULL, NULL, 0, emit_dfa, "NULL"),
        BAD("a-name-that-is-longer-than-31-bytes", NULL, 0, emit_dfa, "31"),
        BAD("r", NULL, 0, NULL, "emit"),
        BAD("r", NULL, 1, emit_dfa, "n_arrays"),
        BAD("r", same, 5, emit_dfa, "n_arrays"),
        BAD("r", same, 2, emit_dfa, "two arrays"),
        BAD("r", wide, 1, emit_dfa, "columns"),
        BAD("r", loose, 1, emit_dfa, "columns"),
        BAD("r", odd, 1, emit_dfa, "name"),
        BAD("r", NULL, 0, emit_write_targets, "written"),
        BAD("r", batch, 1, emit_read_nothing, "no instruction writes"),
        BAD("r", batch, 1, emit_no_array, "does not have"),
        BAD("r", NULL, 0, emit_elsewhere, "expected 0 to"),
        BAD("r", NULL, 0, emit_without_end, "more than"),
        BAD("r", NULL, 0, emit_now_and_then, "period"),
        BAD("r", NULL, 0, emit_fa, "shaped like"),
        BAD("r", NULL, 0, emit_ifa, NULL),
    };
    bl_context *ctx = bl_context_new(NULL);
    assert_int_equal(bl_rule_register(ctx, &my_dfa), BL_OK);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const bl_status status = bl_rule_register(ctx, &cases[i].rule);
        if (!cases[i].why)
            assert_int_equal(status, BL_OK);
        else if (status != BL_BAD_VALUE || !strstr(bl_why(ctx), cases[i].why))
            fail_msg("case %zu: %s: %s", i, bl_status_name(status), bl_why(ctx));
    }
    bl_context_free(ctx);
}

/* A header of another version: a shorter struct, and a longer one. */
static void test_sizes(void **state)
{
    (void)state;
    struct {
        bl_rule rule;
        long more;
    } later = {my_dfa, 0};
    bl_context *ctx = bl_context_new(NULL);
    later.rule.size = sizeof(bl_rule) - 8;
    assert_int_equal(bl_rule_register(ctx, &later.rule), BL_BAD_VALUE);
    later.rule.size = sizeof later;
    later.more = 1;
    assert_int_equal(bl_rule_register(ctx, &later.rule), BL_UNSUPPORTED);
    later.more = 0;
    assert_int_equal(bl_rule_register(ctx, &later.rule), BL_OK);
    bl_context_free(ctx);
}

/* ---- Memory that gives out */

static void test_memory_gives_out(void **state)
{
    (void)state;
    struct scratch scratch;
    scratch_make(&scratch);
    const char *path = scratch_path(&scratch, "own.safetensors");
    bl_status status = BL_NO_MEMORY;
    for (size_t fail_at = 1; status != BL_OK; fail_at++) {
        struct counting c = {.fail_at = fail_at};
        const bl_allocator allocator = {&c, counting_allocate, counting_release};
        struct made m;
        bl_angles angles[3];
        bl_model *model = NULL;
        status = make(&m, &(struct chosen){"my-stir", small, "normal", 1, &allocator});
        if (status == BL_OK)
            status = bl_trainer_step(m.trainer, x, labels, EXAMPLES, NULL);
        if (status == BL_OK)
            status = bl_trainer_angles(m.trainer, m.data, EXAMPLES, angles, 3);
        if (status == BL_OK)
            status = bl_trainer_save(m.trainer, path);
        if (status == BL_OK)
            status = bl_model_load(&model, m.ctx, path);
        bl_model_free(model);
        release(&m);
        if ((status != BL_OK && status != BL_NO_MEMORY) || c.live != 0)
            fail_msg("allocation %zu failed: %s, %zu blocks were lost", fail_at, bl_status_name(status),
                     c.live);
        assert_true(fail_at < 100000);
    }
    scratch_remove(&scratch);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_librarys_rules_once_more),
        cmocka_unit_test(test_pepita_once_more),
        cmocka_unit_test(test_threads_and_memory),
        cmocka_unit_test(test_resumed),
        cmocka_unit_test(test_angles),
        cmocka_unit_test(test_shown),
        cmocka_unit_test(test_file_of_an_unknown_rule),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_sizes),
        cmocka_unit_test(test_memory_gives_out),
    };
    return cmocka_run_group_tests(tests, begin_test, NULL);
}

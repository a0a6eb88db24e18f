/*
 * test_own_graph.c - registered rules on residual nets: the unchanged rule of examples/07_own_rule.c is
 * trained, saved, resumed, measured and inspected; rules of the library, implemented again, give the
 * library's bits; products and learned arrays of a rule agree with the equations; what a map sees of blocks
 * without weights; rules that do not fit a net are refused with a message.
 */
#include "fixture.h"
#include "own_rules.h"
#include "quick.h"
#include "scratch.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define main example_main
#include "../examples/07_own_rule.c"

#include "backless_experimental.h"
#undef main

enum { EXAMPLES = 24, SIDE = 6, INPUTS = 2 * SIDE * SIDE, CLASSES = 5, STEPS = 4 };

static float x[EXAMPLES * INPUTS];
static int32_t labels[EXAMPLES];
static const struct fixture_batch batch = {x, labels, EXAMPLES, INPUTS, CLASSES, {2, SIDE, SIDE}};

/* Batch norm, convolutions without bias, an identity and an option-B shortcut; ranges of 90 channels. */
static const char residual_conv[] =
    "conv 3 3x3 pad 1 nobias, batchnorm, relu, residual (conv 3 3x3 pad 1 nobias, batchnorm, relu, conv 3 "
    "3x3 pad 1 nobias, batchnorm), relu, residual (conv 90 3x3 stride 2 pad 1 nobias, batchnorm, relu, conv "
    "90 3x3 pad 1 nobias, batchnorm | conv 90 1x1 stride 2 nobias, batchnorm), relu, avgpool all, dense 5";
/* Blocks that begin with an add layer, one of them (the tanh of the inner body) without parameters;
   dropout; a residual in a residual. */
static const char residual_dense[] =
    "dense 33, tanh, residual (batchnorm, tanh, dense 33, residual (tanh, dense 33)), residual (dense 90, "
    "tanh, dense 170, dropout 0.2 | dense 170), tanh, dense 5";
/* No normalisation and no activation inside a module, for rules that compute the deltas themselves. */
static const char residual_plain[] =
    "dense 33, tanh, residual (dense 90, tanh, dense 33), tanh, residual (tanh, dense 33), tanh, dense 5";
static const char row[] = "dense 170, tanh, dense 90, tanh, dense 5";

static void make(struct fixture *fixture, const char *net, const char *rule_name, int threads)
{
    *fixture = (struct fixture){bl_context_new(NULL), NULL, NULL, NULL, NULL};
    const struct fixture_options options = {.net = net,
                                            .rule = rule_name,
                                            .optimizer = "adam",
                                            .lr = "0.01",
                                            .init = "fanin",
                                            .feedback = "uniform 0.3",
                                            .batch = "24",
                                            .seed = "3"};
    fixture_must(fixture, bl_context_use(fixture->ctx, "portable", threads));
    fixture_must(fixture, register_own(fixture->ctx, rule_name));
    fixture_must(fixture, bl_rule_register(fixture->ctx, &rule));
    fixture_must(fixture, bl_config_create(&fixture->config, fixture->ctx));
    fixture_must(fixture, fixture_configure(fixture->config, &options));
    fixture_must(fixture,
                 bl_data_wrap(&fixture->data, fixture->ctx, x, labels, EXAMPLES, batch.shape, CLASSES));
}

static void make_trainer(struct fixture *fixture)
{
    fixture_must(fixture, bl_trainer_create(&fixture->trainer, fixture->ctx, fixture->config, fixture->data));
    fixture->model = bl_trainer_model(fixture->trainer);
}

static void learn(struct fixture *fixture, int from, int to)
{
    for (int i = from; i < to; i++) /* batches of several sizes */
        fixture_must(fixture, bl_trainer_step(fixture->trainer, x, labels, (size_t)(EXAMPLES - i % 3), NULL));
}

static void hash_of(const char *net, const char *rule_name, int threads, char out[17])
{
    struct fixture fixture;
    make(&fixture, net, rule_name, threads);
    if (strcmp(rule_name, "adfa") == 0)
        fixture_must(&fixture, bl_config_set(fixture.config, "slope", "1"));
    make_trainer(&fixture);
    learn(&fixture, 0, STEPS);
    bl_model_hash(fixture.model, out);
    fixture_free(&fixture);
}

/* ---- The example's rule, unchanged */

static bool is_weighted(const struct fixture *fixture, int l)
{
    char name[2][64];
    snprintf(name[0], sizeof name[0], "%d.dense.weight", l);
    snprintf(name[1], sizeof name[1], "%d.conv.weight", l);
    return fixture_tensor(fixture, name[0]).values || fixture_tensor(fixture, name[1]).values;
}

/* A direct rule sends no signal to a module without parameters; every block with weights receives one. */
static void check_inspected(struct fixture *fixture)
{
    bl_tensor t;
    int n_deltas = 0;
    fixture_must(fixture, bl_trainer_inspect(fixture->trainer, x, labels, 7));
    for (; bl_trainer_delta(fixture->trainer, n_deltas, &t); n_deltas++) {
        float largest = 0.0f;
        for (size_t i = 0; i < fixture_count(t); i++)
            largest = fmaxf(largest, fabsf(t.values[i]));
        assert_true(isfinite(largest) && (largest > 0.0f || !is_weighted(fixture, n_deltas)));
    }
    assert_true(n_deltas >= 6);
}

static void check_angles(struct fixture *fixture)
{
    enum { MOST = 16 };
    bl_angles angles[MOST];
    bl_tensor t;
    for (int l = 0; l < MOST; l++)
        angles[l].flat = -1.0;
    fixture_must(fixture, bl_trainer_angles(fixture->trainer, fixture->data, EXAMPLES, angles, MOST));
    for (int l = 0; l + 1 < MOST && bl_trainer_delta(fixture->trainer, l, &t); l++)
        assert_true(!is_weighted(fixture, l) ||
                    (angles[l].flat >= 0.0 && angles[l].flat < 180.0 && angles[l].signal_norm > 0.0));
}

/* An uninterrupted run has the same hash as one that is measured, saved and resumed several times. */
static void test_the_example_on_residual_nets(void **state)
{
    (void)state;
    static const char *const nets[] = {residual_conv, residual_dense, residual_plain};
    struct scratch scratch;
    scratch_make(&scratch);
    const char *path = scratch_path(&scratch, "own.safetensors");
    for (int i = 0; i < 3; i++) {
        struct fixture first, second;
        char whole[17], resumed[17], before[17];
        hash_of(nets[i], "sign-dfa", 1, whole);
        make(&first, nets[i], "sign-dfa", 2);
        make_trainer(&first);
        bl_model_hash(first.model, before);
        learn(&first, 0, 2);
        check_inspected(&first);
        check_angles(&first);
        fixture_must(&first, bl_trainer_save(first.trainer, path));
        make(&second, nets[i], "sign-dfa", 3);
        make_trainer(&second);
        fixture_must(&second, bl_trainer_load(second.trainer, path));
        learn(&second, 2, STEPS);
        bl_model_hash(second.model, resumed);
        assert_string_equal(whole, resumed);
        assert_string_not_equal(whole, before);
        assert_non_null(fixture_tensor(&second, "rule.m").values);
        fixture_free(&first);
        fixture_free(&second);
    }
    scratch_remove(&scratch);
}

/* The example program must succeed; the test example_07_own_rule compares its output. */
static void test_the_example_itself(void **state)
{
    char name[] = "07_own_rule", file[] = TEST_SOURCE_DIR "/../examples/iris.csv";
    char *arguments[] = {name, file, NULL};
    (void)state;
    assert_int_equal(example_main(2, arguments), 0);
}

/* ---- Rules of the library, implemented again */

static void test_reimplemented_rules_have_the_librarys_bits(void **state)
{
    static const struct {
        const char *own, *library;
    } pairs[] = {{"my-bp", "bp"},   {"my-fa", "fa"},      {"my-usf", "usf"},
                 {"my-kp", "kp"},   {"my-dfa", "dfa"},    {"my-drtp", "drtp"},
                 {"my-dkp", "dkp"}, {"my-copies", "dfa"}, {"my-derived", "dfa"}};
    static const char *const nets[] = {residual_conv, residual_dense, residual_plain, row};
    (void)state;
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
        for (size_t k = i % quick_stride(4); k < 4; k += quick_stride(4)) {
            char own[17], more[17], library[17];
            hash_of(nets[k], pairs[i].own, 1, own);
            hash_of(nets[k], pairs[i].own, 4, more);
            hash_of(nets[k], pairs[i].library, 2, library);
            if (strcmp(own, library) != 0 || strcmp(own, more) != 0)
                fail_msg("%s on \"%s\": %s, on four threads %s, but %s is %s", pairs[i].own, nets[k], own,
                         more, pairs[i].library, library);
        }
}

/* adfa with slope 1. With other slopes it needs the inputs of activations, which maps cannot read. */
static void test_adfa(void **state)
{
    (void)state;
    static const char *const nets[] = {residual_plain, row};
    for (int k = 0; k < 2; k++) {
        char own[17], library[17];
        hash_of(nets[k], "my-adfa", 3, own);
        hash_of(nets[k], "adfa", 1, library);
        assert_string_equal(own, library);
    }
}

static bl_status create_status(const char *net, const char *name, const char *in_sentence)
{
    struct fixture fixture;
    make(&fixture, net, name, 1);
    const bl_status status = bl_trainer_create(&fixture.trainer, fixture.ctx, fixture.config, fixture.data);
    if (status != BL_OK && !strstr(bl_why(fixture.ctx), in_sentence))
        fail_msg("%s on \"%s\": %s", name, net, bl_why(fixture.ctx));
    fixture_free(&fixture);
    return status;
}

/* All registered rules give the same bits with any number of threads. The copies of ifa and pepita are
   refused for the same nets as the originals; that of ifa has its bits (that of pepita has another
   matrix). */
static void test_threads(void **state)
{
    static const char *const nets[] = {residual_conv, residual_dense, residual_plain};
    (void)state;
    for (size_t i = 0; i < RULES; i++)
        for (size_t k = i % quick_stride(3); k < 3; k += quick_stride(3)) {
            const char *const name = rules[i]->name;
            const char *const library = rules[i] == &my_ifa      ? "ifa"
                                        : rules[i] == &my_pepita ? "pepita"
                                                                 : NULL;
            const bool is_adfa = rules[i] == &my_adfa && k < 2;
            const bl_status expected = library   ? create_status(nets[k], library, "")
                                       : is_adfa ? BL_NOT_DEFINED
                                                 : BL_OK;
            char one[17], three[17], twin[17];
            const bl_status status = create_status(nets[k], name, is_adfa ? "batch norm" : "");
            if (status != expected)
                fail_msg("%s on \"%s\": status %d, expected %d", name, nets[k], (int)status, (int)expected);
            if (expected != BL_OK)
                continue;
            hash_of(nets[k], name, 1, one);
            hash_of(nets[k], name, 3, three);
            hash_of(nets[k], rules[i] == &my_ifa ? library : name, 2, twin);
            if (strcmp(one, three) != 0 || strcmp(one, twin) != 0)
                fail_msg("%s on \"%s\": %s on one thread, %s on three, %s on two", name, nets[k], one, three,
                         twin);
        }
    if (quick_stride(3) > 1)
        printf("left out: each rule on more than one net, because a sanitizer sees the same code\n");
}

/* ---- Matrices that belong to a rule */

/* Copies the feedback of `from`, or its transpose, to the array "l.rule.b" of `to`. */
static void give_feedback(struct fixture *to, const struct fixture *from, bool is_transposed)
{
    static float values[200 * CLASSES];
    bl_tensor t;
    for (int i = 0; bl_model_tensor(from->model, i, &t); i++) {
        char name[64];
        if (!strstr(t.name, ".feedback"))
            continue;
        snprintf(name, sizeof name, "%d.rule.b", atoi(t.name));
        assert_true(fixture_count(t) <= sizeof values / sizeof *values);
        for (size_t k = 0; k < t.rows; k++)
            for (size_t j = 0; j < t.cols; j++)
                values[is_transposed ? j * t.rows + k : k * t.cols + j] = t.values[k * t.cols + j];
        fixture_set(to, name, values, fixture_count(t));
    }
}

/* dkp with B in an array of the rule gives the bits of dkp, also after loading a checkpoint. */
static void test_learned_arrays_are_dkp(void **state)
{
    (void)state;
    static const char *const own[] = {"my-arrays", "my-rows"}, *const nets[] = {residual_dense, row};
    struct scratch scratch;
    scratch_make(&scratch);
    const char *path = scratch_path(&scratch, "own.safetensors");
    for (int i = 0; i < 4; i++) {
        struct fixture mine, library, resumed;
        char a[17], b[17], c[17];
        make(&mine, nets[i / 2], own[i % 2], 2);
        make(&library, nets[i / 2], "dkp", 1);
        make(&resumed, nets[i / 2], own[i % 2], 3);
        fixture_must(&library, bl_config_set(library.config, "lambda", "0"));
        make_trainer(&mine);
        make_trainer(&library);
        make_trainer(&resumed);
        give_feedback(&mine, &library, i % 2);
        learn(&mine, 0, 2);
        fixture_must(&mine, bl_trainer_save(mine.trainer, path));
        learn(&mine, 2, STEPS);
        learn(&library, 0, STEPS);
        fixture_must(&resumed, bl_trainer_load(resumed.trainer, path));
        learn(&resumed, 2, STEPS);
        bl_model_hash(mine.model, a);
        bl_model_hash(library.model, b);
        bl_model_hash(resumed.model, c);
        if (strcmp(a, b) != 0 || strcmp(a, c) != 0)
            fail_msg("%s on \"%s\": %s, resumed %s, but dkp is %s", own[i % 2], nets[i / 2], a, c, b);
        const bl_tensor B = fixture_tensor(&mine, "0.rule.b"), F = fixture_tensor(&library, "0.feedback");
        if (i % 2 == 0)
            assert_memory_equal(B.values, F.values, fixture_count(F) * sizeof(float));
        fixture_free(&mine);
        fixture_free(&library);
        fixture_free(&resumed);
    }
    scratch_remove(&scratch);
}

/* Rounding of float sums of up to 90 terms, 6e-8 each. */
static const double local_bound = 2e-6;
enum { LOCAL_UNITS = 90 };

/* The delta of block 0 of "dense 90, dense 5" by the equations, in double: softmax(h C^T) - y times C,
   times scale 1 / n. */
static void local_delta(const struct fixture *fixture, size_t n, double *out)
{
    const bl_tensor W = fixture_tensor(fixture, "0.dense.weight"),
                    b = fixture_tensor(fixture, "0.dense.bias"), C = fixture_tensor(fixture, "0.rule.c");
    double h[LOCAL_UNITS], s[CLASSES], sum = 0.0;
    for (size_t j = 0; j < LOCAL_UNITS; j++) {
        h[j] = (double)b.values[j];
        for (size_t i = 0; i < INPUTS; i++)
            h[j] += (double)W.values[j * INPUTS + i] * (double)x[n * INPUTS + i];
    }
    for (size_t k = 0; k < CLASSES; k++) {
        s[k] = 0.0;
        for (size_t j = 0; j < LOCAL_UNITS; j++)
            s[k] += h[j] * (double)C.values[k * LOCAL_UNITS + j];
        sum += s[k] = exp(s[k]);
    }
    for (size_t j = 0; j < LOCAL_UNITS; j++) {
        out[j] = 0.0;
        for (size_t k = 0; k < CLASSES; k++)
            out[j] +=
                (s[k] / sum - (labels[n] == (int32_t)k)) / EXAMPLES * (double)C.values[k * LOCAL_UNITS + j];
    }
}

static void test_local_classifiers(void **state)
{
    (void)state;
    struct fixture fixture;
    bl_tensor delta;
    bl_instruction instruction;
    bl_work work;
    double matmuls = 0.0, maps = 0.0, loss = 0.0, first = 0.0;
    make(&fixture, "dense 90, dense 5", "my-local", 2);
    make_trainer(&fixture);
    fixture_must(&fixture, bl_trainer_inspect(fixture.trainer, x, labels, EXAMPLES));
    assert_true(bl_trainer_delta(fixture.trainer, 0, &delta));
    for (size_t n = 0; n < EXAMPLES; n++) {
        double expected[LOCAL_UNITS];
        local_delta(&fixture, n, expected);
        for (size_t j = 0; j < LOCAL_UNITS; j++)
            if (fabs((double)delta.values[n * LOCAL_UNITS + j] - expected[j]) > local_bound)
                fail_msg("delta (%zu, %zu): %g, expected %g", n, j, (double)delta.values[n * LOCAL_UNITS + j],
                         expected[j]);
    }
    for (int i = 0; bl_trainer_instruction(fixture.trainer, i, &instruction); i++) {
        matmuls += strcmp(instruction.op, "matmul") == 0 ? instruction.work : 0.0;
        maps += strcmp(instruction.op, "local_errors") == 0 ? instruction.work : 0.0;
    }
    bl_trainer_count(fixture.trainer, &work);
    assert_true(matmuls == 3.0 * LOCAL_UNITS * CLASSES && maps == CLASSES);
    assert_true(work.signal == 2.0 * LOCAL_UNITS * CLASSES + CLASSES);
    assert_true(work.weights ==
                LOCAL_UNITS * (INPUTS + 1) + CLASSES * (LOCAL_UNITS + 1) + LOCAL_UNITS * CLASSES);
    for (int i = 0; i < 30; i++) {
        fixture_must(&fixture, bl_trainer_step(fixture.trainer, x, labels, EXAMPLES, &loss));
        first = i == 0 ? loss : first;
    }
    assert_true(loss < 0.5 * first);
    fixture_free(&fixture);
}

/* ---- What a map sees */

enum { MOST_SEEN = 64 };
static struct seen {
    int block;
    bl_view weights, feedback, output;
    size_t fan_out;
} seen[MOST_SEEN];
static int n_seen;

static void look_around(const bl_map_call *c)
{
    seen[n_seen++ % MOST_SEEN] = (struct seen){c->block, c->view[0], c->view[1], c->view[2], c->fan_out};
}

MAP(looks, look_around, 1, {BL_WEIGHTS, BL_READS}, {BL_FEEDBACK, BL_READS}, {BL_OUTPUT, BL_READS},
    {BL_ARRAY_0, BL_UPDATES});

static void emit_looks(bl_emitter *e, int block, void *user)
{
    (void)user;
    bl_emit_pull(e, BL_FEEDBACK, block);
}

static void learn_looks(bl_emitter *e, int block, void *user)
{
    (void)user;
    bl_emit_map(e, &looks, block);
}

static const bl_rule_array look_arrays[] = {{"order", 1, 1, 0, 0.0}};
RULE(my_looks, "my-looks", 0, BL_FEEDBACK_LIKE_WEIGHTS, look_arrays, 1, NULL, emit_looks, learn_looks);

/* Blocks of the net: 0 dense 6, 1 dense 5 (body), 2 dense 6, 3 the sum, 4 dense 5. */
static void test_what_a_map_sees(void **state)
{
    (void)state;
    struct fixture fixture;
    make(&fixture, "dense 6, tanh, residual (dense 7, tanh, dense 6), tanh, dense 5", "my-dfa", 2);
    fixture_must(&fixture, bl_rule_register(fixture.ctx, &my_looks));
    fixture_must(&fixture, bl_config_set(fixture.config, "rule", "my-looks"));
    make_trainer(&fixture);
    n_seen = 0;
    learn(&fixture, 0, 1);
    assert_int_equal(n_seen, 5);
    for (int i = 0; i < n_seen; i++) {
        const struct seen *s = &seen[i];
        const bool is_sum = s->block == 3;
        assert_int_equal(s->weights.values == NULL, is_sum);
        assert_int_equal(s->feedback.values == NULL, is_sum || s->block == 0);
        assert_int_equal(s->fan_out == 0, is_sum);
        if (is_sum)
            assert_true(s->weights.rows == 0 && s->weights.cols == 0 && s->output.cols == 6);
        else
            assert_true(s->weights.rows == s->output.cols);
        assert_int_equal(s->output.rows, EXAMPLES);
    }
    fixture_free(&fixture);
}

/* What the emitter reports about the blocks of a graph and of a chain: followers, weights, and which blocks
   need a signal. */
static int told[8][5];

static void begin_told(bl_emitter *e, void *user)
{
    (void)user;
    if (bl_emitter_blocks(e) != 5)
        return;
    for (int l = -1; l < 6; l++) {
        told[l + 1][0] = bl_emitter_follower(e, l, 0);
        told[l + 1][1] = bl_emitter_follower(e, l, 1);
        told[l + 1][2] = bl_emitter_follower(e, l, 2);
        told[l + 1][3] = bl_emitter_is_weighted(e, l);
        told[l + 1][4] = bl_emitter_needs_signal(e, l);
    }
}

RULE(my_told, "my-told", 0, BL_FEEDBACK_DIRECT, NULL, 0, begin_told, emit_dfa, NULL);

static void test_what_the_emitter_tells(void **state)
{
    (void)state;
    static const int expected[7][5] = {{0, 0, 0, 0, 0}, {1, 3, 0, 1, 1}, {2, 0, 0, 1, 1}, {3, 0, 0, 1, 0},
                                       {4, 0, 0, 0, 1}, {0, 0, 0, 1, 0}, {0, 0, 0, 0, 0}};
    struct fixture fixture;
    make(&fixture, "dense 6, tanh, residual (dense 7, tanh, dense 6), tanh, dense 5", "my-dfa", 1);
    fixture_must(&fixture, bl_rule_register(fixture.ctx, &my_told));
    fixture_must(&fixture, bl_config_set(fixture.config, "rule", "my-told"));
    make_trainer(&fixture);
    for (int l = 0; l < 7; l++)
        for (int k = 0; k < 5; k++)
            if (told[l][k] != expected[l][k])
                fail_msg("block %d, number %d: %d, expected %d", l - 1, k, told[l][k], expected[l][k]);
    fixture_free(&fixture);
}

/* ---- Rules that do not fit a net */

static const bl_rule_array odd_arrays[] = {{"odd", 7, BL_UNITS, BL_EACH_BLOCK, 0.1}};

static void emit_odd(bl_emitter *e, int block, void *user)
{
    (void)user;
    bl_emit_matmul(e, &send, block);
}

static const bl_matmul through_weights = {BL_OUTPUT, BL_WEIGHTS, BL_ARRAY_0, 0, 0};
static const bl_rule_array fan_in_arrays[] = {{"back", BL_BATCH, BL_INPUTS, 0, 0.0}};

static void begin_everywhere(bl_emitter *e, void *user)
{
    (void)user;
    for (int l = 0; l < bl_emitter_blocks(e); l++)
        if (l > 0 && !bl_emitter_is_weighted(e, l))
            bl_emit_matmul(e, &through_weights, l);
}

RULE(my_odd, "my-odd", 0, BL_FEEDBACK_NONE, odd_arrays, 1, NULL, emit_odd, NULL);
RULE(my_everywhere, "my-everywhere", 0, BL_FEEDBACK_DIRECT, fan_in_arrays, 1, begin_everywhere, emit_dfa,
     NULL);

static void test_rules_that_do_not_fit_are_refused(void **state)
{
    static const struct {
        const bl_rule *rule;
        const char *why;
    } cases[] = {{&my_odd, "batch x 5 times 7 x 6 does not give batch x 6"},
                 {&my_everywhere, "no such weights"}};
    (void)state;
    for (int i = 0; i < 2; i++) {
        struct fixture fixture;
        make(&fixture, "dense 6, tanh, residual (dense 7, tanh, dense 6), tanh, dense 5", "dfa", 1);
        fixture_must(&fixture, bl_rule_register(fixture.ctx, cases[i].rule));
        fixture_must(&fixture, bl_config_set(fixture.config, "rule", cases[i].rule->name));
        assert_int_equal(bl_trainer_create(&fixture.trainer, fixture.ctx, fixture.config, fixture.data),
                         BL_BAD_VALUE);
        if (!strstr(bl_why(fixture.ctx), cases[i].why))
            fail_msg("%s", bl_why(fixture.ctx));
        fixture_free(&fixture);
    }
}

int main(void)
{
    fixture_fill(7, x, labels, EXAMPLES, INPUTS, CLASSES);
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_the_example_on_residual_nets),
                                       cmocka_unit_test(test_the_example_itself),
                                       cmocka_unit_test(test_reimplemented_rules_have_the_librarys_bits),
                                       cmocka_unit_test(test_adfa),
                                       cmocka_unit_test(test_threads),
                                       cmocka_unit_test(test_learned_arrays_are_dkp),
                                       cmocka_unit_test(test_local_classifiers),
                                       cmocka_unit_test(test_what_a_map_sees),
                                       cmocka_unit_test(test_what_the_emitter_tells),
                                       cmocka_unit_test(test_rules_that_do_not_fit_are_refused)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

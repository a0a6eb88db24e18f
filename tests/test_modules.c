/*
 * test_modules.c - the option modules: which blocks form a module, which signals rules send to modules, ifa
 * and pepita in nets that add outputs, how files store the option, and what is refused. The reference
 * computes deltas and gradients in double precision.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fixture.h"
#include "scratch.h"

#include "backless_experimental.h"

#include <math.h>

enum { N = 6, INPUTS = 8, CLASSES = 4, WIDEST = 8, STEPS = 3, MOST_BLOCKS = 16 };

/* Relative to the largest number of a tensor: float32 rounds sums of 8 terms by 1e-6 of it, and tanh by
   1e-7. */
static const double bound = 1e-5;

static float x[N * INPUTS];
static int32_t labels[N];
static const struct fixture_batch batch = {x, labels, N, INPUTS, CLASSES, FIXTURE_ROWS};

static const char row[] = "dense 6, tanh, dense 5, tanh, dense 7, tanh, dense 5, tanh, dense 4",
                  plain[] = "dense 6, tanh, residual (dense 5, tanh, dense 6), tanh, dense 4",
                  shortcut[] = "dense 6, tanh, residual (dense 5, tanh, dense 7 | dense 7), tanh, dense 4",
                  deep[] =
                      "dense 6, tanh, residual (dense 5, tanh, residual (dense 5), dense 6 | dense 3, dense "
                      "6), tanh, dense 4",
                  norm[] = "dense 6, residual (batchnorm, tanh, dense 6), residual (tanh), tanh, dense 4";

/* Tries to create a trainer with the option modules, and with one more option if `key` is not NULL. */
static bl_status try(struct fixture *fixture, const char *net, const char *rule, const char *modules,
                     const char *key, const char *value)
{
    const struct fixture_options options = {.net = net,
                                            .rule = rule,
                                            .loss = "ce",
                                            .reduction = "mean",
                                            .optimizer = "sgd",
                                            .init = "fanin",
                                            .feedback = "uniform 0.5",
                                            .batch = "6"};
    fixture_make(fixture, "portable", 1, &(struct fixture_options){.net = "dense 4"}, &batch);
    bl_trainer_free(fixture->trainer);
    fixture->trainer = NULL;
    fixture_must(fixture, fixture_configure(fixture->config, &options));
    fixture_must(fixture, bl_config_set(fixture->config, "modules", modules));
    if (key)
        fixture_must(fixture, bl_config_set(fixture->config, key, value));
    const bl_status status =
        bl_trainer_create(&fixture->trainer, fixture->ctx, fixture->config, fixture->data);
    fixture->model = status == BL_OK ? bl_trainer_model(fixture->trainer) : NULL;
    return status;
}

static void make(struct fixture *fixture, const char *net, const char *rule, const char *modules)
{
    fixture_must(fixture, try(fixture, net, rule, modules, NULL, NULL));
}

/* ---- Which blocks form a module, seen by the names of the feedback */

static void test_which_blocks(void **state)
{
    (void)state;
    static const struct {
        const char *net, *rule, *modules, *feedback; /* the blocks with feedback */
    } cases[] = {
        {row, "dfa", "layer", "0 1 2 3"},
        {row, "dfa", "1", "0 1 2 3"},
        {row, "dfa", "residual", "0 1 2 3"},
        {row, "dfa", "2", "1 3"},
        {row, "dfa", "3", "2"},
        {row, "dfa", "4", "3"},
        {row, "dfa", "5", ""},
        {row, "fa", "layer", "1 2 3 4"},
        {row, "fa", "2", "2 4"},
        {row, "kp", "3", "3"},
        /* blocks: 0 dense, 1 and 2 the body, 3 the sum, 4 the output */
        {plain, "dfa", "layer", "0 1 3"},
        {plain, "dfa", "1", "0 1 3"},
        {plain, "dfa", "residual", "0 3"},
        {plain, "dfa", "2", "3"}, /* the first two blocks feed the shortcut too, so they are no module */
        {plain, "fa", "residual", "1 4"},
        /* 3 the shortcut, 4 the sum, 5 the output */
        {shortcut, "dfa", "layer", "0 1 4"},
        {shortcut, "dfa", "residual", "0 4"},
        {shortcut, "fa", "residual", "1 3 5"},
        /* 1, 2 (inner body), 3 (inner sum), 4 the body, 5 and 6 the shortcut, 7 the sum, 8 the output */
        {deep, "dfa", "layer", "0 1 3 5 7"},
        {deep, "dfa", "1", "0 1 3 5 7"},
        {deep, "dfa", "2", "7"},
        {deep, "dfa", "residual", "0 7"},
        {deep, "usf", "residual", "1 5 8"},
        /* 1 the norm before the body's weights, 2 those, 3 the sum, 4 and 5 without parameters, 6 the
             output */
        {norm, "dfa", "layer", "0 1 3"},
        {norm, "dfa", "1", "0 3"},
        {norm, "dfa", "residual", "0 3"},
        {norm, "fa", "residual", "6"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct fixture fixture;
        bl_tensor t;
        char found[64] = "";
        make(&fixture, cases[i].net, cases[i].rule, cases[i].modules);
        for (int k = 0; bl_model_tensor(fixture.model, k, &t); k++)
            if (strstr(t.name, ".feedback"))
                snprintf(found + strlen(found), sizeof found - strlen(found), "%s%d", found[0] ? " " : "",
                         atoi(t.name));
        if (strcmp(found, cases[i].feedback) != 0)
            fail_msg("\"%s\", %s, modules %s: feedback of blocks %s, expected %s", cases[i].net,
                     cases[i].rule, cases[i].modules, found, cases[i].feedback);
        fixture_free(&fixture);
    }
}

/* ---- Against backpropagation, to the bit */

static void train(const char *net, const char *rule, const char *modules, char hash[17])
{
    struct fixture fixture;
    make(&fixture, net, rule, modules);
    for (int i = 0; i < STEPS; i++)
        fixture_step(&fixture, &batch);
    bl_model_hash(fixture.model, hash);
    fixture_free(&fixture);
}

static void test_bp_does_not_depend_on_modules(void **state)
{
    (void)state;
    static const char *const nets[] = {row, plain, shortcut, deep, norm}, *const modules[] = {"residual", "1",
                                                                                              "2", "3",
                                                                                              "1000000"};
    for (size_t i = 0; i < sizeof nets / sizeof *nets; i++) {
        char usual[17], hash[17];
        train(nets[i], "bp", "layer", usual);
        for (size_t k = 0; k < sizeof modules / sizeof *modules; k++) {
            train(nets[i], "bp", modules[k], hash);
            if (strcmp(hash, usual) != 0)
                fail_msg("\"%s\", modules %s: %s, expected %s", nets[i], modules[k], hash, usual);
        }
    }
}

/* A net that is one module is trained by its exact gradient, whatever the rule. */
static void test_one_module_is_bp(void **state)
{
    (void)state;
    static const char *const rules[] = {"dfa", "drtp", "dkp", "fa", "kp", "usf"};
    static const char *const nets[] = {row, plain, deep, norm};
    for (size_t i = 0; i < sizeof nets / sizeof *nets; i++) {
        char bp[17], hash[17];
        train(nets[i], "bp", "layer", bp);
        for (size_t k = 0; k < sizeof rules / sizeof *rules; k++) {
            struct fixture fixture;
            fixture_must(&fixture, try(&fixture, nets[i], rules[k], "100",
                                       strstr("kp dkp", rules[k]) ? "lambda" : NULL, "0"));
            for (int s = 0; s < STEPS; s++)
                fixture_step(&fixture, &batch);
            bl_model_hash(fixture.model, hash);
            if (strcmp(hash, bp) != 0)
                fail_msg("\"%s\" by %s: %s, expected bp's %s", nets[i], rules[k], hash, bp);
            fixture_free(&fixture);
        }
    }
}

/* ---- The reference in double precision for dense, tanh, residual (dense, tanh, dense [| dense]), tanh,
   dense */

struct numbers {
    size_t cols;
    double at[N][WIDEST];
};

struct hand {
    struct fixture *fixture;
    size_t sum, output;                /* the blocks of the add layer and of the output */
    struct numbers x, e, y;            /* e: p - y, not divided by the number of examples; y: one-hot */
    struct numbers h0, h1, a2, a3, h4; /* a3: of the shortcut; h4: after the sum */
    struct numbers delta[6];
    const struct numbers *input[6]; /* the input of each block, for the gradient of its weights */
};

static bl_tensor tensor(const struct fixture *fixture, size_t l, const char *what)
{
    char name[48];
    snprintf(name, sizeof name, "%zu.%s", l, what);
    return fixture_tensor(fixture, name);
}

/* The output of block l: in W^T + b. */
static struct numbers through(const struct hand *h, size_t l, const struct numbers *in)
{
    const bl_tensor W = tensor(h->fixture, l, "dense.weight"), b = tensor(h->fixture, l, "dense.bias");
    struct numbers out = {.cols = W.rows};
    assert_true(W.values && W.cols == in->cols && W.rows <= WIDEST);
    for (size_t n = 0; n < N; n++)
        for (size_t i = 0; i < W.rows; i++) {
            out.at[n][i] = (double)b.values[i];
            for (size_t j = 0; j < W.cols; j++)
                out.at[n][i] += (double)W.values[i * W.cols + j] * in->at[n][j];
        }
    return out;
}

/* in M, where M is a tensor of block l; is_transposed: in M^T. */
static struct numbers times(const struct hand *h, const struct numbers *in, size_t l, const char *what,
                            bool is_transposed)
{
    const bl_tensor M = tensor(h->fixture, l, what);
    struct numbers out = {.cols = is_transposed ? M.rows : M.cols};
    assert_true(M.values && in->cols == (is_transposed ? M.cols : M.rows));
    for (size_t n = 0; n < N; n++)
        for (size_t j = 0; j < out.cols; j++)
            for (size_t i = 0; i < in->cols; i++)
                out.at[n][j] +=
                    in->at[n][i] * (double)M.values[is_transposed ? j * M.cols + i : i * M.cols + j];
    return out;
}

static struct numbers tanh_of(struct numbers a)
{
    for (size_t n = 0; n < N; n++)
        for (size_t j = 0; j < a.cols; j++)
            a.at[n][j] = tanh(a.at[n][j]);
    return a;
}

/* signal f'(a), where h = tanh a. */
static struct numbers down(struct numbers signal, const struct numbers *h)
{
    assert_int_equal(signal.cols, h->cols);
    for (size_t n = 0; n < N; n++)
        for (size_t j = 0; j < signal.cols; j++)
            signal.at[n][j] *= 1.0 - h->at[n][j] * h->at[n][j];
    return signal;
}

/* factor (a + sign b) */
static struct numbers combined(double factor, const struct numbers *a, double sign, const struct numbers *b)
{
    struct numbers out = *a;
    assert_int_equal(a->cols, b->cols);
    for (size_t n = 0; n < N; n++)
        for (size_t j = 0; j < a->cols; j++)
            out.at[n][j] = factor * (a->at[n][j] + sign * b->at[n][j]);
    return out;
}

static bool has_shortcut(const struct hand *h)
{
    return h->sum == 4;
}

static void go_forward(struct hand *h, const struct numbers *in)
{
    h->h0 = tanh_of(through(h, 0, in));
    h->h1 = tanh_of(through(h, 1, &h->h0));
    h->a2 = through(h, 2, &h->h1);
    h->a3 = has_shortcut(h) ? through(h, 3, &h->h0) : h->h0;
    h->h4 = tanh_of(combined(1.0, &h->a2, 1.0, &h->a3));
    h->input[0] = in;
    h->input[1] = h->input[3] = &h->h0;
    h->input[2] = &h->h1;
    h->input[h->output] = &h->h4;
}

static void find_error(struct hand *h)
{
    const struct numbers a = through(h, h->output, &h->h4);
    h->e = h->y = (struct numbers){.cols = CLASSES};
    for (size_t n = 0; n < N; n++) {
        double sum = 0.0;
        for (size_t k = 0; k < CLASSES; k++)
            sum += exp(a.at[n][k]);
        h->y.at[n][labels[n]] = 1.0;
        for (size_t k = 0; k < CLASSES; k++)
            h->e.at[n][k] = exp(a.at[n][k]) / sum - h->y.at[n][k];
    }
}

static struct numbers mean_of(const struct numbers *v, double sign)
{
    static const struct numbers none;
    struct numbers nothing = none;
    nothing.cols = v->cols;
    return combined(sign / N, v, 0.0, &nothing);
}

/* Computes the exact deltas of the blocks inside a module from the delta of its sum. */
static void go_inside(struct hand *h, bool is_merged)
{
    h->delta[2] = h->delta[h->sum];
    if (has_shortcut(h))
        h->delta[3] = h->delta[h->sum];
    if (is_merged) {
        h->delta[1] = times(h, &h->delta[2], 2, "dense.weight", false);
        h->delta[1] = down(h->delta[1], &h->h1);
    }
}

static void by_direct(struct hand *h, bool is_merged, bool of_targets)
{
    const struct numbers v = of_targets ? mean_of(&h->y, -1.0) : mean_of(&h->e, 1.0);
    h->delta[0] = down(times(h, &v, 0, "feedback", false), &h->h0);
    h->delta[h->sum] = down(times(h, &v, h->sum, "feedback", false), &h->h4);
    if (!is_merged)
        h->delta[1] = down(times(h, &v, 1, "feedback", false), &h->h1);
    go_inside(h, is_merged);
}

static void by_fa(struct hand *h, bool is_merged)
{
    h->delta[h->sum] = down(times(h, &h->delta[h->output], h->output, "feedback", false), &h->h4);
    go_inside(h, is_merged);
    if (!is_merged)
        h->delta[1] = down(times(h, &h->delta[2], 2, "feedback", false), &h->h1);
    const struct numbers body = times(h, &h->delta[1], 1, "feedback", false),
                         other = has_shortcut(h) ? times(h, &h->delta[3], 3, "feedback", false)
                                                 : h->delta[h->sum];
    h->delta[0] = down(combined(1.0, &body, 1.0, &other), &h->h0);
}

static void by_ifa(struct hand *h)
{
    h->delta[0] = down(times(h, &h->delta[h->output], 0, "feedback", false), &h->h0);
    h->delta[1] = down(times(h, &h->delta[0], 1, "dense.weight", true), &h->h1);
    h->delta[2] = times(h, &h->delta[1], 2, "dense.weight", true);
    if (has_shortcut(h))
        h->delta[3] = times(h, &h->delta[0], 3, "dense.weight", true);
    const struct numbers *other = has_shortcut(h) ? &h->delta[3] : &h->delta[0];
    h->delta[h->sum] = down(combined(1.0, &h->delta[2], 1.0, other), &h->h4);
}

static void by_pepita(struct hand *h, bool is_merged)
{
    static struct numbers disturbed;
    const struct numbers change = times(h, &h->e, 0, "feedback", false), h0 = h->h0, h1 = h->h1, h4 = h->h4;
    disturbed = combined(1.0, &h->x, 1.0, &change);
    go_forward(h, &disturbed);
    h->delta[0] = combined(1.0 / N, &h0, -1.0, &h->h0);
    h->delta[1] = combined(1.0 / N, &h1, -1.0, &h->h1);
    h->delta[h->sum] = combined(1.0 / N, &h4, -1.0, &h->h4);
    go_inside(h, is_merged);
}

static void compute(struct hand *h, struct fixture *fixture, const char *net, const char *rule,
                    bool is_merged)
{
    const bool is_short = strstr(net, "|");
    *h = (struct hand){.fixture = fixture, .sum = is_short ? 4 : 3, .output = is_short ? 5 : 4};
    h->x.cols = INPUTS;
    for (size_t n = 0; n < N; n++)
        for (size_t j = 0; j < INPUTS; j++)
            h->x.at[n][j] = (double)x[n * INPUTS + j];
    go_forward(h, &h->x);
    find_error(h);
    h->delta[h->output] = mean_of(&h->e, 1.0);
    if (strcmp(rule, "fa") == 0)
        by_fa(h, is_merged);
    else if (strcmp(rule, "ifa") == 0)
        by_ifa(h);
    else if (strcmp(rule, "pepita") == 0)
        by_pepita(h, is_merged);
    else
        by_direct(h, is_merged, strcmp(rule, "drtp") == 0);
}

/* The largest distance, and the largest number. */
struct distance {
    double off, size;
};

static struct distance delta_distance(const struct hand *h, size_t l)
{
    bl_tensor found;
    struct distance d = {0.0, 0.0};
    assert_true(bl_trainer_delta(h->fixture->trainer, (int)l, &found) && found.rows == N &&
                found.cols == h->delta[l].cols);
    for (size_t n = 0; n < N; n++)
        for (size_t j = 0; j < found.cols; j++) {
            d.off = fmax(d.off, fabs((double)found.values[n * found.cols + j] - h->delta[l].at[n][j]));
            d.size = fmax(d.size, fabs(h->delta[l].at[n][j]));
        }
    return d;
}

static bl_tensor gradient_of(const struct fixture *fixture, size_t l)
{
    char name[48];
    bl_tensor t;
    snprintf(name, sizeof name, "%zu.dense.weight", l);
    for (int i = 0; bl_trainer_gradient(fixture->trainer, i, &t); i++)
        if (strcmp(t.name, name) == 0)
            return t;
    fail_msg("no gradient %s", name);
    return (bl_tensor){NULL, NULL, 0, 0};
}

static struct distance gradient_distance(const struct hand *h, size_t l)
{
    const bl_tensor found = gradient_of(h->fixture, l);
    struct distance d = {0.0, 0.0};
    for (size_t i = 0; i < found.rows; i++)
        for (size_t j = 0; j < found.cols; j++) {
            double sum = 0.0;
            for (size_t n = 0; n < N; n++)
                sum += h->delta[l].at[n][i] * h->input[l]->at[n][j];
            d.off = fmax(d.off, fabs((double)found.values[i * found.cols + j] - sum));
            d.size = fmax(d.size, fabs(sum));
        }
    return d;
}

static void check_by_hand(const char *net, const char *rule, const char *modules)
{
    static struct hand h;
    struct fixture fixture;
    make(&fixture, net, rule, modules);
    compute(&h, &fixture, net, rule, strcmp(modules, "residual") == 0);
    fixture_must(&fixture, bl_trainer_inspect(fixture.trainer, x, labels, N));
    for (size_t l = 0; l <= h.output; l++) {
        const struct distance delta = delta_distance(&h, l);
        if (!(delta.size > 1e-4) || delta.off > bound * delta.size)
            fail_msg("\"%s\", %s, modules %s: the delta of block %zu is off by %.2g of %.2g", net, rule,
                     modules, l, delta.off, delta.size);
        if (l == h.sum)
            continue;
        const struct distance g = gradient_distance(&h, l);
        if (!(g.size > 1e-4) || g.off > bound * g.size)
            fail_msg("\"%s\", %s, modules %s: the gradient of block %zu is off by %.2g of %.2g", net, rule,
                     modules, l, g.off, g.size);
    }
    fixture_free(&fixture);
}

static void test_by_hand(void **state)
{
    (void)state;
    static const char *const rules[] = {"dfa", "drtp", "fa", "ifa", "pepita"}, *const modules[] = {
                                                                                   "layer", "residual"};
    for (size_t r = 0; r < sizeof rules / sizeof *rules; r++)
        for (int m = 0; m < 2; m++) {
            if (m == 1 && strcmp(rules[r], "ifa") == 0)
                continue;
            check_by_hand(plain, rules[r], modules[m]);
            check_by_hand(shortcut, rules[r], modules[m]);
        }
}

/* ---- Files, notes and refusals */

static void test_files(void **state)
{
    (void)state;
    struct fixture fixture, other;
    bl_model *again = NULL;
    char hash[17], reread[17];
    struct scratch scratch;
    scratch_make(&scratch);
    const char *const path = scratch_path(&scratch, "modules.safetensors");
    make(&fixture, plain, "dfa", "residual");
    fixture_step(&fixture, &batch);
    fixture_must(&fixture, bl_trainer_save(fixture.trainer, path));
    assert_string_equal(bl_model_metadata(fixture.model, "modules"), "residual");
    fixture_must(&fixture, bl_model_load(&again, fixture.ctx, path));
    bl_model_hash(fixture.model, hash);
    bl_model_hash(again, reread);
    assert_string_equal(hash, reread);
    bl_model_free(again);
    make(&other, plain, "dfa", "residual");
    fixture_must(&other, bl_trainer_load(other.trainer, path));
    fixture_step(&fixture, &batch);
    fixture_step(&other, &batch);
    bl_model_hash(fixture.model, hash);
    bl_model_hash(bl_trainer_model(other.trainer), reread);
    assert_string_equal(hash, reread);
    fixture_free(&other);
    make(&other, plain, "dfa", "layer");
    assert_int_equal(bl_trainer_load(other.trainer, path), BL_BAD_DATA);
    if (!strstr(bl_why(other.ctx), "its modules is \"residual\", but this run's is \"layer\""))
        fail_msg("%s", bl_why(other.ctx));
    fixture_free(&other);
    fixture_free(&fixture);
    scratch_remove(&scratch);
}

static void test_refusals(void **state)
{
    (void)state;
    static const struct {
        const char *net, *rule, *modules, *key, *value;
        bl_status status;
        const char *fragment;
    } cases[] = {
        {plain, "ifa", "residual", NULL, NULL, BL_NOT_DEFINED,
         "rule ifa is not defined with the option modules"},
        {row, "ifa", "2", NULL, NULL, BL_NOT_DEFINED, "go forward"},
        {row, "ifa", "residual", NULL, NULL, BL_OK, NULL},
        {row, "pepita", "3", NULL, NULL, BL_NOT_DEFINED, "is in the output's module"},
        {row, "pepita", "2", NULL, NULL, BL_OK, NULL},
        {row, "dfa", "2", "init", "zero", BL_NOT_DEFINED, "inside a module"},
        {row, "dfa", "residual", "init", "zero", BL_OK, NULL},
        {row, "dfa", "2", "memory", "low", BL_OK, NULL},
        {row, "fa", "2", "memory", "low", BL_NOT_DEFINED, "needs the outputs of all blocks"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct fixture fixture;
        const bl_status status =
            try(&fixture, cases[i].net, cases[i].rule, cases[i].modules, cases[i].key, cases[i].value);
        if (status != cases[i].status || (status != BL_OK && !strstr(bl_why(fixture.ctx), cases[i].fragment)))
            fail_msg("case %zu: %s (%s)", i, bl_status_name(status), bl_why(fixture.ctx));
        fixture_free(&fixture);
    }
    struct fixture fixture;
    make(&fixture, row, "dfa", "layer");
    assert_int_equal(bl_config_set(fixture.config, "modules", "0"), BL_BAD_VALUE);
    assert_int_equal(bl_config_set(fixture.config, "modules", "block"), BL_BAD_VALUE);
    assert_non_null(strstr(bl_why(fixture.ctx), "expected layer, residual, or the number"));
    fixture_free(&fixture);
}

static bool has_note(const char *net, const char *rule, const char *modules)
{
    struct fixture fixture;
    const char *note = NULL;
    make(&fixture, net, rule, modules);
    bool is_there = false;
    for (int i = 0; (note = bl_trainer_note(fixture.trainer, i)); i++)
        is_there = is_there || strstr(note, "the option modules has no effect");
    fixture_free(&fixture);
    return is_there;
}

static void test_notes(void **state)
{
    (void)state;
    assert_true(has_note(row, "bp", "2") && has_note(row, "frozen", "2") && has_note(row, "dfa", "residual"));
    assert_false(has_note(row, "dfa", "2") || has_note(plain, "kp", "residual") ||
                 has_note(row, "bp", "layer"));
}

/* Inside a module the delta of a rule has the same angle to bp as the module's signal: 0 in the module of the
   output. */
static void test_angles(void **state)
{
    (void)state;
    struct fixture fixture;
    bl_angles angles[5];
    make(&fixture, row, "dfa", "2"); /* {0, 1}, {2, 3}, {4} */
    fixture_must(&fixture, bl_trainer_angles(fixture.trainer, fixture.data, N, angles, 5));
    assert_true(angles[0].flat > 1.0 && angles[2].flat > 1.0);
    fixture_free(&fixture);
    make(&fixture, row, "dfa", "3"); /* {0, 1, 2}, {3, 4} */
    fixture_must(&fixture, bl_trainer_angles(fixture.trainer, fixture.data, N, angles, 5));
    for (int l = 0; l < 5; l++)
        assert_true(l < 3 ? angles[l].flat > 1.0 && angles[l].update > 1.0
                          : angles[l].flat < 0.1 && angles[l].update < 0.1);
    fixture_free(&fixture);
}

/* ---- Failing allocations: convolutions, batch norm, learned feedback, residuals and merged modules, also
        with low memory */

static bl_status train_in(const bl_allocator *allocator, const char *memory)
{
    static const char *const options[][2] = {{"net", "conv 3 2x2 pad 1, batchnorm, tanh, residual (conv 3 "
                                                     "3x3 pad 1, batchnorm, tanh, conv 3 1x1 | conv 3 1x1 "
                                                     "nobias), tanh, residual (tanh, conv 3 1x1), dense 4"},
                                             {"rule", "dkp"},
                                             {"modules", "residual"},
                                             {"optimizer", "adam"},
                                             {"batch", "6"}};
    bl_context *ctx = bl_context_new(allocator);
    bl_config *config = NULL;
    bl_data *data = NULL;
    bl_trainer *trainer = NULL;
    bl_angles angles[MOST_BLOCKS];
    bl_status status = ctx ? bl_context_use(ctx, "portable", 1) : BL_NO_MEMORY;
    if (status == BL_OK)
        status = bl_config_create(&config, ctx);
    if (status == BL_OK)
        status = bl_config_set(config, "memory", memory);
    for (size_t i = 0; i < sizeof options / sizeof *options && status == BL_OK; i++)
        status = bl_config_set(config, options[i][0], options[i][1]);
    if (status == BL_OK)
        status = bl_data_wrap(&data, ctx, x, labels, N, (bl_shape){2, 2, 2}, CLASSES);
    if (status == BL_OK)
        status = bl_trainer_create(&trainer, ctx, config, data);
    if (status == BL_OK)
        status = bl_trainer_step(trainer, x, labels, N, NULL);
    if (status == BL_OK && strcmp(memory, "normal") == 0)
        status = bl_trainer_angles(trainer, data, N, angles, MOST_BLOCKS);
    bl_trainer_free(trainer);
    bl_data_free(data);
    bl_config_free(config);
    bl_context_free(ctx);
    return status;
}

static void test_failing_allocations(void **state)
{
    (void)state;
    static const char *const memory[] = {"normal", "low"};
    for (int i = 0; i < 2; i++) {
        bl_status status = BL_NO_MEMORY;
        for (size_t fail_at = 1; status != BL_OK; fail_at++) {
            struct counting c = {.fail_at = fail_at};
            const bl_allocator allocator = {&c, counting_allocate, counting_release};
            status = train_in(&allocator, memory[i]);
            if ((status != BL_OK && status != BL_NO_MEMORY) || c.live != 0)
                fail_msg("memory %s, allocation %zu failed: %s, %zu blocks were lost", memory[i], fail_at,
                         bl_status_name(status), c.live);
            assert_true(fail_at < 10000);
        }
    }
}

int main(void)
{
    fixture_fill(3, x, labels, N, INPUTS, CLASSES);
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_which_blocks),
                                       cmocka_unit_test(test_bp_does_not_depend_on_modules),
                                       cmocka_unit_test(test_one_module_is_bp),
                                       cmocka_unit_test(test_by_hand),
                                       cmocka_unit_test(test_files),
                                       cmocka_unit_test(test_refusals),
                                       cmocka_unit_test(test_notes),
                                       cmocka_unit_test(test_angles),
                                       cmocka_unit_test(test_failing_allocations)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/*
 * test_backend.c - the operations on every backend and every portable variant that this processor runs: near
 * a reference in double precision, equal bits in all variants, and no access outside of the arrays. Products
 * are tested in test_gemm.c.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../src/backend/portable/portable.h"
#include "../src/base/context.h"
#include "backend_sums.h"

#include <stdio.h>

/* Bounds of errors, in units of the spacing of floats at the result (for a sum: at its largest term), so that
   0.5 is one rounding. For functions they are those that kernel_activation.c states; for others they count
   roundings, where the rounding of a factor may count as a whole unit. */
static const double one_rounding = 0.5, tanh_bound = 2.5, logistic_bound = 2.5, softplus_bound = 2.0,
                    softplus_backward_bound = 1.5, gelu_bound = 7.0, gelu_backward_bound = 4.0,
                    backward_bound = 1.6, sgd_bound = 2.0, mean_bound = 4.0;
enum {
    BLOCK = 4001,     /* odd, so that the last vector is never full */
    STEP = 9973,      /* distance of the tested floats among all floats */
    STRIDE = 1073489, /* 2^32 / BLOCK: one block covers all floats */
    ROUNDS = 10
};

/* ---- element by element ---- */

struct arrays { /* a, b and c are changed in place; g is only read */
    float *a, *b, *c;
    const float *g;
    size_t n;
};

struct element {
    double a, b, c, g;
};

/* The expected result for an element, and the size at which its rounding is measured (0: that of the
   result). */
struct outcome {
    struct element value, size;
};

enum inputs {
    ALL_A, /* a has all kinds of floats */
    ALL_G, /* g has all kinds of floats, a is 1 */
    UNIT   /* all are U(-1, 1), b and c positive; every second a is 0, so that the step alone is tested */
};

static const struct sgd_step sgd = {.rate = 0.1f, .decay = 0.01f};
static const struct sgd_step heavy = {.rate = 0.1f, .momentum = 0.9f};
static const struct sgd_step nesterov = {.rate = 0.3f, .momentum = 0.9f, .decay = 0.001f, .nesterov = true};
static const struct rmsprop_step rmsprop = {.rate = 0.01f, .rho = 0.99f, .epsilon = 1e-2f, .decay = 0.001f};
static const struct adam_step adam = {0.01f, 0.9f, 0.999f, 1e-2f, 0.001f, 0.19f, 0.001999f};
static const float leak = 0.1f;

#define RUN(name, call)                                                                                      \
    static void run_##name(const struct backend *k, struct arrays t)                                         \
    {                                                                                                        \
        k->call;                                                                                             \
    }
RUN(add, add(t.a, t.g, t.n))
RUN(tanh, tanh(t.a, t.n))
RUN(tanh_backward, tanh_backward(t.a, t.g, t.n))
RUN(logistic, logistic(t.a, t.n))
RUN(logistic_backward, logistic_backward(t.a, t.g, t.n))
RUN(relu, relu(t.a, t.n, 0.0f))
RUN(relu_backward, relu_backward(t.a, t.g, t.n, 0.0f))
RUN(leaky, relu(t.a, t.n, leak))
RUN(leaky_backward, relu_backward(t.a, t.g, t.n, leak))
RUN(softplus, softplus(t.a, t.n))
RUN(softplus_backward, softplus_backward(t.a, t.g, t.n))
RUN(gelu, gelu(t.a, t.a, t.n))
RUN(gelu_backward, gelu_backward(t.a, t.a, t.g, t.n))
RUN(sgd, sgd(&sgd, t.a, t.g, NULL, t.n))
RUN(heavy, sgd(&heavy, t.a, t.g, t.b, t.n))
RUN(nesterov, sgd(&nesterov, t.a, t.g, t.b, t.n))
RUN(rmsprop, rmsprop(&rmsprop, t.a, t.g, t.b, t.n))
RUN(adam, adam(&adam, t.a, t.g, t.b, t.c, t.n))

#define WANT(name, result)                                                                                   \
    static void want_##name(const struct element *in, struct outcome *out)                                   \
    {                                                                                                        \
        out->value.a = result;                                                                               \
    }
WANT(add, in->a + in->g)
WANT(tanh, tanh(in->a))
WANT(tanh_backward, (1.0 - in->g * in->g) * in->a)
WANT(logistic, (in->a < 0.0 ? exp(in->a) : 1.0) / (1.0 + exp(-fabs(in->a))))
WANT(logistic_backward, (1.0 - in->g) * in->g * in->a)
WANT(relu, in->a < 0.0 ? 0.0 : in->a)
WANT(relu_backward, in->g > 0.0 ? in->a : 0.0)
WANT(leaky, in->a < 0.0 ? (double)leak * in->a : in->a)
WANT(leaky_backward, in->g > 0.0 ? in->a : (double)leak * in->a)
WANT(softplus, (in->a < 0.0 ? 0.0 : in->a) + log1p(exp(-fabs(in->a))))
WANT(softplus_backward, in->a * -expm1(-in->g))
WANT(gelu, isinf(in->a) && in->a < 0.0 ? 0.0 : 0.5 * in->a * erfc(-in->a / sqrt(2.0)))

/* Where the derivative is near 0, the error is relative to its terms. */
static void want_gelu_backward(const struct element *in, struct outcome *out)
{
    const double density = exp(-0.5 * in->g * in->g) / sqrt(2.0 * acos(-1.0));
    out->value.a = in->a * (0.5 * erfc(-in->g / sqrt(2.0)) + (isinf(in->g) ? 0.0 : in->g * density));
    out->size.a = in->a;
}

/* w <- (1 - decay) w - step */
static void want_weight(const struct element *in, float decay, double step, struct outcome *out)
{
    const double kept = (double)(1.0f - decay) * in->a;
    out->value.a = kept - step;
    out->size.a = fabs(kept) + fabs(step);
}

static void want_any_sgd(const struct sgd_step *s, const struct element *in, struct outcome *out)
{
    const double momentum = (double)s->momentum, v = momentum * in->b + in->g;
    const double size = fabs(momentum * in->b) + fabs(in->g);
    want_weight(in, s->decay, (double)s->rate * (s->nesterov ? in->g + momentum * v : v), out);
    out->size.a += (double)s->rate * size;
    out->value.b = v;
    out->size.b = size;
}

static void want_sgd(const struct element *in, struct outcome *out)
{
    want_any_sgd(&sgd, in, out);
    out->value.b = in->b; /* not an argument, so not changed */
}

static void want_heavy(const struct element *in, struct outcome *out)
{
    want_any_sgd(&heavy, in, out);
}

static void want_nesterov(const struct element *in, struct outcome *out)
{
    want_any_sgd(&nesterov, in, out);
}

static void want_rmsprop(const struct element *in, struct outcome *out)
{
    const struct rmsprop_step *s = &rmsprop;
    const double m = (double)s->rho * in->b + (double)(1.0f - s->rho) * in->g * in->g;
    want_weight(in, s->decay, (double)s->rate * in->g / (sqrt(m) + (double)s->epsilon), out);
    out->value.b = m;
}

static void want_adam(const struct element *in, struct outcome *out)
{
    const struct adam_step *s = &adam;
    const double m = (double)s->beta1 * in->b + (double)(1.0f - s->beta1) * in->g;
    const double v = (double)s->beta2 * in->c + (double)(1.0f - s->beta2) * in->g * in->g;
    const double scale = (double)s->rate / (double)s->correction1;
    const double root = sqrt(v / (double)s->correction2) + (double)s->epsilon;
    const double size = fabs((double)s->beta1 * in->b) + fabs((double)(1.0f - s->beta1) * in->g);
    want_weight(in, s->decay, scale * m / root, out);
    out->size.a += scale * size / root;
    out->value.b = m;
    out->size.b = size;
    out->value.c = v;
}

static const struct operation {
    const char *name;
    enum inputs inputs;
    void (*run)(const struct backend *k, struct arrays t);
    void (*want)(const struct element *in, struct outcome *out); /* begins with value = *in, size = 0 */
    const double *bound;
} operations[] = {
    {"add", UNIT, run_add, want_add, &one_rounding},
    {"tanh", ALL_A, run_tanh, want_tanh, &tanh_bound},
    {"tanh_backward", UNIT, run_tanh_backward, want_tanh_backward, &backward_bound},
    {"logistic", ALL_A, run_logistic, want_logistic, &logistic_bound},
    {"logistic_backward", UNIT, run_logistic_backward, want_logistic_backward, &backward_bound},
    {"relu", ALL_A, run_relu, want_relu, &one_rounding},
    {"relu_backward", ALL_G, run_relu_backward, want_relu_backward, &one_rounding},
    {"leaky relu", ALL_A, run_leaky, want_leaky, &one_rounding},
    {"leaky relu_backward", ALL_G, run_leaky_backward, want_leaky_backward, &one_rounding},
    {"softplus", ALL_A, run_softplus, want_softplus, &softplus_bound},
    {"softplus_backward", ALL_G, run_softplus_backward, want_softplus_backward, &softplus_backward_bound},
    {"gelu", ALL_A, run_gelu, want_gelu, &gelu_bound},
    {"gelu_backward", ALL_G, run_gelu_backward, want_gelu_backward, &gelu_backward_bound},
    {"sgd", UNIT, run_sgd, want_sgd, &sgd_bound},
    {"sgd with momentum", UNIT, run_heavy, want_heavy, &sgd_bound},
    {"sgd, Nesterov", UNIT, run_nesterov, want_nesterov, &sgd_bound},
    {"rmsprop", UNIT, run_rmsprop, want_rmsprop, &mean_bound},
    {"adam", UNIT, run_adam, want_adam, &mean_bound},
};
enum { OPERATIONS = sizeof operations / sizeof *operations };

struct memory { /* a, b, c, g */
    struct guarded_array array[4];
};

static struct memory memory_make(size_t n)
{
    struct memory m;
    for (int i = 0; i < 4; i++)
        m.array[i] = guarded_make(n);
    return m;
}

static bool memory_free(struct memory *m) /* returns whether nothing was written before the arrays */
{
    bool holds = true;
    for (int i = 0; i < 4; i++) {
        holds = holds && guarded_is_intact(&m->array[i]);
        guarded_free(&m->array[i]);
    }
    return holds;
}

static struct arrays arrays_of(const struct memory *m)
{
    return (struct arrays){m->array[0].x, m->array[1].x, m->array[2].x, m->array[3].x, m->array[0].n};
}

static struct element element_at(const struct memory *m, size_t i)
{
    return (struct element){(double)m->array[0].x[i], (double)m->array[1].x[i], (double)m->array[2].x[i],
                            (double)m->array[3].x[i]};
}

static const float specials[] = {0.0f,
                                 -0.0f,
                                 INFINITY,
                                 -INFINITY,
                                 NAN,
                                 1.0f,
                                 -1.0f,
                                 0x1p-149f,
                                 -0x1p-149f,
                                 0x1p-126f,
                                 0x1.fffffcp-127f,
                                 0x1.fffffep127f,
                                 -0x1.fffffep127f,
                                 88.72f,
                                 88.73f,
                                 -87.33f,
                                 -103.97f,
                                 -104.0f,
                                 10.0f,
                                 -9.01f,
                                 0.5f,
                                 0x1p-24f,
                                 -0x1p-13f};
enum { SPECIALS = sizeof specials / sizeof *specials };

/* Fills the arrays with every step-th float from `bits` on, after the special ones. */
static void fill(struct memory *m, enum inputs inputs, uint32_t bits, uint32_t step)
{
    uint32_t seed = bits + 1;
    const size_t sweeping = inputs == ALL_A ? 0 : 3;
    for (size_t i = 0; i < m->array[0].n; i++) {
        m->array[0].x[i] = inputs == ALL_G ? 1.0f : i % 2 ? 0.0f : float_random(&seed, 1.0f);
        m->array[1].x[i] = fabsf(float_random(&seed, 1.0f));
        m->array[2].x[i] = fabsf(float_random(&seed, 1.0f));
        m->array[3].x[i] = float_random(&seed, 1.0f);
        if (inputs != UNIT)
            m->array[sweeping].x[i] = i < SPECIALS ? specials[i] : float_of_bits(bits + (uint32_t)i * step);
    }
}

/* Whether the result is 0 where its magnitude is below LEAST_DELTA. */
static bool gives_delta(const struct operation *o)
{
    return strstr(o->name, "_backward") != NULL;
}

/* Whether x is the flushed value of the reference; near LEAST_DELTA either value is right. */
static bool is_flushed(float x, double want)
{
    static const double either = 1e-5;
    return x == 0.0f ? fabs(want) < (double)LEAST_DELTA * (1.0 + either)
                     : !(fabs(want) < (double)LEAST_DELTA * (1.0 - either));
}

static bool element_is_right(const struct operation *o, const struct element *in, const struct memory *m,
                             size_t i)
{
    struct outcome want = {.value = *in};
    o->want(in, &want);
    if (gives_delta(o) && want.value.a != 0.0 && !is_flushed(m->array[0].x[i], want.value.a))
        return false;
    if (gives_delta(o) && m->array[0].x[i] == 0.0f)
        want.value.a = 0.0;
    return is_near(m->array[0].x[i], want.value.a, want.size.a, *o->bound) &&
           is_near(m->array[1].x[i], want.value.b, want.size.b, *o->bound) &&
           is_near(m->array[2].x[i], want.value.c, want.size.c, *o->bound) &&
           is_near(m->array[3].x[i], in->g, 0.0, 0.0);
}

/* Checks one block of n elements against the reference. */
static bool block_is_right(const struct backend *k, const struct operation *o, size_t n, uint32_t bits)
{
    static struct element before[BLOCK];
    struct memory m = memory_make(n);
    fill(&m, o->inputs, bits, STEP);
    for (size_t i = 0; i < n; i++)
        before[i] = element_at(&m, i);
    o->run(k, arrays_of(&m));
    bool is_right = true;
    for (size_t i = 0; i < n && is_right; i++) {
        is_right = element_is_right(o, &before[i], &m, i);
        if (!is_right)
            snprintf(finding, sizeof finding, "%s (%s %s): element %zu of %zu, a %a g %a, became %a", o->name,
                     k->name, k->machine, i, n, before[i].a, before[i].g, (double)m.array[0].x[i]);
    }
    if (!memory_free(&m)) {
        snprintf(finding, sizeof finding, "%s (%s %s) writes before an array", o->name, k->name, k->machine);
        is_right = false;
    }
    return is_right;
}

static bool operation_is_right(const struct backend *k, const struct operation *o)
{
    for (size_t n = 0; n < 70; n++)
        if (!block_is_right(k, o, n, (uint32_t)n))
            return false;
    const uint64_t blocks = o->inputs == UNIT ? 4 : (UINT64_C(1) << 32) / ((uint64_t)STEP * BLOCK);
    for (uint64_t block = 0; block < blocks; block++)
        if (!block_is_right(k, o, BLOCK, (uint32_t)(block * STEP * BLOCK)))
            return false;
    return true;
}

static bool operations_are_right(const struct backend *k)
{
    for (size_t o = 0; o < OPERATIONS; o++)
        if (!operation_is_right(k, &operations[o]))
            return false;
    return true;
}

/* Checks that two variants give the same bits for any input. */
static bool block_is_same(const struct backend *k, const struct backend *other, const struct operation *o,
                          enum inputs inputs, size_t n, uint32_t bits)
{
    struct memory m = memory_make(n), again = memory_make(n);
    fill(&m, inputs, bits, STRIDE);
    fill(&again, inputs, bits, STRIDE);
    o->run(k, arrays_of(&m));
    o->run(other, arrays_of(&again));
    bool is_same = true;
    for (int array = 0; array < 4; array++)
        for (size_t i = 0; i < n && is_same; i++)
            is_same = float_same(m.array[array].x[i], again.array[array].x[i]);
    if (!is_same)
        snprintf(finding, sizeof finding, "%s: %s and %s differ", o->name, k->machine, other->machine);
    memory_free(&m);
    memory_free(&again);
    return is_same;
}

static bool operation_is_same(const struct backend *k, const struct backend *other, const struct operation *o)
{
    for (enum inputs inputs = ALL_A; inputs <= UNIT; inputs++) {
        for (size_t n = 1; n < 70; n++)
            if (!block_is_same(k, other, o, inputs, n, (uint32_t)n))
                return false;
        for (uint32_t round = 0; round < ROUNDS; round++)
            if (!block_is_same(k, other, o, inputs, BLOCK, round * (STRIDE / ROUNDS)))
                return false;
    }
    return true;
}

static bool operations_are_same(const struct backend *k, const struct backend *other)
{
    for (size_t o = 0; o < OPERATIONS; o++)
        if (!operation_is_same(k, other, &operations[o]))
            return false;
    return true;
}

static bool backend_is_right(const struct backend *k)
{
    return operations_are_right(k) && column_sums_are_right(k) && bytes_are_right(k) &&
           products_are_right(k) && softmaxes_are_right(k);
}

/* ---- tests ---- */

static void variants_are_right(void **state)
{
    (void)state;
    struct backend k;
    int n = 0;
    for (; portable_variant(n, &k); n++) {
        print_message("here: %s\n", k.machine);
        if (!backend_is_right(&k))
            fail_msg("%s", finding);
    }
    assert_string_equal(k.machine, "plain"); /* the last one; the others depend on the processor */
}

static void variants_are_the_same(void **state)
{
    (void)state;
    struct backend k, first;
    portable_variant(0, &first);
    for (int i = 1; portable_variant(i, &k); i++)
        if (!operations_are_same(&first, &k) || !softmaxes_are_same(&first, &k))
            fail_msg("%s", finding);
}

static void backends_are_right(void **state)
{
    (void)state;
    struct backend k;
    for (int i = 0; backend_name_at(i); i++) {
        assert_int_equal(backend_choose(NULL, backend_name_at(i), &k), BL_OK);
        assert_string_equal(k.name, backend_name_at(i));
        assert_non_null(k.machine);
        if (!backend_is_right(&k))
            fail_msg("%s", finding);
    }
}

/* Signed zeros and NaNs, which the comparison of numbers above ignores. */
static void zeros_and_no_numbers(void **state)
{
    (void)state;
    struct backend k;
    for (int i = 0; portable_variant(i, &k); i++) {
        float x[3] = {-0.0f, 0.0f, -0x1p-149f};
        k.tanh(x, 3);
        assert_true(float_same(x[0], -0.0f) && float_same(x[1], 0.0f) && signbit(x[2]));
        float y[3] = {-INFINITY, -1.0f, -0.0f};
        k.relu(y, 3, 0.0f);
        assert_true(float_same(y[0], 0.0f) && float_same(y[1], 0.0f));
        float z[20] = {[3] = NAN};
        assert_true(isnan(k.softmax(z, z, 20)));
        for (size_t j = 0; j < 20; j++)
            assert_true(isnan(z[j]));
    }
}

static void names_are_known(void **state)
{
    (void)state;
    bl_context *ctx = context_create(NULL);
    struct backend k = {.name = "untouched"};
    assert_int_equal(backend_choose(ctx, "abacus", &k), BL_BAD_VALUE);
    assert_non_null(strstr(ctx->why, "\"abacus\""));
    assert_non_null(strstr(ctx->why, "portable"));
    assert_string_equal(k.name, "untouched");
    assert_int_equal(backend_choose(ctx, NULL, &k), BL_OK);
    assert_string_equal(k.name, "portable");
    assert_int_equal(backend_choose(ctx, "auto", &k), BL_OK);
    assert_string_equal(k.name, "portable");

    int count = 0;
    while (backend_name_at(count))
        count++;
    assert_string_equal(backend_name_at(count - 1), "portable");
    assert_null(backend_name_at(-1));
    assert_int_equal(count, 1);
    assert_int_equal(backend_choose(ctx, "onednn", &k), BL_BAD_VALUE);
    assert_non_null(strstr(ctx->why, "removed"));
    context_destroy(ctx);
}

/* ---- negative controls ---- */

static struct backend good;

static void tanh_too_rough(float *x, size_t n)
{
    good.tanh(x, n);
    for (size_t i = 0; i < n; i++)
        x[i] *= 1.0f + 0x1p-20f;
}

static void tanh_of_another_library(float *x, size_t n) /* near, but other bits */
{
    for (size_t i = 0; i < n; i++)
        x[i] = (float)tanh((double)x[i]);
}

static void tanh_without_tail(float *x, size_t n)
{
    good.tanh(x, n - n % 8);
}

static void relu_without_nan(float *x, size_t n, float slope)
{
    for (size_t i = 0; i < n; i++)
        x[i] = x[i] > 0.0f ? x[i] : x[i] < 0.0f && slope > 0.0f ? slope * x[i] : 0.0f;
}

static void relu_backward_at_zero(float *d, const float *h, size_t n, float slope)
{
    for (size_t i = 0; i < n; i++)
        d[i] *= h[i] >= 0.0f ? 1.0f : slope;
}

static void softplus_backward_by_difference(float *d, const float *h, size_t n)
{
    for (size_t i = 0; i < n; i++)
        d[i] *= 1.0f - expf(-h[i]);
}

static void add_before(float *y, const float *x, size_t n)
{
    good.add(y, x, n);
    y[-1] = 0.0f;
}

static void sgd_always_heavy(const struct sgd_step *s, float *w, const float *g, float *v, size_t n)
{
    struct sgd_step other = *s;
    other.nesterov = false;
    good.sgd(&other, w, g, v, n);
}

static void rmsprop_inside_the_root(const struct rmsprop_step *s, float *w, const float *g, float *m,
                                    size_t n)
{
    for (size_t i = 0; i < n; i++) {
        m[i] = s->rho * m[i] + (1.0f - s->rho) * g[i] * g[i];
        w[i] = (1.0f - s->decay) * w[i] - s->rate * g[i] / sqrtf(m[i] + s->epsilon);
    }
}

static void adam_without_correction(const struct adam_step *s, float *w, const float *g, float *m, float *v,
                                    size_t n)
{
    struct adam_step other = *s;
    other.correction1 = other.correction2 = 1.0f;
    good.adam(&other, w, g, m, v, n);
}

static void column_sum_without_stride(const float *x, size_t rows, size_t cols, size_t stride, float *sum)
{
    (void)stride;
    good.column_sum(x, rows, cols, cols, sum);
}

static float softmax_without_shift(const float *x, float *y, size_t n)
{
    float sum = 0.0f;
    for (size_t i = 0; i < n; i++)
        sum += y[i] = expf(x[i]);
    for (size_t i = 0; i < n; i++)
        y[i] /= sum;
    return logf(sum);
}

static void faults_are_found(void **state)
{
    (void)state;
    portable_variant(0, &good);
    struct backend faulty[12];
    for (size_t i = 0; i < 12; i++)
        faulty[i] = good;
    faulty[0].tanh = tanh_too_rough;
    faulty[1].tanh = tanh_without_tail;
    faulty[2].relu = relu_without_nan;
    faulty[3].relu_backward = relu_backward_at_zero;
    faulty[4].softplus_backward = softplus_backward_by_difference;
    faulty[5].add = add_before;
    faulty[6].sgd = sgd_always_heavy;
    faulty[7].rmsprop = rmsprop_inside_the_root;
    faulty[8].adam = adam_without_correction;
    faulty[9].column_sum = column_sum_without_stride;
    faulty[10].softmax = softmax_without_shift;
    for (size_t i = 0; i < 11; i++)
        if (backend_is_right(&faulty[i]))
            fail_msg("fault %zu was not found", i);
    faulty[11].tanh = tanh_of_another_library;
    assert_true(backend_is_right(&faulty[11]));
    assert_false(operations_are_same(&good, &faulty[11]));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(variants_are_right), cmocka_unit_test(variants_are_the_same),
        cmocka_unit_test(backends_are_right), cmocka_unit_test(zeros_and_no_numbers),
        cmocka_unit_test(names_are_known),    cmocka_unit_test(faults_are_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/*
 * test_conv_bf16.c - the products of a convolution through bfloat16: forward, pull, push and gradient against
 * sums in double of operands that were rounded to bfloat16, within the rounding of the float32 sums; the same
 * bits by every variant of the kernels, with and without the processor's own instruction, and however the
 * channels are cut; no access outside of the arrays; float32 sums if only dense layers use bfloat16.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../src/backend/portable/portable.h"
#include "../src/layers/layer.h"
#include "backless.h"
#include "guarded_array.h"

#include <stdio.h>

/* Odd and even numbers of channels and examples; panels that are not full; more channels than one panel;
   strides; windows that are larger than the image; maps of more numbers than a gradient takes at once. */
static const struct conv_case {
    const char *text;
    bl_shape in;
    size_t n; /* examples */
} cases[] = {
    {"conv 5 3x3 pad 1", {3, 7, 6}, 3},
    {"conv 18 5x5 stride 2 pad 2", {4, 9, 8}, 4},
    {"conv 130 3x3", {17, 5, 4}, 2},
    {"conv 3 1x1", {1, 4, 4}, 1},
    {"conv 4 9x7 stride 2 pad 4", {2, 7, 6}, 5},
    {"conv 2 3x3 pad 1", {1, 33, 33}, 3},
    {"conv 7 2x3 stride 3 pad 1 nobias", {5, 8, 7}, 140},
};
enum { CASES = sizeof cases / sizeof *cases };

/* A convolution with operands, in this order: W (or M), b, x, delta. Results: y, push, signal, dW. */
struct trial {
    struct layer layer;
    size_t n;
    float *W, *b, *x, *delta;
    struct guarded_array y, pushed, signal, dW;
};

static float *draw(size_t n, uint32_t *seed)
{
    float *x = malloc(n * sizeof *x);
    assert_non_null(x);
    for (size_t i = 0; i < n; i++)
        x[i] = float_random(seed, 1.0f);
    return x;
}

static void trial_make(struct trial *t, const struct conv_case *c)
{
    uint32_t seed = 3;
    bl_context *ctx = bl_context_new(NULL);
    *t = (struct trial){.n = c->n};
    assert_int_equal(layer_parse(ctx, &t->layer, (struct slice){c->text, strlen(c->text)}, 1), BL_OK);
    assert_int_equal(layer_fit(ctx, &t->layer, c->in, 1), BL_OK);
    bl_context_free(ctx);
    const struct layer *layer = &t->layer;
    t->W = draw(layer->weight_rows * layer->weight_cols, &seed);
    t->b = draw(layer->weight_rows, &seed);
    t->x = draw(c->n * layer->in_units, &seed);
    t->delta = draw(c->n * layer->units, &seed);
    t->layer.W = matrix_of(t->W, layer->weight_rows, layer->weight_cols);
    t->layer.b = layer->has_bias ? t->b : NULL;
    t->y = guarded_make(c->n * layer->units);
    t->pushed = guarded_make(c->n * layer->units);
    t->signal = guarded_make(c->n * layer->in_units);
    t->dW = guarded_make(layer->weight_rows * layer->weight_cols);
}

static void trial_free(struct trial *t)
{
    free(t->W);
    free(t->b);
    free(t->x);
    free(t->delta);
    guarded_free(&t->y);
    guarded_free(&t->pushed);
    guarded_free(&t->signal);
    guarded_free(&t->dW);
}

static struct range next_range(size_t begin, size_t all, size_t most)
{
    return (struct range){begin, all - begin < most ? all : begin + most};
}

/* Computes all four products, `most` channels at a time. */
static void trial_run(struct trial *t, const struct backend *backend, enum precision precision, size_t most)
{
    const struct layer *layer = &t->layer;
    const size_t map = (size_t)layer->in.rows * (size_t)layer->in.cols, cols = layer->weight_cols;
    struct guarded_array floats = guarded_make(layer->ops->scratch(layer, t->n, precision));
    struct guarded_array db = guarded_make(layer->weight_rows);
    struct worker worker = {.backend = backend, .precision = precision, .floats = floats.x};
    const struct matrix x = matrix_of(t->x, t->n, layer->in_units),
                        delta = matrix_of(t->delta, t->n, layer->units);
    for (size_t c = 0; c < layer->weight_rows; c += most) {
        const struct range range = next_range(c, layer->weight_rows, most);
        layer->ops->forward(layer, x, matrix_of(t->y.x, t->n, layer->units), range, &worker);
        layer->ops->push(layer, layer->W, x, matrix_of(t->pushed.x, t->n, layer->units), range, &worker);
        const size_t channels = (size_t)layer->in.channels, window = cols / channels;
        for (size_t k = 0; k < channels; k += most) {
            const struct range inputs = next_range(k, channels, most),
                               columns = {inputs.begin * window, inputs.end * window};
            const struct matrix dW = matrix_of(t->dW.x + c * cols, range_size(range), cols);
            layer->ops->gradient(layer, x, delta, range, inputs, matrix_columns(dW, columns),
                                 k == 0 ? db.x + c : NULL, &worker);
        }
    }
    for (size_t c = 0; c < (size_t)layer->in.channels; c += most) {
        const struct range range = next_range(c, (size_t)layer->in.channels, most);
        layer->ops->pull(layer, layer->W, delta, matrix_of(t->signal.x, t->n, layer->in_units),
                         (struct range){range.begin * map, range.end * map}, &worker);
    }
    assert_true(guarded_is_intact(&floats) && guarded_is_intact(&db) && guarded_is_intact(&t->y) &&
                guarded_is_intact(&t->pushed) && guarded_is_intact(&t->signal) && guarded_is_intact(&t->dW));
    guarded_free(&floats);
    guarded_free(&db);
}

/* ---- The definition, in double */

/* Rounds to the nearest float whose lower 16 bits are zero, ties to even. All operands here are normal
   numbers. */
static double rounded(float x)
{
    const uint32_t bits = float_bits(x);
    return (double)float_of_bits((bits + 0x7fffu + (bits >> 16 & 1u)) & 0xffff0000u);
}

static double as_it_is(float x)
{
    return (double)x;
}

/* Sums, and sums of absolute values, which bound their rounding error. terms: the number of terms of each. */
struct sums {
    double *sum, *size;
    size_t n;
    double *terms;
};

static void sums_make(struct sums *s, size_t n)
{
    *s = (struct sums){calloc(n, sizeof(double)), calloc(n, sizeof(double)), n, calloc(n, sizeof(double))};
    assert_true(s->sum && s->size && s->terms);
}

static void sums_free(struct sums *s)
{
    free(s->sum);
    free(s->size);
    free(s->terms);
}

static void add(struct sums *s, size_t i, double a, double b)
{
    s->sum[i] += a * b;
    s->size[i] += fabs(a * b);
    s->terms[i] += 1.0;
}

struct definition {
    struct sums pushed, signal, dW;
};

/* One term of the products: an example, a number of the output, and a weight of its channel. */
struct meeting {
    size_t y, x, w;
};

static void meet(struct definition *d, const struct trial *t, double (*as)(float), struct meeting m)
{
    const double x = as(t->x[m.x]), w = as(t->W[m.w]), delta = as(t->delta[m.y]);
    add(&d->pushed, m.y, w, x);
    add(&d->signal, m.x, w, delta);
    add(&d->dW, m.w, delta, x);
}

static void define_channel(struct definition *d, const struct trial *t, double (*as)(float), size_t n, int c)
{
    const struct layer *layer = &t->layer;
    const struct window *w = &layer->window;
    const bl_shape in = layer->in, out = layer->out;
    for (int y = 0; y < out.rows; y++)
        for (int x = 0; x < out.cols; x++)
            for (int i = 0; i < in.channels; i++)
                for (int k = 0; k < w->rows; k++)
                    for (int l = 0; l < w->cols; l++) {
                        const int row = y * w->stride + k - w->pad, col = x * w->stride + l - w->pad;
                        if (row < 0 || row >= in.rows || col < 0 || col >= in.cols)
                            continue;
                        meet(d, t, as,
                             (struct meeting){n * layer->units + (size_t)((c * out.rows + y) * out.cols + x),
                                              n * layer->in_units +
                                                  (size_t)((i * in.rows + row) * in.cols + col),
                                              (size_t)(((c * in.channels + i) * w->rows + k) * w->cols + l)});
                    }
}

static void define(struct definition *d, const struct trial *t, double (*as)(float))
{
    sums_make(&d->pushed, t->n * t->layer.units);
    sums_make(&d->signal, t->n * t->layer.in_units);
    sums_make(&d->dW, t->layer.weight_rows * t->layer.weight_cols);
    for (size_t n = 0; n < t->n; n++)
        for (int c = 0; c < t->layer.out.channels; c++)
            define_channel(d, t, as, n, c);
}

static void definition_free(struct definition *d)
{
    sums_free(&d->pushed);
    sums_free(&d->signal);
    sums_free(&d->dW);
}

/* Each of the additions rounds by at most 2^-24 of what has been summed; the zeros that fill up pairs add
   nothing. */
static bool is_near(const struct sums *s, const float *got)
{
    for (size_t i = 0; i < s->n; i++)
        if (!(fabs((double)got[i] - s->sum[i]) <= (s->terms[i] + 2.0) * 0x1p-24 * 1.02 * s->size[i]))
            return false;
    return true;
}

static bool all_are_near(const struct definition *d, const struct trial *t)
{
    return is_near(&d->pushed, t->pushed.x) && is_near(&d->signal, t->signal.x) && is_near(&d->dW, t->dW.x);
}

/* The forward product is the push of x through W plus the bias, which is added in float32. */
static void check_bias(const struct trial *t)
{
    const size_t area = (size_t)t->layer.out.rows * (size_t)t->layer.out.cols;
    for (size_t i = 0; i < t->n * t->layer.units; i++) {
        const float b = t->layer.b ? t->layer.b[i % t->layer.units / area] : 0.0f;
        assert_true(t->y.x[i] == t->pushed.x[i] + b);
    }
}

/* ---- Tests */

static void sums_are_of_rounded_operands(void **state)
{
    (void)state;
    struct backend backend;
    assert_true(portable_variant(0, &backend));
    for (size_t i = 0; i < CASES; i++) {
        struct trial t;
        struct definition wanted;
        trial_make(&t, &cases[i]);
        trial_run(&t, &backend, PRECISION_BF16, 128);
        define(&wanted, &t, rounded);
        if (!all_are_near(&wanted, &t))
            fail_msg("%s: not the sums of rounded operands", cases[i].text);
        check_bias(&t);
        definition_free(&wanted);
        trial_free(&t);
    }
}

/* Control: for short sums the bound distinguishes rounded from unrounded operands in each product. */
static void operands_that_are_not_rounded_are_found(void **state)
{
    (void)state;
    struct backend backend;
    struct trial t;
    struct definition unrounded;
    assert_true(portable_variant(0, &backend));
    trial_make(&t, &cases[0]);
    trial_run(&t, &backend, PRECISION_BF16, 128);
    define(&unrounded, &t, as_it_is);
    assert_false(is_near(&unrounded.pushed, t.pushed.x));
    assert_false(is_near(&unrounded.signal, t.signal.x));
    assert_false(is_near(&unrounded.dW, t.dW.x));
    definition_free(&unrounded);
    trial_free(&t);
}

static void float32_stays_where_dense_layers_alone_are_rounded(void **state)
{
    (void)state;
    struct backend backend;
    assert_true(portable_variant(0, &backend));
    for (size_t i = 0; i < CASES; i++) {
        struct trial t, plain;
        struct definition wanted;
        trial_make(&t, &cases[i]);
        trial_make(&plain, &cases[i]);
        trial_run(&t, &backend, PRECISION_BF16_DENSE, 128);
        trial_run(&plain, &backend, PRECISION_FLOAT32, 128);
        define(&wanted, &t, as_it_is);
        assert_true(all_are_near(&wanted, &t));
        assert_memory_equal(t.y.x, plain.y.x, t.y.n * sizeof(float));
        assert_memory_equal(t.dW.x, plain.dW.x, t.dW.n * sizeof(float));
        definition_free(&wanted);
        trial_free(&t);
        trial_free(&plain);
    }
}

static bool are_alike(const struct trial *a, const struct trial *b)
{
    const struct guarded_array *const of_a[] = {&a->y, &a->pushed, &a->signal, &a->dW}, *const of_b[] = {
                                                                                            &b->y, &b->pushed,
                                                                                            &b->signal,
                                                                                            &b->dW};
    for (size_t k = 0; k < 4; k++)
        for (size_t i = 0; i < of_a[k]->n; i++)
            if (!float_same(of_a[k]->x[i], of_b[k]->x[i]))
                return false;
    return true;
}

/* Compares the first variant on all channels with every variant on fewer channels at a time. */
static void bits_are_those_of_every_variant(void **state)
{
    (void)state;
    static const size_t most[] = {128, 50, 3};
    struct backend first, backend;
    assert_true(portable_variant(0, &first));
    for (size_t i = 0; i < CASES; i++) {
        struct trial wanted, t;
        trial_make(&wanted, &cases[i]);
        trial_run(&wanted, &first, PRECISION_BF16, 128);
        for (int v = 0; portable_variant(v, &backend); v++)
            for (size_t m = 0; m < sizeof most / sizeof *most; m++) {
                trial_make(&t, &cases[i]);
                trial_run(&t, &backend, PRECISION_BF16, most[m]);
                if (!are_alike(&t, &wanted))
                    fail_msg("%s: %s differs, %zu channels at a time", cases[i].text, backend.machine,
                             most[m]);
                trial_free(&t);
            }
        trial_free(&wanted);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sums_are_of_rounded_operands),
        cmocka_unit_test(operands_that_are_not_rounded_are_found),
        cmocka_unit_test(float32_stays_where_dense_layers_alone_are_rounded),
        cmocka_unit_test(bits_are_those_of_every_variant),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

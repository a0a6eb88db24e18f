/*
 * bits_program.c - prints one line for each portable variant that this processor runs: its name, and a hash
 * of the results of all operations on the same numbers. check_compilers.sh builds it with many compilers and
 * flags; the hash must always be the same. The exit code is 1 if two variants differ.
 */
#include "../src/backend/portable/portable.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum {
    N = 3001,           /* elements; not a multiple of any vector width */
    LARGEST = 59 * 300, /* elements of the largest matrix below */
    SCRATCH = 1 << 16
};

struct bits {
    uint64_t hash; /* FNV-1a over the bytes of the floats, the lowest first */
    uint32_t seed;
};

static void hash_floats(struct bits *bits, const float *x, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        uint32_t word = 0x7fc00000; /* the same bits for every NaN */
        if (!isnan(x[i]))
            memcpy(&word, &x[i], sizeof word);
        for (int byte = 0; byte < 4; byte++)
            bits->hash = (bits->hash ^ (word >> 8 * byte & 0xff)) * UINT64_C(0x100000001b3);
    }
}

static uint32_t draw(struct bits *bits) /* xorshift (Marsaglia 2003) */
{
    bits->seed ^= bits->seed << 13;
    bits->seed ^= bits->seed >> 17;
    bits->seed ^= bits->seed << 5;
    return bits->seed;
}

static void fill_all_kinds(struct bits *bits, float *x) /* including denormal, infinite and NaN */
{
    for (size_t i = 0; i < N; i++) {
        const uint32_t word = draw(bits);
        memcpy(&x[i], &word, sizeof word);
    }
}

static void fill_some(struct bits *bits, float *x, size_t n, float lowest, float highest)
{
    for (size_t i = 0; i < n; i++)
        x[i] = lowest + (highest - lowest) * ((float)(draw(bits) >> 8) * 0x1p-24f);
}

static void fill(struct bits *bits, float *x, float lowest, float highest)
{
    fill_some(bits, x, N, lowest, highest);
}

static void hash_product(struct bits *bits, const struct backend *k, struct gemm g)
{
    static float a[LARGEST], b[LARGEST], c[LARGEST], scratch[SCRATCH];
    fill_some(bits, a, LARGEST, -1.0f, 1.0f);
    fill_some(bits, b, LARGEST, -1.0f, 1.0f);
    fill_some(bits, c, LARGEST, -1.0f, 1.0f);
    g.a = a;
    g.lda = g.transpose_a ? g.m : g.k;
    g.b = b;
    g.ldb = g.transpose_b ? g.k : g.n;
    g.c = c;
    g.ldc = g.n;
    k->gemm(&g, scratch);
    hash_floats(bits, c, g.m * g.n);
}

static void hash_products(struct bits *bits, const struct backend *k)
{
    static const size_t shapes[][3] = {{13, 59, 300}, {64, 10, 33}, {3, 50, 7}, {1, 1, 1}, {33, 17, 64}};
    for (size_t s = 0; s < sizeof shapes / sizeof *shapes; s++)
        for (int flags = 0; flags < 8; flags++)
            hash_product(bits, k,
                         (struct gemm){.transpose_a = flags & 1,
                                       .transpose_b = flags & 2,
                                       .accumulate = flags & 4,
                                       .m = shapes[s][0],
                                       .n = shapes[s][1],
                                       .k = shapes[s][2]});
}

static void hash_activations(struct bits *bits, const struct backend *k,
                             void (*fill_input)(struct bits *, float *))
{
    void (*const up[])(float *, size_t) = {k->tanh, k->logistic, k->softplus};
    void (*const down[])(float *, const float *, size_t) = {k->tanh_backward, k->logistic_backward,
                                                            k->softplus_backward, k->add};
    static float x[N], d[N];
    for (size_t i = 0; i < sizeof up / sizeof *up; i++) {
        fill_input(bits, x);
        up[i](x, N);
        hash_floats(bits, x, N);
    }
    for (size_t i = 0; i < sizeof down / sizeof *down; i++) {
        fill_input(bits, x);
        fill(bits, d, -2.0f, 2.0f);
        down[i](d, x, N);
        hash_floats(bits, d, N);
    }
    fill_input(bits, x);
    k->gelu(d, x, N);
    hash_floats(bits, d, N);
    fill(bits, d, -2.0f, 2.0f);
    k->gelu_backward(d, d, x, N);
    hash_floats(bits, d, N);
    for (float slope = 0.0f; slope < 0.5f; slope += 0.3f) {
        fill_input(bits, x);
        fill(bits, d, -2.0f, 2.0f);
        k->relu_backward(d, x, N, slope);
        k->relu(x, N, slope);
        hash_floats(bits, x, N);
        hash_floats(bits, d, N);
    }
}

static void fill_near(struct bits *bits, float *x)
{
    fill(bits, x, -12.0f, 12.0f);
}

static void hash_steps(struct bits *bits, const struct backend *k)
{
    static const struct sgd_step sgd = {0.1f, 0.9f, 0.01f, true};
    static const struct rmsprop_step rmsprop = {1e-3f, 0.99f, 1e-8f, 0.0f};
    static const struct adam_step adam = {1e-3f, 0.9f, 0.999f, 1e-8f, 0.01f, 0.271f, 0.003f};
    static float w[N], g[N], m[N], v[N];
    fill(bits, w, -1.0f, 1.0f);
    fill(bits, m, 0.0f, 1.0f);
    fill(bits, v, 0.0f, 1.0f);
    for (int step = 0; step < 3; step++) {
        fill(bits, g, -0.1f, 0.1f);
        k->sgd(&sgd, w, g, NULL, N);
        k->sgd(&sgd, w, g, v, N);
        hash_floats(bits, v, N);
        fill(bits, v, 0.0f, 1.0f);
        k->rmsprop(&rmsprop, w, g, v, N);
        k->adam(&adam, w, g, m, v, N);
        hash_floats(bits, w, N);
        hash_floats(bits, m, N);
        hash_floats(bits, v, N);
    }
}

static void hash_rows(struct bits *bits, const struct backend *k)
{
    static float x[N], y[N];
    static uint8_t bytes[N];
    for (size_t n = 1; n < N; n += n / 3 + 1) {
        fill(bits, x, -9.0f, 9.0f);
        const float log_sum = k->softmax(x, y, n);
        hash_floats(bits, &log_sum, 1);
        hash_floats(bits, y, n);
        k->column_sum(x, N / n, n, n, y);
        hash_floats(bits, y, n);
    }
    for (size_t i = 0; i < N; i++)
        bytes[i] = (uint8_t)(draw(bits) >> 24);
    k->bytes_to_float(bytes, N, 72.9f, 1.0f / 255.0f, y);
    hash_floats(bits, y, N);
}

/* The operations of convolutions and pools, on 3 x 17 x 19 numbers with windows of 4 x 5. */
static void hash_windows(struct bits *bits, const struct backend *k)
{
    enum { CHANNELS = 3, SIDE_Y = 17, SIDE_X = 19, TERMS = CHANNELS * 4 * 5, PLACES = 14 * 15, MAPS = 11 };
    static float x[CHANNELS * SIDE_Y * SIDE_X], w[MAPS * TERMS], packed[TERMS * GATHER_MOST_COLUMNS],
        y[MAPS * PLACES];
    static int32_t rows[PLACES], terms[TERMS], at[PLACES];
    fill_some(bits, x, sizeof x / sizeof *x, -1.0f, 1.0f);
    fill_some(bits, w, sizeof w / sizeof *w, -1.0f, 1.0f);
    for (int i = 0; i < PLACES; i++)
        rows[i] = i / 15 * SIDE_X + i % 15;
    for (int i = 0; i < TERMS; i++)
        terms[i] = (i / 20 * SIDE_Y + i / 5 % 4) * SIDE_X + i % 5;
    for (size_t j = 0; j < MAPS; j += k->panel_columns) {
        const size_t n = MAPS - j < k->panel_columns ? MAPS - j : k->panel_columns;
        k->panel(w + j * TERMS, TERMS, TERMS, n, packed);
        for (int round = 0; round < 2; round++)
            k->gather(&(struct gather){round == 1, PLACES, n, TERMS, x, rows, terms, packed, y + j * PLACES,
                                       PLACES, false});
    }
    hash_floats(bits, y, MAPS * PLACES);
    k->max_windows(&(struct pool){14, 15, 4, 5, 1, SIDE_X}, x, y, at);
    hash_floats(bits, y, PLACES);
    for (int i = 0; i < PLACES; i++)
        y[i] = (float)at[i];
    hash_floats(bits, y, PLACES);
    y[0] = k->sum(x, sizeof x / sizeof *x);
    hash_floats(bits, y, 1);
}

/* Rounding to bfloat16, and steps by products of rounded numbers. */
static void hash_pairs(struct bits *bits, const struct backend *k)
{
    enum { M = 13, WIDE = 59, TERMS = 40 };
    static const struct rmsprop_step rmsprop = {1e-3f, 0.99f, 1e-8f, 0.01f};
    static float x[N], pairs[N], a[TERMS * M], b[TERMS * WIDE], c[M * WIDE], mean[M * WIDE], scratch[SCRATCH];
    fill_all_kinds(bits, x);
    k->pair_rows(x, N / 5, 5, N / 5, pairs);
    hash_floats(bits, pairs, 3 * (N / 5));
    fill_some(bits, c, M * TERMS, -1.0f, 1.0f);
    k->pair_columns(c, 2 * TERMS, M / 2, 2 * TERMS, a);
    k->pair_columns(c, 2 * TERMS, M / 2, 2 * TERMS, a + M / 2 * TERMS);
    fill_some(bits, x, TERMS * 2, -1.0f, 1.0f);
    for (size_t j = 0; j < WIDE; j++)
        k->pair_columns(x, 1, 1, 2 * TERMS, b + j * TERMS);
    k->gemm(&(struct gemm){false, true, false, M - 1, WIDE, TERMS, a, TERMS, b, TERMS, c, WIDE, true},
            scratch);
    hash_floats(bits, c, (M - 1) * WIDE);
    fill_some(bits, mean, M * WIDE, 0.0f, 1.0f);
    k->update_fused(&(struct fused_update){.pairs = true,
                                           .m = M - 1,
                                           .n = WIDE,
                                           .k = TERMS,
                                           .delta = a,
                                           .ldd = M - 1,
                                           .x = b,
                                           .ldx = WIDE,
                                           .w = c,
                                           .slots = {mean},
                                           .ldw = WIDE,
                                           .by = {.kind = UPDATE_RMSPROP, .rmsprop = rmsprop}},
                    scratch);
    hash_floats(bits, c, (M - 1) * WIDE);
    hash_floats(bits, mean, (M - 1) * WIDE);
}

/* Layer norm of 1 number, of fewer than a vector has, and of many. */
static void hash_norm(struct bits *bits, const struct backend *k)
{
    static float x[N], y[N], gain[N], d[N];
    for (size_t n = 1; n <= N; n = 3 * n + 2 > N && n < N ? N : 3 * n + 2) {
        fill(bits, x, -9.0f, 9.0f);
        fill(bits, gain, 0.5f, 2.0f);
        fill(bits, d, -2.0f, 2.0f);
        fill(bits, y, -2.0f, 2.0f);
        const struct moments m = {k->sum(x, n) / (float)n, 1.0f / (1.0f + k->square_sum(x, 0.25f, n))};
        float sums[2];
        k->layer_norm_sums(d, x, &m, gain, n, sums);
        k->layer_norm_gain(gain, d, x, &m, n);
        k->layer_norm_backward(y, d, x, &m, gain, sums, true, n);
        k->layer_norm_backward(d, d, x, &m, gain, sums, false, n);
        hash_floats(bits, &m.inverse, 1);
        hash_floats(bits, sums, 2);
        hash_floats(bits, gain, n);
        hash_floats(bits, d, n);
        hash_floats(bits, y, n);
        k->layer_norm(y, x, &m, gain, d, n);
        hash_floats(bits, y, n);
    }
}

int main(void)
{
    uint64_t first = 0;
    struct backend k;
    for (int i = 0; portable_variant(i, &k); i++) {
        struct bits bits = {UINT64_C(0xcbf29ce484222325), 2463534242};
        hash_products(&bits, &k);
        hash_activations(&bits, &k, fill_all_kinds);
        hash_activations(&bits, &k, fill_near);
        hash_steps(&bits, &k);
        hash_rows(&bits, &k);
        hash_windows(&bits, &k);
        hash_pairs(&bits, &k);
        hash_norm(&bits, &k);
        printf("%-10s %016" PRIx64 "\n", k.machine, bits.hash);
        first = i == 0 ? bits.hash : first;
        if (bits.hash != first)
            return 1;
    }
    return 0;
}

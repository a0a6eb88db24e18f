/*
 * backend.h - the numerical operations. Each call runs on the calling thread, on one tile; parallel.h
 * distributes tiles.
 *
 * All operations give the same bits on every processor and with every compiler: each result element has one
 * fixed order of operations, and a multiply-add that is fused is fused everywhere.
 */
#ifndef BL_BACKEND_BACKEND_H
#define BL_BACKEND_BACKEND_H

#include "../base/rng.h"
#include "../base/status.h"

#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The least magnitude of an element of an error or a delta: smaller ones are set to 0. They, or their
   products with weights and inputs, would be denormal numbers, with which products take a hundred times as
   long on some processors. Saturated outputs have many. A weight that is not itself about as small keeps its
   bits under a step by such a delta. */
#define LEAST_DELTA 0x1p-100f

static inline float flush_delta(float x)
{
    return fabsf(x) < LEAST_DELTA ? 0.0f : x;
}

/* C (m x n) = op(A) op(B), or C += with `accumulate`. op(A): m x k; A is stored k x m where transpose_a.
   op(B): k x n; stored n x k where transpose_b. ld*: floats from one stored row to the next. k = 0 gives
   zeros. c = fma(a[i,k], b[k,j], c) over k = 0, 1, ... from 0 (or from C), so tiling m and n never changes
   bits. */
struct gemm {
    bool transpose_a, transpose_b, accumulate;
    size_t m, n, k;
    const float *a;
    size_t lda;
    const float *b;
    size_t ldb;
    float *c;
    size_t ldc;
    bool pairs; /* A and B hold pairs of bfloat16, k counts pairs */
};

/* C (n x m as stored) = or += (A B)^T, where A (m x k) is read through offsets: A[i, t] = a[rows[i] +
   terms[t]], and B (k x n) is packed by `panel`. A convolution has this form: a row for each position of its
   window, a term for each weight of the window. One chain of fma over t = 0, 1, ... for each c, as in
   gemm. */
enum { GATHER_MOST_COLUMNS = 48 }; /* the largest panel_columns of all variants of the kernels */
struct gather {
    bool accumulate;
    size_t m, n, k; /* n <= panel_columns */
    const float *a;
    const int32_t *rows, *terms;
    const float *b;
    float *c;
    size_t ldc;
    bool pairs; /* A and B hold pairs of bfloat16, k counts pairs */
};

/* m x n windows of rows x cols numbers, `stride` apart, on a map whose rows are in_cols floats apart. */
struct pool {
    size_t m, n;
    int rows, cols, stride, in_cols;
};

/* The maps of a batch, for batch norm: in each example `channels` contiguous maps of `map` numbers; examples
   are `stride` floats apart. A channel's sum is over all examples and, in each, all positions, in that order,
   in double. */
enum { NORM_MOST_CHANNELS = 16 };
struct norm_maps {
    size_t channels, map, examples, stride; /* channels <= NORM_MOST_CHANNELS */
};

/* The coefficients, one for each channel, of dx = factor (dy - dshift - x^ dscale). */
struct norm_slopes {
    const float *factor, *dshift, *dscale;
};

/* The mean of one example's numbers, and 1 / sqrt(variance + epsilon). */
struct moments {
    float mean, inverse;
};

/* One step of an optimiser on n weights w with gradient g. The weights and the state (v, m) are updated in
   place, element by element. In g^2 a gradient other than 0 counts with at least a magnitude that is too
   small to change a step (least_gradient in portable/update_vector.h). */
struct sgd_step { /* v <- momentum v + g; w <- (1 - decay) w - rate (nesterov ? g + momentum v : v) */
    float rate, momentum, decay;
    bool nesterov;
};
/* m <- rho m + (1 - rho) g^2; w <- (1 - decay) w - rate g / (sqrt(m) + epsilon) (Torch7's) */
struct rmsprop_step {
    float rate, rho, epsilon, decay;
};
/* m <- b1 m + (1 - b1) g; v <- b2 v + (1 - b2) g^2;
   w <- (1 - decay) w - rate (m / c1) / (sqrt(v / c2) + epsilon), c1 = 1 - b1^t, c2 = 1 - b2^t
   (Kingma & Ba 2015, algorithm 1) */
struct adam_step {
    float rate, beta1, beta2, epsilon, decay, correction1, correction2;
};

/* A mask of dropout. Word i of the generator is word i % 4 of its block i / 4 (base/rng.h). */
struct drop {
    struct rng rng;
    uint32_t least; /* p 2^32, where p is the probability of 0 */
    float scale;    /* 1 / (1 - p) */
};

/* A step of any of the three optimisers. */
enum update_kind { UPDATE_SGD, UPDATE_RMSPROP, UPDATE_ADAM };
struct update {
    enum update_kind kind;
    union {
        struct sgd_step sgd;
        struct rmsprop_step rmsprop;
        struct adam_step adam;
    };
};

/* The optimiser's step on w (m x n, rows ldw apart) with the gradient delta^T x, which is not stored. delta:
   k x m; x: k x n. The bits equal those of gemm with transpose_a followed by the optimiser's operation. */
struct fused_update {
    bool pairs; /* delta and x hold pairs of bfloat16, k counts pairs */
    size_t m, n, k;
    const float *delta;
    size_t ldd;
    const float *x;
    size_t ldx;
    float *w, *slots[2]; /* the optimiser's state, with the layout of w; NULL where it has none */
    size_t ldw;
    struct update by;
};

/* C (m x n) += A^T B in double. A: k x m; B: k x n. c += a[e,i] b[e,j] over e = 0, 1, ..., where each product
   is rounded before it is added, so tiling never changes bits. */
struct double_products {
    size_t m, n, k;
    const double *a;
    size_t lda;
    const double *b;
    size_t ldb;
    double *c;
    size_t ldc;
};

struct backend {
    const char *name;    /* "portable" */
    const char *machine; /* the instruction set in use: "avx512bf16", "avx512", "avx2", "neon", "plain" */

    size_t scratch; /* floats of scratch that gemm and update_fused need, for any m, n, k */
    void (*gemm)(const struct gemm *g, float *scratch);
    void (*update_fused)(const struct fused_update *d, float *scratch);

    /* Convert floats to pairs of bfloat16 (bf16.h), each pair in the space of one float: pair_rows pairs rows
       2i and 2i + 1 of x, pair_columns pairs columns. If the number is odd, the last ones are paired with 0.
       to: ceil(rows / 2) x cols, or rows x ceil(cols / 2). */
    void (*pair_rows)(const float *x, size_t ldx, size_t rows, size_t cols, float *to);
    void (*pair_columns)(const float *x, size_t ldx, size_t rows, size_t cols, float *to);
    bool has_bf16; /* the processor multiplies pairs */

    /* Packs a panel. b: columns x depth, ldb floats from one row to the next; to: depth x
       panel_width(columns), with zeros in the additional columns. */
    void (*panel)(const float *b, size_t ldb, size_t depth, size_t columns, float *to);
    size_t (*panel_width)(size_t columns);
    size_t panel_columns; /* the largest number of columns of a panel, which the registers hold */
    void (*gather)(const struct gather *g);
    /* y = A x. a: m x k, rows lda apart; x: k; y: m. One chain of fma over k for each y, as in gather. NULL:
       gather with a panel of one column is as fast, because transposing in registers is slow. */
    void (*multiply_vector)(const float *a, size_t lda, size_t m, size_t k, const float *x, float *y);

    /* y, at (m x n): the largest number of each window, and its position in x. Of equal numbers the first,
       row by row, counts. at NULL: positions are not computed. */
    void (*max_windows)(const struct pool *p, const float *x, float *y, int32_t *at);

    /* Batch norm. Arrays have one number for each channel. x^ = (x - mean) inverse. */
    void (*norm_sums)(const struct norm_maps *m, const float *x, double *sum); /* sums of x */
    void (*norm_squares)(const struct norm_maps *m, const float *x, const double *mean,
                         double *sum); /* sums of (x - mean)^2 */
    void (*norm_backward_sums)(const struct norm_maps *m, const float *x, const float *dy, const float *mean,
                               const float *inverse, double *sum,
                               double *product); /* sums of dy and of dy x^ */
    void (*norm)(const struct norm_maps *m, const float *x, const float *mean, const float *inverse,
                 const float *scale, const float *shift, float *y); /* y = scale x^ + shift */
    void (*norm_backward)(const struct norm_maps *m, const float *x, const float *dy, const float *mean,
                          const float *inverse, const struct norm_slopes *s, float *dx);

    void (*add)(float *y, const float *x, size_t n);                    /* y += x */
    void (*add_to)(float *y, const float *a, const float *b, size_t n); /* y = a + b */
    float (*sum)(const float *x, size_t n); /* in the same order for all instruction sets */
    void (*column_sum)(const float *x, size_t rows, size_t cols, size_t stride,
                       float *sum); /* sum[j]: the sum of column j, in the order of the rows */

    /* Layer norm of one example of n numbers; x^ = (x - mean) inverse. gain, bias: n numbers. */
    float (*square_sum)(const float *x, float mean, size_t n); /* sum (x - mean)^2, in the order of `sum` */
    void (*layer_norm)(float *y, const float *x, const struct moments *m, const float *gain,
                       const float *bias, size_t n); /* y = gain x^ + bias */
    void (*layer_norm_sums)(const float *dy, const float *x, const struct moments *m, const float *gain,
                            size_t n, float sums[2]); /* sums of d = dy gain and of d x^, in the same order */
    void (*layer_norm_backward)(float *dx, const float *dy, const float *x, const struct moments *m,
                                const float *gain, const float means[2], bool accumulates,
                                size_t n); /* dx = or += inverse (d - means[0] - x^ means[1]) */
    void (*layer_norm_gain)(float *dgain, const float *dy, const float *x, const struct moments *m,
                            size_t n); /* dgain += dy x^ */

    /* Activations in place, x <- f(x); then d <- d f'(a), with f' taken from h = f(a), and 0 where its
       magnitude is below LEAST_DELTA. n contiguous elements. */
    void (*tanh)(float *x, size_t n);
    void (*tanh_backward)(float *d, const float *h, size_t n); /* 1 - h^2 */
    void (*logistic)(float *x, size_t n);
    void (*logistic_backward)(float *d, const float *h, size_t n); /* h (1 - h) */
    void (*relu)(float *x, size_t n, float slope); /* x < 0 ? slope x : x; NaN stays NaN; slope >= 0 */
    void (*relu_backward)(float *d, const float *h, size_t n, float slope); /* h > 0 ? 1 : slope */
    void (*softplus)(float *x, size_t n);                                   /* log(1 + exp x) */
    void (*softplus_backward)(float *d, const float *h, size_t n);          /* 1 - exp(-h) */
    void (*gelu)(float *y, const float *x, size_t n); /* x P(x), P the normal distribution; y may be x */
    void (*gelu_backward)(float *dx, const float *dy, const float *x,
                          size_t n); /* dy (P(x) + x P'(x)); dx may be dy */

    /* x[i] <- 0 where word first + i is below d->least, else x[i] d->scale (dropout) */
    void (*drop)(const struct drop *d, uint64_t first, float *x, size_t n);

    /* y = softmax(x) for one row of n. Gives log(sum exp x), for the loss. y may be x. */
    float (*softmax)(const float *x, float *y, size_t n);

    void (*sgd)(const struct sgd_step *s, float *w, const float *g, float *v,
                size_t n); /* v NULL: no momentum */
    void (*rmsprop)(const struct rmsprop_step *s, float *w, const float *g, float *m, size_t n);
    void (*adam)(const struct adam_step *s, float *w, const float *g, float *m, float *v, size_t n);
    void (*flush)(float *x, size_t n); /* denormal numbers <- 0 */

    void (*bytes_to_float)(const uint8_t *x, size_t n, float offset, float scale,
                           float *y); /* (x - offset) scale */

    void (*add_products)(const struct double_products *p);

    /* For measuring: fused multiply-adds in registers at the peak rate of the instruction set. Returns the
       number of operations; *sink gets a result, so that the compiler does not remove them. */
    size_t (*multiply_adds)(float *sink);
    /* As multiply_adds, for products of pairs of bfloat16; each is two multiply-adds. */
    size_t (*pair_products)(float *sink);
    /* As multiply_adds, for square roots and divisions by them, as in a step of RMSprop. */
    size_t (*root_divisions)(float *sink);
    /* x <- factor x, each number read and written once. n: a multiple of 64 */
    void (*rewrite)(float *x, size_t n, float factor);
};

/* name: "portable", or "auto" or NULL, which mean the same. BL_BAD_VALUE: any other name. */
bl_status backend_check(bl_context *ctx, const char *name);
bl_status backend_choose(bl_context *ctx, const char *name, struct backend *out);
const char *backend_name_at(int i); /* NULL past the last */

#endif

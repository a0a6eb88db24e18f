/*
 * kernel.h - the operations of one variant. The kernel_*.c files are compiled once for each instruction set,
 * with KERNEL_VARIANT (its name) and VEC_WIDTH; KERNEL(add) is then kernel_add_avx512, and so on.
 */
#ifndef BL_PORTABLE_KERNEL_H
#define BL_PORTABLE_KERNEL_H

#include "../backend.h"

#define KERNEL_JOIN_(name, variant) name##_##variant
#define KERNEL_NAME_(name, variant) KERNEL_JOIN_(name, variant)
#define KERNEL(name) KERNEL_NAME_(kernel_##name, KERNEL_VARIANT)

size_t KERNEL(scratch)(void);
void KERNEL(gemm)(const struct gemm *g, float *scratch);
void KERNEL(update_fused)(const struct fused_update *d, float *scratch);

size_t KERNEL(panel_columns)(void);
size_t KERNEL(panel_width)(size_t columns);
void KERNEL(panel)(const float *b, size_t ldb, size_t depth, size_t columns, float *to);
void KERNEL(gather)(const struct gather *g);
void KERNEL(multiply_vector)(const float *a, size_t lda, size_t m, size_t k, const float *x, float *y);

bool KERNEL(has_bf16)(void);
void KERNEL(pair_rows)(const float *x, size_t ldx, size_t rows, size_t cols, float *to);
void KERNEL(pair_columns)(const float *x, size_t ldx, size_t rows, size_t cols, float *to);

void KERNEL(norm_sums)(const struct norm_maps *m, const float *x, double *sum);
void KERNEL(norm_squares)(const struct norm_maps *m, const float *x, const double *mean, double *sum);
void KERNEL(norm_backward_sums)(const struct norm_maps *m, const float *x, const float *dy, const float *mean,
                                const float *inverse, double *sum, double *product);
void KERNEL(norm)(const struct norm_maps *m, const float *x, const float *mean, const float *inverse,
                  const float *scale, const float *shift, float *y);
void KERNEL(norm_backward)(const struct norm_maps *m, const float *x, const float *dy, const float *mean,
                           const float *inverse, const struct norm_slopes *s, float *dx);

void KERNEL(add)(float *y, const float *x, size_t n);
void KERNEL(add_to)(float *y, const float *a, const float *b, size_t n);
void KERNEL(column_sum)(const float *x, size_t rows, size_t cols, size_t stride, float *sum);
float KERNEL(sum)(const float *x, size_t n);
void KERNEL(bytes_to_float)(const uint8_t *x, size_t n, float offset, float scale, float *y);

float KERNEL(square_sum)(const float *x, float mean, size_t n);
void KERNEL(layer_norm)(float *y, const float *x, const struct moments *m, const float *gain,
                        const float *bias, size_t n);
void KERNEL(layer_norm_sums)(const float *dy, const float *x, const struct moments *m, const float *gain,
                             size_t n, float sums[2]);
void KERNEL(layer_norm_backward)(float *dx, const float *dy, const float *x, const struct moments *m,
                                 const float *gain, const float means[2], bool accumulates, size_t n);
void KERNEL(layer_norm_gain)(float *dgain, const float *dy, const float *x, const struct moments *m,
                             size_t n);

void KERNEL(max_windows)(const struct pool *p, const float *x, float *y, int32_t *at);

void KERNEL(tanh)(float *x, size_t n);
void KERNEL(tanh_backward)(float *d, const float *h, size_t n);
void KERNEL(logistic)(float *x, size_t n);
void KERNEL(logistic_backward)(float *d, const float *h, size_t n);
void KERNEL(relu)(float *x, size_t n, float slope);
void KERNEL(relu_backward)(float *d, const float *h, size_t n, float slope);
void KERNEL(softplus)(float *x, size_t n);
void KERNEL(softplus_backward)(float *d, const float *h, size_t n);
void KERNEL(gelu)(float *y, const float *x, size_t n);
void KERNEL(gelu_backward)(float *dx, const float *dy, const float *x, size_t n);
void KERNEL(drop)(const struct drop *d, uint64_t first, float *x, size_t n);
float KERNEL(softmax)(const float *x, float *y, size_t n);

void KERNEL(sgd)(const struct sgd_step *s, float *w, const float *g, float *v, size_t n);
void KERNEL(rmsprop)(const struct rmsprop_step *s, float *w, const float *g, float *m, size_t n);
void KERNEL(adam)(const struct adam_step *s, float *w, const float *g, float *m, float *v, size_t n);
void KERNEL(flush)(float *x, size_t n);

void KERNEL(add_products)(const struct double_products *p);

size_t KERNEL(multiply_adds)(float *sink);
size_t KERNEL(pair_products)(float *sink);
size_t KERNEL(root_divisions)(float *sink);
void KERNEL(rewrite)(float *x, size_t n, float factor);

void KERNEL(fill)(struct backend *out); /* sets all operations and `machine`, but not `name` */

#endif

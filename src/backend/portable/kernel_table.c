/*
 * kernel_table.c - fills a struct backend with the operations of one variant.
 */
#include "kernel.h"

#define TEXT_(x) #x
#define TEXT(x) TEXT_(x)

void KERNEL(fill)(struct backend *out)
{
    *out = (struct backend){
        .machine = TEXT(KERNEL_VARIANT),
        .scratch = KERNEL(scratch)(),
        .gemm = KERNEL(gemm),
        .update_fused = KERNEL(update_fused),
        .has_bf16 = KERNEL(has_bf16)(),
        .panel_columns = KERNEL(panel_columns)(),
        .panel_width = KERNEL(panel_width),
        .panel = KERNEL(panel),
        .gather = KERNEL(gather),
        .multiply_vector = VEC_WIDTH == 16 ? KERNEL(multiply_vector) : NULL,
        .pair_rows = KERNEL(pair_rows),
        .pair_columns = KERNEL(pair_columns),
        .norm_sums = KERNEL(norm_sums),
        .norm_squares = KERNEL(norm_squares),
        .norm_backward_sums = KERNEL(norm_backward_sums),
        .norm = KERNEL(norm),
        .norm_backward = KERNEL(norm_backward),
        .add = KERNEL(add),
        .add_to = KERNEL(add_to),
        .column_sum = KERNEL(column_sum),
        .sum = KERNEL(sum),
        .square_sum = KERNEL(square_sum),
        .layer_norm = KERNEL(layer_norm),
        .layer_norm_sums = KERNEL(layer_norm_sums),
        .layer_norm_backward = KERNEL(layer_norm_backward),
        .layer_norm_gain = KERNEL(layer_norm_gain),
        .max_windows = KERNEL(max_windows),
        .tanh = KERNEL(tanh),
        .tanh_backward = KERNEL(tanh_backward),
        .logistic = KERNEL(logistic),
        .logistic_backward = KERNEL(logistic_backward),
        .relu = KERNEL(relu),
        .relu_backward = KERNEL(relu_backward),
        .softplus = KERNEL(softplus),
        .softplus_backward = KERNEL(softplus_backward),
        .gelu = KERNEL(gelu),
        .gelu_backward = KERNEL(gelu_backward),
        .drop = KERNEL(drop),
        .softmax = KERNEL(softmax),
        .sgd = KERNEL(sgd),
        .rmsprop = KERNEL(rmsprop),
        .adam = KERNEL(adam),
        .flush = KERNEL(flush),
        .bytes_to_float = KERNEL(bytes_to_float),
        .add_products = KERNEL(add_products),
        .multiply_adds = KERNEL(multiply_adds),
        .pair_products = KERNEL(pair_products),
        .root_divisions = KERNEL(root_divisions),
        .rewrite = KERNEL(rewrite),
    };
}

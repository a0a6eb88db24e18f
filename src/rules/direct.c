/*
 * direct.c - the product shared by the rules that send the error directly.
 */
#include "direct.h"

void direct_signal(const struct rule *rule, const struct place *at, struct lesson *lesson)
{
    const struct matrix e = *lesson_error(lesson);
    const struct matrix B = matrix_columns(rule->B[at->l], at->part);
    const struct matrix signal = matrix_columns(lesson->signal[at->l], at->part);
    worker_gemm(at->worker, (struct gemm){.m = e.rows,
                                          .n = B.cols,
                                          .k = e.cols,
                                          .a = e.x,
                                          .lda = e.stride,
                                          .b = B.x,
                                          .ldb = B.stride,
                                          .c = signal.x,
                                          .ldc = signal.stride});
}

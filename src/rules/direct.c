/*
 * direct.c - the product of the rules that send the error, or the targets, directly to each block.
 */
#include "direct.h"

/* The signal of the place's channels and examples. */
static struct matrix signal_of(const struct net *net, const struct place *at,
                               const struct workspace *workspace)
{
    const struct matrix signal = matrix_rows(workspace->signal[at->l], at->examples);
    const size_t map = signal.cols / net->blocks[at->l].channels;
    return matrix_columns(signal, (struct range){at->channels.begin * map, at->channels.end * map});
}

/* Expands signals per channel: each row begins with one number for each of n channels, which is copied to
   every position of the channel's map, from the last channel to the first, so that no number is overwritten
   before it is read. */
static void spread(struct matrix signal, size_t n)
{
    const size_t map = signal.cols / n;
    for (size_t i = 0; i < signal.rows; i++)
        for (size_t c = n; c-- > 0;) {
            float *row = matrix_row(&signal, i);
            const float value = row[c];
            for (size_t j = 0; j < map; j++)
                row[c * map + j] = value;
        }
}

void direct_product(const struct rule *rule, const struct net *net, const struct place *at, struct matrix v,
                    struct workspace *workspace)
{
    const enum feedback_at feedback_at = rule->feedback.feedback_at;
    const struct range columns = feedback_at_range(net, at->l, feedback_at, at->channels);
    const struct matrix B = matrix_columns(rule->B[at->l], columns);
    const struct matrix signal = signal_of(net, at, workspace);
    v = matrix_rows(v, at->examples);
    worker_gemm(at->worker, (struct gemm){.m = v.rows,
                                          .n = B.cols,
                                          .k = v.cols,
                                          .a = v.x,
                                          .lda = v.stride,
                                          .b = B.x,
                                          .ldb = B.stride,
                                          .c = signal.x,
                                          .ldc = signal.stride});
    if (feedback_at == FEEDBACK_AT_CHANNELS)
        spread(signal, range_size(columns));
}

void direct_scale(const struct net *net, const struct place *at, struct workspace *workspace, float factor)
{
    const struct matrix signal = signal_of(net, at, workspace);
    for (size_t n = 0; n < signal.rows; n++) {
        const float weight = workspace->has_weights ? workspace->weights[at->examples.begin + n] : 1.0f,
                    of_row = factor * weight;
        for (size_t j = 0; j < signal.cols; j++)
            matrix_row(&signal, n)[j] *= of_row;
    }
}

/*
 * usf.c - uniform sign-concordant feedback (Liao, Leibo, Poggio 2016, arXiv:1510.05067; Sanfiz, Akrout 2021,
 * arXiv:2108.13446).
 *
 *     signal_l = delta_{l+1} B_{l+1}            B_{l+1} = s sign(W_{l+1}), s = sqrt(2 / (fan in + fan out))
 *
 * Backpropagation with the signs of the weights in place of the weights, computed in each step. Memory: one B
 * for each block except the first, as large as its weights.
 */
#include "rule_table.h"

#include <math.h>

static void take_signs(const struct rule *rule, const struct net *net, const struct place *at,
                       struct workspace *workspace)
{
    (void)workspace;
    const struct layer *layer = net_layer(net, at->l);
    const float s = sqrtf(2.0f / (float)(layer->weight_cols + layer->fan_out));
    const struct matrix W = matrix_rows(net->weights[at->l], at->channels),
                        B = matrix_rows(rule->B[at->l], at->channels);
    for (size_t i = 0; i < W.rows * W.cols; i++)
        B.x[i] = W.x[i] > 0.0f ? s : W.x[i] < 0.0f ? -s : 0.0f;
}

static const struct op signs = {.kind = OP_MAP,
                                .name = "signs",
                                .move = MOVE_SIGNAL,
                                .operands = {{BUFFER_WEIGHTS, OF_BLOCK, EXTENT_RANGE, READS},
                                             {BUFFER_FEEDBACK, OF_BLOCK, EXTENT_RANGE, WRITES}},
                                .map = take_signs};

static void usf_emit(struct bl_emitter *e, size_t l)
{
    emit_map_on_followers(e, &signs, l);
    emit_pull(e, BUFFER_FEEDBACK, l);
}

const struct rule_ops rule_usf = {
    .name = "usf",
    .equation = "signal_l = delta_{l+1} B_{l+1}, B_{l+1} = s sign(W_{l+1})",
    .about = "uniform sign-concordant feedback, Liao et al. 2016, arXiv:1510.05067",
    .derives_feedback = true,
    .weights = WEIGHTS_FOLLOW_THEIR_FEEDBACK,
    .init = feedback_like_all_weights,
    .emit = usf_emit,
};

/*
 * adfa.c - augmented direct feedback alignment (Nakajima, Inoue, Tanaka, Kuniyoshi, Hashimoto, Nakajima 2022,
 * doi:10.1038/s41467-022-35216-2).
 *
 *     delta_l = (e B_l) g(a_l)                  any non-linearity g in place of f' (slope.h)
 *
 * The derivative of the activation need not be known, which makes the rule suitable for physical networks.
 * g(a) = cos a needs the input of each activation, which no other rule does: batch x units floats more for
 * each activation. The derivatives of the layers after the activation are exact.
 */
#include "rule_table.h"

static void adfa_emit(struct bl_emitter *e, size_t l)
{
    emit_product(e, BUFFER_DELTA, l);
}

const struct rule_ops rule_adfa = {
    .name = "adfa",
    .equation = "delta_l = (e B_l) g(a_l)",
    .about = "augmented DFA, any nonlinearity in place of f', Nakajima et al. 2022, "
             "doi:10.1038/s41467-022-35216-2",
    .learns_from_zero = true,
    .weights = WEIGHTS_FOLLOW_DIRECT_FEEDBACK,
    .init = feedback_from_output_to_all,
    .emit = adfa_emit,
    .has_slope = true,
};

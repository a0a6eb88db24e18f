/*
 * pepita.c - present the error to perturb the input to modulate activity (Dellaferrera, Kreiman 2022, arXiv:2201.11665).
 *
 *     first pass    x -> h_l, e                 second pass   x + e F -> h'_l
 *     delta_l = (h_l - h'_l) scale              gradients with the second pass's inputs h'_{l-1}
 *
 * No signal goes back at all: the error comes in again at the input, through F: outputs x inputs, 0.05 U(±sqrt(6 / inputs)),
 * and each block learns from what that changes. Not defined where a hidden block changes the size of its maps.
 */
#include "rule_table.h"

#include <math.h>

/* F stands where the first block's feedback stands. */
static bl_status pepita_init(struct rule *rule, const struct net *net)
{
    BL_TRY(net_check_push(net, rule->ops->name));
    const double limit = 0.05 * sqrt(6.0 / (double)net->inputs);
    return feedback_to_input(rule, net, limit);
}

static void pepita_disturb(const struct rule *rule, const struct net *net, struct lesson *lesson)
{
    (void)net;
    const struct matrix e = *lesson_error(lesson), F = rule->B[0];
    for (size_t n = 0; n < lesson->n; n++)
        for (size_t k = 0; k < e.cols; k++) {
            const float error = matrix_row(&e, n)[k] / lesson->scale;
            for (size_t j = 0; j < F.cols; j++)
                matrix_row(&lesson->x, n)[j] += error * matrix_row(&F, k)[j];
        }
}

const struct rule_ops rule_pepita = {
    .name = "pepita",
    .about =
        "PEPITA, a second pass with the error at the input, Dellaferrera & Kreiman 2022, arXiv:2201.11665",
    .order = RULE_ORDER_ANY,
    .default_feedback = "nokland", /* here: the range above */
    .init = pepita_init,
    .disturb = pepita_disturb,
};

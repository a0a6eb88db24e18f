/*
 * pepita.c - present the error to perturb the input to modulate activity (Dellaferrera, Kreiman 2022,
 * arXiv:2201.11665).
 *
 *     first pass    x -> h_l, e                 second pass   x + e F -> h'_l
 *     delta_l = (h_l - h'_l) scale              gradients with the second pass's inputs h'_{l-1}
 *
 * l is the last block of a module. Inside a module derivatives are exact, at the outputs of the second pass.
 *
 * There is no backward pass. The error is added to the input through F (outputs x inputs, drawn from 0.05
 * U(±sqrt(6 / inputs))), and each block learns from the change of its output. The rule is not defined if a
 * hidden block changes the size of its maps.
 */
#include "../net/modules.h"
#include "rule_table.h"

#include <math.h>
#include <string.h>

/* F is stored as the feedback of the first block. */
static bl_status pepita_init(struct rule *rule, const struct net *net)
{
    BL_TRY(net_check_push(net, rule->ops->name));
    BL_TRY(net_check_output_alone(net, rule->ops->name));
    const double limit = 0.05 * sqrt(6.0 / (double)net->inputs);
    return feedback_to_input(rule, net, limit);
}

/* x += e F, for all examples in one task. */
static void disturb(const struct rule *rule, const struct net *net, const struct place *at,
                    struct workspace *workspace)
{
    (void)net, (void)at;
    const struct matrix e = *workspace_error(workspace), F = rule->B[0];
    for (size_t n = 0; n < workspace->n; n++)
        for (size_t k = 0; k < e.cols; k++) {
            const float error = matrix_row(&e, n)[k] / workspace->scale;
            for (size_t j = 0; j < F.cols; j++)
                matrix_row(&workspace->x, n)[j] += error * matrix_row(&F, k)[j];
        }
}

static double cost_of_disturbing(const struct net *net)
{
    return (double)net->blocks[net_last(net)].units * (double)net->inputs;
}

/* Copies h_l to a buffer that the second pass does not write. */
static void keep_output(const struct rule *rule, const struct net *net, const struct place *at,
                        struct workspace *workspace)
{
    (void)rule;
    const struct range range = net_columns(net, at->l, at->channels);
    const struct matrix h = matrix_columns(workspace->h[at->l], range),
                        kept = matrix_columns(workspace->signal[at->l], range);
    for (size_t n = 0; n < h.rows; n++)
        memcpy(matrix_row(&kept, n), matrix_row(&h, n), h.cols * sizeof(float));
}

static void subtract_output(const struct rule *rule, const struct net *net, const struct place *at,
                            struct workspace *workspace)
{
    (void)rule;
    const struct range range = net_columns(net, at->l, at->channels);
    for (size_t n = 0; n < workspace->n; n++) {
        const float *first = matrix_row(&workspace->signal[at->l], n),
                    *second = matrix_row(&workspace->h[at->l], n);
        float *delta = matrix_row(&workspace->delta[at->l], n);
        for (size_t j = range.begin; j < range.end; j++)
            delta[j] = workspace->scale * (first[j] - second[j]);
    }
}

static const struct op map_disturb = {.kind = OP_MAP,
                                      .name = "disturb",
                                      .is_whole = true,
                                      .move = MOVE_SIGNAL,
                                      .operands = {{BUFFER_DELTA, OF_LAST, EXTENT_ALL, READS},
                                                   {BUFFER_FEEDBACK, OF_BLOCK, EXTENT_ALL, READS},
                                                   {BUFFER_INPUT, OF_BLOCK, EXTENT_ALL, UPDATES}},
                                      .map = disturb,
                                      .cost = cost_of_disturbing};
static const struct op map_keep = {.kind = OP_MAP,
                                   .name = "keep_output",
                                   .move = MOVE_SIGNAL,
                                   .operands = {{BUFFER_OUTPUT, OF_BLOCK, EXTENT_RANGE, READS},
                                                {BUFFER_SIGNAL, OF_BLOCK, EXTENT_RANGE, WRITES}},
                                   .map = keep_output};
static const struct op map_subtract = {.kind = OP_MAP,
                                       .name = "subtract_output",
                                       .move = MOVE_SIGNAL,
                                       .operands = {{BUFFER_OUTPUT, OF_BLOCK, EXTENT_RANGE, READS},
                                                    {BUFFER_SIGNAL, OF_BLOCK, EXTENT_RANGE, READS},
                                                    {BUFFER_DELTA, OF_BLOCK, EXTENT_RANGE, WRITES}},
                                       .map = subtract_output};

static void pepita_begin(struct bl_emitter *e)
{
    emit_map(e, &map_disturb, 0);
}

static void pepita_emit(struct bl_emitter *e, size_t l)
{
    emit_map(e, &map_keep, l);
    emit_second_forward(e, l);
    emit_map(e, &map_subtract, l);
}

const struct rule_ops rule_pepita = {
    .name = "pepita",
    .equation = "delta_l = h_l(x) - h_l(x + e F)",
    .about =
        "PEPITA, a second pass with the error at the input, Dellaferrera & Kreiman 2022, arXiv:2201.11665",
    .default_feedback = "nokland", /* pepita_init replaces its range by the one above */
    .init = pepita_init,
    .begin = pepita_begin,
    .emit = pepita_emit,
};

/*
 * user_matrix.c - the matrices that the instructions of a user's rule name, and their sizes on a net.
 */
#include "user_rule.h"

static const struct matrix nothing = {NULL, 0, 0, 0};

static struct matrix or_nothing(struct matrix m)
{
    return m.x ? m : nothing;
}

struct matrix user_matrix(const struct rule *rule, const struct net *net, const struct workspace *workspace,
                          struct operand o, size_t block)
{
    switch (o.buffer) {
    case BUFFER_INPUT:
        return workspace->x;
    case BUFFER_TARGETS:
        return workspace->y;
    case BUFFER_OUTPUT:
        return workspace->h[block];
    case BUFFER_SIGNAL:
        return workspace->signal[block];
    case BUFFER_DELTA:
        return workspace->delta[block];
    case BUFFER_WEIGHTS:
        return or_nothing(net->weights[block]);
    case BUFFER_FEEDBACK:
        return or_nothing(rule->B[block]);
    default:
        return rule_array(rule, o.buffer, block, workspace->n);
    }
}

struct matrix user_range(const struct net *net, const struct place *at, struct matrix m, enum layout layout)
{
    const bool are_rows = layout == CHANNELS_ARE_ROWS;
    const size_t map = (are_rows ? m.rows : m.cols) / net->blocks[at->l].channels;
    const struct range range = {at->channels.begin * map, at->channels.end * map};
    return !m.x ? m : are_rows ? matrix_rows(m, range) : matrix_columns(m, range);
}

static struct matrix sized(struct matrix m)
{
    return (struct matrix){NULL, m.rows, m.cols, m.cols};
}

struct matrix user_shape(const struct rule *rule, const struct net *net, struct operand o, size_t block,
                         size_t n)
{
    const struct block *b = &net->blocks[block];
    const bool is_hidden = block < net_last(net);
    switch (o.buffer) {
    case BUFFER_INPUT:
        return matrix_of(NULL, n, net->inputs);
    case BUFFER_TARGETS:
        return matrix_of(NULL, n, net->blocks[net_last(net)].units);
    case BUFFER_OUTPUT:
        return matrix_of(NULL, n, b->units);
    case BUFFER_SIGNAL:
        return matrix_of(NULL, n,
                         is_hidden && b->module == block
                             ? net->layers[feedback_at_layer(net, block, rule->feedback.feedback_at)].units
                             : b->units);
    case BUFFER_DELTA:
        return matrix_of(NULL, n, net_layer(net, block)->units);
    case BUFFER_WEIGHTS:
        return sized(or_nothing(net->weights[block]));
    case BUFFER_FEEDBACK:
        return sized(or_nothing(rule->B[block]));
    default:
        return sized(rule_array(rule, o.buffer, block, n));
    }
}

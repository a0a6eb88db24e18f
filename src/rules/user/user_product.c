/*
 * user_product.c - to = a b, the product of operands that a user's rule names (bl_emit_matmul), in float32.
 *
 *     to: m x n, a: m x k or its transpose k x m, b: k x n or its transpose n x k
 *
 * Each number is a sum over k in the same order for every cut of the result.
 */
#include "user_rule.h"

#include <stdio.h>

#define ANY_BATCH ((size_t)-1) /* a number of rows that stands for one row for each example */

enum { A, B, TO };

struct sizes {
    size_t rows, cols;
};

static struct sizes turned(struct matrix m, bool is_transposed)
{
    return is_transposed ? (struct sizes){m.cols, m.rows} : (struct sizes){m.rows, m.cols};
}

static struct matrix shape_of(const struct rule *rule, const struct net *net, const struct program *p,
                              const struct instruction *item, size_t i)
{
    size_t block = 0;
    const struct operand o = program_operand(p, item, i, &block);
    return user_shape(rule, net, o, block, ANY_BATCH);
}

static const char *text_of(size_t side, char room[24])
{
    if (side == ANY_BATCH)
        return "batch";
    snprintf(room, 24, "%zu", side);
    return room;
}

static bl_status check(const struct rule *rule, const struct net *net, const struct program *p,
                       const struct instruction *item)
{
    char room[6][24];
    const struct sizes a = turned(shape_of(rule, net, p, item, A), item->transposes_a),
                       b = turned(shape_of(rule, net, p, item, B), item->transposes_b),
                       to = turned(shape_of(rule, net, p, item, TO), false);
    if (a.rows > 0 && b.rows > 0 && a.cols == b.rows && to.rows == a.rows && to.cols == b.cols)
        return BL_OK;
    BL_FAIL(
        net->ctx, BL_BAD_VALUE,
        "rule %s: bl_emit_matmul on block %zu of net \"%s\": %s x %s times %s x %s does not give %s x %s%s",
        rule->ops->name, item->l, net->text, text_of(a.rows, room[0]), text_of(a.cols, room[1]),
        text_of(b.rows, room[2]), text_of(b.cols, room[3]), text_of(to.rows, room[4]),
        text_of(to.cols, room[5]),
        a.rows > 0 && b.rows > 0 && to.rows > 0 ? "" : ": the block has no such weights or feedback");
}

bl_status rule_check_products(const struct rule *rule, const struct net *net, const struct program *p)
{
    for (size_t i = 0; i < p->n; i++)
        if (p->items[i].op->kind == OP_MATMUL)
            BL_TRY(check(rule, net, p, &p->items[i]));
    return BL_OK;
}

void rule_run_product(const struct rule *rule, const struct net *net, const struct instruction *item,
                      const struct place *at, const struct workspace *workspace)
{
    const size_t last = net_last(net);
    const struct operand *o = item->op->operands;
    struct matrix m[3];
    for (size_t i = 0; i < 3; i++)
        m[i] = user_matrix(rule, net, workspace, o[i], o[i].owner == OF_LAST ? last : at->l);
    if (!item->op->is_whole) { /* the range of `to`, and of the operand with the same rows or columns */
        const enum layout layout = user_layout(rule->ops->user, o[TO].buffer);
        const bool are_rows = layout == CHANNELS_ARE_ROWS,
                   is_turned = are_rows ? item->transposes_a : item->transposes_b;
        struct matrix *with = &m[are_rows ? A : B];
        m[TO] = user_range(net, at, m[TO], layout);
        *with = user_range(net, at, *with, are_rows != is_turned ? CHANNELS_ARE_ROWS : CHANNELS_ARE_COLUMNS);
    }
    worker_gemm(at->worker, (struct gemm){.transpose_a = item->transposes_a,
                                          .transpose_b = item->transposes_b,
                                          .m = m[TO].rows,
                                          .n = m[TO].cols,
                                          .k = item->transposes_a ? m[A].rows : m[A].cols,
                                          .a = m[A].x,
                                          .lda = m[A].stride,
                                          .b = m[B].x,
                                          .ldb = m[B].stride,
                                          .c = m[TO].x,
                                          .ldc = m[TO].stride});
}

double rule_product_work(const struct rule *rule, const struct net *net, const struct instruction *item)
{
    const struct operand *o = item->op->operands;
    struct matrix m[3];
    bool has_batch = false;
    for (size_t i = 0; i < 3; i++) {
        const size_t block = o[i].owner == OF_LAST ? net_last(net) : item->l;
        has_batch = has_batch || user_shape(rule, net, o[i], block, ANY_BATCH).rows == ANY_BATCH;
        m[i] = user_shape(rule, net, o[i], block, 1);
    }
    const struct sizes a = turned(m[A], item->transposes_a);
    return has_batch ? (double)a.rows * (double)a.cols * (double)m[TO].cols : 0.0;
}

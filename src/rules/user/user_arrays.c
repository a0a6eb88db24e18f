/*
 * user_arrays.c - the arrays of a user's rule: their shapes on a net, their initial values, and restoring
 * them after a measurement.
 */
#include "user_rule.h"

#include "../../base/mem.h"
#include "../../base/rng.h"

#include <string.h>

struct rule_arrays {
    struct matrix *all; /* array i of block l is all[i n_blocks + l]. BL_BATCH arrays have `room` rows */
    size_t room;        /* examples */
    float *saved;       /* during a measurement: copies of the persistent arrays, one after the other */
    bool saves_feedback;
    struct rule_faults faults;
};

struct rule_faults *rule_faults(const struct rule *rule)
{
    return &rule->arrays->faults;
}

size_t rule_array_count(const struct rule *rule)
{
    return rule->arrays ? (size_t)rule->ops->user->n_arrays * rule->n_blocks : 0;
}

static const bl_rule_array *array_at(const struct rule *rule, size_t i)
{
    return &rule->ops->user->arrays[i / rule->n_blocks];
}

static bool has(const struct rule *rule, size_t i)
{
    return array_is_of_blocks(array_at(rule, i)) || i % rule->n_blocks + 1 == rule->n_blocks;
}

/* The size of one side of an array. A batch counts as 0 examples until rule_need_batch allocates its rows. */
static size_t side_of(const struct net *net, size_t l, int side)
{
    switch (side) {
    case BL_BATCH:
        return 0;
    case BL_OUTPUTS:
        return net->blocks[net_last(net)].units;
    case BL_INPUTS:
        return net->inputs;
    case BL_UNITS:
        return net->blocks[l].units;
    case BL_CHANNELS:
        return net->blocks[l].channels;
    default:
        return (size_t)side;
    }
}

static bl_status make_kept(struct rule *rule, size_t i)
{
    const bl_rule_array *array = array_at(rule, i);
    struct matrix *m = &rule->arrays->all[i];
    const bool is_stored = rule->feedback.kind == FEEDBACK_STORED;
    /* NOLINTNEXTLINE(clang-analyzer-core.DivideZero): check_side (user_rule.c) refuses 0 columns */
    if (is_stored && m->rows > rule->feedback.most / m->cols)
        BL_FAIL(rule->ctx, BL_BAD_DATA,
                "array \"%s\" of rule %s is %zu x %zu, but the file holds %zu numbers in all", array->name,
                rule->ops->name, m->rows, m->cols, rule->feedback.most);
    BL_TRY(MEM_ARRAY(rule->ctx, &m->x, m->rows * m->cols, "an array of the rule"));
    const struct rng rng = {.seed = rule->seed,
                            .stream = RNG_RULE_ARRAY,
                            .pass = (uint32_t)(i / rule->n_blocks),
                            .layer = (uint32_t)(i % rule->n_blocks)};
    if (array->limit > 0.0 && !is_stored)
        rng_uniform(&rng, (float)array->limit, m->rows * m->cols, m->x);
    return BL_OK;
}

static size_t floats_to_save(const struct rule *rule)
{
    size_t n = 0;
    struct rule_kept_array kept;
    for (size_t i = 0; rule_kept_array(rule, i, &kept); i++)
        n += kept.values.rows * kept.values.cols;
    for (size_t l = 0; rule->arrays->saves_feedback && l < rule->n_blocks; l++)
        n += rule->B[l].rows * rule->B[l].cols;
    return n;
}

bl_status rule_arrays_create(struct rule *rule, const struct net *net)
{
    BL_TRY(MEM_ONE(rule->ctx, &rule->arrays, "the rule's arrays"));
    rule->arrays->saves_feedback = rule_flow(rule->ops).updates_feedback;
    BL_TRY(MEM_ARRAY(rule->ctx, &rule->arrays->all, rule_array_count(rule), "the rule's arrays"));
    for (size_t i = 0; i < rule_array_count(rule); i++) {
        const bl_rule_array *array = array_at(rule, i);
        const size_t l = i % rule->n_blocks;
        if (!has(rule, i))
            continue;
        rule->arrays->all[i] = matrix_of(NULL, side_of(net, l, array->rows), side_of(net, l, array->cols));
        if (array_is_kept(array))
            BL_TRY(make_kept(rule, i));
        else if (array->rows != BL_BATCH)
            BL_TRY(MEM_ARRAY(rule->ctx, &rule->arrays->all[i].x,
                             rule->arrays->all[i].rows * rule->arrays->all[i].cols, "an array of the rule"));
    }
    return MEM_ARRAY(rule->ctx, &rule->arrays->saved, floats_to_save(rule), "the rule's arrays");
}

void rule_arrays_free(struct rule *rule)
{
    if (!rule->arrays)
        return;
    for (size_t i = 0; rule->arrays->all && i < rule_array_count(rule); i++)
        mem_free(rule->ctx, rule->arrays->all[i].x);
    mem_free(rule->ctx, rule->arrays->all);
    mem_free(rule->ctx, rule->arrays->saved);
    mem_free(rule->ctx, rule->arrays);
}

bl_status rule_need_batch(const struct rule *rule, size_t examples)
{
    if (!rule->arrays || rule->arrays->room >= examples)
        return BL_OK;
    for (size_t i = 0; i < rule_array_count(rule); i++) {
        struct matrix *m = &rule->arrays->all[i];
        float *x = NULL;
        if (!has(rule, i) || array_at(rule, i)->rows != BL_BATCH)
            continue;
        BL_TRY(MEM_ARRAY(rule->ctx, &x, examples * m->cols, "an array of the rule"));
        mem_free(rule->ctx, m->x);
        m->x = x;
        m->rows = examples;
    }
    rule->arrays->room = examples;
    return BL_OK;
}

struct matrix rule_array(const struct rule *rule, enum buffer buffer, size_t l, size_t n)
{
    const size_t i = rule_array_number(rule, buffer, l);
    struct matrix m = rule->arrays->all[i];
    m.rows = array_at(rule, i)->rows == BL_BATCH ? n : m.rows;
    return m;
}

size_t rule_array_floats(const struct rule *rule, enum buffer buffer, size_t l)
{
    const struct matrix m = rule->arrays->all[rule_array_number(rule, buffer, l)];
    return m.rows * m.cols;
}

bool rule_kept_array(const struct rule *rule, size_t i, struct rule_kept_array *out)
{
    for (size_t k = 0; rule && k < rule_array_count(rule); k++)
        if (has(rule, k) && array_is_kept(array_at(rule, k)) && i-- == 0) {
            *out = (struct rule_kept_array){.name = array_at(rule, k)->name,
                                            .values = rule->arrays->all[k],
                                            .l = k % rule->n_blocks,
                                            .number = k,
                                            .is_of_net = !array_is_of_blocks(array_at(rule, k))};
            return true;
        }
    return false;
}

/* Copies the persistent arrays to rule->arrays->saved, or back. */
static void copy_kept(const struct rule *rule, bool is_back)
{
    float *at = rule->arrays->saved;
    struct rule_kept_array kept;
    for (size_t i = 0; rule_kept_array(rule, i, &kept); i++) {
        const size_t n = kept.values.rows * kept.values.cols;
        memcpy(is_back ? kept.values.x : at, is_back ? at : kept.values.x, n * sizeof *at);
        at += n;
    }
    for (size_t l = 0; rule->arrays->saves_feedback && l < rule->n_blocks; l++) {
        const size_t n = rule->B[l].rows * rule->B[l].cols;
        if (n > 0)
            memcpy(is_back ? rule->B[l].x : at, is_back ? at : rule->B[l].x, n * sizeof *at);
        at += n;
    }
}

void rule_save_arrays(const struct rule *rule)
{
    if (rule->arrays)
        copy_kept(rule, false);
}

void rule_restore_arrays(const struct rule *rule)
{
    if (rule->arrays)
        copy_kept(rule, true);
}

/*
 * user_map.c - calls a user's function on a range of a block. Each operand is a view of the range's columns
 * or rows if the operand is cut by channels, else of the whole matrix.
 */
#include "user_rule.h"

#include "../../base/rng.h"

#include <math.h>
#include <string.h>

static struct operand operand_at(const struct op *op, size_t i, const struct place *at, const struct net *net,
                                 size_t *block)
{
    *block = op->operands[i].owner == OF_LAST ? net_last(net) : at->l;
    return op->operands[i];
}

static bl_map_call call_of(const struct rule *rule, const struct net *net, const struct place *at)
{
    return (bl_map_call){.user = rule->ops->user->user,
                         .block = (int)at->l,
                         .unit = net_columns(net, at->l, at->channels).begin,
                         .fan_out = net->blocks[at->l].is_weighted ? net_layer(net, at->l)->fan_out : 0};
}

static bl_view view_of(struct matrix m)
{
    return (bl_view){m.x, m.rows, m.cols, m.stride};
}

/* FNV-1a over the numbers of a view. */
static uint64_t hash_of(const bl_view *v)
{
    uint64_t hash = 0xcbf29ce484222325;
    for (size_t i = 0; v->values && i < v->rows; i++)
        for (size_t j = 0; j < v->cols; j++) {
            uint32_t bits = 0;
            memcpy(&bits, v->values + i * v->stride + j, sizeof bits);
            hash = (hash ^ bits) * 0x100000001b3;
        }
    return hash;
}

/* Whether the map must not change the operand. A read-only operand may change if it shares memory with an
   operand that the map writes: a delta may have the memory of its signal. */
static bool must_stay(const struct op *op, const bl_map_call *call, size_t i)
{
    for (size_t k = 0; k < OPERANDS; k++)
        if (op->operands[k].access != READS && call->view[k].values == call->view[i].values)
            return false;
    return op->operands[i].buffer != BUFFER_NONE;
}

static void keep_first(struct map_fault *fault, size_t operand, const struct op *op, const bl_map_call *call)
{
    size_t none = 0;
    if (atomic_compare_exchange_strong(&fault->operand, &none, operand + 1)) {
        fault->map = op->name;
        fault->l = (size_t)call->block;
    }
}

/* Calls the map and compares its read-only operands before and after. No other task writes them at this time,
   so any change was made by the map. */
static void run_checked(const struct rule *rule, const struct op *op, const bl_map_call *call)
{
    uint64_t before[OPERANDS] = {0};
    const bl_map_call copy = *call;
    for (size_t i = 0; i < OPERANDS; i++)
        before[i] = must_stay(op, &copy, i) ? hash_of(&copy.view[i]) : 0;
    op->given.run(call);
    for (size_t i = 0; i < OPERANDS; i++)
        if (must_stay(op, &copy, i) && hash_of(&copy.view[i]) != before[i])
            keep_first(&rule_faults(rule)->changed, i, op, call);
}

void rule_run_map(const struct rule *rule, const struct net *net, const struct op *op, const struct place *at,
                  const struct workspace *workspace)
{
    bl_map_call call = call_of(rule, net, at);
    int failed = 0;
    call.failed = &failed;
    call.n = workspace->n;
    call.step = workspace->pass.purpose == PASS_TRAIN ? workspace->pass.step : 0;
    call.scale = workspace->scale;
    for (size_t i = 0, block = 0; i < OPERANDS && op->operands[i].buffer; i++) {
        const struct operand o = operand_at(op, i, at, net, &block);
        struct matrix m = user_matrix(rule, net, workspace, o, block);
        if (o.extent == EXTENT_RANGE)
            m = user_range(net, at, m, user_layout(rule->ops->user, o.buffer));
        call.view[i] = view_of(m);
    }
    if (call.step == 1)
        run_checked(rule, op, &call);
    else
        op->given.run(&call);
    if (failed)
        keep_first(&rule_faults(rule)->failed, 0, op, &call);
}

bl_status rule_check_maps(const struct rule *rule)
{
    struct rule_faults *faults = rule->arrays ? rule_faults(rule) : NULL;
    if (!faults)
        return BL_OK;
    const size_t changed = atomic_load(&faults->changed.operand);
    if (changed > 0)
        BL_FAIL(rule->ctx, BL_BAD_VALUE,
                "rule %s: map %s has changed its operand %zu on block %zu, which it declares as read only",
                rule->ops->name, faults->changed.map, changed - 1, faults->changed.l);
    if (atomic_exchange(&faults->failed.operand, 0) > 0)
        BL_FAIL(rule->ctx, BL_BAD_VALUE, "rule %s: map %s has failed on block %zu", rule->ops->name,
                faults->failed.map, faults->failed.l);
    return BL_OK;
}

double rule_map_work(const struct rule *rule, const struct net *net, const struct instruction *item)
{
    const struct op *op = item->op;
    const struct place at = net_whole(net, item->l, 1, NULL);
    bl_map_call call = call_of(rule, net, &at);
    int failed = 0;
    call.failed = &failed;
    if (!op->given.macs)
        return 0.0;
    call.n = 1;
    call.scale = 1.0f;
    for (size_t i = 0, block = 0; i < OPERANDS && op->operands[i].buffer; i++) {
        const struct operand o = operand_at(op, i, &at, net, &block);
        call.view[i] = view_of(user_shape(rule, net, o, block, 1));
    }
    const double macs = op->given.macs(&call);
    return isfinite(macs) && macs > 0.0 ? macs : 0.0;
}

void rule_run_noise(const struct rule *rule, const struct instruction *item,
                    const struct workspace *workspace)
{
    const struct matrix m = rule_array(rule, item->source, item->l, workspace->n);
    const struct rng rng = {.seed = workspace->pass.seed,
                            .stream = RNG_RULE_NOISE,
                            .pass = item->stream,
                            .layer = (uint32_t)item->l,
                            .step = workspace->pass.step};
    rng_normal(&rng, item->sigma, m.rows * m.cols, m.x);
}

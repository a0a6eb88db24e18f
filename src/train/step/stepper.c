/*
 * stepper.c - creates what steps need: the programs, the optimiser's state and the buffer of gradients;
 * and freezes blocks.
 */
#include "step.h"

#include "../../base/mem.h"

#include <string.h>

static bl_status need_slots(struct stepper *s, float **slots, size_t n)
{
    for (size_t i = 0; i < optimizer_slots(&s->optimizer); i++) {
        BL_TRY(MEM_ARRAY(s->ctx, &slots[i], n, "the optimiser's memory"));
        for (size_t j = 0; j < n; j++)
            slots[i][j] = s->optimizer.initial;
    }
    return BL_OK;
}

/* Allocates the optimiser's state of learned feedback. */
static bl_status need_B_slots(struct stepper *s)
{
    size_t n = 0;
    if (!rule_learns_feedback(s->rule->ops))
        return BL_OK;
    BL_TRY(MEM_ARRAY(s->ctx, &s->B_at, s->net->n_blocks, "the optimiser's memory"));
    for (size_t l = 0; l < s->net->n_blocks; l++) {
        s->B_at[l] = n;
        n += s->rule->B[l].rows * s->rule->B[l].cols;
    }
    s->B_floats = n;
    return need_slots(s, s->B_slots, n);
}

/* Allocates the optimiser's state of a user rule's arrays. */
static bl_status need_array_slots(struct stepper *s)
{
    const struct program *p = s->program;
    size_t n = 0;
    for (size_t i = 0; i < p->n; i++) {
        const struct instruction *item = &p->items[i];
        if (item->op->kind != OP_UPDATE_ARRAY)
            continue;
        if (!s->array_slots.at)
            BL_TRY(
                MEM_ARRAY(s->ctx, &s->array_slots.at, rule_array_count(s->rule), "the optimiser's memory"));
        const enum buffer array = item->op->operands[1].buffer;
        s->array_slots.at[rule_array_number(s->rule, array, item->l)] = n + 1;
        n += rule_array_floats(s->rule, array, item->l);
    }
    s->array_slots.n_floats = n;
    return n > 0 ? need_slots(s, s->array_slots.floats, n) : BL_OK;
}

/* Allocates the buffer of gradients. The gradients of parameters that are not trained stay 0. */
static bl_status need_buffer(struct stepper *s)
{
    return s->buffer ? BL_OK : MEM_ARRAY(s->ctx, &s->buffer, s->net->n_params, "the gradients");
}

/* Creates the programs. Gradients that are clipped are kept, because updates need the norm of all of them. */
static bl_status make_programs(struct stepper *s, bool is_lean)
{
    const bool clips = clip_is_on(&s->clip);
    const struct program_spec step = {.is_lean = is_lean,
                                      .updates = true,
                                      .keeps_gradients = clips,
                                      .waits_for_gradients = clips,
                                      .may_fuse = s->optimizer.l2 <= 0.0f};
    const struct program_spec inspection = {.keeps_gradients = true};
    BL_TRY(rule_program(&s->program, s->rule, s->net, step));
    return rule_program(&s->inspected, s->rule, s->net, inspection);
}

bl_status stepper_create(struct stepper *out, bl_context *ctx, struct net *net, const struct rule *rule,
                         const struct loss_ops *loss, const struct optimizer *optimizer, bool is_lean,
                         struct clip_limits clip)
{
    struct stepper s = {.ctx = ctx, .net = net, .rule = rule, .loss = loss, .optimizer = *optimizer};
    if (!rule->ops->emit)
        s.learns_from = net->tensors[net->blocks[net_last(net)].tensors].at;
    bl_status status = clip_create(&s.clip, ctx, clip, net->n_params);
    if (status == BL_OK)
        status = MEM_ARRAY(ctx, &s.frozen_steps, net->n_blocks, "the frozen steps");
    if (status == BL_OK)
        status = MEM_ARRAY(ctx, &s.optimizers, net->n_blocks, "the optimisers of the blocks");
    if (status == BL_OK)
        status = make_programs(&s, is_lean);
    if (status == BL_OK && clip_is_on(&s.clip))
        status = need_buffer(&s);
    if (status == BL_OK)
        status = need_slots(&s, s.slots, net->n_params - s.learns_from);
    if (status == BL_OK)
        status = need_B_slots(&s);
    if (status == BL_OK)
        status = need_array_slots(&s);
    if (status != BL_OK) {
        stepper_release(&s);
        return status;
    }
    *out = s;
    return BL_OK;
}

void stepper_release(struct stepper *s)
{
    program_free(s->program);
    program_free(s->buffered);
    program_free(s->inspected);
    for (size_t i = 0; i < OPTIMIZER_MAX_SLOTS; i++) {
        mem_free(s->ctx, s->slots[i]);
        mem_free(s->ctx, s->B_slots[i]);
        mem_free(s->ctx, s->array_slots.floats[i]);
    }
    mem_free(s->ctx, s->array_slots.at);
    mem_free(s->ctx, s->B_at);
    mem_free(s->ctx, s->found_delta);
    mem_free(s->ctx, s->frozen);
    mem_free(s->ctx, s->frozen_steps);
    mem_free(s->ctx, s->optimizers);
    mem_free(s->ctx, s->buffer);
    clip_release(&s->clip);
}

float *stepper_slot(const struct stepper *s, size_t slot, size_t at)
{
    return at < s->learns_from ? NULL : s->slots[slot] + (at - s->learns_from);
}

float *stepper_array_slot(const struct stepper *s, size_t slot, size_t number)
{
    const struct array_slots *slots = &s->array_slots;
    return slots->at && slots->at[number] ? slots->floats[slot] + slots->at[number] - 1 : NULL;
}

bl_status stepper_need_buffered(struct stepper *s)
{
    const struct program_spec spec = {
        .is_lean = s->program->spec.is_lean, .updates = true, .keeps_gradients = true};
    BL_TRY(need_buffer(s));
    return s->buffered ? BL_OK : rule_program(&s->buffered, s->rule, s->net, spec);
}

/* Gradients kept from earlier steps are cleared, because a norm of all gradients must not count them. */
void stepper_freeze(struct stepper *s, size_t l, bool is_frozen)
{
    const struct block *block = &s->net->blocks[l];
    for (size_t i = block->tensors; s->buffer && is_frozen && i < block->tensors + block->n_tensors; i++) {
        const struct net_tensor *tensor = &s->net->tensors[i];
        memset(s->buffer + tensor->at, 0, tensor->rows * tensor->cols * sizeof *s->buffer);
    }
    s->frozen[l] = is_frozen;
}

void stepper_optimizer(const struct stepper *s, size_t l, double rate, uint64_t t, struct optimizer *out)
{
    *out = s->optimizer;
    optimizer_begin(out, rate, t - s->frozen_steps[l]);
}

void stepper_count(struct stepper *s)
{
    for (size_t l = 0; s->frozen && l < s->net->n_blocks; l++)
        if (s->frozen[l])
            s->frozen_steps[l]++;
}

bool stepper_leaves_out(const struct stepper *s, const struct program *program,
                        const struct instruction *item)
{
    return s->frozen && program->spec.updates && item->op->kind >= OP_GRADIENT && s->frozen[item->l];
}

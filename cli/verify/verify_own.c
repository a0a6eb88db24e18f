/*
 * verify_own.c - a user-defined rule (bl_rule_register), for the checks of every rule.
 *
 *     s_l = sent B_l, sent = e + m + 0.01 noise, m <- 0.9 m + 0.1 sum(e) in every second step
 *
 * The rule is direct feedback alignment with every feature that a registered rule may have: a map, arrays
 * that are kept between steps and arrays that are not, noise, and a period.
 */
#include "verify.h"

#include "backless_rule.h"

/* e, noise, sent: n x outputs; m: 1 x outputs */
static void mix(const bl_map_call *c)
{
    const bl_view e = c->view[0], noise = c->view[1], m = c->view[2], sent = c->view[3];
    for (size_t i = 0; i < c->n; i++)
        for (size_t j = 0; j < e.cols; j++)
            sent.values[i * sent.stride + j] =
                e.values[i * e.stride + j] + m.values[j] + c->scale * noise.values[i * noise.stride + j];
}

static void follow(const bl_map_call *c)
{
    const bl_view e = c->view[0], m = c->view[1];
    for (size_t j = 0; j < e.cols; j++) {
        float sum = 0.0f;
        for (size_t i = 0; i < c->n; i++)
            sum += e.values[i * e.stride + j];
        m.values[j] = 0.9f * m.values[j] + 0.1f * sum / (float)c->n;
    }
}

static const bl_map mixes = {
    sizeof(bl_map),
    "mix",
    mix,
    0,
    {{BL_ERROR, BL_READS}, {BL_ARRAY_1, BL_READS}, {BL_ARRAY_0, BL_READS}, {BL_ARRAY_2, BL_WRITES}},
    NULL};
static const bl_map follows = {
    sizeof(bl_map), "follow", follow, 0, {{BL_ERROR, BL_READS}, {BL_ARRAY_0, BL_UPDATES}}, NULL};
static const bl_rule_array arrays[] = {{"m", 1, BL_OUTPUTS, 0, 0.0},
                                       {"noise", BL_BATCH, BL_OUTPUTS, 0, 0.0},
                                       {"sent", BL_BATCH, BL_OUTPUTS, 0, 0.0}};

static void begin(bl_emitter *e, void *user)
{
    (void)user;
    bl_emit_noise(e, BL_ARRAY_1, 0.01, 0, 0);
    bl_emit_map(e, &mixes, 0);
    bl_emit_every(e, 2);
    bl_emit_map(e, &follows, 0);
}

static void emit(bl_emitter *e, int block, void *user)
{
    (void)user;
    bl_emit_product(e, BL_ARRAY_2, block);
}

bl_status verify_register(bl_context *ctx)
{
    static const bl_rule rule = {sizeof(bl_rule),
                                 "registered",
                                 "direct feedback alignment of a noisy error with momentum",
                                 "signal_l = (e + m + noise) B_l",
                                 BL_RULE_LEARNS_FROM_ZERO,
                                 BL_FEEDBACK_DIRECT,
                                 arrays,
                                 3,
                                 begin,
                                 emit,
                                 NULL,
                                 NULL};
    return bl_rule_register(ctx, &rule);
}

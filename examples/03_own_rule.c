/*
 * 03_own_rule.c - a user-defined learning rule: direct feedback alignment with a sign and momentum on the
 * error. It trains a small residual net, prints loss, error and angles to backpropagation, and is saved and
 * resumed to the same bits.
 *
 *     cc 03_own_rule.c -lbackless -o 03_own_rule && ./03_own_rule
 */
#include <backless_rule.h>
#include <stdio.h>
#include <string.h>

enum { N = 640, PIXELS = 64 };

/* Example by example: m <- m + 0.01 (e - m), sent <- s sign(e + m), s the error's scale.  e, sent: n x
   outputs, m: 1 x outputs */
static void take_sign(const bl_map_call *c)
{
    const bl_view e = c->view[0], sent = c->view[2];
    for (size_t k = 0; k < c->n * e.cols; k++) {
        float *const m = &c->view[1].values[k % e.cols];
        *m += 0.01f * (e.values[k] - *m);
        sent.values[k] = e.values[k] + *m > 0.0f ? c->scale : -c->scale;
    }
}

/* clang-format off */
static const bl_rule_array arrays[] = {{"m", 1, BL_OUTPUTS, 0, 0.0}, {"sent", BL_BATCH, BL_OUTPUTS, 0, 0.0}};
static const bl_map map = {sizeof map, "sign", take_sign, 0,
    {{BL_ERROR, BL_READS}, {BL_ARRAY_0, BL_UPDATES}, {BL_ARRAY_1, BL_WRITES}}, NULL};
/* clang-format on */

static void begin(bl_emitter *e, void *user) /* once in a step, before all signals */
{
    (void)user, bl_emit_map(e, &map, 0);
}

static void emit(bl_emitter *e, int block, void *user) /* signal = sent B */
{
    (void)user, bl_emit_product(e, BL_ARRAY_1, block);
}

/* clang-format off */
static const bl_rule rule = {sizeof rule, "sign-dfa", "DFA with a sign and momentum on the error",
    "signal_l = sign(e + m) B_l", 0, BL_FEEDBACK_DIRECT, arrays, 2, begin, emit, NULL, NULL};
/* clang-format on */

static int show(void *user, const bl_progress *now)
{
    if (now->epoch_ended && now->angles && now->epoch % 10 == 0)
        printf("epoch %d: loss %.3f, error %.1f %%, angles %.0f and %.0f degrees\n", now->epoch,
               now->train.loss, 100.0 * now->train.error, now->angles[0].flat, now->angles[1].flat);
    return (void)user, 0;
}

int main(void)
{
    static float x[N * PIXELS]; /* noise; images of class 1 have a brighter upper half */
    static int32_t labels[N];
    const bl_shape shape = {1, 8, 8};
    char before[17] = "", after[17] = "";
    bl_config *config = NULL;
    bl_data *data = NULL;
    bl_trainer *t = NULL, *u = NULL; /* u continues from where t was saved */
    bl_context *ctx = bl_context_new(NULL);
    for (unsigned k = 0, random = 1; k < N * PIXELS; k++, random = random * 1664525u + 1013904223u) {
        labels[k / PIXELS] = (int32_t)(k / PIXELS % 2);
        x[k] = (float)(random >> 8) * 6e-8f + (labels[k / PIXELS] && k % PIXELS < PIXELS / 2 ? 0.2f : 0.0f);
    }
    if (!bl_rule_register(ctx, &rule) && !bl_config_create(&config, ctx) &&
        !bl_config_set(config, "net", "conv 4 3x3, tanh, residual (conv 4 1x1), maxpool 2, dense 2") &&
        !bl_config_set(config, "rule", "sign-dfa") && !bl_config_set(config, "schedule", "constant") &&
        !bl_data_wrap(&data, ctx, x, labels, N, shape, 2) && !bl_trainer_create(&t, ctx, config, data) &&
        !bl_trainer_create(&u, ctx, config, data) && !bl_trainer_fit(t, data, NULL, NULL, show, NULL) &&
        !bl_trainer_save(t, "own.safetensors") && !bl_trainer_load(u, "own.safetensors") &&
        !bl_trainer_step(t, x, labels, 50, NULL) && !bl_trainer_step(u, x, labels, 50, NULL))
        bl_model_hash(bl_trainer_model(t), before), bl_model_hash(bl_trainer_model(u), after);
    printf("weights %s, of the resumed trainer %s%s\n", before, after, bl_why(ctx));
    bl_trainer_free(t), bl_trainer_free(u), bl_data_free(data), bl_config_free(config), bl_context_free(ctx);
    return before[0] && strcmp(before, after) == 0 ? 0 : 1;
}

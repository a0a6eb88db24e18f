/*
 * 07_own_rule.c - a learning rule of your own: direct feedback alignment by the sign of the error, with a
 * momentum m. For each example, with e the error, s its scale and B_l the fixed random feedback of block l:
 *
 *     m <- m + 0.01 (e - m)      signal_l = s sign(e + m) B_l
 *
 *     cc 07_own_rule.c -lbackless -o 07_own_rule && ./07_own_rule iris.csv
 *
 * It prints:
 *
 *     test error 4.4 %
 */
#include <backless_rule.h>

#include <stdio.h>
#include <stdlib.h>

static void take_sign(const bl_map_call *call) /* e, sent: n x outputs; m: 1 x outputs */
{
    const bl_view e = call->view[0], m = call->view[1], sent = call->view[2];
    for (size_t k = 0; k < call->n * e.cols; k++) {
        m.values[k % e.cols] += 0.01f * (e.values[k] - m.values[k % e.cols]);
        sent.values[k] = e.values[k] + m.values[k % e.cols] > 0.0f ? call->scale : -call->scale;
    }
}

/* clang-format off */
static const bl_map map = {sizeof map, "sign", take_sign, 0,
    {{BL_ERROR, BL_READS}, {BL_ARRAY_0, BL_UPDATES}, {BL_ARRAY_1, BL_WRITES}}, NULL};
static const bl_rule_array arrays[] = {{"m", 1, BL_OUTPUTS, 0, 0.0}, {"sent", BL_BATCH, BL_OUTPUTS, 0, 0.0}};
/* clang-format on */

static void begin(bl_emitter *e, void *user) /* the instructions of a step before all signals */
{
    (void)user;
    bl_emit_map(e, &map, 0);
}

static void emit(bl_emitter *e, int block, void *user) /* those of a hidden block: signal = sent B */
{
    (void)user;
    bl_emit_product(e, BL_ARRAY_1, block);
}

/* clang-format off */
static const bl_rule rule = {sizeof rule, "sign-dfa", "DFA with a sign and momentum on the error",
    "signal_l = sign(e + m) B_l", 0, BL_FEEDBACK_DIRECT, arrays, 2, begin, emit, NULL, NULL};
/* clang-format on */

static bl_context *ctx;
static void check(bl_status status)
{
    if (status == BL_OK)
        return;
    fprintf(stderr, "%s\n", bl_why(ctx));
    exit(1);
}

int main(int argc, char **argv)
{
    bl_config *config;
    bl_data *train, *validation, *test;
    bl_trainer *trainer;
    bl_score score;
    ctx = bl_context_new(NULL);
    check(bl_rule_register(ctx, &rule));
    check(bl_config_create(&config, ctx));
    check(bl_config_set(config, "data", argc > 1 ? argv[1] : "iris.csv"));
    check(bl_config_set(config, "test-fraction", "0.3"));
    check(bl_config_set(config, "rule", "sign-dfa"));
    check(bl_data_load(&train, &validation, &test, ctx, config));
    check(bl_trainer_create(&trainer, ctx, config, train));
    check(bl_trainer_fit(trainer, train, NULL, NULL, NULL, NULL));
    check(bl_model_evaluate(bl_trainer_model(trainer), test, &score));
    printf("test error %.1f %%\n", 100 * score.error);
    bl_trainer_free(trainer), bl_data_free(train), bl_data_free(validation), bl_data_free(test);
    bl_config_free(config), bl_context_free(ctx);
    return 0;
}

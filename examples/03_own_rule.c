/*
 * 03_own_rule.c - a learning rule of one's own: direct feedback alignment with a sign and momentum on the error. It trains a
 * convolutional net, is saved and resumed to the same bits, and is measured by angles.
 *
 *     cc 03_own_rule.c -lbackless -o 03_own_rule && ./03_own_rule
 */
#include <backless.h>
#include <stdio.h>
#include <string.h>

enum { N = 64, PIXELS = 64, HALF = 100 };

/* m <- 0.9 m + 0.1 (mean of e), sent <- sign(e + m).  e, sent: n x outputs, m: 1 x outputs */
static void sign_momentum(const bl_map_call *c)
{
    const bl_view e = c->view[0], m = c->view[1], sent = c->view[2];
    for (size_t k = 0; k < c->n * e.cols; k++) {
        const size_t i = k % c->n, j = k / c->n; /* of each output, the whole batch first */
        m.values[j] = (i ? m.values[j] : 0.9f * m.values[j]) + 0.1f * e.values[i * e.stride + j];
    }
    for (size_t k = 0; k < c->n * e.cols; k++)
        sent.values[k] = e.values[k] + m.values[k % e.cols] * c->scale > 0.0f ? c->scale : -c->scale;
}
static const bl_map map = {
    sizeof map,
    "sign_momentum",
    sign_momentum,
    1,
    {{BL_ERROR, BL_READS}, {BL_ARRAY_0, BL_UPDATES}, {BL_ARRAY_1, BL_WRITES}, {BL_NOTHING, BL_READS}}};
static void begin(bl_emitter *e, void *user)
{
    (void)user, bl_emit_map(e, &map, 0);
}
static void emit(bl_emitter *e, int block, void *user)
{
    (void)user, bl_emit_product(e, BL_ARRAY_1, block);
}
static const bl_rule_array arrays[] = {{"m", 1, BL_OUTPUTS, 0, 0.0}, {"sent", BL_BATCH, BL_OUTPUTS, 0, 0.0}};
static const bl_rule rule = {sizeof rule,
                             "sign-dfa",
                             "DFA with a sign and momentum on the error",
                             "signal_l = sign(e + m) B_l",
                             0,
                             BL_FEEDBACK_DIRECT,
                             arrays,
                             2,
                             begin,
                             emit,
                             NULL,
                             NULL};

static bl_status steps(bl_trainer *trainer, const float *x, const int32_t *labels, double *loss)
{
    bl_status status = BL_OK;
    for (int i = 0; i < HALF && status == BL_OK; i++)
        status = bl_trainer_step(trainer, x, labels, N, loss);
    return status;
}

int main(int argc, char **argv)
{
    static float x[N * PIXELS]; /* noise; images of class 1 have a brighter upper half */
    int32_t labels[N];
    for (unsigned k = 0, random = 1; k < N * PIXELS; k++, random = random * 1664525u + 1013904223u) {
        labels[k / PIXELS] = (int32_t)(k / PIXELS % 2);
        x[k] = (float)(random >> 8) / 16777216.0f + (k / PIXELS % 2 && k % PIXELS < PIXELS / 2 ? 0.2f : 0.0f);
    }
    const char *path = argc > 1 ? argv[1] : "own_rule.safetensors";
    const bl_shape shape = {1, 8, 8};
    char a[17] = "", b[17] = "";
    double loss = 0.0;
    bl_angles angles[3];
    bl_config *config = NULL;
    bl_data *data = NULL;
    bl_trainer *first = NULL, *second = NULL;
    bl_context *ctx = bl_context_new(NULL);
    const int is_done =
        !bl_rule_register(ctx, &rule) && !bl_config_create(&config, ctx) &&
        !bl_config_set(config, "rule", "sign-dfa") &&
        !bl_config_set(config, "net", "conv 4 3x3 pad 1, tanh, maxpool 2, dense 20, tanh, dense 2") &&
        !bl_data_wrap(&data, ctx, x, labels, N, shape, 2) && !bl_trainer_create(&first, ctx, config, data) &&
        !bl_trainer_create(&second, ctx, config, data) && !steps(first, x, labels, &loss) &&
        !bl_trainer_save(first, path) && !steps(first, x, labels, &loss) && !bl_trainer_load(second, path) &&
        !steps(second, x, labels, &loss) && !bl_trainer_angles(first, data, N, angles, 3);
    bl_model_hash(bl_trainer_model(first), a), bl_model_hash(bl_trainer_model(second), b);
    if (is_done)
        printf("loss %.3f, angles %.0f and %.0f degrees; without a break %s, with one %s\n", loss,
               angles[0].sample, angles[1].sample, a, b);
    else
        printf("%s\n", bl_why(ctx));
    bl_trainer_free(first), bl_trainer_free(second), bl_data_free(data), bl_config_free(config),
        bl_context_free(ctx);
    return is_done && strcmp(a, b) == 0 ? 0 : 1;
}

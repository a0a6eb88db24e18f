/*
 * 02_stream.c - trains on a stream of batches, saves the state, and continues from it later.
 *
 * The stream is points in a square: class 1 where x y > 0. A second trainer loads what the first one saved.
 * Both continue with the same batches, and end with the same bits.
 *
 *     cc 02_stream.c -lbackless -o 02_stream && ./02_stream
 */
#include <backless.h>

#include <stdio.h>
#include <string.h>

enum { BATCH = 32, STEPS = 600, FILE_STEP = 400 };

/* Makes batch number i; the same i always gives the same points. */
static void batch_of(unsigned i, float *x, int32_t *labels)
{
    uint32_t random = 2654435761u * (i + 1);
    for (int k = 0; k < 2 * BATCH; k++) {
        random = random * 1664525u + 1013904223u;
        x[k] = (float)(random >> 8) / 8388608.0f - 1.0f; /* -1 to 1 */
    }
    for (int k = 0; k < BATCH; k++)
        labels[k] = x[2 * k] * x[2 * k + 1] > 0.0f;
}

/* Makes a trainer. `schema` defines the shape of an example and the number of classes; the first batch is
   used for it. */
static bl_status make_trainer(bl_trainer **trainer, bl_context *ctx)
{
    static const char *const options[][2] = {
        {"net", "dense 32, tanh, dense 32, tanh, dense 2"}, {"rule", "dfa"}, {"schedule", "constant"}};
    const bl_shape shape = {1, 1, 2};
    float x[2 * BATCH];
    int32_t labels[BATCH];
    bl_config *config = NULL;
    bl_data *schema = NULL;
    batch_of(0, x, labels);
    bl_status status = bl_config_create(&config, ctx);
    for (size_t i = 0; i < sizeof options / sizeof options[0] && status == BL_OK; i++)
        status = bl_config_set(config, options[i][0], options[i][1]);
    if (status == BL_OK)
        status = bl_data_wrap(&schema, ctx, x, labels, BATCH, shape, 2);
    if (status == BL_OK)
        status = bl_trainer_create(trainer, ctx, config, schema);
    bl_data_free(schema); /* the trainer keeps no examples */
    bl_config_free(config);
    return status;
}

/* Trains on the batches `from` to `to` - 1. */
static bl_status learn(bl_trainer *trainer, unsigned from, unsigned to)
{
    float x[2 * BATCH];
    int32_t labels[BATCH];
    double loss = 0.0;
    bl_status status = BL_OK;
    for (unsigned i = from; i < to && status == BL_OK; i++) {
        batch_of(i, x, labels);
        status = bl_trainer_step(trainer, x, labels, BATCH, &loss);
        if (status == BL_OK && (i + 1) % 100 == 0)
            printf("step %s: loss %.3f\n", bl_model_metadata(bl_trainer_model(trainer), "step"), loss);
    }
    return status;
}

static bl_status run(bl_context *ctx, bl_trainer **first, bl_trainer **second, const char *path)
{
    bl_status status = make_trainer(first, ctx);
    if (status == BL_OK)
        status = learn(*first, 0, FILE_STEP);
    if (status == BL_OK)
        status = bl_trainer_save(*first, path); /* weights, the optimiser's memory, counts, seeds */
    if (status == BL_OK)
        status = learn(*first, FILE_STEP, STEPS);
    if (status == BL_OK)
        status = make_trainer(second, ctx); /* could be done later, in another process */
    if (status == BL_OK)
        status = bl_trainer_load(*second, path);
    if (status == BL_OK)
        status = learn(*second, FILE_STEP, STEPS);
    return status;
}

int main(int argc, char **argv)
{
    const char *path = argc > 1 ? argv[1] : "stream.safetensors";
    char a[17] = "", b[17] = "";
    bl_trainer *first = NULL, *second = NULL;
    bl_context *ctx = bl_context_new(NULL);
    bl_status status = bl_context_use(ctx, NULL, 1); /* threads would not make such small steps faster */
    if (status == BL_OK)
        status = run(ctx, &first, &second, path);
    if (status == BL_OK) {
        bl_model_hash(bl_trainer_model(first), a);
        bl_model_hash(bl_trainer_model(second), b);
        printf("weights without a break %s, with one %s\n", a, b);
    } else
        fprintf(stderr, "%s\n", bl_why(ctx));
    bl_trainer_free(first);
    bl_trainer_free(second);
    bl_context_free(ctx);
    return status == BL_OK && strcmp(a, b) == 0 ? 0 : 1;
}

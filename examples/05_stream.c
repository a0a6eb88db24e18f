/*
 * 05_stream.c - learn from a stream, one sample at a time: the net predicts each sample before it learns from
 * it. Half way its state is saved, and a trainer that is opened from the file goes on, to the same bits as
 * without the break. The samples are points in a square, of class 1 where x y > 0.
 *
 *     cc 05_stream.c -lbackless -o 05_stream && ./05_stream
 *
 * It prints:
 *
 *     sample 2000: 23.4 % of the last 2000 predicted wrongly
 *     sample 4000:  6.0 % of the last 2000 predicted wrongly
 *     sample 6000:  3.4 % of the last 2000 predicted wrongly
 */
#include <backless.h>

#include <stdio.h>
#include <stdlib.h>

enum { SAMPLES = 6000, REPORT = 2000 };

static bl_context *ctx;

static void check(bl_status status)
{
    if (status == BL_OK)
        return;
    fprintf(stderr, "%s\n", bl_why(ctx));
    exit(1);
}

/* Returns the class of sample i, and its two numbers, in [-1, 1), in x. */
static int32_t sample(unsigned i, float *x)
{
    uint32_t random = 2654435761u * i;
    for (int k = 0; k < 2; k++) {
        random = random * 1664525u + 1013904223u;
        x[k] = (float)(random >> 8) / 8388608.0f - 1.0f;
    }
    return x[0] * x[1] > 0.0f;
}

int main(void)
{
    const bl_shape shape = {1, 1, 2};
    float x[2];
    double scores[2];
    int32_t label = sample(1, x);
    int wrong = 0;
    bl_config *config;
    bl_data *schema;
    bl_trainer *trainer;
    ctx = bl_context_new(NULL);
    check(bl_context_use(ctx, NULL, 1)); /* one thread: steps of one sample are too small for more */
    check(bl_config_create(&config, ctx));
    check(bl_config_set(config, "net", "dense 32, tanh, dense 32, tanh, dense 2"));
    check(bl_config_set(config, "rule", "dfa"));
    check(bl_config_set(config, "schedule", "constant"));
    check(bl_data_wrap(&schema, ctx, x, &label, 1, shape, 2)); /* what a sample looks like */
    check(bl_trainer_create(&trainer, ctx, config, schema));
    for (unsigned i = 1; i <= SAMPLES; i++) {
        label = sample(i, x);
        check(bl_model_predict(bl_trainer_model(trainer), x, 1, scores));
        wrong += (scores[1] > scores[0]) != label;
        check(bl_trainer_step(trainer, x, &label, 1, NULL));
        if (i % REPORT == 0) {
            printf("sample %u: %4.1f %% of the last %d predicted wrongly\n", i, 100.0 * wrong / REPORT,
                   REPORT);
            wrong = 0;
        }
        if (i == SAMPLES / 2) { /* save, and go on from the file, perhaps tomorrow in another process */
            check(bl_trainer_save(trainer, "stream.safetensors"));
            bl_trainer_free(trainer);
            check(bl_trainer_open(&trainer, ctx, "stream.safetensors"));
        }
    }
    bl_trainer_free(trainer), bl_data_free(schema);
    bl_config_free(config), bl_context_free(ctx);
    return 0;
}

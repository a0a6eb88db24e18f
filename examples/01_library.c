/*
 * 01_library.c - train a net by direct feedback alignment through the library, and ask how well it does.
 *
 *     cc 01_library.c -lbackless -o 01_library && ./01_library
 */
#include <backless.h>

#include <stdio.h>

static int show(void *user, const bl_progress *now)
{
    (void)user;
    if (now->epoch_ended)
        printf("epoch %d: loss %.3f, test error %.1f %%\n", now->epoch, now->train.loss,
               100 * now->test.error);
    return 0; /* anything else would stop the training */
}

static bl_status train(bl_context *ctx, bl_config *config, bl_data **data, bl_trainer **trainer)
{
    static const char *const options[][2] = {{"data", "fashion-mnist"},
                                             {"net", "dense 100, tanh, dense 10"},
                                             {"rule", "dfa"},
                                             {"epochs", "2"},
                                             {"seed", "1"}};
    bl_status status = BL_OK;
    for (size_t i = 0; i < sizeof options / sizeof options[0] && status == BL_OK; i++)
        status = bl_config_set(config, options[i][0], options[i][1]);
    if (status == BL_OK)
        status = bl_data_load(&data[0], &data[1], &data[2], ctx, config);
    if (status == BL_OK)
        status = bl_trainer_create(trainer, ctx, config, data[0]);
    if (status == BL_OK)
        status = bl_trainer_fit(*trainer, data[0], data[1], data[2], show, NULL);
    return status;
}

int main(void)
{
    bl_context *ctx = bl_context_new(NULL);
    bl_config *config = NULL;
    bl_data *data[3] = {NULL, NULL, NULL}; /* to train on, to validate on, to test on */
    bl_trainer *trainer = NULL;
    bl_status status = bl_config_create(&config, ctx);
    if (status == BL_OK)
        status = train(ctx, config, data, &trainer);
    if (status != BL_OK)
        fprintf(stderr, "%s\n", bl_why(ctx));
    bl_trainer_free(trainer);
    for (int i = 0; i < 3; i++)
        bl_data_free(data[i]);
    bl_config_free(config);
    bl_context_free(ctx);
    return status == BL_OK ? 0 : 1;
}

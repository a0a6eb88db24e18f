/*
 * 01_library.c - train a network by direct feedback alignment through the library, and print the test error
 * of each epoch.
 *
 *     cc 01_library.c -lbackless -o 01_library && ./01_library
 */
#include <backless.h>

#include <stdio.h>
#include <stdlib.h>

static bl_context *ctx;

static void check(bl_status status)
{
    if (status == BL_OK)
        return;
    fprintf(stderr, "%s\n", bl_why(ctx));
    exit(1);
}

static int show(void *user, const bl_progress *now)
{
    (void)user;
    if (now->epoch_ended)
        printf("epoch %d: loss %.3f, test error %.1f %%\n", now->epoch, now->train.loss,
               100 * now->test.error);
    return 0; /* any other value stops the training */
}

int main(void)
{
    bl_config *config;
    bl_data *train, *validation, *test;
    bl_trainer *trainer;
    ctx = bl_context_new(NULL);
    check(bl_config_create(&config, ctx));
    check(bl_config_set(config, "data", "fashion-mnist"));
    check(bl_config_set(config, "net", "dense 100, tanh, dense 10"));
    check(bl_config_set(config, "rule", "dfa"));
    check(bl_config_set(config, "epochs", "2"));
    check(bl_data_load(&train, &validation, &test, ctx, config));
    check(bl_trainer_create(&trainer, ctx, config, train));
    check(bl_trainer_fit(trainer, train, validation, test, show, NULL));
    bl_trainer_free(trainer);
    bl_data_free(train);
    bl_data_free(validation);
    bl_data_free(test);
    bl_config_free(config);
    bl_context_free(ctx);
    return 0;
}

/*
 * 01_train.c - train on a file: a net learns a table by direct feedback alignment (DFA), is saved as a model
 * file, and predicts the species of one more flower.
 *
 *     cc 01_train.c -lbackless -o 01_train && ./01_train iris.csv
 *
 * It prints:
 *
 *     epoch 10: loss 0.340, test error 13.3 %
 *     epoch 20: loss 0.237, test error 11.1 %
 *     epoch 30: loss 0.203, test error 8.9 %
 *     epoch 40: loss 0.195, test error 8.9 %
 *     setosa      0.00
 *     versicolor  0.27
 *     virginica   0.73
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
    if (now->epoch_ended && now->epoch % 10 == 0)
        printf("epoch %d: loss %.3f, test error %.1f %%\n", now->epoch, now->train.loss,
               100 * now->test.error);
    return 0; /* any other value stops the training */
}

int main(int argc, char **argv)
{
    const float flower[4] = {5.9f, 3.0f, 5.1f, 1.8f}; /* in the columns and units of the file */
    double scores[3];
    bl_config *config;
    bl_data *train, *validation, *test;
    bl_trainer *trainer;
    ctx = bl_context_new(NULL);
    check(bl_config_create(&config, ctx)); /* the options of `backless train` */
    check(bl_config_set(config, "data", argc > 1 ? argv[1] : "iris.csv"));
    check(bl_config_set(config, "test-fraction", "0.3"));
    check(bl_config_set(config, "net", "dense 20, tanh, dense 20, tanh, dense 3"));
    check(bl_config_set(config, "rule", "dfa"));
    check(bl_config_set(config, "epochs", "40"));
    check(bl_data_load(&train, &validation, &test, ctx, config));
    check(bl_trainer_create(&trainer, ctx, config, train));
    check(bl_trainer_fit(trainer, train, validation, test, show, NULL));

    bl_model *model = bl_trainer_model(trainer);
    check(bl_model_save(model, "iris.safetensors"));
    check(bl_model_predict(model, flower, 1, scores));
    for (int i = 0; i < bl_model_outputs(model); i++)
        printf("%-10s  %.2f\n", bl_model_class_name(model, i), scores[i]);

    bl_trainer_free(trainer);
    bl_data_free(train);
    bl_data_free(validation);
    bl_data_free(test);
    bl_config_free(config);
    bl_context_free(ctx);
    return 0;
}

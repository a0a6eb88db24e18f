/*
 * 04_alignment.c - watch the alignment: the angle between the deltas that feedback alignment computes for a
 * hidden layer and those of backpropagation, at the same weights. The feedback is random, so the angle begins
 * near 90 degrees. It falls while the net learns, because the weights adapt to the feedback.
 *
 *     cc 04_alignment.c -lbackless -o 04_alignment && ./04_alignment iris.csv
 *
 * It prints:
 *
 *     rule   step    loss  block 0  block 1
 *     fa        1   1.043     82.5     95.4
 *     fa        3   1.115     82.6     95.1
 *     fa       10   1.056     83.0     94.5
 *     fa       30   0.683     84.0     92.8
 *     fa      100   0.446     73.2     80.8
 *     fa      300   0.168     61.5     48.9
 *     dfa       1   1.043     91.1     95.4
 *     dfa       3   1.119     91.3     95.1
 *     dfa      10   1.071     93.0     94.4
 *     dfa      30   0.774     98.9     91.2
 *     dfa     100   0.425     84.3     70.5
 *     dfa     300   0.140     69.2     47.6
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

/* Is called at each step at which angles are measured, and at other times without them. */
static int show(void *user, const bl_progress *now)
{
    if (now->angles && !now->epoch_ended) /* angles[l]: of block l, a layer with weights and what follows */
        printf("%-4s  %5zu  %6.3f  %7.1f  %7.1f\n", (const char *)user, now->total_step, now->batch.loss,
               now->angles[0].flat, now->angles[1].flat);
    return 0;
}

int main(int argc, char **argv)
{
    char rules[2][4] = {"fa", "dfa"};
    bl_config *config;
    bl_data *train, *validation, *test;
    bl_trainer *trainer;
    ctx = bl_context_new(NULL);
    check(bl_config_create(&config, ctx));
    check(bl_config_set(config, "data", argc > 1 ? argv[1] : "iris.csv"));
    check(bl_config_set(config, "net", "dense 20, tanh, dense 20, tanh, dense 3"));
    check(bl_config_set(config, "init", "fanin"));
    check(bl_config_set(config, "lr", "3e-3"));
    check(bl_config_set(config, "batch", "8"));
    check(bl_config_set(config, "epochs", "20"));
    check(bl_config_set(config, "angles", "1,3,10,30,100,300")); /* the steps at which they are measured */
    check(bl_data_load(&train, &validation, &test, ctx, config));
    printf("rule   step    loss  block 0  block 1\n");
    for (int i = 0; i < 2; i++) {
        check(bl_config_set(config, "rule", rules[i]));
        check(bl_trainer_create(&trainer, ctx, config, train));
        check(bl_trainer_fit(trainer, train, NULL, NULL, show, rules[i]));
        bl_trainer_free(trainer);
    }
    bl_data_free(train);
    bl_data_free(validation);
    bl_data_free(test);
    bl_config_free(config);
    bl_context_free(ctx);
    return 0;
}

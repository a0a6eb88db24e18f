/*
 * 03_compare.c - compare learning rules: each trains the same net on the same rows with three seeds. `frozen`
 * trains the output layer alone and `linear` has no hidden layers: a rule that is not better than these two
 * has not used its hidden layers.
 *
 *     cc 03_compare.c -lbackless -o 03_compare && ./03_compare iris.csv
 *
 * It prints:
 *
 *     rule    test error in %, seeds 1 to 3
 *     bp       4.4   4.4   6.7
 *     fa       8.9   2.2   6.7
 *     dfa      6.7   4.4   2.2
 *     ifa      4.4   4.4   2.2
 *     frozen  15.6   8.9  17.8
 *     linear  15.6  17.8  15.6
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

/* Returns the test error after a training by one rule with one seed. */
static double train_once(bl_config *config, const char *rule, int seed, const bl_data *train,
                         const bl_data *test)
{
    char text[12];
    bl_trainer *trainer;
    bl_score score;
    snprintf(text, sizeof text, "%d", seed);
    check(bl_config_set(config, "rule", rule));
    check(bl_config_set(config, "seed", text)); /* initial weights, feedback, order of the examples */
    check(bl_trainer_create(&trainer, ctx, config, train)); /* copies the configuration */
    check(bl_trainer_fit(trainer, train, NULL, NULL, NULL, NULL));
    check(bl_model_evaluate(bl_trainer_model(trainer), test, &score));
    bl_trainer_free(trainer);
    return score.error;
}

int main(int argc, char **argv)
{
    enum { SEEDS = 3 };
    static const char *const rules[] = {"bp", "fa", "dfa", "ifa", "frozen", "linear"};
    bl_config *config;
    bl_data *train, *validation, *test;
    ctx = bl_context_new(NULL);
    check(bl_config_create(&config, ctx));
    check(bl_config_set(config, "data", argc > 1 ? argv[1] : "iris.csv"));
    check(bl_config_set(config, "test-fraction", "0.3"));
    check(bl_config_set(config, "net", "dense 20, tanh, dense 20, tanh, dense 3"));
    check(bl_config_set(config, "init", "fanin")); /* the same initial weights for every rule */
    check(bl_config_set(config, "lr", "3e-3"));
    check(bl_config_set(config, "batch", "8"));
    check(bl_config_set(config, "epochs", "40"));
    check(bl_data_load(&train, &validation, &test, ctx, config));
    printf("rule    test error in %%, seeds 1 to %d\n", SEEDS);
    for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++) {
        printf("%-6s", rules[i]);
        for (int seed = 1; seed <= SEEDS; seed++)
            printf("  %4.1f", 100 * train_once(config, rules[i], seed, train, test));
        printf("\n");
    }
    bl_data_free(train), bl_data_free(validation), bl_data_free(test);
    bl_config_free(config);
    bl_context_free(ctx);
    return 0;
}

/*
 * 02_arrays.c - train on arrays of your own: points in the plane, in three rings around the origin, which are
 * the classes. Arrays are not scaled, so bring the features to a size of about 1 first.
 *
 *     cc 02_arrays.c -lbackless -o 02_arrays && ./02_arrays
 *
 * It prints:
 *
 *     4.2 % of 500 new points are classified wrongly
 *     ( 0.1,  0.2): ring 0 0.99, ring 1 0.01, ring 2 0.00
 *     ( 0.9, -0.9): ring 0 0.00, ring 1 0.00, ring 2 1.00
 */
#include <backless.h>

#include <stdio.h>
#include <stdlib.h>

enum { TRAIN = 2000, TEST = 500, CLASSES = 3 };

static bl_context *ctx;

static void check(bl_status status)
{
    if (status == BL_OK)
        return;
    fprintf(stderr, "%s\n", bl_why(ctx));
    exit(1);
}

/* x: n rows of two numbers in [-1, 1); labels: n classes, from 0 */
static void make_points(float *x, int32_t *labels, int n, uint32_t random)
{
    for (int i = 0; i < 2 * n; i++) {
        random = random * 1664525u + 1013904223u;
        x[i] = (float)(random >> 8) / 8388608.0f - 1.0f;
    }
    for (int i = 0; i < n; i++) {
        const float square = x[2 * i] * x[2 * i] + x[2 * i + 1] * x[2 * i + 1];
        labels[i] = square < 0.3f ? 0 : square < 0.8f ? 1 : 2;
    }
}

int main(void)
{
    static float x[2 * TRAIN], x_test[2 * TEST];
    static int32_t labels[TRAIN], labels_test[TEST];
    const bl_shape shape = {1, 1, 2}; /* a vector of two numbers */
    const float points[4] = {0.1f, 0.2f, 0.9f, -0.9f};
    double scores[2 * CLASSES];
    bl_config *config;
    bl_data *train, *test;
    bl_trainer *trainer;
    bl_score score;
    make_points(x, labels, TRAIN, 1);
    make_points(x_test, labels_test, TEST, 2);
    ctx = bl_context_new(NULL);
    check(bl_config_create(&config, ctx));
    check(bl_config_set(config, "net", "dense 40, tanh, dense 40, tanh, dense 3"));
    check(bl_config_set(config, "rule", "dfa"));
    check(bl_config_set(config, "init", "fanin"));
    check(bl_config_set(config, "epochs", "60"));
    check(bl_data_wrap(&train, ctx, x, labels, TRAIN, shape, CLASSES)); /* borrows the arrays */
    check(bl_data_wrap(&test, ctx, x_test, labels_test, TEST, shape, CLASSES));
    check(bl_trainer_create(&trainer, ctx, config, train));
    check(bl_trainer_fit(trainer, train, NULL, NULL, NULL, NULL));
    check(bl_model_evaluate(bl_trainer_model(trainer), test, &score));
    printf("%.1f %% of %zu new points are classified wrongly\n", 100 * score.error, score.count);
    check(bl_model_predict(bl_trainer_model(trainer), points, 2, scores));
    for (int i = 0; i < 2; i++)
        printf("(%4.1f, %4.1f): ring 0 %.2f, ring 1 %.2f, ring 2 %.2f\n", points[2 * i], points[2 * i + 1],
               scores[3 * i], scores[3 * i + 1], scores[3 * i + 2]);
    bl_trainer_free(trainer);
    bl_data_free(train);
    bl_data_free(test);
    bl_config_free(config);
    bl_context_free(ctx);
    return 0;
}

/*
 * test_contexts.c - a trainer whose data belong to another context keeps none of that context's memory.
 */
#include "scratch.h"

#include "backless.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

enum { EXAMPLES = 8, FEATURES = 3, CLASSES = 2 };

static void fill(float *x, int32_t *labels)
{
    uint32_t state = 1;
    for (size_t i = 0; i < EXAMPLES * FEATURES; i++)
        x[i] = (float)(scratch_random(&state) % 1000) / 1000.0f;
    for (int i = 0; i < EXAMPLES; i++)
        labels[i] = i % CLASSES;
}

/* The context of the data is freed while the trainer made for them goes on. Memory that the trainer had there
   would still be counted, and freeing it later would use a context that no longer exists. */
static void test_the_context_of_the_data_may_be_freed_first(void **state)
{
    (void)state;
    float x[EXAMPLES * FEATURES];
    int32_t labels[EXAMPLES];
    struct counting counting;
    bl_context *ctx = bl_context_new(NULL), *of_data = counting_context(&counting);
    bl_config *config = NULL;
    bl_data *data = NULL;
    bl_trainer *trainer = NULL;
    double loss = 0.0, scores[EXAMPLES * CLASSES];
    fill(x, labels);
    assert_int_equal(bl_config_create(&config, ctx), BL_OK);
    assert_int_equal(bl_config_set(config, "net", "dense 4, tanh, dense C"), BL_OK);
    assert_int_equal(bl_data_wrap(&data, of_data, x, labels, EXAMPLES, (bl_shape){1, 1, FEATURES}, CLASSES),
                     BL_OK);
    assert_int_equal(bl_trainer_create(&trainer, ctx, config, data), BL_OK);
    bl_data_free(data);
    bl_context_free(of_data);
    assert_int_equal(counting.live, 0);
    assert_int_equal(bl_trainer_step(trainer, x, labels, EXAMPLES, &loss), BL_OK);
    assert_int_equal(bl_model_predict(bl_trainer_model(trainer), x, EXAMPLES, scores), BL_OK);
    bl_trainer_free(trainer);
    bl_config_free(config);
    bl_context_free(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_context_of_the_data_may_be_freed_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

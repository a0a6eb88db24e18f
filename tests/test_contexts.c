/*
 * test_contexts.c - a trainer whose data or configuration belong to another context keeps none of that
 * context's memory, and a callback of its fit cannot change it.
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

/* Makes a configuration and data, each in a context of its own; x and labels are filled. */
static void make(bl_config **config, bl_context *of_config, bl_data **data, bl_context *of_data, float *x,
                 int32_t *labels)
{
    fill(x, labels);
    assert_int_equal(bl_config_create(config, of_config), BL_OK);
    assert_int_equal(bl_config_set(*config, "net", "dense 4, tanh, dense C"), BL_OK);
    assert_int_equal(bl_data_wrap(data, of_data, x, labels, EXAMPLES, (bl_shape){1, 1, FEATURES}, CLASSES),
                     BL_OK);
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
    make(&config, ctx, &data, of_data, x, labels);
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

/* The trainer has a copy of the configuration in its own context. */
static void test_the_context_of_the_configuration_may_be_freed_first(void **state)
{
    (void)state;
    float x[EXAMPLES * FEATURES];
    int32_t labels[EXAMPLES];
    struct counting counting;
    bl_context *ctx = bl_context_new(NULL), *of_config = counting_context(&counting);
    bl_config *config = NULL;
    bl_data *data = NULL;
    bl_trainer *trainer = NULL;
    double loss = 0.0;
    make(&config, of_config, &data, ctx, x, labels);
    assert_int_equal(bl_trainer_create(&trainer, ctx, config, data), BL_OK);
    bl_config_free(config);
    bl_context_free(of_config);
    assert_int_equal(counting.live, 0);
    assert_int_equal(bl_trainer_step(trainer, x, labels, EXAMPLES, &loss), BL_OK);
    assert_string_equal(bl_config_get(bl_trainer_config(trainer), "net"), "dense 4, tanh, dense 2");
    bl_trainer_free(trainer);
    bl_data_free(data);
    bl_context_free(ctx);
}

struct call {
    bl_trainer *trainer;
    const bl_data *data;
    const float *x;
    const int32_t *labels;
    int calls;
};

static int call_back(void *user, const bl_progress *now)
{
    struct call *call = user;
    double loss = 0.0, scores[EXAMPLES * CLASSES];
    (void)now;
    call->calls++;
    assert_int_equal(bl_trainer_fit(call->trainer, call->data, NULL, NULL, NULL, NULL), BL_BAD_VALUE);
    assert_int_equal(bl_trainer_step(call->trainer, call->x, call->labels, EXAMPLES, &loss), BL_BAD_VALUE);
    assert_int_equal(bl_trainer_load(call->trainer, "nowhere"), BL_BAD_VALUE);
    assert_int_equal(bl_trainer_resume(call->trainer, "nowhere"), BL_BAD_VALUE);
    assert_int_equal(bl_model_predict(bl_trainer_model(call->trainer), call->x, EXAMPLES, scores), BL_OK);
    return 0;
}

static void train(char hash[17], bool calls_back)
{
    float x[EXAMPLES * FEATURES];
    int32_t labels[EXAMPLES];
    bl_context *ctx = bl_context_new(NULL);
    bl_config *config = NULL;
    bl_data *data = NULL;
    struct call call = {.x = x, .labels = labels};
    make(&config, ctx, &data, ctx, x, labels);
    assert_int_equal(bl_config_set(config, "epochs", "3"), BL_OK);
    assert_int_equal(bl_trainer_create(&call.trainer, ctx, config, data), BL_OK);
    call.data = data;
    assert_int_equal(bl_trainer_fit(call.trainer, data, NULL, NULL, calls_back ? call_back : NULL, &call),
                     BL_OK);
    assert_int_equal(call.calls >= 3, calls_back);
    bl_model_hash(bl_trainer_model(call.trainer), hash);
    bl_trainer_free(call.trainer);
    bl_data_free(data);
    bl_config_free(config);
    bl_context_free(ctx);
}

/* A callback of bl_trainer_fit may predict, and is refused what would change the trainer. */
static void test_callbacks_cannot_change_the_trainer(void **state)
{
    char with[17], without[17];
    (void)state;
    train(with, true);
    train(without, false);
    assert_string_equal(with, without);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_context_of_the_data_may_be_freed_first),
        cmocka_unit_test(test_the_context_of_the_configuration_may_be_freed_first),
        cmocka_unit_test(test_callbacks_cannot_change_the_trainer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

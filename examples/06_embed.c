/*
 * 06_embed.c - training inside a larger program: memory from the program's own allocator, a progress callback
 * that ends the training early, and errors that are passed on to the caller and do not end the program.
 *
 *     cc 06_embed.c -lbackless -o 06_embed && ./06_embed iris.csv
 *
 * It prints:
 *
 *     bad value: layer 2 "tangent": no such layer; the hyperbolic tangent is written tanh
 *     ended after epoch 18: test error 4.4 %
 *     0 blocks of memory are still in use
 */
#include <backless.h>

#include <stdio.h>
#include <stdlib.h>

/* user: the number of blocks in use. */
static void *allocate(void *user, size_t size, size_t alignment)
{
    void *block = aligned_alloc(64, (size + 63) / 64 * 64);
    (void)alignment; /* at most 64 */
    *(int *)user += block != NULL;
    return block;
}

static void release(void *user, void *block)
{
    free(block);
    --*(int *)user;
}

static int stop_when_good(void *user, const bl_progress *now)
{
    *(bl_progress *)user = *now;                       /* of the latest call */
    return now->epoch_ended && now->test.error < 0.05; /* any value except 0 stops the training */
}

static bl_status train(bl_context *ctx, const char *file, const char *net, bl_progress *last)
{
    bl_config *config = NULL; /* what a failure leaves uncreated stays NULL, and may be freed */
    bl_data *data = NULL, *validation = NULL, *test = NULL;
    bl_trainer *trainer = NULL;
    bl_status status = bl_config_create(&config, ctx);
    if (status == BL_OK)
        status = bl_config_set(config, "data", file);
    if (status == BL_OK)
        status = bl_config_set(config, "test-fraction", "0.3");
    if (status == BL_OK)
        status = bl_config_set(config, "net", net);
    if (status == BL_OK)
        status = bl_data_load(&data, &validation, &test, ctx, config);
    if (status == BL_OK)
        status = bl_trainer_create(&trainer, ctx, config, data);
    if (status == BL_OK)
        status = bl_trainer_fit(trainer, data, validation, test, stop_when_good, last);
    bl_trainer_free(trainer), bl_config_free(config);
    bl_data_free(data), bl_data_free(validation), bl_data_free(test);
    return status;
}

int main(int argc, char **argv)
{
    static const char *const nets[] = {"dense 100, tangent, dense 3", "dense 100, tanh, dense 3"};
    int blocks = 0;
    const bl_allocator allocator = {&blocks, allocate, release};
    bl_context *ctx = bl_context_new(&allocator);
    bl_progress last;
    for (int i = 0; i < 2; i++) {
        const bl_status status = train(ctx, argc > 1 ? argv[1] : "iris.csv", nets[i], &last);
        if (status == BL_OK || status == BL_STOPPED)
            printf("ended after epoch %d: test error %.1f %%\n", last.epoch, 100 * last.test.error);
        else
            printf("%s: %s\n", bl_status_name(status), bl_why(ctx));
    }
    bl_context_free(ctx);
    printf("%d blocks of memory are still in use\n", blocks);
    return blocks != 0;
}

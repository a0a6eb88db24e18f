/*
 * test_timer.c - a program with a timer: its signal handler, on an alternate stack as backless.h requires,
 * changes no bit of a training, with any backend and several threads. Without SA_ONSTACK kernels that store
 * values below the stack pointer (as those of oneDNN 2.6.3) could be corrupted. test_parallel checks that
 * workers receive no signals.
 */
#define _XOPEN_SOURCE 700 /* sigaltstack */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <backless.h>

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>

enum { EXAMPLES = 600, FEATURES = 3, STACK = 1 << 16 };

static volatile sig_atomic_t n_ticks;

static void on_tick(int number)
{
    volatile char pad[512];
    (void)number;
    for (size_t i = 0; i < sizeof pad; i++)
        pad[i] = 0x5a;
    n_ticks = n_ticks + 1;
}

static void set_timer(int microseconds)
{
    const struct timeval every = {0, microseconds};
    const struct itimerval timer = {every, every};
    assert_int_equal(setitimer(ITIMER_REAL, &timer, NULL), 0);
}

static void start_handler(void)
{
    static max_align_t room[STACK / sizeof(max_align_t)];
    const stack_t stack = {.ss_sp = room, .ss_size = sizeof room};
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = on_tick;
    action.sa_flags = SA_RESTART | SA_ONSTACK;
    assert_int_equal(sigaltstack(&stack, NULL), 0);
    assert_int_equal(sigaction(SIGALRM, &action, NULL), 0);
}

static void train(const char *backend, int threads, char hash[17])
{
    static float x[EXAMPLES][FEATURES];
    static int32_t labels[EXAMPLES];
    bl_context *ctx = bl_context_new(NULL);
    bl_config *config = NULL;
    bl_data *data = NULL;
    bl_trainer *trainer = NULL;
    for (int i = 0; i < EXAMPLES; i++) {
        for (int k = 0; k < FEATURES; k++)
            x[i][k] = (float)((i * 37 + k * 11 + i * k) % 101) / 50.0f - 1.0f;
        labels[i] = x[i][0] * x[i][1] > 0.0f;
    }
    assert_int_equal(bl_context_use(ctx, backend, threads), BL_OK);
    assert_int_equal(bl_config_create(&config, ctx), BL_OK);
    assert_int_equal(bl_config_set(config, "net", "dense 256, tanh, dense 64, tanh, dense 2"), BL_OK);
    assert_int_equal(bl_config_set(config, "batch", "30"), BL_OK);
    assert_int_equal(bl_config_set(config, "epochs", "8"), BL_OK);
    assert_int_equal(bl_config_set(config, "no-angles", "true"), BL_OK);
    assert_int_equal(bl_data_wrap(&data, ctx, x[0], labels, EXAMPLES, (bl_shape){1, 1, FEATURES}, 2), BL_OK);
    assert_int_equal(bl_trainer_create(&trainer, ctx, config, data), BL_OK);
    assert_int_equal(bl_trainer_fit(trainer, data, NULL, NULL, NULL, NULL), BL_OK);
    bl_model_hash(bl_trainer_model(trainer), hash);
    bl_trainer_free(trainer);
    bl_data_free(data);
    bl_config_free(config);
    bl_context_free(ctx);
}

static void a_timer_changes_no_bit(void **state)
{
    (void)state;
    start_handler();
    for (int i = 0; bl_backend_name(i); i++)
        for (int threads = 1; threads <= 2; threads++) {
            char without[17], with[17];
            train(bl_backend_name(i), threads, without);
            n_ticks = 0;
            set_timer(500);
            train(bl_backend_name(i), threads, with);
            set_timer(0);
            assert_true(n_ticks > 0);
            assert_string_equal(with, without);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_timer_changes_no_bit)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

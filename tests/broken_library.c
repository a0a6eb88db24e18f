/*
 * broken_library.c - wraps public functions of the library and adds the fault that the environment variable
 * BROKEN names. `backless verify` must find each fault by exactly one check, and `backless doctor` must
 * report some. The linker option --wrap replaces the functions. Without BROKEN they have no fault.
 */
#include "backless_experimental.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define WRAP(result, name, parameters)                                                                       \
    result __real_##name parameters;                                                                         \
    result __wrap_##name parameters

static bool is_broken(const char *fault)
{
    const char *chosen = getenv("BROKEN");
    return chosen && strcmp(chosen, fault) == 0;
}

/* "signal-dfa" breaks the rule dfa. */
static bool breaks(const char *prefix, const char *value)
{
    const char *chosen = getenv("BROKEN");
    const size_t n = strlen(prefix);
    return chosen && strncmp(chosen, prefix, n) == 0 && strcmp(chosen + n, value) == 0;
}

static const char *option(const bl_trainer *trainer, const char *key)
{
    return bl_config_get(bl_trainer_config(trainer), key);
}

/* Changes one number of a tensor of the library, in a copy, because the memory belongs to the library. */
static void change(bl_tensor *t, size_t i, float factor)
{
    static float copy[200000];
    const size_t n = t->rows * t->cols;
    if (n > sizeof copy / sizeof *copy)
        abort();
    memcpy(copy, t->values, n * sizeof *copy);
    copy[i] *= factor;
    t->values = copy;
}

static void scale(bl_tensor *t, float factor)
{
    static float copy[200000];
    const size_t n = t->rows * t->cols;
    if (n > sizeof copy / sizeof *copy)
        abort();
    for (size_t i = 0; i < n; i++)
        copy[i] = factor * t->values[i];
    t->values = copy;
}

static float last_bit(void)
{
    return 1.0f + 0x1p-23f;
}

WRAP(bl_status, bl_model_predict, (const bl_model *model, const float *x, size_t n, double *scores))
{
    const bl_status status = __real_bl_model_predict(model, x, n, scores);
    if (is_broken("scores"))
        scores[n - 1] *= 1.001;
    return status;
}

WRAP(bl_status, bl_model_evaluate, (const bl_model *model, const bl_data *data, bl_score *out))
{
    const bl_status status = __real_bl_model_evaluate(model, data, out);
    if (is_broken("loss"))
        out->loss *= 1.001;
    if (is_broken("no-loss"))
        out->loss = (double)NAN;
    if (is_broken("error") && out->count > 100)
        out->error = 0.79;
    return status;
}

/* Faults in one tensor of a leaky-relu net for one loss, and in a wide tensor that is cut into ranges. */
WRAP(int, bl_trainer_gradient, (const bl_trainer *trainer, int i, bl_tensor *out))
{
    const int is_there = __real_bl_trainer_gradient(trainer, i, out);
    if (!is_there || strcmp(option(trainer, "rule"), "bp") != 0)
        return is_there;
    if (breaks("gradient-", option(trainer, "loss")) && i == 1 &&
        strstr(option(trainer, "net"), "leaky-relu 0.1"))
        scale(out, 1.001f);
    if (is_broken("wide-gradient") && i == 2 && strcmp(option(trainer, "loss"), "mse") == 0 &&
        out->rows == 101)
        change(out, out->rows * out->cols - 1, -1.0f);
    return is_there;
}

static bool is_output(const bl_trainer *trainer, int i)
{
    bl_tensor next;
    return !__real_bl_trainer_gradient(trainer, 2 * (i + 1), &next);
}

/* is_deep: at least two blocks come after this one. */
WRAP(int, bl_trainer_delta, (const bl_trainer *trainer, int i, bl_tensor *out))
{
    const int is_there = __real_bl_trainer_delta(trainer, i, out);
    if (!is_there)
        return 0;
    const char *rule = option(trainer, "rule");
    const bool is_deep = !is_output(trainer, i) && !is_output(trainer, i + 1);
    if (breaks("output-", option(trainer, "loss")) && is_output(trainer, i))
        scale(out, 1.0005f);
    if (breaks("signal-", rule) && out->cols == 170 && out->rows == 21)
        scale(out, 1.0005f);
    if (is_broken("chain") && strcmp(rule, "fa") == 0 && is_deep)
        change(out, 0, last_bit());
    if (breaks("one-layer-", rule) && i == 0 && !is_deep && !is_output(trainer, 0))
        change(out, 0, last_bit());
    return is_there;
}

WRAP(bl_status, bl_trainer_angles,
     (bl_trainer * trainer, const bl_data *data, size_t n, bl_angles *out, int max))
{
    const bl_status status = __real_bl_trainer_angles(trainer, data, n, out, max);
    const char *rule = option(trainer, "rule");
    if (is_broken("told-angle"))
        out[0].sample *= 1.01;
    if (is_broken("told-update"))
        out[1].update += 0.05;
    if (breaks("angle-", rule) && n > 100)
        out[0].flat = out[1].flat = 91.0;
    return status;
}

/* One weight takes too long a step; if all did, it would be equivalent to a larger learning rate. */
WRAP(bl_status, bl_trainer_step,
     (bl_trainer * trainer, const float *x, const int32_t *labels, size_t n, double *loss))
{
    bl_model *model = bl_trainer_model(trainer);
    bl_tensor t;
    if (is_broken("no-step"))
        return BL_BACKEND;
    const bl_status status = __real_bl_trainer_step(trainer, x, labels, n, loss);
    const bool is_that = breaks("step-", option(trainer, "optimizer")) &&
                         strcmp(option(trainer, "lr"), "0.01") == 0 &&
                         strcmp(option(trainer, "net"), "dense 100, tanh, dense 5") == 0;
    if (is_that && bl_model_tensor(model, 3, &t)) {
        change(&t, 4, 1.0001f);
        return bl_model_set_tensor(model, t.name, t.values, t.rows * t.cols);
    }
    return status;
}

static int asked_threads;

WRAP(bl_status, bl_context_use, (bl_context * ctx, const char *backend, int threads))
{
    asked_threads = threads;
    return __real_bl_context_use(ctx, backend, threads);
}

WRAP(void, bl_model_hash, (const bl_model *model, char out[17]))
{
    static int calls;
    __real_bl_model_hash(model, out);
    if ((is_broken("three-threads") && asked_threads == 3) || is_broken("all-bits") ||
        (is_broken("second-run") && asked_threads == 1 && calls++ % 2 == 1))
        out[15] = out[15] == '0' ? '1' : '0';
}

WRAP(bl_status, bl_config_set, (bl_config * config, const char *key, const char *text))
{
    if (is_broken("seed") && strcmp(key, "seed") == 0)
        text = "1";
    return __real_bl_config_set(config, key, text);
}

WRAP(bl_status, bl_model_load, (bl_model * *out, bl_context *ctx, const char *path))
{
    bl_tensor t;
    const bl_status status = __real_bl_model_load(out, ctx, path);
    if (status == BL_OK && is_broken("file") && bl_model_tensor(*out, 0, &t)) {
        change(&t, 7, last_bit());
        return bl_model_set_tensor(*out, t.name, t.values, t.rows * t.cols);
    }
    return status;
}

WRAP(bl_status, bl_model_save, (const bl_model *model, const char *path))
{
    return is_broken("disk") ? BL_IO : __real_bl_model_save(model, path);
}

WRAP(const char *, bl_version, (void))
{
    return is_broken("old-library") ? "0.0.1" : __real_bl_version();
}

/*
 * rig.h - for tests of learning: a small trainer made through the public interface, batches for it, and its
 * tensors by name.
 */
#ifndef TESTS_RIG_H
#define TESTS_RIG_H

#include "backless.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* NULL: the default; but of what the program's defaults choose by the size of the data, the values of rig_configure, so that a
   test of something else does not depend on that choice. */
struct rig_options {
    const char *net, *rule, *loss, *reduction, *optimizer, *lr, *init, *feedback, *inlet, *seed, *batch,
        *epochs, *precision, *slope, *lambda, *adversarial, *max_norm;
};

#define RIG_ROW                                                                                              \
    {                                                                                                        \
        0, 0, 0                                                                                              \
    } /* examples are rows of numbers, no images */

struct rig_batch { /* borrowed */
    const float *x;
    const int32_t *labels;
    size_t n;
    int inputs, classes;
    bl_shape shape; /* of an example, or RIG_ROW */
};

struct rig {
    bl_context *ctx;
    bl_config *config;
    bl_data *data; /* the batch it was made for */
    bl_trainer *trainer;
    bl_model *model; /* the trainer's */
};

static inline void rig_free(struct rig *rig)
{
    bl_trainer_free(rig->trainer);
    bl_data_free(rig->data);
    bl_config_free(rig->config);
    bl_context_free(rig->ctx);
    *rig = (struct rig){NULL, NULL, NULL, NULL, NULL};
}

static inline const char *rig_or(const char *text, const char *other)
{
    return text ? text : other;
}

static inline const char *rig_rate(const char *optimizer)
{
    return strncmp(optimizer, "sgd", 3) == 0 ? "0.1" : strncmp(optimizer, "adam", 4) == 0 ? "1e-3" : "1e-4";
}

static inline bl_status rig_configure(bl_config *config, const struct rig_options *o)
{
    const char *optimizer = rig_or(o->optimizer, "rmsprop");
    const char *const options[][2] = {{"net", o->net},
                                      {"rule", o->rule},
                                      {"loss", o->loss},
                                      {"reduction", o->reduction},
                                      {"optimizer", optimizer},
                                      {"lr", rig_or(o->lr, rig_rate(optimizer))},
                                      {"schedule", "constant"},
                                      {"init", o->init},
                                      {"feedback", o->feedback},
                                      {"inlet", o->inlet},
                                      {"seed", o->seed},
                                      {"batch", rig_or(o->batch, "64")},
                                      {"epochs", rig_or(o->epochs, "10")},
                                      {"precision", o->precision},
                                      {"slope", o->slope},
                                      {"lambda", o->lambda},
                                      {"adversarial", o->adversarial},
                                      {"max-norm", o->max_norm}};
    bl_status status = BL_OK;
    for (size_t i = 0; i < sizeof options / sizeof options[0] && status == BL_OK; i++)
        if (options[i][1])
            status = bl_config_set(config, options[i][0], options[i][1]);
    return status;
}

/* On failure bl_why(rig->ctx) says why; rig_free is due either way. */
static inline bl_status rig_try(struct rig *rig, const char *backend, int threads,
                                const struct rig_options *o, const struct rig_batch *like)
{
    *rig = (struct rig){bl_context_new(NULL), NULL, NULL, NULL, NULL};
    bl_status status = bl_context_use(rig->ctx, backend, threads);
    if (status == BL_OK)
        status = bl_config_create(&rig->config, rig->ctx);
    if (status == BL_OK)
        status = rig_configure(rig->config, o);
    const bl_shape row = {1, 1, like->inputs};
    if (status == BL_OK)
        status = bl_data_wrap(&rig->data, rig->ctx, like->x, like->labels, like->n,
                              like->shape.channels ? like->shape : row, like->classes);
    if (status == BL_OK)
        status = bl_trainer_create(&rig->trainer, rig->ctx, rig->config, rig->data);
    if (status == BL_OK)
        rig->model = bl_trainer_model(rig->trainer);
    return status;
}

/* Stops the test program with the sentence where the call failed: nothing can be tested then. */
static inline void rig_must(const struct rig *rig, bl_status status)
{
    if (status != BL_OK) {
        fprintf(stderr, "%s: %s\n", bl_status_name(status), bl_why(rig->ctx));
        abort();
    }
}

static inline void rig_make(struct rig *rig, const char *backend, int threads, const struct rig_options *o,
                            const struct rig_batch *like)
{
    rig_must(rig, rig_try(rig, backend, threads, o, like));
}

static inline double rig_step(struct rig *rig, const struct rig_batch *batch)
{
    double loss = 0.0;
    rig_must(rig, bl_trainer_step(rig->trainer, batch->x, batch->labels, batch->n, &loss));
    return loss;
}

/* The tensor of that name, or values == NULL. */
static inline bl_tensor rig_tensor(const struct rig *rig, const char *name)
{
    bl_tensor t = {NULL, NULL, 0, 0};
    for (int i = 0; bl_model_tensor(rig->model, i, &t); i++)
        if (strcmp(t.name, name) == 0)
            return t;
    return (bl_tensor){name, NULL, 0, 0};
}

static inline size_t rig_count(bl_tensor t)
{
    return t.rows * t.cols;
}

static inline void rig_set(struct rig *rig, const char *name, const float *values, size_t n)
{
    rig_must(rig, bl_model_set_tensor(rig->model, name, values, n));
}

/* Gives `to` every tensor of `from` that both have. */
static inline void rig_copy(struct rig *to, const struct rig *from)
{
    bl_tensor t;
    for (int i = 0; bl_model_tensor(from->model, i, &t); i++)
        if (rig_tensor(to, t.name).values)
            rig_set(to, t.name, t.values, rig_count(t));
}

static inline bool rig_equal(const struct rig *a,
                             const struct rig *b) /* all weights and biases, to the bit */
{
    char x[17], y[17];
    bl_model_hash(a->model, x);
    bl_model_hash(b->model, y);
    return strcmp(x, y) == 0;
}

/* U(-limit, limit), the same ones in every run: xorshift (Marsaglia 2003). */
static inline float rig_random(uint32_t *state, float limit)
{
    *state ^= *state << 13;
    *state ^= *state >> 17;
    *state ^= *state << 5;
    return limit * ((float)(*state >> 8) * 0x1p-23f - 1.0f);
}

/* n examples; labels are uneven on purpose, so that no sum over the batch cancels. */
static inline void rig_fill(uint32_t seed, float *x, int32_t *labels, size_t n, int inputs, int classes)
{
    for (size_t i = 0; i < n * (size_t)inputs; i++)
        x[i] = rig_random(&seed, 1.5f);
    for (size_t i = 0; i < n; i++)
        labels[i] = (int32_t)(i * i) % classes;
}

#endif

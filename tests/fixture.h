/*
 * fixture.h - for tests of learning: a small trainer made through the public interface, batches for it, and
 * its tensors by name.
 */
#ifndef TESTS_FIXTURE_H
#define TESTS_FIXTURE_H

#include "backless.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* NULL: the default. Defaults that depend on the size of the data are replaced by the constants of
   fixture_configure, so that a test of something else does not depend on them. */
struct fixture_options {
    const char *net, *rule, *loss, *reduction, *optimizer, *lr, *init, *feedback, *feedback_at, *seed, *batch,
        *epochs, *precision, *slope, *lambda, *adversarial, *max_norm, *clip_norm, *clip_value, *freeze,
        *augment, *out;
};

#define FIXTURE_ROWS                                                                                         \
    {                                                                                                        \
        0, 0, 0                                                                                              \
    } /* the shape of examples that are rows of numbers, not images */

struct fixture_batch { /* borrowed */
    const float *x;
    const int32_t *labels;
    size_t n;
    int inputs, classes;
    bl_shape shape; /* of an example, or FIXTURE_ROWS */
};

struct fixture {
    bl_context *ctx;
    bl_config *config;
    bl_data *data; /* the batch that the trainer was created for */
    bl_trainer *trainer;
    bl_model *model; /* that of the trainer */
};

static inline void fixture_free(struct fixture *fixture)
{
    bl_trainer_free(fixture->trainer);
    bl_data_free(fixture->data);
    bl_config_free(fixture->config);
    bl_context_free(fixture->ctx);
    *fixture = (struct fixture){NULL, NULL, NULL, NULL, NULL};
}

static inline const char *fixture_or(const char *text, const char *other)
{
    return text ? text : other;
}

static inline const char *fixture_rate(const char *optimizer)
{
    return strncmp(optimizer, "sgd", 3) == 0 ? "0.1" : strncmp(optimizer, "adam", 4) == 0 ? "1e-3" : "1e-4";
}

static inline bl_status fixture_configure(bl_config *config, const struct fixture_options *o)
{
    const char *optimizer = fixture_or(o->optimizer, "rmsprop");
    const char *const options[][2] = {{"net", o->net},
                                      {"rule", o->rule},
                                      {"loss", o->loss},
                                      {"reduction", o->reduction},
                                      {"optimizer", optimizer},
                                      {"lr", fixture_or(o->lr, fixture_rate(optimizer))},
                                      {"schedule", "constant"},
                                      {"init", o->init},
                                      {"feedback", o->feedback},
                                      {"feedback-at", o->feedback_at},
                                      {"seed", o->seed},
                                      {"batch", fixture_or(o->batch, "64")},
                                      {"epochs", fixture_or(o->epochs, "10")},
                                      {"precision", o->precision},
                                      {"slope", o->slope},
                                      {"lambda", o->lambda},
                                      {"adversarial", o->adversarial},
                                      {"max-norm", o->max_norm},
                                      {"clip-norm", o->clip_norm},
                                      {"clip-value", o->clip_value},
                                      {"freeze", o->freeze},
                                      {"augment", o->augment},
                                      {"out", o->out},
                                      {"force", o->out ? "true" : NULL}};
    bl_status status = BL_OK;
    for (size_t i = 0; i < sizeof options / sizeof options[0] && status == BL_OK; i++)
        if (options[i][1])
            status = bl_config_set(config, options[i][0], options[i][1]);
    return status;
}

/* On failure bl_why(fixture->ctx) has the reason. fixture_free must be called in both cases. */
static inline bl_status fixture_try(struct fixture *fixture, const char *backend, int threads,
                                    const struct fixture_options *o, const struct fixture_batch *batch)
{
    *fixture = (struct fixture){bl_context_new(NULL), NULL, NULL, NULL, NULL};
    bl_status status = bl_context_use(fixture->ctx, backend, threads);
    if (status == BL_OK)
        status = bl_config_create(&fixture->config, fixture->ctx);
    if (status == BL_OK)
        status = fixture_configure(fixture->config, o);
    const bl_shape row = {1, 1, batch->inputs};
    if (status == BL_OK)
        status = bl_data_wrap(&fixture->data, fixture->ctx, batch->x, batch->labels, batch->n,
                              batch->shape.channels ? batch->shape : row, batch->classes);
    if (status == BL_OK)
        status = bl_trainer_create(&fixture->trainer, fixture->ctx, fixture->config, fixture->data);
    if (status == BL_OK)
        fixture->model = bl_trainer_model(fixture->trainer);
    return status;
}

/* If the status is a failure, prints its message and aborts, because nothing can be tested then. */
static inline void fixture_must(const struct fixture *fixture, bl_status status)
{
    if (status != BL_OK) {
        fprintf(stderr, "%s: %s\n", bl_status_name(status), bl_why(fixture->ctx));
        abort();
    }
}

static inline void fixture_make(struct fixture *fixture, const char *backend, int threads,
                                const struct fixture_options *o, const struct fixture_batch *batch)
{
    fixture_must(fixture, fixture_try(fixture, backend, threads, o, batch));
}

static inline double fixture_step(struct fixture *fixture, const struct fixture_batch *batch)
{
    double loss = 0.0;
    fixture_must(fixture, bl_trainer_step(fixture->trainer, batch->x, batch->labels, batch->n, &loss));
    return loss;
}

/* The tensor with the name; values == NULL if there is none. */
static inline bl_tensor fixture_tensor(const struct fixture *fixture, const char *name)
{
    bl_tensor t = {NULL, NULL, 0, 0};
    for (int i = 0; bl_model_tensor(fixture->model, i, &t); i++)
        if (strcmp(t.name, name) == 0)
            return t;
    return (bl_tensor){name, NULL, 0, 0};
}

static inline size_t fixture_count(bl_tensor t)
{
    return t.rows * t.cols;
}

static inline void fixture_set(struct fixture *fixture, const char *name, const float *values, size_t n)
{
    fixture_must(fixture, bl_model_set_tensor(fixture->model, name, values, n));
}

/* Copies every tensor of `from` that `to` also has. */
static inline void fixture_copy(struct fixture *to, const struct fixture *from)
{
    bl_tensor t;
    for (int i = 0; bl_model_tensor(from->model, i, &t); i++)
        if (fixture_tensor(to, t.name).values)
            fixture_set(to, t.name, t.values, fixture_count(t));
}

static inline bool fixture_equal(const struct fixture *a,
                                 const struct fixture *b) /* whether all weights and biases have equal bits */
{
    char x[17], y[17];
    bl_model_hash(a->model, x);
    bl_model_hash(b->model, y);
    return strcmp(x, y) == 0;
}

/* U(-limit, limit) by xorshift (Marsaglia 2003): the same numbers in every run. */
static inline float fixture_random(uint32_t *state, float limit)
{
    *state ^= *state << 13;
    *state ^= *state >> 17;
    *state ^= *state << 5;
    return limit * ((float)(*state >> 8) * 0x1p-23f - 1.0f);
}

/* Fills n examples. The classes have different counts, so that no sum over the batch is 0 by symmetry. */
static inline void fixture_fill(uint32_t seed, float *x, int32_t *labels, size_t n, int inputs, int classes)
{
    for (size_t i = 0; i < n * (size_t)inputs; i++)
        x[i] = fixture_random(&seed, 1.5f);
    for (size_t i = 0; i < n; i++)
        labels[i] = (int32_t)(i * i) % classes;
}

#endif

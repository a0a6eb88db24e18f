/*
 * verify_fixture.h - creates a small trainer with random examples through the public interface, and measures
 * the distance of two arrays.
 */
#ifndef CLI_VERIFY_LAB_H
#define CLI_VERIFY_LAB_H

#include "verify.h"
#include "verify_oracle.h"

/* Returns pseudo-random numbers that are the same on every machine: splitmix64 (Steele, Lea, Flood 2014). */
float fixture_random(uint64_t *state, float limit); /* U(-limit, limit) */

struct gap;

/* ---- A trainer */

struct verify_fixture {
    struct verify *v;
    size_t n, inputs, classes;
    float *x;        /* n x inputs, U(-1.5, 1.5) */
    int32_t *labels; /* classes of different size, so that no sum over the examples cancels */
    bl_config *config;
    bl_data *data; /* x and labels */
    bl_trainer *trainer;
    bl_model *model; /* the trainer's */
};

/* Options of the library; NULL: not set. The seed is that of verify unless it is given. */
struct verify_fixture_options {
    const char *net, *rule, *loss, *reduction, *optimizer, *lr, *init, *feedback, *seed, *batch;
};

/* Makes a trainer and n examples of `inputs` numbers; a batch is n unless the options set another size. The
   caller calls fixture_free also after a failure. */
bl_status fixture_make(struct verify_fixture *fixture, struct verify *v, size_t n, size_t inputs,
                       size_t classes, const struct verify_fixture_options *options);
typedef bl_status fixture_compare(struct verify_fixture *fixture, struct oracle *oracle, struct gap *gap);
/* Makes a net of this shape with the rule, and an oracle of it, compares them by the function, and frees
   both. */
bl_status fixture_try(struct verify *v, const struct oracle_shape *shape,
                      const struct verify_fixture_options *options, fixture_compare *compare,
                      struct gap *gap);
/* Compares each loss on each shape, with backpropagation. Reports a finding for each loss, in units of the
   largest value. */
bl_status fixture_try_losses(struct verify *v, fixture_compare *compare, double bound);
void fixture_free(struct verify_fixture *fixture);

bl_status fixture_step(struct verify_fixture *fixture); /* one step on all its examples */
bl_status fixture_inspect(struct verify_fixture *fixture);
/* Returns the tensor of this name; values is NULL if there is none. */
bl_tensor fixture_tensor(const struct verify_fixture *fixture, const char *name);
bl_status fixture_set(struct verify_fixture *fixture, const char *name, const float *values, size_t n);
/* Copies every tensor that both have: weights, biases and feedback. */
bl_status fixture_copy(struct verify_fixture *to, const struct verify_fixture *from);

/* Writes the text of a net with this shape. */
void fixture_net_text(const struct oracle_shape *shape, char *out, size_t room);
/* The nets of most checks: a small net with each activation, and a wide one whose blocks are cut into
   ranges. */
enum { LAB_SHAPES = 8, LAB_LOSSES = 3 };
struct oracle_shape fixture_shape(int i, const char *loss);
const char *fixture_loss(int i); /* "ce", "bce", "mse" */

/* ---- Distances */

struct gap {
    double worst;    /* the largest of all added values; infinity if one was NaN */
    char where[192]; /* where the largest value was; "" if nothing was added */
};

/* Adds the largest |is - should| in units of the largest |should|; `what` and `in` name the place. */
void gap_add_relative(struct gap *gap, const char *what, const char *in, const float *is,
                      const double *should, size_t n);
/* Adds the difference of one number. */
void gap_add_number(struct gap *gap, const char *what, const char *in, double is, double should, double size);
bool same_double_bits(const double *a, const double *b, size_t n);
/* Adds the number of the n floats whose bits differ. */
void gap_add_bits(struct gap *gap, const char *what, const char *in, const float *a, const float *b,
                  size_t n);

/* Reports the gap, which is right if it is at most the bound. of: what was compared. */
void gap_report(struct verify *v, const struct gap *gap, double bound, const char *unit, const char *of);

#endif

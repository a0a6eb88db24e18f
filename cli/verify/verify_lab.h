/*
 * verify_lab.h - a small trainer with examples of its own, created through the public interface; and the
 * distance of two arrays.
 */
#ifndef CLI_VERIFY_LAB_H
#define CLI_VERIFY_LAB_H

#include "verify.h"
#include "verify_oracle.h"

/* Numbers that look random and are the same on every machine: splitmix64 (Steele, Lea, Flood 2014). */
float lab_random(uint64_t *state, float limit); /* U(-limit, limit) */

struct gap;

/* ---- A trainer */

struct lab {
    struct verify *v;
    size_t n, inputs, classes;
    float *x;        /* n x inputs, U(-1.5, 1.5) */
    int32_t *labels; /* uneven on purpose, so that no sum over the examples cancels */
    bl_config *config;
    bl_data *data; /* x and labels */
    bl_trainer *trainer;
    bl_model *model; /* the trainer's */
};

struct
    lab_options { /* of the library, those that are not NULL; the seed is that of verify unless it is given */
    const char *net, *rule, *loss, *reduction, *optimizer, *lr, *init, *feedback, *seed, *batch;
};

/* n examples of `inputs` numbers; a batch is n unless the options say otherwise. On failure lab_free is due
   too. */
bl_status lab_make(struct lab *lab, struct verify *v, size_t n, size_t inputs, size_t classes,
                   const struct lab_options *options);
/* The net of the shape with that rule, from random weights, biases and feedback: not those of an init,
   which some rules cannot tell apart. Its examples stay away from a relu's kink in small nets. The oracle
   is given the same. */
bl_status lab_make_shaped(struct lab *lab, struct oracle *oracle, struct verify *v,
                          const struct oracle_shape *shape, const struct lab_options *options);
/* Makes both, compares by the function, frees both. */
typedef bl_status lab_compare(struct lab *lab, struct oracle *oracle, struct gap *gap);
bl_status lab_try(struct verify *v, const struct oracle_shape *shape, const struct lab_options *options,
                  lab_compare *compare, struct gap *gap);
/* Each loss on each shape, by backpropagation; a finding for each loss, in units of the largest. */
bl_status lab_try_losses(struct verify *v, lab_compare *compare, double bound);
void lab_free(struct lab *lab);

bl_status lab_step(struct lab *lab); /* one step on all its examples */
bl_status lab_inspect(struct lab *lab);
/* The tensor of that name; values NULL: there is none. */
bl_tensor lab_tensor(const struct lab *lab, const char *name);
bl_status lab_set(struct lab *lab, const char *name, const float *values, size_t n);
/* Every tensor of `from` that both have, weights, biases and feedback. */
bl_status lab_copy(struct lab *to, const struct lab *from);

/* The text of a net with that shape. */
void lab_net_text(const struct oracle_shape *shape, char *out, size_t room);
/* What most checks try: a small net with each activation, and a wide one whose blocks are cut into parts. */
enum { LAB_SHAPES = 8, LAB_LOSSES = 3 };
struct oracle_shape lab_shape(int i, const char *loss);
const char *lab_loss(int i); /* "ce", "bce", "mse" */

/* ---- Distances */

struct gap {
    double worst;    /* of all that was added; infinite where a number was none */
    char where[192]; /* that it was at; "" while nothing was added */
};

/* The largest |is - should| in units of `size`; `what` and `in` say where. */
void gap_add(struct gap *gap, const char *what, const char *in, const float *is, const double *should,
             size_t n, double size);
/* The same in units of the largest |should|. */
void gap_add_relative(struct gap *gap, const char *what, const char *in, const float *is,
                      const double *should, size_t n);
/* One number. */
void gap_add_number(struct gap *gap, const char *what, const char *in, double is, double should, double size);
bool same_bits(const float *a, const float *b, size_t n);
bool same_double_bits(const double *a, const double *b, size_t n);
/* Adds how many of the n floats have other bits. */
void gap_add_bits(struct gap *gap, const char *what, const char *in, const float *a, const float *b,
                  size_t n);

/* The gap is right where it is no larger than the bound. of: what was tried. */
void gap_report(struct verify *v, const struct gap *gap, double bound, const char *unit, const char *of);

#endif

/*
 * verify_oracle.c - computes the forward pass, losses, the four rules and their gradients in double
 * precision.
 *
 *     h_0 = x,  a_l = W_l h_(l-1) + b_l,  h_l = f(a_l)             blocks count from 0 in the arrays
 *     e = dJ/da of the last block: softmax(a) - y, logistic(a) - y or a - y; y of a single output is the
 *     label
 *     bp   delta_l = (W_(l+1)^T delta_(l+1)) f'(a_l)
 *     fa   delta_l = (B_(l+1)^T delta_(l+1)) f'(a_l)               B_(l+1) is stored like W_(l+1)
 *     dfa  delta_l = (B_l^T e) f'(a_l)                             B_l is stored outputs x units
 *     ifa  delta_0 as dfa; delta_l = (W_l delta_(l-1)) f'(a_l)
 *     dW_l = sum over the examples of delta_l h_(l-1)^T, db_l = sum of delta_l
 */
#include "verify_oracle.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static size_t last(const struct oracle *o)
{
    return o->shape.blocks - 1;
}

static size_t inputs_of(const struct oracle *o, size_t l)
{
    return o->shape.units[l];
}

static size_t units_of(const struct oracle *o, size_t l)
{
    return o->shape.units[l + 1];
}

static size_t outputs(const struct oracle *o)
{
    return units_of(o, last(o));
}

static size_t feedback_size(const struct oracle *o, size_t l)
{
    const size_t like_weights = units_of(o, l) * inputs_of(o, l), from_output = outputs(o) * units_of(o, l);
    return like_weights > from_output ? like_weights : from_output;
}

/* Assigns parts of `memory` to the arrays; if it is NULL, only returns the size. */
static size_t lay_out(struct oracle *o)
{
    size_t used = 0;
#define CUT(array, size) array = o->memory ? o->memory + used : NULL, used += (size)
    for (size_t l = 0; l < o->shape.blocks; l++) {
        const size_t units = units_of(o, l), weights = units * inputs_of(o, l), results = units * o->shape.n;
        CUT(o->W[l], weights);
        CUT(o->b[l], units);
        CUT(o->B[l], feedback_size(o, l));
        CUT(o->h[l], results);
        CUT(o->a[l], results);
        CUT(o->delta[l], results);
        CUT(o->dW[l], weights);
        CUT(o->db[l], units);
    }
    CUT(o->x, o->shape.n * o->shape.units[0]);
#undef CUT
    return used;
}

bool oracle_make(struct oracle *o, const struct oracle_shape *shape)
{
    memset(o, 0, sizeof *o);
    o->shape = *shape;
    o->memory = calloc(lay_out(o), sizeof *o->memory);
    if (!o->memory)
        return false;
    (void)lay_out(o);
    return true;
}

void oracle_free(struct oracle *o)
{
    free(o->memory);
    memset(o, 0, sizeof *o);
}

static double *array_of(const struct oracle *o, const char *name)
{
    unsigned l = 0;
    char rest[40] = "";
    if (sscanf(name, "%u.%39s", &l, rest) != 2 || l >= o->shape.blocks)
        return NULL;
    return strcmp(rest, "dense.weight") == 0 ? o->W[l]
           : strcmp(rest, "dense.bias") == 0 ? o->b[l]
           : strcmp(rest, "feedback") == 0   ? o->B[l]
                                             : NULL;
}

void oracle_take(struct oracle *o, const bl_model *model)
{
    bl_tensor t;
    for (int i = 0; bl_model_tensor(model, i, &t); i++) {
        double *to = array_of(o, t.name);
        for (size_t k = 0; to && k < t.rows * t.cols; k++)
            to[k] = (double)t.values[k];
    }
}

/* ---- Forward */

static double logistic(double a)
{
    return 1.0 / (1.0 + exp(-a));
}

static double softplus(double a) /* log(1 + exp a) */
{
    return a > 0.0 ? a + log1p(exp(-a)) : log1p(exp(a));
}

/* P(X < a) of a standard normal X */
static double normal(double a)
{
    return 0.5 * erfc(-a / sqrt(2.0));
}

static double negative_slope(const char *activation)
{
    return strcmp(activation, "identity") == 0 ? 1.0 : strcmp(activation, "relu") == 0 ? 0.0 : 0.1;
}

static double activate(const char *activation, double a)
{
    if (strcmp(activation, "tanh") == 0)
        return tanh(a);
    if (strcmp(activation, "logistic") == 0)
        return logistic(a);
    if (strcmp(activation, "softplus") == 0)
        return softplus(a);
    if (strcmp(activation, "gelu") == 0)
        return a * normal(a);
    return a > 0.0 ? a : negative_slope(activation) * a;
}

static double slope(const char *activation, double a)
{
    if (strcmp(activation, "tanh") == 0)
        return 1.0 - tanh(a) * tanh(a);
    if (strcmp(activation, "logistic") == 0)
        return logistic(a) * (1.0 - logistic(a));
    if (strcmp(activation, "softplus") == 0)
        return logistic(a);
    if (strcmp(activation, "gelu") == 0)
        return normal(a) + a * exp(-a * a / 2.0) / sqrt(2.0 * acos(-1.0));
    return a > 0.0 ? 1.0 : negative_slope(activation);
}

static const double *input_of(const struct oracle *o, size_t l, size_t n)
{
    return (l == 0 ? o->x : o->h[l - 1]) + n * inputs_of(o, l);
}

static void forward(struct oracle *o, size_t l, size_t n)
{
    const double *h = input_of(o, l, n);
    for (size_t i = 0; i < units_of(o, l); i++) {
        double a = o->b[l][i];
        for (size_t j = 0; j < inputs_of(o, l); j++)
            a += o->W[l][i * inputs_of(o, l) + j] * h[j];
        o->a[l][n * units_of(o, l) + i] = a;
        o->h[l][n * units_of(o, l) + i] = l < last(o) ? activate(o->shape.activation, a) : a;
    }
}

void oracle_forward(struct oracle *o, const float *x)
{
    for (size_t k = 0; k < o->shape.n * o->shape.units[0]; k++)
        o->x[k] = (double)x[k];
    for (size_t n = 0; n < o->shape.n; n++)
        for (size_t l = 0; l < o->shape.blocks; l++)
            forward(o, l, n);
}

double oracle_kink_distance(const struct oracle *o, size_t example)
{
    double nearest = INFINITY;
    for (size_t l = 0; l < last(o); l++)
        for (size_t i = 0; i < units_of(o, l); i++)
            nearest = fmin(nearest, fabs(o->a[l][example * units_of(o, l) + i]));
    return nearest;
}

/* ---- Losses */

static const double *outputs_of(const struct oracle *o, size_t n)
{
    return o->a[last(o)] + n * outputs(o);
}

static double log_sum_exp(const double *a, size_t n)
{
    double largest = a[0];
    for (size_t i = 1; i < n; i++)
        largest = fmax(largest, a[i]);
    double sum = exp(a[0] - largest);
    for (size_t i = 1; i < n; i++)
        sum += exp(a[i] - largest);
    return largest + log(sum);
}

void oracle_scores(const struct oracle *o, size_t example, double *scores)
{
    const double *a = outputs_of(o, example), log_sum = log_sum_exp(a, outputs(o));
    if (outputs(o) == 1) { /* one output that decides between two classes */
        scores[0] = logistic(-a[0]);
        scores[1] = logistic(a[0]);
        return;
    }
    for (size_t i = 0; i < outputs(o); i++)
        scores[i] = strcmp(o->shape.loss, "ce") == 0    ? exp(a[i] - log_sum)
                    : strcmp(o->shape.loss, "bce") == 0 ? logistic(a[i])
                                                        : a[i];
}

static double loss_of(const struct oracle *o, const double *a, int32_t label)
{
    const size_t C = outputs(o), right = (size_t)label;
    double sum = 0.0;
    if (C == 1)
        return softplus(label == 1 ? -a[0] : a[0]);
    if (strcmp(o->shape.loss, "ce") == 0)
        return log_sum_exp(a, C) - a[right];
    for (size_t i = 0; i < C; i++) {
        const double y = i == right ? 1.0 : 0.0;
        sum += strcmp(o->shape.loss, "bce") == 0 ? softplus(a[i]) - a[i] * y : 0.5 * (a[i] - y) * (a[i] - y);
    }
    return sum;
}

double oracle_loss(const struct oracle *o, const int32_t *labels)
{
    double sum = 0.0;
    for (size_t n = 0; n < o->shape.n; n++)
        sum += loss_of(o, outputs_of(o, n), labels[n]);
    return sum / (double)o->shape.n;
}

double oracle_error(const struct oracle *o, const int32_t *labels)
{
    size_t wrong = 0;
    for (size_t n = 0; n < o->shape.n; n++) {
        const double *a = outputs_of(o, n);
        size_t best = outputs(o) == 1 && a[0] > 0.0 ? 1 : 0;
        for (size_t i = 1; i < outputs(o); i++)
            best = a[i] > a[best] ? i : best;
        wrong += best != (size_t)labels[n];
    }
    return (double)wrong / (double)o->shape.n;
}

/* ---- Teaching */

static void error_of(struct oracle *o, size_t n, int32_t label)
{
    double *e = o->delta[last(o)] + n * outputs(o);
    if (outputs(o) == 1) {
        e[0] = logistic(outputs_of(o, n)[0]) - (double)label;
    } else {
        oracle_scores(o, n, e);
        e[label] -= 1.0;
    }
    for (size_t i = 0; i < outputs(o) && !o->shape.sums; i++)
        e[i] /= (double)o->shape.n;
}

/* to = M from, M: rows x cols. */
static void times(const double *M, size_t rows, size_t cols, const double *from, double *to)
{
    for (size_t i = 0; i < rows; i++) {
        to[i] = 0.0;
        for (size_t j = 0; j < cols; j++)
            to[i] += M[i * cols + j] * from[j];
    }
}

/* to = M^T from, M: rows x cols. */
static void transposed_times(const double *M, size_t rows, size_t cols, const double *from, double *to)
{
    for (size_t j = 0; j < cols; j++) {
        to[j] = 0.0;
        for (size_t i = 0; i < rows; i++)
            to[j] += M[i * cols + j] * from[i];
    }
}

static const double *delta_of(const struct oracle *o, size_t l, size_t n)
{
    return o->delta[l] + n * units_of(o, l);
}

static void compute_signal(struct oracle *o, const char *rule, size_t l, size_t n)
{
    const size_t units = units_of(o, l);
    const double *e = delta_of(o, last(o), n);
    double *delta = o->delta[l] + n * units;
    if (strcmp(rule, "dfa") == 0 || (strcmp(rule, "ifa") == 0 && l == 0))
        transposed_times(o->B[l], outputs(o), units, e, delta);
    else if (strcmp(rule, "ifa") == 0)
        times(o->W[l], units, inputs_of(o, l), delta_of(o, l - 1, n), delta);
    else
        transposed_times(strcmp(rule, "fa") == 0 ? o->B[l + 1] : o->W[l + 1], units_of(o, l + 1), units,
                         delta_of(o, l + 1, n), delta);
    for (size_t i = 0; i < units; i++)
        delta[i] *= slope(o->shape.activation, o->a[l][n * units + i]);
}

static void differentiate(struct oracle *o, size_t l)
{
    const size_t units = units_of(o, l), inputs = inputs_of(o, l);
    memset(o->dW[l], 0, units * inputs * sizeof *o->dW[l]);
    memset(o->db[l], 0, units * sizeof *o->db[l]);
    for (size_t n = 0; n < o->shape.n; n++)
        for (size_t i = 0; i < units; i++) {
            const double delta = delta_of(o, l, n)[i], *h = input_of(o, l, n);
            o->db[l][i] += delta;
            for (size_t j = 0; j < inputs; j++)
                o->dW[l][i * inputs + j] += delta * h[j];
        }
}

void oracle_signals(struct oracle *o, const char *rule, const int32_t *labels)
{
    const bool is_forward = strcmp(rule, "ifa") == 0;
    for (size_t n = 0; n < o->shape.n; n++) {
        error_of(o, n, labels[n]);
        for (size_t k = 0; k < last(o); k++)
            compute_signal(o, rule, is_forward ? k : last(o) - 1 - k, n);
    }
    for (size_t l = 0; l < o->shape.blocks; l++)
        differentiate(o, l);
}

/*
 * loss.c - the loss functions: softmax with cross-entropy, logistic with binary cross-entropy, and mean
 * squared error.
 *
 * The loss J of one example with target y, and e = dJ/da; sums are over the outputs:
 *     ce   -sum y log softmax(a)                       e = softmax(a) - y     (y sums to 1)
 *     bce  sum log(1 + exp a) - a y                    e = logistic(a) - y
 *
 * With one output, bce distinguishes two classes, with y = 1 for the second: J and e equal those of ce over
 * the outputs (0, a).
 *
 *     mse  1/2 sum (a - y)^2                           e = a - y
 *
 * An element of e below LEAST_DELTA (backend.h) is set to 0.
 */
#include "loss.h"

#include "../base/context.h"
#include "../base/nearest.h"

#include <math.h>
#include <string.h>

/* e <- scale (p - y); e holds p when it is called */
static void subtract(float *e, const float *y, size_t n, float scale)
{
    for (size_t j = 0; j < n; j++)
        e[j] = flush_delta(scale * (e[j] - y[j]));
}

static double dot(const float *a, const float *y, size_t n)
{
    double sum = 0.0;
    for (size_t j = 0; j < n; j++)
        sum += (double)a[j] * (double)y[j];
    return sum;
}

static double ce_error(const struct backend *backend, struct matrix a, struct matrix y, float scale,
                       struct matrix e)
{
    double sum = 0.0;
    for (size_t n = 0; n < a.rows; n++) {
        const float *target = matrix_row(&y, n);
        const float log_sum = backend->softmax(matrix_row(&a, n), matrix_row(&e, n), a.cols);
        sum += (double)log_sum - dot(matrix_row(&a, n), target, a.cols);
        subtract(matrix_row(&e, n), target, a.cols, scale);
    }
    return sum;
}

static void ce_output(const struct backend *backend, struct matrix a)
{
    for (size_t n = 0; n < a.rows; n++)
        backend->softmax(matrix_row(&a, n), matrix_row(&a, n), a.cols);
}

/* p log p, and its limit 0 for p = 0. */
static double p_log_p(double p)
{
    return p > 0.0 ? p * log(p) : 0.0;
}

static double ce_blind(const double *mean, const double *square, size_t n)
{
    (void)square;
    double sum = 0.0;
    for (size_t j = 0; j < n; j++)
        sum -= p_log_p(mean[j]);
    return sum;
}

static double bce_blind(const double *mean, const double *square, size_t n)
{
    (void)square;
    double sum = 0.0;
    for (size_t j = 0; j < n; j++)
        sum -= p_log_p(mean[j]) + p_log_p(1.0 - mean[j]);
    return sum;
}

static double mse_blind(const double *mean, const double *square, size_t n)
{
    double sum = 0.0;
    for (size_t j = 0; j < n; j++)
        sum += 0.5 * (square[j] - mean[j] * mean[j]);
    return sum;
}

static double bce_error(const struct backend *backend, struct matrix a, struct matrix y, float scale,
                        struct matrix e)
{
    double sum = 0.0;
    for (size_t n = 0; n < a.rows; n++) {
        float *row = matrix_row(&e, n);
        const float *score = matrix_row(&a, n), *target = matrix_row(&y, n);
        memcpy(row, score, a.cols * sizeof *row);
        backend->softplus(row, a.cols);
        for (size_t j = 0; j < a.cols; j++)
            sum += (double)row[j];
        sum -= dot(score, target, a.cols);
        memcpy(row, score, a.cols * sizeof *row);
        backend->logistic(row, a.cols);
        subtract(row, target, a.cols, scale);
    }
    return sum;
}

static void bce_output(const struct backend *backend, struct matrix a)
{
    for (size_t n = 0; n < a.rows; n++)
        backend->logistic(matrix_row(&a, n), a.cols);
}

static double mse_error(const struct backend *backend, struct matrix a, struct matrix y, float scale,
                        struct matrix e)
{
    (void)backend;
    double sum = 0.0;
    for (size_t n = 0; n < a.rows; n++) {
        float *row = matrix_row(&e, n);
        const float *score = matrix_row(&a, n), *target = matrix_row(&y, n);
        for (size_t j = 0; j < a.cols; j++) {
            const double difference = (double)score[j] - (double)target[j];
            sum += 0.5 * difference * difference;
            row[j] = flush_delta(scale * (score[j] - target[j]));
        }
    }
    return sum;
}

static void mse_output(const struct backend *backend, struct matrix a)
{
    (void)backend, (void)a;
}

static const struct loss_ops table[] = {
    {"ce", "softmax with cross-entropy", true, ce_error, ce_output, ce_blind},
    {"bce", "logistic with binary cross-entropy, one against the rest", true, bce_error, bce_output,
     bce_blind},
    {"mse", "mean squared error, 1/2 (a - y)^2 summed over the outputs", false, mse_error, mse_output,
     mse_blind},
};

const struct loss_ops *loss_find(const char *name)
{
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (strcmp(table[i].name, name) == 0)
            return &table[i];
    return NULL;
}

/* Names that other libraries use. */
static const struct alias aliases[] = {
    {"crossentropy categoricalcrossentropy sparsecategoricalcrossentropy crossentropyloss softmax "
     "softmaxcrossentropy nll nllloss logloss xent cel cce cse loglikelihood logsoftmax multinomial",
     "softmax with cross-entropy is written ce"},
    {"binarycrossentropy bceloss bcewithlogits bcewithlogitsloss logistic sigmoid sigmoidcrossentropy "
     "bernoulli binary",
     "logistic functions with binary cross-entropy are written bce"},
    {"l2 l2loss squared square quadratic meansquared meansquarederror meansquareerror mseloss sse "
     "squarederror squarederrorloss euclidean leastsquares gaussian ols regression",
     "the squared error is written mse"},
    {"rmse rootmeansquarederror", "write mse, whose minimum is that of its root; eval reports rmse"},
    {"mae l1 l1loss absolute meanabsoluteerror huber smoothl1 smoothl1loss logcosh quantile mape",
     "that loss is not implemented; for numbers there is mse, and eval reports mae"},
    {"hinge multimargin margin svm focal kl kld kldiv kldivergence ctc triplet contrastive poisson",
     "that loss is not implemented; for classes there are ce and bce"},
    {"r2 accuracy error",
     "that is a score and not a loss; eval reports it, and the losses are ce, bce and mse"},
};

static const char *name_at(size_t i)
{
    return i < sizeof table / sizeof *table ? table[i].name : NULL;
}

bl_status loss_check_text(bl_context *ctx, const char *text)
{
    static const struct vocabulary losses = {name_at, NULL, aliases, sizeof aliases / sizeof *aliases};
    char advice[256];
    if (loss_find(text))
        return BL_OK;
    vocabulary_advise(&losses, slice_of(text), advice, sizeof advice);
    BL_FAIL(ctx, BL_BAD_VALUE, "no loss \"%s\"; %s", text, advice);
}

/* The second class is predicted if logistic(a) > 1/2, which means a > 0. */
static size_t count_wrong_of_two(struct matrix a, const int32_t *labels)
{
    size_t wrong = 0;
    for (size_t n = 0; n < a.rows; n++) {
        const float score = *matrix_row(&a, n);
        wrong += (score > 0.0f) != (labels[n] == 1) || score != score;
    }
    return wrong;
}

size_t loss_count_wrong(struct matrix a, const int32_t *labels)
{
    size_t wrong = 0;
    if (a.cols == 1)
        return count_wrong_of_two(a, labels);
    for (size_t n = 0; n < a.rows; n++) {
        const float *score = matrix_row(&a, n);
        size_t best = 0;
        for (size_t j = 1; j < a.cols; j++)
            if (score[j] > score[best] || score[best] != score[best])
                best = j;
        wrong += best != (size_t)labels[n] || score[best] != score[best];
    }
    return wrong;
}

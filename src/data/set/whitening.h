/*
 * whitening.h - for src/data only: ZCA whitening (A. Krizhevsky, "Learning Multiple Layers of Features from
 * Tiny Images", 2009, appendix A), as A. Nøkland, NIPS 2016, uses it for CIFAR.
 *
 *     y = (x - m) P,   P = V diag(1 / sqrt(lambda + epsilon)) V^T
 *
 * m: the mean of the n training examples, lambda and V: eigenvalues and eigenvectors of their covariance, sum
 * (x - m)^T (x - m) / (n - 1), of the numbers as they were read (0 to 255 for pixels). m, covariance, lambda
 * and V are computed in double; P is rounded to float. y is a sum of floats, one chain of fused multiply-adds
 * over the numbers of x - m in order, so that neither batches nor threads change its bits.
 */
#ifndef BL_DATA_WHITENING_H
#define BL_DATA_WHITENING_H

#include "data_internal.h"

/* The most numbers of an example: 64 x 64 pixels. Time grows with the third power. */
enum { WHITENING_MOST = 4096 };

/* Makes s->matrix, features x features, for the numbers of `data` less s->offset. BL_BAD_VALUE: examples of
   more than WHITENING_MOST numbers, or fewer than two. */
bl_status whitening_fit(struct scaling *s, const bl_data *data, double epsilon);

/* An example as it was read: one of the three. */
struct raw_example {
    const uint8_t *bytes;
    const float *floats;
    const double *doubles;
};
/* Numbers first .. first + n - 1 of the example, scaled by `s` without its matrix, into x. */
void raw_scale(const struct scaling *s, const struct backend *backend, struct raw_example from, size_t first,
               size_t n, float *x);

/* n examples, at most backend->panel_columns, whitened by `s`, which has a matrix, into x: n x features.
   Allocates nothing; about 50 kB of stack. */
enum { WHITENING_ROWS = GATHER_MOST_COLUMNS };
void whitening_apply(const struct scaling *s, const struct backend *backend, const struct raw_example *from,
                     size_t n, float *x);

/* ---- In a model's file */

struct tensors;
extern const char whitening_tensor[]; /* the matrix */
/* What the whitening depends on, the metadata "whitening": the hash of the training set, and epsilon. */
enum { WHITENING_NAME_ROOM = 48 };
void whitening_name(char out[WHITENING_NAME_ROOM], const bl_data *train);
/* Makes s->matrix of the file's. *is_there: whether it has one for so many features. */
bl_status whitening_take(struct scaling *s, bl_context *ctx, const struct tensors *file, size_t features,
                         bool *is_there);
/* Takes the scaling of the model in a run folder where it is that of this training set and its epsilon, so
   that a run that is resumed does not compute it again. *is_known: whether it was taken. */
bl_status whitening_of_run(bool *is_known, bl_data *train, const char *folder);

#endif

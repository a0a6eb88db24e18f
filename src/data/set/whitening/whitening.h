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

#include "../data_internal.h"

/* The most numbers of an example: 64 x 64 pixels. Time grows with the third power. */
enum { WHITENING_MOST = 4096 };

/* Makes s->matrix, features x features, for the numbers of `data` less s->offset. BL_BAD_VALUE: examples of
   more than WHITENING_MOST numbers, or fewer than two. */
bl_status whitening_fit(struct scaling *s, const bl_data *data, double epsilon);

/* Examples order[0 .. n-1], or first .. first + n - 1 where `order` is NULL, of rows as they were read: one
   of bytes, floats and doubles. x: n x features, which whitening_apply writes. */
struct whitening_rows {
    const struct scaling *scaling; /* has a matrix */
    const struct backend *backend;
    const uint8_t *bytes;
    const float *floats;
    const double *doubles;
    const uint32_t *order;
    size_t first, n;
    float *x;
};
/* pool: whose threads share the work; NULL: the calling thread alone, as in a task of parallel_for. The bits
   are the same. Allocates nothing; about 50 kB of stack. */
void whitening_apply(bl_context *pool, struct whitening_rows *rows);

/* Whitens all examples once, into data->whitened, n x features floats, on all threads of data->ctx: 614 MB
   for the 50,000 images of CIFAR. Sets that would need more than WHITENED_MOST bytes, or more than there is,
   are left as they are, and data_gather whitens what it gathers, to the same bits. */
#define WHITENED_MOST ((size_t)1 << 30)
bl_status whitening_keep(bl_data *data);

/* ---- In a model's file */

struct tensors;
extern const char whitening_tensor[]; /* the matrix */
/* What the whitening depends on, the metadata "whitening": the hash of the training set, and epsilon. */
enum { WHITENING_NAME_ROOM = 48 };
void whitening_name(char out[WHITENING_NAME_ROOM], const bl_data *train);
/* Makes s->matrix of the file's. *is_there: whether it has one for so many features. */
bl_status whitening_take(struct scaling *s, bl_context *ctx, const struct tensors *file, size_t features,
                         bool *is_there);
/* Sets data->scaling, which is empty, to the file's. *is_known: whether it is that of this training set and
   its epsilon, and was taken. */
bl_status whitening_take_all(bool *is_known, bl_data *data, const struct tensors *file);
/* The file at `path`; *file stays NULL where there is none that can be read. */
bl_status whitening_read(struct tensors **file, bl_context *ctx, const char *path);
/* Takes the scaling of the model in a run folder where it is that of this training set and its epsilon, so
   that a run that is resumed does not compute it again. *is_known: whether it was taken. */
bl_status whitening_of_run(bool *is_known, bl_data *train, const char *folder);

/* ---- In the user's cache: FOLDER/zca-REVISION-HASH-EPSILON.safetensors, by BL_NUMERIC_REVISION, the hash of
   the training set without the examples that are held out, and epsilon */

/* The most files that are kept, 38 MB each for CIFAR. */
enum { WHITENING_MOST_CACHED = 8 };

/* As whitening_of_run. A file whose hash is not that of its contents counts as none. */
bl_status whitening_of_cache(bool *is_known, bl_data *train, const char *folder);
/* Writes the scaling of `train`, as replace.h describes, creates the folder, and removes the files that were
   not used for the longest time if there are more than WHITENING_MOST_CACHED. A failure to write is a note
   of the data and no error. */
bl_status whitening_to_cache(bl_data *train, const char *folder);

#endif

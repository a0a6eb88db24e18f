/*
 * majority.c - computes the error of always predicting the most frequent class.
 */
#include "majority.h"

#include <math.h>
#include <stdlib.h>

enum { FEW = 10 };

/* Returns the most frequent class, the first of equally frequent ones; -1: the examples could not be
   counted. */
static int most_frequent(const bl_data *data, size_t *count)
{
    const int32_t *labels = bl_data_labels(data);
    const int n_classes = bl_data_outputs(data);
    size_t *counts = labels ? calloc((size_t)n_classes, sizeof *counts) : NULL;
    int most = counts ? 0 : -1;
    for (size_t i = 0; counts && i < bl_data_count(data); i++)
        counts[labels[i]]++;
    for (int k = 1; counts && k < n_classes; k++)
        if (counts[k] > counts[most])
            most = k;
    *count = counts ? counts[most] : 0;
    free(counts);
    return most;
}

bool majority_is_as_good(const bl_data *data, double error, char answer[MAJORITY_ROOM])
{
    size_t count = 0;
    const size_t n = data ? bl_data_count(data) : 0;
    if (n < FEW || isnan(error))
        return false;
    const int most = most_frequent(data, &count);
    const double constant = 1.0 - (double)count / (double)n;
    if (most < 0 ||
        error < constant - 0.5 / (double)n) /* half an example is the tolerance, because errors are counts */
        return false;
    char number[16];
    const char *name = bl_data_class_name(data, most);
    snprintf(number, sizeof number, "%d", most);
    snprintf(answer, MAJORITY_ROOM, "answering \"%.80s\" for every example, %.2f %%", name ? name : number,
             100.0 * constant);
    return true;
}

void note_majority(const struct session *session, const char *margin, const char *what, const bl_data *data,
                   double error)
{
    char answer[MAJORITY_ROOM];
    if (majority_is_as_good(data, error, answer))
        note(session, "%sthe %s%serror, %.2f %%, is not lower than that of %s", margin, what,
             what[0] ? " " : "", 100.0 * error, answer);
}

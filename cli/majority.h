/*
 * majority.h - the error of the best constant prediction, to which an error is compared.
 */
#ifndef CLI_MAJORITY_H
#define CLI_MAJORITY_H

#include "command.h"

enum { MAJORITY_ROOM = 160 };

/* Whether `error` is no lower than that of answering every example of `data` with its most frequent class.
   answer: 'answering "no" for every example, 1.00 %'. Never for targets that are numbers, for NULL, and of
   fewer than 10 examples. */
bool majority_is_as_good(const bl_data *data, double error, char answer[MAJORITY_ROOM]);

/* Says so behind `margin`. what: "test", "validation"; "" where there is but one. */
void note_majority(const struct session *session, const char *margin, const char *what, const bl_data *data,
                   double error);

#endif

/*
 * majority.h - the error of the best constant prediction, to which an error is compared.
 */
#ifndef CLI_MAJORITY_H
#define CLI_MAJORITY_H

#include "../command.h"

enum { MAJORITY_ROOM = 160 };

/* Returns whether `error` is at least that of predicting the most frequent class of `data` for every example.
   answer: set to 'answering "no" for every example, 1.00 %'. Returns false if data is NULL, has real-valued
   targets, or has fewer than 10 examples. */
bool majority_is_as_good(const bl_data *data, double error, char answer[MAJORITY_ROOM]);

/* Prints that as a note that begins with `margin`. what: "test" or "validation"; "" if there is only one
   set. */
void note_majority(const struct session *session, const char *margin, const char *what, const bl_data *data,
                   double error);

#endif

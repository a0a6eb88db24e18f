/*
 * data_notes.h - prints decisions of the data readers, such as omitted columns and the chosen label.
 */
#ifndef CLI_DATA_NOTES_H
#define CLI_DATA_NOTES_H

#include "../command.h"

/* Prints each bl_data_note on its own line, after `margin`; nothing with --quiet, or if data is NULL. */
void print_data_notes(const struct session *session, const char *margin, const bl_data *data);
/* Prints the notes of the test set that the training set does not have. test NULL: there is none. */
void print_test_notes(const struct session *session, const char *margin, const bl_data *test,
                      const bl_data *train);

#endif

/*
 * data_notes.c - prints decisions of the data readers on standard error.
 */
#include "data_notes.h"

#include <string.h>

void print_data_notes(const struct session *session, const char *margin, const bl_data *data)
{
    for (int i = 0; data && bl_data_note(data, i); i++)
        note(session, "%s%s", margin, bl_data_note(data, i));
}

static bool has_note(const bl_data *data, const char *text)
{
    for (int i = 0; bl_data_note(data, i); i++)
        if (strcmp(bl_data_note(data, i), text) == 0)
            return true;
    return false;
}

void print_test_notes(const struct session *session, const char *margin, const bl_data *test,
                      const bl_data *train)
{
    for (int i = 0; test && bl_data_note(test, i); i++)
        if (!has_note(train, bl_data_note(test, i)))
            note(session, "%s%s", margin, bl_data_note(test, i));
}

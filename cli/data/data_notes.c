/*
 * data_notes.c - prints decisions of the data readers on standard error.
 */
#include "data_notes.h"

void print_data_notes(const struct session *session, const char *margin, const bl_data *data)
{
    for (int i = 0; data && bl_data_note(data, i); i++)
        note(session, "%s%s", margin, bl_data_note(data, i));
}

/*
 * run_notes.c - reads the notes in a run folder's log.jsonl.
 */
#include "run_notes.h"

#include "../command.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Adds the notes of one line. Most lines have none; these are not parsed. */
static void take_line_notes(json_t *out, const char *text)
{
    if (!strstr(text, "\"notes\""))
        return;
    json_t *line = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
    json_array_extend(out, json_object_get(line, "notes"));
    json_decref(line);
}

json_t *run_notes_read(const char *folder)
{
    char path[2 * BL_PATH_ROOM];
    char *text = NULL;
    size_t room = 0;
    json_t *out = json_array();
    snprintf(path, sizeof path, "%s/log.jsonl", folder);
    FILE *file = fopen(path, "r");
    while (file && getline(&text, &room, file) > 0)
        take_line_notes(out, text);
    free(text);
    if (file)
        fclose(file);
    return out;
}

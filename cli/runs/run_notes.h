/*
 * run_notes.h - reads the notes of a run's trainer from the run's folder.
 */
#ifndef CLI_RUN_NOTES_H
#define CLI_RUN_NOTES_H

#include <jansson.h>

/* Returns the texts in the order of log.jsonl as a new list, which is empty if there is no log. */
json_t *run_notes_read(const char *folder);

#endif

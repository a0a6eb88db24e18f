/*
 * run_notes.h - what a run's trainer noted, from the run's folder.
 */
#ifndef CLI_RUN_NOTES_H
#define CLI_RUN_NOTES_H

#include <jansson.h>

/* The texts in the order of log.jsonl, a new list; empty where there is no log. */
json_t *run_notes_read(const char *folder);

#endif

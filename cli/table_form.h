/*
 * table_form.h - the form in which a command prints a table.
 */
#ifndef CLI_TABLE_FORM_H
#define CLI_TABLE_FORM_H

#include "command.h"

enum table_form { FORM_TEXT, FORM_JSON, FORM_CSV, FORM_MARKDOWN, FORM_LATEX };

/* Reads the form that --json, --csv, --markdown or --latex selects, of those that the command has; more than
   one of them is refused. */
int table_form_read(enum table_form *out, const struct session *s);

#endif

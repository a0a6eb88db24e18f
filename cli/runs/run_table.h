/*
 * run_table.h - a summary on standard output: for a terminal, as JSON lines, CSV, Markdown or LaTeX.
 */
#ifndef CLI_RUN_TABLE_H
#define CLI_RUN_TABLE_H

#include "run_summary.h"

/* Reads the format that --json, --csv, --markdown or --latex selects; more than one of them is refused. */
enum table_form { FORM_TEXT, FORM_JSON, FORM_CSV, FORM_MARKDOWN, FORM_LATEX };
int table_form_read(enum table_form *out, const struct session *s);

/* Prints the table, and after it as messages: failures, unfinished runs, and what the figures do not
   include. */
void run_table_print(const struct session *s, const struct run_summary *summary, enum table_form form);

#endif

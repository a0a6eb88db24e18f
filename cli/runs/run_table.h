/*
 * run_table.h - a summary on standard output: for a terminal, as JSON lines, CSV, Markdown or LaTeX.
 */
#ifndef CLI_RUN_TABLE_H
#define CLI_RUN_TABLE_H

#include "run_summary.h"

/* The form that --json, --csv, --markdown or --latex names; two of them are refused. */
enum table_form { FORM_TEXT, FORM_JSON, FORM_CSV, FORM_MARKDOWN, FORM_LATEX };
int table_form_read(enum table_form *out, const struct session *s);

/* Below it, as messages: failures, runs that are not done, and what the figures leave out. */
void run_table_print(const struct session *s, const struct run_summary *summary, enum table_form form);

#endif

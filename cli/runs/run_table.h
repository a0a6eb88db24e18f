/*
 * run_table.h - a summary on standard output: for a terminal, as JSON lines, CSV, Markdown or LaTeX.
 */
#ifndef CLI_RUN_TABLE_H
#define CLI_RUN_TABLE_H

#include "../table_form.h"
#include "run_summary.h"

/* Prints the table, and after it as messages: failures, unfinished runs, and what the figures do not
   include. */
void run_table_print(const struct session *s, const struct run_summary *summary, enum table_form form);

#endif

/*
 * wrapped.h - prints messages on a terminal, with lines broken between words.
 */
#ifndef CLI_WRAPPED_H
#define CLI_WRAPPED_H

#include <stdio.h>

/* Prints the text and a line end. On a terminal that is narrower than the text, lines break between words,
   and each further line is indented to the first word after a gap of two blanks or more ("net dense 100,
   ..."). A word that is wider than a line is broken at the terminal's edge. Elsewhere the text is one line.
   */
void print_wrapped(FILE *to, const char *text);
/* As print_wrapped, on rows of a terminal that hold other text: each row is erased first. */
void print_wrapped_over(FILE *to, const char *text);

/* Prints a text that begins at the given column, where the cursor is, and a line end. On a terminal it is
   broken between words, and its further lines begin at the same column. */
void print_wrapped_from(FILE *to, int column, const char *text);

#endif

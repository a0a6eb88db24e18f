/*
 * wrapped.h - prints messages on a terminal, with lines broken between words.
 */
#ifndef CLI_WRAPPED_H
#define CLI_WRAPPED_H

#include <stdio.h>

/* The text and a line end. Where `to` is a terminal that is narrower than the text, lines end between words,
   and each further
   one begins under the first word behind a gap of two blanks or more ("net        dense 100, ..."); a word
   that is wider than
   a line is broken where the line ends. Elsewhere the text is one line. */
void print_wrapped(FILE *to, const char *text);

#endif

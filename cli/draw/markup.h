/*
 * markup.h - text and numbers inside HTML and SVG.
 */
#ifndef CLI_MARKUP_H
#define CLI_MARKUP_H

#include <stdio.h>

/* Text for an element or a quoted attribute: & < > " ' become entities; control characters other than tab and
   line end, and bytes that are no UTF-8, become U+FFFD. NULL is written as nothing. */
void markup_text(FILE *to, const char *text);

/* A length or place in pixels, with at most two decimals and without trailing zeros: "12.5", "-0" is "0". */
void markup_number(FILE *to, double x);

#endif

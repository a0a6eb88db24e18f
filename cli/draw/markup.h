/*
 * markup.h - text and numbers inside HTML and SVG.
 */
#ifndef CLI_MARKUP_H
#define CLI_MARKUP_H

#include <stdio.h>

/* Writes text for an element or a quoted attribute: & < > " ' become entities; control characters other than
   tab and line end, and bytes that are not UTF-8, become U+FFFD. NULL writes nothing. */
void markup_text(FILE *to, const char *text);

/* Writes a length or position in pixels with at most two decimals and without trailing zeros: "12.5"; -0 is
   written as "0". */
void markup_number(FILE *to, double x);

#endif

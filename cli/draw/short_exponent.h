/*
 * short_exponent.h - numbers with exponents as a person writes them: 1e-5 and 1e6, not 1e-05 and 1e+06 as C
 * prints them.
 */
#ifndef CLI_SHORT_EXPONENT_H
#define CLI_SHORT_EXPONENT_H

/* Removes '+' and leading zeros of the exponent from a number's text. Returns text. */
char *short_exponent(char *text);
/* Writes x to so many significant digits, as %g but with such an exponent. Returns out. */
char *short_number(double x, int digits, char out[32]);

#endif

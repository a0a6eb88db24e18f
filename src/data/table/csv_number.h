/*
 * csv_number.h - what a field of a table says as a number, and the notations of numbers that are not read but
 * recognised.
 */
#ifndef BL_DATA_CSV_NUMBER_H
#define BL_DATA_CSV_NUMBER_H

#include "csv_text.h"

/* text_to_double with the decimal sign '.' or ','. A number that is too small for a double, and would be read
   as 0, is refused. */
bool csv_number(struct slice text, char decimal, double *out);

/* The notation of a number that csv_number refuses. */
enum csv_notation {
    NOTATION_NONE,   /* it is a word */
    NOTATION_COMMA,  /* 1,5 */
    NOTATION_POINT,  /* 1.5 or 1.234,5 where the decimal sign is a comma */
    NOTATION_GROUPS, /* 1,234.5  1.234.567  1 234  1'234  1_234 */
    NOTATION_EITHER, /* 1,234: of the two above */
    NOTATION_PERCENT,
    NOTATION_CURRENCY,
    NOTATION_BASE,       /* 0x1F, 0b101, 0o17, 0x1.8p3 */
    NOTATION_EXPONENT,   /* 1D3, 1.5x10^3, 1.5+100 */
    NOTATION_RANGE,      /* 1e309, 1e-400 */
    NOTATION_SUFFIX,     /* 1.5f, 10L, 10k */
    NOTATION_FRACTION,   /* 1/2 */
    NOTATION_SIGN,       /* (5), 5-, 5+, - 5, --5 */
    NOTATION_CHARACTERS, /* digits, signs or blanks that are not ASCII */
    NOTATION_SEVERAL,    /* 1 2 3, [1, 2, 3] */
    NOTATION_QUOTES,     /* '5', ="5" */
    NOTATION_COMMENT,    /* 5 # as was said */
    NOTATION_COMPLEX,    /* 1+2j */
    NOTATIONS
};
enum csv_notation csv_notation(struct slice text, char decimal);

/* For a message: "a decimal comma", and what to do about it. */
const char *csv_notation_name(enum csv_notation notation);
const char *csv_notation_advice(enum csv_notation notation);

#endif

/*
 * csv_number.h - parses a field as a number, and recognises notations of numbers that are not supported.
 */
#ifndef BL_DATA_CSV_NUMBER_H
#define BL_DATA_CSV_NUMBER_H

#include "csv_text.h"

/* As text_to_double, with the decimal sign '.' or ','; also false for a number other than zero that is too
   small for a double. */
bool csv_number(struct slice text, char decimal, double *out);

/* The notation of a number that csv_number refuses. */
enum csv_notation {
    NOTATION_NONE,   /* it is a word */
    NOTATION_COMMA,  /* 1,5 */
    NOTATION_POINT,  /* 1.5 or 1.234,5, if the decimal sign is a comma */
    NOTATION_GROUPS, /* 1,234.5  1.234.567  1 234  1'234  1_234 */
    NOTATION_EITHER, /* 1,234: a decimal comma, or groups */
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
    NOTATION_COMMENT,    /* 5 # a comment */
    NOTATION_COMPLEX,    /* 1+2j */
    NOTATIONS
};
enum csv_notation csv_notation(struct slice text, char decimal);

/* csv_notation_name: "a decimal comma", for a message. csv_notation_advice: what to do about it. */
const char *csv_notation_name(enum csv_notation notation);
const char *csv_notation_advice(enum csv_notation notation);

#endif

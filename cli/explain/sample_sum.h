/*
 * sample_sum.h - a sum of products, written out with names and with numbers.
 */
#ifndef CLI_SAMPLE_SUM_H
#define CLI_SAMPLE_SUM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

enum { SUM_WIDTH = 74 }; /* characters of a line */

enum { SUM_TERMS = 6, SUM_FEW = 4, SUM_TEXT = 96 };

struct sum {
    struct sum_term {
        char names[SUM_TEXT], numbers[SUM_TEXT];
    } terms[SUM_TERMS];
    size_t n;      /* all terms that were added; the first SUM_TERMS are kept */
    size_t n_zero; /* products that are 0, which are left out */
};

/* Adds the product a b, or a alone (b_name NULL). A product that is 0 is only counted. */
void sum_add(struct sum *sum, const char *a_name, double a, const char *b_name, double b);
/* "h0[2]", "W1[0,2]": the name of an element. */
void sum_element(char to[SUM_TEXT], const char *array, size_t col);
void sum_element_at(char to[SUM_TEXT], const char *array, size_t row, size_t col);
/* Writes "name = the terms", "= their numbers", "= result", broken into lines. Of more than SUM_TERMS terms
   the first SUM_FEW are written, and the number of the others. */
void sum_write(FILE *to, const char *name, const struct sum *sum, double result);
/* Writes "name = names", "= numbers", "= result" in one line if they fit, else in three. numbers NULL:
   without them. */
void sum_write_formula(FILE *to, const char *name, const char *names, const char *numbers, double result);
/* A number with 6 significant digits. */
void sum_number(char text[16], double x);
/* The same, in brackets if it is negative. */
void sum_factor(char text[20], double x);

#endif

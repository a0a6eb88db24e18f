/*
 * same_value.c - compares the texts of an option's values.
 */
#include "same_value.h"

#include <stdlib.h>
#include <string.h>

static bool is_number(const char *text, double *number)
{
    char *end = NULL;
    *number = strtod(text, &end);
    return end != text && !*end;
}

bool is_same_value(const char *a, const char *b)
{
    double x, y;
    return strcmp(a, b) == 0 || (is_number(a, &x) && is_number(b, &y) && x == y);
}

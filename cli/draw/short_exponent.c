/*
 * short_exponent.c - shortens the exponents of numbers.
 */
#include "short_exponent.h"

#include <stdio.h>
#include <string.h>

char *short_exponent(char *text)
{
    char *to = strchr(text, 'e');
    if (!to)
        return text;
    to++;
    const char *from = to + (*to == '-' || *to == '+');
    to += *to == '-';
    while (*from == '0' && from[1])
        from++;
    memmove(to, from, strlen(from) + 1);
    return text;
}

char *short_number(double x, int digits, char out[32])
{
    snprintf(out, 32, "%.*g", digits, x);
    return short_exponent(out);
}

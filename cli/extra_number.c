/*
 * extra_number.c - reads an option of a command whose value is a whole number.
 */
#include "command.h"

#include <stdlib.h>

int extra_long(const struct session *session, const char *key, long long most, long long *out)
{
    const char *text = extra_of(session, key);
    char *end = NULL;
    const long long n = text ? strtoll(text, &end, 10) : *out;
    if (text && (end == text || *end || n < 1 || n > most))
        return usage_error("--%s is \"%s\", expected a whole number from 1 to %lld", key, text, most);
    *out = n;
    return EXIT_DONE;
}

int extra_number(const struct session *session, const char *key, int most, int *out)
{
    long long n = *out;
    const int code = extra_long(session, key, most, &n);
    *out = (int)n;
    return code;
}

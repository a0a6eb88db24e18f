/*
 * same_value.h - whether two texts give an option the same value.
 */
#ifndef CLI_SAME_VALUE_H
#define CLI_SAME_VALUE_H

#include <stdbool.h>

/* Equal texts, or two spellings of one number: 1e-4 and 0.0001. */
bool is_same_value(const char *a, const char *b);

#endif

/*
 * option_traits.h - what the commands must know of an option besides what its table in backless.h says:
 * whether a run's weights depend on it, and whether a plan or a stored result has it.
 */
#ifndef BL_CLI_OPTION_TRAITS_H
#define BL_CLI_OPTION_TRAITS_H

#include <stdbool.h>

enum option_trait {
    OPTION_IDLE = 1,     /* the weights that a run ends with do not depend on it */
    OPTION_OF_PLACE = 2, /* says where a run works and how fast: no part of a plan of runs */
    OPTION_UNSTORED = 4  /* not in a result of `reproduce`, which has no place, and names its data itself */
};

/* Whether the option has that trait. An unknown one has none. */
bool option_has(const char *key, enum option_trait trait);

#endif

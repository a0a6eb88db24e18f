/*
 * option_traits.h - what the commands must know of an option besides what its table in backless.h says:
 * whether a run's weights depend on it, and whether a plan or a stored result has it.
 */
#ifndef BL_CLI_OPTION_TRAITS_H
#define BL_CLI_OPTION_TRAITS_H

#include <stdbool.h>

enum option_trait {
    OPTION_IDLE = 1,     /* the final weights of a run do not depend on it */
    OPTION_OF_PLACE = 2, /* states where and how fast a run works, so it is not part of a plan of runs */
    /* not in a result of `reproduce`, which does not depend on the place and names its data itself */
    OPTION_UNSTORED = 4
};

/* Whether the option has the trait. An unknown option has none. */
bool option_has(const char *key, enum option_trait trait);

#endif

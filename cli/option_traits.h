/*
 * option_traits.h - traits of options that the table in backless.h does not have: whether a run's weights
 * depend on the option, and whether a plan or a stored result contains it.
 */
#ifndef BL_CLI_OPTION_TRAITS_H
#define BL_CLI_OPTION_TRAITS_H

#include <stdbool.h>

enum option_trait {
    OPTION_IDLE = 1,     /* the final weights of a run do not depend on it */
    OPTION_OF_PLACE = 2, /* states where and how fast a run works, so it is not part of a plan of runs */
    /* not part of a result of `reproduce`, which does not depend on the place and names its data itself */
    OPTION_UNSTORED = 4
};

/* Returns whether the option has the trait. An unknown option has none. */
bool option_has(const char *key, enum option_trait trait);

#endif

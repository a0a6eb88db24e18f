/*
 * reproduction_options.c - the options of the command that several of its actions read, with their defaults.
 */
#include "reproduction.h"

#include <stdlib.h>

const char *reproduction_folder(const struct session *s)
{
    const char *given = extra_of(s, "out");
    return given ? given : "results";
}

int reproduction_epochs(const struct session *s)
{
    const char *given = extra_of(s, "epochs");
    return given ? atoi(given) : 0;
}

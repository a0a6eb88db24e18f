/*
 * option_traits.c - the table of the options that have a trait.
 */
#include "option_traits.h"

#include <stddef.h>
#include <string.h>

static const struct {
    const char *key;
    unsigned traits;
} table[] = {
    {"out", OPTION_IDLE | OPTION_OF_PLACE | OPTION_UNSTORED},
    {"force", OPTION_IDLE | OPTION_OF_PLACE | OPTION_UNSTORED},
    {"threads", OPTION_IDLE | OPTION_OF_PLACE | OPTION_UNSTORED},
    {"backend", OPTION_IDLE | OPTION_OF_PLACE | OPTION_UNSTORED},
    {"memory", OPTION_IDLE | OPTION_UNSTORED},
    {"angles", OPTION_IDLE | OPTION_UNSTORED},
    {"no-angles", OPTION_IDLE | OPTION_OF_PLACE | OPTION_UNSTORED}, /* a plan has angles instead */
    {"inlet", OPTION_OF_PLACE},                                     /* a plan has feedback-at instead */
    {"data", OPTION_UNSTORED},
    {"test", OPTION_UNSTORED},
    {"data-dir", OPTION_UNSTORED},
    {"cache", OPTION_IDLE | OPTION_OF_PLACE | OPTION_UNSTORED},
    {"max-time", OPTION_UNSTORED},
};

bool option_has(const char *key, enum option_trait trait)
{
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (strcmp(table[i].key, key) == 0)
            return (table[i].traits & (unsigned)trait) != 0;
    return false;
}

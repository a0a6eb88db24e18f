/*
 * preset_notes.c - prints which options differ from the preset. The values are printed with the other
 * settings.
 */
#include "preset_notes.h"

#include "../same_value.h"

#include <string.h>

bool is_from_preset(const bl_config *config, const char *key)
{
    const char *text = bl_preset_value(bl_config_get(config, "preset"), key);
    return text && is_same_value(text, bl_config_get(config, key));
}

void print_preset(const struct session *session, const bl_config *config, const char *except)
{
    const char *preset = bl_config_get(config, "preset");
    char given[256] = "";
    size_t n = 0, n_values = 0;
    for (int i = 0; bl_option_at(i) && n < sizeof given; i++) {
        const char *key = bl_option_at(i)->key;
        n_values += bl_preset_value(preset, key) != NULL;
        if (bl_preset_value(preset, key) && !is_from_preset(config, key) &&
            (!except || strcmp(key, except) != 0))
            n += (size_t)snprintf(given + n, sizeof given - n, "%s%s %s",
                                  n ? ", " : ", with other values for: ", key, bl_config_get(config, key));
    }
    if (n_values > 0)
        note(session, "preset     %s%s", preset, given);
}

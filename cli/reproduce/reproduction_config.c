/*
 * reproduction_config.c - converts a cell to options and the options of a stored result to a configuration,
 * and compares two of them.
 */
#include "reproduction.h"

#include "../option_traits.h"
#include "../same_value.h"

#include <stdlib.h>
#include <string.h>

/* Returns the value of the key in a list of at most `most` options; NULL if it has none. */
static const char *value_in(const char *const (*options)[2], size_t most, const char *key)
{
    for (size_t i = 0; i < most && options[i][0]; i++)
        if (strcmp(options[i][0], key) == 0)
            return options[i][1];
    return NULL;
}

/* Returns the value that the cell, else its row, else its target, else the preset sets; NULL if none does. */
static const char *cell_option(const struct cell *cell, const char *key)
{
    const char *value = value_in(cell->published->options, MAX_CELL_OPTIONS, key);
    if (!value)
        value = value_in(cell->row->options, MAX_ROW_OPTIONS, key);
    if (!value)
        value = value_in(cell->target->options, MAX_TARGET_OPTIONS, key);
    return value ? value : bl_preset_value(cell->target->preset, key);
}

int cell_epochs(const struct cell *cell)
{
    return atoi(cell_option(cell, "epochs"));
}

static bl_status set_list(bl_config *config, const char *const (*options)[2], size_t most)
{
    bl_status status = BL_OK;
    for (size_t i = 0; status == BL_OK && i < most && options[i][0]; i++)
        status = bl_config_set(config, options[i][0], options[i][1]);
    return status;
}

static bl_status set_all(bl_config *config, const struct cell *cell, unsigned long long seed, int epochs)
{
    char seed_text[32], epochs_text[16];
    snprintf(seed_text, sizeof seed_text, "%llu", seed);
    snprintf(epochs_text, sizeof epochs_text, "%d", epochs);
    const char *const options[][2] = {{cell->target->preset ? "preset" : NULL, cell->target->preset},
                                      {"net", cell->row->net},
                                      {"rule", cell->published->rule},
                                      {cell->row->data->make ? NULL : "data", cell->row->data->name},
                                      {"seed", seed_text},
                                      {"angles", "none"}};
    bl_status status = BL_OK;
    for (size_t i = 0; status == BL_OK && i < sizeof options / sizeof *options; i++)
        if (options[i][0])
            status = bl_config_set(config, options[i][0], options[i][1]);
    if (status == BL_OK)
        status = set_list(config, cell->target->options, MAX_TARGET_OPTIONS);
    if (status == BL_OK)
        status = set_list(config, cell->row->options, MAX_ROW_OPTIONS);
    if (status == BL_OK)
        status = set_list(config, cell->published->options, MAX_CELL_OPTIONS);
    return status == BL_OK && epochs > 0 ? bl_config_set(config, "epochs", epochs_text) : status;
}

bl_status cell_configure(bl_config **out, bl_context *ctx, const struct cell *cell, unsigned long long seed,
                         int epochs)
{
    bl_config *config = NULL;
    bl_status status = bl_config_create(&config, ctx);
    if (status == BL_OK)
        status = set_all(config, cell, seed, epochs);
    if (status != BL_OK) {
        bl_config_free(config);
        return status;
    }
    *out = config;
    return BL_OK;
}

bl_status cell_make_trainer(bl_trainer **out, bl_data **data, bl_context *ctx, const bl_config *config,
                            const struct target_row *row)
{
    static const float x[MOST_FEATURES], target[MOST_FEATURES];
    static const int32_t label[1];
    const struct target_data *of = row->data;
    bl_data *schema = NULL;
    bl_status status = of->make ? bl_data_wrap_targets(&schema, ctx, x, target, 1, of->shape, of->classes)
                                : bl_data_wrap(&schema, ctx, x, label, 1, of->shape, of->classes);
    if (status == BL_OK)
        status = bl_trainer_create(out, ctx, config, schema);
    if (status != BL_OK) {
        bl_data_free(schema);
        return status;
    }
    *data = schema;
    return BL_OK;
}

/* bl_config_set also accepts the names of options in earlier versions. */
bl_status options_configure(bl_config **out, bl_context *ctx, const json_t *options)
{
    bl_config *config = NULL;
    const char *key = NULL;
    json_t *value = NULL;
    bl_status status = bl_config_create(&config, ctx);
    json_object_foreach((json_t *)options, key, value)
    {
        if (status == BL_OK && !option_has(key, OPTION_UNSTORED) && json_is_string(value))
            status = bl_config_set(config, key, json_string_value(value));
    }
    if (status == BL_OK)
        status = bl_config_set(config, "angles", "none");
    if (status != BL_OK) {
        bl_config_free(config);
        return status;
    }
    *out = config;
    return BL_OK;
}

bl_status options_of_cell(bl_config **out, bl_context *ctx, const json_t *options, const struct cell *cell)
{
    const bl_status status = options_configure(out, ctx, options);
    return status == BL_OK && cell->row->begins_with ? bl_config_set(*out, "init", NULL) : status;
}

const char *options_difference(const bl_config *a, const bl_config *b, bool ignores_length)
{
    for (int i = 0; bl_option_at(i); i++) {
        const char *key = bl_option_at(i)->key;
        const bool is_compared = !option_has(key, OPTION_UNSTORED) &&
                                 strcmp(bl_option_at(i)->group, "former") != 0 &&
                                 !(ignores_length && strcmp(key, "epochs") == 0);
        if (is_compared && !is_same_value(bl_config_get(a, key), bl_config_get(b, key)))
            return key;
    }
    return NULL;
}

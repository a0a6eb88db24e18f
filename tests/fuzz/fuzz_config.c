/*
 * fuzz_config.c - reads options from JSON. Input: the file.
 *
 * Each loaded value can be set again, and the options written as JSON are read back equal.
 */
#include "fuzz_target.h"

#include "../../src/train/options/config.h"

#include <stdlib.h>
#include <string.h>

static bl_status check_again(bl_context *ctx, const bl_config *config)
{
    bl_config *copy = NULL;
    BL_TRY(bl_config_create(&copy, ctx));
    bl_status status = BL_OK;
    for (int i = 0; status == BL_OK && bl_option_at(i); i++) {
        const char *key = bl_option_at(i)->key, *text = bl_config_get(config, key);
        if (bl_config_is_set(config, key))
            status = bl_config_set(copy, key, text);
        (void)fuzz_went_well(ctx, status, "setting an option to its value");
    }
    bl_config_free(copy);
    return status;
}

static bl_status load_json(bl_config **out, bl_context *ctx, json_t *json)
{
    bl_config *config = NULL;
    char *text = json ? json_dumps(json, JSON_INDENT(2)) : NULL;
    json_decref(json);
    FUZZ_CHECK(text, "the options cannot be written");
    const char *path = fuzz_file("again.json", text, strlen(text));
    free(text);
    BL_TRY(bl_config_create(&config, ctx));
    const bl_status status = bl_config_load(config, path);
    if (status == BL_OK)
        *out = config;
    else
        bl_config_free(config);
    return status;
}

static bl_status check_way_back(bl_context *ctx, const bl_config *config)
{
    bl_config *back = NULL;
    const bl_status status = load_json(&back, ctx, config_to_json(config));
    if (!fuzz_went_well(ctx, status, "loading what was written"))
        return status;
    for (int i = 0; bl_option_at(i); i++) {
        const char *key = bl_option_at(i)->key;
        FUZZ_CHECK(strcmp(bl_config_get(config, key), bl_config_get(back, key)) == 0,
                   "option %s is \"%s\", then \"%s\"", key, bl_config_get(config, key),
                   bl_config_get(back, key));
    }
    bl_config_free(back);
    return BL_OK;
}

static bl_status load(bl_context *ctx, bl_config *config, const char *path)
{
    const bl_status status = bl_config_load(config, path);
    FUZZ_CHECK(status == BL_OK || status == BL_BAD_VALUE || status == BL_BAD_DATA || status == BL_NO_MEMORY,
               "%s: %s", bl_status_name(status), bl_why(ctx));
    if (status == BL_NO_MEMORY)
        return status;
    BL_TRY(check_again(ctx, config)); /* also for the options before the fault */
    return status == BL_OK ? check_way_back(ctx, config) : status;
}

static bl_status attempt(bl_context *ctx, const uint8_t *bytes, size_t n)
{
    bl_config *config = NULL;
    BL_TRY(bl_config_create(&config, ctx));
    const bl_status status = load(ctx, config, fuzz_file("config.json", bytes, n));
    bl_config_free(config);
    return status;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    fuzz_run(attempt, bytes, n);
    return 0;
}

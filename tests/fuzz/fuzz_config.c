/*
 * fuzz_config.c - a configuration from a file, and every option by itself: what is taken can be given back and taken again.
 */
#include "fuzz.h"

static void check_values(bl_context *ctx, const bl_config *config)
{
    bl_config *again = NULL;
    FUZZ_MUST(bl_config_create(&again, ctx) == BL_OK);
    for (int i = 0; bl_option_at(i); i++) {
        const char *key = bl_option_at(i)->key;
        if (bl_config_is_set(config, key))
            FUZZ_MUST(bl_config_set(again, key, bl_config_get(config, key)) == BL_OK);
    }
    bl_config_free(again);
}

/* "lr=1e-3\nnet=dense 5\n...": one option a line. */
static void set_lines(bl_context *ctx, bl_config *config, const uint8_t *bytes, size_t n)
{
    struct slice rest = {(const char *)bytes, n}, line, key;
    while (slice_next(&rest, '\n', &line)) {
        char name[64], value[1024];
        if (!slice_next(&line, '=', &key) || !line.at || key.n >= sizeof name || line.n >= sizeof value ||
            memchr(key.at, 0, key.n) || memchr(line.at, 0, line.n))
            continue;
        memcpy(name, key.at, key.n);
        name[key.n] = 0;
        memcpy(value, line.at, line.n);
        value[line.n] = 0;
        const bl_status status = bl_config_set(config, name, value);
        FUZZ_MUST(status == BL_OK || status == BL_BAD_VALUE || status == BL_NO_MEMORY);
        FUZZ_MUST(status != BL_OK || strcmp(bl_config_get(config, name), value) == 0);
        FUZZ_MUST(status == BL_OK || strlen(bl_why(ctx)) > 10);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    struct fuzz_memory memory;
    bl_config *config = NULL;
    bl_context *ctx = fuzz_context(&memory);
    char path[FUZZ_PATH];
    FUZZ_MUST(bl_config_create(&config, ctx) == BL_OK);
    if (fuzz_byte(&bytes, &n) % 2 == 0) {
        fuzz_path("config.json", path);
        fuzz_write(path, bytes, n);
        const bl_status status = bl_config_load(config, path);
        FUZZ_MUST(status == BL_OK || strlen(bl_why(ctx)) > 10);
    } else
        set_lines(ctx, config, bytes, n);
    check_values(ctx, config);
    bl_config_free(config);
    fuzz_end(ctx, &memory);
    return 0;
}

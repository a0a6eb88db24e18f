/*
 * config.c - the values of the options, stored as the text that was given.
 */
#include "config.h"

#include "../../base/mem.h"
#include "../../base/text.h"
#include "../../data/file_bytes.h"
#include "../../data/source/location.h"
#include "../../net/init.h"
#include "../../rules/feedback/feedback.h"
#include "option_table.h"
#include "option_words.h"
#include "preset.h"

#include "backless.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

enum { MOST_BYTES = 1 << 24 }; /* the largest configuration, which may be read from a pipe */

struct bl_config {
    bl_context *ctx;
    char **values; /* one for each option; NULL: the default */
    bool *is_set;  /* set by the user */
};

const bl_option *bl_option_at(int i)
{
    return i >= 0 && (size_t)i < option_count ? &option_table[i].option : NULL;
}

/* The index of the option that holds the value of `key`. In version 0.1.0 the name of feedback-at was
   inlet. */
static bool find_option_index(const char *key, size_t *out)
{
    if (strcmp(key, "inlet") == 0)
        key = "feedback-at";
    for (size_t i = 0; i < option_count; i++)
        if (strcmp(option_table[i].option.key, key) == 0) {
            *out = i;
            return true;
        }
    return false;
}

bl_status option_check(bl_context *ctx, const char *key, const char *text)
{
    size_t i = 0;
    return find_option_index(key, &i) ? option_table[i].check(ctx, key, text) : option_unknown(ctx, key);
}

bl_status bl_config_create(bl_config **out, bl_context *ctx)
{
    if (!ctx)
        return BL_BAD_VALUE;
    BL_GIVEN(ctx, out);
    bl_config *config = NULL;
    BL_TRY(MEM_ONE(ctx, &config, "the configuration"));
    config->ctx = ctx;
    bl_status status = MEM_ARRAY(ctx, &config->values, option_count, "the options");
    if (status == BL_OK)
        status = MEM_ARRAY(ctx, &config->is_set, option_count, "the options");
    if (status != BL_OK) {
        bl_config_free(config);
        return status;
    }
    *out = config;
    return BL_OK;
}

void bl_config_free(bl_config *config)
{
    if (!config)
        return;
    for (size_t i = 0; config->values && i < option_count; i++)
        mem_free(config->ctx, config->values[i]);
    mem_free(config->ctx, config->values);
    mem_free(config->ctx, config->is_set);
    mem_free(config->ctx, config);
}

static bl_status replace(bl_config *config, size_t i, const char *text, bool is_set)
{
    char *copy = NULL;
    if (text)
        BL_TRY(mem_text(config->ctx, &copy, text, strlen(text)));
    mem_free(config->ctx, config->values[i]);
    config->values[i] = copy;
    config->is_set[i] = is_set;
    return BL_OK;
}

bl_status bl_config_copy(bl_config **out, const bl_config *config)
{
    if (!config)
        return BL_BAD_VALUE;
    BL_GIVEN(config->ctx, out);
    return config_copy_to(out, config->ctx, config);
}

bl_status config_copy_to(bl_config **out, bl_context *ctx, const bl_config *config)
{
    bl_config *copy = NULL;
    BL_TRY(bl_config_create(&copy, ctx));
    for (size_t i = 0; i < option_count; i++) {
        const bl_status status = replace(copy, i, config->values[i], config->is_set[i]);
        if (status != BL_OK) {
            bl_config_free(copy);
            return status;
        }
    }
    *out = copy;
    return BL_OK;
}

/* Whether the key is a switch of version 0.1.0 that another option replaces: no-angles true sets the option
   angles to none, any other value unsets it. */
static bool is_former(const char *key)
{
    return strcmp(key, "no-angles") == 0;
}

static const char *former_value(const bl_config *config)
{
    return strcmp(config_text(config, "angles"), "none") == 0 ? "true" : "false";
}

static bl_status set_former(bl_config *config, const char *text)
{
    size_t i = 0;
    (void)find_option_index("angles", &i);
    if (text && strcmp(text, "true") == 0)
        return replace(config, i, "none", true);
    return strcmp(former_value(config), "true") == 0 ? replace(config, i, NULL, false) : BL_OK;
}

/* Returns the text of a whole number without leading zeros, so that "00" is 0 where values are compared as
   texts. Other options keep their text: a column may be called 007. */
static const char *short_count(const bl_option *option, const char *text)
{
    const char *argument = option->argument ? option->argument : "";
    const bool is_count = strcmp(argument, "N") == 0 || strncmp(argument, "N|", 2) == 0;
    if (!text || !is_count || text[strspn(text, "0123456789")])
        return text;
    const size_t zeros = strspn(text, "0");
    return text[zeros] || zeros == 0 ? text + zeros : text + zeros - 1;
}

bl_status bl_config_set(bl_config *config, const char *key, const char *text)
{
    size_t i = 0;
    if (!config)
        return BL_BAD_VALUE;
    BL_GIVEN(config->ctx, key);
    if (!find_option_index(key, &i))
        return option_unknown(config->ctx, key);
    if (text)
        BL_TRY(option_table[i].check(config->ctx, key, text));
    if (is_former(key))
        return set_former(config, text);
    return replace(config, i, short_count(&option_table[i].option, text), text != NULL);
}

bl_status config_set_default(bl_config *config, const char *key, const char *text)
{
    size_t i = 0;
    return find_option_index(key, &i) ? replace(config, i, text, false) : BL_BAD_VALUE;
}

/* The preset's value of an option. NULL: no preset was chosen, or it has no value for this option. */
static const char *preset_value(const bl_config *config, const char *key)
{
    size_t i = 0;
    return find_option_index("preset", &i) && config->values[i] ? bl_preset_value(config->values[i], key)
                                                                : NULL;
}

const char *bl_config_get(const bl_config *config, const char *key)
{
    size_t i = 0;
    if (!config || !key || !find_option_index(key, &i))
        return NULL;
    if (is_former(key))
        return former_value(config);
    if (config->values[i])
        return config->values[i];
    const char *preset = preset_value(config, key);
    return preset ? preset : option_table[i].option.default_value;
}

int bl_config_is_set(const bl_config *config, const char *key)
{
    size_t i = 0;
    if (!config || !key)
        return 0;
    if (is_former(key))
        return bl_config_is_set(config, "angles") && config_bool(config, key);
    return find_option_index(key, &i) && config->is_set[i];
}

const char *config_text(const bl_config *config, const char *key)
{
    const char *text = bl_config_get(config, key);
    return text ? text : "";
}

double config_number(const bl_config *config, const char *key)
{
    double x = 0.0;
    (void)text_to_double(slice_of(config_text(config, key)), &x);
    return x;
}

uint64_t config_u64(const bl_config *config, const char *key)
{
    uint64_t n = 0;
    (void)text_to_u64(slice_of(config_text(config, key)), &n);
    return n;
}

size_t config_size(const bl_config *config, const char *key)
{
    return (size_t)config_u64(config, key);
}

bool config_bool(const bl_config *config, const char *key)
{
    return strcmp(config_text(config, key), "true") == 0;
}

/* Options that the user did not set and that have no value are null, so that loading the object again gives
   the same defaults. Former names are left out, because another option has their value. */
json_t *config_to_json(const bl_config *config)
{
    json_t *object = json_object();
    for (size_t i = 0; i < option_count; i++) {
        const char *text = bl_config_get(config, option_table[i].option.key);
        if (strcmp(option_table[i].option.group, "former") == 0)
            continue;
        json_object_set_new(object, option_table[i].option.key, text[0] ? json_string(text) : json_null());
    }
    return object;
}

/* Whether the value is the backend "onednn", which was removed after version 0.1.0. A run's configuration may
   still have it, so that the run can be resumed, and the program can say that it continues with portable. */
static bool is_removed_backend(const char *key, const char *text)
{
    return strcmp(key, "backend") == 0 && strcmp(text, "onednn") == 0;
}

static bl_status set_from_json(bl_config *config, const char *key, const json_t *value)
{
    char number[64];
    const char *text = NULL;
    if (json_is_null(value))
        return BL_OK;
    if (json_is_string(value))
        text = json_string_value(value);
    else if (json_is_boolean(value))
        text = json_is_true(value) ? "true" : "false";
    else if (json_is_integer(value)) {
        snprintf(number, sizeof number, "%lld", (long long)json_integer_value(value));
        text = number;
    } else if (json_is_real(value)) {
        text_from_double(json_real_value(value), number);
        text = number;
    } else
        BL_FAIL(config->ctx, BL_BAD_VALUE,
                "option \"%s\" is a list or an object, expected text, a number or true/false", key);
    size_t i = 0;
    if (is_removed_backend(key, text) && find_option_index(key, &i))
        return replace(config, i, text, true);
    return bl_config_set(config, key, text);
}

static bl_status set_all(bl_config *config, const char *path, json_t *options)
{
    const char *key = NULL;
    json_t *value = NULL;
    json_object_foreach(options, key, value)
    {
        char why[sizeof config->ctx->why];
        const bl_status status = set_from_json(config, key, value);
        if (status == BL_OK)
            continue;
        memcpy(why, config->ctx->why, sizeof why);
        return context_fail(config->ctx, status, "%s: %s", path, why);
    }
    return BL_OK;
}

static bool is_same_folder(const char *a, const char *b)
{
    struct stat first, second;
    return stat(a, &first) == 0 && stat(b, &second) == 0 && first.st_dev == second.st_dev &&
           first.st_ino == second.st_ino;
}

/* Whether the option names a file by a path that depends on the working folder. */
static bool is_relative(const bl_config *config, const char *key)
{
    struct feedback_spec feedback;
    const char *text = config_text(config, key);
    if (!text[0] || text[0] == '/' || strcmp(text, "-") == 0)
        return false;
    if (strcmp(key, "feedback") == 0)
        return feedback_parse(config->ctx, &feedback, text) == BL_OK && feedback.kind == FEEDBACK_FILE;
    if (strcmp(key, "init") == 0)
        return init_is_file(text);
    return strcmp(key, "data-dir") == 0 || !named_find(text);
}

/* Makes relative paths of input files absolute, because a resumed run must read the same files whatever its
   working folder is. The path "out" is not changed. */
static bl_status anchor_paths(bl_config *config, const char *folder)
{
    static const char *const keys[] = {"data", "test", "data-dir", "feedback", "init"};
    if (!folder || folder[0] != '/' || is_same_folder(folder, "."))
        return BL_OK;
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        char path[BL_PATH_ROOM];
        if (!bl_config_is_set(config, keys[i]) || !is_relative(config, keys[i]))
            continue;
        if (snprintf(path, sizeof path, "%s/%s", folder, config_text(config, keys[i])) >= (int)sizeof path)
            BL_FAIL(config->ctx, BL_BAD_VALUE, "%s: the path %s/%s is too long", keys[i], folder,
                    config_text(config, keys[i]));
        BL_TRY(bl_config_set(config, keys[i], path));
    }
    return BL_OK;
}

const char *config_old_precision(const char *text, const char *net)
{
    return strcmp(text, "bf16") == 0 && net && strstr(net, "conv ") ? "bf16-dense" : text;
}

/* Sets options as version 0.1.0 behaved: splits were drawn with the only seed, and convolutions did not use
   bfloat16. */
static bl_status take_old_options(bl_config *config, const json_t *options)
{
    const json_t *seed = json_object_get(options, "seed");
    if (!seed || json_object_get(options, "split-seed"))
        return BL_OK;
    const char *precision = config_text(config, "precision"),
               *meant = config_old_precision(precision, config_text(config, "net"));
    if (meant != precision)
        BL_TRY(bl_config_set(config, "precision", meant));
    return set_from_json(config, "split-seed", seed);
}

static bl_status load_object(bl_config *config, const char *path, json_t *root)
{
    json_t *options = json_object_get(root, "options");
    if (!json_is_object(options))
        options = root;
    if (!json_is_object(options))
        BL_FAIL(config->ctx, BL_BAD_VALUE, "%s: expected a JSON object of options", path);
    BL_TRY(set_all(config, path, options));
    if (options == root)
        return BL_OK;
    BL_TRY(take_old_options(config, options));
    return anchor_paths(config, json_string_value(json_object_get(root, "working_folder")));
}

bl_status bl_config_load(bl_config *config, const char *path)
{
    struct bytes file = {0};
    json_error_t error;
    if (!config)
        return BL_BAD_VALUE;
    BL_GIVEN(config->ctx, path);
    BL_TRY(bytes_read(&file, config->ctx, path, MOST_BYTES));
    json_t *root = json_loadb((const char *)file.at, file.n, JSON_REJECT_DUPLICATES, &error);
    mem_free(config->ctx, file.at);
    if (!root)
        BL_FAIL(config->ctx, BL_BAD_VALUE,
                "%s, line %d: %s; expected one JSON object of options, {\"rule\": \"dfa\", ...}", path,
                error.line, error.text);
    bl_config *trial = NULL; /* if the file is refused, no option is set */
    bl_status status = bl_config_copy(&trial, config);
    if (status == BL_OK)
        status = load_object(trial, path, root);
    if (status == BL_OK) {
        const bl_config before = *config;
        *config = *trial;
        *trial = before;
    }
    bl_config_free(trial);
    json_decref(root);
    return status;
}

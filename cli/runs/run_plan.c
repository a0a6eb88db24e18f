/*
 * run_plan.c - the list of runs, and its file.
 */
#include "run_plan.h"
#include "../make_folder.h"

#include "run_pool.h"

#include "../draw/short_exponent.h"
#include "../option_traits.h"

#include <ctype.h>
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { LONG_NAME = 2048 }; /* MAX_LISTS axes */

static const char format[] = "backless plan 1";

static bool is_axis(const struct run_plan *plan, const char *key)
{
    size_t i = 0;
    const json_t *axis = NULL;
    json_array_foreach(plan->axes, i, axis)
    {
        if (strcmp(json_string_value(axis), key) == 0)
            return true;
    }
    return false;
}

void plan_begin(struct run_plan *plan, const bl_config *config, const char *const *axes)
{
    *plan = (struct run_plan){.options = json_object(), .axes = json_array(), .runs = json_array()};
    for (int i = 0; axes[i]; i++)
        json_array_append_new(plan->axes, json_string(axes[i]));
    for (int i = 0; bl_option_at(i); i++) {
        const bl_option *option = bl_option_at(i);
        if (bl_config_is_set(config, option->key) && !option_has(option->key, OPTION_OF_PLACE) &&
            !is_axis(plan, option->key))
            json_object_set_new(plan->options, option->key, json_string(bl_config_get(config, option->key)));
    }
}

struct run_plan plan_share(const struct run_plan *plan)
{
    struct run_plan out = *plan;
    json_incref(out.options);
    json_incref(out.axes);
    json_incref(out.runs);
    return out;
}

void plan_release(struct run_plan *plan)
{
    json_decref(plan->options);
    json_decref(plan->axes);
    json_decref(plan->runs);
    *plan = (struct run_plan){.options = NULL};
}

const char *plan_name(const json_t *run)
{
    return json_string_value(json_object_get(run, "name"));
}

const char *plan_value(const json_t *run, const char *axis)
{
    const char *value = json_string_value(json_object_get(json_object_get(run, "options"), axis));
    return value ? value : "";
}

static uint32_t hash_of(const char *text) /* FNV-1a */
{
    uint32_t hash = 2166136261U;
    for (; *text; text++)
        hash = (hash ^ (unsigned char)*text) * 16777619U;
    return hash;
}

static void append(char *name, const char *text)
{
    snprintf(name + strlen(name), LONG_NAME - strlen(name), "%s", text);
}

/* Appends a value to a folder's name: letters, digits, '.', '+' and '-' as they are, other characters as '_'.
   A value that is long or has other characters is followed by its hash, so that two values never have the
   same name. */
static void append_value(char *name, const char *value)
{
    enum { LONGEST = 40 };
    char text[LONGEST + 16];
    size_t n = 0;
    bool is_plain = strlen(value) <= LONGEST;
    for (; n < LONGEST && value[n]; n++) {
        const bool is_kept = isalnum((unsigned char)value[n]) || strchr(".+-", value[n]);
        text[n] = '_';
        if (is_kept)
            text[n] = value[n];
        is_plain = is_plain && is_kept;
    }
    text[n] = 0;
    if (!is_plain)
        snprintf(text + n, sizeof text - n, "_%08x", (unsigned)hash_of(value));
    append(name, text);
}

static void make_name(const struct run_plan *plan, const json_t *values, char out[RUN_NAME_ROOM])
{
    char name[LONG_NAME] = "";
    size_t i = 0;
    const json_t *axis = NULL;
    json_array_foreach(plan->axes, i, axis)
    {
        const char *key = json_string_value(axis);
        append(name, i ? "-" : "");
        append(name, key);
        append(name, "-");
        append_value(name, json_string_value(json_object_get(values, key)));
    }
    const int n = RUN_NAME_ROOM - 16;
    if (strlen(name) < (size_t)n)
        snprintf(out, RUN_NAME_ROOM, "%.*s", n, name);
    else
        snprintf(out, RUN_NAME_ROOM, "%.*s_%08x", n, name, (unsigned)hash_of(name));
}

static const json_t *find_run(const struct run_plan *plan, const char *name)
{
    size_t i = 0;
    const json_t *run = NULL;
    json_array_foreach(plan->runs, i, run)
    {
        if (strcmp(plan_name(run), name) == 0)
            return run;
    }
    return NULL;
}

bool plan_key_is_of_data(const char *key)
{
    for (int i = 0; bl_option_at(i); i++)
        if (strcmp(bl_option_at(i)->key, key) == 0)
            return strcmp(bl_option_at(i)->group, "data") == 0;
    return true;
}

/* Writes the exponents of values that are numbers as a person does, so that 1e-05 and 1e-5 are one value;
   not of options that may name a column or a file, as --label 1e05 does. */
static void shorten_values(json_t *values)
{
    const char *key = NULL;
    json_t *value = NULL;
    json_object_foreach(values, key, value)
    {
        const char *text = json_string_value(value);
        char number[64];
        if (plan_key_is_of_data(key) || strspn(text, "0123456789.+-e") != strlen(text) ||
            strlen(text) >= sizeof number)
            continue;
        snprintf(number, sizeof number, "%s", text);
        json_string_set(value, short_exponent(number));
    }
}

void plan_add(struct run_plan *plan, json_t *values)
{
    char name[RUN_NAME_ROOM];
    shorten_values(values);
    make_name(plan, values, name);
    if (find_run(plan, name))
        json_decref(values);
    else
        json_array_append_new(plan->runs, json_pack("{s:s, s:o}", "name", name, "options", values));
}

static bl_status set_all(bl_config *config, const json_t *options)
{
    bl_status status = BL_OK;
    const char *key = NULL;
    json_t *value = NULL;
    json_object_foreach((json_t *)options, key, value)
    {
        if (status == BL_OK)
            status = bl_config_set(config, key, json_string_value(value));
    }
    return status;
}

bl_status plan_configure(bl_config **out, bl_context *ctx, const struct run_plan *plan, const json_t *run)
{
    bl_config *config = NULL;
    bl_status status = bl_config_create(&config, ctx);
    if (status == BL_OK)
        status = set_all(config, plan->options);
    if (status == BL_OK)
        status = set_all(config, json_object_get(run, "options"));
    if (status != BL_OK) {
        bl_config_free(config);
        return status;
    }
    *out = config;
    return BL_OK;
}

/* ---- The file */

static int refuse_plan(const char *folder, const char *why)
{
    usage_error("%s/plan.json: %s", folder, why);
    return EXIT_DATA;
}

static bool are_texts(const json_t *object)
{
    const char *key = NULL;
    json_t *value = NULL;
    json_object_foreach((json_t *)object, key, value)
    {
        if (!json_is_string(value))
            return false;
    }
    return json_is_object(object);
}

/* Returns whether the run is valid. Its name is used as a path, so only a name that make_name makes is
   accepted. */
static bool is_run(const struct run_plan *plan, const json_t *run)
{
    char name[RUN_NAME_ROOM];
    const json_t *options = json_object_get(run, "options");
    size_t i = 0;
    const json_t *axis = NULL;
    if (!json_is_string(json_object_get(run, "name")) || !are_texts(options) ||
        json_object_size(options) != json_array_size(plan->axes))
        return false;
    json_array_foreach(plan->axes, i, axis)
    {
        if (!json_is_string(axis) || !json_object_get(options, json_string_value(axis)))
            return false;
    }
    make_name(plan, options, name);
    return strcmp(name, plan_name(run)) == 0;
}

static bool is_plan(const struct run_plan *plan)
{
    size_t i = 0;
    const json_t *run = NULL;
    if (!are_texts(plan->options) || !json_is_array(plan->axes) || !json_is_array(plan->runs))
        return false;
    json_array_foreach(plan->runs, i, run)
    {
        if (!is_run(plan, run))
            return false;
    }
    return true;
}

int plan_read(struct run_plan *out, const char *folder)
{
    char path[2 * BL_PATH_ROOM];
    snprintf(path, sizeof path, "%s/plan.json", folder);
    *out = (struct run_plan){.options = NULL};
    if (access(path, R_OK) != 0) {
        const bool is_missing = errno == ENOENT || errno == ENOTDIR;
        usage_error(
            "%s: cannot be read: %s; expected a folder of backless sweep, or of backless compare with "
            "--seeds or --tune",
            path, strerror(errno));
        return is_missing ? EXIT_DATA : EXIT_IO;
    }
    json_t *json = json_load_file(path, JSON_REJECT_DUPLICATES, NULL);
    const char *found = json_string_value(json_object_get(json, "format"));
    struct run_plan plan = {json_object_get(json, "options"), json_object_get(json, "axes"),
                            json_object_get(json, "runs"),
                            json_is_true(json_object_get(json, "is_comparison")),
                            json_is_true(json_object_get(json, "has_rates_by_fold"))};
    const bool is_known = found && strcmp(found, format) == 0 && is_plan(&plan);
    if (is_known)
        *out = plan_share(&plan);
    json_decref(json);
    return is_known ? EXIT_DONE : refuse_plan(folder, "is no plan of runs that this version knows");
}

/* Returns the first option that differs, for the error message; NULL if none does. */
static const char *different_option(const json_t *a, const json_t *b)
{
    const char *key = NULL;
    json_t *value = NULL;
    json_object_foreach((json_t *)a, key, value)
    {
        if (!json_equal(value, json_object_get(b, key)))
            return key;
    }
    json_object_foreach((json_t *)b, key, value)
    {
        if (!json_object_get(a, key))
            return key;
    }
    return NULL;
}

static const char *text_of(const json_t *options, const char *key)
{
    const char *text = json_string_value(json_object_get(options, key));
    return text ? text : "not given";
}

int plan_join(struct run_plan *plan, const struct run_plan *more, const char *folder)
{
    const char *key = different_option(plan->options, more->options);
    size_t i = 0;
    json_t *run = NULL;
    if (key)
        return usage_error(
            "%s: holds runs with other options: --%s is %s there and %s here; such runs need a folder of "
            "their own",
            folder, key, text_of(more->options, key), text_of(plan->options, key));
    if (!json_equal(plan->axes, more->axes) || plan->is_comparison != more->is_comparison ||
        plan->has_rates_by_fold != more->has_rates_by_fold)
        return usage_error(
            "%s: holds runs that differ in other options; such runs need a folder of their own", folder);
    json_array_foreach(more->runs, i, run)
    {
        if (!find_run(plan, plan_name(run)))
            json_array_append(plan->runs, run);
    }
    return EXIT_DONE;
}

/* Writes the plan to a temporary file and renames it, so that a killed process leaves the old plan or the new
   one. The temporary name contains the process id, because several processes may write. */
static int write_plan(const struct run_plan *plan, const char *folder)
{
    char path[2 * BL_PATH_ROOM], made[2 * BL_PATH_ROOM + 32];
    json_t *json = json_pack("{s:s, s:b, s:b, s:O, s:O, s:O}", "format", format, "is_comparison",
                             plan->is_comparison, "has_rates_by_fold", plan->has_rates_by_fold, "options",
                             plan->options, "axes", plan->axes, "runs", plan->runs);
    snprintf(path, sizeof path, "%s/plan.json", folder);
    snprintf(made, sizeof made, "%s.%ld", path, (long)getpid());
    const bool is_written = json_dump_file(json, made, JSON_INDENT(1)) == 0 && rename(made, path) == 0;
    json_decref(json);
    if (is_written)
        return EXIT_DONE;
    usage_error("%s: cannot be written: %s", path, strerror(errno));
    remove(made);
    return EXIT_IO;
}

int plan_check_epochs(const char *epochs)
{
    return strspn(epochs, "0") != strlen(epochs) || !epochs[0]
               ? EXIT_DONE
               : usage_error("--epochs 0 trains nothing that could be compared: expected 1 or more");
}

static int check_epochs(const struct run_plan *plan)
{
    size_t i = 0;
    const json_t *run = NULL, *common = json_object_get(plan->options, "epochs");
    json_array_foreach(plan->runs, i, run)
    {
        const char *own = plan_value(run, "epochs");
        if (plan_check_epochs(own[0] || !common ? own : json_string_value(common)) != EXIT_DONE)
            return EXIT_USAGE;
    }
    return EXIT_DONE;
}

int plan_keep(const struct run_plan *plan, const char *folder)
{
    if (check_epochs(plan) != EXIT_DONE)
        return EXIT_USAGE;
    char path[2 * BL_PATH_ROOM];
    struct run_plan all = plan_share(plan);
    struct run_plan old;
    json_decref(all.runs);
    all.runs = json_copy(plan->runs); /* to be joined */
    snprintf(path, sizeof path, "%s/plan.json", folder);
    int code = make_folder(folder);
    if (code == EXIT_DONE && access(path, F_OK) == 0) {
        code = plan_read(&old, folder);
        if (code == EXIT_DONE)
            code = plan_join(&all, &old, folder);
        plan_release(&old);
    }
    if (code == EXIT_DONE)
        code = write_plan(&all, folder);
    plan_release(&all);
    return code;
}

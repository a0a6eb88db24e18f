/*
 * data_list.c - backless data list: lists the named sets, and where each is on this machine.
 */
#include "data_command.h"

#include <jansson.h>
#include <string.h>
#include <unistd.h>

static const struct extra extras[] = {
    {"data-dir", "DIR", "folder that is searched first for named sets, before $BACKLESS_DATA"},
    {"json", NULL, "one JSON array on standard output"},
    {"quiet", NULL, "no messages"},
    {NULL, NULL, NULL},
};

static bool is_there(const char *folder, const char *name, const char *ending)
{
    char path[2 * BL_PATH_ROOM];
    snprintf(path, sizeof path, "%s/%s%s", folder, name, ending);
    return access(path, F_OK) == 0;
}

static bool is_there_unpacked(const char *folder, const char *name)
{
    char plain[256];
    const size_t n = strlen(name);
    if (n < 4 || n >= sizeof plain || strcmp(name + n - 3, ".gz") != 0)
        return false;
    snprintf(plain, sizeof plain, "%.*s", (int)(n - 3), name);
    return is_there(folder, plain, "");
}

/* Returns how many of the set's files are in the folder, compressed or not. is_broken_off: set if an
   unfinished download of one exists. */
static int set_files_in(const struct set_source *source, const char *folder, bool *is_broken_off)
{
    int n = 0;
    *is_broken_off = false;
    for (int i = 0; i < set_source_files(source); i++) {
        const char *name = source->files[i].name;
        n += is_there(folder, name, "") || is_there_unpacked(folder, name);
        *is_broken_off = *is_broken_off || is_there(folder, name, ".part");
    }
    return n;
}

/* Returns whether all files of the set are in the folder. A folder with none of the files counts as whole: it
   was not filled by this program, and its files may have other names. */
static bool is_whole(const char *name, const char *folder)
{
    bool is_broken_off = false;
    const struct set_source *source = set_source_find(name);
    const int n = source ? set_files_in(source, folder, &is_broken_off) : 0;
    return !is_broken_off && (n == 0 || n == set_source_files(source));
}

static void print_set(const char *name, const char *folder)
{
    printf("%-14s %s\n%-14s ", name, bl_data_set_about(name), "");
    if (folder && is_whole(name, folder))
        printf("%s\n", folder);
    else if (folder)
        printf("%s, but not all of it: backless data get %s\n", folder, name);
    else if (set_source_find(name))
        printf("not here: backless data get %s\n", name);
    else
        printf("not here\n");
}

static json_t *set_json(const char *name, const char *folder)
{
    return json_pack("{s:s, s:s, s:s?, s:b, s:b}", "name", name, "about", bl_data_set_about(name), "path",
                     folder, "complete", folder && is_whole(name, folder), "fetchable",
                     set_source_find(name) != NULL);
}

static int run_data_list(struct session *s)
{
    json_t *list = extra_of(s, "json") ? json_array() : NULL;
    const int code = data_take_folder(s);
    for (int i = 0; code == EXIT_DONE && bl_data_set_name(i); i++) {
        char path[BL_PATH_ROOM];
        const char *name = bl_data_set_name(i);
        const char *folder =
            bl_data_set_find(s->ctx, s->config, name, path, sizeof path) == BL_OK ? path : NULL;
        if (list)
            json_array_append_new(list, set_json(name, folder));
        else
            print_set(name, folder);
    }
    if (list && code == EXIT_DONE) {
        json_dumpf(list, stdout, JSON_COMPACT);
        putchar('\n');
    }
    json_decref(list);
    return code;
}

const struct command command_data_list = {
    "data list", "data list [--json]", "the named data sets, and where each is on this machine", NULL, extras,
    0,           run_data_list};

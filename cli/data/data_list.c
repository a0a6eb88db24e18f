/*
 * data_list.c - backless data list: lists the named sets, and where each is on this machine.
 */
#include "data_command.h"
#include "whole_set.h"

#include <jansson.h>

static const struct extra extras[] = {
    {"data-dir", "DIR", "folder that is searched first for named sets, before $BACKLESS_DATA"},
    {"json", NULL, "one JSON array on standard output"},
    {"quiet", NULL, "no messages"},
    {NULL, NULL, NULL},
};

static void print_set(const char *name, const char *folder)
{
    printf("%-14s %s\n%-14s ", name, bl_data_set_about(name), "");
    if (folder && set_is_whole(name, folder))
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
                     folder, "complete", folder && set_is_whole(name, folder), "fetchable",
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

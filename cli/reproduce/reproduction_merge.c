/*
 * reproduction_merge.c - adds the results of another folder to those of --out, for runs that were divided
 * among machines (--shard).
 */
#include "../make_folder.h"
#include "reproduction.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

static bool is_of_target(const char *name, const struct target *target)
{
    const size_t n = strlen(name), n_target = strlen(target->name);
    return n > 5 && strcmp(name + n - 5, ".json") == 0 && strncmp(name, target->name, n_target) == 0 &&
           name[n_target] == '-';
}

/* Compares with the result of the same run that is in --out already. */
static int compare(const struct session *s, const char *from, const struct result *result, const char *path)
{
    struct result other;
    const int code = result_read(&other, s, path);
    if (code != EXIT_DONE)
        return code;
    const bool is_same =
        strcmp(result->last_hash, other.last_hash) == 0 && result->revision == other.revision;
    result_release(&other);
    if (is_same) {
        note(s, "%s: is in %s already", from, reproduction_folder(s));
        return EXIT_DONE;
    }
    usage_error("%s: %s is of the same run, and has other weights", from, path);
    return EXIT_DATA;
}

static int add_result(const struct session *s, const char *folder, const char *file)
{
    char from[2 * BL_PATH_ROOM], path[BL_PATH_ROOM], name[NAME_ROOM];
    struct result result;
    snprintf(from, sizeof from, "%s/%s", folder, file);
    int code = result_read(&result, s, from);
    if (code != EXIT_DONE)
        return code;
    const int epochs = atoi(json_text(json_object_get(result.json, "options"), "epochs"));
    cell_file_name(&result.cell, result.seed, result.is_short ? epochs : 0, name);
    snprintf(path, sizeof path, "%s/%s.json", reproduction_folder(s), name);
    if (result_exists(reproduction_folder(s), name))
        code = compare(s, from, &result, path);
    else {
        code = make_folder(reproduction_folder(s));
        if (code == EXIT_DONE)
            code = result_write(s, path, &result);
        if (code == EXIT_DONE)
            note(s, "%s: added as %s", from, path);
    }
    result_release(&result);
    return code;
}

int reproduction_merge(const struct session *s, const struct target *target, const char *folder, int *found)
{
    struct dirent **entries = NULL;
    const int n = scandir(folder, &entries, NULL, alphasort);
    int code = EXIT_DONE;
    if (n < 0) {
        usage_error("%s: cannot be read: %s", folder, strerror(errno));
        return EXIT_IO;
    }
    for (int i = 0; i < n; i++) {
        if (code == EXIT_DONE && is_of_target(entries[i]->d_name, target)) {
            (*found)++;
            code = add_result(s, folder, entries[i]->d_name);
        }
        free(entries[i]);
    }
    free(entries);
    return code;
}

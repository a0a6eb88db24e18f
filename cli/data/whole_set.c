/*
 * whole_set.c - whether a folder holds all files of a named set.
 */
#include "whole_set.h"
#include "../command.h"
#include "set_sources.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

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

/* Whether the folder is empty. A path that is no folder is an archive, which is not empty. */
static bool is_empty(const char *path)
{
    DIR *folder = opendir(path);
    bool has_entry = !folder;
    for (const struct dirent *entry = NULL; !has_entry && (entry = readdir(folder));)
        has_entry = strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
    if (folder)
        closedir(folder);
    return !has_entry;
}

bool set_is_whole(const char *name, const char *folder)
{
    bool is_broken_off = false;
    const struct set_source *source = set_source_find(name);
    const int n = source ? set_files_in(source, folder, &is_broken_off) : 0;
    return !is_broken_off && (n == 0 ? !is_empty(folder) : n == set_source_files(source));
}

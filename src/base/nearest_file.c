/*
 * nearest_file.c - searches a folder for the nearest name.
 */
#include "nearest_file.h"

#include "nearest.h"

#include <dirent.h>
#include <string.h>
#include <sys/stat.h>

enum { FOLDER_ROOM = 4096, NAME_ROOM = 256 };

/* Among equally near names the first in byte order is chosen, because the order of readdir is undefined. */
static bool find_in(DIR *listing, const char *name, char best[NAME_ROOM])
{
    size_t least = 0;
    best[0] = 0;
    for (const struct dirent *entry = readdir(listing); entry; entry = readdir(listing)) {
        struct nearest search;
        if (entry->d_name[0] == '.' || !text_is_plain(entry->d_name) ||
            strcmp(entry->d_name, name) == 0) /* a link whose target does not exist */
            continue;
        nearest_begin(&search, slice_of(name));
        nearest_offer(&search, slice_of(entry->d_name), entry->d_name);
        if (!search.found || (best[0] && (search.distance > least ||
                                          (search.distance == least && strcmp(entry->d_name, best) > 0))))
            continue;
        least = search.distance;
        best[0] = 0;
        text_append(best, NAME_ROOM, "%s", entry->d_name);
    }
    return best[0] != 0;
}

/* Writes the path beside `path` that has the nearest name. slash: the last slash in path, or NULL. */
static bool find_beside(const char *path, const char *slash, char *out, size_t room)
{
    char folder[FOLDER_ROOM] = "", best[NAME_ROOM];
    text_append(folder, sizeof folder, "%.*s", slash ? (int)(slash - path) + 1 : 1, slash ? path : ".");
    DIR *listing = opendir(folder);
    if (!listing)
        return false;
    const bool is_found = find_in(listing, slash ? slash + 1 : path, best);
    closedir(listing);
    out[0] = 0;
    text_append(out, room, "%.*s%s", slash ? (int)(slash - path) + 1 : 0, path, best);
    return is_found;
}

static bool is_file(const char *path)
{
    struct stat found;
    return stat(path, &found) == 0 && !S_ISDIR(found.st_mode);
}

/* Writes the path of a file of this name in a folder within `folder`, the first in byte order: a comparison
   has a run folder for each rule. */
static bool find_below(const char *folder, const char *name, char *out, size_t room)
{
    char path[FOLDER_ROOM + NAME_ROOM], best[NAME_ROOM] = "";
    DIR *listing = opendir(folder);
    if (!listing)
        return false;
    for (const struct dirent *entry = readdir(listing); entry; entry = readdir(listing)) {
        path[0] = 0;
        text_append(path, sizeof path, "%s/%s/%s", folder, entry->d_name, name);
        if (entry->d_name[0] == '.' || !text_is_plain(entry->d_name) || !is_file(path) ||
            (best[0] && strcmp(entry->d_name, best) > 0))
            continue;
        best[0] = 0;
        text_append(best, sizeof best, "%s", entry->d_name);
    }
    closedir(listing);
    out[0] = 0;
    text_append(out, room, "%s/%s/%s", folder, best, name);
    return best[0] != 0;
}

bool nearest_file(const char *path, char *out, size_t room)
{
    char folder[FOLDER_ROOM] = "";
    const char *slash = strrchr(path, '/');
    if (strlen(path) >= sizeof folder)
        return false;
    if (find_beside(path, slash, out, room))
        return true;
    if (!slash || slash == path)
        return false;
    text_append(folder, sizeof folder, "%.*s", (int)(slash - path), path);
    if (is_file(folder)) { /* the path uses a file as a folder */
        out[0] = 0;
        text_append(out, room, "%s", folder);
        return true;
    }
    struct stat found;
    if (stat(folder, &found) == 0) /* the folder exists, and no name in it is near */
        return find_below(folder, slash + 1, out, room);
    if (find_beside(folder, strrchr(folder, '/'), out, room)) {
        text_append(out, room, "%s", slash);
        return true;
    }
    return false;
}

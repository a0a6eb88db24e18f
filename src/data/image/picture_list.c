/*
 * picture_list.c - lists the images of a folder, which are recognised by the ending of the name, in any case;
 * their contents are not read.
 */
#include "picture_list.h"

#include "../../base/mem.h"
#include "../../base/text.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

static bool has_ending(const char *name, const char *const *endings)
{
    for (; *endings; endings++) {
        const size_t n = strlen(name), tail = strlen(*endings);
        if (n > tail && strcasecmp(name + n - tail, *endings) == 0)
            return true;
    }
    return false;
}

static bool is_picture_name(const char *name)
{
    static const char *const endings[] = {".png", ".apng", ".jpg", ".jpeg", ".jpe", ".jfif", NULL};
    return has_ending(name, endings);
}

/* Whether the name is that of an image in an unsupported format. Such files are refused, because ignoring
   them would change the set silently. */
static bool is_unsupported_picture(const char *name)
{
    static const char *const endings[] = {".gif",  ".bmp", ".dib", ".webp", ".tif", ".tiff", ".heic", ".heif",
                                          ".avif", ".ppm", ".pgm", ".pbm",  ".pnm", ".jp2",  ".jxl",  ".tga",
                                          ".psd",  ".ico", ".svg", ".exr",  ".pcx", NULL};
    return has_ending(name, endings);
}

static bool looks_like_picture(const char *name)
{
    return name[0] != '.' && (is_picture_name(name) || is_unsupported_picture(name));
}

bool path_join(char out[BL_PATH_ROOM], const char *folder, const char *name)
{
    out[0] = 0;
    text_append(out, BL_PATH_ROOM, "%s/%s", folder, name);
    return strlen(folder) + strlen(name) + 1 < BL_PATH_ROOM;
}

bool is_part_name(const char *name, const char *part)
{
    static const char *const train[] = {"train", "training"}, *const test[] = {"test", "testing"};
    const char *const *names = strcmp(part, "train") == 0 ? train : test;
    return strcasecmp(name, names[0]) == 0 || strcasecmp(name, names[1]) == 0;
}

/* ---- One entry */

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

void entries_free(bl_context *ctx, struct entries *e)
{
    names_free(ctx, e->names, e->n);
    mem_free(ctx, e->other);
    mem_free(ctx, e->picture);
    *e = (struct entries){0};
}

/* Adds an entry. Its name must be valid text, because names become classes and ids, which are written into
   models, logs and messages. */
static bl_status add_entry(struct entries *e, bl_context *ctx, const char *folder, const char *name)
{
    struct shown shown = text_shown(name, strlen(name));
    text_make_plain(shown.text);
    if (!text_is_plain(name))
        BL_FAIL(ctx, BL_BAD_DATA,
                "%s: the name \"%s\" in it is not UTF-8, or has control characters; rename it", folder,
                shown.text);
    BL_TRY(MEM_GROW(ctx, &e->names, &e->room, e->n, "file names"));
    BL_TRY(mem_text(ctx, &e->names[e->n], name, strlen(name)));
    e->n++;
    return BL_OK;
}

/* Counts a name, and keeps the first one in alphabetical order. */
static bl_status count_name(char **first, size_t *n, bl_context *ctx, const char *name)
{
    ++*n;
    if (*first && strcmp(*first, name) < 0)
        return BL_OK;
    mem_free(ctx, *first);
    *first = NULL;
    return mem_text(ctx, first, name, strlen(name));
}

static bl_status check_picture(bl_context *ctx, const char *path, const char *name)
{
    struct stat about;
    if (stat(path, &about) != 0)
        BL_FAIL(ctx, BL_BAD_DATA, "%s: cannot be examined (%s)%s", path, strerror(errno),
                errno == ENOENT ? ": a symbolic link whose target does not exist" : "");
    if (!S_ISREG(about.st_mode))
        BL_FAIL(ctx, BL_BAD_DATA, "%s: has the name of an image, but is not a regular file (%s)", path,
                path_kind_name(about.st_mode));
    if (is_unsupported_picture(name))
        BL_FAIL(ctx, BL_BAD_DATA, "%s: an image, but neither PNG nor JPEG; convert it, or remove it", path);
    return BL_OK;
}

static bl_status add_one(struct entries *out, bl_context *ctx, const char *folder, bool wants_folders,
                         const char *name)
{
    char path[BL_PATH_ROOM];
    if (!path_join(path, folder, name))
        BL_FAIL(ctx, BL_BAD_DATA, "%s: the path of a file in it is longer than %d bytes", folder,
                BL_PATH_ROOM);
    if (looks_like_picture(name)) {
        BL_TRY(check_picture(ctx, path, name));
        return wants_folders ? count_name(&out->picture, &out->n_pictures, ctx, name)
                             : add_entry(out, ctx, folder, name);
    }
    if (wants_folders && path_is_folder(path))
        return add_entry(out, ctx, folder, name);
    return count_name(&out->other, &out->n_others, ctx, name);
}

static bl_status list_open(struct entries *out, bl_context *ctx, const char *folder, bool wants_folders,
                           DIR *open_folder)
{
    for (struct dirent *entry; (entry = readdir(open_folder)) != NULL;)
        if (entry->d_name[0] != '.')
            BL_TRY(add_one(out, ctx, folder, wants_folders, entry->d_name));
    if (out->n > 0)
        qsort(out->names, out->n, sizeof *out->names, by_name);
    return BL_OK;
}

bl_status picture_list(struct entries *out, bl_context *ctx, const char *folder, bool wants_folders)
{
    DIR *open_folder = opendir(folder);
    if (!open_folder)
        BL_FAIL(ctx, BL_IO, "%s: cannot be opened: %s", folder, strerror(errno));
    const bl_status status = list_open(out, ctx, folder, wants_folders, open_folder);
    closedir(open_folder);
    return status;
}

bool folder_holds_pictures(const char *folder)
{
    DIR *open_folder = opendir(folder);
    bool found = false;
    for (struct dirent *entry; open_folder && !found && (entry = readdir(open_folder)) != NULL;)
        found = looks_like_picture(entry->d_name);
    if (open_folder)
        closedir(open_folder);
    return found;
}

bool folder_holds_classes(const char *folder)
{
    DIR *open_folder = opendir(folder);
    bool found = false;
    char path[BL_PATH_ROOM];
    for (struct dirent *entry; open_folder && !found && (entry = readdir(open_folder)) != NULL;)
        found = entry->d_name[0] != '.' && path_join(path, folder, entry->d_name) && path_is_folder(path) &&
                folder_holds_pictures(path);
    if (open_folder)
        closedir(open_folder);
    return found;
}

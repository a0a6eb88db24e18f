/*
 * picture_list.h - lists the contents of a folder of images: images, folders of classes, and other files.
 */
#ifndef BL_DATA_PICTURE_LIST_H
#define BL_DATA_PICTURE_LIST_H

#include "../readers.h"
#include "../set/data_internal.h"

/* The images of a folder, or the folders in it, sorted by name, without hidden ones. */
struct entries {
    char **names;
    size_t n, room;
    size_t n_others; /* number of other files that are not hidden; `other` is the first of them by name */
    char *other;
    /* If folders are listed: number of images in the same folder; `picture` is the first of them by name. */
    size_t n_pictures;
    char *picture;
};

/* Lists the images of a folder, or, if wants_folders, the folders in it. No file is opened. BL_BAD_DATA, with
   the path: an entry has the name of an image but has an unsupported format, or is a folder, a named pipe, a
   device or a broken link. */
bl_status picture_list(struct entries *out, bl_context *ctx, const char *folder, bool wants_folders);
void entries_free(bl_context *ctx, struct entries *e);

/* Whether files in the folder have names of images, including unsupported formats, which picture_list
   refuses. */
bool folder_holds_pictures(const char *folder);
bool folder_holds_classes(const char *folder); /* the folder contains folders that contain images */

/* Whether `name` is a name of the part: "train" or "training", "test" or "testing", in any case. */
bool is_part_name(const char *name, const char *part);

/* Writes folder/name to `out`; false if it is too long. */
bool path_join(char out[BL_PATH_ROOM], const char *folder, const char *name);

#endif

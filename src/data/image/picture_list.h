/*
 * picture_list.h - lists the contents of a folder of images: images, folders of classes, and other files.
 */
#ifndef BL_DATA_PICTURE_LIST_H
#define BL_DATA_PICTURE_LIST_H

#include "../readers.h"
#include "../set/making.h"

/* The pictures of a folder, or the folders in it, sorted by name; hidden ones are neither. */
struct entries {
    char **names;
    size_t n, room;
    size_t n_others; /* other files that are not hidden, and the first of them by name */
    char *other;
    size_t n_pictures; /* where folders are wanted: pictures beside them, and the first */
    char *picture;
};

/* Refused by path: an entry with the name of an image that cannot be read as one: another format, a folder, a
   named pipe, a device, a broken link. Nothing is opened. */
bl_status picture_list(struct entries *out, bl_context *ctx, const char *folder, bool wants_folders);
void entries_free(bl_context *ctx, struct entries *e);

/* By the names of the files in it, formats that cannot be read included: they are refused when they are
   listed. */
bool folder_holds_pictures(const char *folder);
bool folder_holds_classes(const char *folder); /* folders that hold pictures */

/* "train" and "training" are one split, "test" and "testing" the other, in any case. */
bool is_part_name(const char *name, const char *part);

/* folder/name; false: that is too long. */
bool path_join(char out[LOCATION_ROOM], const char *folder, const char *name);

#endif

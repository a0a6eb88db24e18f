/*
 * picture_list.h - what a folder of pictures holds: pictures, folders of classes, and what is neither.
 */
#ifndef BL_DATA_PICTURE_LIST_H
#define BL_DATA_PICTURE_LIST_H

#include "../readers.h"
#include "../set/making.h"

/* The pictures of a folder, or the folders in it, sorted by name; hidden ones are neither. */
struct entries {
    char **names;
    size_t n, room;
    size_t n_others; /* what is neither hidden nor wanted, and its first in the order of names */
    char *other;
    size_t n_pictures; /* where folders are wanted: pictures beside them, and the first */
    char *picture;
};

/* Refused by its path: what is called like a picture and is none that can be read: of another format, a folder, a named pipe,
   a device, a link that leads nowhere. Nothing is opened. */
bl_status picture_list(struct entries *out, bl_context *ctx, const char *folder, bool wants_folders);
void entries_free(bl_context *ctx, struct entries *e);

/* By the names of the files in it, formats that cannot be read included: they are refused when they are listed. */
bool folder_holds_pictures(const char *folder);
bool folder_holds_classes(const char *folder); /* folders that hold pictures */

/* "train", "Train", "training" are one part, "test" and "testing" the other, whatever their case. */
bool is_part_name(const char *name, const char *part);

/* folder/name; false: that is too long. */
bool path_join(char out[LOCATION_ROOM], const char *folder, const char *name);

#endif

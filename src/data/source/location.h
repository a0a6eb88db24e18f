/*
 * location.h - resolves the value of the option data to a named set, a folder or a file, and reads it.
 */
#ifndef BL_DATA_LOCATION_H
#define BL_DATA_LOCATION_H

#include "../readers.h"

/* A named set, a folder of IDX files, or a file. */
struct location {
    char path[LOCATION_ROOM];
    bool is_folder, is_input;    /* is_input: standard input, "-" */
    const struct named_set *set; /* NULL: not found by name */
};

bl_status location_find(struct location *out, bl_context *ctx, const char *where,
                        const struct data_options *options);

/* Whether a folder has that split of its own. */
bool location_has_part(const struct location *at, const char *part);

/* Reads what was located, unscaled. how: all but its path. part: "train" or "test", for folders. */
bl_status location_read(bl_data **out, const struct reading *how, const struct location *from,
                        const char *part);

/* The kind of a file, by its content and path, and of a folder. */
const struct reader *reader_for(const struct bytes *file, const char *path);
const struct folder_reader *folder_reader_for(const char *folder);

/* Named sets: searched in data-dir, $BACKLESS_DATA, the cache, the system's data set folders. */
const struct named_set *named_find(const char *name); /* NULL: no such name */
/* Writes the rest of `no data set "MNIST"; `: the nearest name, or the list of all. */
void named_advise(const char *name, char *out, size_t room);
bl_status named_locate(struct location *out, bl_context *ctx, const struct named_set *set,
                       const char *data_dir);
/* Gives the set's class names to what was read. */
bl_status named_classes(bl_data *data, const struct named_set *set);

/* Whether the class names of `schema` for its numbers agree with the set's. */
bool named_agrees(const struct named_set *set, const bl_data *schema);
const char *named_name(const struct named_set *set);

#endif

/*
 * location.h - resolves the value of the option data to a named set, a folder or a file, and reads it.
 */
#ifndef BL_DATA_LOCATION_H
#define BL_DATA_LOCATION_H

#include "../readers.h"

/* A named set, a folder, a file, or standard input. */
struct location {
    char path[BL_PATH_ROOM];
    bool is_folder, is_input;    /* is_input: standard input, "-" */
    const struct named_set *set; /* NULL: not a named set */
};

bl_status location_find(struct location *out, bl_context *ctx, const char *where,
                        const struct data_options *options);

/* Whether the location includes this part as a separate set. */
bool location_has_part(const struct location *at, const char *part);

/* Reads the location, without scaling. how: its path is not used. part: "train" or "test", for folders. */
bl_status location_read(bl_data **out, const struct reading *how, const struct location *from,
                        const char *part);

/* The reader of a file, by its content and path; folder_reader_for: the reader of a folder. */
const struct reader *reader_for(const struct bytes *file, const char *path);
const struct folder_reader *folder_reader_for(const char *folder);

/* Named sets. They are searched in data-dir, $BACKLESS_DATA, the cache and the system's folders of data
   sets. named_find: NULL if there is no such set. */
const struct named_set *named_find(const char *name);
/* Writes the text that follows `no data set "MNIST"; ` in a message: the nearest name, or the list of all
   names. */
void named_advise(const char *name, char *out, size_t room);
bl_status named_locate(struct location *out, bl_context *ctx, const struct named_set *set,
                       const char *data_dir);
/* The user's cache, $XDG_CACHE_HOME/backless or $HOME/.cache/backless, and `below`, which begins with '/'.
   false: the environment names neither. */
bool named_cache(char path[BL_PATH_ROOM], const char *below);
/* Gives data that were read from the set the set's class names. */
bl_status named_classes(bl_data *data, const struct named_set *set);

/* Whether the class names of `schema` agree with the set's for the same numbers. */
bool named_agrees(const struct named_set *set, const bl_data *schema);
bool named_has_classes(const struct named_set *set); /* its classes have names */
const char *named_name(const struct named_set *set);

#endif

/*
 * readers.h - inside src/data: the readers of single files, and what they share.
 */
#ifndef BL_DATA_READERS_H
#define BL_DATA_READERS_H

#include "bytes_in.h"
#include "set/data.h"

/* One file being read. */
struct reading {
    bl_context *ctx;
    const char *path; /* for messages */
    const struct data_options *options;
    const bl_data *like; /* shape, columns and classes to agree with; NULL: this file decides them */
};

enum {
    LOCATION_ROOM = BL_PATH_ROOM /* for a path */
};

/* A named set, a folder of IDX files, or a file. */
struct location {
    char path[LOCATION_ROOM];
    bool is_folder, is_input;    /* is_input: standard input, "-" */
    const struct named_set *set; /* NULL: not found by name */
};

bl_status location_find(struct location *out, bl_context *ctx, const char *where,
                        const struct data_options *options);

/* Whether a folder has that part of its own. */
bool location_has_part(const struct location *at, const char *part);

/* Reads what was located, unscaled. how: all but its path. part: "train" or "test", for folders. */
bl_status location_read(bl_data **out, const struct reading *how, const struct location *from,
                        const char *part);

/* A kind of file. Adding one is a file and a line in reader_table.c. */
struct reader {
    bool (*is_it)(const struct bytes *file,
                  const char *path); /* by its content, and its name where that says nothing */
    /* Takes file->at over. part: "train" or "test", for files that hold both. */
    bl_status (*read)(bl_data **out, const struct reading *r, struct bytes *file, const char *part);
};
extern const struct reader reader_foreign, reader_cifar, reader_tar, reader_npz, reader_npy, reader_idx,
    reader_csv;
const struct reader *reader_for(const struct bytes *file, const char *path);
bool path_ends(const char *path, const char *ending); /* ".gz" behind it counts as nothing */

bool idx_begins(const struct bytes *file); /* with a magic number of images */
bool idx_fits(const struct bytes *file);   /* and its sizes account for every byte */

/* labels: path of the partner; NULL: none. Takes file->at over. */
bl_status idx_read(bl_data **out, const struct reading *r, struct bytes *file, const char *labels);
bl_status csv_read(bl_data **out, const struct reading *r, struct bytes *file);

/* A kind of folder, likewise. */
struct folder_reader {
    bool (*has_part)(const char *folder, const char *part);
    bl_status (*read)(bl_data **out, const struct reading *r, const char *part); /* r->path: the folder */
};
extern const struct folder_reader folder_of_idx, folder_of_cifar, folder_of_pictures;
const struct folder_reader *folder_reader_for(const char *folder);

/* The paths of one part's images and labels. labels: "" where there are none and the options allow that. */
struct idx_pair {
    char images[LOCATION_ROOM], labels[LOCATION_ROOM];
};
bl_status folder_pair(struct idx_pair *out, bl_context *ctx, const char *folder, const char *part,
                      const struct data_options *options);
/* The labels that belong to a single images file, told by its name. */
bl_status idx_partner(struct idx_pair *out, bl_context *ctx, const char *images,
                      const struct data_options *options);

/* Named sets: searched in data-dir, $BACKLESS_DATA, the cache, the system's data set folders. */
const struct named_set *named_find(const char *name); /* NULL: no such name */
/* What completes `no data set "MNIST"; `: the name that was probably meant, or the list of all. */
void named_advise(const char *name, char *out, size_t room);
bl_status named_locate(struct location *out, bl_context *ctx, const struct named_set *set,
                       const char *data_dir);
/* Gives the set's class names to what was read. */
bl_status named_classes(bl_data *data, const struct named_set *set);

/* Whether the names that like gives to the numbers of its classes are not other ones than the set's. */
bool named_agrees(const struct named_set *set, const bl_data *like);
const char *named_name(const struct named_set *set);

/* The class that a label stands for, -1 for none. like: outputs, class_names and class_match. */
int class_of_text(const bl_data *like, const char *text, size_t n);
int class_of_number(const bl_data *like, double value); /* of a label that is no text in its file */

/* The classes for a message, those past some hundred bytes left out: ' ("no", "yes")'. */
struct classes_shown {
    char text[256];
};
struct classes_shown classes_shown(const bl_data *like);

/* What is shared by all ways of making a set. */
bl_status data_create(bl_data **out, bl_context *ctx, const char *source); /* everything else zero, owns */
bl_status data_shape_like(bl_data *data, const struct reading *r);         /* checks and takes like's shape */
/* Gives rows of numbers the shape that the options name. */
bl_status shape_take(bl_data *data, const struct data_options *options);
/* Of a set that is read like another: the shape that the options name must be that one's. */
bl_status shape_check(const bl_data *data, const struct data_options *options, const bl_data *like);
bl_status names_copy(bl_context *ctx, char ***out, char **names, size_t n);
void names_free(bl_context *ctx, char **names, size_t n);
void data_take_hash(bl_data *data); /* when all has been read */
/* BL_BAD_VALUE for a label that is none of 0 .. outputs - 1. labels: n of them, or NULL. */
bl_status data_check_labels(bl_context *ctx, const int32_t *labels, size_t n, int outputs);

/* 'column "age"' or "feature 3 (from 0)", for a message. what: "feature" or "target". */
struct column_text {
    char text[112];
};
struct column_text scaling_column(const bl_data *data, const char *what, size_t j);

/* n numbers scaled as `s` says, into x. */
void scaling_of_floats(const struct scaling *s, const float *from, size_t n, float *x);
void scaling_of_doubles(const struct scaling *s, const double *from, size_t n, float *x);

bool path_is_there(const char *path); /* also when it cannot be looked at: opening it will tell why */
bool path_is_folder(const char *path);

/* A piece of a file for a message: cut, without control characters. */
struct shown {
    char text[64];
};
struct shown text_shown(const char *text, size_t n);

#endif

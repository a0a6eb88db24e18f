/*
 * readers.h - for src/data only: the interface of the readers of files and folders, and what they share.
 */
#ifndef BL_DATA_READERS_H
#define BL_DATA_READERS_H

#include "file_bytes.h"
#include "set/data.h"

/* The file that is read, and how. */
struct reading {
    bl_context *ctx;
    const char *path; /* for messages */
    const struct data_options *options;
    /* The data must agree with its shape, columns and classes; NULL: this file determines them. */
    const bl_data *schema;
};

/* A file format. A new one needs a file and a line in reader_table.c. */
struct reader {
    bool (*is_it)(const struct bytes *file,
                  const char *path); /* decides by the content, and by the name if the content is ambiguous */
    /* Takes ownership of file->at. part: "train" or "test", for files that contain both. */
    bl_status (*read)(bl_data **out, const struct reading *r, struct bytes *file, const char *part);
};
extern const struct reader reader_unsupported, reader_cifar, reader_tar, reader_npz, reader_npy, reader_idx,
    reader_svhn, reader_csv;
bool path_ends(const char *path, const char *ending); /* a trailing ".gz" is ignored */

/* A kind of folder. */
struct folder_reader {
    bool (*has_part)(const char *folder, const char *part);
    bl_status (*read)(bl_data **out, const struct reading *r, const char *part); /* r->path: the folder */
};
extern const struct folder_reader folder_of_idx, folder_of_cifar, folder_of_svhn, folder_of_pictures;
bool path_is_there(const char *path); /* true also if stat fails: opening it will then give the error */
bool path_is_folder(const char *path);

#endif

/*
 * reader_table.c - the table of readers, one line per format of file or folder. The first reader that accepts
 * a file or folder is used.
 */
#include "location.h"

#include <string.h>

/* Unsupported formats come before the others, because the message of another reader would not name the
   format; only SVHN's files precede them, because other MATLAB files are unsupported. The reader of tables
   is last and accepts any file. */
static const struct reader *const files[] = {&reader_svhn, &reader_unsupported, &reader_cifar, &reader_tar,
                                             &reader_npz,  &reader_npy,         &reader_idx};

static const struct folder_reader *const folders[] = {&folder_of_idx, &folder_of_cifar, &folder_of_svhn,
                                                      &folder_of_pictures};

const struct reader *reader_for(const struct bytes *file, const char *path)
{
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        if (files[i]->is_it(file, path))
            return files[i];
    return &reader_csv;
}

/* The reader of a folder. A folder that none accepts is read as IDX, whose message names the files that are
   missing. */
const struct folder_reader *folder_reader_for(const char *folder)
{
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++)
        if (folders[i]->has_part(folder, "train") || folders[i]->has_part(folder, "test"))
            return folders[i];
    return &folder_of_idx;
}

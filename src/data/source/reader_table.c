/*
 * reader_table.c - every kind of file and of folder, a line each; the first that it is, counts.
 */
#include "location.h"

#include <string.h>

/* Kinds that are refused by their name come first, because others would refuse them less clearly. Tables are what is left. */
static const struct reader *const files[] = {&reader_foreign, &reader_cifar, &reader_tar,
                                             &reader_npz,     &reader_npy,   &reader_idx};

static const struct folder_reader *const folders[] = {&folder_of_idx, &folder_of_cifar, &folder_of_pictures};

const struct reader *reader_for(const struct bytes *file, const char *path)
{
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        if (files[i]->is_it(file, path))
            return files[i];
    return &reader_csv;
}

/* One that is nothing of them is told what IDX files it lacks. */
const struct folder_reader *folder_reader_for(const char *folder)
{
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++)
        if (folders[i]->has_part(folder, "train") || folders[i]->has_part(folder, "test"))
            return folders[i];
    return &folder_of_idx;
}

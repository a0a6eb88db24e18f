/*
 * idx.h - reads the IDX format of MNIST, and finds its files by their names.
 */
#ifndef BL_DATA_IDX_H
#define BL_DATA_IDX_H

#include "../readers.h"

bool idx_begins(const struct bytes *file); /* begins with the magic number of images */
bool idx_fits(const struct bytes *file);   /* as idx_begins, and the sizes account for every byte */

/* Reads a file of images, and becomes the owner of file->at. labels: the path of the file of labels; NULL:
   none. */
bl_status idx_read(bl_data **out, const struct reading *r, struct bytes *file, const char *labels);
/* The paths of one part's images and labels. labels: "" if there are none and the options allow that. */
struct idx_pair {
    char images[BL_PATH_ROOM], labels[BL_PATH_ROOM];
};
bool idx_has_part(const char *folder, const char *part);
bl_status idx_find_pair(struct idx_pair *out, bl_context *ctx, const char *folder, const char *part,
                        const struct data_options *options);
/* Finds the file of labels that belongs to a single file of images, by its name. */
bl_status idx_partner(struct idx_pair *out, bl_context *ctx, const char *images,
                      const struct data_options *options);

#endif

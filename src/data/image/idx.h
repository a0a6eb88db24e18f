/*
 * idx.h - the IDX format of MNIST, and the names that its files have.
 */
#ifndef BL_DATA_IDX_H
#define BL_DATA_IDX_H

#include "../readers.h"

bool idx_begins(const struct bytes *file); /* with a magic number of images */
bool idx_fits(const struct bytes *file);   /* and its sizes account for every byte */

/* labels: path of the partner; NULL: none. Takes file->at over. */
bl_status idx_read(bl_data **out, const struct reading *r, struct bytes *file, const char *labels);
/* The paths of one part's images and labels. labels: "" where there are none and the options allow that. */
struct idx_pair {
    char images[LOCATION_ROOM], labels[LOCATION_ROOM];
};
bool idx_has_part(const char *folder, const char *part);
bl_status idx_find_pair(struct idx_pair *out, bl_context *ctx, const char *folder, const char *part,
                        const struct data_options *options);
/* Finds the labels of a single images file by its name. */
bl_status idx_partner(struct idx_pair *out, bl_context *ctx, const char *images,
                      const struct data_options *options);

#endif

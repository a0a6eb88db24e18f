/*
 * cifar.h - the binary version of CIFAR-10 and CIFAR-100: records of one label byte (two: coarse, fine), then
 * 3 planes of 32 x 32 bytes.
 */
#ifndef BL_DATA_CIFAR_H
#define BL_DATA_CIFAR_H

#include "../readers.h"
#include "../set/data_internal.h"

extern const char *const cifar10_names[10], *const cifar100_coarse_names[20], *const cifar100_names[100];

enum { CIFAR_PIXELS = 3 * 32 * 32, CIFAR_MOST_FILES = 5 };

/* The names of the files of one part, in order, up to NULL. */
struct cifar_part {
    int labels; /* bytes of a record: 1 (CIFAR-10) or 2 (CIFAR-100) */
    const char *part;
    const char *files[CIFAR_MOST_FILES + 1];
};
const struct cifar_part *cifar_part_at(size_t i); /* NULL past the last */

/* The state of reading the records of one part, piece by piece. cifar_begin sets it up. */
struct cifar {
    const struct reading *r;
    int labels;
    bool wants_coarse;
    char **names; /* class names from a file; NULL: the published names */
    uint8_t *pixels, *classes;
    size_t n;
};
bl_status cifar_begin(struct cifar *c, const struct reading *r, int labels);
/* The name of the file of class names, "batches.meta.txt". cifar_take_names parses such a file;
   cifar_read_names reads that of a folder, if there is one. */
const char *cifar_names_file(const struct cifar *c);
bl_status cifar_take_names(struct cifar *c, const char *where, const struct bytes *file);
bl_status cifar_read_names(struct cifar *c, const char *folder);
/* Adds the records of a piece. where: names the piece in messages. */
bl_status cifar_add(struct cifar *c, const char *where, const struct bytes *piece);
bl_status cifar_finish(struct cifar *c, bl_data **out);
void cifar_drop(struct cifar *c); /* frees the memory of a reading, also after a failure */

#endif

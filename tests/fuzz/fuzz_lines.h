/*
 * fuzz_lines.h - a text form of a safetensors file, one entry a line, so that a changed letter changes the
 * contents of a model and does not make the file unreadable.
 *
 *     key=value               an entry of the metadata; replaces an entry with this key
 *     @name rows cols value   a tensor, all of whose numbers are about `value`; cols 0: one dimension.
 *                             Replaces a tensor with this name.
 *     -name                   removes the entry or tensor
 */
#ifndef TESTS_FUZZ_LINES_H
#define TESTS_FUZZ_LINES_H

#include "../../src/file/tensors.h"

#include <stdbool.h>

enum { FUZZ_MOST_THINGS = 64, FUZZ_MOST_VALUES = 4096 };

struct fuzz_lines { /* the texts are borrowed */
    struct tensor_entry entries[FUZZ_MOST_THINGS];
    struct tensor_metadata metadata[FUZZ_MOST_THINGS];
    float *made[FUZZ_MOST_THINGS]; /* values that this struct owns */
    size_t n_entries, n_metadata, n_made;
};

/* Begins with the contents of a file. t must outlive `lines`. */
void fuzz_lines_begin(struct fuzz_lines *lines, const struct tensors *t);
/* Applies one line, which is split in place. Returns false if it is not understood. */
bool fuzz_lines_take(struct fuzz_lines *lines, char *line);
bl_status fuzz_lines_write(const struct fuzz_lines *lines, bl_context *ctx, const char *path);
void fuzz_lines_free(struct fuzz_lines *lines);

/* The next line of *text, zero-terminated in place; NULL at the end. */
char *fuzz_next_line(char **text);

#endif

/*
 * fuzz_lines.h - a safetensors file written down line by line, so that changing a letter changes what a model
 * says of itself and not whether it is a file at all.
 *
 *     key=value               metadata; one of that key is replaced
 *     @name rows cols value   a tensor, all of whose numbers are about `value`; cols 0: one dimension.
 *                             Likewise
 *     -name                   takes the metadata or tensor away
 */
#ifndef TESTS_FUZZ_LINES_H
#define TESTS_FUZZ_LINES_H

#include "../../src/file/tensors.h"

#include <stdbool.h>

enum { FUZZ_MOST_THINGS = 64, FUZZ_MOST_VALUES = 4096 };

struct fuzz_lines { /* borrows all texts */
    struct tensor_entry entries[FUZZ_MOST_THINGS];
    struct tensor_metadata metadata[FUZZ_MOST_THINGS];
    float *made[FUZZ_MOST_THINGS]; /* values that are its own */
    size_t n_entries, n_metadata, n_made;
};

/* Takes over what a file holds. t: stays alive. */
void fuzz_lines_begin(struct fuzz_lines *lines, const struct tensors *t);
/* One line, which is cut into pieces in place. false: it says nothing. */
bool fuzz_lines_take(struct fuzz_lines *lines, char *line);
bl_status fuzz_lines_write(const struct fuzz_lines *lines, bl_context *ctx, const char *path);
void fuzz_lines_free(struct fuzz_lines *lines);

/* The next line of *text, zero-terminated in place; NULL at the end. */
char *fuzz_next_line(char **text);

#endif

/*
 * distinct_words.h - the distinct texts of a column, counted and sorted.
 */
#ifndef BL_DATA_DISTINCT_WORDS_H
#define BL_DATA_DISTINCT_WORDS_H

#include "../../base/text.h"

/* A distinct text. */
struct word {
    char *text;
    size_t line, count; /* the line of its first occurrence, and the number of occurrences */
};

struct words { /* items are sorted by their bytes */
    struct word *items;
    size_t n, room;
};

/* The index of `text`, or the index at which it would be inserted. */
size_t words_place(const struct words *words, struct slice text);
/* Counts this text once more; a new text is copied. */
bl_status words_count(struct words *words, bl_context *ctx, struct slice text, size_t line);
/* The first word that consists of another word and a comment ("x # sure" beside "x"), or contains " # ".
   NULL: none. */
const struct word *words_commented(const struct words *words);
void words_free(bl_context *ctx, struct words *words);

#endif

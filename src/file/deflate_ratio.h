/*
 * deflate_ratio.h - how much deflate (RFC 1951) can compress, for readers that refuse a file before they
 * allocate the memory that it claims to need.
 */
#ifndef BL_FILE_DEFLATE_RATIO_H
#define BL_FILE_DEFLATE_RATIO_H

enum {
    DEFLATE_BEST_RATIO = 1032, /* one byte expands to at most this number of bytes */
    EMPTY_RATIO = 900,         /* data that expand by more than this ratio contain only repetition */
    NEVER_EMPTY = 64 << 20     /* bytes of unpacked data that are accepted at any ratio */
};

#endif

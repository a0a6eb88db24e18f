/*
 * set_sources.h - the sources of the named data sets: files, sizes, digests, mirrors.
 */
#ifndef CLI_SET_SOURCES_H
#define CLI_SET_SOURCES_H

struct source_file {
    const char *name;
    long long size; /* bytes */
    const char *sha256;
};

enum { MOST_SET_FILES = 4, MOST_MIRRORS = 2 };

struct set_source {
    const char *set;
    const char *mirrors[MOST_MIRRORS];        /* ends with '/'; NULL: no more */
    struct source_file files[MOST_SET_FILES]; /* name NULL: no more */
};

const struct set_source *set_source_at(int i); /* NULL past the last */
const struct set_source *set_source_find(const char *set);
int set_source_files(const struct set_source *source); /* the number of files */

#endif

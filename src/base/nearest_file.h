/*
 * nearest_file.h - spelling suggestions for a path that does not exist.
 */
#ifndef BL_BASE_NEAREST_FILE_H
#define BL_BASE_NEAREST_FILE_H

#include <stdbool.h>
#include <stddef.h>

/* Writes the suggestion into `out`: "runs/iris.csv" for "runs/irsi.csv" or "rnus/iris.csv". It is the nearest
   name (nearest.h) in the folder of the path, else the same name in a folder within it; if the folder of the
   path does not exist, the nearest name beside it; if it is a file, that file. Hidden names and names that
   cannot be printed are skipped. false: no name is near. */
bool nearest_file(const char *path, char *out, size_t room);

#endif

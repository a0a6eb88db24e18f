/*
 * nearest_file.h - the file or folder that a path which leads nowhere was probably meant to be.
 */
#ifndef BL_BASE_NEAREST_FILE_H
#define BL_BASE_NEAREST_FILE_H

#include <stdbool.h>
#include <stddef.h>

/* "runs/iris.csv" for "runs/irsi.csv" or "rnus/iris.csv": the nearest name (nearest.h) in the folder of the path; where that folder
   is not there, the nearest folder beside it; where it is a file, that file. Names that are hidden or cannot be shown do not count. false: nothing is near. */
bool nearest_file(const char *path, char *out, size_t room);

#endif

/*
 * whole_set.h - whether a named set is complete, for the commands that list the sets of this machine.
 */
#ifndef CLI_WHOLE_SET_H
#define CLI_WHOLE_SET_H

#include <stdbool.h>

/* Returns whether all files of the set are in the folder, compressed or not, and none is an unfinished
   download. A folder with other files only counts as whole: it was not filled by this program, and the files
   of the set may have other names there. An empty folder does not. */
bool set_is_whole(const char *name, const char *folder);

#endif

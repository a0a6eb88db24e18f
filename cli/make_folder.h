/*
 * make_folder.h - creates the folders of runs.
 */
#ifndef CLI_MAKE_FOLDER_H
#define CLI_MAKE_FOLDER_H

/* Creates a folder, and those above it that do not exist. Prints an error; returns the exit code. */
int make_folder(const char *path);
/* Checks whether make_folder could create the folder, or whether files could be made in it if it exists, so
   that a command can refuse the path before its work. Creates nothing. Prints an error, which names the
   option; returns the exit code. */
int check_new_folder(const char *option, const char *path);

#endif

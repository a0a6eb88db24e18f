/*
 * make_folder.h - creates the folders of runs.
 */
#ifndef CLI_MAKE_FOLDER_H
#define CLI_MAKE_FOLDER_H

/* Creates a folder, and those above it that do not exist. Prints an error; returns the exit code. */
int make_folder(const char *path);

#endif

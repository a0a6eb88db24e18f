/*
 * loaded_library.h - functions of a shared library that is loaded when it is first needed. libcurl depends on
 * thirty libraries, and loading them takes longer than the rest of the program's start.
 */
#ifndef CLI_DOWNLOAD_LOADED_LIBRARY_H
#define CLI_DOWNLOAD_LOADED_LIBRARY_H

#include <stddef.h>

struct loaded_function {
    const char *name;
    void *pointer; /* the address of a pointer to the function */
};

/* Loads the library of this file name and sets the pointers. It remains loaded. Returns NULL, or why the
   library cannot be loaded or lacks a function. */
const char *load_library(const char *file, const struct loaded_function *functions, size_t n);

#endif

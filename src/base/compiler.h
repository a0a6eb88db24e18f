/*
 * compiler.h - names the compiler and the build type of the library.
 */
#ifndef BL_BASE_COMPILER_H
#define BL_BASE_COMPILER_H

/* "gcc 12.2.0, Release": the compiler with its version, and the build type. */
const char *compiler_text(void);

#endif

/*
 * compiler.c - the compiler and the build type of the library. cmake/build_parts.cmake defines BL_BUILD_TYPE
 * for this file.
 */
#include "compiler.h"

#ifdef __clang__
#define COMPILER __VERSION__
#else
#define COMPILER "gcc " __VERSION__
#endif

const char *compiler_text(void)
{
    return COMPILER ", " BL_BUILD_TYPE;
}

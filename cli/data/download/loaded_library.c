/*
 * loaded_library.c - loads a shared library and looks for its functions.
 */
#include "loaded_library.h"

#include <dlfcn.h>
#include <string.h>

const char *load_library(const char *file, const struct loaded_function *functions, size_t n)
{
    void *library = dlopen(file, RTLD_LAZY | RTLD_LOCAL);
    if (!library)
        return dlerror();
    for (size_t i = 0; i < n; i++) {
        void *found = dlsym(library, functions[i].name);
        if (!found)
            return dlerror();
        memcpy(functions[i].pointer, &found, sizeof found);
    }
    return NULL;
}

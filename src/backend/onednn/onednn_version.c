/*
 * onednn_version.c - which oneDNN this is.
 *
 * The library tells its version in numbers, and we keep no text of our own that could change: so it is the
 * version that was compiled with, and a word when another one of the same ABI is loaded.
 */
#include "onednn_gemm.h"

#include <dnnl.h>
#include <dnnl_version.h>

#define TEXT_OF(x) #x
#define TEXT(x) TEXT_OF(x)
#define COMPILED TEXT(DNNL_VERSION_MAJOR) "." TEXT(DNNL_VERSION_MINOR) "." TEXT(DNNL_VERSION_PATCH)

const char *onednn_version(void)
{
    const dnnl_version_t *loaded = dnnl_version();
    const bool is_same = loaded->major == DNNL_VERSION_MAJOR && loaded->minor == DNNL_VERSION_MINOR &&
                         loaded->patch == DNNL_VERSION_PATCH;
    return is_same ? COMPILED : COMPILED " when it was built; another one is loaded";
}

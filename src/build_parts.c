/*
 * build_parts.c - bl_build_part: the components of this build. The version of a component comes from its
 * library at run time if the library has a function for it, else from cmake/build_parts.cmake.
 */
#include "base/compiler.h"
#include "base/sized.h"

#include "backless.h"

#include <archive.h>
#include <jansson.h>
#include <string.h>

/* The version number from "libarchive 3.6.2". (archive_version_details also names zlib, but in 3.6.2 it leaks
   memory in each call.) */
static const char *of_libarchive(void)
{
    const char *text = archive_version_string(), *space = strchr(text, ' ');
    return space ? space + 1 : text;
}

static const char *of_jansson(void)
{
#if JANSSON_VERSION_HEX >= 0x020d00 /* the first version with a function for its version */
    return jansson_version_str();
#else
    return JANSSON_VERSION;
#endif
}

static const char *of_png(void)
{
#ifdef BL_PNG_VERSION
    return BL_PNG_VERSION;
#else
    return NULL;
#endif
}

static const char *of_jpeg(void)
{
#ifdef BL_JPEG_VERSION
    return BL_JPEG_VERSION;
#else
    return NULL;
#endif
}

static const struct {
    const char *name;
    const char *(*version)(void);
    const char *purpose, *package;
} parts[] = {
    {"libarchive", of_libarchive, "compressed files", "libarchive-dev"},
    {"Jansson", of_jansson, "JSON", "libjansson-dev"},
    {"PNG", of_png, "folders of PNG images", "libpng-dev"},
    {"JPEG", of_jpeg, "folders of JPEG images", "libturbojpeg0-dev"},
    {"compiler", compiler_text, "the compiler and the build type of the library", ""},
};

int bl_build_part(int i, bl_part *out)
{
    if (!out || i < 0 || i >= (int)(sizeof parts / sizeof *parts))
        return 0;
    const bl_part found = {out->size, parts[i].name, parts[i].version(), parts[i].purpose, parts[i].package};
    return sized_copy(out, &found, sizeof found);
}

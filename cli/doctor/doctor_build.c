/*
 * doctor_build.c - the versions of program and library, and the components of the build.
 */
#include "doctor.h"

#include "../data/download.h"

#include <string.h>

static void say_missing(struct doctor *d, const char *name, const char *purpose, const char *package)
{
    char advice[160] = "configure the build with it switched on, and build anew";
    if (package[0])
        snprintf(advice, sizeof advice, "apt-get install %s, then configure and build anew", package);
    doctor_say(d, DOCTOR_MISSING, name, advice, "missing: %s", purpose);
}

static void say_part(struct doctor *d, const bl_part *part)
{
    if (part->version)
        doctor_say(d, DOCTOR_FINE, part->name, NULL, "%s (%s)", part->version, part->purpose);
    else
        say_missing(d, part->name, part->purpose, part->package);
}

/* Reports the download support, the only component that the program has and the library does not. */
static void say_download(struct doctor *d)
{
#ifdef CLI_CURL_VERSION
    const char *why = download_missing();
    if (why)
        doctor_say(d, DOCTOR_MISSING, "libcurl", "install libcurl and libcrypto",
                   "missing: downloads of data sets: %s", why);
    else
        doctor_say(d, DOCTOR_FINE, "libcurl", NULL, "%s (downloads of data sets, by the program)",
                   CLI_CURL_VERSION);
#else
    say_missing(d, "libcurl", "downloads of data sets", "libcurl4-openssl-dev libssl-dev");
#endif
}

static void say_versions(struct doctor *d)
{
    const bool is_same = strcmp(bl_version(), BL_VERSION) == 0;
    doctor_say(d, DOCTOR_FINE, "backless", NULL, "%s (the program)", BL_VERSION);
    doctor_say(d, is_same ? DOCTOR_FINE : DOCTOR_NOTE, "libbackless",
               is_same ? NULL : "install program and library of one version", "%s (the library)",
               bl_version());
}

void doctor_build(struct doctor *d)
{
    bl_part part = {.size = sizeof part};
    doctor_section(d, "build");
    say_versions(d);
    for (int i = 0; bl_build_part(i, &part); i++)
        say_part(d, &part);
    say_download(d);
}

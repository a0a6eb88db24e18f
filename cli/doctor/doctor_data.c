/*
 * doctor_data.c - the named data sets: where each was found, or how to get it; the folders that are searched;
 * and whether the download folder can be written.
 */
#include "../data/whole_set.h"
#include "doctor.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

static bool is_folder(const char *path)
{
    struct stat found;
    return stat(path, &found) == 0 && S_ISDIR(found.st_mode);
}

/* The parts of the library's message "no data set x; looked in A, B; fetch it (...), or name the folder
   ...". */
struct missing_set_advice {
    char looked_in[1024], how[512];
};

static void parse_missing_set(const char *why, struct missing_set_advice *out)
{
    static const char before[] = "looked in ", after[] = ", or name the folder";
    const char *folders = strstr(why, before), *how = folders ? strstr(folders, "; ") : NULL;
    memset(out, 0, sizeof *out);
    if (!how) {
        snprintf(out->how, sizeof out->how, "%s", why);
        return;
    }
    folders += strlen(before);
    how += 2;
    const char *end = strstr(how, after);
    snprintf(out->looked_in, sizeof out->looked_in, "%.*s", (int)(how - 2 - folders), folders);
    snprintf(out->how, sizeof out->how, "%.*s", (int)(end ? end - how : (long)strlen(how)), how);
}

static void say_set_in(struct doctor *d, const char *name, const char *path)
{
    char how[128];
    snprintf(how, sizeof how, "fetch the rest (backless data get %s)", name);
    if (set_is_whole(name, path))
        doctor_say(d, DOCTOR_FINE, name, NULL, "%s", path);
    else
        doctor_say(d, DOCTOR_MISSING, name, how, "%s, but not all of it", path);
}

static void say_set(struct doctor *d, const char *name, char looked_in[1024])
{
    char path[BL_PATH_ROOM];
    struct missing_set_advice missing;
    if (bl_data_set_find(d->session->ctx, d->config, name, path, sizeof path) == BL_OK) {
        say_set_in(d, name, path);
        return;
    }
    parse_missing_set(bl_why(d->session->ctx), &missing);
    doctor_say(d, DOCTOR_MISSING, name, missing.how, "missing: %s", bl_data_set_about(name));
    if (missing.looked_in[0])
        snprintf(looked_in, 1024, "%s", missing.looked_in);
}

/* ---- The download folder */

/* Writes the nearest existing folder at or above `path` into `out`. */
static void nearest(const char *path, char *out, size_t room)
{
    snprintf(out, room, "%s", path);
    while (out[0] && !is_folder(out)) {
        char *slash = strrchr(out, '/');
        if (!slash || slash == out) {
            snprintf(out, room, "%s", slash ? "/" : ".");
            return;
        }
        *slash = 0;
    }
}

/* Returns 0, or the errno of the failure. Removes the file that it creates. */
static int try_to_write(const char *folder)
{
    char path[BL_PATH_ROOM + 32];
    snprintf(path, sizeof path, "%s/.backless-doctor-XXXXXX", folder);
    const int file = mkstemp(path);
    if (file < 0)
        return errno;
    const int failed = write(file, "backless", 8) == 8 && fsync(file) == 0 ? 0 : errno ? errno : ENOSPC;
    close(file);
    unlink(path);
    return failed;
}

static double free_gigabytes(const char *folder)
{
    struct statvfs disk;
    return statvfs(folder, &disk) == 0 ? (double)disk.f_bavail * (double)disk.f_frsize / 1e9 : 0.0;
}

static void say_home(struct doctor *d)
{
    char home[BL_PATH_ROOM], there[BL_PATH_ROOM];
    if (bl_data_set_home(d->session->ctx, d->config, home, sizeof home) != BL_OK) {
        doctor_say(d, DOCTOR_NOTE, "downloads", NULL, "%s", bl_why(d->session->ctx));
        return;
    }
    nearest(home, there, sizeof there);
    const int failed = try_to_write(there);
    if (failed)
        doctor_say(d, DOCTOR_NOTE, "downloads", "name a folder of your own: --data-dir DIR or BACKLESS_DATA",
                   "%s cannot be written: %s: %s", home, there, strerror(failed));
    else
        doctor_say(d, DOCTOR_FINE, "downloads", NULL, "%s (%s, %.1f GB free)", home,
                   strcmp(home, there) == 0 ? "can be written" : "can be made", free_gigabytes(there));
}

void doctor_data(struct doctor *d)
{
    char looked_in[1024] = "";
    doctor_section(d, "data sets");
    for (int i = 0; bl_data_set_name(i); i++)
        say_set(d, bl_data_set_name(i), looked_in);
    if (looked_in[0])
        doctor_say(d, DOCTOR_FINE, "searched", NULL, "%s", looked_in);
    say_home(d);
}

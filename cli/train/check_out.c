/*
 * check_out.c - refuses a run folder (--out) that is also a folder of data, and folders for the results that
 * cannot be made.
 */
#include "../command.h"
#include "../make_folder.h"
#include "check_options.h"

#include <sys/stat.h>

/* Returns whether the option names the file or folder of --out itself. */
static bool is_out(const struct session *s, const char *path)
{
    struct stat found, out;
    const char *folder = bl_config_get(s->config, "out");
    return path && path[0] && folder[0] && !extra_of(s, "resume") && stat(path, &found) == 0 &&
           stat(folder, &out) == 0 && found.st_dev == out.st_dev && found.st_ino == out.st_ino;
}

/* Refuses the folder of the data: the files of the run, and the folders of compare, would be read as data the
   next time. Refuses a file that the run reads. */
static int check_inputs(const struct session *s)
{
    static const char *const keys[] = {"data", "test", "config"};
    const char *out = bl_config_get(s->config, "out");
    struct stat found;
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        const bool is_extra = extra_index(s->command, keys[i]) >= 0;
        const char *path = is_extra ? extra_of(s, keys[i]) : bl_config_get(s->config, keys[i]);
        if (!is_out(s, path))
            continue;
        if (stat(path, &found) == 0 && S_ISDIR(found.st_mode))
            return usage_error(
                "--out is \"%s\", which is the folder of --%s; name a folder of its own, such as %s/run", out,
                keys[i], out);
        return usage_error("--out %s: is a file that this run reads, expected a folder to write to", out);
    }
    return EXIT_DONE;
}

/* Checks --out, or the folder of a resumed run. In commands of several runs these have folders in it. */
static int check_out_folder(const struct session *s)
{
    char path[BL_PATH_ROOM + 8];
    const char *out = bl_config_get(s->config, "out"), *resume = extra_of(s, "resume");
    if (resume)
        return check_new_folder("resume", resume);
    snprintf(path, sizeof path, "%s%s", out, extra_index(s->command, "resume") >= 0 ? "" : "/run");
    return out[0] ? check_new_folder("out", path) : EXIT_DONE;
}

int check_out(const struct session *s)
{
    const char *events = extra_of(s, "tensorboard");
    int code = check_inputs(s);
    if (code == EXIT_DONE)
        code = check_out_folder(s);
    return code == EXIT_DONE && events ? check_new_folder("tensorboard", events) : code;
}

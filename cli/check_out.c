/*
 * check_out.c - refuses a run folder (--out) that is also a folder of data.
 */
#include "command.h"

#include <sys/stat.h>

/* Returns whether --out is the folder of the data. The files of the run, and the folders of compare, would be
   read as data the next time. */
static bool is_folder_of_data(const struct session *s, const char *key)
{
    struct stat data, out;
    const char *path = bl_config_get(s->config, key), *folder = bl_config_get(s->config, "out");
    return path[0] && folder[0] && !extra_of(s, "resume") && stat(path, &data) == 0 &&
           stat(folder, &out) == 0 && S_ISDIR(data.st_mode) && data.st_dev == out.st_dev &&
           data.st_ino == out.st_ino;
}

int check_out(const struct session *s)
{
    static const char *const keys[] = {"data", "test"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (is_folder_of_data(s, keys[i]))
            return usage_error(
                "--out is \"%s\", which is the folder of --%s; name a folder of its own, such as %s/run",
                bl_config_get(s->config, "out"), keys[i], bl_config_get(s->config, "out"));
    return EXIT_DONE;
}

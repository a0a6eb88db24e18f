/*
 * proc_value.c - reads the lines of /proc/cpuinfo, /proc/meminfo and similar files.
 */
#include "proc_value.h"

#include <stdio.h>
#include <string.h>

bool proc_value(const char *path, const char *key, char *out, size_t room)
{
    char line[PROC_LINE];
    FILE *file = fopen(path, "r");
    bool is_found = false;
    while (file && !is_found && fgets(line, sizeof line, file)) {
        const size_t n = strlen(key);
        if (strncmp(line, key, n) != 0 || line[n + strspn(line + n, " \t")] != ':')
            continue;
        const char *value = strchr(line, ':') + 1;
        value += strspn(value, " \t");
        snprintf(out, room, "%.*s", (int)strcspn(value, "\n"), value);
        is_found = true;
    }
    if (file)
        fclose(file);
    return is_found;
}

/*
 * replay.c - runs a fuzz target over files, or all files of folders: in the place of libFuzzer, for the tests.
 */
#include "fuzz.h"

#include <dirent.h>

static int run_file(const char *path)
{
    struct stat about;
    const int file = open(path, O_RDONLY);
    if (file < 0 || fstat(file, &about) != 0) {
        fprintf(stderr, "%s: cannot be read\n", path);
        return 0;
    }
    uint8_t *bytes = malloc((size_t)about.st_size + 1);
    FUZZ_MUST(bytes && read(file, bytes, (size_t)about.st_size) == about.st_size);
    close(file);
    fprintf(stderr, "%s\n", path);
    LLVMFuzzerTestOneInput(bytes, (size_t)about.st_size);
    free(bytes);
    return 1;
}

static int run_folder(const char *path)
{
    int n = 0;
    DIR *folder = opendir(path);
    if (!folder)
        return run_file(path);
    for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
        char inner[4096];
        snprintf(inner, sizeof inner, "%s/%s", path, entry->d_name);
        if (entry->d_name[0] != '.')
            n += run_folder(inner);
    }
    closedir(folder);
    return n;
}

int main(int argc, char **argv)
{
    int n = 0;
    LLVMFuzzerTestOneInput((const uint8_t *)"", 0); /* nothing at all is an input too */
    for (int i = 1; i < argc; i++)
        n += run_folder(argv[i]);
    char command[FUZZ_PATH + 16];
    snprintf(command, sizeof command, "rm -rf '%s'", fuzz_folder());
    if (system(command) != 0)
        fprintf(stderr, "%s stays behind\n", fuzz_folder());
    printf("%d inputs replayed\n", n);
    return n > 0 ? 0 : 1;
}

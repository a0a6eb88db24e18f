/*
 * replay.c - runs a fuzz target without a fuzzer, on an empty input and on every file of the folders that are
 * named as arguments. Fails if a folder has no file, because then nothing was tested.
 */
#include "fuzz_target.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Runs the target on one file. The path is printed first, so that it is known if the target aborts. */
static void replay(const char *path)
{
    size_t n = 0;
    char *text = fuzz_read(path, &n);
    uint8_t *bytes = malloc(n > 0 ? n : 1); /* exactly n, so that a sanitizer finds reads past the end */
    FUZZ_CHECK(bytes, "no memory");
    memcpy(bytes, text, n);
    free(text);
    printf("%s\n", path);
    fflush(stdout);
    LLVMFuzzerTestOneInput(bytes, n);
    free(bytes);
}

static size_t replay_folder(const char *folder)
{
    struct dirent **entries = NULL;
    const int count = scandir(folder, &entries, NULL, alphasort);
    size_t n = 0;
    for (int i = 0; i < count; i++) {
        char path[4096];
        if (entries[i]->d_name[0] != '.') {
            snprintf(path, sizeof path, "%s/%s", folder, entries[i]->d_name);
            replay(path);
            n++;
        }
        free(entries[i]);
    }
    free(entries);
    return n;
}

int main(int argc, char **argv)
{
    size_t n = 0;
    LLVMFuzzerTestOneInput((const uint8_t *)"", 0);
    for (int i = 1; i < argc; i++)
        n += replay_folder(argv[i]);
    printf("%zu inputs\n", n);
    return n > 0 ? 0 : 1;
}

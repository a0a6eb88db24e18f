/*
 * scratch.h - for tests that write files: a temporary folder, files as bytes, an allocator that counts calls
 * and fails on demand, and a limit on file sizes that acts as a full disk.
 */
#ifndef TESTS_SCRATCH_H
#define TESTS_SCRATCH_H

#include <dirent.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "../src/base/context.h"

enum { SCRATCH_PATH = 400 };

struct scratch {
    char folder[100];
};

static inline void scratch_make(struct scratch *s)
{
    const char *temporary = getenv("TMPDIR");
    const int n =
        snprintf(s->folder, sizeof s->folder, "%s/backless-test-XXXXXX", temporary ? temporary : "/tmp");
    if (n >= (int)sizeof s->folder || !mkdtemp(s->folder))
        abort();
}

/* The returned path is valid until the function has been called seven more times. */
static inline const char *scratch_path(struct scratch *s, const char *name)
{
    static char paths[8][SCRATCH_PATH];
    static int next;
    char *path = paths[next++ % 8];
    snprintf(path, SCRATCH_PATH, "%s/%s", s->folder, name);
    return path;
}

/* The number of files in the folder. With `erase` they are removed. */
static inline size_t scratch_files(struct scratch *s, int erase)
{
    size_t n = 0;
    DIR *folder = opendir(s->folder);
    for (struct dirent *entry = folder ? readdir(folder) : NULL; entry; entry = readdir(folder)) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        n++;
        if (erase)
            remove(scratch_path(s, entry->d_name));
    }
    if (folder)
        closedir(folder);
    return n;
}

/* Removes a file, a link, or a folder with all that is in it. */
static inline void scratch_erase(const char *path)
{
    if (remove(path) == 0)
        return;
    DIR *folder = opendir(path);
    for (struct dirent *entry = folder ? readdir(folder) : NULL; entry; entry = readdir(folder)) {
        char inside[2 * SCRATCH_PATH];
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        if (snprintf(inside, sizeof inside, "%s/%s", path, entry->d_name) >= (int)sizeof inside)
            abort();
        scratch_erase(inside);
    }
    if (folder)
        closedir(folder);
    remove(path);
}

static inline void scratch_remove(struct scratch *s)
{
    scratch_erase(s->folder);
}

/* Creates a new file each time, because ext4 syncs a file that is truncated to 0 and written again. */
static inline void scratch_write(const char *path, const void *bytes, size_t n)
{
    remove(path);
    FILE *file = fopen(path, "wb");
    if (!file || fwrite(bytes, 1, n, file) != n || fclose(file) != 0)
        abort();
}

/* The contents of the file, followed by a zero byte, to be freed by free(). NULL if there is no such file. */
static inline unsigned char *scratch_read(const char *path, size_t *n)
{
    FILE *file = fopen(path, "rb");
    if (!file)
        return NULL;
    fseek(file, 0, SEEK_END);
    *n = (size_t)ftell(file);
    rewind(file);
    unsigned char *bytes = calloc(*n + 1, 1);
    if (!bytes || fread(bytes, 1, *n, file) != *n)
        abort();
    fclose(file);
    return bytes;
}

struct counting { /* the state of an allocator */
    size_t live, calls;
    size_t fail_at; /* this call and all later ones fail; 0: none fails */
    bool is_once;   /* only call fail_at fails */
    bool has_failed;
};

static inline void *counting_allocate(void *user, size_t size, size_t alignment)
{
    struct counting *c = user;
    if (c->fail_at != 0 && c->calls + 1 >= c->fail_at && !(c->is_once && c->has_failed)) {
        c->has_failed = true;
        return NULL;
    }
    c->calls++;
    c->live++;
    return aligned_alloc(alignment, (size + alignment - 1) / alignment * alignment);
}

static inline void counting_release(void *user, void *block)
{
    ((struct counting *)user)->live--;
    free(block);
}

static inline bl_context *counting_context(struct counting *c)
{
    *c = (struct counting){0};
    const bl_allocator allocator = {c, counting_allocate, counting_release};
    return context_create(&allocator);
}

/* From now on no file of this process can grow past `bytes`: write() fails as on a full disk, with EFBIG. */
static inline void disk_is_full_at(rlim_t bytes)
{
    struct rlimit limit;
    signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &limit);
    limit.rlim_cur = bytes;
    setrlimit(RLIMIT_FSIZE, &limit);
}

static inline void disk_has_room(void)
{
    struct rlimit limit;
    getrlimit(RLIMIT_FSIZE, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_FSIZE, &limit);
}

/* 32 random bits by xorshift (Marsaglia 2003): the same in every run. */
static inline uint32_t scratch_random(uint32_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 17;
    *state ^= *state << 5;
    return *state;
}

/* Flips one to three bits. */
static inline void flip_bits(uint32_t *state, unsigned char *bytes, size_t n)
{
    for (uint32_t flips = 1 + scratch_random(state) % 3; flips > 0; flips--) {
        const size_t bit = scratch_random(state) % (8 * n);
        bytes[bit / 8] ^= (unsigned char)(1u << (bit % 8));
    }
}

/* Runs tests/check_safetensors.py, with its output in `text`. Returns 0, or 77 if there is no Python or it
   lacks a module (`text` says which). */
static inline int run_python(const char *arguments, char *text, size_t room)
{
    const char *python = getenv("BACKLESS_PYTHON");
    char command[2 * SCRATCH_PATH];
    snprintf(command, sizeof command, "%s '%s/check_safetensors.py' %s 2>&1", python ? python : "python3",
             TEST_SOURCE_DIR, arguments);
    FILE *output = popen(command, "r");
    if (!output)
        return 77;
    text[fread(text, 1, room - 1, output)] = 0;
    const int result = pclose(output);
    return result == 127 << 8 ? 77 : result >> 8;
}

#endif

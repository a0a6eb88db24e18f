/*
 * fuzz_target.c - runs the function of a target, and provides its allocator and files.
 */
#include "fuzz_target.h"

#include "../../src/base/text.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

void fuzz_fail(const char *file, int line, const char *condition, const char *format, ...)
{
    va_list arguments;
    fprintf(stderr, "%s:%d: expected %s: ", file, line, condition);
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fprintf(stderr, "\n");
    abort();
}

/* ---- Memory */

struct memory { /* the state of an allocator */
    size_t blocks, bytes;
    size_t calls, fail_at; /* fail_at: this call and all later ones fail; 0: none fails */
    size_t refused;
};

static void *allocate(void *user, size_t size, size_t alignment)
{
    struct memory *memory = user;
    const bool is_out = memory->fail_at != 0 && memory->calls + 1 >= memory->fail_at;
    memory->calls++;
    void *block = NULL;
    if (!is_out && size <= FUZZ_MOST_BYTES && memory->bytes <= FUZZ_MOST_BYTES - size)
        block = aligned_alloc(alignment, (size + alignment - 1) / alignment * alignment);
    if (!block) {
        memory->refused++;
        return NULL;
    }
    memory->blocks++;
    memory->bytes += malloc_usable_size(block);
    return block;
}

static void release(void *user, void *block)
{
    struct memory *memory = user;
    memory->blocks--;
    memory->bytes -= malloc_usable_size(block);
    free(block);
}

/* ---- Attempts */

static int lowest_free_file(void)
{
    const int file = open("/dev/null", O_RDONLY | O_CLOEXEC);
    close(file);
    return file;
}

static void check_failure(const bl_context *ctx, const struct memory *memory, bl_status status)
{
    const char *why = bl_why(ctx);
    FUZZ_CHECK(status == BL_OK || why[0], "status %s without a sentence", bl_status_name(status));
    FUZZ_CHECK(fuzz_is_plain(why), "a sentence that cannot be printed: %s", why);
    FUZZ_CHECK(memory->refused == 0 || status == BL_NO_MEMORY, "memory was refused, but the status is %s: %s",
               bl_status_name(status), why);
    /* sizes that exceed the address space are refused without a call of the allocator */
    FUZZ_CHECK(status != BL_NO_MEMORY || memory->refused > 0 || strstr(why, "can address"),
               "no memory was refused: %s", why);
}

/* Returns the number of calls of the allocator. */
static size_t run_once(fuzz_attempt attempt, const uint8_t *bytes, size_t n, size_t fail_after)
{
    struct memory memory = {0};
    const int file = lowest_free_file();
    const bl_allocator allocator = {&memory, allocate, release};
    bl_context *ctx = bl_context_new(&allocator);
    FUZZ_CHECK(ctx && bl_context_use(ctx, "portable", 1) == BL_OK, "no context");
    const size_t before = memory.calls;
    memory.fail_at = fail_after > 0 ? before + fail_after : 0;
    check_failure(ctx, &memory, attempt(ctx, bytes, n));
    bl_context_free(ctx);
    FUZZ_CHECK(memory.blocks == 0, "%zu blocks were not given back", memory.blocks);
    FUZZ_CHECK(lowest_free_file() == file, "a file was left open");
    return memory.calls - before;
}

/* One input in four is run again with an allocation that fails; which one follows from a hash of the
   input. */
void fuzz_run(fuzz_attempt attempt, const uint8_t *bytes, size_t n)
{
    const uint64_t hash = text_hash(TEXT_HASH_START, bytes, n) >> 16;
    const size_t calls = run_once(attempt, bytes, n, 0);
    if (calls > 0 && hash % 4 == 0)
        run_once(attempt, bytes, n, 1 + hash / 4 % calls);
}

bool fuzz_went_well(const bl_context *ctx, bl_status status, const char *step)
{
    FUZZ_CHECK(status == BL_OK || status == BL_NO_MEMORY, "%s: %s (%s)", step, bl_why(ctx),
               bl_status_name(status));
    return status == BL_OK;
}

/* ---- Text */

/* Decodes the UTF-8 character at `at`; returns its length, or 0 if it is invalid or not in its shortest
   form. */
static size_t decode(const unsigned char *at, size_t n, uint32_t *out)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    const size_t length = at[0] < 0x80           ? 1
                          : (at[0] >> 5) == 0x06 ? 2
                          : (at[0] >> 4) == 0x0e ? 3
                          : (at[0] >> 3) == 0x1e ? 4
                                                 : 0;
    if (length == 0 || length > n)
        return 0;
    uint32_t code = length == 1 ? at[0] : at[0] & (0x7fu >> length);
    for (size_t i = 1; i < length; i++) {
        if (at[i] >> 6 != 2)
            return 0;
        code = code << 6 | (at[i] & 0x3f);
    }
    *out = code;
    return code >= least[length] && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff) ? length : 0;
}

bool fuzz_is_utf8(const char *text, size_t n)
{
    uint32_t code;
    for (size_t i = 0, length; i < n; i += length)
        if ((length = decode((const unsigned char *)text + i, n - i, &code)) == 0)
            return false;
    return true;
}

bool fuzz_is_plain(const char *text)
{
    const size_t n = strlen(text);
    uint32_t code = 0;
    for (size_t i = 0, length; i < n; i += length) {
        length = decode((const unsigned char *)text + i, n - i, &code);
        if (length == 0 || code < 0x20 || (code >= 0x7f && code < 0xa0))
            return false;
    }
    return true;
}

uint8_t fuzz_byte(const uint8_t **bytes, size_t *n)
{
    if (*n == 0)
        return 0;
    (*n)--;
    return *(*bytes)++;
}

char *fuzz_room(size_t n)
{
    char *room = calloc(n + 1, 1);
    FUZZ_CHECK(room, "no memory for the target itself");
    return room;
}

char *fuzz_text(const uint8_t *bytes, size_t n)
{
    char *text = fuzz_room(n);
    if (n > 0)
        memcpy(text, bytes, n);
    return text;
}

/* ---- Files */

enum { PATH_ROOM = 256 };
static char own_folder[PATH_ROOM];

static void remove_folder(void)
{
    DIR *folder = opendir(own_folder);
    for (struct dirent *entry = folder ? readdir(folder) : NULL; entry; entry = readdir(folder))
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            remove(fuzz_path(entry->d_name));
    if (folder)
        closedir(folder);
    rmdir(own_folder);
}

static bool make_folder(const char *in)
{
    if (!in ||
        snprintf(own_folder, sizeof own_folder, "%s/bl-fuzz-%ld-XXXXXX", in, (long)getpid()) >= PATH_ROOM)
        return false;
    return mkdtemp(own_folder) != NULL;
}

const char *fuzz_folder(void)
{
    static bool is_made;
    if (!is_made) {
        is_made = make_folder("/dev/shm") || make_folder(getenv("TMPDIR")) || make_folder("/tmp");
        FUZZ_CHECK(is_made, "no folder for files");
        atexit(remove_folder);
    }
    return own_folder;
}

const char *fuzz_path(const char *name)
{
    static char paths[8][2 * PATH_ROOM];
    static size_t next;
    char *path = paths[next++ % 8];
    snprintf(path, sizeof paths[0], "%s/%.200s", fuzz_folder(), name);
    return path;
}

const char *fuzz_file(const char *name, const void *bytes, size_t n)
{
    const char *path = fuzz_path(name);
    const int file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    FUZZ_CHECK(file >= 0, "%s: %s", path, strerror(errno));
    FUZZ_CHECK(write(file, bytes, n) == (ssize_t)n, "%s: %s", path, strerror(errno));
    close(file);
    return path;
}

char *fuzz_read(const char *path, size_t *n)
{
    struct stat about;
    const int file = open(path, O_RDONLY | O_CLOEXEC);
    FUZZ_CHECK(file >= 0 && fstat(file, &about) == 0, "%s cannot be read", path);
    *n = (size_t)about.st_size;
    char *bytes = fuzz_room(*n);
    FUZZ_CHECK(read(file, bytes, *n) == (ssize_t)*n, "%s cannot be read", path);
    close(file);
    return bytes;
}

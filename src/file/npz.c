/*
 * npz.c - reads a zip of .npy files with libarchive. Only libarchive's seeking reader, which uses the
 * directory at the end, is enabled: the streaming one would accept a truncated file as one with fewer arrays.
 */
#include "npy.h"

#include "../base/mem.h"
#include "../base/text.h"
#include "deflate_ratio.h"
#include "tensor_table.h"

#include <archive.h>
#include <archive_entry.h>
#include <string.h>

/* The first bytes of an entry, or of the directory of an empty zip, which libarchive does not recognise. */
static const unsigned char full_zip[4] = {'P', 'K', 3, 4}, empty_zip[4] = {'P', 'K', 5, 6};

enum {
    MOST_ARRAYS = 10000,  /* each name is compared with all names before it */
    MOST_HEADER = 1 << 16 /* bytes of a header, which is checked before memory for its array is allocated */
};

struct npz_unpacking {
    bl_context *ctx;
    const char *path;
    struct archive *archive;
    npz_wants wants;
    npz_visit visit;
    void *user;
    size_t n_packed;         /* bytes of the compressed file */
    size_t most_bytes, left; /* bytes that may be unpacked: of the file, and what is left of them */
    unsigned char *bytes;    /* of the current array */
    size_t n;
};

#define REFUSE(u, ...) BL_FAIL((u)->ctx, BL_BAD_DATA, __VA_ARGS__)

bool npz_is(const unsigned char *bytes, size_t n)
{
    return n >= 4 && (memcmp(bytes, full_zip, 4) == 0 || memcmp(bytes, empty_zip, 4) == 0);
}

static bl_status archive_failure(const struct npz_unpacking *u)
{
    const char *why = archive_error_string(u->archive);
    REFUSE(u, "%s: the .npz file is broken: %.*s", u->path, why ? (int)strcspn(why, "\n") : 15,
           why ? why : "no reason given");
}

/* Copies the array's name, without ".npy". */
static bl_status array_name(const struct npz_unpacking *u, struct archive_entry *entry, char **out)
{
    const char *name = archive_entry_pathname_utf8(entry);
    const size_t n = name ? strlen(name) : 0;
    if (!name || !tensor_name_is_plain(name))
        REFUSE(u, "%s: an array's name is empty, not UTF-8, or has control characters", u->path);
    if (n < 5 || strcmp(name + n - 4, ".npy") != 0 || archive_entry_filetype(entry) != AE_IFREG)
        REFUSE(u, "%s: \"%.100s\" inside is not a .npy file", u->path, name);
    return mem_text(u->ctx, out, name, n - 4);
}

/* Refuses an array whose size in the directory is more than the file can contain or the caller allows. */
static bl_status check_size(const struct npz_unpacking *u, const char *name, struct archive_entry *entry,
                            size_t *out)
{
    const la_int64_t stated = archive_entry_size_is_set(entry) ? archive_entry_size(entry) : -1;
    if (stated < 0)
        REFUSE(u, "%s: array \"%.100s\" has no size in the directory of the file", u->path, name);
    if ((uint64_t)stated > u->left)
        REFUSE(u, "%s: unpacks to more than %zu bytes", u->path, u->most_bytes);
    const size_t all = u->most_bytes - u->left + (size_t)stated;
    if (all > NEVER_EMPTY && all / EMPTY_RATIO > u->n_packed)
        REFUSE(u,
               "%s: array \"%.100s\" would unpack to %lld bytes from a file of %zu, so it contains only "
               "repetition; if that is intended, save it with numpy.savez, which does not compress",
               u->path, name, (long long)stated, u->n_packed);
    *out = (size_t)stated;
    return BL_OK;
}

/* Unpacks n bytes, or fewer if the entry ends before. *got_all: the number of bytes. */
static bl_status unpack_to(struct npz_unpacking *u, unsigned char *to, size_t n, size_t *got_all)
{
    for (*got_all = 0; *got_all < n;) {
        const la_ssize_t got = archive_read_data(u->archive, to + *got_all, n - *got_all);
        if (got < 0)
            return archive_failure(u);
        if (got == 0)
            return BL_OK;
        *got_all += (size_t)got;
    }
    return BL_OK;
}

/* Memory for the whole array is allocated only if the array's own header agrees with the size in the
   directory. */
static bl_status unpack_array(struct npz_unpacking *u, const char *name, size_t stated)
{
    struct npy_view view;
    unsigned char head[MOST_HEADER], more = 0;
    size_t n_head = 0, n_rest = 0, n_more = 0;
    char where[600] = "";
    text_append(where, sizeof where, "%.400s, array \"%.100s\"", u->path, name);
    BL_TRY(unpack_to(u, head, stated < sizeof head ? stated : sizeof head, &n_head));
    BL_TRY(npy_open_head(&view, u->ctx, where, head, n_head, stated));
    mem_free(u->ctx, u->bytes);
    u->bytes = NULL;
    BL_TRY(MEM_ARRAY(u->ctx, &u->bytes, stated, u->path));
    memcpy(u->bytes, head, n_head);
    BL_TRY(unpack_to(u, u->bytes + n_head, stated - n_head, &n_rest));
    u->n = n_head + n_rest;
    BL_TRY(unpack_to(u, &more, 1, &n_more)); /* also makes libarchive compare the checksum */
    if (u->n != stated || n_more > 0)
        REFUSE(u, "%s: unpacks to %s bytes than the %zu of the directory", where,
               n_more > 0 ? "more" : "fewer", stated);
    u->left -= stated;
    return BL_OK;
}

static bl_status visit_named(struct npz_unpacking *u, const char *name, struct archive_entry *entry)
{
    bool is_wanted = true;
    size_t stated = 0;
    if (u->wants)
        BL_TRY(u->wants(u->user, name, &is_wanted));
    if (!is_wanted)
        return BL_OK;
    BL_TRY(check_size(u, name, entry, &stated));
    BL_TRY(unpack_array(u, name, stated));
    return u->visit(u->user, name, u->bytes, u->n);
}

/* Accepts the two methods that NumPy writes, stored and deflated. libarchive supports further methods, some
   of which allocate as much memory as the file requests: gigabytes for a few bytes. Its name of the format
   ends with the entry's method, "ZIP 2.0 (deflation)". */
static bl_status check_method(const struct npz_unpacking *u)
{
    const char *format = archive_format_name(u->archive);
    if (!format || (!strstr(format, "(uncompressed)") && !strstr(format, "(deflation)")))
        REFUSE(u, "%s: is packed as %s, expected arrays that are stored or deflated", u->path,
               format ? format : "something unknown");
    return BL_OK;
}

static bl_status add_entry(struct npz_unpacking *u, struct archive_entry *entry)
{
    char *name = NULL;
    BL_TRY(check_method(u));
    bl_status status = array_name(u, entry, &name);
    if (status == BL_OK)
        status = visit_named(u, name, entry);
    mem_free(u->ctx, name);
    return status;
}

static bl_status unpack_all(struct npz_unpacking *u, const unsigned char *bytes, size_t n)
{
    if (bytes[2] == empty_zip[2])
        REFUSE(u, "%s: holds no arrays", u->path);
    if (archive_read_support_format_zip_seekable(u->archive) != ARCHIVE_OK ||
        archive_read_open_memory(u->archive, bytes, n) != ARCHIVE_OK)
        return archive_failure(u);
    for (size_t n_arrays = 0;; n_arrays++) {
        struct archive_entry *entry = NULL;
        const int result = archive_read_next_header(u->archive, &entry);
        if (result == ARCHIVE_EOF)
            return BL_OK;
        if (result != ARCHIVE_OK && result != ARCHIVE_WARN)
            return archive_failure(u);
        if (n_arrays == MOST_ARRAYS)
            REFUSE(u, "%s: holds more than %d arrays", u->path, MOST_ARRAYS);
        BL_TRY(add_entry(u, entry));
    }
}

bl_status npz_each(bl_context *ctx, const char *path, const unsigned char *bytes, size_t n, size_t most_bytes,
                   npz_wants wants, npz_visit visit, void *user)
{
    struct npz_unpacking u = {.ctx = ctx,
                              .path = path,
                              .wants = wants,
                              .visit = visit,
                              .user = user,
                              .n_packed = n,
                              .most_bytes = most_bytes,
                              .left = most_bytes};
    u.archive = archive_read_new();
    if (!u.archive)
        BL_FAIL(ctx, BL_NO_MEMORY, "%s: no memory for unpacking", path);
    const bl_status status = unpack_all(&u, bytes, n);
    archive_read_free(u.archive);
    mem_free(ctx, u.bytes);
    return status;
}

struct adding {
    struct tensors *tensors;
    bl_context *ctx;
    const char *path;
};

static bl_status add_array(void *user, const char *name, const unsigned char *bytes, size_t n)
{
    const struct adding *a = user;
    struct tensor_entry other;
    char where[600] = "";
    if (tensors_find(a->tensors, name, &other))
        BL_FAIL(a->ctx, BL_BAD_DATA, "%s: two arrays are named \"%.100s\", expected different names", a->path,
                name);
    text_append(where, sizeof where, "%.400s, array \"%.100s\"", a->path, name);
    return npy_add(a->tensors, a->ctx, where, name, bytes, n);
}

bl_status npz_add(struct tensors *t, bl_context *ctx, const char *path, const unsigned char *bytes, size_t n,
                  size_t most_bytes)
{
    struct adding adding = {t, ctx, path};
    return npz_each(ctx, path, bytes, n, most_bytes, NULL, add_array, &adding);
}

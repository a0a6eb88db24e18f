/*
 * file_bytes.c - reads a whole file into memory, and unpacks gzip (RFC 1952).
 *
 * libarchive unpacks, but ignores data after the last member and does not compare checksums. Both are checked
 * here: every byte of the file must have been used, and the trailers of the members (checksum, length mod
 * 2^32) must describe the unpacked data from its first byte to the last. Where a member ends is not known
 * without unpacking it, so every place that looks like the next member's header is tried: it begins a member
 * if the eight bytes before it are the trailer of the data that follow the member before.
 */
#include "file_bytes.h"

#include "../base/files_read.h"
#include "../base/io.h"
#include "../base/mem.h"
#include "../base/nearest_file.h"
#include "../file/deflate_ratio.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    FIRST_ROOM = 1 << 16,
    GZIP_SHORTEST = 18,
    GZIP_TRAILER = 8,
    GZIP_DEFLATE = 8, /* the third byte of every member */
    USUAL_RATIO = 16  /* real data hardly reach this ratio */
};

/* The file that is read, and how. */
struct source {
    bl_context *ctx;
    const char *path;
    size_t limit;
    bool is_input; /* standard input */
    bool must_be_regular;
};

static bl_status open_failed(const struct source *s)
{
    char near[512];
    const int number = errno;
    const bool is_missing = number == ENOENT || number == ENOTDIR;
    if (!s->path[0])
        BL_FAIL(s->ctx, BL_BAD_DATA, "the name of the file to read is \"\", expected a path");
    if (is_missing && nearest_file(s->path, near, sizeof near))
        BL_FAIL(s->ctx, BL_BAD_DATA, "%s: no such file; did you mean %s?", s->path, near);
    if (is_missing)
        BL_FAIL(s->ctx, BL_BAD_DATA, "%s: no such file", s->path);
    BL_FAIL(s->ctx, BL_IO, "%s: cannot be opened: %s", s->path, strerror(number));
}

/* Reads to the end of the file. room: the initial size of the buffer, which grows. */
static bl_status read_all(struct bytes *out, const struct source *s, int fd, size_t room)
{
    for (;;) {
        BL_TRY(MEM_GROW(s->ctx, &out->at, &room, out->n, "a file"));
        const ssize_t got = io_read(fd, out->at + out->n, room - out->n);
        if (got == 0)
            return BL_OK;
        if (got < 0)
            BL_FAIL(s->ctx, BL_IO, "%s: cannot be read after %zu bytes: %s", s->path, out->n,
                    strerror(errno));
        out->n += (size_t)got;
        if (out->n > s->limit)
            BL_FAIL(s->ctx, BL_BAD_DATA, "%s: has more than %zu bytes, which is the limit", s->path,
                    s->limit);
    }
}

const char *path_kind_name(unsigned mode)
{
    return S_ISFIFO(mode)   ? "a named pipe"
           : S_ISSOCK(mode) ? "a socket"
           : S_ISCHR(mode)  ? "a character device"
           : S_ISBLK(mode)  ? "a block device"
           : S_ISDIR(mode)  ? "a folder"
                            : "a special file";
}

/* The buffer for a regular file has one byte more than its size, so that the end is reached without
   growing. */
static bl_status read_open_file(struct bytes *out, const struct source *s, int fd)
{
    struct source plain = *s;
    struct stat about;
    if (fstat(fd, &about) != 0)
        BL_FAIL(s->ctx, BL_IO, "%s: cannot be examined: %s", s->path, strerror(errno));
    if (S_ISDIR(about.st_mode))
        BL_FAIL(s->ctx, BL_BAD_DATA, "%s: is a folder, expected a file", s->path);
    if (s->must_be_regular && !S_ISREG(about.st_mode))
        BL_FAIL(s->ctx, BL_BAD_DATA, "%s: is not a regular file (%s)", s->path,
                path_kind_name(about.st_mode));
    plain.limit = S_ISREG(about.st_mode) ? SIZE_MAX : s->limit;
    const size_t room = S_ISREG(about.st_mode) ? (size_t)about.st_size + 1 : FIRST_ROOM;
    BL_TRY(MEM_ARRAY(s->ctx, &out->at, room, s->path));
    return read_all(out, &plain, fd, room);
}

/* Standard input can be read only once. */
static bl_status read_input(struct bytes *out, const struct source *s)
{
    bl_context *ctx = s->ctx;
    if (ctx->has_read_input)
        BL_FAIL(ctx, BL_BAD_VALUE, "%s: can be read only once; save it in a file and name that", s->path);
    ctx->has_read_input = true;
    BL_TRY(read_open_file(out, s, STDIN_FILENO));
    if (out->n == 0)
        BL_FAIL(ctx, BL_BAD_DATA, "%s: is empty, expected a table or another file of examples", s->path);
    return BL_OK;
}

static bl_status read_file(struct bytes *out, const struct source *s)
{
    if (s->is_input)
        return read_input(out, s);
    /* without O_NONBLOCK, opening a named pipe waits for a writer */
    const int fd = open(s->path, O_RDONLY | O_CLOEXEC | (s->must_be_regular ? O_NONBLOCK : 0));
    if (fd < 0)
        return open_failed(s);
    bl_status status = files_read_add(s->ctx, s->path, READ_AS_INPUT);
    if (status == BL_OK)
        status = read_open_file(out, s, fd);
    close(fd);
    return status;
}

static uint32_t little_endian(const uint8_t *at)
{
    return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

/* The CRC-32 of gzip. zlib is not used for it, because this library does not depend on zlib directly, and
   whoever builds it would have to install zlib's headers for this function. */
static uint32_t crc32_of(const uint8_t *at, size_t n)
{
    uint32_t table[256];
    for (uint32_t i = 0; i < 256; i++) {
        uint32_t c = i;
        for (int bit = 0; bit < 8; bit++)
            c = c & 1 ? 0xEDB88320u ^ c >> 1 : c >> 1;
        table[i] = c;
    }
    uint32_t crc = ~0u;
    for (size_t i = 0; i < n; i++)
        crc = table[(crc ^ at[i]) & 0xff] ^ crc >> 8;
    return ~crc;
}

static bool is_gzip_at(const uint8_t *at)
{
    return at[0] == 0x1f && at[1] == 0x8b && at[2] == GZIP_DEFLATE;
}

/* The number of unpacked bytes that the members before the last one have: all whose trailers agree with the
   data. */
static size_t skip_members(const struct bytes *out, const struct bytes *packed, uint32_t last)
{
    size_t done = 0;
    for (size_t at = GZIP_SHORTEST; at + GZIP_SHORTEST <= packed->n && (uint32_t)(out->n - done) != last;
         at++) {
        const uint8_t *trailer = packed->at + at - GZIP_TRAILER;
        const uint32_t length = little_endian(trailer + 4);
        if (is_gzip_at(packed->at + at) && length <= out->n - done &&
            crc32_of(out->at + done, length) == little_endian(trailer))
            done += length;
    }
    return done;
}

static bl_status check_trailers(const struct bytes *out, const struct source *s, const struct bytes *packed)
{
    const uint8_t *trailer = packed->at + packed->n - GZIP_TRAILER;
    const uint32_t length = little_endian(trailer + 4);
    if (length > out->n)
        BL_FAIL(s->ctx, BL_BAD_DATA,
                "%s: the gzip data is damaged: %zu bytes were unpacked, but its "
                "trailer says %lu",
                s->path, out->n, (unsigned long)length);
    const size_t done = skip_members(out, packed, length);
    if ((uint32_t)(out->n - done) != length ||
        crc32_of(out->at + done, out->n - done) != little_endian(trailer))
        BL_FAIL(s->ctx, BL_BAD_DATA, "%s: the gzip data is damaged: its checksum does not match", s->path);
    return BL_OK;
}

/* Refuses gzip inside gzip. libarchive would unpack both, and the length at the end of the file would be
   compared with the wrong data. */
static bl_status check_once(const struct source *s, struct archive *archive)
{
    int packed = 0;
    for (int i = 0; i < archive_filter_count(archive); i++)
        packed += archive_filter_code(archive, i) == ARCHIVE_FILTER_GZIP;
    if (packed > 1)
        BL_FAIL(
            s->ctx, BL_BAD_DATA,
            "%s: this is a gzip file inside a gzip file, which is not read; unpack it once: gunzip -c FILE "
            ">NEW.gz",
            s->path);
    return BL_OK;
}

static bl_status bad_gzip(const struct source *s, struct archive *archive)
{
    if (archive_errno(archive) == ENOMEM)
        BL_FAIL(s->ctx, BL_NO_MEMORY, "%s: no memory for unpacking it", s->path);
    const char *why = archive_error_string(archive);
    BL_FAIL(s->ctx, BL_BAD_DATA, "%s: the gzip data is cut off or damaged (%s)", s->path,
            why ? why : "no details available");
}

static struct archive *open_gzip(const struct bytes *packed, int *result)
{
    struct archive *archive = archive_read_new();
    struct archive_entry *entry = NULL;
    if (!archive)
        return NULL;
    archive_read_support_filter_gzip(archive);
    archive_read_support_format_raw(archive);
    archive_read_support_format_empty(archive);
    *result = archive_read_open_memory(archive, packed->at, packed->n);
    if (*result == ARCHIVE_OK)
        *result = archive_read_next_header(archive, &entry);
    return archive;
}

/* Counts the unpacked bytes without storing them, until a fault or the limit is reached. */
static size_t count_unpacked(const struct source *s, struct archive *archive)
{
    unsigned char piece[1 << 14];
    size_t n = 0;
    for (la_ssize_t got; n <= s->limit && (got = archive_read_data(archive, piece, sizeof piece)) > 0;)
        n += (size_t)got;
    return n;
}

/* Checks the unpacked size by unpacking without storing the result, because a small file must not fill the
   memory before it is refused. */
static bl_status check_unpacked_size(const struct source *s, const struct bytes *packed)
{
    int result = ARCHIVE_OK;
    struct archive *archive = open_gzip(packed, &result);
    if (!archive)
        BL_FAIL(s->ctx, BL_NO_MEMORY, "%s: no memory for unpacking it", s->path);
    const size_t n = result == ARCHIVE_OK ? count_unpacked(s, archive) : 0;
    archive_read_free(archive);
    if (n > s->limit)
        BL_FAIL(s->ctx, BL_BAD_DATA, "%s: unpacks to more than %zu bytes, which is the limit", s->path,
                s->limit);
    if (n > NEVER_EMPTY && n / EMPTY_RATIO > packed->n)
        BL_FAIL(s->ctx, BL_BAD_DATA,
                "%s: unpacks from %zu to %zu bytes, so it contains only repetition; if that is intended, "
                "unpack it first (gunzip)",
                s->path, packed->n, n);
    return BL_OK;
}

/* room: the length in the trailer plus one byte; a file of several members, or of more than 4 GB, unpacks to
   more. */
static bl_status unpack_all(struct bytes *out, const struct source *s, const struct bytes *packed,
                            struct archive *archive, size_t room)
{
    bool is_checked = false;
    for (;;) {
        if (out->n == room && !is_checked && packed->n > NEVER_EMPTY / DEFLATE_BEST_RATIO) {
            BL_TRY(check_unpacked_size(s, packed));
            is_checked = true;
        }
        BL_TRY(MEM_GROW(s->ctx, &out->at, &room, out->n, "an unpacked file"));
        const la_ssize_t got = archive_read_data(archive, out->at + out->n, room - out->n);
        if (got < 0)
            return bad_gzip(s, archive);
        if (got == 0)
            return BL_OK;
        out->n += (size_t)got;
        if (out->n > s->limit)
            BL_FAIL(s->ctx, BL_BAD_DATA, "%s: unpacks to more than %zu bytes, which is the limit", s->path,
                    s->limit);
    }
}

/* The initial size of the buffer is the length in the trailer, limited to what is possible. An empty file has
   no entry to read. */
static bl_status unpack_with(struct bytes *out, const struct source *s, const struct bytes *packed,
                             struct archive *archive, int begun)
{
    const size_t promised = little_endian(packed->at + packed->n - 4);
    const bool is_possible = promised / DEFLATE_BEST_RATIO < packed->n && promised <= s->limit;
    const size_t room = is_possible ? promised + 1 : FIRST_ROOM;
    if (begun != ARCHIVE_OK && begun != ARCHIVE_EOF)
        return bad_gzip(s, archive);
    if (archive_filter_code(archive, 0) != ARCHIVE_FILTER_GZIP)
        BL_FAIL(s->ctx, BL_BAD_DATA, "%s: begins like gzip, but its gzip header is incomplete", s->path);
    BL_TRY(check_once(s, archive));
    if (room > NEVER_EMPTY && room / USUAL_RATIO > packed->n)
        BL_TRY(check_unpacked_size(s, packed));
    BL_TRY(MEM_ARRAY(s->ctx, &out->at, room, s->path));
    if (begun == ARCHIVE_OK)
        BL_TRY(unpack_all(out, s, packed, archive, room));
    const la_int64_t used = archive_filter_bytes(archive, -1);
    if (used < 0 || (size_t)used != packed->n)
        BL_FAIL(s->ctx, BL_BAD_DATA, "%s: the gzip data ends after %lld bytes, but the file has %zu", s->path,
                (long long)used, packed->n);
    return check_trailers(out, s, packed);
}

static bl_status unpack(struct bytes *out, const struct source *s, const struct bytes *packed)
{
    if (packed->n < GZIP_SHORTEST)
        BL_FAIL(s->ctx, BL_BAD_DATA, "%s: the gzip data is cut off after %zu bytes", s->path, packed->n);
    int begun = ARCHIVE_OK;
    struct archive *archive = open_gzip(packed, &begun);
    if (!archive)
        BL_FAIL(s->ctx, BL_NO_MEMORY, "%s: no memory for unpacking it", s->path);
    const bl_status status = unpack_with(out, s, packed, archive, begun);
    archive_read_free(archive);
    return status;
}

static bool is_gzip(const struct bytes *file)
{
    return file->n >= 2 && file->at[0] == 0x1f && file->at[1] == 0x8b;
}

static bl_status read_source(struct bytes *out, const struct source *source)
{
    bl_context *ctx = source->ctx;
    struct bytes file = {0}, unpacked = {0};
    bl_status status = read_file(&file, source);
    if (status == BL_OK && is_gzip(&file)) {
        status = unpack(&unpacked, source, &file);
        mem_free(ctx, file.at);
        file = unpacked;
    }
    if (status == BL_OK)
        *out = file;
    else
        mem_free(ctx, file.at);
    return status;
}

bl_status bytes_read(struct bytes *out, bl_context *ctx, const char *path, size_t limit)
{
    return read_source(out, &(struct source){.ctx = ctx, .path = path, .limit = limit});
}

bl_status bytes_read_input(struct bytes *out, bl_context *ctx, size_t limit)
{
    return read_source(out,
                       &(struct source){.ctx = ctx, .path = INPUT_NAME, .limit = limit, .is_input = true});
}

bl_status bytes_read_file(struct bytes *out, bl_context *ctx, const char *path, size_t limit)
{
    return read_source(out,
                       &(struct source){.ctx = ctx, .path = path, .limit = limit, .must_be_regular = true});
}

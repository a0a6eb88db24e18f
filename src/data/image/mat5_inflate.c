/*
 * mat5_inflate.c - unpacks the compressed variables of a MATLAB 5 file: zlib data (RFC 1950), which is a
 * header of 2 bytes, a deflate stream (RFC 1951), and the Adler-32 of the unpacked bytes, big-endian.
 *
 * libarchive inflates, but reads deflate streams in gzip files only. It is therefore given the stream
 * between a header and a trailer of gzip. libarchive does not compare the checksum in that trailer, which
 * is zero; the Adler-32 is compared here, and every byte of the stream must have been used.
 */
#include "mat5.h"

#include "../../base/mem.h"
#include "../../file/deflate_ratio.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>

enum {
    ZLIB_HEADER = 2,
    ADLER_BYTES = 4,
    TAG_BYTES = 8,
};

static const uint8_t gzip_header[10] = {0x1f, 0x8b, 8}, gzip_trailer[8];

/* The pieces that are given to libarchive, one by one. */
struct pieces {
    struct bytes piece[3];
    size_t next;
};

static la_ssize_t next_piece(struct archive *archive, void *of, const void **out)
{
    struct pieces *p = (struct pieces *)of;
    (void)archive;
    if (p->next == sizeof p->piece / sizeof *p->piece)
        return 0;
    *out = p->piece[p->next].at;
    return (la_ssize_t)p->piece[p->next++].n;
}

static bl_status damaged(const struct mat5 *m, size_t at, const char *why)
{
    BL_FAIL(m->r->ctx, BL_BAD_DATA, "%s: the compressed variable at byte %zu is cut off or damaged (%s)",
            m->r->path, at, why);
}

static uint32_t adler32_of(const uint8_t *at, size_t n)
{
    enum { MODULUS = 65521, MOST_UNREDUCED = 5552 }; /* bytes after which b still fits 32 bits */
    uint32_t a = 1, b = 0;
    while (n > 0) {
        const size_t some = n < MOST_UNREDUCED ? n : MOST_UNREDUCED;
        for (size_t i = 0; i < some; i++) {
            a += at[i];
            b += a;
        }
        a %= MODULUS;
        b %= MODULUS;
        at += some;
        n -= some;
    }
    return b << 16 | a;
}

/* Reads until `wanted` bytes are there or the stream ends. */
static bl_status read_up_to(struct bytes *out, size_t wanted, const struct mat5 *m, size_t at,
                            struct archive *archive)
{
    while (out->n < wanted) {
        const la_ssize_t got = archive_read_data(archive, out->at + out->n, wanted - out->n);
        if (got < 0 && archive_errno(archive) == ENOMEM)
            BL_FAIL(m->r->ctx, BL_NO_MEMORY, "%s: no memory for unpacking it", m->r->path);
        if (got < 0)
            return damaged(m, at, archive_error_string(archive));
        if (got == 0)
            break;
        out->n += (size_t)got;
    }
    return BL_OK;
}

/* The size of the unpacked variable, from its tag, checked before memory is allocated for it. */
static bl_status size_in(size_t *out, const struct mat5 *m, size_t at, size_t packed, const uint8_t *tag)
{
    const size_t size = (size_t)tag[4] | (size_t)tag[5] << 8 | (size_t)tag[6] << 16 | (size_t)tag[7] << 24;
    if (size / DEFLATE_BEST_RATIO > packed)
        BL_FAIL(m->r->ctx, BL_BAD_DATA,
                "%s: the compressed variable at byte %zu states %zu bytes, more than its %zu can unpack to",
                m->r->path, at, size, packed);
    if (size > SIZE_MAX / 2)
        BL_FAIL(m->r->ctx, BL_BAD_DATA,
                "%s: the compressed variable at byte %zu states %zu bytes, more than "
                "this machine can address",
                m->r->path, at, size);
    if (size > NEVER_EMPTY && size / EMPTY_RATIO > packed)
        BL_FAIL(m->r->ctx, BL_BAD_DATA,
                "%s: the compressed variable at byte %zu unpacks from %zu to %zu bytes, so it contains only "
                "repetition",
                m->r->path, at, packed, size);
    *out = size;
    return BL_OK;
}

/* The buffer has a byte more than the variable, so that a stream that is too long is seen. */
static bl_status unpack(struct bytes *out, const struct mat5 *m, size_t at, const struct pieces *pieces,
                        struct archive *archive)
{
    uint8_t first[TAG_BYTES] = {0};
    struct bytes tag = {first, 0};
    const size_t packed = pieces->piece[1].n;
    size_t size = 0;
    BL_TRY(read_up_to(&tag, TAG_BYTES, m, at, archive));
    if (tag.n < TAG_BYTES)
        return damaged(m, at, "it unpacks to less than a tag");
    BL_TRY(size_in(&size, m, at, packed, first));
    BL_TRY(MEM_ARRAY(m->r->ctx, &out->at, TAG_BYTES + size + 1, "a variable"));
    for (; out->n < TAG_BYTES; out->n++)
        out->at[out->n] = first[out->n];
    BL_TRY(read_up_to(out, TAG_BYTES + size + 1, m, at, archive));
    if (out->n != TAG_BYTES + size)
        BL_FAIL(m->r->ctx, BL_BAD_DATA,
                "%s: the compressed variable at byte %zu unpacks to %s%zu bytes, expected %zu", m->r->path,
                at, out->n > TAG_BYTES + size ? "at least " : "", out->n, TAG_BYTES + size);
    if (archive_filter_bytes(archive, -1) != (la_int64_t)(sizeof gzip_header + packed + sizeof gzip_trailer))
        return damaged(m, at, "its data end before the variable does");
    return BL_OK;
}

static bl_status open_and_unpack(struct bytes *out, const struct mat5 *m, size_t at, struct pieces *pieces,
                                 struct archive *archive)
{
    struct archive_entry *entry = NULL;
    archive_read_support_filter_gzip(archive);
    archive_read_support_format_raw(archive);
    if (archive_read_open(archive, pieces, NULL, next_piece, NULL) != ARCHIVE_OK ||
        archive_read_next_header(archive, &entry) != ARCHIVE_OK)
        return damaged(m, at, "its data are not deflated");
    return unpack(out, m, at, pieces, archive);
}

static bl_status inflate_stream(struct bytes *out, const struct mat5 *m, size_t at,
                                const struct bytes *stream)
{
    struct pieces pieces = {{{(uint8_t *)gzip_header, sizeof gzip_header},
                             *stream,
                             {(uint8_t *)gzip_trailer, sizeof gzip_trailer}},
                            0};
    struct archive *archive = archive_read_new();
    if (!archive)
        BL_FAIL(m->r->ctx, BL_NO_MEMORY, "%s: no memory for unpacking it", m->r->path);
    const bl_status status = open_and_unpack(out, m, at, &pieces, archive);
    archive_read_free(archive);
    return status;
}

/* Whether data begin with the header of zlib: deflate, no dictionary, and a multiple of 31. */
static bool is_zlib(const uint8_t *at)
{
    return (at[0] & 15) == 8 && !(at[1] & 32) && (at[0] << 8 | at[1]) % 31 == 0;
}

bl_status mat5_inflate(struct bytes *out, const struct mat5 *m, size_t at, size_t n)
{
    uint8_t *packed = m->file->at + at;
    if (n <= ZLIB_HEADER + ADLER_BYTES || !is_zlib(packed))
        return damaged(m, at, "it does not begin as zlib data");
    const struct bytes stream = {packed + ZLIB_HEADER, n - ZLIB_HEADER - ADLER_BYTES};
    const uint8_t *sum = packed + n - ADLER_BYTES;
    BL_TRY(inflate_stream(out, m, at, &stream));
    if (adler32_of(out->at, out->n) !=
        ((uint32_t)sum[0] << 24 | (uint32_t)sum[1] << 16 | (uint32_t)sum[2] << 8 | (uint32_t)sum[3]))
        return damaged(m, at, "its checksum does not match");
    return BL_OK;
}

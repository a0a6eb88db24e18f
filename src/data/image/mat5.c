/*
 * mat5.c - the structure of MATLAB 5 files ("MAT-File Format", The MathWorks): a header of 128 bytes, then
 * one element for each variable.
 *
 * An element is a tag of 8 bytes (type and size in bytes, 32 bits each) and its data, padded to a multiple
 * of 8 bytes. Data of at most 4 bytes may be in the second half of the tag; the upper 16 bits of its type
 * are then their size. A variable is an element of type 14, which consists of elements: flags with the
 * class, the dimensions, the name, and the numbers. It may be compressed in an element of type 15, which
 * is not padded.
 */
#include "mat5.h"

#include "../../base/mem.h"
#include "../../base/text.h"

#include <string.h>

enum {
    HEADER = 128,
    ENDIAN_AT = 126,
    TAG = 8,
    TYPE_INT8 = 1,
    TYPE_UINT8 = 2,
    TYPE_INT32 = 5,
    TYPE_UINT32 = 6,
    TYPE_MATRIX = 14,
    TYPE_COMPRESSED = 15,
    CLASS_DOUBLE = 6, /* the classes of numbers are 6 to 15 */
    CLASS_UINT64 = 15
};

static const char begins[] = "MATLAB 5.0 ";

struct element {
    uint32_t type;
    const uint8_t *at;
    size_t n;
};

static uint32_t little_endian(const uint8_t *at)
{
    return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

bool mat5_begins(const struct bytes *file)
{
    return file->n >= sizeof begins - 1 && memcmp(file->at, begins, sizeof begins - 1) == 0;
}

bl_status mat5_open(struct mat5 *m)
{
    if (m->file->n < HEADER)
        BL_FAIL(m->r->ctx, BL_BAD_DATA, "%s: this is a MATLAB file, cut off in its header: %zu bytes of %d",
                m->r->path, m->file->n, HEADER);
    if (memcmp(m->file->at + ENDIAN_AT, "IM", 2) != 0)
        BL_FAIL(m->r->ctx, BL_BAD_DATA,
                "%s: this is a MATLAB file whose numbers are not little-endian, which is not read",
                m->r->path);
    m->at = HEADER;
    return BL_OK;
}

bool mat5_has_more(const struct mat5 *m)
{
    return m->at < m->file->n;
}

/* Takes the next element from the beginning of *rest. False: the data do not hold it. */
static bool take_element(struct element *out, struct element *rest)
{
    if (rest->n < TAG)
        return false;
    const uint32_t type = little_endian(rest->at), small = type >> 16;
    size_t whole = TAG;
    if (small > 0) {
        *out = (struct element){type & 0xffff, rest->at + 4, small};
        if (small > 4)
            return false;
    } else {
        *out = (struct element){type, rest->at + TAG, little_endian(rest->at + 4)};
        if (out->n > rest->n - TAG)
            return false;
        whole = TAG + (out->n + 7) / 8 * 8;
        whole = whole < rest->n ? whole : rest->n;
    }
    rest->at += whole;
    rest->n -= whole;
    return true;
}

/* ---- A variable */

static bl_status damaged(const struct mat5 *m, const char *what)
{
    BL_FAIL(m->r->ctx, BL_BAD_DATA, "%s: the variable at byte %zu is damaged: %s", m->r->path, m->at, what);
}

static bl_status take_sizes(struct mat5_variable *out, const struct mat5 *m, const struct element *sizes)
{
    out->dimensions = sizes->n / 4;
    if (sizes->type != TYPE_INT32 || sizes->n % 4 != 0 || out->dimensions < 2)
        return damaged(m, "it has no list of dimensions");
    if (out->dimensions > MAT5_MOST_DIMENSIONS)
        BL_FAIL(m->r->ctx, BL_BAD_DATA,
                "%s: the variable at byte %zu has %zu dimensions, expected at most %d", m->r->path, m->at,
                out->dimensions, MAT5_MOST_DIMENSIONS);
    for (size_t i = 0; i < out->dimensions; i++)
        out->size[i] = little_endian(sizes->at + 4 * i);
    return BL_OK;
}

/* Takes the numbers, if they are stored as unsigned bytes, whatever their class: MATLAB stores whole doubles
   in the smallest type that holds them. Others are skipped. */
static bl_status take_numbers(struct mat5_variable *out, const struct mat5 *m, struct element *rest)
{
    struct element numbers;
    size_t n = 1;
    if (!take_element(&numbers, rest))
        return damaged(m, "its numbers are cut off");
    if (numbers.type != TYPE_UINT8 || rest->n > 0)
        return BL_OK;
    for (size_t i = 0; i < out->dimensions; i++) {
        if (out->size[i] > 0 && n > SIZE_MAX / out->size[i])
            return damaged(m, "its dimensions multiply to more than this machine can address");
        n *= out->size[i];
    }
    if (n != numbers.n)
        BL_FAIL(m->r->ctx, BL_BAD_DATA,
                "%s: the variable at byte %zu is damaged: it has %zu numbers, expected %zu by its dimensions",
                m->r->path, m->at, numbers.n, n);
    out->bytes = numbers.at;
    out->n = n;
    return BL_OK;
}

/* Reads the parts of a variable. Those of the classes that are no numbers (texts, structs, objects) are not
   read beyond the flags, because some have other parts. */
static bl_status take_parts(struct mat5_variable *out, const struct mat5 *m, struct element rest)
{
    struct element flags, sizes, name;
    if (rest.n == 0) /* MATLAB's empty variable */
        return BL_OK;
    if (!take_element(&flags, &rest) || flags.type != TYPE_UINT32 || flags.n != 8)
        return damaged(m, "it has no flags");
    if (flags.at[0] < CLASS_DOUBLE || flags.at[0] > CLASS_UINT64)
        return BL_OK;
    if (!take_element(&sizes, &rest))
        return damaged(m, "its dimensions are cut off");
    BL_TRY(take_sizes(out, m, &sizes));
    if (!take_element(&name, &rest) || name.type != TYPE_INT8)
        return damaged(m, "it has no name");
    text_append(out->name, sizeof out->name, "%.*s", (int)(name.n < 63 ? name.n : 63), (const char *)name.at);
    return take_numbers(out, m, &rest);
}

static bl_status take_packed(struct mat5_variable *out, const struct mat5 *m, const struct element *packed)
{
    struct bytes unpacked = {0};
    const bl_status status = mat5_inflate(&unpacked, m, (size_t)(packed->at - m->file->at), packed->n);
    out->unpacked = unpacked.at;
    BL_TRY(status);
    struct element inside, rest = {0, unpacked.at, unpacked.n};
    if (!take_element(&inside, &rest) || inside.type != TYPE_MATRIX)
        return damaged(m, "it unpacks to something else");
    return take_parts(out, m, inside);
}

bl_status mat5_next(struct mat5_variable *out, struct mat5 *m)
{
    const uint8_t *at = m->file->at + m->at;
    const size_t left = m->file->n - m->at;
    *out = (struct mat5_variable){.name = ""};
    if (left < TAG)
        BL_FAIL(m->r->ctx, BL_BAD_DATA, "%s: %zu bytes after the last variable", m->r->path, left);
    const struct element found = {little_endian(at), at + TAG, little_endian(at + 4)};
    if (found.type != TYPE_MATRIX && found.type != TYPE_COMPRESSED)
        BL_FAIL(m->r->ctx, BL_BAD_DATA,
                "%s: an element of type %lu at byte %zu, expected a variable (14 or 15)", m->r->path,
                (unsigned long)found.type, m->at);
    if (found.n > left - TAG)
        BL_FAIL(m->r->ctx, BL_BAD_DATA, "%s: cut off: the variable at byte %zu has %zu bytes, expected %zu",
                m->r->path, m->at, left - TAG, found.n);
    BL_TRY(found.type == TYPE_MATRIX ? take_parts(out, m, found) : take_packed(out, m, &found));
    m->at += TAG + found.n;
    return BL_OK;
}

void mat5_drop(struct mat5_variable *variable, bl_context *ctx)
{
    mem_free(ctx, variable->unpacked);
    *variable = (struct mat5_variable){.name = ""};
}

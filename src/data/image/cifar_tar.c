/*
 * cifar_tar.c - reads CIFAR's official archive without unpacking it: the members with the known names, in any
 * folder and order.
 */
#include "cifar.h"

#include "../../base/mem.h"
#include "../../base/text.h"

#include <archive.h>
#include <archive_entry.h>
#include <string.h>

enum { USTAR_AT = 257, MOST_MEMBER = 1 << 28 }; /* the largest published member has 154 million bytes */

static bool is_tar(const struct bytes *file, const char *path)
{
    (void)path;
    return file->n > 512 && memcmp(file->at + USTAR_AT, "ustar", 5) == 0;
}

static const char *const name_files[] = {"batches.meta.txt", "fine_label_names.txt",
                                         "coarse_label_names.txt"};
enum { N_NAMES = sizeof name_files / sizeof *name_files };

/* The state of reading the members of the requested part. */
struct unpacking {
    const struct reading *r;
    const char *part;
    struct archive *archive;
    const struct cifar_part *found; /* NULL: no member was found yet */
    struct bytes pieces[CIFAR_MOST_FILES], names[N_NAMES];
    bool has_test, is_for_python;
};

static bl_status archive_failure(const struct unpacking *u)
{
    const char *why = archive_error_string(u->archive);
    BL_FAIL(u->r->ctx, BL_BAD_DATA, "%s: the archive is broken: %s", u->r->path,
            why ? why : "no reason given");
}

static bl_status unpack(struct unpacking *u, struct bytes *to, const char *name)
{
    size_t room = 0;
    for (;;) {
        BL_TRY(MEM_GROW(u->r->ctx, &to->at, &room, to->n, "a batch"));
        const la_ssize_t got = archive_read_data(u->archive, to->at + to->n, room - to->n);
        if (got < 0)
            return archive_failure(u);
        if (got == 0)
            return BL_OK;
        to->n += (size_t)got;
        if (to->n > MOST_MEMBER)
            BL_FAIL(u->r->ctx, BL_BAD_DATA, "%s: %s in it has more than %d bytes", u->r->path, name,
                    MOST_MEMBER);
    }
}

static bl_status unpack_batch_file(struct unpacking *u, const struct cifar_part *part, size_t i)
{
    if (u->found && u->found != part)
        BL_FAIL(u->r->ctx, BL_BAD_DATA, "%s: holds batches of both CIFAR-10 and CIFAR-100", u->r->path);
    if (u->pieces[i].at)
        BL_FAIL(u->r->ctx, BL_BAD_DATA, "%s: two members are called %s", u->r->path, part->files[i]);
    u->found = part;
    return unpack(u, &u->pieces[i], part->files[i]);
}

static bl_status take_names(struct unpacking *u, size_t i)
{
    if (u->names[i].at)
        BL_FAIL(u->r->ctx, BL_BAD_DATA, "%s: two members are called %s", u->r->path, name_files[i]);
    return unpack(u, &u->names[i], name_files[i]);
}

static bl_status visit(struct unpacking *u, struct archive_entry *entry)
{
    const char *path = archive_entry_pathname(entry), *slash = path ? strrchr(path, '/') : NULL;
    const char *name = slash ? slash + 1 : path ? path : "";
    for (size_t k = 0; cifar_part_at(k); k++)
        for (size_t i = 0; cifar_part_at(k)->files[i]; i++) {
            if (strcmp(cifar_part_at(k)->files[i], name) != 0)
                continue;
            u->has_test = u->has_test || strcmp(cifar_part_at(k)->part, "test") == 0;
            if (strcmp(cifar_part_at(k)->part, u->part) == 0)
                return unpack_batch_file(u, cifar_part_at(k), i);
        }
    for (size_t i = 0; i < N_NAMES; i++)
        if (strcmp(name_files[i], name) == 0)
            return take_names(u, i);
    u->is_for_python = u->is_for_python || strcmp(name, "data_batch_1") == 0 ||
                       strcmp(name, "fine_label_names") == 0 || strcmp(name, "batches.meta") == 0 ||
                       strcmp(name, "meta") == 0;
    return BL_OK;
}

static bl_status visit_all(struct unpacking *u, const struct bytes *file)
{
    if (archive_read_support_format_tar(u->archive) != ARCHIVE_OK ||
        archive_read_open_memory(u->archive, file->at, file->n) != ARCHIVE_OK)
        return archive_failure(u);
    for (;;) {
        struct archive_entry *entry = NULL;
        const int result = archive_read_next_header(u->archive, &entry);
        if (result == ARCHIVE_EOF)
            return BL_OK;
        if (result != ARCHIVE_OK && result != ARCHIVE_WARN)
            return archive_failure(u);
        BL_TRY(visit(u, entry));
    }
}

static bl_status use_names(const struct unpacking *u, struct cifar *c)
{
    for (size_t i = 0; i < N_NAMES; i++) {
        char where[600] = "";
        text_append(where, sizeof where, "%.400s, %s", u->r->path, name_files[i]);
        if (u->names[i].at && strcmp(name_files[i], cifar_names_file(c)) == 0)
            return cifar_take_names(c, where, &u->names[i]);
    }
    return BL_OK;
}

static bl_status gather(struct unpacking *u, struct cifar *c, bl_data **out)
{
    if (!u->found)
        BL_FAIL(u->r->ctx, BL_BAD_DATA, "%s: no batches of CIFAR to %s with in this archive%s", u->r->path,
                u->part,
                u->is_for_python ? ", which is the version for Python; expected the binary version" : "");
    BL_TRY(cifar_begin(c, u->r, u->found->labels));
    BL_TRY(use_names(u, c));
    for (size_t i = 0; u->found->files[i]; i++) {
        char where[600] = "";
        text_append(where, sizeof where, "%.400s, %s", u->r->path, u->found->files[i]);
        if (!u->pieces[i].at)
            BL_FAIL(u->r->ctx, BL_BAD_DATA, "%s is missing", where);
        BL_TRY(cifar_add(c, where, &u->pieces[i]));
    }
    BL_TRY(cifar_finish(c, out));
    (*out)->has_test_beside = u->has_test;
    return BL_OK;
}

static bl_status read_tar(bl_data **out, const struct reading *r, struct bytes *file, const char *part)
{
    struct unpacking u = {.r = r, .part = part, .archive = archive_read_new()};
    struct cifar c = {.r = r};
    bl_status status = u.archive ? visit_all(&u, file)
                                 : context_fail(r->ctx, BL_NO_MEMORY, "%s: no memory for unpacking", r->path);
    if (status == BL_OK)
        status = gather(&u, &c, out);
    cifar_drop(&c);
    for (size_t i = 0; i < CIFAR_MOST_FILES; i++)
        mem_free(r->ctx, u.pieces[i].at);
    for (size_t i = 0; i < N_NAMES; i++)
        mem_free(r->ctx, u.names[i].at);
    archive_read_free(u.archive);
    mem_free(r->ctx, file->at);
    return status;
}

const struct reader reader_tar = {is_tar, read_tar};

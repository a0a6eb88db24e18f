/*
 * cifar_folder.c - finds CIFAR's batches or its archive, plain or .gz, in a folder or in a folder in it.
 */
#include "cifar.h"

#include "../../base/mem.h"
#include "../../base/text.h"

#include <string.h>

static const char *const below[] = {"", "/cifar-10-batches-bin", "/cifar-100-binary"};
enum { N_BELOW = sizeof below / sizeof *below };

static bool find_piece(char out[BL_PATH_ROOM], const char *folder, const char *down, const char *file)
{
    static const char *const endings[] = {"", ".gz"};
    for (size_t e = 0; e < 2; e++) {
        out[0] = 0;
        text_append(out, BL_PATH_ROOM, "%s%s/%s%s", folder, down, file, endings[e]);
        if (path_is_there(out))
            return true;
    }
    out[0] = 0;
    text_append(out, BL_PATH_ROOM, "%s%s/%s", folder, down, file);
    return false;
}

/* The published set of which the folder has the part; NULL: none. *down: where in the folder. */
static const struct cifar_part *find_part(const char *folder, const char *part, const char **down)
{
    char path[BL_PATH_ROOM];
    for (size_t i = 0; cifar_part_at(i); i++)
        for (size_t b = 0; b < N_BELOW && strcmp(cifar_part_at(i)->part, part) == 0; b++)
            if (find_piece(path, folder, below[b], cifar_part_at(i)->files[0])) {
                *down = below[b];
                return cifar_part_at(i);
            }
    return NULL;
}

static const struct {
    const char *name;
    int labels;
} archives[] = {{"cifar-10-binary.tar.gz", 1},
                {"cifar-100-binary.tar.gz", 2},
                {"cifar-10-binary.tar", 1},
                {"cifar-100-binary.tar", 2}};

static bool find_archive(char out[BL_PATH_ROOM], const char *folder)
{
    for (size_t i = 0; i < sizeof archives / sizeof *archives; i++) {
        out[0] = 0;
        text_append(out, BL_PATH_ROOM, "%s/%s", folder, archives[i].name);
        if (path_is_there(out))
            return true;
    }
    return false;
}

/* Whether the folder contains CIFAR-10 (labels 1) or CIFAR-100 (labels 2), as batches or archive. */
static bool holds(const char *folder, int labels)
{
    char path[BL_PATH_ROOM];
    for (size_t i = 0; cifar_part_at(i); i++)
        for (size_t b = 0; cifar_part_at(i)->labels == labels && b < N_BELOW; b++)
            if (find_piece(path, folder, below[b], cifar_part_at(i)->files[0]))
                return true;
    for (size_t i = 0; i < sizeof archives / sizeof *archives; i++) {
        path[0] = 0;
        text_append(path, sizeof path, "%s/%s", folder, archives[i].name);
        if (archives[i].labels == labels && path_is_there(path))
            return true;
    }
    return false;
}

static bool has_part(const char *folder, const char *part)
{
    const char *down = NULL;
    char path[BL_PATH_ROOM];
    return find_part(folder, part, &down) || find_archive(path, folder);
}

static bl_status read_archive(bl_data **out, const struct reading *how, const char *path, const char *part)
{
    struct reading r = *how;
    struct bytes file = {0};
    r.path = path;
    BL_TRY(bytes_read_file(&file, r.ctx, path, BYTES_READ_LIMIT));
    return reader_tar.read(out, &r, &file, part);
}

static bl_status add_pieces(struct cifar *c, const struct cifar_part *part, const char *down)
{
    for (size_t i = 0; part->files[i]; i++) {
        char path[BL_PATH_ROOM];
        struct bytes piece = {0};
        if (!find_piece(path, c->r->path, down, part->files[i]))
            BL_FAIL(c->r->ctx, BL_BAD_DATA, "%s: no such file, although %s exists", path, part->files[0]);
        BL_TRY(bytes_read_file(&piece, c->r->ctx, path, BYTES_READ_LIMIT));
        const bl_status status = cifar_add(c, path, &piece);
        mem_free(c->r->ctx, piece.at);
        BL_TRY(status);
    }
    return BL_OK;
}

static bl_status fill_from_folder(struct cifar *c, const struct cifar_part *part, const char *down,
                                  bl_data **out)
{
    char folder[BL_PATH_ROOM] = "";
    text_append(folder, sizeof folder, "%s%s", c->r->path, down);
    BL_TRY(cifar_begin(c, c->r, part->labels));
    BL_TRY(cifar_read_names(c, folder));
    BL_TRY(add_pieces(c, part, down));
    return cifar_finish(c, out);
}

static bl_status read_folder(bl_data **out, const struct reading *r, const char *part)
{
    const char *down = NULL;
    char path[BL_PATH_ROOM];
    struct cifar c = {.r = r};
    if (holds(r->path, 1) && holds(r->path, 2))
        BL_FAIL(r->ctx, BL_BAD_DATA,
                "%s: holds both CIFAR-10 and CIFAR-100; name the folder or the archive of one", r->path);
    const struct cifar_part *found = find_part(r->path, part, &down);
    if (!found && find_archive(path, r->path))
        return read_archive(out, r, path, part);
    if (!found)
        BL_FAIL(r->ctx, BL_BAD_DATA, "%s: no batches to %s with in this folder", r->path, part);
    const bl_status status = fill_from_folder(&c, found, down, out);
    cifar_drop(&c);
    return status;
}

const struct folder_reader folder_of_cifar = {has_part, read_folder};

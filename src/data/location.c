/*
 * location.c - from what the user wrote after "data" to examples: a named set, a folder, or a file of either
 * kind.
 */
#include "../base/mem.h"
#include "../base/text.h"
#include "readers.h"

#include <string.h>

static bl_status nothing_there(bl_context *ctx, const char *where)
{
    char known[256] = "";
    for (size_t i = 0; named_at(i); i++)
        text_append(known, sizeof known, "%s%s", i ? ", " : "", named_at(i));
    BL_FAIL(ctx, BL_BAD_DATA, "%s: no such file or folder, and no data set of that name (known: %s)", where,
            known);
}

bl_status location_find(struct location *out, bl_context *ctx, const char *where,
                        const struct data_options *options)
{
    *out = (struct location){{0}, false, NULL};
    if (!where || !where[0])
        BL_FAIL(ctx, BL_BAD_VALUE, "no data: expected the name of a data set, a folder or a file");
    const struct named_set *set = named_find(where);
    if (set)
        return named_locate(out, ctx, set, options->data_dir);
    if (strlen(where) >= sizeof out->path - 256)
        BL_FAIL(ctx, BL_BAD_VALUE, "the name of the data is %zu bytes long, expected fewer than %zu",
                strlen(where), sizeof out->path - 256);
    if (!path_is_there(where))
        return nothing_there(ctx, where);
    memcpy(out->path, where, strlen(where) + 1);
    out->is_folder = path_is_folder(where);
    return BL_OK;
}

/* IDX begins with two zero bytes; text has none. */
static bool is_idx(const struct bytes *file)
{
    return file->n >= 2 && file->at[0] == 0 && file->at[1] == 0;
}

/* Named by its images from here on. */
static bl_status read_pair(bl_data **out, const struct reading *how, const struct idx_pair *pair)
{
    struct reading r = *how;
    struct bytes file = {0};
    r.path = pair->images;
    BL_TRY(bytes_in(&file, r.ctx, r.path, BYTES_IN_LIMIT));
    return idx_read(out, &r, &file, pair->labels[0] ? pair->labels : NULL);
}

static bl_status read_lone_idx(bl_data **out, const struct reading *r, struct bytes *file)
{
    struct idx_pair pair;
    bl_status status = idx_check_images(r, file);
    if (status == BL_OK)
        status = idx_partner(&pair, r->ctx, r->path, r->options);
    if (status == BL_OK)
        return idx_read(out, r, file, pair.labels[0] ? pair.labels : NULL);
    mem_free(r->ctx, file->at);
    return status;
}

static bl_status read_file(bl_data **out, const struct reading *r)
{
    struct bytes file = {0};
    BL_TRY(bytes_in(&file, r->ctx, r->path, BYTES_IN_LIMIT));
    return is_idx(&file) ? read_lone_idx(out, r, &file) : csv_read(out, r, &file);
}

static bl_status read_folder(bl_data **out, const struct reading *r, const struct location *from,
                             const char *part)
{
    struct idx_pair pair;
    BL_TRY(folder_pair(&pair, r->ctx, from->path, part, r->options));
    bl_data *data = NULL;
    BL_TRY(read_pair(&data, r, &pair));
    const bl_status status = from->set && !r->like ? named_classes(data, from->set) : BL_OK;
    if (status == BL_OK)
        *out = data;
    else
        data_free(data);
    return status;
}

bl_status location_read(bl_data **out, const struct reading *how, const struct location *from,
                        const char *part)
{
    struct reading r = *how;
    r.path = from->path;
    return from->is_folder ? read_folder(out, &r, from, part) : read_file(out, &r);
}

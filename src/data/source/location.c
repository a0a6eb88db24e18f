/*
 * location.c - resolves the value of the option data: a named set, a folder, or a file.
 */
#include "location.h"
#include "../../base/mem.h"
#include "../../base/nearest_file.h"
#include "../../base/text.h"
#include "../set/data_internal.h"

#include <string.h>

static bl_status nothing_there(bl_context *ctx, const char *where)
{
    char advice[256], neighbour[512];
    if (nearest_file(where, neighbour, sizeof neighbour))
        BL_FAIL(ctx, BL_BAD_DATA, "%s: no such file or folder; did you mean %s?", where, neighbour);
    named_advise(where, advice, sizeof advice);
    BL_FAIL(ctx, BL_BAD_DATA, "%s: no such file or folder, and no data set of that name; %s", where, advice);
}

static bool has_any_part(const char *folder)
{
    const struct folder_reader *reader = folder_reader_for(folder);
    return reader->has_part(folder, "train") || reader->has_part(folder, "test");
}

/* Enters the folder raw, into which torchvision puts the files of MNIST and similar sets. */
static void step_into_raw(struct location *out)
{
    char raw[BL_PATH_ROOM];
    raw[0] = 0;
    text_append(raw, sizeof raw, "%s/raw", out->path);
    if (out->is_folder && !has_any_part(out->path) && path_is_folder(raw) && has_any_part(raw))
        memcpy(out->path, raw, sizeof raw);
}

bl_status location_find(struct location *out, bl_context *ctx, const char *where,
                        const struct data_options *options)
{
    *out = (struct location){.set = NULL};
    if (!where || !where[0])
        BL_FAIL(ctx, BL_BAD_VALUE, "no data: expected the name of a data set, a folder or a file");
    if (strcmp(where, "-") == 0) {
        text_append(out->path, sizeof out->path, "%s", INPUT_NAME);
        out->is_input = true;
        return BL_OK;
    }
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
    step_into_raw(out);
    return BL_OK;
}

static bl_status read_file(bl_data **out, const struct reading *r, bool is_input, const char *part)
{
    struct bytes file = {0};
    BL_TRY(is_input ? bytes_read_input(&file, r->ctx, BYTES_READ_LIMIT)
                    : bytes_read(&file, r->ctx, r->path, BYTES_READ_LIMIT));
    return reader_for(&file, r->path)->read(out, r, &file, part);
}

static bl_status name_classes(bl_data *data, const struct reading *r, const struct location *from)
{
    return from->set && !r->schema && !data->class_names ? named_classes(data, from->set) : BL_OK;
}

/* Adds a note if only one of the set and the model's training set has names of classes: whether their classes
   are the same is not known. */
static bl_status note_classes(bl_data *data, const struct reading *r, const struct location *from)
{
    const bool has_names = named_has_classes(from->set), had_names = r->schema->class_names != NULL;
    if (has_names == had_names)
        return BL_OK;
    return data_add_note(data, "%s names its classes, and %s does not: are the classes the same?",
                         has_names ? named_name(from->set) : "the training set",
                         has_names ? "the training set" : named_name(from->set));
}

/* Removes the labels of a set whose classes differ from the model's: its examples can be predicted, but not
   evaluated. */
static bl_status check_classes(bl_data *data, const struct reading *r, const struct location *from)
{
    if (!from->set || !r->schema || !data->labels)
        return BL_OK;
    if (named_agrees(from->set, r->schema))
        return note_classes(data, r, from);
    BL_TRY(data_set_lacks(data, "its classes are those of %s, but the training set has%s",
                          named_name(from->set), classes_shown(r->schema).text));
    if (r->options->has_labels)
        BL_FAIL(r->ctx, BL_BAD_DATA, "%s: %s", data->source, data->lacks_labels);
    mem_free(r->ctx, (void *)data->labels);
    data->labels = NULL;
    return BL_OK;
}

static bl_status read_folder(bl_data **out, const struct reading *r, const struct location *from,
                             const char *part)
{
    bl_data *data = NULL;
    BL_TRY(folder_reader_for(from->path)->read(&data, r, part));
    bl_status status = name_classes(data, r, from);
    if (status == BL_OK)
        status = check_classes(data, r, from);
    if (status == BL_OK)
        *out = data;
    else
        data_free(data);
    return status;
}

bool location_has_part(const struct location *at, const char *part)
{
    return at->is_folder && folder_reader_for(at->path)->has_part(at->path, part);
}

bl_status location_read(bl_data **out, const struct reading *how, const struct location *from,
                        const char *part)
{
    struct reading r = *how;
    r.path = from->path;
    return from->is_folder ? read_folder(out, &r, from, part) : read_file(out, &r, from->is_input, part);
}

/*
 * idx.c - reads the IDX format of MNIST: two zero bytes, the type of the elements, the number of dimensions,
 * one 32-bit size for each dimension, then the elements, the last dimension fastest. Numbers are big-endian.
 *
 * Supported: unsigned bytes (type 8) with 2 to 4 dimensions (n x features, n x rows x cols, n x channels x
 * rows x cols) and labels with one. Before the sizes are used, they are checked to account for every byte of
 * the file.
 */
#include "idx.h"
#include "../../base/mem.h"
#include "../../base/text.h"
#include "../set/data_internal.h"

#include <limits.h>
#include <string.h>

enum { UNSIGNED_BYTE = 8, MOST_DIMENSIONS = 4, MAGIC_BYTES = 4 };

struct idx {
    int dimensions;
    size_t size[MOST_DIMENSIONS];
    size_t header, item, elements; /* sizes in bytes: of the header, of one example, of all examples */
};

static uint32_t big_endian(const uint8_t *at)
{
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | (uint32_t)at[3];
}

static bool is_bytes(uint32_t magic, int least, int most)
{
    const int dimensions = (int)(magic & 0xff);
    return magic >> 8 == UNSIGNED_BYTE && dimensions >= least && dimensions <= most;
}

static bl_status check_magic(const struct reading *r, const struct bytes *file, int least, int most)
{
    const char *wanted =
        most == 1 ? "labels, 0x00000801" : "images, 0x00000802 to 0x00000804 (unsigned bytes)";
    if (file->n < MAGIC_BYTES)
        BL_FAIL(r->ctx, BL_BAD_DATA, "%s: %zu bytes, too short for IDX; expected %s", r->path, file->n,
                wanted);
    const uint32_t magic = big_endian(file->at);
    if (is_bytes(magic, least, most))
        return BL_OK;
    const char *found = is_bytes(magic, 1, 1)                 ? " (labels)"
                        : is_bytes(magic, 2, MOST_DIMENSIONS) ? " (images)"
                                                              : "";
    BL_FAIL(r->ctx, BL_BAD_DATA, "%s: wrong magic number 0x%08lx%s, expected %s", r->path,
            (unsigned long)magic, found, wanted);
}

static bl_status check_images(const struct reading *r, const struct bytes *file)
{
    return check_magic(r, file, 2, MOST_DIMENSIONS);
}

static bl_status read_sizes(struct idx *out, const struct reading *r, const struct bytes *file)
{
    out->dimensions = file->at[3];
    out->header = MAGIC_BYTES + 4 * (size_t)out->dimensions;
    out->item = 1;
    out->elements = 1;
    if (file->n < out->header)
        BL_FAIL(r->ctx, BL_BAD_DATA, "%s: cut off in the header: %zu bytes, expected at least %zu", r->path,
                file->n, out->header);
    for (int i = 0; i < out->dimensions; i++) {
        const size_t size = big_endian(file->at + MAGIC_BYTES + 4 * (size_t)i);
        if (size == 0)
            BL_FAIL(r->ctx, BL_BAD_DATA, "%s: dimension %d is 0, expected at least 1", r->path, i);
        if (out->elements > SIZE_MAX / size)
            BL_FAIL(r->ctx, BL_BAD_DATA,
                    "%s: the sizes in the header multiply to more than this machine can address", r->path);
        out->size[i] = size;
        out->item *= i > 0 ? size : 1;
        out->elements *= size;
    }
    return BL_OK;
}

static bl_status parse(struct idx *out, const struct reading *r, const struct bytes *file, int least,
                       int most)
{
    BL_TRY(check_magic(r, file, least, most));
    BL_TRY(read_sizes(out, r, file));
    const size_t there = file->n - out->header;
    if (there != out->elements)
        BL_FAIL(r->ctx, BL_BAD_DATA, "%s: %s: %zu bytes after the header, expected %zu (%zu items of %zu)",
                r->path, there < out->elements ? "cut off" : "too long", there, out->elements, out->size[0],
                out->item);
    return BL_OK;
}

static bl_status shape_of(bl_shape *out, const struct reading *r, const struct idx *idx)
{
    if (idx->item > INT_MAX)
        BL_FAIL(r->ctx, BL_BAD_DATA, "%s: %zu numbers an example, expected at most %d", r->path, idx->item,
                INT_MAX);
    int sides[3] = {1, 1, 1};
    for (int i = 1; i < idx->dimensions; i++)
        sides[i + 3 - idx->dimensions] = (int)idx->size[i];
    *out = (bl_shape){sides[0], sides[1], sides[2]};
    return BL_OK;
}

/* Moves the elements to the beginning of the file's memory, of which the set becomes the owner. */
static bl_status take_images(bl_data *data, const struct reading *r, struct bytes *file)
{
    struct idx idx = {0};
    BL_TRY(parse(&idx, r, file, 2, MOST_DIMENSIONS));
    BL_TRY(shape_of(&data->shape, r, &idx));
    data->n = idx.size[0];
    data->features = idx.item;
    BL_TRY(shape_from_schema(data, r->schema, r->path));
    memmove(file->at, file->at + idx.header, idx.elements);
    data->bytes = file->at;
    *file = (struct bytes){0};
    return BL_OK;
}

/* The number of classes of a training set, which are 0 to the largest label. */
static int classes_in(const uint8_t *labels, size_t n)
{
    int largest = 0;
    for (size_t i = 0; i < n; i++)
        largest = labels[i] > largest ? labels[i] : largest;
    return largest + 1;
}

/* Sets the class of each possible label; -1: none. */
static void class_table(int classes[256], const bl_data *schema, int outputs)
{
    for (int label = 0; label < 256; label++) {
        classes[label] = schema ? class_of_number(schema, label) : label < outputs ? label : -1;
    }
}

static bl_status number_labels(bl_data *data, const struct reading *r, const uint8_t *labels)
{
    int classes[256];
    data->outputs = r->schema ? r->schema->outputs : classes_in(labels, data->n);
    class_table(classes, r->schema, data->outputs);
    int32_t *numbers = NULL;
    BL_TRY(MEM_ARRAY(r->ctx, &numbers, data->n, "labels"));
    data->labels = numbers;
    for (size_t i = 0; i < data->n; i++) {
        numbers[i] = classes[labels[i]];
        if (numbers[i] < 0)
            BL_FAIL(
                r->ctx, BL_BAD_DATA,
                "%s: label %d of example %zu (from 0), which is none of the %d classes of the training set%s",
                r->path, labels[i], i, data->outputs, r->schema ? classes_shown(r->schema).text : "");
    }
    return BL_OK;
}

static bl_status use_labels(bl_data *data, const struct reading *r, const struct bytes *file)
{
    struct idx idx = {0};
    BL_TRY(parse(&idx, r, file, 1, 1));
    if (idx.size[0] != data->n)
        BL_FAIL(r->ctx, BL_BAD_DATA, "%s: %zu labels, but %s has %zu images", r->path, idx.size[0],
                data->source, data->n);
    return number_labels(data, r, file->at + idx.header);
}

static bl_status take_labels(bl_data *data, const struct reading *r, const char *labels)
{
    struct reading of_labels = *r;
    of_labels.path = labels;
    struct bytes file = {0};
    BL_TRY(bytes_read_file(&file, r->ctx, labels, BYTES_READ_LIMIT));
    const bl_status status = use_labels(data, &of_labels, &file);
    mem_free(r->ctx, file.at);
    return status;
}

static bl_status fill_idx(bl_data *data, const struct reading *r, struct bytes *file, const char *labels)
{
    BL_TRY(take_images(data, r, file));
    if (labels)
        BL_TRY(take_labels(data, r, labels));
    else {
        data->outputs = r->schema ? r->schema->outputs : 0;
        BL_TRY(data_set_lacks(data, "there is no file of labels beside it"));
    }
    data_take_hash(data);
    return BL_OK;
}

bl_status idx_read(bl_data **out, const struct reading *r, struct bytes *file, const char *labels)
{
    bl_data *data = NULL;
    bl_status status = data_create(&data, r->ctx, r->path);
    if (status == BL_OK)
        status = fill_idx(data, r, file, labels);
    mem_free(r->ctx, file->at);
    *file = (struct bytes){0};
    if (status == BL_OK)
        *out = data;
    else
        data_free(data);
    return status;
}

bool idx_begins(const struct bytes *file)
{
    return file->n >= MAGIC_BYTES && is_bytes(big_endian(file->at), 2, MOST_DIMENSIONS);
}

bool idx_fits(const struct bytes *file)
{
    struct idx idx = {0};
    const struct reading silent = {.path = ""};
    return idx_begins(file) && parse(&idx, &silent, file, 2, MOST_DIMENSIONS) == BL_OK;
}

/* Whether the file is IDX, which begins with two zero bytes; text has none. */
static bool is_idx(const struct bytes *file, const char *path)
{
    (void)path;
    return file->n >= 2 && file->at[0] == 0 && file->at[1] == 0;
}

static bl_status read_lone(bl_data **out, const struct reading *r, struct bytes *file, const char *part)
{
    struct idx_pair pair;
    (void)part;
    bl_status status = check_images(r, file);
    if (status == BL_OK)
        status = idx_partner(&pair, r->ctx, r->path, r->options);
    if (status == BL_OK)
        return idx_read(out, r, file, pair.labels[0] ? pair.labels : NULL);
    mem_free(r->ctx, file->at);
    return status;
}

const struct reader reader_idx = {is_idx, read_lone};

/* Reads the images and labels of a part of a folder. The set is named after the file of images. */
static bl_status read_pair(bl_data **out, const struct reading *how, const char *part)
{
    struct reading r = *how;
    struct idx_pair pair;
    struct bytes file = {0};
    BL_TRY(idx_find_pair(&pair, r.ctx, how->path, part, r.options));
    r.path = pair.images;
    BL_TRY(bytes_read_file(&file, r.ctx, r.path, BYTES_READ_LIMIT));
    return idx_read(out, &r, &file, pair.labels[0] ? pair.labels : NULL);
}

const struct folder_reader folder_of_idx = {idx_has_part, read_pair};

/*
 * svhn.c - reads the cropped digits of SVHN (Y. Netzer, T. Wang, A. Coates, A. Bissacco, B. Wu, A. Ng,
 * "Reading Digits in Natural Images with Unsupervised Feature Learning", 2011): MATLAB 5 files with the
 * images X, 32 x 32 x 3 x n unsigned bytes (rows, columns, channels, examples), and the labels y, 1 to 9
 * and 10 for the digit 0.
 *
 * A file is read by itself, or as train_32x32.mat or test_32x32.mat of a folder. The classes are the
 * digits.
 */
#include "mat5.h"

#include "../../base/mem.h"
#include "../../base/text.h"
#include "../set/data_internal.h"

#include <string.h>

enum { SIDE = 32, CHANNELS = 3, PLANE = SIDE * SIDE, PIXELS = CHANNELS * PLANE, DIGITS = 10 };

struct svhn {
    const struct reading *r;
    struct mat5_variable x, y;
};

/* ---- Variables */

/* Keeps the variables X and y, and frees others. */
static bl_status keep(struct svhn *s, struct mat5_variable *variable)
{
    struct mat5_variable *kept = strcmp(variable->name, "X") == 0   ? &s->x
                                 : strcmp(variable->name, "y") == 0 ? &s->y
                                                                    : NULL;
    if (kept && kept->name[0])
        BL_FAIL(s->r->ctx, BL_BAD_DATA, "%s: has two variables %s", s->r->path, variable->name);
    if (kept) {
        *kept = *variable;
        *variable = (struct mat5_variable){.name = ""};
    }
    return BL_OK;
}

static bl_status find_variables(struct svhn *s, const struct bytes *file)
{
    struct mat5 m = {.r = s->r, .file = file};
    BL_TRY(mat5_open(&m));
    while (mat5_has_more(&m)) {
        struct mat5_variable variable;
        bl_status status = mat5_next(&variable, &m);
        if (status == BL_OK)
            status = keep(s, &variable);
        mat5_drop(&variable, s->r->ctx);
        BL_TRY(status);
    }
    if (!s->x.name[0] || !s->y.name[0])
        BL_FAIL(
            s->r->ctx, BL_BAD_DATA,
            "%s: this is a MATLAB file without a variable %s; of MATLAB files only those of SVHN's cropped "
            "digits (X and y) are read; write a table as CSV (MATLAB: writematrix, writetable)",
            s->r->path, s->x.name[0] ? "y" : "X");
    return BL_OK;
}

/* The number of examples in X. MATLAB omits a last dimension of 1. */
static bl_status count_examples(size_t *out, const struct svhn *s)
{
    const struct mat5_variable *x = &s->x;
    const bool is_images = x->dimensions >= 3 && x->dimensions <= 4 && x->size[0] == SIDE &&
                           x->size[1] == SIDE && x->size[2] == CHANNELS;
    char sizes[120] = "";
    for (size_t i = 0; i < x->dimensions; i++)
        text_append(sizes, sizeof sizes, "%s%zu", i ? " x " : "", x->size[i]);
    if (!is_images || !x->bytes || x->n == 0)
        BL_FAIL(s->r->ctx, BL_BAD_DATA, "%s: X is %s%s, expected 32 x 32 x 3 x n unsigned bytes", s->r->path,
                sizes, x->bytes ? "" : " numbers of another type");
    *out = x->n / PIXELS;
    return BL_OK;
}

/* Copies an image from X, whose rows are the fastest dimension. */
static void copy_image(uint8_t *to, const uint8_t *from)
{
    for (size_t c = 0; c < CHANNELS; c++)
        for (size_t row = 0; row < SIDE; row++)
            for (size_t col = 0; col < SIDE; col++)
                to[c * PLANE + row * SIDE + col] = from[c * PLANE + col * SIDE + row];
}

static bl_status take_images(bl_data *data, const struct svhn *s)
{
    uint8_t *pixels = NULL;
    BL_TRY(count_examples(&data->n, s));
    BL_TRY(MEM_ARRAY(data->ctx, &pixels, s->x.n, "images"));
    data->bytes = pixels;
    data->features = PIXELS;
    data->shape = (bl_shape){CHANNELS, SIDE, SIDE};
    for (size_t i = 0; i < data->n; i++)
        copy_image(pixels + i * PIXELS, s->x.bytes + i * PIXELS);
    return shape_from_schema(data, s->r->schema, s->r->path);
}

static bl_status take_label(int32_t *out, const bl_data *data, const struct svhn *s, size_t i)
{
    const bl_data *schema = s->r->schema;
    const int label = s->y.bytes[i], digit = label % DIGITS;
    if (label < 1 || label > DIGITS)
        BL_FAIL(data->ctx, BL_BAD_DATA, "%s: label %d of example %zu (from 0), expected 1 to 10", s->r->path,
                label, i);
    *out = schema ? class_of_number(schema, digit) : digit;
    if (*out < 0)
        BL_FAIL(data->ctx, BL_BAD_DATA,
                "%s: digit %d of example %zu (from 0), which is none of the %d classes of the training set%s",
                s->r->path, digit, i, data->outputs, classes_shown(schema).text);
    return BL_OK;
}

static bl_status take_labels(bl_data *data, const struct svhn *s)
{
    int32_t *labels = NULL;
    if (!s->y.bytes)
        BL_FAIL(data->ctx, BL_BAD_DATA, "%s: y is not stored as unsigned bytes", s->r->path);
    if (s->y.n != data->n)
        BL_FAIL(data->ctx, BL_BAD_DATA, "%s: y has %zu labels, but X has %zu images", s->r->path, s->y.n,
                data->n);
    BL_TRY(MEM_ARRAY(data->ctx, &labels, data->n, "labels"));
    data->labels = labels;
    data->outputs = s->r->schema ? s->r->schema->outputs : DIGITS;
    for (size_t i = 0; i < data->n; i++)
        BL_TRY(take_label(&labels[i], data, s, i));
    return BL_OK;
}

/* ---- Files and folders */

static bl_status fill(bl_data *data, struct svhn *s, const struct bytes *file)
{
    BL_TRY(find_variables(s, file));
    BL_TRY(take_images(data, s));
    BL_TRY(take_labels(data, s));
    data_take_hash(data);
    return BL_OK;
}

static bool is_mat5(const struct bytes *file, const char *path)
{
    (void)path;
    return mat5_begins(file);
}

static bl_status read_single(bl_data **out, const struct reading *r, struct bytes *file, const char *part)
{
    struct svhn s = {.r = r};
    bl_data *data = NULL;
    (void)part;
    bl_status status = data_create(&data, r->ctx, r->path);
    if (status == BL_OK)
        status = fill(data, &s, file);
    mat5_drop(&s.x, r->ctx);
    mat5_drop(&s.y, r->ctx);
    mem_free(r->ctx, file->at);
    if (status == BL_OK)
        *out = data;
    else
        data_free(data);
    return status;
}

const struct reader reader_svhn = {is_mat5, read_single};

static bool find_file(char out[BL_PATH_ROOM], const char *folder, const char *part)
{
    out[0] = 0;
    text_append(out, BL_PATH_ROOM, "%s/%s_32x32.mat", folder, part);
    return path_is_there(out);
}

static bool has_part(const char *folder, const char *part)
{
    char path[BL_PATH_ROOM];
    return find_file(path, folder, part);
}

static bl_status read_folder(bl_data **out, const struct reading *how, const char *part)
{
    struct reading r = *how;
    struct bytes file = {0};
    char path[BL_PATH_ROOM];
    if (!find_file(path, how->path, part))
        BL_FAIL(r.ctx, BL_BAD_DATA, "%s: no such file, which holds SVHN's part \"%s\"", path, part);
    r.path = path;
    BL_TRY(bytes_read_file(&file, r.ctx, path, BYTES_READ_LIMIT));
    if (mat5_begins(&file))
        return read_single(out, &r, &file, part);
    mem_free(r.ctx, file.at);
    BL_FAIL(r.ctx, BL_BAD_DATA, "%s: is not a MATLAB 5 file, as the published files of SVHN are", path);
}

const struct folder_reader folder_of_svhn = {has_part, read_folder};

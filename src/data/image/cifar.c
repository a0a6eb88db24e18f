/*
 * cifar.c - reads CIFAR's binary records, and single files of them.
 */
#include "cifar.h"

#include "../../base/mem.h"
#include "../../base/text.h"
#include "idx.h"

#include <string.h>

static const struct cifar_part parts[] = {
    {1,
     "train",
     {"data_batch_1.bin", "data_batch_2.bin", "data_batch_3.bin", "data_batch_4.bin", "data_batch_5.bin",
      NULL}},
    {1, "test", {"test_batch.bin", NULL}},
    {2, "train", {"train.bin", NULL}},
    {2, "test", {"test.bin", NULL}},
};

const struct cifar_part *cifar_part_at(size_t i)
{
    return i < sizeof parts / sizeof *parts ? &parts[i] : NULL;
}

/* ---- Records */

enum { TEN_CLASSES = 10, COARSE_CLASSES = 20, FINE_CLASSES = 100 };

static int classes_of(const struct cifar *c)
{
    return c->labels == 1 ? TEN_CLASSES : c->wants_coarse ? COARSE_CLASSES : FINE_CLASSES;
}

/* Chooses between the two labels of an example of CIFAR-100: the option label selects one, else the model. */
bl_status cifar_begin(struct cifar *c, const struct reading *r, int labels)
{
    const char *given = r->options->label;
    *c = (struct cifar){.r = r, .labels = labels};
    c->wants_coarse = labels == 2 && !given && r->schema && r->schema->outputs == COARSE_CLASSES;
    if (labels == 1 || !given || strcmp(given, "fine") == 0)
        return BL_OK;
    if (strcmp(given, "coarse") != 0)
        BL_FAIL(r->ctx, BL_BAD_DATA, "%s: label \"%s\", expected fine or coarse: CIFAR-100 has both", r->path,
                given);
    c->wants_coarse = true;
    return BL_OK;
}

static bl_status make_room(struct cifar *c, size_t more)
{
    uint8_t *pixels = NULL, *classes = NULL;
    BL_TRY(MEM_ARRAY(c->r->ctx, &pixels, (c->n + more) * CIFAR_PIXELS, "pictures"));
    const bl_status status = MEM_ARRAY(c->r->ctx, &classes, c->n + more, "labels");
    if (status != BL_OK) {
        mem_free(c->r->ctx, pixels);
        return status;
    }
    if (c->n > 0) {
        memcpy(pixels, c->pixels, c->n * CIFAR_PIXELS);
        memcpy(classes, c->classes, c->n);
    }
    mem_free(c->r->ctx, c->pixels);
    mem_free(c->r->ctx, c->classes);
    c->pixels = pixels;
    c->classes = classes;
    return BL_OK;
}

static bl_status check_label(const struct cifar *c, const char *where, size_t number, const char *kind,
                             int label, int classes)
{
    if (label >= classes)
        BL_FAIL(c->r->ctx, BL_BAD_DATA, "%s: record %zu (from 0): %slabel %d, expected 0 to %d", where,
                number, kind, label, classes - 1);
    return BL_OK;
}

/* Both labels of CIFAR-100 are checked, because an invalid one means that the file does not consist of such
   records. */
static bl_status check_labels(const struct cifar *c, const char *where, const uint8_t *record, size_t number)
{
    if (c->labels == 1)
        return check_label(c, where, number, "", record[0], TEN_CLASSES);
    BL_TRY(check_label(c, where, number, "coarse ", record[0], COARSE_CLASSES));
    return check_label(c, where, number, "fine ", record[1], FINE_CLASSES);
}

static bl_status add_record(struct cifar *c, const char *where, const uint8_t *record, size_t number)
{
    BL_TRY(check_labels(c, where, record, number));
    c->classes[c->n] = record[c->labels == 1 || c->wants_coarse ? 0 : 1];
    memcpy(c->pixels + c->n * CIFAR_PIXELS, record + c->labels, CIFAR_PIXELS);
    c->n++;
    return BL_OK;
}

bl_status cifar_add(struct cifar *c, const char *where, const struct bytes *piece)
{
    const size_t size = (size_t)c->labels + CIFAR_PIXELS;
    if (piece->n == 0 || piece->n % size != 0)
        BL_FAIL(c->r->ctx, BL_BAD_DATA, "%s: %zu bytes, expected a multiple of %zu, CIFAR-%s's record", where,
                piece->n, size, c->labels == 1 ? "10" : "100");
    BL_TRY(make_room(c, piece->n / size));
    for (size_t i = 0; i < piece->n / size; i++)
        BL_TRY(add_record(c, where, piece->at + i * size, i));
    return BL_OK;
}

void cifar_drop(struct cifar *c)
{
    mem_free(c->r->ctx, c->pixels);
    mem_free(c->r->ctx, c->classes);
    names_free(c->r->ctx, c->names, (size_t)classes_of(c));
    c->pixels = c->classes = NULL;
    c->names = NULL;
}

static bl_status name_classes(bl_data *data, const struct cifar *c)
{
    const char *const *names = c->labels == 1    ? cifar10_names
                               : c->wants_coarse ? cifar100_coarse_names
                                                 : cifar100_names;
    data->outputs = classes_of(c);
    data->class_match = CLASS_BY_NUMBER;
    if (c->names)
        return names_copy(data->ctx, &data->class_names, c->names, (size_t)data->outputs);
    BL_TRY(MEM_ARRAY(data->ctx, &data->class_names, (size_t)data->outputs, "class names"));
    for (int k = 0; k < data->outputs; k++)
        BL_TRY(mem_text(data->ctx, &data->class_names[k], names[k], strlen(names[k])));
    return BL_OK;
}

/* The class of label i. For a model with class names, classes are matched by name, because the model's class
   0 may be any class. If the model's names are numbers (folders 0 to 9, labels of arrays), they are CIFAR's
   numbers. */
static int class_for(const struct cifar *c, const bl_data *data, size_t i)
{
    const bl_data *schema = c->r->schema;
    const char *name = data->class_names[c->classes[i]];
    if (!schema)
        return c->classes[i];
    const int by_name = schema->class_names ? class_of_text(schema, name, strlen(name)) : -1;
    if (by_name >= 0 || (schema->class_names && schema->class_match == CLASS_BY_NUMBER))
        return by_name;
    return class_of_number(schema, c->classes[i]);
}

static bl_status number_labels(bl_data *data, const struct cifar *c)
{
    int32_t *labels = NULL;
    BL_TRY(MEM_ARRAY(data->ctx, &labels, data->n, "labels"));
    data->labels = labels;
    for (size_t i = 0; i < data->n; i++) {
        labels[i] = class_for(c, data, i);
        if (labels[i] < 0)
            BL_FAIL(data->ctx, BL_BAD_DATA,
                    "%s: record %zu (from 0): class %s, which is none of the %d of the training set%s",
                    data->source, i, data->class_names[c->classes[i]], c->r->schema->outputs,
                    classes_shown(c->r->schema).text);
    }
    return BL_OK;
}

static bl_status fill_cifar(bl_data *data, struct cifar *c)
{
    data->n = c->n;
    data->features = CIFAR_PIXELS;
    data->shape = (bl_shape){3, 32, 32};
    data->bytes = c->pixels;
    c->pixels = NULL;
    BL_TRY(shape_from_schema(data, c->r->schema, c->r->path));
    BL_TRY(name_classes(data, c));
    BL_TRY(number_labels(data, c));
    if (c->r->schema) { /* the classes are those of the model; the caller sets their names */
        names_free(data->ctx, data->class_names, (size_t)data->outputs);
        data->class_names = NULL;
        data->outputs = c->r->schema->outputs;
    }
    data_take_hash(data);
    return BL_OK;
}

bl_status cifar_finish(struct cifar *c, bl_data **out)
{
    bl_data *data = NULL;
    BL_TRY(data_create(&data, c->r->ctx, c->r->path));
    const bl_status status = fill_cifar(data, c);
    if (status == BL_OK)
        *out = data;
    else
        data_free(data);
    return status;
}

/* ---- A single file */

/* Whether a file is a CIFAR batch. Its name decides, unless the content has another format: text has no zero
   bytes, and the sizes in an IDX file account for all its bytes. */
static bool is_cifar(const struct bytes *file, const char *path)
{
    const bool is_whole = file->n % (CIFAR_PIXELS + 1) == 0 || file->n % (CIFAR_PIXELS + 2) == 0;
    if (!path_ends(path, ".bin") || file->n == 0 || idx_fits(file))
        return false;
    return is_whole || (!idx_begins(file) && memchr(file->at, 0, file->n) != NULL);
}

/* Whether all labels are in range if each record has this number of labels. */
static bool labels_fit(const struct bytes *file, size_t labels)
{
    const int most = labels == 1 ? TEN_CLASSES : COARSE_CLASSES;
    for (size_t at = 0; at < file->n; at += labels + CIFAR_PIXELS)
        if (file->at[at] >= most || (labels == 2 && file->at[at + 1] >= FINE_CLASSES))
            return false;
    return true;
}

/* The number of labels per record in the published file of this name, 1 or 2; 0: it is not such a name. */
static int labels_by_name(const char *path)
{
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        for (size_t f = 0; parts[i].files[f]; f++)
            if (path_ends(path, parts[i].files[f]))
                return parts[i].labels;
    return 0;
}

/* Determines the number of labels per record: from the file's length; if it is divisible by both record
   sizes, from the labels; if these are valid for both, from the name. */
static bl_status labels_in(int *out, const struct reading *r, const struct bytes *file)
{
    bool is_ten = file->n % (CIFAR_PIXELS + 1) == 0, is_hundred = file->n % (CIFAR_PIXELS + 2) == 0;
    if (!is_ten && !is_hundred)
        BL_FAIL(r->ctx, BL_BAD_DATA,
                "%s: %zu bytes, expected a multiple of %d or %d, the records of CIFAR-10 and -100", r->path,
                file->n, CIFAR_PIXELS + 1, CIFAR_PIXELS + 2);
    if (is_ten && is_hundred) {
        is_ten = labels_fit(file, 1);
        is_hundred = labels_fit(file, 2);
    }
    *out = is_ten != is_hundred ? (is_ten ? 1 : 2) : labels_by_name(r->path);
    if (*out == 0)
        BL_FAIL(
            r->ctx, BL_BAD_DATA,
            "%s: may be records of CIFAR-10 and of CIFAR-100; rename it to data_batch_1.bin (CIFAR-10) or "
            "train.bin (CIFAR-100)",
            r->path);
    return BL_OK;
}

static bl_status fill_single(struct cifar *c, const struct bytes *file, bl_data **out)
{
    const struct reading *r = c->r;
    const char *slash = strrchr(r->path, '/');
    char folder[BL_PATH_ROOM] = "";
    int labels = 0;
    text_append(folder, sizeof folder, "%.*s", slash ? (int)(slash - r->path) : 1, slash ? r->path : ".");
    BL_TRY(labels_in(&labels, r, file));
    BL_TRY(cifar_begin(c, r, labels));
    BL_TRY(cifar_read_names(c, folder));
    BL_TRY(cifar_add(c, r->path, file));
    return cifar_finish(c, out);
}

static bl_status read_single(bl_data **out, const struct reading *r, struct bytes *file, const char *part)
{
    struct cifar c = {.r = r};
    (void)part;
    const bl_status status = fill_single(&c, file, out);
    cifar_drop(&c);
    mem_free(r->ctx, file->at);
    return status;
}

const struct reader reader_cifar = {is_cifar, read_single};

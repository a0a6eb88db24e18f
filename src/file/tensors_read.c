/*
 * tensors_read.c - reads safetensors. Before memory for the values is allocated, the layout in the header is
 * verified to cover the file completely, without gaps and overlaps.
 *
 * Refused: a file too short for its header, a header over 100 MB, invalid UTF-8 or JSON, duplicate names,
 * types other than F32 and F64, no or more than two dimensions, empty tensors, shapes that overflow or do not
 * match their bytes, gaps, overlaps, trailing bytes, metadata that is not text, values that are not finite.
 */
#include "tensors.h"

#include "../base/mem.h"
#include "disk_file.h"
#include "float_bytes.h"
#include "tensor_table.h"

#include <jansson.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct plan { /* the shape and position of one tensor; `name` is owned by the parsed header */
    const char *name;
    size_t rows, cols, n;
    size_t bytes;        /* of one value: 4 or 8 */
    uint64_t begin, end; /* position among the bytes after the header */
};

struct tensors_reader {
    bl_context *ctx;
    struct disk_file file;
    json_t *header;
    uint64_t n_bytes; /* after the header */
    struct plan *plans;
    size_t n_plans;
    struct tensors *tensors;
};

#define REFUSE(r, ...) BL_FAIL((r)->ctx, BL_BAD_DATA, __VA_ARGS__)

static bl_status read_length(struct tensors_reader *r, size_t *length)
{
    const char *path = r->file.path;
    const uint64_t size = r->file.size;
    if (size < SAFETENSORS_LENGTH_BYTES)
        REFUSE(r, "%s: has %llu bytes, a safetensors file has at least %d", path, (unsigned long long)size,
               SAFETENSORS_LENGTH_BYTES + 2);
    unsigned char bytes[SAFETENSORS_LENGTH_BYTES];
    BL_TRY(disk_file_read(&r->file, bytes, SAFETENSORS_LENGTH_BYTES));
    const uint64_t n = bytes_to_u64(bytes, SAFETENSORS_LENGTH_BYTES);
    if (n > SAFETENSORS_MOST_HEADER)
        REFUSE(
            r,
            "%s: not a safetensors file, or damaged: its header would have %llu bytes, expected at most %d",
            path, (unsigned long long)n, SAFETENSORS_MOST_HEADER);
    if (n > size - SAFETENSORS_LENGTH_BYTES)
        REFUSE(r, "%s: the header's %llu bytes reach past the end of a file of %llu bytes", path,
               (unsigned long long)n, (unsigned long long)size);
    *length = (size_t)n;
    r->n_bytes = size - SAFETENSORS_LENGTH_BYTES - n;
    return BL_OK;
}

/* Jansson sets no error code if an inner allocation fails, so an empty one means that memory ran out. */
static bl_status json_failure(const struct tensors_reader *r, const json_error_t *error)
{
    switch (json_error_code(error)) {
    case json_error_unknown:
    case json_error_out_of_memory:
        return context_fail(r->ctx, BL_NO_MEMORY, "%s: no memory for the header", r->file.path);
    case json_error_invalid_utf8:
        REFUSE(r, "%s: the header is not UTF-8 near its byte %d", r->file.path, error->position);
    case json_error_duplicate_key:
        REFUSE(r, "%s: the header has the same name twice, near its byte %d", r->file.path, error->position);
    default:
        REFUSE(r, "%s: the header is not valid JSON near its byte %d", r->file.path, error->position);
    }
}

static bl_status parse_header(struct tensors_reader *r, const char *text, size_t n)
{
    if (n == 0 || text[0] != '{')
        REFUSE(r, "%s: not a safetensors file, or damaged: its header does not begin with {", r->file.path);
    json_error_t error;
    memset(&error, 0, sizeof error);
    r->header = json_loadb(text, n, JSON_REJECT_DUPLICATES, &error);
    return r->header ? BL_OK : json_failure(r, &error);
}

static bl_status read_header(struct tensors_reader *r)
{
    size_t n = 0;
    char *text = NULL;
    BL_TRY(read_length(r, &n));
    BL_TRY(MEM_ARRAY(r->ctx, &text, n, "a header"));
    bl_status status = disk_file_read(&r->file, text, n);
    if (status == BL_OK)
        status = parse_header(r, text, n);
    mem_free(r->ctx, text);
    return status;
}

static bl_status read_metadata(struct tensors_reader *r, json_t *metadata)
{
    if (!json_is_object(metadata))
        REFUSE(r, "%s: __metadata__ is not an object of texts", r->file.path);
    const char *key = NULL;
    json_t *value = NULL;
    json_object_foreach(metadata, key, value)
    {
        if (!tensor_name_is_plain(key))
            REFUSE(r, "%s: a key of __metadata__ is empty or has control characters", r->file.path);
        if (!json_is_string(value))
            REFUSE(r, "%s: the value of \"%.100s\" in __metadata__ is not a text", r->file.path, key);
        BL_TRY(tensors_add_metadata(r->tensors, r->ctx, key, json_string_value(value)));
    }
    return BL_OK;
}

static bool whole_number(const json_t *value, uint64_t *out)
{
    if (!json_is_integer(value) || json_integer_value(value) < 0)
        return false;
    *out = (uint64_t)json_integer_value(value);
    return true;
}

static bl_status plan_shape(const struct tensors_reader *r, const json_t *shape, struct plan *plan)
{
    const char *path = r->file.path;
    const size_t n_dims = json_array_size(shape); /* 0 also for a value that is not an array */
    if (n_dims < 1 || n_dims > 2)
        REFUSE(r, "%s: the shape of tensor \"%.100s\" has %zu dimensions, expected 1 or 2", path, plan->name,
               n_dims);
    uint64_t sizes[2] = {0, 0};
    for (size_t i = 0; i < n_dims; i++) {
        if (!whole_number(json_array_get(shape, i), &sizes[i]) || sizes[i] == 0)
            REFUSE(r, "%s: dimension %zu of tensor \"%.100s\" is not a positive whole number", path, i,
                   plan->name);
        if (sizes[i] > SIZE_MAX)
            REFUSE(r, "%s: dimension %zu of tensor \"%.100s\" is too large", path, i, plan->name);
    }
    plan->rows = (size_t)sizes[0];
    plan->cols = (size_t)sizes[1];
    if (!tensor_count(plan->rows, plan->cols, &plan->n))
        REFUSE(r, "%s: the shape of tensor \"%.100s\", %zu x %zu, is more than can be addressed", path,
               plan->name, plan->rows, plan->cols);
    return BL_OK;
}

static bl_status plan_offsets(const struct tensors_reader *r, const json_t *offsets, struct plan *plan)
{
    const char *path = r->file.path;
    if (json_array_size(offsets) != 2 || !whole_number(json_array_get(offsets, 0), &plan->begin) ||
        !whole_number(json_array_get(offsets, 1), &plan->end) || plan->begin > plan->end)
        REFUSE(r, "%s: data_offsets of tensor \"%.100s\" are not two whole numbers, begin and end", path,
               plan->name);
    const unsigned long long begin = plan->begin, end = plan->end,
                             needed = (unsigned long long)plan->bytes * plan->n;
    if (end > r->n_bytes)
        REFUSE(
            r,
            "%s: tensor \"%.100s\" ends at byte %llu, but only %llu bytes follow the header; is the file cut "
            "off?",
            path, plan->name, end, (unsigned long long)r->n_bytes);
    if (end - begin != needed)
        REFUSE(r, "%s: tensor \"%.100s\" has %llu bytes (%llu to %llu), its shape needs %llu", path,
               plan->name, end - begin, begin, end, needed);
    return BL_OK;
}

static bl_status plan_tensor(const struct tensors_reader *r, const char *name, const json_t *description,
                             struct plan *plan)
{
    const char *path = r->file.path;
    plan->name = name;
    if (!tensor_name_is_plain(name))
        REFUSE(r, "%s: a tensor's name is empty or has control characters", path);
    if (json_object_size(description) != 3)
        REFUSE(r, "%s: tensor \"%.100s\" is not described by exactly dtype, shape and data_offsets", path,
               name);
    const char *type = json_string_value(json_object_get(description, "dtype"));
    if (!type)
        REFUSE(r, "%s: tensor \"%.100s\" has no dtype", path, name);
    plan->bytes = strcmp(type, "F32") == 0 ? 4 : strcmp(type, "F64") == 0 ? 8 : 0;
    if (plan->bytes == 0)
        REFUSE(r, "%s: tensor \"%.100s\" has dtype %.16s, only F32 and F64 are read", path, name,
               tensor_name_is_plain(type) ? type : "unknown");
    BL_TRY(plan_shape(r, json_object_get(description, "shape"), plan));
    return plan_offsets(r, json_object_get(description, "data_offsets"), plan);
}

static int by_begin(const void *a, const void *b)
{
    const struct plan *left = a, *right = b;
    return (left->begin > right->begin) - (left->begin < right->begin);
}

/* Checks that the tensors, sorted by position, cover every byte after the header exactly once. */
static bl_status check_cover(struct tensors_reader *r)
{
    qsort(r->plans, r->n_plans, sizeof *r->plans, by_begin);
    unsigned long long covered = 0;
    for (size_t i = 0; i < r->n_plans; i++) {
        const struct plan *p = &r->plans[i];
        if (p->begin > covered)
            REFUSE(r, "%s: bytes %llu to %llu before tensor \"%.100s\" belong to no tensor", r->file.path,
                   covered, (unsigned long long)p->begin, p->name);
        if (p->begin < covered)
            REFUSE(r, "%s: tensor \"%.100s\" begins at byte %llu and overlaps another, which ends at %llu",
                   r->file.path, p->name, (unsigned long long)p->begin, covered);
        covered = p->end;
    }
    if (covered != r->n_bytes)
        REFUSE(r, "%s: %llu trailing bytes after the last tensor", r->file.path, r->n_bytes - covered);
    return BL_OK;
}

static bl_status make_plans(struct tensors_reader *r)
{
    BL_TRY(MEM_ARRAY(r->ctx, &r->plans, json_object_size(r->header), "a table of tensors"));
    const char *name = NULL;
    json_t *value = NULL;
    json_object_foreach(r->header, name, value)
    {
        if (strcmp(name, "__metadata__") == 0) {
            BL_TRY(read_metadata(r, value));
            continue;
        }
        BL_TRY(plan_tensor(r, name, value, &r->plans[r->n_plans]));
        r->n_plans++;
    }
    return check_cover(r);
}

static bl_status not_finite(const struct tensors_reader *r, const struct plan *plan, double value, size_t i)
{
    REFUSE(r, "%s: tensor \"%.100s\" holds %s at index %zu, expected finite numbers", r->file.path,
           plan->name, isnan(value) ? "NaN" : "an infinity", i);
}

/* Reads the bytes into the array of doubles, then converts them in place to this machine's byte order. */
static bl_status read_doubles(struct tensors_reader *r, const struct plan *plan)
{
    double *values = NULL;
    BL_TRY(tensors_add_doubles(r->tensors, r->ctx, plan->name, plan->rows, plan->cols, &values));
    BL_TRY(disk_file_read(&r->file, values, 8 * plan->n));
    for (size_t i = 0; i < plan->n; i++) {
        values[i] = double_of_bits(bytes_to_u64((const unsigned char *)&values[i], 8));
        if (!isfinite(values[i]))
            return not_finite(r, plan, values[i], i);
    }
    return BL_OK;
}

static bl_status read_values(struct tensors_reader *r, const struct plan *plan)
{
    float *values = NULL;
    BL_TRY(tensors_add(r->tensors, r->ctx, plan->name, plan->rows, plan->cols, &values));
    BL_TRY(disk_file_read(&r->file, values, 4 * plan->n));
    for (size_t i = 0; i < plan->n; i++) {
        values[i] = float_of_bits((uint32_t)bytes_to_u64((const unsigned char *)&values[i], 4));
        if (!isfinite(values[i]))
            return not_finite(r, plan, (double)values[i], i);
    }
    return BL_OK;
}

static bl_status read_steps(struct tensors_reader *r)
{
    BL_TRY(tensors_create(&r->tensors, r->ctx));
    BL_TRY(read_header(r));
    BL_TRY(make_plans(r));
    for (size_t i = 0; i < r->n_plans; i++)
        BL_TRY(r->plans[i].bytes == 8 ? read_doubles(r, &r->plans[i]) : read_values(r, &r->plans[i]));
    return BL_OK;
}

bl_status tensors_read(struct tensors **out, bl_context *ctx, const char *path)
{
    struct tensors_reader r = {.ctx = ctx};
    BL_TRY(disk_file_open(&r.file, ctx, path));
    const bl_status status = read_steps(&r);
    disk_file_close(&r.file);
    json_decref(r.header);
    mem_free(ctx, r.plans);
    if (status != BL_OK) {
        tensors_free(ctx, r.tensors);
        return status;
    }
    *out = r.tensors;
    return BL_OK;
}

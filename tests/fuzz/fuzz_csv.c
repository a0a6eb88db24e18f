/*
 * fuzz_csv.c - reads tables. Input: five bytes of options, a table, and optionally a zero byte and a second
 * table.
 *
 * The first is read for training, the second (or the first again) with the encoding of the first. A table
 * that is read with its own encoding gives the same examples, also if the second reading has an id column or
 * need not find labels. A split puts every example into exactly one set, and the scaling of the training set
 * can be applied to the others.
 */
#include "fuzz_data.h"
#include "fuzz_target.h"

#include "../../src/base/mem.h"
#include "../../src/data/source/source.h"
#include "../../src/data/table/csv.h"

#include <string.h>

static const char *const headers[] = {"auto", "yes", "no", NULL};
static const char separators[] = {0, ',', ';', '\t', '|', 0, ' ', ':'};
static const char *const labels[] = {NULL, "first", "last", "0", "1", "a", "label", "9"};
static const char *const lists[] = {NULL, "none", "0", "1", "a", "id", "a,b", "last, 1"};
static const char *const ids[] = {NULL, NULL, "0", "1", "a", "id", "last", "9"};

struct options {
    struct data_options first, second;
    bool splits;
};

/* Takes the options from the first bytes: six bits of each, so that inputs can be printable text. */
static struct options take_options(const uint8_t **bytes, size_t *n)
{
    const unsigned a = fuzz_byte(bytes, n), b = fuzz_byte(bytes, n), c = fuzz_byte(bytes, n),
                   d = fuzz_byte(bytes, n);
    struct options o = {.splits = false};
    o.first = (struct data_options){.header = headers[a & 3],
                                    .separator = separators[a >> 2 & 7],
                                    .imputes = a >> 5 & 1,
                                    .label = labels[b & 7],
                                    .target = (enum target_kind)((b >> 3 & 3) % 3),
                                    .has_labels = !(b >> 5 & 1),
                                    .categorical = lists[c & 7],
                                    .ignore = lists[c >> 3 & 7],
                                    .id_column = ids[d & 7]};
    o.second = o.first;
    o.second.has_labels = !(d >> 3 & 1);
    o.second.imputes = o.first.imputes || (d >> 4 & 1);
    if (d >> 5 & 1)
        o.second.id_column = ids[(d + 3) & 7];
    const unsigned e = fuzz_byte(bytes, n);
    o.first.decimal = e >> 6 & 1 ? ',' : (char)0;
    o.second.decimal = 0; /* as the first table */
    o.splits = e & 63;
    o.first.val = e & 3;
    o.first.val_is_last = e >> 2 & 1;
    o.first.val_fraction = e >> 3 & 1 ? 0.3 : 0.0;
    o.first.test_fraction = e >> 4 & 1 ? 0.4 : 0.0;
    o.first.seed = e >> 5 & 1;
    return o;
}

/* *out: untouched on failure. */
static bl_status read_table(bl_data **out, bl_context *ctx, const struct data_options *options,
                            const bl_data *schema, const uint8_t *bytes, size_t n)
{
    const struct reading reading = {ctx, "table.csv", options, schema};
    struct bytes file = {NULL, n};
    bl_data *const untouched = (bl_data *)&file;
    *out = untouched;
    bl_status status = MEM_ARRAY(ctx, &file.at, n, "a table");
    if (status == BL_OK) {
        memcpy(file.at, bytes, n);
        status = csv_read(out, &reading, &file);
    }
    FUZZ_CHECK(status == BL_OK || *out == untouched, "a set was returned although the function failed");
    FUZZ_CHECK(status == BL_OK || status == BL_BAD_DATA || status == BL_NO_MEMORY, "%s: %s",
               bl_status_name(status), bl_why(ctx));
    *out = status == BL_OK ? *out : NULL;
    return status;
}

static bool has_missing(const struct data_options *o, const bl_data *data)
{
    bool marks = o->imputes;
    for (size_t c = 0; data->encoding && c < data->encoding->n; c++)
        marks = marks || data->encoding->columns[c].has_indicator;
    return marks;
}

/* Whether reading a table again with its own encoding must succeed: it may fail if another column is the id,
   or if labels are required that the first reading did not have. */
static bool must_read_again(const struct options *o, const bl_data *first)
{
    return o->first.id_column == o->second.id_column &&
           (!o->second.has_labels || first->labels || first->targets);
}

static bl_status read_like(bl_context *ctx, const struct options *o, const bl_data *first,
                           const uint8_t *bytes, size_t n, bool is_same)
{
    bl_data *second = NULL;
    const bl_status status = read_table(&second, ctx, &o->second, first, bytes, n);
    if (is_same && must_read_again(o, first))
        (void)fuzz_went_well(ctx, status, "reading a table like itself");
    if (status != BL_OK)
        return status;
    FUZZ_CHECK(second->features == first->features && second->outputs == first->outputs,
               "%zu features and %d outputs like %zu and %d", second->features, second->outputs,
               first->features, first->outputs);
    if (is_same)
        fuzz_check_same_data(first, second);
    const bool is_whole = fuzz_check_data(second, has_missing(&o->second, first));
    data_free(second);
    return is_whole ? BL_OK : BL_NO_MEMORY;
}

static bool check_part(bl_data *part, const bl_data *all, const struct data_options *o)
{
    if (!part)
        return true;
    FUZZ_CHECK(part->features == all->features && part->outputs == all->outputs, "a part of another shape");
    return fuzz_check_data(part, has_missing(o, all));
}

/* Splits the table; `all` is the same table without a split. */
static bl_status split(bl_context *ctx, const struct data_options *o, const bl_data *all,
                       const uint8_t *bytes, size_t n)
{
    bl_data *train = NULL, *val = NULL, *test = NULL;
    const bl_status status = data_load(&train, &val, &test, ctx, fuzz_file("table.csv", bytes, n), NULL, o);
    FUZZ_CHECK(status == BL_OK || (!train && !val && !test),
               "a set was returned although the function failed");
    FUZZ_CHECK(status == BL_OK || status == BL_BAD_DATA || status == BL_BAD_VALUE || status == BL_NO_MEMORY,
               "%s: %s", bl_status_name(status), bl_why(ctx));
    if (status != BL_OK)
        return status == BL_NO_MEMORY ? status : BL_OK;
    const size_t parts = train->n + (val ? val->n : 0) + (test ? test->n : 0);
    FUZZ_CHECK(parts == all->n, "%zu examples in all parts of %zu", parts, all->n);
    const bool are_whole = check_part(train, all, o) && check_part(val, all, o) && check_part(test, all, o);
    data_free(train);
    data_free(val);
    data_free(test);
    return are_whole ? BL_OK : BL_NO_MEMORY;
}

static bl_status attempt(bl_context *ctx, const uint8_t *bytes, size_t n)
{
    const struct options o = take_options(&bytes, &n);
    const uint8_t *end = memchr(bytes, 0, n);
    const size_t first_n = end ? (size_t)(end - bytes) : n;
    bl_data *first = NULL;
    BL_TRY(read_table(&first, ctx, &o.first, NULL, bytes, first_n));
    bl_status status = BL_NO_MEMORY;
    if (fuzz_check_data(first, has_missing(&o.first, first)))
        status = end ? read_like(ctx, &o, first, end + 1, n - first_n - 1, false)
                     : read_like(ctx, &o, first, bytes, first_n, true);
    if (status == BL_OK && o.splits && o.first.has_labels)
        status = split(ctx, &o.first, first, bytes, first_n);
    data_free(first);
    return status;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    fuzz_run(attempt, bytes, n);
    return 0;
}

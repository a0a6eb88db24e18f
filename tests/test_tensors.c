/*
 * test_tensors.c - safetensors files and file_replace: tensors are read back to the bit, broken files are
 * refused with the reason, and a failed write leaves the old file and no others.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../src/file/tensors.h"
#include "scratch.h"

#include <jansson.h>
#include <math.h>

enum {
    LONG_TENSOR = 10000, /* longer than twice the writer's buffer */
    FUZZ_ROUNDS = 4000   /* about a second under the sanitizers */
};

static struct scratch scratch;
static struct counting memory;
static bl_context *ctx;

static const float small[6] = {1.0f, -2.0f, 3.5f, -0.0f, 1e-42f, 3.40282347e38f};
static float long_values[LONG_TENSOR];

static const struct tensor_entry entries[] = {{"0.dense.weight", small, 2, 3, NULL},
                                              {"0.dense.bias", small, 3, 0, NULL},
                                              {"0.feedback", long_values, LONG_TENSOR, 0, NULL}};
static const struct tensor_metadata metadata[] = {{"net", "dense 3, tanh"},
                                                  {"classes", "Stra\xc3\x9f"
                                                              "e\nb \"quoted\""},
                                                  {"empty", ""}};

static const char *model(void)
{
    return scratch_path(&scratch, "model.safetensors");
}

static bl_status write_model(void)
{
    return tensors_write(ctx, model(), entries, 3, metadata, 3);
}

/* ---- round trip ---- */

static void assert_entry(const struct tensor_entry *got, const struct tensor_entry *expected)
{
    const size_t n = expected->rows * (expected->cols ? expected->cols : 1);
    assert_string_equal(got->name, expected->name);
    assert_int_equal(got->rows, expected->rows);
    assert_int_equal(got->cols, expected->cols);
    assert_memory_equal(got->values, expected->values, n * sizeof(float));
}

static void tensors_are_read_back_to_the_bit(void **state)
{
    (void)state;
    struct tensors *t = NULL;
    struct tensor_entry entry;
    struct tensor_metadata item;
    assert_int_equal(write_model(), BL_OK);
    assert_int_equal(tensors_read(&t, ctx, model()), BL_OK);
    for (size_t i = 0; i < 3; i++) {
        assert_true(tensors_entry(t, i, &entry));
        assert_entry(&entry, &entries[i]);
        assert_true(tensors_find(t, entries[i].name, &entry));
        assert_entry(&entry, &entries[i]);
        assert_true(tensors_metadata_at(t, i, &item));
        assert_string_equal(item.key, metadata[i].key);
        assert_string_equal(item.text, metadata[i].text);
        assert_string_equal(tensors_metadata(t, metadata[i].key), metadata[i].text);
    }
    assert_false(tensors_entry(t, 3, &entry));
    assert_false(tensors_metadata_at(t, 3, &item));
    assert_false(tensors_find(t, "0.dense", &entry));
    assert_null(tensors_metadata(t, "loss"));
    tensors_free(ctx, t);
    tensors_free(ctx, NULL);
    assert_int_equal(scratch_files(&scratch, 0), 1);
}

/* The written bytes are those of the format, because the library's reader could have the same mistake as its
   writer. */
static void bytes_are_those_of_the_format(void **state)
{
    (void)state;
    static const char header[] = "{\"__metadata__\":{\"k\":\"v\"},\"w\":{\"dtype\":\"F32\",\"shape\":[1,2],"
                                 "\"data_offsets\":[0,8]}}";
    static const unsigned char values[8] = {0, 0, 0x80, 0x3f, 0, 0, 0x20, 0xc0}; /* 1, -2.5 */
    const float w[2] = {1.0f, -2.5f};
    const struct tensor_entry entry = {"w", w, 1, 2, NULL};
    const struct tensor_metadata item = {"k", "v"};
    assert_int_equal(tensors_write(ctx, model(), &entry, 1, &item, 1), BL_OK);
    size_t n = 0;
    unsigned char *bytes = scratch_read(model(), &n);
    const size_t length = strlen(header), padded = (length + 7) / 8 * 8;
    assert_int_equal(n, 8 + padded + 8);
    assert_int_equal(bytes[0], padded);
    for (int i = 1; i < 8; i++)
        assert_int_equal(bytes[i], 0);
    assert_memory_equal(bytes + 8, header, length);
    for (size_t i = length; i < padded; i++)
        assert_int_equal(bytes[8 + i], ' ');
    assert_memory_equal(bytes + 8 + padded, values, 8);
    free(bytes);
}

static void a_file_without_tensors_is_valid(void **state)
{
    (void)state;
    struct tensors *t = NULL;
    struct tensor_entry entry;
    assert_int_equal(tensors_write(ctx, model(), NULL, 0, NULL, 0), BL_OK);
    assert_int_equal(tensors_read(&t, ctx, model()), BL_OK);
    assert_false(tensors_entry(t, 0, &entry));
    tensors_free(ctx, t);
}

/* ---- broken files ---- */

static size_t make_file(unsigned char *file, const char *header, size_t length, size_t n_values,
                        unsigned char fill)
{
    const size_t n = strlen(header);
    for (int i = 0; i < 8; i++)
        file[i] = (unsigned char)((uint64_t)length >> (8 * i));
    memcpy(file + 8, header, n);
    memset(file + 8 + n, fill, n_values);
    return 8 + n + n_values;
}

#define W(shape, offsets) "\"w\":{\"dtype\":\"F32\",\"shape\":" shape ",\"data_offsets\":" offsets "}"
#define V(shape, offsets) "\"v\":{\"dtype\":\"F32\",\"shape\":" shape ",\"data_offsets\":" offsets "}"

static const struct broken {
    const char *header;
    size_t values;      /* bytes of values after the header */
    const char *reason; /* NULL: the file is valid */
    long long length;   /* the length of the header in the file; 0: the correct one */
} brokens[] = {
    {"{" W("[2]", "[0,8]") "}", 8, NULL, 0},
    {"{" W("[2]", "[0,8]") "}   ", 8, NULL, 0}, /* values that are not aligned */
    {"{" W("[1]", "[8,12]") "," V("[2,1]", "[0,8]") "}", 12, NULL, 0},
    {"{\"__metadata__\":{}," W("[2]", "[0,8]") "}", 8, NULL, 0},
    {"{" W("[2]", "[0,8]") "}", 8, "header would have 100000001 bytes", 100000001},
    {"{" W("[2]", "[0,8]") "}", 8, "reach past the end of a file of", 100000000},
    {"{" W("[2]", "[0,8]") "}", 8, "header would have 18446744073709551615 bytes", -1},
    {"{" W("[2]", "[0,8]") "}", 8, "not valid JSON", 40},
    {"{" W("[2]", "[0,8]") "}", 8, "not valid JSON", 58},
    {"", 0, "does not begin with {", 0},
    {" {" W("[2]", "[0,8]") "}", 8, "does not begin with {", 0},
    {"[1, 2]", 0, "does not begin with {", 0},
    {"{" W("[2]", "[0,8]") "} x", 8, "not valid JSON", 0},
    {"{" W("[2]", "[0,8]") ",}", 8, "not valid JSON", 0},
    {"{\"w\xff\":1}", 0, "not UTF-8", 0},
    {"{\"\xc0\xaf\":1}", 0, "not UTF-8", 0},
    {"{" W("[2]", "[0,8]") "," W("[2]", "[0,8]") "}", 8, "same name twice", 0},
    {"{\"__metadata__\":{\"a\":\"b\",\"a\":\"c\"}}", 0, "same name twice", 0},
    {"{\"__metadata__\":{\"a\":1}}", 0, "value of \"a\" in __metadata__ is not a text", 0},
    {"{\"__metadata__\":{\"a\":null}}", 0, "value of \"a\" in __metadata__ is not a text", 0},
    {"{\"__metadata__\":[]}", 0, "__metadata__ is not an object", 0},
    {"{\"__metadata__\":{\"\":\"b\"}}", 0, "a key of __metadata__ is empty", 0},
    {"{\"w\":{\"dtype\":\"F16\",\"shape\":[1],\"data_offsets\":[0,2]}}", 2,
     "\"w\" has dtype F16, only F32 and F64", 0},
    {"{\"w\":{\"dtype\":\"\\u001b[2J\",\"shape\":[1],\"data_offsets\":[0,4]}}", 4,
     "dtype unknown, only F32 and F64", 0},
    {"{\"w\":{\"dtype\":32,\"shape\":[1],\"data_offsets\":[0,4]}}", 4, "\"w\" has no dtype", 0},
    {"{\"w\":{\"dtype\":\"F32\",\"shape\":[1]}}", 4, "not described by exactly dtype, shape and data_offsets",
     0},
    {"{\"w\":{\"dtype\":\"F32\",\"shape\":[1],\"offsets\":[0,4]}}", 4, "data_offsets of tensor \"w\" are not",
     0},
    {"{\"w\":[]}", 0, "not described by exactly", 0},
    {"{\"\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}", 4, "tensor's name is empty", 0},
    {"{\"a\\nb\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}", 4, "control characters", 0},
    {"{" W("[1,2,1]", "[0,8]") "}", 8, "has 3 dimensions, expected 1 or 2", 0},
    {"{" W("[]", "[0,4]") "}", 4, "has 0 dimensions, expected 1 or 2", 0},
    {"{" W("2", "[0,8]") "}", 8, "has 0 dimensions", 0},
    {"{" W("[2.0]", "[0,8]") "}", 8, "dimension 0 of tensor \"w\" is not a positive whole number", 0},
    {"{" W("[1,-2]", "[0,8]") "}", 8, "dimension 1 of tensor \"w\" is not a positive whole number", 0},
    {"{" W("[0]", "[0,0]") "}", 0, "dimension 0 of tensor \"w\" is not a positive", 0},
    {"{" W("[2,0]", "[0,0]") "}", 0, "dimension 1 of tensor \"w\" is not a positive", 0},
    {"{" W("[99999999999999999999]", "[0,8]") "}", 8, "not valid JSON", 0},
    {"{" W("[4294967296,4294967298]", "[0,8]") "}", 8, "is more than can be addressed", 0},
    {"{" W("[4611686018427387906]", "[0,8]") "}", 8, "is more than can be addressed", 0},
    {"{" W("[1125899906842624]", "[0,8]") "}", 8, "its shape needs 4503599627370496", 0},
    {"{" W("[2]", "[0,7]") "}", 8, "\"w\" has 7 bytes (0 to 7), its shape needs 8", 0},
    {"{" W("[2]", "[0,12]") "}", 12, "has 12 bytes (0 to 12), its shape needs 8", 0},
    {"{" W("[2]", "[8,0]") "}", 8, "are not two whole numbers", 0},
    {"{" W("[2]", "[-8,0]") "}", 8, "are not two whole numbers", 0},
    {"{" W("[2]", "[0,8,8]") "}", 8, "are not two whole numbers", 0},
    {"{" W("[2]", "[0,8]") "}", 7, "\"w\" ends at byte 8, but only 7 bytes follow", 0},
    {"{" W("[2]", "[9223372036854775800,9223372036854775807]") "}", 8, "but only 8 bytes follow", 0},
    {"{" W("[2]", "[0,8]") "}", 9, "1 trailing bytes", 0},
    {"{}", 4, "4 trailing bytes", 0},
    {"{" W("[2]", "[4,12]") "}", 12, "bytes 0 to 4 before tensor \"w\"", 0},
    {"{" W("[1]", "[0,4]") "," V("[1]", "[8,12]") "}", 12, "bytes 4 to 8 before tensor \"v\"", 0},
    {"{" W("[2]", "[0,8]") "," V("[2]", "[4,12]") "}", 12, "\"v\" begins at byte 4 and overlaps", 0},
    {"{" W("[2]", "[0,8]") "," V("[1]", "[0,4]") "}", 8, "overlaps another", 0},
};

static void broken_files_are_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof brokens / sizeof *brokens; i++) {
        const struct broken *b = &brokens[i];
        unsigned char file[400];
        const size_t length = b->length != 0 ? (size_t)b->length : strlen(b->header);
        struct tensors *t = NULL;
        scratch_write(model(), file, make_file(file, b->header, length, b->values, 0));
        const bl_status status = tensors_read(&t, ctx, model());
        if (!b->reason) {
            assert_int_equal(status, BL_OK);
            tensors_free(ctx, t);
            continue;
        }
        if (status != BL_BAD_DATA || !strstr(ctx->why, b->reason) || !strstr(ctx->why, "model.safetensors: "))
            fail_msg("case %zu, %s: status %d, \"%s\", expected \"%s\"", i, b->header, status, ctx->why,
                     b->reason);
        assert_null(t);
    }
}

static void tensors_are_in_the_order_of_their_bytes(void **state)
{
    (void)state;
    unsigned char file[400];
    const char *header = "{" W("[1]", "[8,12]") "," V("[2,1]", "[0,8]") "}";
    struct tensors *t = NULL;
    struct tensor_entry entry;
    scratch_write(model(), file, make_file(file, header, strlen(header), 12, 0));
    assert_int_equal(tensors_read(&t, ctx, model()), BL_OK);
    assert_true(tensors_entry(t, 0, &entry));
    assert_string_equal(entry.name, "v");
    assert_int_equal(entry.cols, 1);
    assert_true(tensors_entry(t, 1, &entry));
    assert_string_equal(entry.name, "w");
    assert_int_equal(entry.cols, 0);
    tensors_free(ctx, t);
}

static void every_truncation_is_refused(void **state)
{
    (void)state;
    size_t n = 0;
    assert_int_equal(tensors_write(ctx, model(), entries, 2, metadata, 3), BL_OK);
    unsigned char *bytes = scratch_read(model(), &n);
    for (size_t keep = 0; keep < n; keep++) {
        struct tensors *t = NULL;
        scratch_write(model(), bytes, keep);
        assert_int_equal(tensors_read(&t, ctx, model()), BL_BAD_DATA);
        assert_null(t);
    }
    free(bytes);
}

static void flipped_bits_do_no_harm(void **state)
{
    (void)state;
    size_t n = 0;
    uint32_t random = 2463534242u;
    assert_int_equal(tensors_write(ctx, model(), entries, 2, metadata, 3), BL_OK);
    unsigned char *bytes = scratch_read(model(), &n);
    unsigned char *copy = malloc(n);
    for (int i = 0; i < FUZZ_ROUNDS; i++) {
        struct tensors *t = NULL;
        memcpy(copy, bytes, n);
        flip_bits(&random, copy, n);
        scratch_write(model(), copy, n);
        const bl_status status = tensors_read(&t, ctx, model());
        assert_true(status == BL_OK || status == BL_BAD_DATA);
        tensors_free(ctx, t);
    }
    free(copy);
    free(bytes);
}

/* NaN and infinities are written, because the caller decides, and refused when they are read. */
static void values_must_be_finite(void **state)
{
    (void)state;
    static const struct {
        float value;
        const char *reason;
    } cases[] = {{NAN, "\"b\" holds NaN at index 4"},
                 {INFINITY, "\"b\" holds an infinity at index 4"},
                 {-INFINITY, "\"b\" holds an infinity at index 4"}};
    for (size_t i = 0; i < 3; i++) {
        float b[6] = {0};
        b[4] = cases[i].value;
        const struct tensor_entry two[2] = {{"a", small, 6, 0, NULL}, {"b", b, 2, 3, NULL}};
        struct tensors *t = NULL;
        assert_int_equal(tensors_write(ctx, model(), two, 2, NULL, 0), BL_OK);
        assert_int_equal(tensors_read(&t, ctx, model()), BL_BAD_DATA);
        assert_non_null(strstr(ctx->why, cases[i].reason));
        assert_null(t);
    }
}

static void missing_files_and_folders_are_refused(void **state)
{
    (void)state;
    struct tensors *t = NULL;
    assert_int_equal(tensors_read(&t, ctx, model()), BL_BAD_DATA);
    assert_non_null(strstr(ctx->why, "model.safetensors: cannot be opened: No such file"));
    assert_int_equal(tensors_read(&t, ctx, scratch.folder), BL_BAD_DATA);
    assert_non_null(strstr(ctx->why, "is a folder or a device"));
    assert_int_equal(tensors_read(&t, ctx, "/dev/null"), BL_BAD_DATA);
    assert_int_equal(symlink(model(), model()), 0); /* exists, but nobody can read it */
    assert_int_equal(tensors_read(&t, ctx, model()), BL_IO);
    assert_null(t);
}

/* ---- refusals and failures of the writer ---- */

static void invalid_tensors_are_not_written(void **state)
{
    (void)state;
    static const struct {
        struct tensor_entry entries[2];
        struct tensor_metadata metadata[2];
        const char *reason;
    } cases[] = {
        {{{"w", small, 2, 0, NULL}, {"w", small, 3, 0, NULL}},
         {{"a", ""}, {"b", ""}},
         "two tensors or metadata keys are named \"w\""},
        {{{"w", small, 2, 0, NULL}, {"v", small, 3, 0, NULL}},
         {{"a", "x"}, {"a", "y"}},
         "two tensors or metadata keys are named \"a\""},
        {{{"w", small, 2, 0, NULL}, {"v\xff", small, 3, 0, NULL}},
         {{"a", ""}, {"b", ""}},
         "a name is not UTF-8"},
        {{{"w", small, 2, 0, NULL}, {"v", small, 3, 0, NULL}},
         {{"a", ""}, {"b\xff", ""}},
         "a name is not UTF-8"},
        {{{"w", small, 2, 0, NULL}, {"v", small, 3, 0, NULL}},
         {{"a", ""}, {"b", "caf\xe9"}},
         "b is not UTF-8"},
        {{{"w", small, 0, 2, NULL}, {"v", small, 3, 0, NULL}},
         {{"a", ""}, {"b", ""}},
         "tensor \"w\" of 0 x 2"},
        {{{"w", small, SIZE_MAX, 2, NULL}, {"v", small, 3, 0, NULL}},
         {{"a", ""}, {"b", ""}},
         "cannot be written"},
        {{{"w", small, 2, 0, NULL}, {"", small, 3, 0, NULL}},
         {{"a", ""}, {"b", ""}},
         "is empty or has control"},
        {{{"w", small, 2, 0, NULL}, {"v\n", small, 3, 0, NULL}},
         {{"a", ""}, {"b", ""}},
         "control characters"},
        {{{"w", small, 2, 0, NULL}, {"__metadata__", small, 3, 0, NULL}},
         {{"a", ""}, {"b", ""}},
         "named __metadata__"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const bl_status status = tensors_write(ctx, model(), cases[i].entries, 2, cases[i].metadata, 2);
        if (status != BL_BAD_VALUE || !strstr(ctx->why, cases[i].reason))
            fail_msg("case %zu: status %d, \"%s\", expected \"%s\"", i, status, ctx->why, cases[i].reason);
        assert_int_equal(scratch_files(&scratch, 0), 0);
    }
}

static void assert_untouched(const char *path, const char *text)
{
    size_t n = 0;
    unsigned char *bytes = scratch_read(path, &n);
    assert_non_null(bytes);
    assert_string_equal((char *)bytes, text);
    free(bytes);
    assert_int_equal(scratch_files(&scratch, 0), 1);
}

static void full_disk_leaves_the_old_file(void **state)
{
    (void)state;
    static const rlim_t room[] = {0, 1, 100, 1000, 30000};
    assert_int_equal(file_replace(ctx, model(), "the old one", 11), BL_OK);
    for (size_t i = 0; i < sizeof room / sizeof *room; i++) {
        disk_is_full_at(room[i]);
        const bl_status tensors = write_model();
        const bl_status bytes = file_replace(ctx, model(), long_values, sizeof long_values);
        disk_has_room();
        assert_int_equal(tensors, BL_IO);
        assert_int_equal(bytes, BL_IO);
        assert_non_null(strstr(ctx->why, "model.safetensors: cannot be written (writing): File too large"));
        assert_untouched(model(), "the old one");
    }
}

static void replacing_fails_cleanly(void **state)
{
    (void)state;
    const char *folder = scratch_path(&scratch, "missing/config.json");
    assert_int_equal(file_replace(ctx, folder, "{}", 2), BL_IO);
    assert_non_null(strstr(ctx->why, "missing/config.json: cannot be written (opening its folder): No such"));
    assert_int_equal(file_replace(ctx, scratch.folder, "{}", 2), BL_IO); /* the path is a folder */
    assert_non_null(strstr(ctx->why, "cannot be written: it is a folder"));
    char leftover[SCRATCH_PATH];
    snprintf(leftover, sizeof leftover, "%s.%ld-0.tmp", scratch.folder, (long)getpid());
    assert_int_not_equal(access(leftover, F_OK), 0);
    assert_int_equal(scratch_files(&scratch, 0), 0);
}

static void files_of_any_length_are_replaced(void **state)
{
    (void)state;
    static const char *const texts[] = {"long enough", "short", ""};
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(file_replace(ctx, model(), texts[i], strlen(texts[i])), BL_OK);
        assert_untouched(model(), texts[i]);
    }
}

static void temporary_files_of_others_are_kept(void **state)
{
    (void)state;
    char name[100];
    snprintf(name, sizeof name, "model.safetensors.%ld-0.tmp", (long)getpid());
    scratch_write(scratch_path(&scratch, name), "theirs", 6);
    assert_int_equal(file_replace(ctx, model(), "ours", 4), BL_OK);
    assert_int_equal(scratch_files(&scratch, 0), 2);
    size_t n = 0;
    unsigned char *bytes = scratch_read(scratch_path(&scratch, name), &n);
    assert_string_equal((char *)bytes, "theirs");
    free(bytes);
}

static void a_path_without_a_folder_is_written(void **state)
{
    (void)state;
    char before[SCRATCH_PATH];
    assert_non_null(getcwd(before, sizeof before));
    assert_int_equal(chdir(scratch.folder), 0);
    const bl_status status = file_replace(ctx, "here.json", "{}", 2);
    assert_int_equal(chdir(before), 0);
    assert_int_equal(status, BL_OK);
    assert_untouched(scratch_path(&scratch, "here.json"), "{}");
}

/* ---- no memory ---- */

static void failing_allocations_lose_no_memory(void **state)
{
    (void)state;
    const size_t live = memory.live;
    bl_status status = BL_NO_MEMORY;
    size_t tries = 0;
    for (; status == BL_NO_MEMORY; tries++) {
        memory.fail_at = memory.calls + 1 + tries;
        status = write_model();
        memory.fail_at = 0;
        assert_int_equal(memory.live, live);
        assert_int_equal(scratch_files(&scratch, 0), status == BL_OK);
    }
    assert_int_equal(status, BL_OK);
    assert_true(tries > 3);
    status = BL_NO_MEMORY;
    struct tensors *t = NULL;
    for (tries = 0; status == BL_NO_MEMORY; tries++) {
        memory.fail_at = memory.calls + 1 + tries;
        status = tensors_read(&t, ctx, model());
        memory.fail_at = 0;
        assert_true(status == BL_OK || memory.live == live);
        assert_true((t != NULL) == (status == BL_OK));
    }
    assert_int_equal(status, BL_OK);
    assert_true(tries > 15);
    tensors_free(ctx, t);
    assert_int_equal(memory.live, live);
}

static struct counting json_memory;

static void *json_allocate(size_t size)
{
    return counting_allocate(&json_memory, size, 16);
}

static void json_release(void *block)
{
    if (block)
        counting_release(&json_memory, block);
}

/* Jansson's allocations fail while a header is built and printed. (Its parser does not report all failures,
   so that reading cannot be tested in this way.) */
static void failing_allocations_of_jansson_are_reported(void **state)
{
    (void)state;
    bl_status status = BL_NO_MEMORY;
    size_t tries = 0;
    json_memory = (struct counting){.fail_at = 0};
    json_set_alloc_funcs(json_allocate, json_release);
    for (; status == BL_NO_MEMORY && tries < 1000; tries++) {
        json_memory.fail_at = json_memory.calls + 1 + tries;
        status = write_model();
        if (json_memory.live != 0 || scratch_files(&scratch, 0) != (status == BL_OK))
            break;
    }
    json_set_alloc_funcs(malloc, free);
    assert_int_equal(json_memory.live, 0);
    assert_int_equal(status, BL_OK);
    assert_true(tries > 10);
}

/* ---- Python's package ---- */

static void python_reads_the_librarys_files(void **state)
{
    (void)state;
    char arguments[SCRATCH_PATH], text[2000];
    const float w[6] = {1.0f, 2.0f, 3.0f, 4.0f, 5.0f, 6.5f};
    const struct tensor_entry two[2] = {{"b", w, 2, 3, NULL}, {"a", w, 4, 0, NULL}};
    assert_int_equal(tensors_write(ctx, model(), two, 2, metadata, 2), BL_OK);
    snprintf(arguments, sizeof arguments, "'%s'", model());
    const int result = run_python(arguments, text, sizeof text);
    if (result == 77) {
        print_message("SKIP: %s\n", text);
        skip();
    }
    assert_string_equal(text, "a float32 4 10\nb float32 2x3 21.5\nclasses=Stra\xc3\x9f"
                              "e\nb \"quoted\"\n"
                              "net=dense 3, tanh\n");
    assert_int_equal(result, 0);
}

static void files_of_python_are_read(void **state)
{
    (void)state;
    static const float table[6] = {0.0f, 0.25f, 0.5f, 0.75f, 1.0f, 1.25f},
                       row[4] = {0.1f, -2.5f, 1e30f, -0.0f};
    char arguments[SCRATCH_PATH], text[2000];
    snprintf(arguments, sizeof arguments, "--write '%s'", scratch.folder);
    const int result = run_python(arguments, text, sizeof text);
    if (result == 77) {
        print_message("SKIP: %s\n", text);
        skip();
    }
    assert_int_equal(result, 0);
    struct tensors *t = NULL;
    struct tensor_entry entry;
    assert_int_equal(tensors_read(&t, ctx, scratch_path(&scratch, "python.safetensors")), BL_OK);
    assert_true(tensors_find(t, "table", &entry));
    assert_entry(&entry, &(struct tensor_entry){"table", table, 2, 3, NULL});
    assert_true(tensors_find(t, "row", &entry));
    assert_entry(&entry, &(struct tensor_entry){"row", row, 4, 0, NULL});
    assert_string_equal(tensors_metadata(t, "net"), "dense 3");
    assert_string_equal(tensors_metadata(t, "\xc3\xa9"), "\xc3\xbc");
    tensors_free(ctx, t);
}

static int set_up(void **state)
{
    (void)state;
    scratch_make(&scratch);
    ctx = counting_context(&memory);
    for (size_t i = 0; i < LONG_TENSOR; i++)
        long_values[i] = (float)i * 0.37f - 100.0f;
    return ctx ? 0 : -1;
}

/* After every test all allocated memory must be freed. */
static int tear_down(void **state)
{
    (void)state;
    context_destroy(ctx);
    scratch_remove(&scratch);
    return memory.live == 0 ? 0 : -1;
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(tensors_are_read_back_to_the_bit),
        TEST(bytes_are_those_of_the_format),
        TEST(a_file_without_tensors_is_valid),
        TEST(broken_files_are_refused),
        TEST(tensors_are_in_the_order_of_their_bytes),
        TEST(every_truncation_is_refused),
        TEST(flipped_bits_do_no_harm),
        TEST(values_must_be_finite),
        TEST(missing_files_and_folders_are_refused),
        TEST(invalid_tensors_are_not_written),
        TEST(full_disk_leaves_the_old_file),
        TEST(replacing_fails_cleanly),
        TEST(files_of_any_length_are_replaced),
        TEST(temporary_files_of_others_are_kept),
        TEST(a_path_without_a_folder_is_written),
        TEST(failing_allocations_lose_no_memory),
        TEST(failing_allocations_of_jansson_are_reported),
        TEST(python_reads_the_librarys_files),
        TEST(files_of_python_are_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

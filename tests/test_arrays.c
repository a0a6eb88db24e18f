/*
 * test_arrays.c - .npy and .npz files: arrays are read with the bits that NumPy wrote; broken files and files
 * of other kinds are refused with the reason.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../src/file/npy.h"
#include "../src/file/tensor_table.h"
#include "../src/file/tensors.h"
#include "scratch.h"

#include <archive.h>
#include <archive_entry.h>
#include <math.h>

enum {
    ROOM = 2000,
    FUZZ_ROUNDS = 3000 /* about a second under the sanitizers */
};

static struct scratch scratch;
static struct counting memory;
static bl_context *ctx;

static const float table[6] = {0.0f, 0.25f, 0.5f, 0.75f, 1.0f, 1.25f};
static const float row[4] = {0.1f, -2.5f, 1e30f, -0.0f};
static const double wide_row[4] = {0.1, -2.5, 1e30, -0.0};

static const char *file_path(void)
{
    return scratch_path(&scratch, "array.bin"); /* the name does not matter */
}

static void assert_array(const struct tensors *t, const char *name, const float *values, size_t rows,
                         size_t cols)
{
    struct tensor_entry entry;
    assert_true(tensors_find(t, name, &entry));
    assert_int_equal(entry.rows, rows);
    assert_int_equal(entry.cols, cols);
    assert_memory_equal(entry.values, values, rows * (cols ? cols : 1) * sizeof *values);
}

/* ---- .npy files written here ---- */

/* Copies n bytes of values, each of `size` bytes, to the byte order `big`. */
static size_t put_values(unsigned char *to, const void *values, size_t n, size_t size, int big)
{
    const uint16_t one = 1;
    const int is_big = *(const unsigned char *)&one == 0;
    for (size_t i = 0; i < n; i++)
        to[i] = ((const unsigned char *)values)[big == is_big ? i : i / size * size + size - 1 - i % size];
    return n;
}

static size_t put_head(unsigned char *to, int major, const char *header)
{
    const size_t n = strlen(header);
    const unsigned char head[12] = {
        0x93, 'N', 'U', 'M', 'P', 'Y', (unsigned char)major, 0, (unsigned char)n, (unsigned char)(n >> 8),
        0,    0};
    const size_t head_bytes = major == 1 ? 10 : 12;
    memcpy(to, head, head_bytes);
    memcpy(to + head_bytes, header, n);
    return head_bytes + n;
}

#define HEADER(type, order, shape)                                                                           \
    "{'descr': '" type "', 'fortran_order': " order ", 'shape': " shape ", }   \n"

static size_t table_file(unsigned char *to)
{
    const size_t n = put_head(to, 1, HEADER("<f4", "False", "(2, 3)"));
    return n + put_values(to + n, table, sizeof table, 4, 0);
}

static size_t row_file(unsigned char *to)
{
    const size_t n = put_head(to, 1, HEADER("<f8", "False", "(4,)"));
    return n + put_values(to + n, wide_row, sizeof wide_row, 8, 0);
}

static void npy_is_read(void **state)
{
    (void)state;
    static const struct {
        int major;
        const char *header;
        const void *values;
        size_t n, size;
        int big;
    } cases[] = {
        {1, HEADER("<f4", "False", "(2, 3)"), table, sizeof table, 4, 0},
        {2, HEADER("<f4", "False", "(2, 3)"), table, sizeof table, 4, 0},
        {3, HEADER("<f4", "False", "(2, 3)"), table, sizeof table, 4, 0},
        {1, HEADER(">f4", "False", "(2, 3)"), table, sizeof table, 4, 1},
        {1, HEADER("<f8", "False", "(4,)"), wide_row, sizeof wide_row, 8, 0},
        {1, HEADER(">f8", "False", "(4,)"), wide_row, sizeof wide_row, 8, 1},
        {1, "{'shape':(4,),\"descr\":\"<f4\",'fortran_order':False}", row, sizeof row, 4, 0},
        {1, "{ 'fortran_order' : False , 'shape' : ( 2 , 3 , ) , 'descr' : '<f4' , } \n \n", table,
         sizeof table, 4, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        unsigned char file[ROOM];
        struct tensors *t = NULL;
        size_t n = put_head(file, cases[i].major, cases[i].header);
        n += put_values(file + n, cases[i].values, cases[i].n, cases[i].size, cases[i].big);
        scratch_write(file_path(), file, n);
        assert_int_equal(arrays_read(&t, ctx, file_path()), BL_OK);
        if (cases[i].values == table)
            assert_array(t, "0", table, 2, 3);
        else
            assert_array(t, "0", row, 4, 0);
        tensors_free(ctx, t);
    }
}

static const struct broken {
    const char *header;
    size_t values; /* bytes of values after the header, all zero */
    const char *reason;
} brokens[] = {
    {HEADER("<f4", "False", "(2, 3)"), 23, "has 23 bytes of values, its shape needs 24"},
    {HEADER("<f4", "False", "(2, 3)"), 25, "has 25 bytes of values, its shape needs 24"},
    {HEADER("<f8", "False", "(2, 3)"), 24, "has 24 bytes of values, its shape needs 48"},
    {HEADER("<i4", "False", "(2, 3)"), 24, "values of type 'i4', expected floats"},
    {HEADER("<f2", "False", "(2, 3)"), 13, "has 13 bytes of values, its shape needs 12"},
    {HEADER("<f16", "False", "(2, 3)"), 96, "floats of another width (longdouble)"},
    {HEADER("<c8", "False", "(2, 3)"), 48, "holds complex numbers"},
    {HEADER("<M8[ns]", "False", "(3,)"), 24, "holds dates (datetime64)"},
    {HEADER("|V8", "False", "(3,)"), 24, "raw bytes or a structured type"},
    {HEADER("<U2", "False", "(3,)"), 24, "values of type 'U8', expected floats"},
    {HEADER("|O", "False", "(2, 3)"), 24, "holds Python objects"},
    {HEADER("", "False", "(2, 3)"), 24, "values of type ''"},
    {HEADER("<f4", "False", "()"), 4, "has 0 dimensions, expected 1 to 4"},
    {HEADER("<f4", "False", "(1, 2, 3)"), 24, "has 3 dimensions, expected 1 or 2"},
    {HEADER("<f4", "False", "(0,)"), 0, "is empty"},
    {HEADER("<f4", "False", "(2, 0)"), 0, "is empty"},
    {HEADER("<f4", "False", "(4294967296, 4294967296)"), 0, "is more than can be addressed"},
    {HEADER("<f4", "False", "(9999999999999999, 99)"), 24, "its shape needs 3959999999999999604"},
    {HEADER("<f4", "False", "(99999999999999999999,)"), 24, "header is not a dictionary"},
    {HEADER("<f4", "False", "(6)"), 24, "header is not a dictionary"},
    {HEADER("<f4", "False", "[6]"), 24, "header is not a dictionary"},
    {HEADER("<f4", "False", "(-6,)"), 24, "header is not a dictionary"},
    {HEADER("<f4", "False", "(6.0,)"), 24, "header is not a dictionary"},
    {HEADER("<f4", "False", "(,)"), 24, "header is not a dictionary"},
    {HEADER("<f4", "False", "(2, 3"), 24, "header is not a dictionary"},
    {HEADER("<f4", "0", "(6,)"), 24, "header is not a dictionary"},
    {HEADER("<f\\x34", "False", "(6,)"), 24, "header is not a dictionary"},
    {"{'descr': [('x', '<f4')], 'fortran_order': False, 'shape': (6,)}", 24, "a structured array"},
    {"{'descr': '<f4', 'fortran_order': False}", 24, "header is not a dictionary"},
    {"{'descr': '<f4', 'shape': (6,)}", 24, "header is not a dictionary"},
    {"{'fortran_order': False, 'shape': (6,)}", 24, "header is not a dictionary"},
    {"{'descr': '<f4', 'fortran_order': False, 'shape': (6,), 'more': 1}", 24, "header is not a dictionary"},
    {"{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': (6,)}", 24,
     "header is not a dictionary"},
    {"{'descr': '<f4', 'fortran_order': False, 'shape': (6,), 'shape': (6,)}", 24,
     "header is not a dictionary"},
    {"{'descr': '<f4' 'fortran_order': False, 'shape': (6,)}", 24, "header is not a dictionary"},
    {"{'descr': '<f4', 'fortran_order': False, 'shape': (6,)} x", 24, "header is not a dictionary"},
    {"{'descr': '<f4', 'fortran_order': False, 'shape': (6,)", 24, "header is not a dictionary"},
    {"{'descr': '<f4", 0, "header is not a dictionary"},
    {"", 0, "header is not a dictionary"},
};

static void assert_refused(size_t i, const unsigned char *file, size_t n, const char *reason)
{
    struct tensors *t = NULL;
    scratch_write(file_path(), file, n);
    const bl_status status = arrays_read(&t, ctx, file_path());
    if (status != BL_BAD_DATA || !strstr(ctx->why, reason) || !strstr(ctx->why, "array.bin"))
        fail_msg("case %zu: status %d, \"%s\", expected \"%s\"", i, status, ctx->why, reason);
    assert_null(t);
}

static void broken_headers_are_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof brokens / sizeof *brokens; i++) {
        unsigned char file[ROOM] = {0};
        const size_t n = put_head(file, 1, brokens[i].header);
        assert_refused(i, file, n + brokens[i].values, brokens[i].reason);
    }
}

static void other_files_are_refused(void **state)
{
    (void)state;
    static const struct {
        size_t at; /* the position of the changed byte in a valid file */
        unsigned char byte;
        const char *reason;
    } cases[] = {
        {0, 0x92, "is neither .npy nor .npz nor .safetensors"},
        {5, 'y', "is neither .npy nor .npz nor .safetensors"},
        {6, 4, "version 4.0, expected 1.0, 2.0 or 3.0"},
        {6, 0, "version 0.0"},
        {7, 1, "version 1.1"},
        {9, 0x80, "reach past the end of"},
        {6, 2, "reach past the end of"}, /* version 2: a longer length */
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        unsigned char file[ROOM];
        const size_t n = table_file(file);
        file[cases[i].at] = cases[i].byte;
        assert_refused(i, file, n, cases[i].reason);
    }
    assert_refused(0, (const unsigned char *)"", 0, "is neither");
    assert_refused(0, (const unsigned char *)"1,2,3\n4,5,6\n", 12, "is neither");
}

static void values_must_be_finite_floats(void **state)
{
    (void)state;
    static const struct {
        double value;
        const char *reason;
    } cases[] = {{NAN, "nan at index 2"}, {INFINITY, "inf at index 2"}, {-1e39, "-1e+39 at index 2"}};
    for (size_t i = 0; i < 3; i++) {
        unsigned char file[ROOM];
        size_t n = put_head(file, 1, HEADER("<f8", "False", "(4,)"));
        const double wide[4] = {1.0, 2.0, cases[i].value, 4.0};
        assert_refused(i, file, n + put_values(file + n, wide, sizeof wide, 8, 0), cases[i].reason);
        if (i == 2)
            continue; /* not a float type */
        n = put_head(file, 1, HEADER("<f4", "False", "(4,)"));
        const float narrow[4] = {1.0f, 2.0f, (float)cases[i].value, 4.0f};
        assert_refused(i, file, n + put_values(file + n, narrow, sizeof narrow, 4, 0), cases[i].reason);
    }
}

static void missing_files_are_bad_data(void **state)
{
    (void)state;
    struct tensors *t = NULL;
    assert_int_equal(arrays_read(&t, ctx, file_path()), BL_BAD_DATA);
    assert_non_null(strstr(ctx->why, "No such file"));
    assert_int_equal(arrays_read(&t, ctx, scratch.folder), BL_BAD_DATA);
    assert_int_equal(symlink(file_path(), file_path()), 0);
    assert_int_equal(arrays_read(&t, ctx, file_path()), BL_IO);
    assert_null(t);
}

static void safetensors_are_read(void **state)
{
    (void)state;
    struct tensors *t = NULL;
    const struct tensor_entry entry = {"table", table, 2, 3, NULL};
    assert_int_equal(tensors_write(ctx, file_path(), &entry, 1, NULL, 0), BL_OK);
    assert_int_equal(arrays_read(&t, ctx, file_path()), BL_OK);
    assert_array(t, "table", table, 2, 3);
    tensors_free(ctx, t);
}

/* ---- .npz files written by libarchive ---- */

struct member {
    const char *name;
    const unsigned char *bytes;
    size_t n;
};

static size_t make_zip(unsigned char *zip, size_t room, const char *method, const struct member *members,
                       size_t n)
{
    size_t used = 0;
    struct archive *a = archive_write_new();
    archive_write_set_format_zip(a);
    archive_write_set_options(a, method);
    archive_write_set_bytes_per_block(a, 0);
    assert_int_equal(archive_write_open_memory(a, zip, room, &used), ARCHIVE_OK);
    for (size_t i = 0; i < n; i++) {
        struct archive_entry *entry = archive_entry_new();
        archive_entry_set_pathname(entry, members[i].name);
        archive_entry_set_size(entry, (la_int64_t)members[i].n);
        archive_entry_set_filetype(entry, AE_IFREG);
        archive_entry_set_perm(entry, 0644);
        assert_int_equal(archive_write_header(a, entry), ARCHIVE_OK);
        assert_int_equal(archive_write_data(a, members[i].bytes, members[i].n), members[i].n);
        archive_entry_free(entry);
    }
    assert_int_equal(archive_write_close(a), ARCHIVE_OK);
    archive_write_free(a);
    return used;
}

static size_t good_zip(unsigned char *zip, const char *method)
{
    unsigned char first[ROOM], second[ROOM];
    const struct member members[] = {{"table.npy", first, table_file(first)},
                                     {"row.npy", second, row_file(second)}};
    return make_zip(zip, ROOM, method, members, 2);
}

static const char *const methods[] = {"zip:compression=store", "zip:compression=deflate"};

static void npz_is_read(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        unsigned char zip[ROOM];
        struct tensors *t = NULL;
        struct tensor_entry entry;
        scratch_write(file_path(), zip, good_zip(zip, methods[i]));
        assert_int_equal(arrays_read(&t, ctx, file_path()), BL_OK);
        assert_array(t, "table", table, 2, 3);
        assert_array(t, "row", row, 4, 0);
        assert_false(tensors_entry(t, 2, &entry));
        tensors_free(ctx, t);
    }
}

static void unusual_npz_are_refused(void **state)
{
    (void)state;
    unsigned char good[ROOM], zip[ROOM];
    const size_t n = table_file(good);
    const struct {
        struct member members[2];
        size_t n;
        const char *reason;
    } cases[] = {
        {{{"a.npy", good, n}, {"a.npy", good, n}}, 2, "two arrays are named \"a\""},
        {{{"a.npy", good, n}, {"b.txt", good, n}}, 2, "\"b.txt\" inside is not a .npy file"},
        {{{".npy", good, n}, {NULL, NULL, 0}}, 1, "\".npy\" inside is not"},
        {{{"a\x1b.npy", good, n}, {NULL, NULL, 0}}, 1, "control characters"},
        {{{"a.npy", good, n - 1}, {NULL, NULL, 0}}, 1, "array \"a\": has 23 bytes of values"},
        {{{"a.npy", good + 1, n - 1}, {NULL, NULL, 0}}, 1, "array \"a\": is not a .npy file"},
        {{{"a.npy", good, 0}, {NULL, NULL, 0}}, 1, "array \"a\": is not a .npy file"},
        {{{NULL, NULL, 0}, {NULL, NULL, 0}}, 0, "holds no arrays"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_refused(i, zip, make_zip(zip, ROOM, methods[i % 2], cases[i].members, cases[i].n),
                       cases[i].reason);
}

/* A byte of the stored values is changed, which only the checksum of the zip detects. */
static void npz_checksum_is_checked(void **state)
{
    (void)state;
    unsigned char zip[ROOM];
    const size_t n = good_zip(zip, methods[0]);
    size_t at = 0;
    while (memcmp(zip + at, table, sizeof table) != 0)
        at++;
    zip[at + 4] ^= 1;
    assert_refused(0, zip, n, "the .npz file is broken");
}

/* 1 MB of zeros in about 1 kB. */
static void npz_expansion_is_limited(void **state)
{
    (void)state;
    enum { MANY = 250000 };
    unsigned char *file = calloc(4 * MANY + ROOM, 1), zip[4 * ROOM];
    const size_t n = put_head(file, 1, HEADER("<f4", "False", "(250000,)")) + 4 * MANY;
    const struct member twice[] = {{"a.npy", file, n}, {"b.npy", file, n}};
    const size_t zipped = make_zip(zip, sizeof zip, methods[1], twice, 2);
    const size_t limits[] = {2 * n, 2 * n - 1, n - 1, 100};
    for (size_t i = 0; i < 4; i++) {
        struct tensors *t = NULL;
        assert_int_equal(tensors_create(&t, ctx), BL_OK);
        const bl_status status = npz_add(t, ctx, "x.npz", zip, zipped, limits[i]);
        assert_int_equal(status, i == 0 ? BL_OK : BL_BAD_DATA);
        assert_true(i == 0 || strstr(ctx->why, "x.npz: unpacks to more than"));
        tensors_free(ctx, t);
    }
    free(file);
}

/* ---- all kinds ---- */

static size_t good_file(unsigned char *file, int kind)
{
    return kind == 0 ? table_file(file) : kind == 1 ? row_file(file) : good_zip(file, methods[kind - 2]);
}

static void every_truncation_is_refused(void **state)
{
    (void)state;
    for (int kind = 0; kind < 4; kind++) {
        unsigned char file[ROOM];
        const size_t n = good_file(file, kind);
        for (size_t keep = 0; keep < n; keep++)
            assert_refused(keep, file, keep, "");
    }
}

static void flipped_bits_do_no_harm(void **state)
{
    (void)state;
    uint32_t random = 88675123u;
    for (int i = 0; i < FUZZ_ROUNDS; i++) {
        unsigned char file[ROOM];
        struct tensors *t = NULL;
        const size_t n = good_file(file, i % 4);
        flip_bits(&random, file, n);
        scratch_write(file_path(), file, n);
        const bl_status status = arrays_read(&t, ctx, file_path());
        assert_true(status == BL_OK || status == BL_BAD_DATA);
        tensors_free(ctx, t);
    }
}

static void failing_allocations_lose_no_memory(void **state)
{
    (void)state;
    const size_t live = memory.live;
    for (int kind = 0; kind < 4; kind++) {
        unsigned char file[ROOM];
        scratch_write(file_path(), file, good_file(file, kind));
        bl_status status = BL_NO_MEMORY;
        size_t tries = 0;
        struct tensors *t = NULL;
        for (; status == BL_NO_MEMORY; tries++) {
            memory.fail_at = memory.calls + 1 + tries;
            status = arrays_read(&t, ctx, file_path());
            memory.fail_at = 0;
            assert_true(status == BL_OK || memory.live == live);
        }
        assert_int_equal(status, BL_OK);
        assert_true(tries > 5);
        tensors_free(ctx, t);
        assert_int_equal(memory.live, live);
    }
}

static void files_of_numpy_are_read(void **state)
{
    (void)state;
    static const struct {
        const char *file, *name;
        int is_table;
    } good[] = {
        {"table.npy", "0", 1},      {"row.npy", "0", 0},          {"big_table.npy", "0", 1},
        {"big_row.npy", "0", 0},    {"version1.npy", "0", 1},     {"version2.npy", "0", 1},
        {"version3.npy", "0", 1},   {"stored.npz", "table", 1},   {"stored.npz", "row", 0},
        {"deflated.npz", "row", 0}, {"deflated.npz", "table", 1}, {"python.safetensors", "table", 1},
        {"fortran.npy", "0", 1},
    };
    static const struct {
        const char *file, *reason;
    } bad[] = {
        {"whole.npy", "values of type 'i8'"},
        {"cube.npy", "has 3 dimensions"},
        {"scalar.npy", "has 0 dimensions"},
        {"fields.npy", "a structured array"},
    };
    char arguments[SCRATCH_PATH], text[2000];
    snprintf(arguments, sizeof arguments, "--write '%s'", scratch.folder);
    const int result = run_python(arguments, text, sizeof text);
    if (result == 77) {
        print_message("SKIP: %s\n", text);
        skip();
    }
    assert_int_equal(result, 0);
    struct tensors *t = NULL;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        assert_int_equal(arrays_read(&t, ctx, scratch_path(&scratch, good[i].file)), BL_OK);
        if (good[i].is_table)
            assert_array(t, good[i].name, table, 2, 3);
        else
            assert_array(t, good[i].name, row, 4, 0);
        tensors_free(ctx, t);
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_int_equal(arrays_read(&t, ctx, scratch_path(&scratch, bad[i].file)), BL_BAD_DATA);
        assert_non_null(strstr(ctx->why, bad[i].reason));
    }
}

static int set_up(void **state)
{
    (void)state;
    scratch_make(&scratch);
    ctx = counting_context(&memory);
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
        TEST(npy_is_read),
        TEST(broken_headers_are_refused),
        TEST(other_files_are_refused),
        TEST(values_must_be_finite_floats),
        TEST(missing_files_are_bad_data),
        TEST(safetensors_are_read),
        TEST(npz_is_read),
        TEST(unusual_npz_are_refused),
        TEST(npz_checksum_is_checked),
        TEST(npz_expansion_is_limited),
        TEST(every_truncation_is_refused),
        TEST(flipped_bits_do_no_harm),
        TEST(failing_allocations_lose_no_memory),
        TEST(files_of_numpy_are_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

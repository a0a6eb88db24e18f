/*
 * test_svhn.c - SVHN's cropped digits in MATLAB 5 files, which the test makes. Valid ones are read correctly,
 * plain and compressed, and broken ones are refused with the name of the file and the fault.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "reading_fixture.h"

enum {
    SIDE = 32,
    PIXELS = 3 * SIDE * SIDE,
    HEADER = 128,
    MOST = 12,                        /* examples of a file */
    ROOM = (MOST + 1) * PIXELS + 1024 /* bytes of a file */
};

/* A file in the making. */
struct made {
    uint8_t at[ROOM];
    size_t n;
};

/* What a file contains, and what is wrong with it. Zeros stand for the usual values. */
struct spec {
    size_t n; /* examples */
    bool is_compressed, is_y_first;
    uint32_t rows;    /* the first dimension of X */
    uint32_t n_sizes; /* 4, or 3 for a single example */
    size_t n_labels;
    int first_label;    /* the labels count from it; 1 */
    uint8_t y_class;    /* 9, unsigned bytes */
    uint32_t y_storage; /* 2, unsigned bytes */
    const char *x_name, *y_name;
};

static void put_u32(struct made *m, uint32_t x)
{
    for (int i = 0; i < 4; i++)
        m->at[m->n++] = (uint8_t)(x >> 8 * i);
}

static void put_bytes(struct made *m, const void *bytes, size_t n)
{
    assert_true(m->n + n <= ROOM);
    memcpy(m->at + m->n, bytes, n);
    m->n += n;
}

static void put_element(struct made *m, uint32_t type, const void *bytes, size_t n)
{
    static const uint8_t zeros[8];
    put_u32(m, type);
    put_u32(m, (uint32_t)n);
    put_bytes(m, bytes, n);
    put_bytes(m, zeros, (8 - n % 8) % 8);
}

/* A name is at most 4 bytes long, so that it is stored in its tag. */
static void put_name(struct made *m, const char *name)
{
    char padded[5] = "";
    snprintf(padded, sizeof padded, "%s", name);
    put_u32(m, 1 | (uint32_t)strlen(padded) << 16);
    put_bytes(m, padded, 4);
}

static void set_u32(struct made *m, size_t at, uint32_t x)
{
    struct made four = {.n = 0};
    put_u32(&four, x);
    memcpy(m->at + at, four.at, 4);
}

struct variable {
    const char *name;
    uint8_t class;
    uint32_t storage;
    uint32_t sizes[4];
    size_t n_sizes;
    const uint8_t *bytes;
    size_t n;
};

static void put_plain(struct made *m, const struct variable *v)
{
    const uint8_t flags[8] = {v->class};
    const size_t tag = m->n;
    struct made *sizes = calloc(1, sizeof *sizes);
    put_u32(m, 14);
    put_u32(m, 0);
    put_element(m, 6, flags, sizeof flags);
    for (size_t i = 0; i < v->n_sizes; i++)
        put_u32(sizes, v->sizes[i]);
    put_element(m, 5, sizes->at, sizes->n);
    put_name(m, v->name);
    put_element(m, v->storage, v->bytes, v->n);
    set_u32(m, tag + 4, (uint32_t)(m->n - tag - 8));
    free(sizes);
}

static uint32_t adler32(const uint8_t *bytes, size_t n)
{
    uint32_t a = 1, b = 0;
    for (size_t i = 0; i < n; i++) {
        a = (a + bytes[i]) % 65521;
        b = (b + a) % 65521;
    }
    return b * 65536 + a;
}

/* Appends the bytes as zlib data. libarchive deflates them as gzip, of which the deflate stream is taken. */
static void put_zlib(struct made *m, const uint8_t *bytes, size_t n)
{
    enum { GZIP_HEADER = 10, GZIP_TRAILER = 8 };
    struct made *gz = calloc(1, sizeof *gz);
    struct archive *out = archive_write_new();
    struct archive_entry *entry = archive_entry_new();
    archive_entry_set_pathname(entry, "data");
    archive_entry_set_filetype(entry, AE_IFREG);
    assert_int_equal(archive_write_add_filter_gzip(out), ARCHIVE_OK);
    assert_int_equal(archive_write_set_format_raw(out), ARCHIVE_OK);
    archive_write_set_bytes_in_last_block(out, 1);
    assert_int_equal(archive_write_open_memory(out, gz->at, ROOM, &gz->n), ARCHIVE_OK);
    assert_int_equal(archive_write_header(out, entry), ARCHIVE_OK);
    assert_int_equal(archive_write_data(out, bytes, n), (la_ssize_t)n);
    assert_int_equal(archive_write_close(out), ARCHIVE_OK);
    archive_entry_free(entry);
    archive_write_free(out);
    assert_int_equal(gz->at[3], 0); /* no name in the header */
    put_bytes(m, "\x78\x9c", 2);
    put_bytes(m, gz->at + GZIP_HEADER, gz->n - GZIP_HEADER - GZIP_TRAILER);
    uint8_t sum[4];
    put_big_endian(sum, adler32(bytes, n));
    put_bytes(m, sum, sizeof sum);
    free(gz);
}

static void put_variable(struct made *m, const struct variable *v, bool is_compressed)
{
    struct made *plain = calloc(1, sizeof *plain);
    put_plain(plain, v);
    if (is_compressed) {
        const size_t tag = m->n;
        put_u32(m, 15);
        put_u32(m, 0);
        put_zlib(m, plain->at, plain->n);
        set_u32(m, tag + 4, (uint32_t)(m->n - tag - 8));
    } else
        put_bytes(m, plain->at, plain->n);
    free(plain);
}

/* The pixel of an example. */
static uint8_t pixel(size_t i, size_t channel, size_t row, size_t col)
{
    return (uint8_t)(i * 7 + channel * 80 + row * 32 + col * 3);
}

static void put_x(struct made *m, const struct spec *s)
{
    static uint8_t bytes[MOST * PIXELS];
    size_t k = 0;
    for (size_t i = 0; i < s->n; i++) /* column-major: the row is the fastest */
        for (size_t channel = 0; channel < 3; channel++)
            for (size_t col = 0; col < SIDE; col++)
                for (size_t row = 0; row < SIDE; row++)
                    bytes[k++] = pixel(i, channel, row, col);
    put_variable(m,
                 &(struct variable){s->x_name ? s->x_name : "X",
                                    9,
                                    2,
                                    {s->rows ? s->rows : SIDE, SIDE, 3, (uint32_t)s->n},
                                    s->n_sizes ? s->n_sizes : 4,
                                    bytes,
                                    k},
                 s->is_compressed);
}

static void put_y(struct made *m, const struct spec *s)
{
    uint8_t labels[MOST + 1];
    const size_t n = s->n_labels ? s->n_labels : s->n;
    for (size_t i = 0; i < n; i++)
        labels[i] = (uint8_t)((s->first_label ? s->first_label : 1) + (int)i);
    put_variable(m,
                 &(struct variable){s->y_name ? s->y_name : "y",
                                    s->y_class ? s->y_class : 9,
                                    s->y_storage ? s->y_storage : 2,
                                    {(uint32_t)n, 1},
                                    2,
                                    labels,
                                    n},
                 s->is_compressed);
}

static struct made *make_file(const struct spec *s)
{
    static struct made m;
    m.n = 0;
    memset(m.at, ' ', HEADER);
    memcpy(m.at, "MATLAB 5.0 MAT-file, Platform: GLNXA64", 38);
    memcpy(m.at + HEADER - 4, "\0\1IM", 4);
    m.n = HEADER;
    if (s->is_y_first)
        put_y(&m, s);
    put_x(&m, s);
    if (!s->is_y_first)
        put_y(&m, s);
    return &m;
}

static void write_made(const char *name, const struct made *m)
{
    write_either(below(name), m->at, m->n);
}

static void write_file(const char *name, const struct spec *s)
{
    write_made(name, make_file(s));
}

/* ---- Valid files */

static void assert_digits(const bl_data *data, size_t n)
{
    assert_int_equal(data->n, n);
    assert_int_equal(data->outputs, 10);
    assert_true(data->shape.channels == 3 && data->shape.rows == SIDE && data->shape.cols == SIDE);
    for (size_t i = 0; i < n; i++) {
        assert_int_equal(data->labels[i], (int)(i + 1) % 10);
        for (size_t k = 0; k < PIXELS; k++)
            assert_int_equal(data->bytes[i * PIXELS + k],
                             pixel(i, k / (SIDE * SIDE), k / SIDE % SIDE, k % SIDE));
    }
}

static void files_are_read(void **state)
{
    static const struct spec specs[] = {
        {.n = 10},
        {.n = 10, .is_compressed = true},
        {.n = 10, .is_compressed = true, .is_y_first = true},
        {.n = 10, .y_class = 6}, /* doubles, stored as bytes */
        {.n = 1, .n_sizes = 3},  /* MATLAB omits a last dimension of 1 */
    };
    (void)state;
    for (size_t i = 0; i < sizeof specs / sizeof *specs; i++) {
        write_file("any.mat", &specs[i]);
        bl_data *data = must_read(below("any.mat"), "train", &with_labels, NULL);
        assert_digits(data, specs[i].n);
        data_free(data);
    }
    write_file("any.mat.gz", &specs[0]);
    bl_data *data = must_read(below("any.mat.gz"), "train", &with_labels, NULL);
    assert_digits(data, 10);
    data_free(data);
}

static void folders_are_read(void **state)
{
    (void)state;
    write_file("svhn/train_32x32.mat", &(struct spec){.n = 10, .is_compressed = true});
    write_file("svhn/test_32x32.mat", &(struct spec){.n = 3, .is_compressed = true});
    bl_data *train = must_read(below("svhn"), "train", &with_labels, NULL),
            *test = must_read(below("svhn"), "test", &with_labels, train);
    assert_digits(train, 10);
    assert_digits(test, 3);
    data_free(train);
    data_free(test);
    struct data_options by_name = with_labels;
    by_name.data_dir = below("");
    bl_data *named = must_read("svhn", "test", &by_name, NULL);
    assert_digits(named, 3);
    data_free(named);
    write_file("half/test_32x32.mat", &(struct spec){.n = 3});
    must_refuse(below("half"), "train", &with_labels, NULL, "train_32x32.mat: no such file");
    scratch_write(below("text/train_32x32.mat"), "1,2\n3,4\n", 8);
    must_refuse(below("text"), "train", &with_labels, NULL, "train_32x32.mat: is not a MATLAB 5 file");
}

/* ---- Broken files */

static void other_contents_are_refused(void **state)
{
    static const struct {
        struct spec spec;
        const char *fragment;
    } cases[] = {
        {{.n = 3, .first_label = 9}, "any.mat: label 11 of example 2 (from 0), expected 1 to 10"},
        {{.n = 2, .n_labels = 3}, "any.mat: y has 3 labels, but X has 2 images"},
        {{.n = 2, .x_name = "Z"}, "any.mat: this is a MATLAB file without a variable X"},
        {{.n = 2, .y_name = "Y"}, "any.mat: this is a MATLAB file without a variable y"},
        {{.n = 2, .y_name = "X"}, "any.mat: has two variables X"},
        {{.n = 2, .rows = 16}, "6144 numbers, expected 3072 by its dimensions"},
        {{.n = 2, .rows = 64}, "6144 numbers, expected 12288 by its dimensions"},
        {{.n = 1, .n_sizes = 2}, "3072 numbers, expected 1024 by its dimensions"},
        {{.n = 8, .y_storage = 9}, "any.mat: y is not stored as unsigned bytes"},
        {{.n = 2, .y_class = 4}, "without a variable y"}, /* a text */
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        for (int packed = 0; packed < 2; packed++) {
            struct spec spec = cases[i].spec;
            spec.is_compressed = packed;
            write_file("any.mat", &spec);
            must_refuse(below("any.mat"), "train", &with_labels, NULL, cases[i].fragment);
        }
    struct made *m = make_file(&(struct spec){.n = 2});
    set_u32(m, HEADER + 8 + 16 + 8, 96); /* 96 x 32 x 1 x 2 has as many numbers */
    set_u32(m, HEADER + 8 + 16 + 16, 1);
    write_made("any.mat", m);
    must_refuse(below("any.mat"), "train", &with_labels, NULL,
                "X is 96 x 32 x 1 x 2, expected 32 x 32 x 3 x n");
}

/* A file that ends after any of its bytes is refused with its name. Ends between two variables are faults of
   the contents. */
static void files_cut_off_are_refused(void **state)
{
    (void)state;
    for (int packed = 0; packed < 2; packed++) {
        const struct made *m = make_file(&(struct spec){.n = 1, .is_compressed = packed});
        for (size_t n = sizeof "MATLAB 5.0 " - 1; n<m->n; n += n> 400 && n + 500 < m->n ? 97 : 1) {
            scratch_write(below("any.mat"), m->at, n);
            must_refuse(below("any.mat"), "train", &with_labels, NULL, "any.mat: ");
        }
    }
    scratch_write(below("any.mat"), make_file(&(struct spec){.n = 1})->at, 100);
    must_refuse(below("any.mat"), "train", &with_labels, NULL, "cut off in its header: 100 bytes of 128");
    scratch_write(below("any.mat"), make_file(&(struct spec){.n = 1})->at, 2000);
    must_refuse(below("any.mat"), "train", &with_labels, NULL,
                "cut off: the variable at byte 128 has 1864 bytes, expected 31");
}

/* Reads the file with one bit changed: it must be refused. A deflate stream has unused bits in its last byte,
   which is before the checksum of 4 bytes; if they are changed, the same examples may be read. */
static void change_bit(struct made *m, size_t at, int bit, bool is_last_of_stream)
{
    bl_data *data = NULL;
    m->at[at] ^= (uint8_t)(1 << bit);
    write_made("any.mat", m);
    if (!is_last_of_stream)
        must_refuse(below("any.mat"), "train", &with_labels, NULL, "any.mat: ");
    else if (read_part(&data, ctx, below("any.mat"), "train", &with_labels, NULL) == BL_OK)
        assert_digits(data, 2);
    data_free(data);
    m->at[at] ^= (uint8_t)(1 << bit);
}

/* A compressed file in which a bit behind the header is changed is refused: sizes, zlib's header, the data
   and their checksum are all checked. */
static void changed_bits_are_refused(void **state)
{
    (void)state;
    struct made *m = make_file(&(struct spec){.n = 2, .is_compressed = true});
    const size_t end_of_x = HEADER + 8 + m->at[HEADER + 4] + 256 * (size_t)m->at[HEADER + 5];
    for (size_t at = HEADER; at<m->n; at += at> HEADER + 40 && at + 300 < m->n ? 5 : 1)
        for (int bit = 0; bit < 8; bit++)
            change_bit(m, at, bit, at == end_of_x - 5 || at == m->n - 5);
    write_made("any.mat", m); /* control: the file as it was is read */
    data_free(must_read(below("any.mat"), "train", &with_labels, NULL));
    m->at[m->n - 1] ^= 1;
    write_made("any.mat", m);
    must_refuse(below("any.mat"), "train", &with_labels, NULL, "its checksum does not match");
    m->at[m->n - 1] ^= 1;
    memcpy(m->at + 126, "MI", 2);
    write_made("any.mat", m);
    must_refuse(below("any.mat"), "train", &with_labels, NULL, "not little-endian");
}

/* Bytes between the end of the deflate stream and the checksum. */
static void bytes_after_the_stream_are_refused(void **state)
{
    (void)state;
    for (size_t more = 1; more < 24; more++) {
        struct made *m = make_file(&(struct spec){.n = 1, .is_compressed = true});
        const uint32_t size = m->at[HEADER + 4] + 256u * m->at[HEADER + 5];
        uint8_t *sum = m->at + HEADER + 8 + size - 4;
        memmove(sum + more, sum, m->n - (size_t)(sum - m->at));
        memset(sum, 0, more);
        m->n += more;
        set_u32(m, HEADER + 4, size + (uint32_t)more);
        write_made("any.mat", m);
        must_refuse(below("any.mat"), "train", &with_labels, NULL, "its data end before the variable does");
    }
}

/* Appends a compressed variable whose data are `bytes`. */
static void write_packed(const uint8_t *bytes, size_t n)
{
    struct made *m = make_file(&(struct spec){.n = 1});
    const size_t tag = m->n;
    put_u32(m, 15);
    put_u32(m, 0);
    put_zlib(m, bytes, n);
    set_u32(m, tag + 4, (uint32_t)(m->n - tag - 8));
    write_made("any.mat", m);
}

static void sizes_inside_compressed_data_are_checked(void **state)
{
    static uint8_t bytes[4096];
    (void)state;
    static const struct {
        uint8_t type;
        uint32_t size; /* in the tag of the 4096 bytes */
        const char *fragment;
    } cases[] = {
        {14, 4000, "unpacks to at least 4009 bytes, expected 4008"},
        {14, 4089, "unpacks to 4096 bytes, expected 4097"},
        {14, 0xfffffff0, "states 4294967280 bytes, more than its"},
        {13, 4088, "it unpacks to something else"},
        {14, 4088, "it has no flags"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        bytes[0] = cases[i].type;
        for (int k = 0; k < 4; k++)
            bytes[4 + k] = (uint8_t)(cases[i].size >> 8 * k);
        write_packed(bytes, sizeof bytes);
        must_refuse(below("any.mat"), "train", &with_labels, NULL, cases[i].fragment);
    }
    write_packed(bytes, 5);
    must_refuse(below("any.mat"), "train", &with_labels, NULL, "it unpacks to less than a tag");
}

static void failing_allocations_lose_no_memory(void **state)
{
    (void)state;
    write_file("any.mat", &(struct spec){.n = 3, .is_compressed = true});
    must_survive_failing_memory(below("any.mat"), &with_labels, NULL, 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        EACH (files_are_read),
        EACH (folders_are_read),
        EACH (other_contents_are_refused),
        EACH (files_cut_off_are_refused),
        EACH (changed_bits_are_refused),
        EACH (bytes_after_the_stream_are_refused),
        EACH (sizes_inside_compressed_data_are_checked),
        EACH (failing_allocations_lose_no_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

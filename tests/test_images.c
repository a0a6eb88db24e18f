/*
 * test_images.c - CIFAR's records in folders, files and archives; NumPy's arrays; folders of pictures. What is there is read
 * right, and what is broken is refused with its place.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../src/data/image/cifar.h"
#include "../src/data/image/picture.h"
#include "data_files.h"

#include <sys/stat.h>

static struct scratch scratch;
static struct counting memory;
static bl_context *ctx;

static const struct data_options with_labels = {.has_labels = true}, without_labels = {.has_labels = false};

static bl_data *must_read(const char *where, const char *part, const struct data_options *options,
                          const bl_data *like)
{
    bl_data *data = NULL;
    if (read_part(&data, ctx, where, part, options, like) != BL_OK)
        fail_msg("%s", ctx->why);
    return data;
}

static void must_refuse(const char *where, const char *part, const struct data_options *options,
                        const bl_data *like, const char *fragment)
{
    bl_data *data = NULL;
    const size_t live = memory.live;
    const bl_status status = read_part(&data, ctx, where, part, options, like);
    if (status != BL_BAD_DATA)
        fail_msg("status %d of %s, expected to read \"%s\"", status, where, fragment);
    assert_null(data);
    assert_int_equal(memory.live, live);
    if (!strstr(ctx->why, fragment))
        fail_msg("expected \"%s\" in: %s", fragment, ctx->why);
}

/* A path below the scratch folder, good until three more were asked for; the folders on the way are made. */
static const char *below(const char *name)
{
    static char paths[4][SCRATCH_PATH];
    static int next;
    char *path = paths[next++ % 4];
    snprintf(path, SCRATCH_PATH, "%s/%s", scratch.folder, name);
    for (char *slash = path + strlen(scratch.folder) + 1; (slash = strchr(slash, '/')); *slash++ = '/') {
        *slash = 0;
        mkdir(path, 0700);
    }
    return path;
}

/* ---- CIFAR */

/* Records whose pixels are their number, in all three planes others. */
static size_t make_records(uint8_t *out, size_t n, int labels, int first)
{
    uint8_t *at = out;
    for (size_t i = 0; i < n; i++) {
        if (labels == 2)
            *at++ = (uint8_t)((first + (int)i) % 20);
        *at++ = (uint8_t)((first + (int)i) % (labels == 1 ? 10 : 100));
        for (int p = 0; p < CIFAR_PIXELS; p++)
            *at++ = (uint8_t)(first + (int)i + 50 * (p / 1024));
    }
    return (size_t)(at - out);
}

static void write_records(const char *name, size_t n, int labels, int first)
{
    static uint8_t bytes[8 * (2 + CIFAR_PIXELS)];
    write_either(below(name), bytes, make_records(bytes, n, labels, first));
}

static void write_batches(const char *folder, const char *ending)
{
    char name[200];
    for (int i = 1; i <= 5; i++) {
        snprintf(name, sizeof name, "%s/data_batch_%d.bin%s", folder, i, ending);
        write_records(name, 2, 1, 2 * (i - 1));
    }
    snprintf(name, sizeof name, "%s/test_batch.bin%s", folder, ending);
    write_records(name, 3, 1, 7);
}

static void assert_cifar10(const char *where)
{
    bl_data *train = must_read(where, "train", &with_labels, NULL),
            *test = must_read(where, "test", &with_labels, NULL);
    assert_int_equal(train->n, 10);
    assert_int_equal(train->outputs, 10);
    assert_true(train->shape.channels == 3 && train->shape.rows == 32 && train->shape.cols == 32);
    assert_string_equal(train->class_names[9], "truck");
    for (int i = 0; i < 10; i++) {
        assert_int_equal(train->labels[i], i);
        assert_int_equal(train->bytes[(size_t)i * CIFAR_PIXELS], i);
        assert_int_equal(train->bytes[(size_t)i * CIFAR_PIXELS + 3071], i + 100);
    }
    assert_int_equal(test->n, 3);
    assert_int_equal(test->labels[2], 9);
    data_free(train);
    data_free(test);
}

static void cifar_is_read_from_folders(void **state)
{
    (void)state;
    write_batches("plain", "");
    write_batches("packed", ".gz");
    write_batches("deep/cifar-10-batches-bin", "");
    assert_cifar10(below("plain"));
    assert_cifar10(below("packed"));
    assert_cifar10(below("deep"));
    write_records("hundred/train.bin", 4, 2, 95);
    write_records("hundred/test.bin", 1, 2, 19);
    bl_data *fine = must_read(below("hundred"), "train", &with_labels, NULL);
    assert_int_equal(fine->outputs, 100);
    assert_int_equal(fine->labels[3], 98);
    assert_string_equal(fine->class_names[98], "woman");
    data_free(fine);
    const struct data_options coarse = {.has_labels = true, .label = "coarse"};
    bl_data *data = must_read(below("hundred"), "test", &coarse, NULL);
    assert_int_equal(data->outputs, 20);
    assert_int_equal(data->labels[0], 19);
    assert_string_equal(data->class_names[19], "vehicles_2");
    data_free(data);
    must_refuse(below("hundred"), "train", &(struct data_options){.has_labels = true, .label = "x"}, NULL,
                "expected fine or coarse");
}

static void cifar_is_read_from_single_files(void **state)
{
    (void)state;
    write_records("one.bin", 3, 1, 4);
    write_records("two.bin.gz", 3, 2, 30);
    bl_data *one = must_read(below("one.bin"), "train", &with_labels, NULL);
    bl_data *two = must_read(below("two.bin.gz"), "train", &with_labels, NULL);
    assert_int_equal(one->outputs, 10);
    assert_int_equal(one->labels[1], 5);
    assert_int_equal(two->outputs, 100);
    assert_int_equal(two->labels[1], 31);
    data_free(one);
    data_free(two);
}

struct member {
    const char *name;
    size_t n;
    int labels, first;
};

static int put_member(struct archive *out, const char *name, const void *bytes, size_t size)
{
    struct archive_entry *entry = archive_entry_new();
    archive_entry_set_pathname(entry, name);
    archive_entry_set_filetype(entry, AE_IFREG);
    archive_entry_set_perm(entry, 0644);
    archive_entry_set_size(entry, (la_int64_t)size);
    const int is_right = archive_write_header(out, entry) == ARCHIVE_OK &&
                         archive_write_data(out, bytes, size) == (la_ssize_t)size;
    archive_entry_free(entry);
    return is_right;
}

/* name: of one more member, which holds `text`; NULL: none. */
static void write_tar_with(const char *path, const struct member *members, size_t n, const char *name,
                           const char *text)
{
    static uint8_t bytes[8 * (2 + CIFAR_PIXELS)];
    struct archive *out = archive_write_new();
    int is_right = archive_write_set_format_ustar(out) == ARCHIVE_OK;
    if (strstr(path, ".gz"))
        is_right = is_right && archive_write_add_filter_gzip(out) == ARCHIVE_OK;
    is_right = is_right && archive_write_open_filename(out, path) == ARCHIVE_OK;
    for (size_t i = 0; is_right && i < n; i++) {
        const size_t size = make_records(bytes, members[i].n, members[i].labels, members[i].first);
        is_right = put_member(out, members[i].name, bytes, size);
    }
    is_right = is_right && (!name || put_member(out, name, text, strlen(text)));
    is_right = archive_write_close(out) == ARCHIVE_OK && is_right;
    archive_write_free(out);
    assert_true(is_right);
}

static void write_tar(const char *path, const struct member *members, size_t n)
{
    write_tar_with(path, members, n, NULL, NULL);
}

static const struct member whole[] = {
    {"cifar-10-batches-bin/test_batch.bin", 3, 1, 7},   {"cifar-10-batches-bin/data_batch_2.bin", 2, 1, 2},
    {"cifar-10-batches-bin/readme.html", 1, 1, 0},      {"cifar-10-batches-bin/data_batch_1.bin", 2, 1, 0},
    {"cifar-10-batches-bin/data_batch_5.bin", 2, 1, 8}, {"cifar-10-batches-bin/data_batch_4.bin", 2, 1, 6},
    {"cifar-10-batches-bin/data_batch_3.bin", 2, 1, 4},
};
enum { N_WHOLE = sizeof whole / sizeof *whole };

static void cifar_is_read_from_its_archive(void **state)
{
    (void)state;
    write_tar(below("a.tar"), whole, N_WHOLE);
    write_tar(below("named/cifar-10-binary.tar.gz"), whole, N_WHOLE);
    assert_cifar10(below("a.tar"));
    assert_cifar10(below("named"));
    bl_data *train = NULL, *val = NULL, *test = NULL;
    const struct data_options options = {.val = 0};
    assert_int_equal(data_load(&train, &val, &test, ctx, below("a.tar"), NULL, &options), BL_OK);
    assert_int_equal(test->n, 3); /* the archive brings its own */
    data_free(train);
    data_free(test);
}

static void broken_cifar_is_refused(void **state)
{
    static uint8_t bytes[2 * (1 + CIFAR_PIXELS)];
    (void)state;
    make_records(bytes, 2, 1, 0);
    bytes[1 + CIFAR_PIXELS] = 10;
    scratch_write(below("bad.bin"), bytes, sizeof bytes);
    must_refuse(below("bad.bin"), "train", &with_labels, NULL,
                "record 1 (from 0): label 10, expected 0 to 9");
    write_batches("cut", "");
    scratch_write(below("cut/data_batch_3.bin"), bytes, sizeof bytes - 1);
    must_refuse(below("cut"), "train", &with_labels, NULL,
                "data_batch_3.bin: 6145 bytes, expected a multiple of 3073");
    remove(below("cut/data_batch_3.bin"));
    must_refuse(below("cut"), "train", &with_labels, NULL,
                "data_batch_3.bin: no such file, though data_batch_1.bin");
    write_tar(below("less.tar"), whole, N_WHOLE - 1);
    must_refuse(below("less.tar"), "train", &with_labels, NULL, "data_batch_3.bin is missing");
    struct member twice[] = {whole[0], whole[1], whole[1]};
    write_tar(below("twice.tar"), twice, 3);
    must_refuse(below("twice.tar"), "train", &with_labels, NULL, "two members are called data_batch_2.bin");
    must_refuse(below("twice.tar"), "x", &with_labels, NULL, "no batches of CIFAR to x with");
    const bl_data like = {.shape = {1, 28, 28}, .features = 784, .outputs = 10};
    must_refuse(below("a.bin"), "train", &with_labels, NULL, "no such file");
    write_records("one.bin", 1, 1, 4);
    must_refuse(below("one.bin"), "train", &with_labels, &like,
                "examples of 3 x 32 x 32, expected 1 x 28 x 28");
}

static void single_files_are_told_apart(void **state)
{
    enum { BOTH = (1 + CIFAR_PIXELS) * (2 + CIFAR_PIXELS) }; /* divided by either record */
    static const uint8_t idx[6 + 10 + 3057] = {0, 0, 8, 3, 0, 0, 0, 3, 0, 0, 0, 1, 0, 0, 0x03, 0xfb};
    static const struct {
        const char *name, *fragment;
        size_t n, place; /* where a byte is `value`, else all are 0 */
        uint8_t value;
        int outputs;
    } cases[] = {
        {"odd.bin", "expected a multiple of 3073 or 3074", 3080, 0, 1, 0},
        {"coarse.bin", "record 1 (from 0): coarse label 20, expected 0 to 19", 6148, 3074, 20, 0},
        {"fine.bin", "record 1 (from 0): fine label 100, expected 0 to 99", 6148, 3075, 100, 0},
        {"both.bin", "may be records of CIFAR-10 and of CIFAR-100", BOTH, 0, 0, 0},
        {"both.bin", NULL, BOTH, 1, 100, 10},    /* no fine label */
        {"both.bin", NULL, BOTH, 3073, 10, 100}, /* the second record's label, or a pixel */
        {"data_batch_4.bin", NULL, BOTH, 0, 0, 10},
        {"train.bin", NULL, BOTH, 0, 0, 100},
    };
    uint8_t *bytes = malloc(BOTH);
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        memset(bytes, 0, BOTH);
        bytes[cases[i].place] = cases[i].value;
        scratch_write(below(cases[i].name), bytes, cases[i].n);
        if (cases[i].fragment) {
            must_refuse(below(cases[i].name), "train", &with_labels, NULL, cases[i].fragment);
            continue;
        }
        bl_data *data = must_read(below(cases[i].name), "train", &with_labels, NULL);
        assert_int_equal(data->outputs, cases[i].outputs);
        data_free(data);
    }
    free(bytes);
    scratch_write(below("idx.bin"), idx, sizeof idx); /* as long as a record, but IDX to its last byte */
    must_refuse(below("idx.bin"), "train", &with_labels, NULL, "its labels file cannot be told");
    scratch_write(below("text.bin"), "1,2,0\n3,4,1\n", 12);
    data_free(must_read(below("text.bin"), "train", &with_labels, NULL));
}

static void classes_of_cifar_may_have_other_names(void **state)
{
    static const char text[] = "zero\r\none\n two\nthree\nfour\nfive\nsix\nseven\neight\nnine\n\n";
    static const struct {
        const char *text, *fragment;
    } broken[] = {
        {"a\nb\n", "batches.meta.txt: 2 names of classes, expected 10"},
        {"a\nb\nc\nd\ne\nf\ng\nh\ni\nj\nk\n", "batches.meta.txt: more than 10 names"},
        {"a\nb\nc\nd\ne\nf\ng\nh\ni\n\xff\n", "batches.meta.txt: name 9 (from 0) is not UTF-8"},
        {"a\nb\nc\n\033[2J\ne\nf\ng\nh\ni\nj\n", "batches.meta.txt: name 3 (from 0) is not UTF-8"},
    };
    (void)state;
    write_batches("own/cifar-10-batches-bin", "");
    scratch_write(below("own/cifar-10-batches-bin/batches.meta.txt"), text, sizeof text - 1);
    write_tar_with(below("own.tar"), whole, N_WHOLE, "x/batches.meta.txt", text);
    const char *const places[] = {below("own"), below("own/cifar-10-batches-bin/test_batch.bin"),
                                  below("own.tar")};
    for (size_t i = 0; i < 3; i++) {
        bl_data *data = must_read(places[i], "test", &with_labels, NULL);
        assert_string_equal(data->class_names[0], "zero");
        assert_string_equal(data->class_names[2], "two");
        assert_string_equal(data->class_names[9], "nine");
        data_free(data);
    }
    for (size_t i = 0; i < sizeof broken / sizeof *broken; i++) {
        scratch_write(below("own/cifar-10-batches-bin/batches.meta.txt"), broken[i].text,
                      strlen(broken[i].text));
        must_refuse(below("own"), "train", &with_labels, NULL, broken[i].fragment);
        write_tar_with(below("own.tar"), whole, N_WHOLE, "batches.meta.txt", broken[i].text);
        must_refuse(below("own.tar"), "train", &with_labels, NULL, broken[i].fragment);
    }
}

static void classes_of_cifar_are_those_of_the_model(void **state)
{
    static char cat[] = "cat", airplane[] = "airplane", fish[] = "fish";
    static char *pets[] = {cat, fish}, *some[] = {cat, airplane};
    static char *coarse_names[20];
    static const bl_shape shape = {3, 32, 32};
    const bl_data numbers = {.shape = shape, .features = CIFAR_PIXELS, .outputs = 10},
                  strangers = {.shape = shape, .features = CIFAR_PIXELS, .outputs = 2, .class_names = pets},
                  other_order = {.shape = shape, .features = CIFAR_PIXELS, .outputs = 2, .class_names = some},
                  coarse = {
                      .shape = shape, .features = CIFAR_PIXELS, .outputs = 20, .class_names = coarse_names};
    (void)state;
    for (int k = 0; k < 20; k++)
        coarse_names[k] = (char *)cifar100_coarse_names[k];
    write_records("zero.bin", 1, 1, 0); /* an airplane */
    bl_data *data = must_read(below("zero.bin"), "test", &with_labels, &numbers);
    assert_int_equal(data->labels[0], 0);
    data_free(data);
    data = must_read(below("zero.bin"), "test", &with_labels, &other_order);
    assert_int_equal(data->labels[0], 1);
    data_free(data);
    must_refuse(below("zero.bin"), "test", &with_labels, &strangers,
                "class airplane, which is none of the 2");
    write_records("hundred.bin", 1, 2, 25); /* coarse 5, fine 25 */
    data = must_read(below("hundred.bin"), "test", &with_labels, &coarse);
    assert_int_equal(data->labels[0], 5);
    data_free(data);
}

static void strange_archives_are_refused(void **state)
{
    static const struct member for_python[] = {{"cifar-10-batches-py/data_batch_1", 1, 1, 0}};
    size_t n = 0;
    (void)state;
    write_tar(below("python.tar"), for_python, 1);
    must_refuse(below("python.tar"), "train", &with_labels, NULL, "which is the version for Python");
    write_tar(below("whole.tar"), whole, N_WHOLE);
    unsigned char *bytes = scratch_read(below("whole.tar"), &n);
    for (size_t length = 1024; length < n - 10240; length += 1536) {
        bl_data *data = NULL;
        scratch_write(below("cut.tar"), bytes, length);
        assert_int_equal(read_part(&data, ctx, below("cut.tar"), "train", &with_labels, NULL), BL_BAD_DATA);
    }
    free(bytes);
    write_batches("two/cifar-10-batches-bin", "");
    write_records("two/cifar-100-binary/test.bin", 1, 2, 0);
    must_refuse(below("two"), "train", &with_labels, NULL, "holds both CIFAR-10 and CIFAR-100");
}

/* ---- NumPy */

/* A .npy of version 1. */
static size_t make_npy(uint8_t *out, const char *descr, const char *shape, const void *values, size_t n)
{
    char header[200];
    snprintf(header, sizeof header, "{'descr': '%s', 'fortran_order': False, 'shape': %s, }", descr, shape);
    const size_t length = 118;
    memset(out, ' ', 10 + length);
    memcpy(out, "\x93NUMPY\1\0", 8);
    out[8] = (uint8_t)length;
    out[9] = 0;
    memcpy(out + 10, header, strlen(header));
    out[9 + length] = '\n';
    memcpy(out + 10 + length, values, n);
    return 10 + length + n;
}

static void write_npy(const char *name, const char *descr, const char *shape, const void *values, size_t n)
{
    uint8_t bytes[2048];
    scratch_write(below(name), bytes, make_npy(bytes, descr, shape, values, n));
}

static const uint8_t counting_up[24] = {0,  1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11,
                                        12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23};

static void arrays_are_read(void **state)
{
    const struct {
        const char *descr, *shape;
        const void *values;
        size_t n;
        const char *expected;
    } cases[] = {
        {"|u1", "(2, 3)", counting_up, 6, "1x1x3 of 2: 0 1 2 = 0, 3 4 5 = 1"},
        {"|u1", "(2, 2, 3)", counting_up, 12, "1x2x3 of 2: 0 1 2 3 4 5 = 0, 6 7 8 9 10 11 = 1"},
        {"|u1", "(2, 3, 2, 2)", counting_up, 24,
         "3x2x2 of 2: 0 1 2 3 4 5 6 7 8 9 10 11 = 0, 12 13 14 15 16 17 18 19 20 21 22 23 = 1"},
        {"|u1", "(2, 2, 2, 3)", counting_up, 24, /* channels last */
         "3x2x2 of 2: 0 3 6 9 1 4 7 10 2 5 8 11 = 0, 12 15 18 21 13 16 19 22 14 17 20 23 = 1"},
        {"<f4", "(2, 1)", (const float[]){1.5f, -2.0f}, 8, "1x1x1 of 2: 1.5 = 0, -2 = 1"},
        {"<f8", "(2, 1)", (const double[]){1.5, -2.0}, 16, "1x1x1 of 2: 1.5 = 0, -2 = 1"},
        {"<i2", "(2, 1)", (const int16_t[]){-300, 300}, 4, "1x1x1 of 2: -300 = 0, 300 = 1"},
        {">i2", "(2, 1)", "\xfe\xd4\x01\x2c", 4, "1x1x1 of 2: -300 = 0, 300 = 1"},
        {"|i1", "(2, 1)", "\x80\x7f", 2, "1x1x1 of 2: -128 = 0, 127 = 1"},
        {"|b1", "(2, 2)", "\0\1\1\0", 4, "1x1x2 of 2: 0 1 = 0, 1 0 = 1"},
    };
    (void)state;
    write_npy("y.npy", "<i8", "(2,)", (const int64_t[]){0, 1}, 16);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        write_npy("x.npy", cases[i].descr, cases[i].shape, cases[i].values, cases[i].n);
        bl_data *data = must_read(below("x.npy"), "train", &with_labels, NULL);
        assert_string_equal(data_as_text(data), cases[i].expected);
        data_free(data);
    }
    write_npy("images.npy", "|u1", "(2, 3)", counting_up, 6);
    must_refuse(below("images.npy"), "train", &with_labels, NULL, "name their file, as in --label y.npy");
    bl_data *data = must_read(below("images.npy"), "train",
                              &(struct data_options){.has_labels = true, .label = "y.npy"}, NULL);
    assert_string_equal(data_as_text(data), "1x1x3 of 2: 0 1 2 = 0, 3 4 5 = 1");
    data_free(data);
    write_npy("t.npy", "<f4", "(2, 2)", (const float[]){0.5f, 1.0f, 2.0f, -3.0f}, 16);
    data = must_read(
        below("images.npy"), "train",
        &(struct data_options){.has_labels = true, .label = "t.npy", .target = TARGET_NUMBER_IF_ALL}, NULL);
    assert_true(data->has_targets && data->outputs == 2 && data->targets[3] == -3.0);
    data_free(data);
}

static void broken_arrays_are_refused(void **state)
{
    const struct {
        const char *x_descr, *x_shape, *y_descr, *y_shape;
        const void *y;
        size_t n_x, n_y;
        const char *fragment;
    } cases[] = {
        {"|u1", "(6,)", "<i4", "(2,)", counting_up, 6, 8, "one dimension, expected examples as rows"},
        {"|u1", "(2, 3)", "<i4", "(3,)", counting_up, 6, 12, "3 labels, but there are 2 examples"},
        {"|u1", "(2, 3)", "|i1", "(2,)", "\0\xff", 6, 2, NULL},
        {"|u1", "(2, 3)", "<f4", "(2,)", (const float[]){0.0f, 0.5f}, 6, 8, "label 0.5 in row 1"},
        {"|u1", "(2, 3)", "<i4", "(2, 2)", counting_up, 6, 16,
         "2 labels for each of 2 examples, expected one"},
        {"<f4", "(1, 2)", "<i4", "(1,)", "\0\0\0\0", 8, 4, NULL},
        {"|u1", "(2, 4)", "<i4", "(2,)", counting_up, 6, 8, "has 6 bytes of values, its shape needs 8"},
        {"|O", "(2,)", "<i4", "(2,)", counting_up, 6, 8, "holds Python objects"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        write_npy("x.npy", cases[i].x_descr, cases[i].x_shape, counting_up, cases[i].n_x);
        write_npy("y.npy", cases[i].y_descr, cases[i].y_shape, cases[i].y, cases[i].n_y);
        if (cases[i].fragment)
            must_refuse(below("x.npy"), "train", &with_labels, NULL, cases[i].fragment);
    }
    static const float infinite[] = {1.0f, 1.0f / 0.0f};
    write_npy("x.npy", "<f4", "(2, 1)", infinite, 8);
    must_refuse(below("x.npy"), "train", &with_labels, NULL, "example 1 (from 0), number 0: inf");
}

static void write_npz(const char *path, const char *const *names, size_t n)
{
    struct archive *out = archive_write_new();
    int is_right = archive_write_set_format_zip(out) == ARCHIVE_OK &&
                   archive_write_open_filename(out, path) == ARCHIVE_OK;
    for (size_t i = 0; is_right && i < n; i++) {
        uint8_t bytes[512];
        char name[100];
        const int is_label =
            strchr("yl", names[i][0]) != NULL || strstr(names[i], "labels") || strcmp(names[i], "arr_1") == 0;
        const size_t size = is_label ? make_npy(bytes, "<i8", "(2,)", (const int64_t[]){1, 0}, 16)
                                     : make_npy(bytes, "|u1", "(2, 3)", counting_up + i, 6);
        struct archive_entry *entry = archive_entry_new();
        snprintf(name, sizeof name, "%s.npy", names[i]);
        archive_entry_set_pathname(entry, name);
        archive_entry_set_filetype(entry, AE_IFREG);
        archive_entry_set_size(entry, (la_int64_t)size);
        is_right = archive_write_header(out, entry) == ARCHIVE_OK &&
                   archive_write_data(out, bytes, size) == (la_ssize_t)size;
        archive_entry_free(entry);
    }
    is_right = archive_write_close(out) == ARCHIVE_OK && is_right;
    archive_write_free(out);
    assert_true(is_right);
}

static void archives_of_arrays_are_read(void **state)
{
    static const char *const keras[] = {"x_test", "x_train", "y_train", "y_test"},
                             *const simple[] = {"x", "y"}, *const counted[] = {"arr_0", "arr_1"},
                             *const strange[] = {"a", "b"};
    bl_data *train = NULL, *val = NULL, *test = NULL;
    (void)state;
    write_npz(below("keras.npz"), keras, 4);
    assert_int_equal(data_load(&train, &val, &test, ctx, below("keras.npz"), NULL, &with_labels), BL_OK);
    assert_string_equal(data_as_text(train), "1x1x3 of 2: 1 2 3 = 1, 4 5 6 = 0");
    assert_string_equal(data_as_text(test), "1x1x3 of 2: 0 1 2 = 1, 3 4 5 = 0");
    data_free(train);
    data_free(test);
    write_npz(below("simple.npz"), simple, 2);
    train = must_read(below("simple.npz"), "train", &with_labels, NULL);
    assert_string_equal(data_as_text(train), "1x1x3 of 2: 0 1 2 = 1, 3 4 5 = 0");
    data_free(train);
    write_npz(below("simple.npz"), counted, 2);
    data_free(must_read(below("simple.npz"), "train", &with_labels, NULL));
    write_npz(below("simple.npz"), strange, 2);
    must_refuse(below("simple.npz"), "train", &with_labels, NULL,
                "its arrays are a, b; expected x_train and y_train");
    write_npz(below("simple.npz"), simple, 1);
    must_refuse(below("simple.npz"), "train", &with_labels, NULL, "its arrays are x; expected");
    const bl_data like = {.shape = {1, 1, 3}, .features = 3, .outputs = 2};
    train = must_read(below("simple.npz"), "test", &without_labels, &like);
    assert_string_equal(data_as_text(train), "1x1x3 of 2: 0 1 2, 3 4 5");
    data_free(train);
}

static void test_examples_may_lack_labels(void **state)
{
    static const char *const names[] = {"x_test", "x_train", "y_train"};
    const bl_data like = {.shape = {1, 1, 3}, .features = 3, .outputs = 2};
    (void)state;
    write_npz(below("some.npz"), names, 3);
    bl_data *data = must_read(below("some.npz"), "test", &without_labels, &like);
    assert_string_equal(data_as_text(data), "1x1x3 of 2: 0 1 2, 3 4 5");
    data_free(data);
    data = must_read(below("some.npz"), "train", &with_labels, NULL);
    assert_string_equal(data_as_text(data), "1x1x3 of 2: 1 2 3 = 1, 4 5 6 = 0");
    assert_false(data->has_test_beside);
    data_free(data);
    write_npz(below("some.npz"), names, 1);
    data = must_read(below("some.npz"), "test", &without_labels, &like);
    assert_int_equal(data->n, 2);
    data_free(data);
}

static void channels_that_cannot_be_told_are_noted(void **state)
{
    static const struct {
        const char *shape;
        bl_shape like, expected;
        bool is_noted;
    } cases[] = {
        {"(2, 2, 3, 2)", {0, 0, 0}, {2, 3, 2}, true}, /* neither side can be */
        {"(2, 3, 1, 4)", {0, 0, 0}, {3, 1, 4}, true}, /* both can */
        {"(2, 3, 1, 4)", {4, 3, 1}, {4, 3, 1}, false}, {"(2, 1, 3, 4)", {0, 0, 0}, {1, 3, 4}, false},
        {"(2, 2, 2, 3)", {0, 0, 0}, {3, 2, 2}, false},
    };
    (void)state;
    write_npy("y.npy", "<i8", "(2,)", (const int64_t[]){0, 1}, 16);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const bl_shape l = cases[i].like, e = cases[i].expected;
        const bl_data like = {.shape = l, .features = 12, .outputs = 2};
        write_npy("x.npy", "|u1", cases[i].shape, counting_up, 24);
        bl_data *data = must_read(below("x.npy"), "train", &with_labels, l.channels ? &like : NULL);
        assert_memory_equal(&data->shape, &e, sizeof e);
        assert_int_equal(data->n_notes, cases[i].is_noted);
        data_free(data);
    }
}

/* ---- Pictures */

static uint32_t crc(const uint8_t *at, size_t n)
{
    uint32_t c = ~0u;
    for (size_t i = 0; i < n; i++) {
        c ^= at[i];
        for (int bit = 0; bit < 8; bit++)
            c = c & 1 ? 0xEDB88320u ^ c >> 1 : c >> 1;
    }
    return ~c;
}

static size_t put_chunk(uint8_t *out, const char *type, const uint8_t *content, size_t n)
{
    put_big_endian(out, (uint32_t)n);
    memcpy(out + 4, type, 4);
    memcpy(out + 8, content, n);
    put_big_endian(out + 8 + n, crc(out + 4, 4 + n));
    return n + 12;
}

/* A PNG, not compressed. type: 0 grey, 2 RGB, 4 grey and alpha, 6 RGBA. lines: each begins with 0, for no filter. */
static size_t pack_png(uint8_t *out, int rows, int cols, int bits, int type, const uint8_t *lines, size_t n)
{
    uint8_t header[13] = {0}, body[1024] = {0x78, 0x01, 0x01}, *at = body + 7 + n;
    put_big_endian(header, (uint32_t)cols);
    put_big_endian(header + 4, (uint32_t)rows);
    header[8] = (uint8_t)bits;
    header[9] = (uint8_t)type;
    memcpy(body + 7, lines, n);
    uint32_t a = 1, b = 0; /* Adler's sums */
    for (size_t i = 0; i < n; i++) {
        a = (a + body[7 + i]) % 65521;
        b = (b + a) % 65521;
    }
    body[3] = (uint8_t)n;
    body[4] = (uint8_t)(n >> 8);
    body[5] = (uint8_t)~n;
    body[6] = (uint8_t)(~n >> 8);
    at += put_big_endian(at, b << 16 | a);
    memcpy(out, "\x89PNG\r\n\x1a\n", 8);
    size_t used = 8;
    used += put_chunk(out + used, "IHDR", header, sizeof header);
    used += put_chunk(out + used, "IDAT", body, (size_t)(at - body));
    return used + put_chunk(out + used, "IEND", header, 0);
}

/* Of rows x cols, grey or with colours; pixel i of channel c is (i + c * 40) * step. */
static size_t make_png(uint8_t *out, int rows, int cols, int channels, int step)
{
    uint8_t lines[1000], *at = lines;
    for (int r = 0; r < rows; r++) {
        *at++ = 0;
        for (int k = 0; k < cols; k++)
            for (int c = 0; c < channels; c++)
                *at++ = (uint8_t)((r * cols + k + c * 40) * step);
    }
    return pack_png(out, rows, cols, 8, channels == 3 ? 2 : 0, lines, (size_t)(at - lines));
}

static void write_png(const char *name, int rows, int cols, int channels, int step)
{
    uint8_t bytes[2048];
    scratch_write(below(name), bytes, make_png(bytes, rows, cols, channels, step));
}

/* 8 x 8 pixels of red 200, green 60, blue 20. */
static const uint8_t red_jpeg[] = {
    0xff, 0xd8, 0xff, 0xe0, 0x00, 0x10, 0x4a, 0x46, 0x49, 0x46, 0x00, 0x01, 0x01, 0x00, 0x00, 0x01, 0x00,
    0x01, 0x00, 0x00, 0xff, 0xdb, 0x00, 0x43, 0x00, 0x03, 0x02, 0x02, 0x03, 0x02, 0x02, 0x03, 0x03, 0x03,
    0x03, 0x04, 0x03, 0x03, 0x04, 0x05, 0x08, 0x05, 0x05, 0x04, 0x04, 0x05, 0x0a, 0x07, 0x07, 0x06, 0x08,
    0x0c, 0x0a, 0x0c, 0x0c, 0x0b, 0x0a, 0x0b, 0x0b, 0x0d, 0x0e, 0x12, 0x10, 0x0d, 0x0e, 0x11, 0x0e, 0x0b,
    0x0b, 0x10, 0x16, 0x10, 0x11, 0x13, 0x14, 0x15, 0x15, 0x15, 0x0c, 0x0f, 0x17, 0x18, 0x16, 0x14, 0x18,
    0x12, 0x14, 0x15, 0x14, 0xff, 0xdb, 0x00, 0x43, 0x01, 0x03, 0x04, 0x04, 0x05, 0x04, 0x05, 0x09, 0x05,
    0x05, 0x09, 0x14, 0x0d, 0x0b, 0x0d, 0x14, 0x14, 0x14, 0x14, 0x14, 0x14, 0x14, 0x14, 0x14, 0x14, 0x14,
    0x14, 0x14, 0x14, 0x14, 0x14, 0x14, 0x14, 0x14, 0x14, 0x14, 0x14, 0x14, 0x14, 0x14, 0x14, 0x14, 0x14,
    0x14, 0x14, 0x14, 0x14, 0x14, 0x14, 0x14, 0x14, 0x14, 0x14, 0x14, 0x14, 0x14, 0x14, 0x14, 0x14, 0x14,
    0x14, 0x14, 0x14, 0x14, 0x14, 0xff, 0xc0, 0x00, 0x11, 0x08, 0x00, 0x08, 0x00, 0x08, 0x03, 0x01, 0x11,
    0x00, 0x02, 0x11, 0x01, 0x03, 0x11, 0x01, 0xff, 0xc4, 0x00, 0x1f, 0x00, 0x00, 0x01, 0x05, 0x01, 0x01,
    0x01, 0x01, 0x01, 0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x01, 0x02, 0x03, 0x04, 0x05,
    0x06, 0x07, 0x08, 0x09, 0x0a, 0x0b, 0xff, 0xc4, 0x00, 0xb5, 0x10, 0x00, 0x02, 0x01, 0x03, 0x03, 0x02,
    0x04, 0x03, 0x05, 0x05, 0x04, 0x04, 0x00, 0x00, 0x01, 0x7d, 0x01, 0x02, 0x03, 0x00, 0x04, 0x11, 0x05,
    0x12, 0x21, 0x31, 0x41, 0x06, 0x13, 0x51, 0x61, 0x07, 0x22, 0x71, 0x14, 0x32, 0x81, 0x91, 0xa1, 0x08,
    0x23, 0x42, 0xb1, 0xc1, 0x15, 0x52, 0xd1, 0xf0, 0x24, 0x33, 0x62, 0x72, 0x82, 0x09, 0x0a, 0x16, 0x17,
    0x18, 0x19, 0x1a, 0x25, 0x26, 0x27, 0x28, 0x29, 0x2a, 0x34, 0x35, 0x36, 0x37, 0x38, 0x39, 0x3a, 0x43,
    0x44, 0x45, 0x46, 0x47, 0x48, 0x49, 0x4a, 0x53, 0x54, 0x55, 0x56, 0x57, 0x58, 0x59, 0x5a, 0x63, 0x64,
    0x65, 0x66, 0x67, 0x68, 0x69, 0x6a, 0x73, 0x74, 0x75, 0x76, 0x77, 0x78, 0x79, 0x7a, 0x83, 0x84, 0x85,
    0x86, 0x87, 0x88, 0x89, 0x8a, 0x92, 0x93, 0x94, 0x95, 0x96, 0x97, 0x98, 0x99, 0x9a, 0xa2, 0xa3, 0xa4,
    0xa5, 0xa6, 0xa7, 0xa8, 0xa9, 0xaa, 0xb2, 0xb3, 0xb4, 0xb5, 0xb6, 0xb7, 0xb8, 0xb9, 0xba, 0xc2, 0xc3,
    0xc4, 0xc5, 0xc6, 0xc7, 0xc8, 0xc9, 0xca, 0xd2, 0xd3, 0xd4, 0xd5, 0xd6, 0xd7, 0xd8, 0xd9, 0xda, 0xe1,
    0xe2, 0xe3, 0xe4, 0xe5, 0xe6, 0xe7, 0xe8, 0xe9, 0xea, 0xf1, 0xf2, 0xf3, 0xf4, 0xf5, 0xf6, 0xf7, 0xf8,
    0xf9, 0xfa, 0xff, 0xc4, 0x00, 0x1f, 0x01, 0x00, 0x03, 0x01, 0x01, 0x01, 0x01, 0x01, 0x01, 0x01, 0x01,
    0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08, 0x09, 0x0a,
    0x0b, 0xff, 0xc4, 0x00, 0xb5, 0x11, 0x00, 0x02, 0x01, 0x02, 0x04, 0x04, 0x03, 0x04, 0x07, 0x05, 0x04,
    0x04, 0x00, 0x01, 0x02, 0x77, 0x00, 0x01, 0x02, 0x03, 0x11, 0x04, 0x05, 0x21, 0x31, 0x06, 0x12, 0x41,
    0x51, 0x07, 0x61, 0x71, 0x13, 0x22, 0x32, 0x81, 0x08, 0x14, 0x42, 0x91, 0xa1, 0xb1, 0xc1, 0x09, 0x23,
    0x33, 0x52, 0xf0, 0x15, 0x62, 0x72, 0xd1, 0x0a, 0x16, 0x24, 0x34, 0xe1, 0x25, 0xf1, 0x17, 0x18, 0x19,
    0x1a, 0x26, 0x27, 0x28, 0x29, 0x2a, 0x35, 0x36, 0x37, 0x38, 0x39, 0x3a, 0x43, 0x44, 0x45, 0x46, 0x47,
    0x48, 0x49, 0x4a, 0x53, 0x54, 0x55, 0x56, 0x57, 0x58, 0x59, 0x5a, 0x63, 0x64, 0x65, 0x66, 0x67, 0x68,
    0x69, 0x6a, 0x73, 0x74, 0x75, 0x76, 0x77, 0x78, 0x79, 0x7a, 0x82, 0x83, 0x84, 0x85, 0x86, 0x87, 0x88,
    0x89, 0x8a, 0x92, 0x93, 0x94, 0x95, 0x96, 0x97, 0x98, 0x99, 0x9a, 0xa2, 0xa3, 0xa4, 0xa5, 0xa6, 0xa7,
    0xa8, 0xa9, 0xaa, 0xb2, 0xb3, 0xb4, 0xb5, 0xb6, 0xb7, 0xb8, 0xb9, 0xba, 0xc2, 0xc3, 0xc4, 0xc5, 0xc6,
    0xc7, 0xc8, 0xc9, 0xca, 0xd2, 0xd3, 0xd4, 0xd5, 0xd6, 0xd7, 0xd8, 0xd9, 0xda, 0xe2, 0xe3, 0xe4, 0xe5,
    0xe6, 0xe7, 0xe8, 0xe9, 0xea, 0xf2, 0xf3, 0xf4, 0xf5, 0xf6, 0xf7, 0xf8, 0xf9, 0xfa, 0xff, 0xda, 0x00,
    0x0c, 0x03, 0x01, 0x00, 0x02, 0x11, 0x03, 0x11, 0x00, 0x3f, 0x00, 0xf2, 0xca, 0xfc, 0x28, 0xfe, 0xc3,
    0x3f, 0xff, 0xd9,
};

static void need_pictures(void)
{
    struct picture picture = {0};
    uint8_t bytes[2048];
    const struct bytes file = {bytes, make_png(bytes, 1, 1, 1, 1)};
    if (picture_read(&picture, ctx, "a picture", &file) == BL_UNSUPPORTED) {
        fprintf(stderr, "SKIP: %s\n", ctx->why);
        skip();
    }
    mem_free(ctx, picture.pixels);
}

static void folders_of_pictures_are_read(void **state)
{
    (void)state;
    need_pictures();
    write_png("set/train/dog/b.png", 2, 2, 1, 1);
    write_png("set/train/dog/a.PNG", 2, 2, 1, 2);
    write_png("set/train/cat/z.png", 2, 2, 1, 3);
    write_png("set/test/dog/q.png", 2, 2, 1, 4);
    write_png("set/train/.hidden/h.png", 9, 9, 1, 1);
    scratch_write(below("set/train/notes.txt"), "x", 1);
    bl_data *train = NULL, *val = NULL, *test = NULL;
    assert_int_equal(data_load(&train, &val, &test, ctx, below("set"), NULL, &with_labels), BL_OK);
    assert_string_equal(data_as_text(train),
                        "1x2x2 of 2: 0 3 6 9 = 0, 0 2 4 6 = 1, 0 1 2 3 = 1; classes cat dog");
    assert_string_equal(train->ids[0], "cat/z.png");
    assert_string_equal(train->ids[2], "dog/b.png");
    assert_string_equal(data_as_text(test), "1x2x2 of 2: 0 4 8 12 = 1; classes cat dog");
    write_png("unknown/cow/q.png", 2, 2, 1, 4);
    must_refuse(below("unknown"), "train", &with_labels, train, "cow: this folder is none of the 2 classes");
    write_png("flat/2.png", 2, 2, 1, 1);
    write_png("flat/1.png", 4, 4, 1, 0);
    must_refuse(below("flat"), "train", &with_labels, NULL, "pictures without classes");
    must_refuse(below("flat"), "train", &without_labels, train,
                "flat/1.png: 4 x 4 pixels (rows x columns), but the training set has 2 x 2; --resize");
    const struct data_options resized = {.resize_rows = 2, .resize_cols = 2};
    bl_data *flat = must_read(below("flat"), "train", &resized, train);
    assert_string_equal(data_as_text(flat), "1x2x2 of 2: 0 0 0 0, 0 1 2 3");
    data_free(flat);
    train->is_resized = true; /* then other pictures are, without being told */
    flat = must_read(below("flat"), "train", &without_labels, train);
    assert_string_equal(data_as_text(flat), "1x2x2 of 2: 0 0 0 0, 0 1 2 3");
    assert_string_equal(flat->ids[0], "1.png");
    data_free(flat);
    data_free(train);
    data_free(test);
}

static void colours_and_sizes_must_agree(void **state)
{
    (void)state;
    need_pictures();
    write_png("mixed/a/1.png", 2, 2, 3, 1);
    write_png("mixed/b/1.png", 2, 2, 1, 5);
    bl_data *data = must_read(below("mixed"), "train", &with_labels, NULL);
    assert_string_equal(
        data_as_text(data),
        "3x2x2 of 2: 0 1 2 3 40 41 42 43 80 81 82 83 = 0, 0 5 10 15 0 5 10 15 0 5 10 15 = 1; classes a b");
    data_free(data);
    scratch_write(below("mixed/b/red.jpg"), red_jpeg, sizeof red_jpeg);
    must_refuse(below("mixed"), "train", &with_labels, NULL, "red.jpg: 8 x 8 pixels (rows x columns), but ");
    const struct data_options resized = {.has_labels = true, .resize_rows = 1, .resize_cols = 1};
    data = must_read(below("mixed"), "train", &resized, NULL);
    assert_int_equal(data->n, 3);
    const uint8_t *red = data->bytes + 2 * 3; /* a JPEG may be off by a rounding or two */
    assert_true(abs(red[0] - 200) <= 2 && abs(red[1] - 60) <= 2 && abs(red[2] - 20) <= 2);
    data_free(data);
}

static void broken_pictures_are_refused(void **state)
{
    uint8_t bytes[2048];
    (void)state;
    need_pictures();
    const size_t n = make_png(bytes, 4, 4, 1, 1);
    write_png("bad/b/1.png", 4, 4, 1, 1);
    for (size_t cut = 0; cut < n - 12; cut += 7) {
        scratch_write(below("bad/a/1.png"), bytes, cut);
        must_refuse(below("bad"), "train", &with_labels, NULL, "a/1.png: ");
    }
    for (size_t cut = 0; cut < sizeof red_jpeg - 2; cut += 31) {
        scratch_write(below("bad/a/1.png"), red_jpeg, cut);
        must_refuse(below("bad"), "train", &with_labels, NULL, "a/1.png: ");
    }
    bytes[20] = 0xff; /* very many rows */
    scratch_write(below("bad/a/1.png"), bytes, n);
    must_refuse(below("bad"), "train", &with_labels, NULL, "a/1.png: ");
}

/* Values are kept as they stand in the file: no light is blended, no curve applied. */
static void every_kind_of_png_is_read(void **state)
{
    static const struct {
        int bits, type;
        size_t n;
        uint8_t line[16];
        int channels;
        bool had_alpha;
        uint8_t expected[6];
    } cases[] = {
        {8, 0, 3, {0, 7, 200}, 1, false, {7, 200}},
        {16, 0, 5, {0, 128, 128, 10, 10}, 1, false, {128, 10}},
        {16, 2, 13, {0, 1, 1, 128, 128, 255, 255, 64, 64, 2, 2, 9, 9}, 3, false, {1, 128, 255, 64, 2, 9}},
        {8, 4, 5, {0, 255, 128, 100, 0}, 1, true, {128, 0}},
        {8, 6, 9, {0, 255, 100, 3, 128, 9, 8, 7, 255}, 3, true, {128, 50, 2, 9, 8, 7}},
        {1, 0, 2, {0, 0x40}, 1, false, {0, 255}},
    };
    (void)state;
    need_pictures();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        uint8_t bytes[2048];
        struct picture p = {0};
        const size_t n = pack_png(bytes, 1, 2, cases[i].bits, cases[i].type, cases[i].line, cases[i].n);
        if (picture_read(&p, ctx, "a picture", &(struct bytes){bytes, n}) != BL_OK)
            fail_msg("case %zu: %s", i, ctx->why);
        assert_int_equal(p.channels, cases[i].channels);
        assert_int_equal(p.had_alpha, cases[i].had_alpha);
        assert_memory_equal(p.pixels, cases[i].expected, 2 * (size_t)p.channels);
        mem_free(ctx, p.pixels);
    }
}

static bool is_noted(const bl_data *data, const char *fragment)
{
    for (size_t i = 0; i < data->n_notes; i++)
        if (strstr(data->notes[i], fragment))
            return true;
    return false;
}

static void what_is_left_out_is_noted(void **state)
{
    static const char *const fragments[] = {"set/train/empty and 1 more: left out, for it holds no pictures",
                                            "set/train/a/Thumbs.db and 2 more: left out", "set/val: left out",
                                            "set/test: not tested on",
                                            "pictures with transparency, put on black: 1"};
    static const uint8_t clear[] = {0, 9, 9, 8, 8};
    uint8_t bytes[2048];
    (void)state;
    need_pictures();
    scratch_write(below("set/train/a/1.png"), bytes, pack_png(bytes, 1, 2, 8, 4, clear, sizeof clear));
    write_png("set/train/b/1.png", 1, 2, 1, 3);
    write_png("set/train/b/inner/1.png", 1, 2, 1, 3);
    scratch_write(below("set/train/a/Thumbs.db"), "x", 1);
    scratch_write(below("set/train/b/labels.csv"), "x", 1);
    scratch_write(below("set/train/void/.keep"), "x", 1);
    scratch_write(below("set/train/empty/.keep"), "x", 1);
    write_png("set/val/b/1.png", 1, 2, 1, 3);
    write_png("set/test/1.png", 1, 2, 1, 3);
    bl_data *train = NULL, *val = NULL, *test = NULL;
    if (data_load(&train, &val, &test, ctx, below("set"), NULL, &with_labels) != BL_OK)
        fail_msg("%s", ctx->why);
    assert_null(test); /* its pictures have no classes, but can be predicted */
    assert_int_equal(train->outputs, 2);
    for (size_t i = 0; i < sizeof fragments / sizeof *fragments; i++)
        if (!is_noted(train, fragments[i]))
            fail_msg("no note says \"%s\"", fragments[i]);
    test = must_read(below("set"), "test", &without_labels, train);
    assert_int_equal(test->n, 1);
    data_free(test);
    data_free(train);
    scratch_write(below("set/train/a/2.GIF"), "GIF89a", 6);
    must_refuse(below("set"), "train", &with_labels, NULL, "2.GIF: a picture, but neither PNG nor JPEG");
    write_png("latin/a/caf\xe9.png", 1, 2, 1, 3);
    must_refuse(below("latin"), "train", &with_labels, NULL, "is not UTF-8");
}

/* One folder of class folders is one set, whichever part is asked for. */
static void one_set_is_read_for_any_part(void **state)
{
    (void)state;
    need_pictures();
    write_png("rides/train/1.png", 2, 2, 1, 1); /* a class, not a part */
    write_png("rides/bus/1.png", 2, 2, 1, 2);
    bl_data *train = must_read(below("rides"), "train", &with_labels, NULL),
            *test = must_read(below("rides"), "test", &with_labels, train);
    assert_string_equal(data_as_text(train), "1x2x2 of 2: 0 2 4 6 = 0, 0 1 2 3 = 1; classes bus train");
    assert_string_equal(data_as_text(test), "1x2x2 of 2: 0 2 4 6 = 0, 0 1 2 3 = 1");
    data_free(test);
    data_free(train);
    /* a model of rows of numbers: the pictures keep their sides */
    static char bus[] = "bus", name_of_train[] = "train";
    static char *names[] = {bus, name_of_train};
    const bl_data four = {.shape = {1, 1, 4}, .features = 4, .outputs = 2, .class_names = names},
                  nine = {.shape = {1, 1, 9}, .features = 9, .outputs = 2, .class_names = names};
    test = must_read(below("rides"), "test", &with_labels, &four);
    assert_string_equal(data_as_text(test), "1x1x4 of 2: 0 2 4 6 = 0, 0 1 2 3 = 1");
    data_free(test);
    must_refuse(below("rides"), "test", &with_labels, &nine, "examples of 1 x 2 x 2, expected 1 x 1 x 9");
}

static void pictures_are_resized(void **state)
{
    static const struct {
        int rows, cols;
        uint8_t pixels[16];
        int to_rows, to_cols;
        uint8_t expected[16];
    } cases[] = {
        {2, 2, {0, 10, 20, 30}, 1, 1, {15}},
        {1, 3, {0, 90, 30}, 1, 2, {30, 50}},      /* (0 + 0 + 90 / 2) / 1.5, (90 / 2 + 30) / 1.5 */
        {1, 2, {0, 100}, 1, 4, {0, 25, 75, 100}}, /* middles at -1/4, 1/4, 3/4, 5/4 */
        {2, 1, {10, 20}, 3, 1, {10, 15, 20}},
        {1, 1, {7}, 2, 2, {7, 7, 7, 7}},
        {4, 4, {0, 0, 8, 8, 0, 0, 8, 8, 4, 4, 2, 2, 4, 4, 2, 2}, 2, 2, {0, 8, 4, 2}},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct picture p = {.rows = cases[i].rows, .cols = cases[i].cols, .channels = 1};
        const size_t n = (size_t)(p.rows * p.cols);
        assert_int_equal(MEM_ARRAY(ctx, &p.pixels, n, "pixels"), BL_OK);
        memcpy(p.pixels, cases[i].pixels, n);
        assert_int_equal(picture_resize(&p, ctx, cases[i].to_rows, cases[i].to_cols), BL_OK);
        assert_memory_equal(p.pixels, cases[i].expected, (size_t)(p.rows * p.cols));
        mem_free(ctx, p.pixels);
    }
}

/* ---- memory */

static void running_out_of_memory_leaves_nothing(void **state)
{
    static const char *const sources[] = {"plain", "a.tar", "keras.npz", "pictures", "greys"};
    static const char text[] = "a\nb\nc\nd\ne\nf\ng\nh\ni\nj\n";
    static const char *const keras[] = {"x_test", "x_train", "y_train", "y_test"};
    (void)state;
    write_batches("plain", "");
    scratch_write(below("plain/batches.meta.txt"), text, sizeof text - 1);
    write_tar_with(below("a.tar"), whole, N_WHOLE, "batches.meta.txt", text);
    write_npz(below("keras.npz"), keras, 4);
    need_pictures();
    write_png("greys/train/a/1.png", 4, 4, 1, 1);
    write_png("greys/train/b/1.png", 2, 2, 1, 1);
    scratch_write(below("greys/train/a/x.txt"), "x", 1);
    scratch_write(below("greys/train/b/w.txt"), "x", 1);
    scratch_write(below("greys/train/none/.keep"), "x", 1);
    scratch_write(below("greys/val/.keep"), "x", 1);
    write_png("pictures/a/1.png", 4, 4, 1, 1);
    write_png("pictures/b/1.png", 2, 2, 3, 1);
    const struct data_options options = {.has_labels = true, .resize_rows = 3, .resize_cols = 3};
    for (size_t i = 0; i < sizeof sources / sizeof *sources; i++) {
        const size_t live = memory.live;
        bl_status status = BL_NO_MEMORY;
        size_t failing = 0;
        for (; status == BL_NO_MEMORY; failing++) {
            bl_data *data = NULL;
            memory.calls = 0;
            memory.fail_at = failing + 1;
            status = read_part(&data, ctx, below(sources[i]), "train", &options, NULL);
            memory.fail_at = 0;
            assert_int_equal(status == BL_OK, data != NULL);
            data_free(data);
            assert_int_equal(memory.live, live);
        }
        assert_int_equal(status, BL_OK);
        assert_true(failing > 8);
    }
}

/* ---- the real ones: a folder with cifar-10-batches-bin and cifar-100-binary */

static void real_cifar(void **state)
{
    (void)state;
    const char *folder = getenv("BACKLESS_TEST_CIFAR");
    if (!folder) {
        fprintf(stderr, "SKIP: BACKLESS_TEST_CIFAR names no folder with the real sets\n");
        skip();
    }
    bl_data *train = NULL, *val = NULL, *test = NULL;
    char path[SCRATCH_PATH];
    snprintf(path, sizeof path, "%s/cifar-10-batches-bin", folder);
    assert_int_equal(data_load(&train, &val, &test, ctx, path, NULL, &with_labels), BL_OK);
    size_t counts[10] = {0};
    for (size_t i = 0; i < train->n; i++)
        counts[train->labels[i]]++;
    for (int k = 0; k < 10; k++)
        assert_int_equal(counts[k], 5000);
    assert_int_equal(test->n, 10000);
    data_free(train);
    data_free(test);
    snprintf(path, sizeof path, "%s/cifar-100-binary", folder);
    bl_data *hundred = must_read(path, "train", &with_labels, NULL);
    assert_int_equal(hundred->n, 50000);
    assert_int_equal(hundred->outputs, 100);
    data_free(hundred);
}

static void remove_below(const char *folder)
{
    char command[SCRATCH_PATH + 20];
    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    assert_int_equal(system(command), 0);
}

static int begin(void **state)
{
    (void)state;
    scratch_make(&scratch);
    ctx = counting_context(&memory);
    return ctx ? 0 : 1;
}

static int end(void **state)
{
    (void)state;
    remove_below(scratch.folder);
    context_destroy(ctx);
    return memory.live == 0 ? 0 : 1;
}

#define EACH(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        EACH (cifar_is_read_from_folders),
        EACH (cifar_is_read_from_single_files),
        EACH (cifar_is_read_from_its_archive),
        EACH (broken_cifar_is_refused),
        EACH (single_files_are_told_apart),
        EACH (classes_of_cifar_may_have_other_names),
        EACH (classes_of_cifar_are_those_of_the_model),
        EACH (strange_archives_are_refused),
        EACH (arrays_are_read),
        EACH (broken_arrays_are_refused),
        EACH (archives_of_arrays_are_read),
        EACH (test_examples_may_lack_labels),
        EACH (channels_that_cannot_be_told_are_noted),
        EACH (folders_of_pictures_are_read),
        EACH (colours_and_sizes_must_agree),
        EACH (broken_pictures_are_refused),
        EACH (every_kind_of_png_is_read),
        EACH (what_is_left_out_is_noted),
        EACH (one_set_is_read_for_any_part),
        EACH (pictures_are_resized),
        EACH (running_out_of_memory_leaves_nothing),
        EACH (real_cifar),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

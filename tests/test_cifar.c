/*
 * test_cifar.c - CIFAR's records in folders, files and archives. Valid ones are read correctly, and broken
 * ones are refused with the place of the fault.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../src/data/image/cifar.h"
#include "../src/data/source/source.h"
#include "reading_fixture.h"

/* Writes records whose pixels depend on their number and differ between the three planes. */
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

/* name: the name of an additional member with the content `text`; NULL: none. */
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
    assert_int_equal(test->n, 3); /* the archive has a test set */
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
                "data_batch_3.bin: no such file, although data_batch_1.bin");
    write_tar(below("less.tar"), whole, N_WHOLE - 1);
    must_refuse(below("less.tar"), "train", &with_labels, NULL, "data_batch_3.bin is missing");
    struct member twice[] = {whole[0], whole[1], whole[1]};
    write_tar(below("twice.tar"), twice, 3);
    must_refuse(below("twice.tar"), "train", &with_labels, NULL, "two members are called data_batch_2.bin");
    must_refuse(below("twice.tar"), "x", &with_labels, NULL, "no batches of CIFAR to x with");
    const bl_data schema = {.shape = {1, 28, 28}, .features = 784, .outputs = 10};
    must_refuse(below("a.bin"), "train", &with_labels, NULL, "no such file");
    write_records("one.bin", 1, 1, 4);
    must_refuse(below("one.bin"), "train", &with_labels, &schema,
                "examples of 3 x 32 x 32, expected 1 x 28 x 28");
}

static void formats_of_single_files_are_recognised(void **state)
{
    enum { BOTH = (1 + CIFAR_PIXELS) * (2 + CIFAR_PIXELS) }; /* a multiple of both sizes of records */
    static const uint8_t idx[6 + 10 + 3057] = {0, 0, 8, 3, 0, 0, 0, 3, 0, 0, 0, 1, 0, 0, 0x03, 0xfb};
    static const struct {
        const char *name, *fragment;
        size_t n, place; /* n bytes of 0, with `value` at `place` */
        uint8_t value;
        int outputs;
    } cases[] = {
        {"odd.bin", "expected a multiple of 3073 or 3074", 3080, 0, 1, 0},
        {"coarse.bin", "record 1 (from 0): coarse label 20, expected 0 to 19", 6148, 3074, 20, 0},
        {"fine.bin", "record 1 (from 0): fine label 100, expected 0 to 99", 6148, 3075, 100, 0},
        {"both.bin", "may be records of CIFAR-10 and of CIFAR-100", BOTH, 0, 0, 0},
        {"both.bin", NULL, BOTH, 1, 100, 10},    /* no fine label */
        {"both.bin", NULL, BOTH, 3073, 10, 100}, /* the label of the second record, or a pixel */
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
    scratch_write(below("idx.bin"), idx, sizeof idx); /* a valid IDX file with the size of a record */
    must_refuse(below("idx.bin"), "train", &with_labels, NULL, "its labels file cannot be found");
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
                  other_classes = {.shape = shape,
                                   .features = CIFAR_PIXELS,
                                   .outputs = 2,
                                   .class_names = pets},
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
    must_refuse(below("zero.bin"), "test", &with_labels, &other_classes,
                "class airplane, which is none of the 2");
    write_records("hundred.bin", 1, 2, 25); /* coarse 5, fine 25 */
    data = must_read(below("hundred.bin"), "test", &with_labels, &coarse);
    assert_int_equal(data->labels[0], 5);
    data_free(data);
}

static void other_archives_are_refused(void **state)
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

static void failing_allocations_lose_no_memory(void **state)
{
    static const char text[] = "a\nb\nc\nd\ne\nf\ng\nh\ni\nj\n";
    (void)state;
    write_batches("plain", "");
    scratch_write(below("plain/batches.meta.txt"), text, sizeof text - 1);
    write_tar_with(below("a.tar"), whole, N_WHOLE, "batches.meta.txt", text);
    must_survive_failing_memory(below("plain"), &with_labels, NULL, 8);
    must_survive_failing_memory(below("a.tar"), &with_labels, NULL, 8);
}

/* The real data, in a folder with cifar-10-batches-bin and cifar-100-binary. */
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        EACH (cifar_is_read_from_folders),
        EACH (cifar_is_read_from_single_files),
        EACH (cifar_is_read_from_its_archive),
        EACH (broken_cifar_is_refused),
        EACH (formats_of_single_files_are_recognised),
        EACH (classes_of_cifar_may_have_other_names),
        EACH (classes_of_cifar_are_those_of_the_model),
        EACH (other_archives_are_refused),
        EACH (failing_allocations_lose_no_memory),
        EACH (real_cifar),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

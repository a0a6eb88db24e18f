/*
 * test_idx.c - IDX files, plain and gzip: every valid form is read, every broken one is refused with a
 * message that names the file and the fault, and no memory leaks when an allocation fails.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "reading_fixture.h"

#include <fcntl.h>
#include <sys/stat.h>

enum {
    FUZZ_ROUNDS = 2000 /* under a second with the sanitizers */
};

static const char fashion_mnist[] = "/usr/share/datasets/fashion-mnist";

/* Three images of 2 x 2 with labels 0, 1, 0. */
#define GOOD_IMAGES                                                                                          \
    {                                                                                                        \
        0x803, {3, 2, 2, 0}, 12, 256                                                                         \
    }
#define GOOD_LABELS                                                                                          \
    {                                                                                                        \
        0x801, {3, 0, 0, 0}, 3, 2                                                                            \
    }
static const struct idx_spec good_images = GOOD_IMAGES, good_labels = GOOD_LABELS;
static const char good_text[] = "1x2x2 of 2: 0 1 2 3 = 0, 4 5 6 7 = 1, 8 9 10 11 = 0";

static void assert_reads(const char *where, const char *part, const struct data_options *options,
                         const char *expected)
{
    bl_data *data = NULL;
    const bl_status status = read_part(&data, ctx, where, part, options, NULL);
    if (status != BL_OK)
        fail_msg("%s: %s", where, ctx->why);
    assert_string_equal(data_as_text(data), expected);
    data_free(data);
}

static void assert_refused(const char *where, const char *part, const struct data_options *options,
                           const bl_data *schema, const char *fragment)
{
    bl_data *data = NULL;
    const size_t live = memory.live;
    assert_int_equal(read_part(&data, ctx, where, part, options, schema), BL_BAD_DATA);
    assert_null(data);
    assert_int_equal(memory.live, live);
    if (!strstr(ctx->why, fragment))
        fail_msg("expected \"%s\" in: %s", fragment, ctx->why);
    if (!strstr(ctx->why, scratch.folder))
        fail_msg("names no file: %s", ctx->why);
}

/* ---- valid files ---- */

static void single_files_find_their_labels(void **state)
{
    static const struct {
        const char *images, *labels;
    } cases[] = {
        {"train-images-idx3-ubyte", "train-labels-idx1-ubyte"},
        {"train-images.idx3-ubyte", "train-labels.idx1-ubyte"},
        {"train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz"},
        {"train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte"},
        {"train-images-idx3-ubyte", "train-labels-idx1-ubyte.gz"},
        {"my images", "my labels"},
        {"images", "labels"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        write_idx(scratch_path(&scratch, cases[i].images), &good_images);
        write_idx(scratch_path(&scratch, cases[i].labels), &good_labels);
        assert_reads(scratch_path(&scratch, cases[i].images), "train", &with_labels, good_text);
        scratch_files(&scratch, 1);
    }
}

static void the_kind_is_recognised_by_content(void **state)
{
    uint8_t bytes[64];
    (void)state;
    write_gz(scratch_path(&scratch, "images.csv"), bytes, make_idx(bytes, &good_images));
    scratch_write(scratch_path(&scratch, "labels.csv"), bytes, make_idx(bytes, &good_labels));
    assert_reads(scratch_path(&scratch, "images.csv"), "train", &with_labels, good_text);
}

static void dimensions_become_a_shape(void **state)
{
    static const struct {
        struct idx_spec images;
        const char *text;
    } cases[] = {
        {{0x802, {3, 2, 0, 0}, 6, 256}, "1x1x2 of 2: 0 1 = 0, 2 3 = 1, 4 5 = 0"},
        {{0x803, {3, 1, 2, 0}, 6, 256}, "1x1x2 of 2: 0 1 = 0, 2 3 = 1, 4 5 = 0"},
        {{0x804, {3, 2, 1, 1}, 6, 256}, "2x1x1 of 2: 0 1 = 0, 2 3 = 1, 4 5 = 0"},
        {{0x804, {3, 1, 2, 3}, 18, 4}, "1x2x3 of 2: 0 1 2 3 0 1 = 0, 2 3 0 1 2 3 = 1, 0 1 2 3 0 1 = 0"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        write_idx(scratch_path(&scratch, "images"), &cases[i].images);
        write_idx(scratch_path(&scratch, "labels"), &good_labels);
        assert_reads(scratch_path(&scratch, "images"), "train", &with_labels, cases[i].text);
    }
}

static void folders_have_two_parts(void **state)
{
    static const struct idx_spec test_images = {0x803, {1, 2, 2, 0}, 4, 256},
                                 test_labels = {0x801, {1, 0, 0, 0}, 1, 2};
    static const char test_text[] = "1x2x2 of 1: 0 1 2 3 = 0";
    static const char *const prefixes[] = {"test", "t10k"}; /* t10k takes precedence if both exist */
    (void)state;
    write_idx(scratch_path(&scratch, "train-images.idx3-ubyte.gz"), &good_images);
    write_idx(scratch_path(&scratch, "train-labels-idx1-ubyte"), &good_labels);
    assert_refused(scratch.folder, "test", &with_labels, NULL, "expected t10k-images-idx3-ubyte");
    for (int i = 0; i < 2; i++) {
        char images[64], labels[64];
        snprintf(images, sizeof images, "%s-images-idx3-ubyte", prefixes[i]);
        snprintf(labels, sizeof labels, "%s-labels-idx1-ubyte.gz", prefixes[i]);
        write_idx(scratch_path(&scratch, images), &test_images);
        assert_refused(scratch.folder, "test", &with_labels, NULL, "no labels file beside it");
        write_idx(scratch_path(&scratch, labels), &test_labels);
        assert_reads(scratch.folder, "train", &with_labels, good_text);
        assert_reads(scratch.folder, "test", &with_labels, test_text);
    }
}

static void labels_may_be_missing_for_predictions(void **state)
{
    static const char text[] = "1x2x2 of 0: 0 1 2 3, 4 5 6 7, 8 9 10 11";
    static const char *const names[] = {"t10k-images-idx3-ubyte", "pictures"};
    (void)state;
    for (int i = 0; i < 2; i++) {
        write_idx(scratch_path(&scratch, names[i]), &good_images);
        assert_reads(scratch_path(&scratch, names[i]), "test", &without_labels, text);
        assert_refused(scratch_path(&scratch, names[i]), "test", &with_labels, NULL, "labels file");
    }
    assert_reads(scratch.folder, "test", &without_labels, text);
}

/* ---- broken files ---- */

static void broken_files_are_refused(void **state)
{
    static const struct {
        struct idx_spec images, labels;
        const char *fragment;
    } cases[] = {
        {{0x803, {3, 2, 2, 0}, 11, 256},
         GOOD_LABELS,
         "cut off: 11 bytes after the header, expected 12 (3 items of 4)"},
        {{0x803, {3, 2, 2, 0}, 0, 256}, GOOD_LABELS, "cut off: 0 bytes after the header"},
        {{0x803, {3, 2, 2, 0}, 13, 256}, GOOD_LABELS, "too long: 13 bytes after the header, expected 12"},
        {{0x803, {0, 2, 2, 0}, 12, 256}, GOOD_LABELS, "dimension 0 is 0"},
        {{0x803, {3, 2, 0, 0}, 12, 256}, GOOD_LABELS, "dimension 2 is 0"},
        {{0x804, {~0u, ~0u, ~0u, 2}, 12, 256}, GOOD_LABELS, "more than this machine can address"},
        {{0x803, {1, ~0u, 1, 0}, 12, 256}, GOOD_LABELS, "cut off"},
        {{0x801, {12, 0, 0, 0}, 12, 256}, GOOD_LABELS, "0x00000801 (labels), expected images"},
        {{0x805, {3, 2, 2, 1}, 16, 256}, GOOD_LABELS, "wrong magic number 0x00000805"},
        {{0x800, {0, 0, 0, 0}, 16, 256}, GOOD_LABELS, "wrong magic number 0x00000800"},
        {{0xd03, {3, 2, 2, 0}, 48, 256}, GOOD_LABELS, "wrong magic number 0x00000d03"},
        {{0x30800, {3, 2, 2, 0}, 12, 256}, GOOD_LABELS, "zero byte in line 1"},
        {GOOD_IMAGES, {0x801, {3, 0, 0, 0}, 2, 2}, "cut off: 2 bytes after the header, expected 3"},
        {GOOD_IMAGES, {0x801, {3, 0, 0, 0}, 4, 2}, "too long: 4 bytes"},
        {GOOD_IMAGES, {0x801, {4, 0, 0, 0}, 4, 2}, "4 labels, but"},
        {GOOD_IMAGES, {0x801, {2, 0, 0, 0}, 2, 2}, "2 labels, but"},
        {GOOD_IMAGES, {0x801, {0, 0, 0, 0}, 0, 2}, "dimension 0 is 0"},
        {GOOD_IMAGES, {0x803, {3, 2, 2, 0}, 12, 2}, "0x00000803 (images), expected labels"},
        {GOOD_IMAGES, {0x0, {0, 0, 0, 0}, 0, 2}, "wrong magic number 0x00000000"},
    };
    (void)state;
    for (size_t i = 0; i < 2 * (sizeof cases / sizeof *cases); i++) {
        const char *images = i % 2 ? "images.gz" : "images", *labels = i % 2 ? "labels.gz" : "labels";
        write_idx(scratch_path(&scratch, images), &cases[i / 2].images);
        write_idx(scratch_path(&scratch, labels), &cases[i / 2].labels);
        assert_refused(scratch_path(&scratch, images), "train", &with_labels, NULL, cases[i / 2].fragment);
    }
}

/* In a folder the role of a file decides that it is IDX, not its name, which must not make it a table. */
static void short_files_are_refused(void **state)
{
    uint8_t bytes[64];
    const size_t n = make_idx(bytes, &good_images);
    (void)state;
    write_idx(scratch_path(&scratch, "train-labels-idx1-ubyte"), &good_labels);
    for (size_t length = 0; length < n; length++) {
        scratch_write(scratch_path(&scratch, "train-images-idx3-ubyte"), bytes, length);
        assert_refused(scratch.folder, "train", &with_labels, NULL,
                       length < 4    ? "too short for IDX"
                       : length < 16 ? "cut off in the header"
                                     : "cut off:");
    }
}

static void labels_must_be_known(void **state)
{
    static const struct idx_spec images = {0x803, {300, 1, 1, 0}, 300, 256},
                                 all = {0x801, {300, 0, 0, 0}, 300, 256};
    static char three[] = "3", zero[] = "0", cat[] = "cat", dog[] = "dog";
    static char *numbers[] = {three, zero}, *words[] = {cat, dog};
    static const struct {
        char **names;
        const char *fragment; /* NULL: valid, and the labels of examples 0 and 1 are: */
        struct idx_spec labels;
        int first, second;
    } cases[] = {
        {NULL, NULL, GOOD_LABELS, 0, 1},
        {words, NULL, GOOD_LABELS, 0, 1},
        {NULL,
         "label 2 of example 2 (from 0), which is none of the 2 classes",
         {0x801, {3, 0, 0, 0}, 3, 3},
         0,
         0},
        {words, "label 2 of example 2", {0x801, {3, 0, 0, 0}, 3, 3}, 0, 0},
        {numbers, NULL, {0x801, {3, 0, 0, 0}, 3, 1}, 1, 1}, /* 0 is the class named "0" */
        {numbers, "label 1 of example 1", {0x801, {3, 0, 0, 0}, 3, 2}, 0, 0},
    };
    (void)state;
    write_idx(scratch_path(&scratch, "images"), &good_images);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const bl_data schema = {.shape = {1, 2, 2},
                                .features = 4,
                                .outputs = 2,
                                .class_names = cases[i].names,
                                .class_match = cases[i].names == words ? CLASS_BY_NUMBER : CLASS_BY_VALUE};
        bl_data *data = NULL;
        write_idx(scratch_path(&scratch, "labels"), &cases[i].labels);
        if (cases[i].fragment) {
            assert_refused(scratch_path(&scratch, "images"), "test", &with_labels, &schema,
                           cases[i].fragment);
            continue;
        }
        assert_int_equal(
            read_part(&data, ctx, scratch_path(&scratch, "images"), "test", &with_labels, &schema), BL_OK);
        assert_int_equal(data->labels[0], cases[i].first);
        assert_int_equal(data->labels[1], cases[i].second);
        assert_int_equal(data->outputs, 2);
        data_free(data);
    }
    bl_data *data = NULL;
    write_idx(scratch_path(&scratch, "images"), &images);
    write_idx(scratch_path(&scratch, "labels"), &all);
    assert_int_equal(read_part(&data, ctx, scratch_path(&scratch, "images"), "train", &with_labels, NULL),
                     BL_OK);
    assert_int_equal(data->outputs, 256);
    data_free(data);
}

static void shapes_must_agree(void **state)
{
    static const struct {
        bl_shape schema;
        bool is_right;
    } cases[] = {
        {{1, 2, 2}, true}, {{1, 1, 4}, true}, {{4, 1, 1}, false}, {{1, 2, 3}, false}, {{1, 1, 5}, false}};
    (void)state;
    write_idx(scratch_path(&scratch, "images"), &good_images);
    write_idx(scratch_path(&scratch, "labels"), &good_labels);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const bl_shape s = cases[i].schema;
        const bl_data schema = {.shape = s, .features = (size_t)(s.channels * s.rows * s.cols), .outputs = 2};
        bl_data *data = NULL;
        if (!cases[i].is_right) {
            assert_refused(scratch_path(&scratch, "images"), "test", &with_labels, &schema,
                           "examples of 1 x 2 x 2");
            continue;
        }
        assert_int_equal(
            read_part(&data, ctx, scratch_path(&scratch, "images"), "test", &with_labels, &schema), BL_OK);
        assert_memory_equal(&data->shape, &s, sizeof s);
        data_free(data);
    }
}

/* ---- gzip ---- */

static bl_status read_bytes(const char *path, size_t limit, struct bytes *out)
{
    *out = (struct bytes){0};
    return bytes_read(out, ctx, path, limit);
}

static void assert_gz(const void *bytes, size_t n, const char *fragment)
{
    struct bytes got;
    const char *path = scratch_path(&scratch, "x.gz");
    const size_t live = memory.live;
    scratch_write(path, bytes, n);
    assert_int_equal(read_bytes(path, BYTES_READ_LIMIT, &got), BL_BAD_DATA);
    if (!strstr(ctx->why, fragment) || !strstr(ctx->why, path))
        fail_msg("%zu bytes: expected \"%s\" and the file in: %s", n, fragment, ctx->why);
    assert_null(got.at);
    assert_int_equal(memory.live, live);
}

static unsigned char *good_gz(size_t *n, unsigned char original[1000])
{
    uint32_t random = 1;
    for (size_t i = 0; i < 1000; i++)
        original[i] = (unsigned char)(scratch_random(&random) % 7);
    write_gz(scratch_path(&scratch, "good.gz"), original, 1000);
    return scratch_read(scratch_path(&scratch, "good.gz"), n);
}

static void cut_gz_is_refused_at_every_byte(void **state)
{
    unsigned char original[1000];
    size_t n;
    unsigned char *packed = good_gz(&n, original);
    (void)state;
    for (size_t length = 2; length < n; length++)
        assert_gz(packed, length, "gzip");
    free(packed);
}

static void gz_must_end_with_its_data(void **state)
{
    unsigned char original[1000], longer[4096];
    size_t n;
    unsigned char *packed = good_gz(&n, original);
    struct bytes got;
    (void)state;
    assert_true(2 * n < sizeof longer);
    memcpy(longer, packed, n);
    memcpy(longer + n, packed, n); /* two members give one file */
    scratch_write(scratch_path(&scratch, "two.gz"), longer, 2 * n);
    assert_int_equal(read_bytes(scratch_path(&scratch, "two.gz"), BYTES_READ_LIMIT, &got), BL_OK);
    assert_int_equal(got.n, 2000);
    assert_memory_equal(got.at, original, 1000);
    assert_memory_equal(got.at + 1000, original, 1000);
    mem_free(ctx, got.at);
    assert_gz(longer, n + 30, "cut off");
    longer[n] = 0;
    assert_gz(longer, n + 1, "but the file has");
    longer[n - 6] ^= 1;
    assert_gz(longer, n, "checksum");
    longer[n - 6] ^= 1;
    longer[n - 1] ^= 1;
    assert_gz(longer, n, "1000 bytes were unpacked");
    free(packed);
}

/* The trailers of all members are compared, also of those before the last, and an empty member at the end, as
   bgzip writes it, is none. */
static void each_member_of_gz_is_checked(void **state)
{
    enum { MEMBERS = 4 };
    unsigned char original[1000], many[8192];
    size_t n, n_empty = 0, all = 0, ends[MEMBERS];
    unsigned char *packed = good_gz(&n, original);
    struct bytes got;
    (void)state;
    write_gz(scratch_path(&scratch, "empty.gz"), original, 0);
    unsigned char *empty = scratch_read(scratch_path(&scratch, "empty.gz"), &n_empty);
    assert_true((MEMBERS - 1) * n + n_empty <= sizeof many);
    for (size_t i = 0; i < MEMBERS; i++) {
        const bool is_last = i == MEMBERS - 1;
        memcpy(many + all, is_last ? empty : packed, is_last ? n_empty : n);
        all += is_last ? n_empty : n;
        ends[i] = all;
    }
    scratch_write(scratch_path(&scratch, "many.gz"), many, all);
    assert_int_equal(read_bytes(scratch_path(&scratch, "many.gz"), BYTES_READ_LIMIT, &got), BL_OK);
    assert_int_equal(got.n, 1000 * (MEMBERS - 1));
    mem_free(ctx, got.at);
    for (size_t i = 0; i < MEMBERS; i++) {
        many[ends[i] - 6] ^= 1; /* in the member's checksum */
        assert_gz(many, all, "checksum");
        many[ends[i] - 6] ^= 1;
    }
    free(packed);
    free(empty);
}

/* Changes of time, flags and system in the header are allowed; all others must be detected or harmless. */
static void damaged_gz_is_refused_or_right(void **state)
{
    unsigned char original[1000];
    size_t n, refused = 0;
    unsigned char *packed = good_gz(&n, original), *damaged = malloc(n);
    uint32_t random = 2;
    (void)state;
    for (int round = 0; round < FUZZ_ROUNDS; round++) {
        struct bytes got;
        memcpy(damaged, packed, n);
        flip_bits(&random, damaged + 2, n - 2);
        scratch_write(scratch_path(&scratch, "x.gz"), damaged, n);
        const bl_status status = read_bytes(scratch_path(&scratch, "x.gz"), BYTES_READ_LIMIT, &got);
        refused += status == BL_BAD_DATA;
        if (status == BL_OK) {
            assert_int_equal(got.n, 1000);
            assert_memory_equal(got.at, original, 1000);
            mem_free(ctx, got.at);
        }
    }
    assert_true(refused > FUZZ_ROUNDS * 9 / 10);
    free(damaged);
    free(packed);
}

static void expansion_is_limited(void **state)
{
    static const unsigned char zeros[100000];
    struct bytes got;
    const char *path = scratch_path(&scratch, "bomb.gz");
    (void)state;
    write_gz(path, zeros, sizeof zeros);
    assert_int_equal(read_bytes(path, sizeof zeros, &got), BL_OK);
    assert_int_equal(got.n, sizeof zeros);
    mem_free(ctx, got.at);
    assert_int_equal(read_bytes(path, sizeof zeros - 1, &got), BL_BAD_DATA);
    assert_non_null(strstr(ctx->why, "more than 99999 bytes"));
    assert_int_equal(read_bytes("/dev/zero", 100000, &got), BL_BAD_DATA);
    assert_non_null(strstr(ctx->why, "which is the limit"));
}

static void empty_gz_is_an_empty_file(void **state)
{
    struct bytes got;
    (void)state;
    write_gz(scratch_path(&scratch, "empty.gz"), "", 0);
    assert_int_equal(read_bytes(scratch_path(&scratch, "empty.gz"), BYTES_READ_LIMIT, &got), BL_OK);
    assert_int_equal(got.n, 0);
    mem_free(ctx, got.at);
}

static void missing_files_folders_and_read_errors_differ(void **state)
{
    static const char unreadable[] = "/proc/self/mem"; /* its first page is not mapped: EIO */
    struct bytes got;
    (void)state;
    assert_int_equal(read_bytes(scratch_path(&scratch, "none"), BYTES_READ_LIMIT, &got), BL_BAD_DATA);
    assert_non_null(strstr(ctx->why, "no such file"));
    assert_int_equal(read_bytes(scratch.folder, BYTES_READ_LIMIT, &got), BL_BAD_DATA);
    assert_non_null(strstr(ctx->why, "is a folder"));
    if (access(unreadable, R_OK) == 0) {
        assert_int_equal(read_bytes(unreadable, BYTES_READ_LIMIT, &got), BL_IO);
        assert_non_null(strstr(ctx->why, unreadable));
    }
    const char *locked = scratch_path(&scratch, "locked");
    scratch_write(locked, "x", 1);
    chmod(locked, 0);
    if (access(locked, R_OK) != 0)
        assert_int_equal(read_bytes(locked, BYTES_READ_LIMIT, &got), BL_IO);
}

/* ---- memory ---- */

static void failing_allocations_lose_no_memory(void **state)
{
    static const char *const names[2][2] = {{"images", "labels"}, {"images.gz", "labels.gz"}};
    (void)state;
    for (int i = 0; i < 2; i++) {
        const char *images = scratch_path(&scratch, names[i][0]);
        write_idx(images, &good_images);
        write_idx(scratch_path(&scratch, names[i][1]), &good_labels);
        must_survive_failing_memory(images, &with_labels, NULL, 4);
    }
}

/* ---- real data ---- */

static void assert_mnist_like(const char *where, const struct data_options *options, const char *part,
                              size_t n, int first, int last)
{
    bl_data *data = NULL;
    if (read_part(&data, ctx, where, part, options, NULL) != BL_OK)
        fail_msg("%s", ctx->why);
    assert_int_equal(data->n, n);
    assert_int_equal(data->shape.rows, 28);
    assert_int_equal(data->features, 784);
    assert_int_equal(data->outputs, 10);
    assert_int_equal(data->labels[0], first);
    assert_int_equal(data->labels[n - 1], last);
    data_free(data);
}

static void fashion_mnist_is_read(void **state)
{
    (void)state;
    if (!path_is_folder(fashion_mnist)) {
        fprintf(stderr, "SKIP: %s is not there (package dataset-fashion-mnist)\n", fashion_mnist);
        skip();
    }
    assert_mnist_like(fashion_mnist, &with_labels, "train", 60000, 9, 5);
    assert_mnist_like(fashion_mnist, &with_labels, "test", 10000, 9, 5);
}

static void mnist_is_read(void **state)
{
    (void)state;
    const char *folder = real_data();
    if (!folder)
        skip();
    struct data_options options = with_labels;
    options.data_dir = folder;
    assert_mnist_like("mnist", &options, "train", 60000, 5, 8);
    assert_mnist_like("mnist", &options, "test", 10000, 7, 6);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        EACH (single_files_find_their_labels),
        EACH (the_kind_is_recognised_by_content),
        EACH (dimensions_become_a_shape),
        EACH (folders_have_two_parts),
        EACH (labels_may_be_missing_for_predictions),
        EACH (broken_files_are_refused),
        EACH (short_files_are_refused),
        EACH (labels_must_be_known),
        EACH (shapes_must_agree),
        EACH (cut_gz_is_refused_at_every_byte),
        EACH (gz_must_end_with_its_data),
        EACH (each_member_of_gz_is_checked),
        EACH (damaged_gz_is_refused_or_right),
        EACH (expansion_is_limited),
        EACH (empty_gz_is_an_empty_file),
        EACH (missing_files_folders_and_read_errors_differ),
        EACH (failing_allocations_lose_no_memory),
        EACH (fashion_mnist_is_read),
        EACH (mnist_is_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

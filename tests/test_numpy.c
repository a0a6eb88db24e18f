/*
 * test_numpy.c - NumPy's arrays as data. Valid ones are read correctly, and broken ones are refused with the
 * place of the fault.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../src/data/source/source.h"
#include "reading_fixture.h"

/* Writes a .npy file of version 1. */
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
        {"|u1", "(2, 3)", "<i4", "(3,)", counting_up, 6, 12, "3 labels for 2 examples"},
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
                             *const other_names[] = {"a", "b"};
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
    write_npz(below("simple.npz"), other_names, 2);
    must_refuse(below("simple.npz"), "train", &with_labels, NULL,
                "its arrays are a, b; expected x_train and y_train");
    write_npz(below("simple.npz"), simple, 1);
    must_refuse(below("simple.npz"), "train", &with_labels, NULL, "its arrays are x; expected");
    const bl_data schema = {.shape = {1, 1, 3}, .features = 3, .outputs = 2};
    train = must_read(below("simple.npz"), "test", &without_labels, &schema);
    assert_string_equal(data_as_text(train), "1x1x3 of 2: 0 1 2, 3 4 5");
    data_free(train);
}

/* The option label names the labels of all parts, and a model remembers it. In write_npz, arrays whose names
   begin with y or l are labels. */
static void given_labels_are_those_of_all_parts(void **state)
{
    static const char *const both[] = {"x_train", "y_train", "l_train", "x_test", "y_test", "l_test"},
                             *const untested[] = {"x_train", "y_train", "l_train", "x_test", "y_test"},
                             *const whole[] = {"x", "l"}, *const others[] = {"x", "y"};
    bl_data *train = NULL, *val = NULL, *test = NULL;
    struct data_options given = with_labels;
    (void)state;
    given.label = "l_train";
    write_npz(below("both.npz"), both, 6);
    assert_int_equal(data_load(&train, &val, &test, ctx, below("both.npz"), NULL, &given), BL_OK);
    assert_non_null(test);
    assert_int_equal(train->n_notes, 0);
    assert_string_equal(train->origin.label, "l_train");
    data_free(test);
    bl_data *data = must_read(below("both.npz"), "test", &with_labels, train);
    assert_int_equal(data->n_notes, 0);
    data_free(data);
    write_npz(below("whole.npz"), whole, 2);
    data = must_read(below("whole.npz"), "test", &with_labels, train);
    assert_int_equal(data->n_notes, 0);
    data_free(data);
    write_npz(below("others.npz"), others, 2);
    data = must_read(below("others.npz"), "test", &without_labels, train);
    assert_int_equal(data->n_notes, 1);
    assert_non_null(strstr(data->notes[0], "were the array \"l_train\", which is not in this file; \"y\""));
    data_free(data);
    data_free(train);
    /* Labels that are not the option's are not used for its test set. */
    write_npz(below("untested.npz"), untested, 5);
    train = must_read(below("untested.npz"), "train", &given, NULL);
    assert_false(train->has_test_beside);
    assert_non_null(strstr(train->notes[0], "array \"x_test\" is not used for testing"));
    data_free(train);
}

static void test_examples_may_lack_labels(void **state)
{
    static const char *const names[] = {"x_test", "x_train", "y_train"};
    const bl_data schema = {.shape = {1, 1, 3}, .features = 3, .outputs = 2};
    (void)state;
    write_npz(below("some.npz"), names, 3);
    bl_data *data = must_read(below("some.npz"), "test", &without_labels, &schema);
    assert_string_equal(data_as_text(data), "1x1x3 of 2: 0 1 2, 3 4 5");
    data_free(data);
    data = must_read(below("some.npz"), "train", &with_labels, NULL);
    assert_string_equal(data_as_text(data), "1x1x3 of 2: 1 2 3 = 1, 4 5 6 = 0");
    assert_false(data->has_test_beside);
    data_free(data);
    write_npz(below("some.npz"), names, 1);
    data = must_read(below("some.npz"), "test", &without_labels, &schema);
    assert_int_equal(data->n, 2);
    data_free(data);
}

static void ambiguous_channels_are_noted(void **state)
{
    static const struct {
        const char *shape;
        bl_shape schema, expected;
        bool is_noted;
    } cases[] = {
        {"(2, 2, 3, 2)", {0, 0, 0}, {2, 3, 2}, true}, /* neither dimension can be the channels */
        {"(2, 3, 1, 4)", {0, 0, 0}, {3, 1, 4}, true}, /* both can */
        {"(2, 3, 1, 4)", {4, 3, 1}, {4, 3, 1}, false}, {"(2, 1, 3, 4)", {0, 0, 0}, {1, 3, 4}, false},
        {"(2, 2, 2, 3)", {0, 0, 0}, {3, 2, 2}, false},
    };
    (void)state;
    write_npy("y.npy", "<i8", "(2,)", (const int64_t[]){0, 1}, 16);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const bl_shape l = cases[i].schema, e = cases[i].expected;
        const bl_data schema = {.shape = l, .features = 12, .outputs = 2};
        write_npy("x.npy", "|u1", cases[i].shape, counting_up, 24);
        bl_data *data = must_read(below("x.npy"), "train", &with_labels, l.channels ? &schema : NULL);
        assert_memory_equal(&data->shape, &e, sizeof e);
        assert_int_equal(data->n_notes, cases[i].is_noted);
        data_free(data);
    }
}

static void failing_allocations_lose_no_memory(void **state)
{
    static const char *const keras[] = {"x_test", "x_train", "y_train", "y_test"};
    (void)state;
    write_npz(below("keras.npz"), keras, 4);
    must_survive_failing_memory(below("keras.npz"), &with_labels, NULL, 8);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        EACH (arrays_are_read),
        EACH (broken_arrays_are_refused),
        EACH (archives_of_arrays_are_read),
        EACH (test_examples_may_lack_labels),
        EACH (given_labels_are_those_of_all_parts),
        EACH (ambiguous_channels_are_noted),
        EACH (failing_allocations_lose_no_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

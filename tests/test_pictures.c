/*
 * test_pictures.c - folders of pictures. Valid ones are read correctly, and broken ones are refused with the
 * place of the fault.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../src/data/image/picture.h"
#include "../src/data/source/source.h"
#include "reading_fixture.h"

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

/* Writes an uncompressed PNG. type: 0 grey, 2 RGB, 4 grey and alpha, 6 RGBA. lines: each begins with 0, for
 * no filter. */
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

/* Writes a PNG of rows x cols, grey or in colour; pixel i of channel c is (i + c * 40) * step. */
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

/* A JPEG of 8 x 8 pixels with red 200, green 60, blue 20. */
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
    must_refuse(below("flat"), "train", &with_labels, NULL, "images without classes");
    must_refuse(below("flat"), "train", &without_labels, train,
                "flat/1.png: 4 x 4 pixels (rows x columns), but the training set has 2 x 2; --resize");
    const struct data_options resized = {.resize_rows = 2, .resize_cols = 2};
    bl_data *flat = must_read(below("flat"), "train", &resized, train);
    assert_string_equal(data_as_text(flat), "1x2x2 of 2: 0 0 0 0, 0 1 2 3");
    data_free(flat);
    train->is_resized = true; /* then other images are resized without the option */
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

/* Pixel values are those in the file: alpha is not blended, and gamma is not applied. */
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
    static const char *const fragments[] = {"set/train/empty and 1 more: left out because it holds no images",
                                            "set/train/a/Thumbs.db and 2 more: left out", "set/val: left out",
                                            "set/test: not used for testing",
                                            "images with transparency, which were blended with black: 1"};
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
    assert_null(test); /* the images have no classes, but can be used for predictions */
    assert_int_equal(train->outputs, 2);
    for (size_t i = 0; i < sizeof fragments / sizeof *fragments; i++)
        if (!is_noted(train, fragments[i]))
            fail_msg("no note says \"%s\"", fragments[i]);
    test = must_read(below("set"), "test", &without_labels, train);
    assert_int_equal(test->n, 1);
    data_free(test);
    data_free(train);
    scratch_write(below("set/train/a/2.GIF"), "GIF89a", 6);
    must_refuse(below("set"), "train", &with_labels, NULL, "2.GIF: an image, but neither PNG nor JPEG");
    write_png("latin/a/caf\xe9.png", 1, 2, 1, 3);
    must_refuse(below("latin"), "train", &with_labels, NULL, "is not UTF-8");
}

/* A folder of class folders is a single set, whichever part is requested. */
static void one_set_is_read_for_any_part(void **state)
{
    (void)state;
    need_pictures();
    write_png("rides/train/1.png", 2, 2, 1, 1); /* the name of a class, not of a part */
    write_png("rides/bus/1.png", 2, 2, 1, 2);
    bl_data *train = must_read(below("rides"), "train", &with_labels, NULL),
            *test = must_read(below("rides"), "test", &with_labels, train);
    assert_string_equal(data_as_text(train), "1x2x2 of 2: 0 2 4 6 = 0, 0 1 2 3 = 1; classes bus train");
    assert_string_equal(data_as_text(test), "1x2x2 of 2: 0 2 4 6 = 0, 0 1 2 3 = 1");
    data_free(test);
    data_free(train);
    /* for a model of rows of numbers images are not resized */
    static char bus[] = "bus", name_of_train[] = "train";
    static char *names[] = {bus, name_of_train};
    const bl_data four = {.shape = {1, 1, 4}, .features = 4, .outputs = 2, .class_names = names},
                  nine = {.shape = {1, 1, 9}, .features = 9, .outputs = 2, .class_names = names};
    test = must_read(below("rides"), "test", &with_labels, &four);
    assert_string_equal(data_as_text(test), "1x1x4 of 2: 0 2 4 6 = 0, 0 1 2 3 = 1");
    data_free(test);
    must_refuse(below("rides"), "test", &with_labels, &nine, "examples of 1 x 2 x 2, expected 1 x 1 x 9");
    /* unless training resized to images of one row */
    const bl_data row = {
        .shape = {1, 1, 2}, .features = 2, .outputs = 2, .class_names = names, .is_resized = true};
    test = must_read(below("rides"), "test", &with_labels, &row);
    assert_int_equal(test->features, 2);
    data_free(test);
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
        {1, 2, {0, 100}, 1, 4, {0, 25, 75, 100}}, /* centres of pixels at -1/4, 1/4, 3/4, 5/4 */
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

static void failing_allocations_lose_no_memory(void **state)
{
    const struct data_options resized = {.has_labels = true, .resize_rows = 3, .resize_cols = 3};
    (void)state;
    need_pictures();
    write_png("greys/train/a/1.png", 4, 4, 1, 1);
    write_png("greys/train/b/1.png", 2, 2, 1, 1);
    scratch_write(below("greys/train/a/x.txt"), "x", 1);
    scratch_write(below("greys/train/b/w.txt"), "x", 1);
    scratch_write(below("greys/train/none/.keep"), "x", 1);
    scratch_write(below("greys/val/.keep"), "x", 1);
    write_png("pictures/a/1.png", 4, 4, 1, 1);
    write_png("pictures/b/1.png", 2, 2, 3, 1);
    must_survive_failing_memory(below("greys"), &resized, NULL, 8);
    must_survive_failing_memory(below("pictures"), &resized, NULL, 8);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        EACH (folders_of_pictures_are_read), EACH (colours_and_sizes_must_agree),
        EACH (broken_pictures_are_refused),  EACH (every_kind_of_png_is_read),
        EACH (what_is_left_out_is_noted),    EACH (one_set_is_read_for_any_part),
        EACH (pictures_are_resized),         EACH (failing_allocations_lose_no_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

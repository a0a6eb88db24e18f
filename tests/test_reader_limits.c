/*
 * test_reader_limits.c - reading a file of a few bytes takes little memory and time, whatever sizes it
 * claims, and writes nothing outside of its arrays.
 */
#include "../src/base/text.h"
#include "../src/file/tensors.h"
#include "../src/net/net.h"
#include "../src/train/step/schedule.h"
#include "../src/train/trainer/checkpoint.h"
#include "scratch.h"

#include <archive.h>
#include <archive_entry.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

enum {
    MOST_AT_ONCE = 4 << 20, /* bytes; the files here are smaller */
    ARRAYS = 10001,         /* one more than an .npz may have */
    LAYERS = 65540 /* 2^24 x 2^24 weights in each of 2^16 layers: 2^64 in total, which is 0 in 64 bits */
};

static struct scratch scratch;

/* ---- An allocator that refuses large blocks ---- */

static void *allocate_little(void *user, size_t size, size_t alignment)
{
    (void)user;
    return size > MOST_AT_ONCE ? NULL
                               : aligned_alloc(alignment, (size + alignment - 1) / alignment * alignment);
}

static void release(void *user, void *block)
{
    (void)user;
    free(block);
}

static bl_context *little_context(void)
{
    bl_context *ctx = bl_context_new(&(bl_allocator){NULL, allocate_little, release});
    assert_int_equal(bl_context_use(ctx, "portable", 1), BL_OK);
    return ctx;
}

/* ---- Nets ---- */

/* "dense 4, layer, layer, ..., dense 2" */
static char *long_net(const char *layer, size_t n)
{
    const size_t length = strlen(layer);
    char *text = calloc(n * (length + 2) + 32, 1), *at = text;
    at += sprintf(at, "dense 4");
    for (size_t i = 0; i < n; i++)
        at += sprintf(at, ", %s", layer);
    sprintf(at, ", dense 2");
    return text;
}

static void large_nets_are_refused(void **state)
{
    bl_context *ctx = little_context();
    const bl_shape four = {1, 1, 4};
    struct net_size size;
    (void)state;
    assert_int_equal(net_measure(&size, ctx, four, "dense 3, tanh, dense C", 2), BL_OK);
    assert_int_equal(size.n_params, 4 * 3 + 3 + 3 * 2 + 2);
    assert_true(size.multiply_accumulates == 4 * 3 + 3 * 2);
    assert_int_equal(net_measure(&size, ctx, four, "dense 16777216, dense 16777216", 0), BL_OK);
    assert_true(size.n_params == (4 + 1 + ((size_t)1 << 24) + 1) << 24);
    bl_context_free(ctx);
}

static void long_nets_are_refused(void **state)
{
    static const struct {
        size_t layers;
        const char *why;
    } cases[] = {
        {4094, "more than 288230376151711743 weights"}, /* 2^58, within the number of layers */
        {4095, "more than 4096 layers"},
        {LAYERS, "the net has more than 4096 layers"},
    };
    bl_context *ctx = little_context();
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct net *net = NULL;
        char *text = long_net("dense 16777216", cases[i].layers);
        assert_int_equal(net_create(&net, ctx, (bl_shape){1, 1, 4}, text), BL_BAD_VALUE);
        assert_null(net);
        if (!strstr(bl_why(ctx), cases[i].why))
            fail_msg("expected \"%s\" in: %s", cases[i].why, bl_why(ctx));
        free(text);
    }
    bl_context_free(ctx);
}

/* ---- Models ---- */

static const float some[16];

static bl_status load_model(bl_context *ctx, const char *net, const char *outputs, const char *rule)
{
    const struct tensor_entry entries[] = {{"0.dense.weight", some, 4, 4, NULL},
                                           {"0.dense.bias", some, 4, 0, NULL}};
    const struct tensor_metadata metadata[] = {
        {"input", "1 x 1 x 4"},   {"net", net},          {"outputs", outputs}, {"rule", rule}, {"loss", "ce"},
        {"format", "backless 1"}, {"answers", "classes"}};
    const char *path = scratch_path(&scratch, "model.safetensors");
    bl_model *model = NULL;
    assert_int_equal(tensors_write(ctx, path, entries, 2, metadata, sizeof metadata / sizeof *metadata),
                     BL_OK);
    const bl_status status = bl_model_load(&model, ctx, path);
    assert_null(model);
    return status;
}

/* Models are refused because of their content, before an allocation of that size fails. */
static void models_without_their_tensors_are_refused(void **state)
{
    char *longest = long_net("dense 16777216", LAYERS);
    const struct {
        const char *net, *outputs, *rule, *why;
    } cases[] = {
        {"dense 16777216, tanh, dense 3", "3", "bp", "weights, but the file holds 20 numbers"},
        {longest, "2", "bp", "more than 4096 layers"},
        {"dense 3", "3", "bp", "tensor \"0.dense.weight\" is 4 x 4, expected 3 x 4"},
    };
    bl_context *ctx = little_context();
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(load_model(ctx, cases[i].net, cases[i].outputs, cases[i].rule), BL_BAD_DATA);
        if (!strstr(bl_why(ctx), cases[i].why))
            fail_msg("expected \"%s\" in: %s", cases[i].why, bl_why(ctx));
    }
    free(longest);
    bl_context_free(ctx);
}

/* Two wide blocks with a narrow one between them have few weights, but feedback of wide times wide
   numbers. */
static void large_feedback_is_refused(void **state)
{
    enum { WIDE = 20000, NARROW = 1 };
    float *zeros = calloc(4 * WIDE, sizeof *zeros);
    const struct tensor_entry entries[] = {
        {"0.dense.weight", zeros, WIDE, 4, NULL},      {"0.dense.bias", zeros, WIDE, 0, NULL},
        {"1.dense.weight", zeros, NARROW, WIDE, NULL}, {"1.dense.bias", zeros, NARROW, 0, NULL},
        {"2.dense.weight", zeros, WIDE, NARROW, NULL}, {"2.dense.bias", zeros, WIDE, 0, NULL}};
    const struct tensor_metadata metadata[] = {
        {"input", "1 x 1 x 4"}, {"net", "dense 20000, tanh, dense 1, tanh, dense 20000"},
        {"outputs", "20000"},   {"rule", "dfa"},
        {"loss", "ce"},         {"format", "backless 1"},
        {"answers", "classes"}};
    const char *path = scratch_path(&scratch, "model.safetensors");
    bl_context *ctx = little_context();
    bl_model *model = NULL;
    (void)state;
    assert_int_equal(tensors_write(ctx, path, entries, 6, metadata, sizeof metadata / sizeof *metadata),
                     BL_OK);
    assert_int_equal(bl_model_load(&model, ctx, path), BL_BAD_DATA);
    if (!strstr(bl_why(ctx), "feedback of block 0 is 20000 x 20000"))
        fail_msg("%s", bl_why(ctx));
    free(zeros);
    bl_context_free(ctx);
}

/* ---- Checkpoints ---- */

enum { EXAMPLES = 4, MOST_ENTRIES = 16, MOST_TEXTS = 48 };
static const float x[EXAMPLES * 2] = {0, 1, 1, 0, -1, 0, 0.5f, 1};
static const int32_t labels[EXAMPLES] = {0, 1, 2, 0};

struct run {
    bl_context *ctx;
    bl_config *config;
    bl_data *data;
    bl_trainer *trainer;
};

static void begin(struct run *run, const char *schedule)
{
    static const char *const options[][2] = {
        {"net", "dense 3"}, {"rule", "bp"}, {"epochs", "2"}, {"batch", "2"}};
    *run = (struct run){.ctx = little_context()};
    assert_int_equal(bl_config_create(&run->config, run->ctx), BL_OK);
    for (size_t i = 0; i < sizeof options / sizeof *options; i++)
        assert_int_equal(bl_config_set(run->config, options[i][0], options[i][1]), BL_OK);
    assert_int_equal(bl_config_set(run->config, "schedule", schedule), BL_OK);
    assert_int_equal(bl_data_wrap(&run->data, run->ctx, x, labels, EXAMPLES, (bl_shape){1, 1, 2}, 3), BL_OK);
    assert_int_equal(bl_trainer_create(&run->trainer, run->ctx, run->config, run->data), BL_OK);
}

static void end(struct run *run)
{
    bl_trainer_free(run->trainer);
    bl_data_free(run->data);
    bl_config_free(run->config);
    bl_context_free(run->ctx);
}

/* Writes a new checkpoint of the run with the metadata `key` set to `text`. */
static void write_changed(struct run *run, const char *key, const char *text)
{
    struct tensors *file = NULL;
    struct tensor_entry entries[MOST_ENTRIES];
    struct tensor_metadata metadata[MOST_TEXTS];
    size_t n = 0, m = 0;
    const char *path = scratch_path(&scratch, "model.safetensors");
    assert_int_equal(checkpoint_write(run->trainer, path), BL_OK);
    assert_int_equal(tensors_read(&file, run->ctx, path), BL_OK);
    while (n < MOST_ENTRIES && tensors_entry(file, n, &entries[n]))
        n++;
    for (; m < MOST_TEXTS && tensors_metadata_at(file, m, &metadata[m]); m++)
        if (strcmp(metadata[m].key, key) == 0)
            metadata[m].text = text;
    assert_int_equal(tensors_write(run->ctx, path, entries, n, metadata, m), BL_OK);
    tensors_free(run->ctx, file);
}

static void counters_of_checkpoints_are_checked(void **state)
{
    static const struct {
        const char *key, *text;
        bl_status expected; /* of resuming */
    } cases[] = {
        {"halvings", "8", BL_OK},
        {"halvings", "9", BL_BAD_DATA},
        {"halvings", "9007199254740992", BL_BAD_DATA}, /* must not be counted up to in a loop */
        {"epoch", "1000000000", BL_OK},
        {"epoch", "1000000001", BL_BAD_DATA},
        {"epoch", "0.5", BL_BAD_DATA},
        {"step", "4503599627370496", BL_OK},
        {"step", "9007199254740992", BL_BAD_DATA}, /* adding 1 does not change this double */
        {"position", "3.5", BL_BAD_DATA},
        {"position", "-1", BL_BAD_DATA},
        {"wrong", "1", BL_BAD_DATA}, /* of 0 */
        {"best_epoch", "1", BL_BAD_DATA},
        {"early_angles", "{}", BL_BAD_DATA},
        {"early_angles", "[", BL_BAD_DATA},
        {"early_angles", "[]", BL_OK},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct run run;
        begin(&run, "auto");
        write_changed(&run, cases[i].key, cases[i].text);
        const bl_status status = bl_trainer_resume(run.trainer, scratch.folder);
        if (status != cases[i].expected)
            fail_msg("%s = %s: %s (%s)", cases[i].key, cases[i].text, bl_status_name(status),
                     bl_why(run.ctx));
        end(&run);
    }
}

static void positions_beyond_the_set_are_refused(void **state)
{
    struct run run;
    (void)state;
    begin(&run, "constant");
    write_changed(&run, "position", "5"); /* of 4 */
    assert_int_equal(bl_trainer_resume(run.trainer, scratch.folder), BL_OK);
    assert_int_equal(bl_trainer_fit(run.trainer, run.data, NULL, NULL, NULL, NULL), BL_BAD_DATA);
    end(&run);
}

/* The rate of a far epoch must be computed without a loop over the epochs, which would take days. */
static void far_epochs_have_a_rate(void **state)
{
    static const struct {
        const char *text;
        double expected;
    } cases[] = {{"step 1 0.5", 0.0}, {"step 1 1", 0.25}, {"step 3 0.999", 0.0}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct schedule s;
        assert_int_equal(schedule_parse(NULL, &s, cases[i].text), BL_OK);
        assert_true(schedule_rate(&s, 0.25, 1e15, 10) == cases[i].expected);
    }
}

/* ---- Archives ---- */

static void write_zip(const char *path, const char *method, size_t n_arrays, const void *bytes, size_t n)
{
    struct archive *a = archive_write_new();
    archive_write_set_format_zip(a);
    archive_write_set_options(a, method);
    assert_int_equal(archive_write_open_filename(a, path), ARCHIVE_OK);
    for (size_t i = 0; i < n_arrays; i++) {
        struct archive_entry *entry = archive_entry_new();
        char name[32];
        snprintf(name, sizeof name, "%zu.npy", i);
        archive_entry_set_pathname(entry, name);
        archive_entry_set_size(entry, (la_int64_t)n);
        archive_entry_set_filetype(entry, AE_IFREG);
        archive_entry_set_perm(entry, 0644);
        assert_int_equal(archive_write_header(a, entry), ARCHIVE_OK);
        assert_int_equal(archive_write_data(a, bytes, n), n);
        archive_entry_free(entry);
    }
    assert_int_equal(archive_write_close(a), ARCHIVE_OK);
    archive_write_free(a);
}

static void archives_with_too_many_arrays_are_refused(void **state)
{
    static const char array[] =
        "\x93NUMPY\1\0\x37\0{'descr': '<f4', 'fortran_order': False, 'shape': (1,)}\0\0\0";
    bl_context *ctx = little_context();
    const char *path = scratch_path(&scratch, "arrays.npz");
    (void)state;
    for (size_t n = ARRAYS - 1; n <= ARRAYS; n++) {
        struct tensors *t = NULL;
        write_zip(path, "zip:compression=store", n, array, sizeof array);
        const bl_status status = arrays_read(&t, ctx, path);
        if (status != (n == ARRAYS ? BL_BAD_DATA : BL_OK))
            fail_msg("%zu arrays: %s", n, bl_why(ctx));
        tensors_free(ctx, t);
    }
    assert_non_null(strstr(bl_why(ctx), "holds more than 10000 arrays"));
    bl_context_free(ctx);
}

/* The compression method is stored twice: at byte 8 of an entry, and at byte 10 of its directory record.
   Method 14 is LZMA, whose header states how much memory it needs. */
static void other_methods_are_refused(void **state)
{
    bl_context *ctx = little_context();
    const char *path = scratch_path(&scratch, "arrays.npz");
    struct tensors *t = NULL;
    size_t n = 0;
    (void)state;
    write_zip(path, "zip:compression=store", 1, "\x09\x04\x05\0\x5d\xff\xff\xff\xfe", 9);
    unsigned char *bytes = scratch_read(path, &n);
    bytes[8] = 14;
    for (size_t i = 0; i + 4 < n; i++)
        if (memcmp(bytes + i, "PK\1\2", 4) == 0)
            bytes[i + 10] = 14;
    scratch_write(path, bytes, n);
    free(bytes);
    assert_int_equal(arrays_read(&t, ctx, path), BL_BAD_DATA);
    if (!strstr(bl_why(ctx), "lzma), expected arrays that are stored or deflated"))
        fail_msg("%s", bl_why(ctx));
    bl_context_free(ctx);
}

/* ---- Messages ---- */

static void messages_are_printable(void **state)
{
    static const struct {
        const char *text, *expected;
    } cases[] = {
        {"plain", "plain"},
        {"", ""},
        {"a\nb\x1b[31m\x7f", "a?b?[31m?"},
        {"caf\xc3\xa9 \xe4\xb8\xad \xf0\x9f\x98\x80", "caf\xc3\xa9 \xe4\xb8\xad \xf0\x9f\x98\x80"},
        {"caf\xe9", "caf?"},
        {"\xc3", "?"},                /* cut off */
        {"\xe4\xb8", "??"},           /* cut off */
        {"\xc0\xaf", "??"},           /* not the shortest */
        {"\xed\xa0\x80", "???"},      /* a surrogate */
        {"\xf4\x90\x80\x80", "????"}, /* beyond the last character */
        {"\xc2\x9b"
         "31m",
         "??31m"}, /* the control character CSI */
        {"\xff\xfe", "??"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[32];
        snprintf(text, sizeof text, "%s", cases[i].text);
        text_make_plain(text);
        assert_string_equal(text, cases[i].expected);
    }
}

static int set_up(void **state)
{
    (void)state;
    scratch_make(&scratch);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    scratch_remove(&scratch);
    return 0;
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(large_nets_are_refused),
        TEST(long_nets_are_refused),
        TEST(models_without_their_tensors_are_refused),
        TEST(large_feedback_is_refused),
        TEST(counters_of_checkpoints_are_checked),
        TEST(positions_beyond_the_set_are_refused),
        TEST(far_epochs_have_a_rate),
        TEST(archives_with_too_many_arrays_are_refused),
        TEST(other_methods_are_refused),
        TEST(messages_are_printable),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

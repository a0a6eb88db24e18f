/*
 * test_training_sets.c - training, validation and test sets: held-out examples, shares and folds of each
 * class, another file for testing, folders, named sets, the encoding of a model; no memory leaks when an
 * allocation fails.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../src/data/set/data_internal.h"
#include "../src/data/source/source.h"
#include "data_files.h"

#include <math.h>
#include <sys/stat.h>

enum {
    CLASS_0 = 40, /* examples of each class in the table that is split */
    CLASS_1 = 10,
    ROWS = CLASS_0 + CLASS_1
};
/* Means in float have a few roundings of 2^-24. */
static const double close_enough = 1e-6;

static struct scratch scratch;
static struct counting memory;
static bl_context *ctx;

static const char *const variables[] = {"BACKLESS_DATA", "XDG_CACHE_HOME", "HOME"};

static void plain_bytes_to_float(const uint8_t *x, size_t n, float offset, float scale, float *y)
{
    for (size_t i = 0; i < n; i++)
        y[i] = ((float)x[i] - offset) * scale;
}
static const struct backend backend = {.bytes_to_float = plain_bytes_to_float};

/* ---- splits ---- */

/* Row i has the feature i; the classes are in two blocks, as in a sorted file. */
static const char *table_to_split(void)
{
    const char *path = scratch_path(&scratch, "split.csv");
    FILE *file = fopen(path, "w");
    for (int i = 0; i < ROWS; i++)
        fprintf(file, "%d,%d,%s\n", i, i * i, i < CLASS_0 ? "no" : "yes");
    fclose(file);
    return path;
}

struct sets {
    bl_data *train, *val, *test;
};

static bl_status load(struct sets *s, const char *where, const char *test_where,
                      const struct data_options *options)
{
    *s = (struct sets){0};
    return data_load(&s->train, &s->val, &s->test, ctx, where, test_where, options);
}

static void free_sets(struct sets *s)
{
    data_free(s->train);
    data_free(s->val);
    data_free(s->test);
}

static void assert_loads(struct sets *s, const char *where, const char *test_where,
                         const struct data_options *options)
{
    if (load(s, where, test_where, options) != BL_OK)
        fail_msg("%s", ctx->why);
}

static void the_last_examples_are_for_validation(void **state)
{
    struct sets s;
    (void)state;
    assert_loads(&s, table_to_split(), NULL, &(struct data_options){.val = 8, .val_is_last = true});
    assert_null(s.test);
    assert_int_equal(s.train->n, ROWS - 8);
    assert_int_equal(s.val->n, 8);
    for (size_t i = 0; i < 8; i++) {
        assert_true(s.val->doubles[2 * i] == (double)(ROWS - 8 + i));
        assert_int_equal(s.val->labels[i], 1);
    }
    double mean = 0; /* fitted on the remaining rows */
    for (size_t i = 0; i < ROWS - 8; i++)
        mean += (double)i / (ROWS - 8);
    assert_true(fabs(s.train->scaling.offset[0] - mean) < close_enough * mean);
    assert_memory_equal(s.val->scaling.offset, s.train->scaling.offset, 2 * sizeof(double));
    assert_memory_equal(s.val->scaling.scale, s.train->scaling.scale, 2 * sizeof(double));
    assert_string_equal(s.val->class_names[1], "yes");
    const uint64_t hashes[2] = {s.val->hash, s.train->hash};
    data_take_hash(s.val);
    data_take_hash(s.train);
    assert_true(s.val->hash == hashes[0] && s.train->hash == hashes[1]);
    free_sets(&s);
}

/* Asserts that each row is in exactly one part; returns how many examples of the test set are of class 1. */
static int assert_is_partition(const struct sets *s)
{
    int seen[ROWS] = {0}, of_class_1 = 0;
    const bl_data *const parts[] = {s->train, s->val, s->test};
    for (size_t p = 0; p < 3; p++) {
        for (size_t i = 0; parts[p] && i < parts[p]->n; i++) {
            const int row = (int)parts[p]->doubles[2 * i];
            seen[row]++;
            of_class_1 += p == 2 && row >= CLASS_0;
            assert_int_equal(parts[p]->labels[i], row >= CLASS_0);
            assert_true(parts[p]->doubles[2 * i + 1] == (double)(row * row));
        }
    }
    for (int i = 0; i < ROWS; i++)
        assert_int_equal(seen[i], 1);
    return of_class_1;
}

static void a_fraction_of_each_class_is_for_testing(void **state)
{
    static const struct {
        double fraction;
        size_t test;
        int of_class_1;
    } cases[] = {{0.1, 5, 1}, {0.2, 10, 2}, {0.25, 13, 3}, {0.99, ROWS - 2, CLASS_1 - 1}, {0.02, 1, 0}};
    (void)state;
    const char *path = table_to_split();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct sets s;
        const struct data_options options = {.test_fraction = cases[i].fraction, .seed = 3};
        assert_loads(&s, path, NULL, &options);
        assert_int_equal(s.test->n, cases[i].test);
        assert_int_equal(assert_is_partition(&s), cases[i].of_class_1);
        assert_memory_equal(s.test->scaling.offset, s.train->scaling.offset, 2 * sizeof(double));
        free_sets(&s);
    }
}

static uint64_t fold_hash(const char *path, size_t folds, uint64_t seed)
{
    struct sets s;
    const struct data_options options = {.fold = 1, .folds = folds, .seed = seed};
    assert_loads(&s, path, NULL, &options);
    const uint64_t hash = s.test->hash;
    free_sets(&s);
    return hash;
}

/* The seed decides the parts. Every row is tested once; parts of the whole and of each class differ by one
   row at most. */
static void folds_are_parts_of_each_class(void **state)
{
    static const size_t folds[] = {2, 3, 7, ROWS};
    (void)state;
    const char *path = table_to_split();
    for (size_t i = 0; i < sizeof folds / sizeof *folds; i++) {
        size_t least = ROWS, most = 0, sum = 0;
        int least_1 = ROWS, most_1 = 0, sum_1 = 0;
        bool is_tested[ROWS] = {false};
        for (size_t fold = 1; fold <= folds[i]; fold++) {
            struct sets s;
            const struct data_options options = {.fold = fold, .folds = folds[i], .seed = 3};
            assert_loads(&s, path, NULL, &options);
            const int of_class_1 = assert_is_partition(&s);
            for (size_t k = 0; k < s.test->n; k++) {
                const size_t row = (size_t)s.test->doubles[2 * k];
                assert_false(is_tested[row]);
                is_tested[row] = true;
            }
            least = s.test->n < least ? s.test->n : least;
            most = s.test->n > most ? s.test->n : most;
            least_1 = of_class_1 < least_1 ? of_class_1 : least_1;
            most_1 = of_class_1 > most_1 ? of_class_1 : most_1;
            sum += s.test->n;
            sum_1 += of_class_1;
            free_sets(&s);
        }
        assert_true(sum == ROWS && most - least <= 1);
        assert_true(sum_1 == CLASS_1 && most_1 - least_1 <= 1);
        assert_true(fold_hash(path, folds[i], 3) == fold_hash(path, folds[i], 3));
        assert_true(fold_hash(path, folds[i], 3) != fold_hash(path, folds[i], 4));
    }
}

static void the_seed_decides_the_split(void **state)
{
    static const uint64_t seeds[] = {1, 1, 2};
    uint64_t train[3], val[3], test[3];
    (void)state;
    const char *path = table_to_split();
    for (int i = 0; i < 3; i++) {
        struct sets s;
        const struct data_options options = {.test_fraction = 0.2, .val = 10, .seed = seeds[i]};
        assert_loads(&s, path, NULL, &options);
        assert_is_partition(&s);
        train[i] = s.train->hash;
        val[i] = s.val->hash;
        test[i] = s.test->hash;
        int of_class_1 = 0; /* a fraction of each class: 10 of 40, 8 of which are of class 1 */
        for (size_t k = 0; k < s.val->n; k++)
            of_class_1 += s.val->labels[k];
        assert_int_equal(s.val->n, 10);
        assert_int_equal(of_class_1, 2);
        free_sets(&s);
    }
    assert_true(train[0] == train[1] && val[0] == val[1] && test[0] == test[1]);
    assert_true(train[0] != train[2] && val[0] != val[2] && test[0] != test[2]);
}

static void another_file_is_for_testing(void **state)
{
    static const char train[] = "v,u,y\n1,2,cat\n3,4,dog\n", test[] = "y,u,v\ndog,5,6\n",
                      other[] = "y,u,v\ncow,5,6\n";
    struct sets s;
    (void)state;
    const char *a = scratch_path(&scratch, "a.csv"), *b = scratch_path(&scratch, "b.csv");
    scratch_write(a, train, sizeof train - 1);
    scratch_write(b, test, sizeof test - 1);
    assert_loads(&s, a, b, &(struct data_options){.val = 0});
    assert_null(s.val);
    assert_string_equal(data_as_text(s.test), "1x1x2 of 2: 6 5 = 1; classes cat dog; columns v u");
    float x[2];
    data_gather(s.test, &backend, NULL, 0, 1, x);
    assert_true(x[0] == 4.0f && x[1] == 2.0f); /* (6 - 2) / 1, (5 - 3) / 1 */
    free_sets(&s);
    scratch_write(b, other, sizeof other - 1);
    assert_int_equal(load(&s, a, b, &(struct data_options){.val = 0}), BL_BAD_DATA);
    assert_non_null(strstr(ctx->why, "\"cow\""));
}

static void what_cannot_be_loaded_is_refused(void **state)
{
    static const struct {
        const char *where, *test_where; /* ":" is the table to split, "+" a table with a single class */
        struct data_options options;
        bl_status status;
        const char *fragment;
    } cases[] = {
        {":", NULL, {.val = ROWS}, BL_BAD_VALUE, "val 50, expected less than the 50"},
        {":", NULL, {.val = ROWS - 1}, BL_BAD_VALUE, "leaves some class without training examples"},
        {":", NULL, {.val = SIZE_MAX}, BL_BAD_VALUE, "expected less than the 50"},
        {":", NULL, {.val = 40, .test_fraction = 0.2}, BL_BAD_VALUE, "expected less than the 40"},
        {":", NULL, {.test_fraction = 1.0}, BL_BAD_VALUE, "test-fraction 1,"},
        {":", NULL, {.test_fraction = -0.1}, BL_BAD_VALUE, "test-fraction -0.1,"},
        {":", NULL, {.test_fraction = NAN}, BL_BAD_VALUE, "expected 0 or more"},
        {":", NULL, {.test_fraction = 0.001}, BL_BAD_VALUE, "leaves none for testing"},
        {":", ":", {.test_fraction = 0.1}, BL_BAD_VALUE, "expected one of the two"},
        {":", ":", {.fold = 1, .folds = 2}, BL_BAD_VALUE, "fold 1/2 and a test set"},
        {":", NULL, {.fold = 1, .folds = 2, .test_fraction = 0.1}, BL_BAD_VALUE, "expected one of the two"},
        {":", NULL, {.fold = 1, .folds = ROWS + 1}, BL_BAD_VALUE, "51 folds of the 50 examples"},
        {":", "/none/there", {.val = 0}, BL_BAD_DATA, "/none/there: no such file or folder"},
        {":",
         NULL,
         {.val = ROWS - 5, .val_is_last = true},
         BL_BAD_DATA,
         "only one class, 0 (no), in all 5 training examples"},
        {"+", NULL, {.val = 0}, BL_BAD_DATA, "only one class, 0, in all 2"},
        {NULL, NULL, {.val = 0}, BL_BAD_VALUE, "no data"},
        {"", NULL, {.val = 0}, BL_BAD_VALUE, "no data"},
        {"/none/there", NULL, {.val = 0}, BL_BAD_DATA, "there are: fashion-mnist, mnist"},
    };
    (void)state;
    const char *path = table_to_split(), *single = scratch_path(&scratch, "single.csv");
    scratch_write(single, "1,2,0\n3,4,0\n", 12);
    const size_t live = memory.live;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct sets s;
        const char *where = cases[i].where, *test = cases[i].test_where;
        where = where && *where == ':' ? path : where && *where == '+' ? single : where;
        test = test && *test == ':' ? path : test;
        assert_int_equal(load(&s, where, test, &cases[i].options), cases[i].status);
        if (!strstr(ctx->why, cases[i].fragment))
            fail_msg("expected \"%s\" in: %s", cases[i].fragment, ctx->why);
        assert_true(!s.train && !s.val && !s.test);
        assert_int_equal(memory.live, live);
    }
}

/* ---- folders and named sets ---- */

/* Writes four training images of one byte, with labels 0 to 3 % below, and two test images. */
static void write_set(const char *folder, uint32_t below, int has_test)
{
    static const char *const prefixes[] = {"train", "t10k"};
    for (int part = 0; part < 1 + has_test; part++) {
        const uint32_t n = part ? 2 : 4;
        char path[SCRATCH_PATH + 40];
        mkdir(folder, 0700);
        snprintf(path, sizeof path, "%s/%s-images-idx3-ubyte.gz", folder, prefixes[part]);
        write_idx(path, &(struct idx_spec){0x803, {n, 1, 1, 0}, n, 256});
        snprintf(path, sizeof path, "%s/%s-labels-idx1-ubyte.gz", folder, prefixes[part]);
        write_idx(path, &(struct idx_spec){0x801, {n, 0, 0, 0}, n, below});
    }
}

static void remove_set(const char *folder)
{
    struct scratch inner;
    snprintf(inner.folder, sizeof inner.folder, "%.99s", folder);
    scratch_remove(&inner);
}

static void folders_bring_their_test_set(void **state)
{
    struct sets s;
    (void)state;
    write_set(scratch.folder, 4, 1);
    assert_loads(&s, scratch.folder, NULL, &(struct data_options){.val = 1, .val_is_last = true});
    assert_int_equal(s.train->n, 3);
    assert_int_equal(s.val->n, 1);
    assert_int_equal(s.test->n, 2);
    assert_int_equal(s.test->outputs, 4);
    assert_true(s.test->scaling.n == 1 && s.test->scaling.scale[0] == 0.5); /* fitted on 0, 1, 2 of train */
    free_sets(&s);
    assert_int_equal(load(&s, scratch.folder, NULL, &(struct data_options){.test_fraction = 0.5}),
                     BL_BAD_VALUE);
    assert_non_null(strstr(ctx->why, "already includes a test set"));
}

static void a_folder_without_test_set_can_be_split(void **state)
{
    struct sets s;
    (void)state;
    write_set(scratch.folder, 2, 0);
    assert_loads(&s, scratch.folder, NULL, &(struct data_options){.val = 0});
    assert_null(s.test);
    free_sets(&s);
    assert_loads(&s, scratch.folder, NULL, &(struct data_options){.test_fraction = 0.5});
    assert_int_equal(s.train->n, 2);
    assert_int_equal(s.test->n, 2);
    free_sets(&s);
}

static void labels_of_the_test_set_must_be_known(void **state)
{
    static const struct idx_spec labels = {0x801, {2, 0, 0, 0}, 2, 256};
    struct sets s;
    (void)state;
    write_set(scratch.folder, 1, 1); /* the training set has class 0 only */
    write_idx(scratch_path(&scratch, "t10k-labels-idx1-ubyte.gz"), &labels);
    assert_int_equal(load(&s, scratch.folder, NULL, &(struct data_options){.val = 0}), BL_BAD_DATA);
    assert_non_null(strstr(ctx->why, "t10k-labels-idx1-ubyte.gz: label 1 of example 1"));
}

static void named_sets_are_found(void **state)
{
    static const struct {
        const char *folders[3]; /* created in the scratch folder; the last contains the set */
        const char *data_dir;   /* in the scratch folder too */
        const char *variable, *value;
    } cases[] = {
        {{"mnist"}, "", NULL, ""},
        {{"mnist"}, "/", NULL, ""},
        {{"mnist"}, "/mnist", NULL, ""},
        {{"mnist"}, "/mnist//", NULL, ""},
        {{"mnist"}, NULL, "BACKLESS_DATA", ""},
        {{"mnist"}, NULL, "BACKLESS_DATA", "/mnist"},
        {{"mnist"}, "/none", "BACKLESS_DATA", ""},
        {{"backless", "backless/mnist"}, NULL, "XDG_CACHE_HOME", ""},
        {{".cache", ".cache/backless", ".cache/backless/mnist"}, NULL, "HOME", ""},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char made[3][SCRATCH_PATH], data_dir[SCRATCH_PATH], value[SCRATCH_PATH];
        int depth = 0;
        for (; depth < 3 && cases[i].folders[depth]; depth++) {
            snprintf(made[depth], SCRATCH_PATH, "%s/%s", scratch.folder, cases[i].folders[depth]);
            mkdir(made[depth], 0700);
        }
        write_set(made[depth - 1], 3, 1);
        snprintf(data_dir, sizeof data_dir, "%s%s", scratch.folder,
                 cases[i].data_dir ? cases[i].data_dir : "");
        snprintf(value, sizeof value, "%s%s", scratch.folder, cases[i].value);
        if (cases[i].variable)
            setenv(cases[i].variable, value, 1);
        struct sets s;
        const struct data_options options = {.data_dir = cases[i].data_dir ? data_dir : NULL};
        assert_loads(&s, "mnist", NULL, &options);
        assert_int_equal(s.train->n, 4);
        assert_null(s.train->class_names);
        free_sets(&s);
        while (depth-- > 0)
            remove_set(made[depth]);
        if (cases[i].variable)
            unsetenv(cases[i].variable);
    }
}

static void a_missing_named_set_is_explained(void **state)
{
    static const char *const fragments[] = {"no data set mnist",
                                            "/first",
                                            "/second",
                                            "/home/.cache/backless",
                                            "/usr/share/datasets",
                                            "/usr/local/share/datasets",
                                            "backless data get mnist",
                                            "--data-dir",
                                            "BACKLESS_DATA"};
    struct sets s;
    (void)state;
    setenv("BACKLESS_DATA", "/second", 1);
    setenv("XDG_CACHE_HOME", "not/absolute", 1);
    setenv("HOME", "/home", 1);
    if (path_is_folder("/usr/share/datasets/mnist") || path_is_folder("/usr/local/share/datasets/mnist")) {
        print_message("SKIP: mnist is installed here, so that it cannot be missing\n");
        skip();
    }
    assert_int_equal(load(&s, "mnist", NULL, &(struct data_options){.data_dir = "/first"}), BL_BAD_DATA);
    for (size_t i = 0; i < sizeof fragments / sizeof *fragments; i++)
        if (!strstr(ctx->why, fragments[i]))
            fail_msg("expected \"%s\" in: %s", fragments[i], ctx->why);
}

static void fashion_has_ten_names(void **state)
{
    struct sets s;
    char folder[SCRATCH_PATH];
    (void)state;
    snprintf(folder, sizeof folder, "%s/fashion-mnist", scratch.folder);
    write_set(folder, 3, 1);
    const struct data_options options = {.data_dir = scratch.folder};
    assert_loads(&s, "fashion-mnist", NULL, &options);
    const bl_data *const parts[] = {s.train, s.test};
    for (int p = 0; p < 2; p++) {
        assert_int_equal(parts[p]->outputs, 10);
        assert_string_equal(parts[p]->class_names[0], "T-shirt/top");
        assert_string_equal(parts[p]->class_names[9], "Ankle boot");
    }
    free_sets(&s);
    char path[SCRATCH_PATH + 40];
    uint8_t labels[] = {0, 0, 8, 1, 0, 0, 0, 4, 0, 1, 10, 2};
    snprintf(path, sizeof path, "%s/train-labels-idx1-ubyte.gz", folder);
    write_gz(path, labels, sizeof labels);
    assert_int_equal(load(&s, "fashion-mnist", NULL, &options), BL_BAD_DATA);
    assert_non_null(strstr(ctx->why, "label 10, but fashion-mnist has 10 classes"));
    remove_set(folder);
}

/* ---- for a model ---- */

static void data_for_a_model_have_its_encoding(void **state)
{
    static double offset[] = {1}, scale[] = {3};
    static char cat[] = "cat", dog[] = "dog", cow[] = "cow", hen[] = "hen";
    static char *names[] = {cat, dog, cow, hen};
    const bl_data schema = {.ctx = ctx,
                            .shape = {1, 1, 1},
                            .features = 1,
                            .outputs = 4,
                            .scaling = {1, offset, scale, false, false, NULL},
                            .class_names = names,
                            .class_match = CLASS_BY_NUMBER};
    static const struct data_options options = {.has_labels = true};
    bl_data *data = NULL;
    float x[2];
    (void)state;
    write_set(scratch.folder, 4, 1);
    assert_int_equal(data_read_with_schema(&data, ctx, scratch.folder, "test", &options, &schema), BL_OK);
    data_gather(data, &backend, NULL, 0, 2, x);
    assert_true(x[0] == -3.0f && x[1] == 0.0f);
    assert_ptr_not_equal(data->class_names, names);
    assert_string_equal(data->class_names[3], "hen");
    data_free(data);
    assert_int_equal(data_read_with_schema(&data, ctx, scratch.folder, "train", &options, &schema), BL_OK);
    assert_int_equal(data->n, 4);
    data_free(data);
    assert_int_equal(data_read_with_schema(&data, ctx, scratch.folder, "val", &options, &schema),
                     BL_BAD_VALUE);
    assert_int_equal(data_read_with_schema(&data, ctx, scratch.folder, NULL, &options, &schema),
                     BL_BAD_VALUE);
}

/* ---- memory ---- */

static void failing_allocations_lose_no_memory(void **state)
{
    static const char test[] = "1,2,no\n3,4,yes\n";
    (void)state;
    const char *path = table_to_split(), *other = scratch_path(&scratch, "test.csv");
    scratch_write(other, test, sizeof test - 1);
    for (int i = 0; i < 2; i++) {
        const struct data_options options = {.val = 5, .test_fraction = i ? 0.2 : 0.0};
        const size_t live = memory.live;
        bl_status status = BL_NO_MEMORY;
        size_t failing = 0;
        for (; status == BL_NO_MEMORY; failing++) {
            struct sets s;
            memory.calls = 0;
            memory.fail_at = failing + 1;
            status = load(&s, path, i ? NULL : other, &options);
            memory.fail_at = 0;
            assert_int_equal(status == BL_OK, s.train != NULL);
            free_sets(&s);
            assert_int_equal(memory.live, live);
        }
        assert_int_equal(status, BL_OK);
        assert_true(failing > 30);
    }
}

static int begin(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof variables / sizeof *variables; i++)
        unsetenv(variables[i]);
    scratch_make(&scratch);
    ctx = counting_context(&memory);
    return ctx ? 0 : 1;
}

static int end(void **state)
{
    (void)state;
    scratch_remove(&scratch);
    context_destroy(ctx);
    return memory.live == 0 ? 0 : 1;
}

#define EACH(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        EACH (the_last_examples_are_for_validation), EACH (a_fraction_of_each_class_is_for_testing),
        EACH (folds_are_parts_of_each_class),        EACH (the_seed_decides_the_split),
        EACH (another_file_is_for_testing),          EACH (what_cannot_be_loaded_is_refused),
        EACH (folders_bring_their_test_set),         EACH (a_folder_without_test_set_can_be_split),
        EACH (labels_of_the_test_set_must_be_known), EACH (named_sets_are_found),
        EACH (a_missing_named_set_is_explained),     EACH (fashion_has_ten_names),
        EACH (data_for_a_model_have_its_encoding),   EACH (failing_allocations_lose_no_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

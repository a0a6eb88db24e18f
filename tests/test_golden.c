/*
 * test_golden.c - ten steps of every rule, loss, activation and optimiser, on every backend, reach the
 * numbers of an independent implementation in double precision (golden/make_golden.py); they do not reach the
 * numbers of deliberate mistakes.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../src/file/tensors.h"
#include "fixture.h"

#include <math.h>

/* Weights of size 1 take ten steps with at most ten sums each: 100 roundings of 6e-8. The same steps in
   NumPy's single precision are within 3e-6 of the golden numbers (which make_golden.py checks); twice that is
   allowed. */
static const double bound = 6e-6;
/* The least distance of a deliberate mistake: more than a thousand times the bound. */
static const double plain_miss = 1e-2;

enum { N_FIELDS = 9, TEXT = 600, INPUTS = 7, CLASSES = 4, LARGEST = 8 };

struct golden {
    char text[TEXT]; /* the line, split into its fields */
    const char *name;
    struct fixture_options options;
    struct tensors *file;
    bl_context *ctx;
};

static struct tensor_entry entry_of(const struct golden *g, const char *prefix, const char *name)
{
    char full[TEXT];
    struct tensor_entry entry;
    snprintf(full, sizeof full, "%s%s", prefix, name);
    if (!tensors_find(g->file, full, &entry))
        fail_msg("%s.npz: no array \"%s\"", g->name, full);
    return entry;
}

static size_t entry_count(struct tensor_entry entry)
{
    return entry.rows * (entry.cols ? entry.cols : 1);
}

/* "-": not set. */
static const char *option_of(const char *field)
{
    return strcmp(field, "-") == 0 ? NULL : field;
}

/* "name ; rule ; net ; loss ; reduction ; optimizer ; lr ; slope ; lambda" */
static void golden_parse(struct golden *g, const char *line)
{
    char *fields[N_FIELDS] = {NULL};
    int n = 0;
    snprintf(g->text, sizeof g->text, "%s", line);
    g->text[strcspn(g->text, "\n")] = 0;
    for (char *at = g->text; at && n < N_FIELDS; n++) {
        fields[n] = at;
        at = strstr(at, " ; ");
        if (at) {
            *at = 0;
            at += 3;
        }
    }
    assert_int_equal(n, N_FIELDS);
    g->name = fields[0];
    g->options = (struct fixture_options){.rule = fields[1],
                                          .net = fields[2],
                                          .loss = fields[3],
                                          .reduction = fields[4],
                                          .optimizer = fields[5],
                                          .lr = fields[6],
                                          .slope = option_of(fields[7]),
                                          .lambda = option_of(fields[8]),
                                          .init = "fanin",
                                          .batch = "8"};
}

static void golden_open(struct golden *g, const char *line)
{
    char path[2 * TEXT];
    golden_parse(g, line);
    snprintf(path, sizeof path, "%s/golden/%s.npz", TEST_SOURCE_DIR, g->name);
    g->ctx = bl_context_new(NULL);
    if (arrays_read(&g->file, g->ctx, path) != BL_OK)
        fail_msg("%s", bl_why(g->ctx));
}

static void golden_close(struct golden *g)
{
    tensors_free(g->ctx, g->file);
    bl_context_free(g->ctx);
}

/* Sets the initial tensors. Every tensor of the model must be in the file, and every initial array of the
   file in the model. */
static void set_start(const struct golden *g, struct fixture *fixture)
{
    bl_tensor t;
    struct tensor_entry entry;
    for (int i = 0; bl_model_tensor(fixture->model, i, &t); i++) {
        entry = entry_of(g, "", t.name);
        assert_int_equal(entry_count(entry), fixture_count(t));
        fixture_set(fixture, t.name, entry.values, entry_count(entry));
    }
    for (size_t i = 0; tensors_entry(g->file, i, &entry); i++)
        if (entry.name[0] >= '0' && entry.name[0] <= '9')
            assert_non_null(fixture_tensor(fixture, entry.name).values);
}

/* Whether the tensor is feedback that learns, because its final values differ from the initial ones. */
static bool does_learn(const struct golden *g, const char *name)
{
    char full[TEXT];
    struct tensor_entry entry;
    snprintf(full, sizeof full, "step1.%s", name);
    return tensors_find(g->file, full, &entry);
}

/* The largest distance of a weight, bias or learned feedback from the golden ones after that many steps;
   NaN counts as far. */
static double distance(const struct golden *g, const struct fixture *fixture, int steps)
{
    char prefix[40];
    double largest = 0.0;
    bl_tensor t;
    snprintf(prefix, sizeof prefix, "step%d.", steps);
    for (int i = 0; bl_model_tensor(fixture->model, i, &t); i++) {
        if (strstr(t.name, ".feedback") && !does_learn(g, t.name))
            continue;
        const struct tensor_entry expected = entry_of(g, prefix, t.name);
        for (size_t k = 0; k < fixture_count(t); k++) {
            const double d = fabs((double)t.values[k] - (double)expected.values[k]);
            largest = d <= largest ? largest : isnan(d) ? INFINITY : d;
        }
    }
    return largest;
}

struct outcome {
    double weights, losses; /* the largest distances */
};

/* The shape of an example; without an array "shape", examples are rows of INPUTS numbers. */
static bl_shape shape_of(const struct golden *g)
{
    struct tensor_entry entry;
    if (!tensors_find(g->file, "shape", &entry))
        return (bl_shape){1, 1, INPUTS};
    assert_int_equal(entry_count(entry), 3);
    return (bl_shape){(int)entry.values[0], (int)entry.values[1], (int)entry.values[2]};
}

static struct outcome run(const struct golden *g, const char *backend, int threads)
{
    const struct tensor_entry sizes = entry_of(g, "", "sizes"), x = entry_of(g, "", "x"),
                              labels = entry_of(g, "", "labels"), losses = entry_of(g, "", "losses");
    const int32_t any[1] = {0};
    const bl_shape shape = shape_of(g);
    const int inputs = shape.channels * shape.rows * shape.cols;
    const struct fixture_batch example = {x.values, any, 1, inputs, CLASSES, shape};
    struct outcome out = {0.0, 0.0};
    struct fixture fixture;
    fixture_make(&fixture, backend, threads, &g->options, &example);
    set_start(g, &fixture);
    for (size_t step = 0, at = 0; step < entry_count(sizes); step++) {
        const size_t n = (size_t)sizes.values[step];
        int32_t batch_labels[LARGEST];
        for (size_t i = 0; i < n; i++)
            batch_labels[i] = (int32_t)labels.values[at + i];
        const struct fixture_batch batch = {
            x.values + at * (size_t)inputs, batch_labels, n, inputs, CLASSES, shape};
        out.losses = fmax(out.losses, fabs(fixture_step(&fixture, &batch) - (double)losses.values[step]));
        at += n;
        if (step == 0)
            out.weights = distance(g, &fixture, 1);
    }
    out.weights = fmax(out.weights, distance(g, &fixture, 10));
    fixture_free(&fixture);
    return out;
}

static void check_case(const char *line)
{
    struct golden g = {.name = NULL};
    golden_open(&g, line);
    const bool is_wrong = strncmp(g.name, "wrong_", 6) == 0;
    for (int i = 0; bl_backend_name(i); i++)
        for (int threads = 1; threads <= 2; threads++) {
            const struct outcome out = run(&g, bl_backend_name(i), threads);
            if (is_wrong ? out.weights < plain_miss : out.weights > bound || out.losses > bound)
                fail_msg("%s on %s, %d threads: weights are off by %.2g, losses by %.2g", g.name,
                         bl_backend_name(i), threads, out.weights, out.losses);
        }
    golden_close(&g);
}

/* Checks the cases of cases.txt whose name begins with "wrong_", or the others; returns their number. */
static int check_cases(bool wrong)
{
    char line[TEXT];
    int n = 0;
    FILE *file = fopen(TEST_SOURCE_DIR "/golden/cases.txt", "r");
    assert_non_null(file);
    while (fgets(line, sizeof line, file))
        if (line[0] != '#' && (strncmp(line, "wrong_", 6) == 0) == wrong) {
            check_case(line);
            n++;
        }
    fclose(file);
    return n;
}

static void test_golden_cases(void **state)
{
    (void)state;
    assert_true(check_cases(false) >= 76);
}

/* Negative controls: the transposed weights in place of B, f' left out, the error after the softmax; for
   other rules the weights in place of their signs, feedback that does not learn, a wrong sign, f' itself, the
   cosine of the output in place of that of the sum, the inputs of the first pass; l2 outside of the
   optimiser's statistics; a residual without its shortcut, or with the delta of one follower only; constant
   moments of layer norm. */
static void test_mistakes_are_seen(void **state)
{
    (void)state;
    assert_int_equal(check_cases(true), 14);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_golden_cases),
                                       cmocka_unit_test(test_mistakes_are_seen)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

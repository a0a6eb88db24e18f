/*
 * test_hashes.c - the hashes of the weights after six steps, for every rule x net x optimiser x precision x
 * memory, equal those recorded in golden/hashes.txt, so that changes of the engine change no bit. Every
 * option that affects the bits is set here, so that a change of a default has no effect.
 *
 *     test_hashes --write    prints the table; a line that changes must be explained in the changelog
 */
#include "fixture.h"
#include "quick.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

enum { N = 21, INPUTS = 64, CLASSES = 5, STEPS = 6, BATCH = 9, LINE_ROOM = 256 };
/* Under a sanitizer one choice of SOME is trained. It is prime to the number of optimisers, precisions and
   memories, so that each of them occurs with each rule. */
enum { SOME = 7 };

static const char *const nets[][2] = {
    {"dense", "dense 33, tanh, dropout 0.1, dense 17, relu, dense 5"},
    {"conv",
     "dropout 0.1, conv 6 3x3 pad 1, batchnorm, tanh, maxpool 2, conv 4 3x3, leaky-relu, dropout 0.1, "
     "avgpool 2, dense 11, batchnorm, logistic, dense 5"},
};
/* Nets with one optimiser each. On 3 threads their convolutions are cut over examples. */
static const char *const further_nets[][2] = {
    {"layernorm", "conv 4 2x2 nobias, layernorm, leaky-relu, maxpool 3 stride 2, conv 3 3x3 pad 1, "
                  "residual (layernorm, conv 3 3x3 pad 1), gelu, dense 11, layernorm, tanh, dense 5"},
    {"subsample",
     "conv 4 3x3 pad 1, tanh, residual (conv 7 3x3 stride 2 pad 1 nobias, batchnorm, relu, conv 7 3x3 pad 1 "
     "| subsample 2 pad-channels 7), relu, avgpool all, dense 5"},
    {"resnet20a", "resnet20a"},
};
static const char *const optimizers[] = {
    "sgd",     "sgd momentum 0.9",   "sgd momentum 0.9 nesterov decay 1e-4",
    "rmsprop", "rmsprop decay 1e-4", "adam decay 1e-4"};
static const char *const precisions[] = {"float32", "bf16-dense", "bf16"}; /* bf16-dense: the bf16 of 0.1.0 */
enum { PRECISIONS = sizeof precisions / sizeof *precisions };
static const char *const memories[] = {"normal", "low"};

struct choice {
    const char *rule, *net_name, *net, *optimizer, *precision, *memory;
};

static float x[N * INPUTS];
static int32_t labels[N];

/* Rules with learned feedback have a default decay unless the optimiser has one, so that the text always has
   one here. */
static void text_of(const struct choice *c, char out[LINE_ROOM])
{
    snprintf(out, LINE_ROOM, "%s %s \"%s\" %s %s", c->rule, c->net_name, c->optimizer, c->precision,
             c->memory);
}

static bool learns_feedback(const char *rule)
{
    return strcmp(rule, "kp") == 0 || strcmp(rule, "dkp") == 0;
}

/* Sets an option if the library has it. Earlier versions do not have all of them and behave like the value
   set here. */
static bl_status set_if_known(bl_config *config, const char *key, const char *text)
{
    return bl_config_get(config, key) ? bl_config_set(config, key, text) : BL_OK;
}

static bl_status configure(bl_config *config, const struct choice *c)
{
    char optimizer[64];
    const bool adds_decay = learns_feedback(c->rule) && !strstr(c->optimizer, "decay");
    snprintf(optimizer, sizeof optimizer, "%s%s", c->optimizer, adds_decay ? " decay 1e-5" : "");
    const char *const options[][2] = {
        {"net", c->net},          {"rule", c->rule},       {"loss", "ce"},    {"reduction", "mean"},
        {"optimizer", optimizer}, {"lr", "0.01"},          {"init", "fanin"}, {"feedback", "uniform 0.3"},
        {"inlet", "end"},         {"seed", "11"},          {"batch", "9"},    {"precision", c->precision},
        {"memory", c->memory},    {"schedule", "constant"}};
    for (size_t i = 0; i < sizeof options / sizeof *options; i++) {
        const bl_status status = bl_config_set(config, options[i][0], options[i][1]);
        if (status != BL_OK)
            return status;
    }
    return set_if_known(config, "slope", "cos f");
}

/* Trains six steps: two full batches and a smaller one, twice. */
static bl_status train(bl_trainer *trainer)
{
    for (size_t step = 0; step < STEPS; step++) {
        const size_t first = step % 3 * BATCH, left = N - first;
        const bl_status status =
            bl_trainer_step(trainer, x + first * INPUTS, labels + first, left < BATCH ? left : BATCH, NULL);
        if (status != BL_OK)
            return status;
    }
    return BL_OK;
}

/* "-": this rule is not defined for this net, or not with this memory. */
static void hash_of(const struct choice *c, int threads, char hash[17])
{
    bl_context *ctx = bl_context_new(NULL);
    bl_config *config = NULL;
    bl_data *data = NULL;
    bl_trainer *trainer = NULL;
    const bl_shape shape = {1, 8, 8};
    bl_status status = bl_context_use(ctx, "portable", threads);
    if (status == BL_OK)
        status = bl_config_create(&config, ctx);
    if (status == BL_OK)
        status = configure(config, c);
    if (status == BL_OK)
        status = bl_data_wrap(&data, ctx, x, labels, N, shape, CLASSES);
    assert_int_equal(status, BL_OK);
    status = bl_trainer_create(&trainer, ctx, config, data);
    if (status == BL_OK) {
        assert_int_equal(train(trainer), BL_OK);
        bl_model_hash(bl_trainer_model(trainer), hash);
    } else {
        assert_int_equal(status, BL_NOT_DEFINED);
        strcpy(hash, "-");
    }
    bl_trainer_free(trainer);
    bl_data_free(data);
    bl_config_free(config);
    bl_context_free(ctx);
}

typedef void (*visit)(const struct choice *c, void *user);

static void for_each_choice(visit take, void *user)
{
    for (int r = 0; bl_rule_name(r); r++)
        for (size_t n = 0; n < sizeof nets / sizeof *nets; n++)
            for (size_t o = 0; o < sizeof optimizers / sizeof *optimizers; o++)
                for (size_t p = 0; p < PRECISIONS; p++)
                    for (size_t m = 0; m < 2; m++)
                        take(&(struct choice){bl_rule_name(r), nets[n][0], nets[n][1], optimizers[o],
                                              precisions[p], memories[m]},
                             user);
}

static void for_each_further_choice(visit take, void *user)
{
    for (int r = 0; bl_rule_name(r); r++)
        for (size_t n = 0; n < sizeof further_nets / sizeof *further_nets; n++)
            for (size_t m = 0; m < 2; m++)
                take(&(struct choice){bl_rule_name(r), further_nets[n][0], further_nets[n][1],
                                      "sgd momentum 0.9", "float32", memories[m]},
                     user);
}

static void print_choice(const struct choice *c, void *user)
{
    char text[LINE_ROOM], hash[17];
    (void)user;
    text_of(c, text);
    hash_of(c, 1, hash);
    printf("%s %s\n", text, hash);
}

struct check {
    FILE *table;
    size_t seen, compared, trained;
};

static void check_choice(const struct choice *c, void *user)
{
    struct check *check = user;
    char text[LINE_ROOM], line[LINE_ROOM + 20], expected[LINE_ROOM + 20], hash[17];
    text_of(c, text);
    assert_non_null(fgets(line, sizeof line, check->table));
    if (check->seen++ % quick_stride(SOME) != 0) {
        assert_memory_equal(line, text, strlen(text));
        return;
    }
    for (int threads = 1; threads <= 3; threads += 2) {
        hash_of(c, threads, hash);
        snprintf(expected, sizeof expected, "%s %s\n", text, hash);
        if (strcmp(line, expected) != 0)
            fail_msg("on %d threads: %srecorded: %s", threads, expected, line);
    }
    check->compared++;
    check->trained += hash[0] != '-';
}

static void fill(void)
{
    fixture_fill(7, x, labels, N, INPUTS, CLASSES);
}

static void test_table(void **state)
{
    (void)state;
    struct check check = {.table = fopen(TEST_SOURCE_DIR "/golden/hashes.txt", "r")};
    assert_non_null(check.table);
    for_each_choice(check_choice, &check);
    for_each_further_choice(check_choice, &check);
    assert_null(fgets((char[LINE_ROOM]){0}, LINE_ROOM, check.table));
    fclose(check.table);
    print_message("%zu choices, of which %zu train\n", check.compared, check.trained);
    if (check.compared < check.seen)
        printf("left out: %zu of %zu choices, because a sanitizer sees the same code in each\n",
               check.seen - check.compared, check.seen);
}

/* Control: the hash depends on each part of a choice. */
static void test_choices_differ(void **state)
{
    (void)state;
    const struct choice base = {"dfa", nets[0][0], nets[0][1], "rmsprop", "float32", "normal"};
    struct choice others[] = {base, base, base, base};
    char hash[17], other[17];
    others[0].rule = "bp";
    others[1].net = nets[1][1];
    others[2].optimizer = "rmsprop decay 1e-4";
    others[3].precision = "bf16";
    hash_of(&base, 1, hash);
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        hash_of(&others[i], 1, other);
        assert_string_not_equal(hash, other);
    }
}

int main(int argc, char **argv)
{
    fill();
    if (argc == 2 && strcmp(argv[1], "--write") == 0) {
        for_each_choice(print_choice, NULL);
        for_each_further_choice(print_choice, NULL);
        return 0;
    }
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_table), cmocka_unit_test(test_choices_differ)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

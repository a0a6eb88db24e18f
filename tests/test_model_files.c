/*
 * test_model_files.c - a model file with a missing part or an unknown word is refused: no default replaces
 * it. Files of 0.1.0, which store their scaling as floats, are read as 0.1.0 read them.
 */
#include "../src/data/source/location.h"
#include "../src/file/tensors.h"
#include "../src/train/trainer/trainer.h"
#include "scratch.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

enum { ROWS = 12, MOST = 64 };

static struct scratch scratch;
static bl_context *ctx;

static int make(void **state)
{
    (void)state;
    scratch_make(&scratch);
    ctx = bl_context_new(NULL);
    return bl_context_use(ctx, "portable", 1) == BL_OK ? 0 : -1;
}

static int clear(void **state)
{
    (void)state;
    bl_context_free(ctx);
    scratch_remove(&scratch);
    return 0;
}

static const char *path_of(const char *name)
{
    static char paths[4][SCRATCH_PATH];
    static int next;
    char *path = paths[next++ % 4];
    snprintf(path, SCRATCH_PATH, "%s/%s", scratch.folder, name);
    return path;
}

static const char *table(bool has_numbers)
{
    const char *path = path_of("table.csv");
    FILE *file = fopen(path, "w");
    fputs("a,b,colour,y\n", file);
    for (int i = 0; i < ROWS; i++)
        fprintf(file, "%d,%s,%s,%s\n", i * i,
                i == 3  ? ""
                : i % 2 ? "1.5"
                        : "2.5",
                i % 3 ? "red" : "blue", has_numbers ? (i % 2 ? "7.25" : "-1.5") : (i % 2 ? "no" : "yes"));
    fclose(file);
    return path;
}

struct made {
    bl_config *config;
    bl_data *data[3];
    bl_trainer *trainer;
};

static bl_status prepare(struct made *m, bool has_numbers, const char *out, const char *epochs)
{
    const char *const options[][2] = {
        {"data", table(has_numbers)},
        {"net", has_numbers ? "dense 3, batchnorm, tanh, dense 1" : "dense 3, batchnorm, tanh, dense 2"},
        {"loss", has_numbers ? "mse" : "ce"},
        {"missing", "impute"},
        {"ignore", "none"},
        {"rule", "fa"},
        {"init", "fanin"},
        {"label", "y"},
        {"optimizer", "rmsprop"},
        {"lr", "0.001"},
        {"batch", "4"},
        {"epochs", epochs},
        {"no-angles", "true"},
        {"out", out}};
    *m = (struct made){0};
    bl_status status = bl_config_create(&m->config, ctx);
    for (size_t i = 0; status == BL_OK && i < sizeof options / sizeof *options; i++)
        status = bl_config_set(m->config, options[i][0], options[i][1]);
    if (status == BL_OK)
        status = bl_data_load(&m->data[0], &m->data[1], &m->data[2], ctx, m->config);
    if (status == BL_OK)
        status = bl_trainer_create(&m->trainer, ctx, m->config, m->data[0]);
    return status;
}

static bl_status train(struct made *m, bool has_numbers, const char *out)
{
    bl_status status = prepare(m, has_numbers, out, "2");
    if (status == BL_OK)
        status = bl_trainer_fit(m->trainer, m->data[0], NULL, NULL, NULL, NULL);
    if (status != BL_OK)
        fprintf(stderr, "%s\n", bl_why(ctx));
    return status;
}

static void free_made(struct made *m)
{
    bl_trainer_free(m->trainer);
    for (int i = 0; i < 3; i++)
        bl_data_free(m->data[i]);
    bl_config_free(m->config);
}

/* ---- What may be changed in a file */

struct change {
    bool has_numbers;
    const char *lost;       /* a tensor or a metadata key */
    const char *key, *text; /* metadata that is replaced by `text` */
    const char *added;      /* a tensor of 1 number */
    const char *shortened;  /* a tensor that loses its last number */
    const char *negated;    /* a tensor whose numbers become negative */
    const char *expected;   /* part of the message; NULL: the file is read */
};

static const struct change changes[] = {
    {.expected = NULL},
    {.has_numbers = true, .expected = NULL},
    {.lost = "scaling.offset", .expected = "no tensor \"scaling.offset\" beside \"scaling.scale\""},
    {.lost = "scaling.scale", .expected = "no tensor \"scaling.scale\" beside \"scaling.offset\""},
    {true, .lost = "targets.offset", .expected = "no tensor \"targets.offset\" beside \"targets.scale\""},
    {true, .lost = "targets.scale", .expected = "no tensor \"targets.scale\" beside \"targets.offset\""},
    {.shortened = "scaling.offset", .expected = "tensor \"scaling.offset\" has 4 numbers, expected 1 or 5"},
    {.shortened = "scaling.scale", .expected = "tensor \"scaling.scale\" has 4 numbers"},
    {.negated = "scaling.scale", .expected = "expected 0 or more"},
    {true, .negated = "targets.scale", .expected = "expected 0 or more"},
    {.key = "format", .text = "backless 3", .expected = "its format is \"backless 3\""},
    {.key = "format", .text = "", .expected = "its format is \"\""},
    {.key = "format", .text = "backless 1", .expected = "has \"scaling\", which only \"backless 2\" has"},
    {.lost = "format", .expected = "no \"format\" in its metadata"},
    {.key = "answers", .text = "ranks", .expected = "its answers are \"ranks\""},
    {.lost = "answers", .expected = "no \"answers\" in its metadata"},
    {.key = "answers", .text = "numbers", .expected = "no tensor \"targets.offset\""},
    {true, .key = "answers", .text = "classes", .expected = "its answers are classes, but it has tensors"},
    {.key = "loss", .text = "hinge", .expected = "no loss \"hinge\""},
    {.key = "rule", .text = "magic", .expected = "its rule \"magic\""},
    {.key = "rule", .text = "bp", .expected = "tensor \"1.feedback\" does not belong"},
    {.key = "net", .text = "dense 3, wave, dense 2", .expected = "wave"},
    {.key = "net", .text = "dense 3, tanh, dense 2", .expected = "does not belong to net"},
    {.key = "input", .text = "5", .expected = "input \"5\""},
    {.key = "input", .text = "1 x 1 x 4", .expected = "table's columns become 5 features"},
    {.key = "outputs", .text = "3", .expected = "is not a list of 3 names"},
    {.key = "inlet", .text = "elsewhere", .expected = "no feedback position \"elsewhere\""},
    {.lost = "inlet", .expected = "no \"inlet\""},
    {.key = "feedback", .text = "uniform x", .expected = "its feedback cannot be understood"},
    {.key = "precision", .text = "fp8", .expected = "its precision cannot be understood"},
    {.key = "optimizer", .text = "lion", .expected = "its optimizer cannot be understood"},
    {.key = "reduction", .text = "max", .expected = "its reduction cannot be understood"},
    {.lost = "precision", .expected = "no \"precision\""},
    {.lost = "class_names", .expected = "no \"class_names\""},
    {.key = "class_names", .text = "[\"no\"]", .expected = "is not a list of 2 names"},
    {.lost = "table", .expected = "no \"table\""},
    {.lost = "missing", .expected = "no \"missing\""},
    {.key = "missing", .text = "null", .expected = "its \"missing\" is null"},
    {.key = "missing", .text = "drop", .expected = "its missing is \"drop\""},
    {.key = "table", .text = "[]", .expected = "not a list of columns"},
    {.key = "table",
     .text = "[{\"kind\":\"number\"},{\"kind\":\"number\",\"indicator\":1}]",
     .expected = "true or false as indicator"},
    {.key = "table",
     .text = "[{\"kind\":\"number\",\"log\":true}]",
     .expected = "not an object of name, kind"},
    {.key = "table",
     .text = "[{\"kind\":\"number\",\"name\":\"a\"},{\"kind\":\"number\"}]",
     .expected = "all or none"},
    {.key = "table",
     .text = "[{\"kind\":\"number\",\"words\":[\"a\"]}]",
     .expected = "has words, but its kind is number"},
    {.key = "table", .text = "[{\"kind\":\"label\"},{\"kind\":\"label\"}]", .expected = "2 label columns"},
    {.lost = "scaling", .expected = "no \"scaling\""},
    {.key = "scaling", .text = "0", .expected = "\"scaling\" is \"0\""},
    {true, .key = "target_scaling", .text = "0", .expected = "\"target_scaling\" is \"0\""},
    {.lost = "0.batchnorm.variance", .expected = "no tensor \"0.batchnorm.variance\""},
    {.lost = "0.batchnorm.mean", .expected = "no tensor \"0.batchnorm.mean\""},
    {.negated = "0.batchnorm.variance", .expected = "\"0.batchnorm.variance\" holds"},
    {.lost = "1.feedback", .expected = "no tensor \"1.feedback\""},
    {.added = "2.dense.weight", .expected = "tensor \"2.dense.weight\" does not belong"},
};
enum { N_CHANGES = sizeof changes / sizeof *changes };

struct listing {
    struct tensor_entry entries[MOST];
    struct tensor_metadata metadata[MOST];
    size_t n_entries, n_metadata;
    double doubles[MOST];
    float floats[MOST];
};

static void negate(struct listing *l, struct tensor_entry *entry)
{
    for (size_t i = 0; i < entry->rows; i++) {
        l->doubles[i] = entry->doubles ? -1.0 - entry->doubles[i] : 0.0;
        l->floats[i] = entry->doubles ? 0.0f : -1.0f - entry->values[i];
    }
    entry->values = entry->doubles ? NULL : l->floats;
    entry->doubles = entry->doubles ? l->doubles : NULL;
}

static bool is(const char *name, const char *wanted)
{
    return wanted && strcmp(name, wanted) == 0;
}

static void apply(struct listing *l, const struct tensors *file, const struct change *c)
{
    static const float one[1] = {1.0f};
    struct tensor_entry entry;
    struct tensor_metadata item;
    *l = (struct listing){.n_entries = 0};
    for (size_t i = 0; tensors_entry(file, i, &entry); i++) {
        if (is(entry.name, c->lost))
            continue;
        entry.rows -= is(entry.name, c->shortened);
        if (is(entry.name, c->negated))
            negate(l, &entry);
        l->entries[l->n_entries++] = entry;
    }
    if (c->added)
        l->entries[l->n_entries++] = (struct tensor_entry){.name = c->added, .values = one, .rows = 1};
    for (size_t i = 0; tensors_metadata_at(file, i, &item); i++)
        if (!is(item.key, c->lost))
            l->metadata[l->n_metadata++] =
                is(item.key, c->key) ? (struct tensor_metadata){item.key, c->text} : item;
}

static void write_changed(const char *from, const char *to, const struct change *c)
{
    struct tensors *file = NULL;
    struct listing l;
    assert_int_equal(tensors_read(&file, ctx, from), BL_OK);
    apply(&l, file, c);
    assert_int_equal(tensors_write(ctx, to, l.entries, l.n_entries, l.metadata, l.n_metadata), BL_OK);
    tensors_free(ctx, file);
}

static void what_is_missing_or_unknown_is_refused(void **state)
{
    struct made made[2];
    const char *const folders[2] = {"classes", "numbers"};
    (void)state;
    for (int i = 0; i < 2; i++)
        assert_int_equal(train(&made[i], i, path_of(folders[i])), BL_OK);
    for (size_t i = 0; i < N_CHANGES; i++) {
        const struct change *c = &changes[i];
        char from[SCRATCH_PATH];
        const char *to = path_of("changed.safetensors");
        bl_model *model = NULL;
        snprintf(from, sizeof from, "%s/%s/model.safetensors", scratch.folder, folders[c->has_numbers]);
        write_changed(from, to, c);
        const bl_status status = bl_model_load(&model, ctx, to);
        if (status != (c->expected ? BL_BAD_DATA : BL_OK) ||
            (c->expected && !strstr(bl_why(ctx), c->expected)))
            fail_msg("change %zu: %s, expected \"%s\" in: %s", i, bl_status_name(status),
                     c->expected ? c->expected : "ok", bl_why(ctx));
        bl_model_free(model);
    }
    free_made(&made[0]);
    free_made(&made[1]);
}

/* ---- Checkpoints */

static void halves_of_a_checkpoint_are_refused(void **state)
{
    static const struct change halves[] = {
        {.lost = "optimizer.mean_square.0.dense.weight",
         .expected = "no tensor \"optimizer.mean_square.0.dense.weight\""},
        {.lost = "optimizer.mean_square.1.dense.bias",
         .expected = "no tensor \"optimizer.mean_square.1.dense.bias\""},
        {.lost = "scaling.offset", .expected = "scales its inputs"},
        {.negated = "scaling.offset", .expected = "scales its inputs"},
        {.key = "format", .text = "backless 9", .expected = "its format is \"backless 9\""},
        {.lost = "format", .expected = "no \"format\""},
        {.lost = "epoch", .expected = "\"epoch\" is \"missing\""},
        {.lost = "table", .expected = "its table is not"},
        {.key = "data_hash", .text = "0123456789abcdef", .expected = "other training data"},
        {.expected = NULL},
    };
    struct made made;
    (void)state;
    assert_int_equal(train(&made, false, path_of("whole")), BL_OK);
    free_made(&made);
    for (size_t i = 0; i < sizeof halves / sizeof *halves; i++) {
        char from[SCRATCH_PATH], to[SCRATCH_PATH];
        struct made again;
        snprintf(from, sizeof from, "%s/whole/model.safetensors", scratch.folder);
        snprintf(to, sizeof to, "%s/model.safetensors", scratch.folder);
        write_changed(from, to, &halves[i]);
        assert_int_equal(prepare(&again, false, path_of("again"), "2"), BL_OK);
        const bl_status status = bl_trainer_resume(again.trainer, scratch.folder);
        if (status != (halves[i].expected ? BL_BAD_DATA : BL_OK) ||
            (halves[i].expected && !strstr(bl_why(ctx), halves[i].expected)))
            fail_msg("change %zu: %s: %s", i, bl_status_name(status), bl_why(ctx));
        free_made(&again);
    }
}

/* ---- Files of 0.1.0 */

/* Writes the model as 0.1.0 did: scaling as floats, format 1, without metadata that it did not have.
   data_hash: the hash of the data as floats. */
static void write_narrow(const char *from, const char *to, uint64_t data_hash)
{
    static const char *const unsaid[] = {"scaling", "target_scaling"};
    struct tensors *file = NULL;
    struct listing l;
    float narrow[4][MOST];
    char hash[17];
    assert_int_equal(tensors_read(&file, ctx, from), BL_OK);
    apply(&l, file, &(struct change){.key = "format", .text = "backless 1"});
    size_t n = 0;
    for (size_t i = 0, k = 0; i < l.n_entries; i++) {
        struct tensor_entry *entry = &l.entries[i];
        for (size_t j = 0; entry->doubles && j < entry->rows; j++)
            narrow[k][j] = (float)entry->doubles[j];
        if (entry->doubles)
            *entry = (struct tensor_entry){.name = entry->name, .values = narrow[k++], .rows = entry->rows};
    }
    snprintf(hash, sizeof hash, "%016llx", (unsigned long long)data_hash);
    for (size_t i = 0; i < l.n_metadata; i++) {
        if (is(l.metadata[i].key, unsaid[0]) || is(l.metadata[i].key, unsaid[1]) ||
            is(l.metadata[i].text, "null"))
            continue;
        l.metadata[n] = l.metadata[i];
        if (is(l.metadata[n].key, "data_hash"))
            l.metadata[n].text = hash;
        n++;
    }
    assert_int_equal(tensors_write(ctx, to, l.entries, l.n_entries, l.metadata, n), BL_OK);
    tensors_free(ctx, file);
}

/* (x - offset) * scale as floats, as 0.1.0 computed it. */
static void files_of_0_1_0_are_read_as_it_read_them(void **state)
{
    struct made made;
    bl_model *model = NULL, *again = NULL;
    bl_data *data = NULL;
    char from[SCRATCH_PATH];
    float x[ROWS * 5];
    double raw[ROWS * 5];
    (void)state;
    assert_int_equal(train(&made, true, path_of("old")), BL_OK);
    snprintf(from, sizeof from, "%s/old/model.safetensors", scratch.folder);
    write_narrow(from, path_of("model.safetensors"), made.data[0]->narrow_hash);
    free_made(&made);
    assert_int_equal(bl_model_load(&model, ctx, path_of("model.safetensors")), BL_OK);
    assert_int_equal(bl_model_open_data(&data, model, path_of("table.csv"), "test", NULL), BL_OK);
    assert_int_equal(bl_data_rows(data, 0, ROWS, x), BL_OK);
    assert_int_equal(bl_data_raw_rows(data, 0, ROWS, raw), BL_OK);
    for (size_t i = 0; i < sizeof x / sizeof *x; i++) {
        const struct scaling *s = &model->schema->scaling;
        const float narrow = ((float)raw[i] - (float)s->offset[i % 5]) * (float)s->scale[i % 5];
        assert_true(raw[i] != raw[i] ? x[i] == 0.0f : x[i] == narrow);
    }
    assert_int_equal(bl_model_save(model, path_of("saved.safetensors")), BL_OK); /* same scaling */
    assert_int_equal(bl_model_load(&again, ctx, path_of("saved.safetensors")), BL_OK);
    assert_true(again->schema->scaling.is_narrow);
    assert_string_equal(bl_model_metadata(again, "format"), "backless 1");
    bl_data_free(data);
    bl_model_free(model);
    bl_model_free(again);
}

static void runs_of_0_1_0_are_resumed(void **state)
{
    struct made made, again;
    char from[SCRATCH_PATH], to[SCRATCH_PATH];
    (void)state;
    assert_int_equal(train(&made, true, path_of("begun")), BL_OK);
    snprintf(from, sizeof from, "%s/begun/model.safetensors", scratch.folder);
    snprintf(to, sizeof to, "%s/model.safetensors", scratch.folder);
    for (int is_other = 0; is_other < 2; is_other++) {
        write_narrow(from, to, made.data[0]->narrow_hash ^ (uint64_t)is_other);
        assert_int_equal(prepare(&again, true, path_of("taken up"), "3"), BL_OK);
        const bl_status status = bl_trainer_resume(again.trainer, scratch.folder);
        if (status != (is_other ? BL_BAD_DATA : BL_OK))
            fail_msg("%s: %s", bl_status_name(status), bl_why(ctx));
        free_made(&again);
    }
    free_made(&made);
}

int main(void)
{
#define EACH(test) cmocka_unit_test_setup_teardown(test, make, clear)
    const struct CMUnitTest tests[] = {
        EACH (what_is_missing_or_unknown_is_refused),
        EACH (halves_of_a_checkpoint_are_refused),
        EACH (files_of_0_1_0_are_read_as_it_read_them),
        EACH (runs_of_0_1_0_are_resumed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/*
 * null_arguments.c - each public function with NULL for each of its pointers, alone: BL_BAD_VALUE with a
 * sentence, NULL, 0 or no effect, and never a crash.
 *
 * null_calls.py generates the calls from the header. Each runs in a process of its own, so that a crash is
 * reported with the function's name and the other calls are still tested. The same calls without a NULL are
 * not refused, which shows that each refusal is due to the NULL.
 */
#include "fixture.h"
#include "scratch.h"

#include "backless_experimental.h"

#include <setjmp.h>
#include <stdarg.h>
#include <sys/wait.h>

#include <cmocka.h>

#include "../src/program/emitter.h"

enum { EXAMPLES = 12, FEATURES = 2, UNITS = 4 };

/* Valid objects and values for the calls. */
static struct {
    bl_context *ctx, *idle; /* idle: a context without a trainer */
    bl_config *config;
    bl_data *data, *numbers;
    bl_trainer *trainer, *number_trainer;
    bl_model *model;
    bl_predictor *predictor;
    float x[EXAMPLES * FEATURES];
    double doubles[EXAMPLES * FEATURES];
    int32_t labels[EXAMPLES];
    char table_path[SCRATCH_PATH], json_path[SCRATCH_PATH], saved_path[SCRATCH_PATH], new_path[SCRATCH_PATH],
        run_folder[SCRATCH_PATH];
} it;

/* Objects that the calls create. */
static struct {
    bl_config *config;
    bl_data *data, *val, *test;
    bl_model *model;
    bl_predictor *predictor;
    bl_trainer *trainer;
} fresh;

static union {
    bl_tensor tensor;
    bl_score score;
    bl_best_epoch best;
    bl_angles angles[2];
    bl_peaks peaks;
    bl_work work;
    bl_traffic traffic;
    bl_times times;
    bl_part part;
    bl_missing missing;
    bl_instruction instruction;
    bl_buffer buffer;
    bl_named_net net;
    bl_rule_info rule;
    bl_net_size net_size;
    bl_layer layer;
    bl_scaling scaling;
    double doubles[EXAMPLES * FEATURES];
    float floats[EXAMPLES * FEATURES];
    char path[BL_PATH_ROOM];
    const char *advice;
} room = {.part = {.size = sizeof(bl_part)}}; /* sets the size of every struct that begins with one */

static void run_nothing(const bl_map_call *call)
{
    (void)call;
}

static void emit_own(bl_emitter *e, int block, void *user)
{
    (void)user;
    bl_emit_product(e, BL_ERROR, block);
}

static const bl_array own_array_of_examples = {sizeof(bl_array), it.x, BL_FLOAT32, 0};
static const bl_batch own_batch = {sizeof own_batch, EXAMPLES, it.x, it.labels, NULL, NULL};
static const bl_rule_array own_array = {"a", 1, 1, 0, 0.0};
static const bl_map own_map = {
    sizeof own_map, "nothing", run_nothing, 0, {{BL_ARRAY_0, BL_UPDATES}, {BL_NOTHING, BL_READS}}, NULL};
static const bl_matmul own_matmul = {BL_ERROR, BL_ARRAY_0, BL_SIGNAL, 0, 0};
static const bl_rule own_rule = {sizeof own_rule, "own", "a",  "b",      0,    BL_FEEDBACK_DIRECT,
                                 &own_array,      1,     NULL, emit_own, NULL, NULL};

/* An emitter as a rule's callback receives it. */
static bl_emitter *emitter(void)
{
    enum { ROOM = 8 };
    static struct instruction items[ROOM];
    static struct op maps[ROOM];
    static struct program p;
    static bl_emitter e;
    p = (struct program){.n_blocks = 3, .items = items, .room = ROOM, .user = &own_rule, .maps = maps};
    static const struct emission emission = {.is_direct = true};
    e = (bl_emitter){.program = &p, .emission = &emission};
    return &e;
}

static const char *const layer_names[] = {"dense", "conv", NULL};

struct result {
    bl_status status;
    const void *pointer;
    size_t number;
    bl_shape shape;
};

enum kind { STATUS, POINTER, NUMBER, SHAPE, NOTHING };
enum expected { ANYTHING, REFUSED }; /* ANYTHING: every status except BL_BAD_VALUE */

struct null_case {
    const char *function, *parameter; /* parameter "": no argument is NULL */
    void (*call)(struct result *got);
    enum kind kind;
    enum expected expected;
    bool is_explained;     /* bl_why names function and parameter */
    const char *complaint; /* why no call could be generated; NULL: there is one */
};

static int watch(void *user, const bl_progress *now)
{
    (void)user, (void)now;
    return 0;
}

static void visit(void *user, const bl_trace *now)
{
    (void)user, (void)now;
}

#include "null_calls.h"

enum { N_CASES = sizeof null_cases / sizeof *null_cases };

/* ---- Arguments of the calls */

static void must(bl_status status)
{
    if (status != BL_OK) {
        fprintf(stderr, "%s: %s\n", bl_status_name(status), bl_why(it.ctx));
        abort();
    }
}

static void set(const char *key, const char *text)
{
    must(bl_config_set(it.config, key, text));
}

static void write_text(const char *path, const char *text)
{
    scratch_write(path, text, strlen(text));
}

static void name_files(struct scratch *folder)
{
    snprintf(it.table_path, SCRATCH_PATH, "%s/table.csv", folder->folder);
    snprintf(it.json_path, SCRATCH_PATH, "%s/options.json", folder->folder);
    snprintf(it.saved_path, SCRATCH_PATH, "%s/saved.safetensors", folder->folder);
    snprintf(it.new_path, SCRATCH_PATH, "%s/new", folder->folder);
    snprintf(it.run_folder, SCRATCH_PATH, "%s/run", folder->folder);
    write_text(it.json_path, "{\"rule\": \"dfa\"}");
    write_text(it.table_path, "a,b,class\n1,5,no\n2,4,yes\n3,3,no\n4,2,yes\n5,1,no\n6,0,yes\n"
                              "1,6,no\n2,7,yes\n3,8,no\n4,9,yes\n5,3,no\n6,2,yes\n");
}

static void make_trainers(void)
{
    bl_data *none = NULL;
    must(bl_config_create(&it.config, it.ctx));
    set("data", it.table_path);
    set("net", "dense 4, tanh, dense 2");
    set("epochs", "1");
    set("init", "fanin");
    set("schedule", "constant");
    set("out", it.run_folder);
    set("force", "true");
    must(bl_data_load(&it.data, &none, &none, it.ctx, it.config));
    must(bl_trainer_create(&it.trainer, it.ctx, it.config, it.data));
    must(bl_trainer_fit(it.trainer, it.data, NULL, NULL, NULL, NULL));
    must(bl_trainer_save(it.trainer, it.saved_path));
    must(bl_trainer_inspect(it.trainer, it.x, it.labels, EXAMPLES));
    it.model = bl_trainer_model(it.trainer);
    must(bl_predictor_create(&it.predictor, it.ctx, it.model));
    must(bl_config_set(it.config, "out", NULL));
    set("net", "dense 4, tanh, dense 1");
    must(bl_data_wrap_targets(&it.numbers, it.ctx, it.x, it.x, EXAMPLES, (bl_shape){1, 1, FEATURES}, 1));
    must(bl_trainer_create(&it.number_trainer, it.ctx, it.config, it.numbers));
    set("net", "dense 4, tanh, dense 2");
}

static void make_all(struct scratch *folder)
{
    scratch_make(folder);
    name_files(folder);
    for (int i = 0; i < EXAMPLES * FEATURES; i++)
        it.doubles[i] = (double)(it.x[i] = 0.25f * (float)(i % 7));
    for (int i = 0; i < EXAMPLES; i++)
        it.labels[i] = i % 2;
    it.ctx = bl_context_new(NULL);
    it.idle = bl_context_new(NULL);
    must(bl_context_use(it.ctx, "portable", 1)); /* one thread, because a child of fork has no others */
    make_trainers();
}

static void remove_all(struct scratch *folder)
{
    struct scratch run;
    snprintf(run.folder, sizeof run.folder, "%.90s/run", folder->folder);
    bl_predictor_free(it.predictor);
    bl_trainer_free(it.trainer);
    bl_trainer_free(it.number_trainer);
    bl_data_free(it.data);
    bl_data_free(it.numbers);
    bl_config_free(it.config);
    bl_context_free(it.ctx);
    bl_context_free(it.idle);
    scratch_remove(&run);
    scratch_remove(folder);
}

/* ---- Calls */

static bool is_nothing(const struct null_case *c, const struct result *got)
{
    const bl_shape s = got->shape;
    switch (c->kind) {
    case STATUS:
        return got->status == BL_BAD_VALUE;
    case POINTER:
        return got->pointer == NULL;
    case NUMBER:
        return got->number == 0;
    case SHAPE:
        return s.channels == 0 && s.rows == 0 && s.cols == 0;
    case NOTHING:
        break;
    }
    return true;
}

static bool is_explained(const struct null_case *c)
{
    char sentence[128];
    snprintf(sentence, sizeof sentence, "%s: %s is NULL", c->function, c->parameter);
    return strcmp(bl_why(it.ctx), sentence) == 0;
}

static bool has_made_nothing(void)
{
    return !fresh.config && !fresh.data && !fresh.val && !fresh.test && !fresh.model && !fresh.predictor &&
           !fresh.trainer;
}

/* What is wrong with the result of the call; NULL: nothing. */
static const char *fault_of(const struct null_case *c)
{
    struct result got = {BL_OK, NULL, 0, {0, 0, 0}};
    c->call(&got);
    if (c->expected == ANYTHING)
        return c->kind == STATUS && got.status == BL_BAD_VALUE ? bl_why(it.ctx) : NULL;
    if (!is_nothing(c, &got))
        return "not refused";
    if (!has_made_nothing())
        return "refused, but something was written through another pointer";
    return c->is_explained && !is_explained(c) ? bl_why(it.ctx) : NULL;
}

/* Runs the case in a process of its own; its exit code is the result. */
static bool is_right(const struct null_case *c)
{
    int end = 0;
    fflush(NULL);
    const pid_t child = fork();
    if (child == 0) {
        signal(SIGSEGV, SIG_DFL); /* because cmocka's handler would continue with the next test */
        const char *fault = fault_of(c);
        if (fault)
            fprintf(stderr, "%s, %s NULL: %s\n", c->function, c->parameter[0] ? c->parameter : "nothing",
                    fault);
        _exit(fault ? 1 : 0);
    }
    if (child < 0 || waitpid(child, &end, 0) != child)
        fail_msg("no process for %s", c->function);
    if (WIFSIGNALED(end))
        fprintf(stderr, "%s, %s NULL: ended by signal %d\n", c->function,
                c->parameter[0] ? c->parameter : "nothing", WTERMSIG(end));
    return WIFEXITED(end) && WEXITSTATUS(end) == 0;
}

static void test_every_pointer(void **state)
{
    size_t faults = 0, nulls = 0;
    struct scratch folder;
    (void)state;
    make_all(&folder);
    for (size_t i = 0; i < N_CASES; i++) {
        const struct null_case *c = &null_cases[i];
        if (c->complaint)
            fprintf(stderr, "%s: %s\n", c->function, c->complaint);
        faults += c->complaint || !is_right(c);
        nulls += c->parameter[0] != 0;
    }
    remove_all(&folder);
    assert_true(nulls > 150);
    if (faults > 0)
        fail_msg("%zu of %d calls", faults, N_CASES);
}

/* Negative control: a function that uses its pointers unchecked is found. */
static void crash(struct result *got)
{
    const int *volatile nothing = NULL;
    got->number = (size_t)*nothing;
}

static void accept(struct result *got)
{
    got->status = BL_OK;
}

static void test_faults_are_seen(void **state)
{
    static const struct null_case wrong[] = {
        {"crashes", "x", crash, NUMBER, REFUSED, false, NULL},
        {"accepts", "x", accept, STATUS, REFUSED, false, NULL},
    };
    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_false(is_right(&wrong[i]));
}

static void test_an_allocator_without_functions(void **state)
{
    struct counting counts = {0};
    const bl_allocator no_release = {&counts, counting_allocate, NULL},
                       no_allocate = {&counts, NULL, counting_release};
    (void)state;
    assert_null(bl_context_new(&no_release));
    assert_null(bl_context_new(&no_allocate));
    assert_int_equal(counts.live, 0);
}

static void test_no_context_has_a_sentence(void **state)
{
    (void)state;
    assert_non_null(strstr(bl_why(NULL), "context is NULL"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_pointer),
        cmocka_unit_test(test_faults_are_seen),
        cmocka_unit_test(test_an_allocator_without_functions),
        cmocka_unit_test(test_no_context_has_a_sentence),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/*
 * test_own_misuse.c - registered rules that are refused, and with which message; uses that are allowed:
 * freeing the struct of a rule early, and registering a rule during a training.
 */
#include "own_fixture.h"

#include "backless_experimental.h"

/* Makes the trainer again, with another rule that its context knows. */
static void change_rule(struct made *m, const char *rule)
{
    bl_trainer_free(m->trainer);
    m->trainer = NULL;
    must(m, bl_config_set(m->config, "rule", rule));
    must(m, bl_trainer_create(&m->trainer, m->ctx, m->config, m->data));
}

/* ---- Refused rules */

MAP(write_targets, copy_view, 0, {BL_ERROR, BL_READS}, {BL_TARGETS, BL_WRITES});
MAP(read_nothing, copy_view, 0, {BL_ARRAY_0, BL_READS}, {BL_SIGNAL, BL_WRITES});
MAP(no_array, copy_view, 0, {BL_ARRAY_2, BL_READS}, {BL_SIGNAL, BL_WRITES});

static void emit_write_targets(bl_emitter *e, int block, void *user)
{
    (void)user;
    bl_emit_map(e, &write_targets, block);
}

static void emit_read_nothing(bl_emitter *e, int block, void *user)
{
    (void)user;
    bl_emit_map(e, &read_nothing, block);
}

static void emit_no_array(bl_emitter *e, int block, void *user)
{
    (void)user;
    bl_emit_map(e, &no_array, block);
}

static void emit_elsewhere(bl_emitter *e, int block, void *user)
{
    (void)user;
    bl_emit_product(e, BL_ERROR, block + 7);
}

static void emit_without_end(bl_emitter *e, int block, void *user)
{
    (void)user;
    for (int i = 0; i < 1000; i++)
        bl_emit_product(e, BL_ERROR, block);
}

static void emit_now_and_then(bl_emitter *e, int block, void *user)
{
    (void)user;
    bl_emit_every(e, 3);
    bl_emit_product(e, BL_ERROR, block);
}

static void emit_nothing(bl_emitter *e, int block, void *user)
{
    (void)e, (void)block, (void)user;
}

/* In a chain of blocks each of these instructions is defined. */
static void begin_everywhere(bl_emitter *e, void *user)
{
    (void)user;
    for (int block = 0; block + 1 < bl_emitter_blocks(e); block++)
        bl_emit_product(e, BL_ERROR, block);
}

static void emit_product_of_everywhere(bl_emitter *e, int block, void *user)
{
    (void)block;
    begin_everywhere(e, user);
}

static void emit_through_targets(bl_emitter *e, int block, void *user)
{
    static const bl_matmul to_targets = {BL_ERROR, BL_ARRAY_0, BL_TARGETS, 0, 0};
    (void)user;
    bl_emit_matmul(e, &to_targets, block);
}

static void emit_onto_itself(bl_emitter *e, int block, void *user)
{
    static const bl_matmul itself = {BL_ERROR, BL_ARRAY_0, BL_ARRAY_0, 0, 0};
    (void)user;
    bl_emit_matmul(e, &itself, block);
}

static void emit_null(bl_emitter *e, int block, void *user)
{
    (void)user;
    bl_emit_map(e, NULL, block);
    bl_emit_matmul(e, NULL, block);
}

static void emit_null_matmul(bl_emitter *e, int block, void *user)
{
    (void)user;
    bl_emit_matmul(e, NULL, block);
}

static void emit_small_map(bl_emitter *e, int block, void *user)
{
    bl_map map = copy_in;
    (void)user;
    map.size -= 8;
    bl_emit_map(e, &map, block);
}

static void emit_update_there(bl_emitter *e, int block, void *user)
{
    (void)user;
    bl_emit_product(e, BL_ERROR, block);
    bl_emit_update(e, BL_ARRAY_0, BL_ARRAY_1, block);
}

static void learn_odd(bl_emitter *e, int block, void *user)
{
    (void)user;
    bl_emit_update(e, BL_ARRAY_0, BL_ARRAY_1, block);
}

static void learn_twice(bl_emitter *e, int block, void *user)
{
    for (int i = 0; i < 2 && bl_emitter_needs_signal(e, block); i++)
        learn_fit(e, block, user);
}

static void learn_nothing_written(bl_emitter *e, int block, void *user)
{
    (void)user;
    if (bl_emitter_needs_signal(e, block))
        bl_emit_update(e, BL_ARRAY_0, BL_ARRAY_1, block);
}

static bl_context *within;

static void emit_registering(bl_emitter *e, int block, void *user);
RULE(my_registering, "my-registering", 0, BL_FEEDBACK_DIRECT, NULL, 0, NULL, emit_registering, NULL);

static void emit_registering(bl_emitter *e, int block, void *user)
{
    (void)user;
    if (bl_rule_register(within, &my_registering) == BL_OK || !strstr(bl_why(within), "callback"))
        abort();
    bl_emit_product(e, BL_ERROR, block);
}

static void test_registering_in_a_callback(void **state)
{
    (void)state;
    within = bl_context_new(NULL);
    assert_int_equal(bl_rule_register(within, &my_registering), BL_OK);
    assert_int_equal(bl_rule_register(within, &my_registering), BL_BAD_VALUE);
    bl_context_free(within);
}

/* A rule can be registered while a trainer exists. */
RULE(my_late, "my-late", 0, BL_FEEDBACK_DIRECT, NULL, 0, NULL, emit_dfa, NULL);

static int register_more(void *user, const bl_progress *now)
{
    struct made *m = user;
    (void)now;
    (void)bl_rule_register(m->ctx, &my_late);
    return 0;
}

static void test_registering_during_training(void **state)
{
    (void)state;
    struct made m, other;
    char a[17], b[17];
    bl_rule_info info = {.size = sizeof info};
    int n = 0;
    const struct chosen c = {"my-stir", dense, "normal", 2, NULL};
    must(&m, make(&m, &c));
    must(&other, make(&other, &c));
    must(&m, bl_trainer_fit(m.trainer, m.data, NULL, NULL, register_more, &m));
    must(&other, bl_trainer_fit(other.trainer, other.data, NULL, NULL, NULL, NULL));
    bl_model_hash(bl_trainer_model(m.trainer), a);
    bl_model_hash(bl_trainer_model(other.trainer), b);
    assert_string_equal(a, b);
    while (bl_rule_at(m.ctx, n, &info))
        n++;
    assert_true(bl_rule_at(m.ctx, n - 1, &info));
    assert_string_equal(info.name, "my-late");
    release(&m);
    release(&other);
}

/* The struct of a rule, its strings and arrays can be freed after registering, and a map after it was
   emitted. */
static void emit_own_map(bl_emitter *e, int block, void *user)
{
    bl_map map = lean_signal;
    (void)user;
    map.operands[1].buffer = BL_ARRAY_0;
    bl_emit_product(e, BL_ERROR, block);
    bl_emit_map(e, &map, block);
    memset(&map, 0xa5, sizeof map);
}

static void test_structs_may_be_freed_after_registering(void **state)
{
    (void)state;
    struct made m;
    bl_rule_info info = {.size = sizeof info};
    bl_tensor tensor;
    int n = 0, n_gains = 0;
    char *text = strdup("my-freed");
    bl_rule_array *array = malloc(sizeof *array);
    bl_rule *rule = malloc(sizeof *rule);
    assert_true(text && array && rule);
    *array = (bl_rule_array){text + 3, 1, BL_UNITS, BL_EACH_BLOCK, 0.5};
    *rule = (bl_rule){.size = sizeof *rule,
                      .name = text,
                      .about = text,
                      .equation = text,
                      .feedback = BL_FEEDBACK_DIRECT,
                      .arrays = array,
                      .n_arrays = 1,
                      .emit = emit_own_map};
    must(&m, make(&m, &(struct chosen){"my-dfa", dense, "normal", 2, NULL}));
    must(&m, bl_rule_register(m.ctx, rule));
    memset(text, 'x', strlen(text));
    memset(array, 0xa5, sizeof *array);
    memset(rule, 0xa5, sizeof *rule);
    free(text);
    free(array);
    free(rule);
    change_rule(&m, "my-freed");
    learn(&m, 0, STEPS);
    while (bl_rule_at(m.ctx, n, &info))
        n++;
    assert_true(bl_rule_at(m.ctx, n - 1, &info));
    assert_string_equal(info.about, "my-freed");
    for (int i = 0; bl_model_tensor(bl_trainer_model(m.trainer), i, &tensor); i++)
        n_gains += strstr(tensor.name, ".rule.freed") != NULL;
    assert_int_equal(n_gains, 3);
    release(&m);
}

/* A map that writes to an operand that it declares as read. */
static void spoil(const bl_map_call *c)
{
    if (c->block == 1)
        c->view[0].values[0] += 1.0f;
}

MAP(spoils, spoil, 0, {BL_WEIGHTS, BL_READS}, {BL_SIGNAL, BL_UPDATES});

static void emit_spoils(bl_emitter *e, int block, void *user)
{
    (void)user;
    bl_emit_product(e, BL_ERROR, block);
    bl_emit_map(e, &spoils, block);
}

RULE(my_spoils, "my-spoils", 0, BL_FEEDBACK_DIRECT, NULL, 0, NULL, emit_spoils, NULL);

static void test_a_map_that_writes_what_it_reads(void **state)
{
    (void)state;
    struct made m;
    must(&m, make(&m, &(struct chosen){"my-dfa", dense, "normal", 3, NULL}));
    must(&m, bl_rule_register(m.ctx, &my_spoils));
    change_rule(&m, "my-spoils");
    assert_int_equal(bl_trainer_step(m.trainer, x, labels, EXAMPLES, NULL), BL_BAD_VALUE);
    assert_non_null(strstr(bl_why(m.ctx), "map spoils has changed its operand 0 on block 1"));
    release(&m);
}

/* A map that cannot compute in step 3, and in measurements while `fails_measured` is set. */
static bool fails_measured;

static void give_up(const bl_map_call *c)
{
    if (c->step == 3 || (c->step == 0 && fails_measured))
        *c->failed = 1;
}

MAP(gives_up, give_up, 0, {BL_SIGNAL, BL_UPDATES});

static void emit_gives_up(bl_emitter *e, int block, void *user)
{
    (void)user;
    bl_emit_product(e, BL_ERROR, block);
    bl_emit_map(e, &gives_up, block);
}

RULE(my_gives_up, "my-gives-up", 0, BL_FEEDBACK_DIRECT, NULL, 0, NULL, emit_gives_up, NULL);

static void test_a_map_that_fails(void **state)
{
    (void)state;
    struct made m;
    must(&m, make(&m, &(struct chosen){"my-dfa", dense, "normal", 3, NULL}));
    must(&m, bl_rule_register(m.ctx, &my_gives_up));
    change_rule(&m, "my-gives-up");
    must(&m, bl_trainer_step(m.trainer, x, labels, EXAMPLES, NULL));
    fails_measured = true;
    assert_int_equal(bl_trainer_inspect(m.trainer, x, labels, EXAMPLES), BL_BAD_VALUE);
    fails_measured = false;
    must(&m, bl_trainer_inspect(m.trainer, x, labels, EXAMPLES)); /* the fault has been forgotten */
    must(&m, bl_trainer_step(m.trainer, x, labels, EXAMPLES, NULL));
    assert_int_equal(bl_trainer_step(m.trainer, x, labels, EXAMPLES, NULL), BL_BAD_VALUE);
    assert_non_null(strstr(bl_why(m.ctx), "map gives_up has failed on block "));
    assert_string_equal(bl_model_metadata(bl_trainer_model(m.trainer), "step"), "2");
    release(&m);
}

/* The message for an unknown name suggests registered rules too. */
static void test_unknown_names_are_suggested_registered_rules(void **state)
{
    (void)state;
    struct made m;
    must(&m, make(&m, &(struct chosen){"my-dfa", dense, "normal", 1, NULL}));
    assert_int_equal(bl_config_set(m.config, "rule", "my-pepitta"), BL_BAD_VALUE);
    assert_non_null(strstr(bl_why(m.ctx), "did you mean \"my-pepita\"?"));
    assert_int_equal(bl_config_set(m.config, "rule", "quite-another"), BL_BAD_VALUE);
    assert_non_null(strstr(bl_why(m.ctx), "linear, my-dfa, my-drtp"));
    release(&m);
}

static void test_refused(void **state)
{
    (void)state;
    static const bl_rule_array same[] = {{"a", 1, 1, 0, 0.0}, {"a", 1, 1, 0, 0.0}};
    static const bl_rule_array wide[] = {{"a", 1, BL_BATCH, 0, 0.0}}, loose[] = {{"a", 1, BL_UNITS, 0, 0.0}},
                               flagged[] = {{"a", 1, 1, 4, 0.0}}, later[] = {{"a", 1, 1, BL_ONE_STEP, 0.0}},
                               odd[] = {{"A b", 1, 1, 0, 0.0}}, batch[] = {{"a", BL_BATCH, BL_UNITS, 1, 0.0}};
    static const bl_rule_array other_shape[] = {{"b", BL_OUTPUTS, BL_UNITS, BL_EACH_BLOCK, 0.3},
                                                {"c", BL_OUTPUTS, BL_OUTPUTS, BL_EACH_BLOCK, 0.3}},
                               same_shape[] = {{"b", BL_OUTPUTS, BL_UNITS, BL_EACH_BLOCK | BL_ONE_STEP, 0.0},
                                               {"c", BL_OUTPUTS, BL_UNITS, BL_EACH_BLOCK, 0.0}};
    const struct {
        bl_rule rule;
        const char *why;
    } cases[] = {
#define BAD(name, arrays, n, emit, why)                                                                      \
    {{sizeof(bl_rule), name, "a", "b", 0, BL_FEEDBACK_DIRECT, arrays, n, NULL, emit, NULL, NULL}, why}
        BAD("dfa", NULL, 0, emit_dfa, "already"),
        BAD("my-dfa", NULL, 0, emit_dfa, "already"),
        BAD("My", NULL, 0, emit_dfa, "letter"),
        BAD("1a", NULL, 0, emit_dfa, "letter"),
        BAD("", NULL, 0, emit_dfa, "letter"),
        BAD(NULL, NULL, 0, emit_dfa, "NULL"),
        BAD("a-name-that-is-longer-than-31-bytes", NULL, 0, emit_dfa, "31"),
        BAD("r", NULL, 0, NULL, "emit"),
        BAD("r", NULL, 1, emit_dfa, "n_arrays"),
        BAD("r", same, 9, emit_dfa, "n_arrays"),
        BAD("r", same, 2, emit_dfa, "two arrays"),
        BAD("r", wide, 1, emit_dfa, "columns"),
        BAD("r", loose, 1, emit_dfa, "columns"),
        BAD("r", odd, 1, emit_dfa, "name"),
        BAD("r", NULL, 0, emit_write_targets, "written"),
        BAD("r", batch, 1, emit_read_nothing, "no instruction writes"),
        BAD("r", batch, 1, emit_no_array, "does not have"),
        BAD("r", NULL, 0, emit_elsewhere, "expected 0 to"),
        BAD("r", NULL, 0, emit_without_end, "more than"),
        BAD("r", NULL, 0, emit_now_and_then, "period"),
        BAD("r", NULL, 0, emit_fa, "shaped like"),
        BAD("r", NULL, 0, emit_nothing, "signal of block"),
        BAD("r", NULL, 0, emit_product_of_everywhere, "bl_emitter_needs_signal"),
        BAD("r", NULL, 0, emit_null, "map that is NULL"),
        BAD("r", NULL, 0, emit_null_matmul, "matmul is NULL"),
        BAD("r", NULL, 0, emit_small_map, "another size"),
        BAD("r", dkp_arrays, 2, emit_through_targets, "may not be written"),
        BAD("r", dkp_arrays, 2, emit_onto_itself, "which it also reads"),
        BAD("r", NULL, 0, emit_send, "which the rule does not have"),
        BAD("r", later, 1, emit_send, "a of block 1 is read, but no instruction writes it"),
        BAD("r", dkp_arrays, 2, emit_update_there, "for the callback `learn`"),
#define LEARNS(arrays, n, learn, why)                                                                        \
    {{sizeof(bl_rule), "r", "a", "b", 0, BL_FEEDBACK_NONE, arrays, n, NULL, emit_send, learn, NULL}, why}
        LEARNS(same_shape, 2, learn_odd, "kept"),
        LEARNS(other_shape, 2, learn_odd, "of its shape"),
        LEARNS(dkp_arrays, 1, learn_odd, "two arrays"),
        LEARNS(dkp_arrays, 2, learn_twice, "twice"),
        LEARNS(dkp_arrays, 2, learn_nothing_written, "gradient of block 0 is read"),
        BAD("r", NULL, 0, emit_ifa, NULL),
    };
    bl_context *ctx = bl_context_new(NULL);
    assert_int_equal(bl_rule_register(ctx, &my_dfa), BL_OK);
    bl_rule with_flags = my_dfa;
    with_flags.name = "flagged";
    with_flags.arrays = flagged;
    with_flags.n_arrays = 1;
    assert_int_equal(bl_rule_register(ctx, &with_flags), BL_UNSUPPORTED);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const bl_status status = bl_rule_register(ctx, &cases[i].rule);
        if (!cases[i].why)
            assert_int_equal(status, BL_OK);
        else if (status != BL_BAD_VALUE || !strstr(bl_why(ctx), cases[i].why))
            fail_msg("case %zu: %s: %s", i, bl_status_name(status), bl_why(ctx));
    }
    bl_context_free(ctx);
}

/* A header of another version: a shorter struct, and a longer one. */
static void test_structs_of_other_versions(void **state)
{
    (void)state;
    struct {
        bl_rule rule;
        long more;
    } later = {my_dfa, 0};
    bl_context *ctx = bl_context_new(NULL);
    later.rule.size = sizeof(bl_rule) - 8;
    assert_int_equal(bl_rule_register(ctx, &later.rule), BL_BAD_VALUE);
    later.rule.size = sizeof later;
    later.more = 1;
    assert_int_equal(bl_rule_register(ctx, &later.rule), BL_UNSUPPORTED);
    later.more = 0;
    assert_int_equal(bl_rule_register(ctx, &later.rule), BL_OK);
    bl_context_free(ctx);
}

/* Options that a registered rule does not use are reported in a note, and those that it uses are not. */
static void test_options_without_effect(void **state)
{
    static const struct {
        const char *rule, *key, *value;
        bool is_told;
    } cases[] = {{"my-dfa", "lambda", "0.1", true},          {"my-local", "lambda", "0.1", true},
                 {"my-kp", "lambda", "0.1", false},          {"my-dkp", "lambda", "0.1", false},
                 {"my-bp", "feedback", "uniform 1", true},   {"my-signs", "feedback", "uniform 1", true},
                 {"my-dfa", "feedback", "uniform 1", false}, {"my-bp", "feedback-seed", "9", true},
                 {"my-dfa", "feedback-seed", "9", false},    {"my-local", "feedback-seed", "9", false},
                 {"my-pepita", "feedback-seed", "9", false}, {"my-dfa", "slope", "1", true}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct made m;
        const char *note = NULL;
        char words[64];
        bool is_told = false;
        must(&m, make(&m, &(struct chosen){"my-dfa", dense, "normal", 1, NULL}));
        bl_trainer_free(m.trainer);
        m.trainer = NULL;
        must(&m, bl_config_set(m.config, "rule", cases[i].rule));
        must(&m, bl_config_set(m.config, cases[i].key, cases[i].value));
        must(&m, bl_trainer_create(&m.trainer, m.ctx, m.config, m.data));
        snprintf(words, sizeof words, "the option %s has no effect", cases[i].key);
        for (int k = 0; (note = bl_trainer_note(m.trainer, k)); k++)
            is_told = is_told || strstr(note, words);
        if (is_told != cases[i].is_told)
            fail_msg("%s, %s", cases[i].rule, cases[i].key);
        release(&m);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_registering_in_a_callback),
        cmocka_unit_test(test_registering_during_training),
        cmocka_unit_test(test_structs_may_be_freed_after_registering),
        cmocka_unit_test(test_a_map_that_writes_what_it_reads),
        cmocka_unit_test(test_a_map_that_fails),
        cmocka_unit_test(test_unknown_names_are_suggested_registered_rules),
        cmocka_unit_test(test_structs_of_other_versions),
        cmocka_unit_test(test_options_without_effect),
    };
    return cmocka_run_group_tests(tests, begin_test, NULL);
}

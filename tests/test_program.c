/*
 * test_program.c - the program of a training step, on nets, rules and options that are drawn at random: the
 * bits do not depend on threads, memory or fusion; no two instructions that conflict run in the wrong order;
 * a rule refuses only the nets that it is not defined for; and every kind of case occurs often enough.
 *
 *     test_program [CASE [N]]    N cases from this number on; a failure prints its number
 */
#include "program_case.h"

#include "../src/base/clock.h"

enum {
    CASES = 300,
    OWN_CASES = 60, /* with the rules of own_rules.h */
    MOST_VALUES = 32
};

static uint32_t first_case = 1, n_cases = CASES;

static const char *const optimizers[] = {"sgd",  "sgd momentum 0.9", "sgd momentum 0.9 decay 1e-4", "rmsprop",
                                         "adam", "adam decay 1e-4"};
static const char *const modules[] = {"layer", "layer", "residual", "1", "2", "3"};

/* is_own: draws a rule of own_rules.h. Together these have maps, noise, instructions with a period, learned
   arrays and feedback, and both direct and pulled signals. */
static struct program_case draw_case(struct draw_state *d, bool is_own)
{
    static const char *const precisions[] = {"float32", "float32", "bf16"};
    static const char *const places[] = {"end", "end", "before-pool", "channels"};
    static const bl_rule *const own[] = {&my_stir, &my_local, &my_arrays,  &my_rows, &my_signs,
                                         &my_usf,  &my_mixed, &my_derived, &my_dkp,  &my_kp};
    struct program_case c;
    int n_rules = 0;
    while (bl_rule_name(n_rules))
        n_rules++;
    c.rule = is_own ? PICK(d, own)->name : bl_rule_name((int)draw(d, (uint32_t)n_rules));
    c.optimizer = PICK(d, optimizers);
    c.precision = PICK(d, precisions);
    c.feedback_at = PICK(d, places);
    c.threads = 2 + (int)draw(d, 3);
    c.batch = 2 + draw(d, 9);
    draw_net(d, c.net);
    c.modules = PICK(d, modules);
    return c;
}

struct drawn_counts {
    size_t cases, residuals, shortcuts, nested, images, layernorm, halved, merged, redrawn;
    struct case_counts trainings;
    struct tally { /* the number of cases with each value */
        const char *value;
        size_t n;
    } tallies[MOST_VALUES];
};

static void count_value(struct drawn_counts *counts, const char *value)
{
    size_t i = 0;
    while (counts->tallies[i].value && strcmp(counts->tallies[i].value, value) != 0)
        i++;
    assert_true(i + 1 < MOST_VALUES);
    counts->tallies[i].value = value;
    counts->tallies[i].n++;
}

static void count_case(struct drawn_counts *counts, const struct program_case *c)
{
    static const char *const threads[] = {"2 threads", "3 threads", "4 threads"};
    const char *residual = strstr(c->net, "residual");
    counts->cases++;
    counts->residuals += residual != NULL;
    counts->shortcuts += strstr(c->net, " | ") != NULL;
    counts->nested += residual && (strstr(residual, "(residual") || strstr(residual, "| residual"));
    counts->images += strstr(c->net, "conv") != NULL;
    counts->layernorm += strstr(c->net, "layernorm") != NULL;
    counts->halved += strstr(c->net, "subsample") != NULL;
    count_value(counts, c->rule);
    count_value(counts, c->optimizer);
    count_value(counts, c->precision);
    count_value(counts, c->feedback_at);
    count_value(counts, c->modules);
    count_value(counts, threads[c->threads - 2]);
}

/* Whether bp accepts the net, so that the net itself is valid. */
static bool fits_bp(const struct program_case *c)
{
    struct program_case with_bp = *c;
    struct case_trainer t;
    with_bp.rule = "bp";
    with_bp.feedback_at = "end";
    const bool fits = case_create(&t, &with_bp, 1, "normal") == BL_OK;
    case_free(&t);
    return fits;
}

/* Fails if a rule that is defined for every net refuses a valid net with feedback-at end, or if a rule
   refuses it with another status than BL_NOT_DEFINED. Only ifa and pepita are not defined for every net: both
   not for layers without weights that read all of their input, and ifa not for convolutions that change the
   size of the maps. */
static void check_refusal(const struct program_case *c, uint32_t number, bl_status status, const char *why)
{
    const bool may_refuse = strcmp(c->rule, "ifa") == 0 || strcmp(c->rule, "pepita") == 0;
    if (strcmp(c->feedback_at, "end") == 0 && fits_bp(c) && (status != BL_NOT_DEFINED || !may_refuse))
        fail_msg("case %u: \"%s\" is refused by %s: %s", number, c->net, c->rule, why);
}

/* Draws until the rule is defined for the net; *t has the trainer, which case_free must free. */
static struct program_case draw_trainable(uint32_t number, bool is_own, struct case_trainer *t,
                                          struct drawn_counts *counts)
{
    struct draw_state d = {.rng = {.seed = number, .stream = RNG_ANGLES}};
    for (;;) {
        const struct program_case c = draw_case(&d, is_own);
        const bl_status status = case_create(t, &c, 1, "normal");
        if (status == BL_OK)
            return c;
        if (!is_own)
            check_refusal(&c, number, status, bl_why(t->ctx));
        counts->redrawn++;
        case_free(t);
    }
}

static void check_case(uint32_t number, bool is_own, struct drawn_counts *counts)
{
    struct case_trainer t;
    char before[17], reference[17];
    const struct program_case c = draw_trainable(number, is_own, &t, counts);
    counts->merged += t.trainer->model->net->has_merged_modules;
    bl_model_hash(bl_trainer_model(t.trainer), before);
    case_train(&t, &c, false, reference);
    assert_string_not_equal(before, reference);
    counts->trainings.faults += check_program(t.trainer->stepper.inspected, number);
    case_free(&t);
    for (int i = 1; i < 8; i++)
        check_variant(&c, number, i & 1 ? c.threads : 1, i & 2 ? "low" : "normal", i & 4, reference,
                      &counts->trainings);
    count_case(counts, &c);
}

/* Fails unless every value of every option and every kind of net occurs in enough cases. For rules the bound
   is low, because ifa and pepita are defined for few nets. */
static void check_counts(const struct drawn_counts *counts)
{
    const struct case_counts *trainings = &counts->trainings;
    size_t n = 0;
    for (int r = 0; bl_rule_name(r); r++)
        n++;
    const size_t expected =
        n + sizeof optimizers / sizeof *optimizers + 2 + 3 + 3 + sizeof modules / sizeof *modules - 1;
    for (n = 0; counts->tallies[n].value; n++)
        if (counts->tallies[n].n < CASES / 75)
            fail_msg("\"%s\" was drawn for %zu cases", counts->tallies[n].value, counts->tallies[n].n);
    assert_int_equal(n, expected);
    assert_true(counts->images > CASES / 3 && counts->layernorm > CASES / 5 && counts->halved > CASES / 60);
    assert_true(counts->residuals > CASES / 4 && counts->residuals < CASES - CASES / 4);
    assert_true(counts->shortcuts > CASES / 8 && counts->nested > CASES / 20 && counts->merged > CASES / 4);
    assert_true(trainings->faults > 10 * CASES && trainings->cut > CASES);
    assert_true(trainings->low_memory > CASES / 2 && trainings->low_memory_cut > CASES / 4);
    assert_true(trainings->low_memory_layernorm > CASES / 4);
}

static void print_counts(const struct drawn_counts *counts, double seconds)
{
    const struct case_counts *trainings = &counts->trainings;
    printf(
        "%zu cases in %.1f s, %zu others refused; nets: %zu with residual blocks (%zu with shortcuts, "
        "%zu nested), %zu with convolutions, %zu with layernorm, %zu with subsample, %zu with merged "
        "modules; trainings: %zu with narrow blocks cut; in little memory %zu (%zu with layernorm, %zu with "
        "narrow blocks cut); %zu planted faults found\n",
        counts->cases, seconds, counts->redrawn, counts->residuals, counts->shortcuts, counts->nested,
        counts->images, counts->layernorm, counts->halved, counts->merged, trainings->cut,
        trainings->low_memory, trainings->low_memory_layernorm, trainings->low_memory_cut, trainings->faults);
    for (size_t i = 0; counts->tallies[i].value; i++)
        printf("%s%s %zu", i ? ", " : "", counts->tallies[i].value, counts->tallies[i].n);
    printf("\n");
}

static void test_drawn_cases(void **state)
{
    (void)state;
    struct drawn_counts counts = {.cases = 0};
    const double begin = clock_seconds();
    for (uint32_t i = 0; i < n_cases; i++)
        check_case(first_case + i, false, &counts);
    print_counts(&counts, clock_seconds() - begin);
    if (n_cases >= CASES)
        check_counts(&counts);
}

static void test_drawn_cases_with_registered_rules(void **state)
{
    (void)state;
    struct drawn_counts counts = {.cases = 0};
    const uint32_t n = n_cases < OWN_CASES ? n_cases : OWN_CASES;
    const double begin = clock_seconds();
    for (uint32_t i = 0; i < n; i++)
        check_case(first_case + i, true, &counts);
    print_counts(&counts, clock_seconds() - begin);
    assert_true(n < OWN_CASES ||
                (counts.trainings.low_memory > OWN_CASES / 4 && counts.residuals > OWN_CASES / 4 &&
                 counts.trainings.faults > 10 * OWN_CASES));
}

int main(int argc, char **argv)
{
    if (argc > 1)
        first_case = (uint32_t)strtoul(argv[1], NULL, 10);
    if (argc > 1)
        n_cases = argc > 2 ? (uint32_t)strtoul(argv[2], NULL, 10) : 1;
    case_fill_examples();
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_drawn_cases),
                                       cmocka_unit_test(test_drawn_cases_with_registered_rules)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

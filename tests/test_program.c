/*
 * test_program.c - a step's program, on nets that are drawn: the bits do not depend on threads, memory or
 * fusion; no two instructions that conflict run in the wrong order; and a stage that is one too early is
 * found.
 *
 *     test_program [CASE [N]]    N cases from that number on; a failure names its case
 */
#include "fixture.h"
#include "own_rules.h"
#include "program_conflicts.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "../src/base/clock.h"
#include "../src/base/rng.h"
#include "../src/train/trainer.h"

enum {
    CASES = 300,
    OWN_CASES = 60,
    EXAMPLES = 24,
    SIDE = 6,
    INPUTS = 2 * SIDE * SIDE,
    CLASSES = 5,
    STEPS = 3,
    TEXT = 2400
};

static float x[EXAMPLES * INPUTS];
static int32_t labels[EXAMPLES];
static uint32_t first_case = 1, n_cases = CASES;

/* ---- Drawing a case */

struct draw {
    struct rng rng;
    uint64_t n;
};

static uint32_t draw(struct draw *d, uint32_t below)
{
    uint32_t out[4];
    rng_block(&d->rng, d->n++, out);
    return out[0] % below;
}

#define PICK(d, list) (list)[draw((d), (uint32_t)(sizeof(list) / sizeof *(list)))]

struct drawn {
    char net[TEXT];
    const char *rule, *optimizer, *precision, *feedback_at, *modules;
    int threads;
    size_t batch;
};

static void add(char net[TEXT], const char *layer)
{
    const size_t n = strlen(net);
    const bool is_first = n == 0 || net[n - 1] == '(' || net[n - 1] == ' '; /* of the net, or of a branch */
    snprintf(net + n, TEXT - n, "%s%s", is_first ? "" : ", ", layer);
}

static void add_sign(char net[TEXT], const char *sign)
{
    const size_t n = strlen(net);
    snprintf(net + n, TEXT - n, "%s", sign);
}

static void draw_behind(struct draw *d, char net[TEXT], bool is_image)
{
    static const char *const activations[] = {"tanh", "relu", "leaky-relu", "logistic", "gelu", "softplus"};
    static const char *const pools[] = {"maxpool 2", "avgpool 2", "maxpool 3 stride 2"};
    if (draw(d, 4) == 0)
        add(net, draw(d, 3) ? "batchnorm" : "layernorm");
    if (draw(d, 8) > 0)
        add(net, PICK(d, activations));
    if (is_image && draw(d, 3) == 0)
        add(net, PICK(d, pools));
    if (draw(d, 4) == 0)
        add(net, "dropout 0.2");
}

/* A convolution that keeps the maps' size, or a dense layer. */
static void draw_weighted(struct draw *d, char net[TEXT], int width, bool is_image)
{
    static const char *const windows[] = {" 3x3 pad 1", " 1x1"};
    char layer[60];
    snprintf(layer, sizeof layer, "%s %d%s%s", is_image ? "conv" : "dense", width,
             is_image ? PICK(d, windows) : "", draw(d, 3) == 0 ? " nobias" : "");
    add(net, layer);
}

static int draw_width(struct draw *d, bool is_image)
{
    static const int channels[] = {3, 5, 3, 20, 90}, units[] = {17, 33, 90, 170};
    return is_image ? PICK(d, channels) : PICK(d, units);
}

static int draw_residual(struct draw *d, char net[TEXT], int width, bool is_image, int depth);

/* From one width to another; it may begin with layers without weights or with a residual. */
static void draw_branch(struct draw *d, char net[TEXT], int from, int to, bool is_image, int depth)
{
    static const char *const firsts[] = {"tanh", "tanh", "batchnorm", "layernorm"};
    if (draw(d, 3) == 0)
        add(net, PICK(d, firsts));
    if (depth < 2 && draw(d, 5) == 0)
        from = draw_residual(d, net, from, is_image, depth + 1);
    if (draw(d, 2) == 0) {
        draw_weighted(d, net, draw_width(d, is_image), is_image);
        draw_behind(d, net, false);
    } else if (from == to && draw(d, 4) == 0) {
        add(net, "leaky-relu");
        return;
    }
    draw_weighted(d, net, to, is_image);
    if (draw(d, 2) == 0)
        draw_behind(d, net, false);
}

/* Of maps of half the size, with a shortcut without weights. */
static int draw_half(struct draw *d, char net[TEXT], int width)
{
    const int to = width + (int)draw(d, 4);
    char text[60];
    snprintf(text, sizeof text, "residual (conv %d 3x3 stride 2 pad 1", to);
    add(net, text);
    draw_behind(d, net, false);
    snprintf(text, sizeof text, " | subsample 2 pad-channels %d)", to);
    add_sign(net, text);
    return to;
}

/* Behind a layer of so many channels or units; gives how many there are then. */
static int draw_residual(struct draw *d, char net[TEXT], int width, bool is_image, int depth)
{
    if (is_image && depth == 0 && draw(d, 4) == 0)
        return draw_half(d, net, width);
    const int to = draw(d, 2) ? width : draw_width(d, is_image);
    add(net, "residual (");
    draw_branch(d, net, width, to, is_image, depth);
    if (to != width || draw(d, 3) == 0) {
        add_sign(net, " | ");
        draw_branch(d, net, width, to, is_image, depth);
    }
    add_sign(net, ")");
    return to;
}

/* Widths below and above those at which a layer is cut into ranges. */
static void draw_net(struct draw *d, char net[TEXT])
{
    static const char *const convs[] = {"conv 3 3x3 pad 1", "conv 4 2x2 nobias", "conv 20 3x3 pad 1",
                                        "conv 90 3x3 pad 1 stride 2"};
    static const char *const denses[] = {"dense 4", "dense 17 nobias", "dense 33", "dense 90",
                                         "dense 170 nobias"};
    net[0] = 0;
    if (draw(d, 5) == 0)
        add(net, "dropout 0.1");
    for (uint32_t n = draw(d, 3); n > 0; n--) {
        add(net, PICK(d, convs));
        draw_behind(d, net, true);
    }
    if (draw(d, 3) == 0) {
        add(net, "conv 3 3x3 pad 1");
        draw_behind(d, net, true);
        draw_residual(d, net, 3, true, 0);
        draw_behind(d, net, true);
    }
    for (uint32_t n = draw(d, 4); n > 0; n--) {
        add(net, PICK(d, denses));
        draw_behind(d, net, false);
    }
    if (draw(d, 3) == 0) {
        const int width = draw_width(d, false);
        draw_weighted(d, net, width, false);
        draw_behind(d, net, false);
        draw_residual(d, net, width, false, 0);
        draw_behind(d, net, false);
    }
    add(net, "dense 5");
}

static const char *const optimizers[] = {"sgd",  "sgd momentum 0.9", "sgd momentum 0.9 decay 1e-4", "rmsprop",
                                         "adam", "adam decay 1e-4"};
static const char *const modules[] = {"layer", "layer", "residual", "1", "2", "3"};

/* is_own: a rule of own_rules.h: with maps, noise and a period, with arrays or feedback that learn, and by
   both ways at once. */
static struct drawn draw_case(struct draw *d, bool is_own)
{
    static const char *const precisions[] = {"float32", "float32", "bf16"};
    static const char *const inlets[] = {"end", "end", "before-pool", "channels"};
    static const bl_rule *const own[] = {&my_stir, &my_local, &my_arrays,  &my_rows, &my_signs,
                                         &my_usf,  &my_mixed, &my_derived, &my_dkp,  &my_kp};
    int n_rules = 0;
    while (bl_rule_name(n_rules))
        n_rules++;
    struct drawn c = {.rule = is_own ? PICK(d, own)->name : bl_rule_name((int)draw(d, (uint32_t)n_rules)),
                      .optimizer = PICK(d, optimizers),
                      .precision = PICK(d, precisions),
                      .feedback_at = PICK(d, inlets),
                      .threads = 2 + (int)draw(d, 3),
                      .batch = 2 + draw(d, 9)};
    draw_net(d, c.net);
    c.modules = PICK(d, modules);
    return c;
}

/* ---- Training it */

struct made {
    bl_context *ctx;
    bl_config *config;
    bl_data *data;
    bl_trainer *trainer;
};

static bl_status make(struct made *m, const struct drawn *c, int threads, const char *memory)
{
    const char *const options[][2] = {{"net", c->net},
                                      {"rule", c->rule},
                                      {"optimizer", c->optimizer},
                                      {"lr", "0.01"},
                                      {"init", "fanin"},
                                      {"batch", "10"},
                                      {"schedule", "constant"},
                                      {"precision", c->precision},
                                      {"feedback-at", c->feedback_at},
                                      {"modules", c->modules},
                                      {"memory", memory},
                                      {"seed", "3"},
                                      {"feedback", "uniform 0.3"},
                                      {"reduction", "mean"},
                                      {"loss", "ce"}};
    *m = (struct made){.ctx = bl_context_new(NULL)};
    assert_int_equal(bl_context_use(m->ctx, "portable", threads), BL_OK);
    assert_int_equal(register_own(m->ctx, c->rule), BL_OK);
    assert_int_equal(bl_config_create(&m->config, m->ctx), BL_OK);
    for (size_t i = 0; i < sizeof options / sizeof *options; i++)
        assert_int_equal(bl_config_set(m->config, options[i][0], options[i][1]), BL_OK);
    assert_int_equal(bl_data_wrap(&m->data, m->ctx, x, labels, EXAMPLES, (bl_shape){2, SIDE, SIDE}, CLASSES),
                     BL_OK);
    return bl_trainer_create(&m->trainer, m->ctx, m->config, m->data);
}

static void release(struct made *m)
{
    bl_trainer_free(m->trainer);
    bl_data_free(m->data);
    bl_config_free(m->config);
    bl_context_free(m->ctx);
}

static void train(struct made *m, const struct drawn *c, bool is_buffered, char hash[17])
{
    trainer_use_buffered_sink(m->trainer, is_buffered);
    for (size_t step = 0; step < STEPS; step++)
        assert_int_equal(bl_trainer_step(m->trainer, x + step * INPUTS, labels + step, c->batch, NULL),
                         BL_OK);
    bl_model_hash(bl_trainer_model(m->trainer), hash);
}

/* ---- What is checked of a program */

/* Whether every instruction is in one group of its stage, block and cut, in the list's order. */
static void check_groups(const struct program *p, uint32_t number)
{
    size_t n = 0;
    for (size_t g = 0; g < p->n_groups; g++)
        for (size_t i = p->groups[g].begin; i < p->groups[g].end; i++, n++) {
            const struct instruction *item = &p->items[p->order[i]];
            if (item->stage != p->groups[g].stage || item->l != p->groups[g].l ||
                item->cut != p->groups[g].cut || (i > p->groups[g].begin && p->order[i] < p->order[i - 1]))
                fail_msg("case %u: instruction %zu is in the wrong group", number, p->order[i]);
        }
    assert_int_equal(n, p->n);
}

/* Negative control: each instruction in another stage is found, the one before if it is in its first, else
   the one behind. What learns may wait for its update, or for the cache. */
static size_t check_that_faults_are_found(const struct program *p, uint32_t number)
{
    size_t n = 0;
    for (size_t i = 0; i < p->n; i++) {
        struct instruction *item = &p->items[i];
        const size_t stage = item->stage;
        if (stage == 0)
            continue;
        item->stage = stage - 1;
        const bool is_early = has_conflict(p, i);
        item->stage = stage + 1;
        const bool is_late = has_conflict(p, i);
        item->stage = stage;
        if (!is_early && !is_late && item->op->kind < OP_GRADIENT)
            fail_msg("case %u: %s of block %zu could run at any time", number, item->op->name, item->l);
        n += is_early || is_late;
    }
    return n;
}

static size_t check_program(const struct program *p, uint32_t number)
{
    size_t a = 0, b = 0;
    find_relations(p);
    if (find_conflict(p, &a, &b))
        fail_msg("case %u: %s of block %zu (stage %zu) and %s of block %zu (stage %zu) conflict", number,
                 p->items[a].op->name, p->items[a].l, p->items[a].stage, p->items[b].op->name, p->items[b].l,
                 p->items[b].stage);
    check_groups(p, number);
    return check_that_faults_are_found(p, number);
}

/* ---- The plans that hand-written orders gave, for each of which there must be no more stages now */

static size_t blocks_cut_otherwise(const struct program *p)
{
    size_t n = 0;
    for (size_t l = 0; l < p->n_blocks; l++) {
        bool is_cut = false;
        for (size_t i = 0; i < p->n; i++)
            is_cut = is_cut || (p->items[i].l == l && p->items[i].cut != CUT_CHANNELS);
        n += is_cut;
    }
    return n;
}

/* Stages from the error on with hidden blocks 0 .. last - 1:
       any        all at once                                                    1
       backward   T(last - 1) | T(last - 2), U(last) | ... | U(1), U(0)          last + 1
       forward    T(0), U(last) | T(1), U(0) | ... | U(last - 1)                 last + 1
   A second pass took one more for what it kept, one for its input, one for each block and one for the deltas.
   On a block that is not cut by channels alone, the next cut waits for the one before it: two stages more,
   at most. */
static size_t planned_stages(const bl_trainer *t)
{
    const size_t last = net_last(t->model->net);
    const char *order = rule_order_name(t->model->rule->ops);
    const size_t second = rule_flow(t->model->rule->ops).has_second_pass ? last + 4 : 0;
    const size_t plain = strcmp(order, "backward") == 0 || strcmp(order, "forward") == 0 ? last + 1 : 1;
    return second + plain + 2 * blocks_cut_otherwise(t->stepper.program);
}

static void check_stages(const bl_trainer *t, uint32_t number)
{
    const struct program *p = t->stepper.program;
    const size_t now = p->n_stages - p->loss_stage - 1, planned = planned_stages(t);
    const struct net *net = t->model->net;
    if (!t->model->rule->ops->user && !p->spec.is_lean && !net->has_adds && !net->reader_of_all &&
        !net->has_merged_modules && now > planned)
        fail_msg("case %u: %zu stages behind the error, %zu were planned by hand", number, now, planned);
}

/* ---- The tests */

enum { MOST_VALUES = 32 };

struct sums {
    size_t nets, low, faults, residuals, shortcuts, nested, images, normed, low_normed, halved, merged,
        refused, cut, low_cut;
    struct tally { /* how many cases each value was drawn for */
        const char *value;
        size_t n;
    } tallies[MOST_VALUES];
};

static void count_value(struct sums *sums, const char *value)
{
    size_t i = 0;
    while (sums->tallies[i].value && strcmp(sums->tallies[i].value, value) != 0)
        i++;
    assert_true(i + 1 < MOST_VALUES);
    sums->tallies[i].value = value;
    sums->tallies[i].n++;
}

static void count_case(struct sums *sums, const struct drawn *c)
{
    static const char *const threads[] = {"2 threads", "3 threads", "4 threads"};
    const char *residual = strstr(c->net, "residual");
    sums->nets++;
    sums->residuals += residual != NULL;
    sums->shortcuts += strstr(c->net, " | ") != NULL;
    sums->nested += residual && (strstr(residual, "(residual") || strstr(residual, "| residual"));
    sums->images += strstr(c->net, "conv") != NULL;
    sums->normed += strstr(c->net, "layernorm") != NULL;
    sums->halved += strstr(c->net, "subsample") != NULL;
    count_value(sums, c->rule);
    count_value(sums, c->optimizer);
    count_value(sums, c->precision);
    count_value(sums, c->feedback_at);
    count_value(sums, c->modules);
    count_value(sums, threads[c->threads - 2]);
}

static void compare(const struct drawn *c, uint32_t number, const char *variant, const char *hash,
                    const char *reference)
{
    if (strcmp(hash, reference) != 0)
        fail_msg("case %u, %s: %s, expected %s: \"%s\", %s, %s, %s, feedback at %s, modules %s, %d threads, "
                 "batch %zu",
                 number, variant, hash, reference, c->net, c->rule, c->optimizer, c->precision,
                 c->feedback_at, c->modules, c->threads, c->batch);
}

static void check_variant(const struct drawn *c, uint32_t number, int threads, const char *memory,
                          bool is_buffered, const char *reference, struct sums *sums)
{
    struct made m;
    char hash[17], variant[80];
    snprintf(variant, sizeof variant, "%d threads, memory %s, %s", threads, memory,
             is_buffered ? "buffered" : "fused");
    if (make(&m, c, threads, memory) == BL_OK) {
        train(&m, c, is_buffered, hash);
        compare(c, number, variant, hash, reference);
        const bool is_low = strcmp(memory, "low") == 0,
                   is_cut = blocks_cut_otherwise(m.trainer->stepper.program) > 0;
        if (threads == 1 || !is_buffered) /* else its conflicts are those of the fused program */
            sums->faults +=
                check_program(is_buffered ? m.trainer->stepper.buffered : m.trainer->stepper.program, number);
        check_stages(m.trainer, number);
        sums->low += is_low;
        sums->cut += is_cut;
        sums->low_cut += is_low && is_cut;
        sums->low_normed += is_low && strstr(c->net, "layernorm");
    } else
        assert_true(strcmp(memory, "low") == 0 && !rule_may_be_lean(rule_find(m.ctx, c->rule)));
    release(&m);
}

/* A net that fits is refused by rules that are not defined for it, and by no other: ifa and pepita with
   layers that read all, ifa where a convolution changes the size of its maps. */
static void check_refusal(const struct drawn *c, uint32_t number, bl_status status, const char *why)
{
    struct drawn with_bp = *c;
    struct made m;
    with_bp.rule = "bp";
    with_bp.feedback_at = "end";
    const bool fits = make(&m, &with_bp, 1, "normal") == BL_OK;
    release(&m);
    if (fits && status != BL_NOT_DEFINED && strcmp(c->feedback_at, "end") == 0)
        fail_msg("case %u: \"%s\" is refused by %s: %s", number, c->net, c->rule, why);
    if (fits && strcmp(c->rule, "ifa") != 0 && strcmp(c->rule, "pepita") != 0 &&
        strcmp(c->feedback_at, "end") == 0)
        fail_msg("case %u: \"%s\" is refused by %s: %s", number, c->net, c->rule, why);
}

static void check_case(uint32_t number, bool is_own, struct sums *sums)
{
    struct draw d = {.rng = {.seed = number, .stream = RNG_ANGLES}};
    struct drawn c;
    struct made m;
    char before[17], reference[17];
    for (;;) { /* rules that are not defined for a net are left out, pools that do not fit too */
        c = draw_case(&d, is_own);
        const bl_status status = make(&m, &c, 1, "normal");
        if (status == BL_OK)
            break;
        if (!is_own)
            check_refusal(&c, number, status, bl_why(m.ctx));
        sums->refused++;
        release(&m);
    }
    const bool is_merged = m.trainer->model->net->has_merged_modules;
    bl_model_hash(bl_trainer_model(m.trainer), before);
    train(&m, &c, false, reference);
    assert_string_not_equal(before, reference);
    sums->faults += check_program(m.trainer->stepper.inspected, number);
    release(&m);
    for (int i = 1; i < 8; i++)
        check_variant(&c, number, i & 1 ? c.threads : 1, i & 2 ? "low" : "normal", i & 4, reference, sums);
    sums->merged += is_merged;
    count_case(sums, &c);
}

/* Every value of every dimension in a share of the cases, which is small for ifa and pepita, because few
   nets are theirs; each case is trained with one thread and with more, in normal and in little memory,
   fused and not. */
static void check_sums(const struct sums *sums)
{
    size_t n = 0;
    for (int r = 0; bl_rule_name(r); r++)
        n++;
    const size_t expected =
        n + sizeof optimizers / sizeof *optimizers + 2 + 3 + 3 + sizeof modules / sizeof *modules - 1;
    for (n = 0; sums->tallies[n].value; n++)
        if (sums->tallies[n].n < CASES / 75)
            fail_msg("\"%s\" was drawn for %zu cases", sums->tallies[n].value, sums->tallies[n].n);
    assert_int_equal(n, expected);
    assert_true(sums->low > CASES / 2 && sums->faults > 10 * CASES && sums->images > CASES / 3);
    assert_true(sums->residuals > CASES / 4 && sums->residuals < CASES - CASES / 4);
    assert_true(sums->merged > CASES / 4 && sums->cut > CASES && sums->low_cut > CASES / 4);
    assert_true(sums->normed > CASES / 5 && sums->low_normed > CASES / 4 && sums->halved > CASES / 60);
    assert_true(sums->shortcuts > CASES / 8 && sums->nested > CASES / 20);
}

static void test_drawn(void **state)
{
    (void)state;
    static struct sums sums;
    const double begin = clock_seconds();
    for (uint32_t i = 0; i < n_cases; i++)
        check_case(first_case + i, false, &sums);
    printf("%zu cases in %.1f s: %zu with residuals (%zu with shortcuts, %zu nested), %zu with convolutions, "
           "%zu with layernorm, %zu with subsample, %zu with merged modules; %zu trainings in little memory "
           "(%zu with layernorm), %zu with narrow blocks cut (%zu in little memory); %zu cases redrawn, "
           "%zu faults found\n",
           sums.nets, clock_seconds() - begin, sums.residuals, sums.shortcuts, sums.nested, sums.images,
           sums.normed, sums.halved, sums.merged, sums.low, sums.low_normed, sums.cut, sums.low_cut,
           sums.refused, sums.faults);
    for (size_t i = 0; sums.tallies[i].value; i++)
        printf("%s%s %zu", i ? ", " : "", sums.tallies[i].value, sums.tallies[i].n);
    printf("\n");
    if (n_cases >= CASES)
        check_sums(&sums);
}

static void test_drawn_with_rules_of_ones_own(void **state)
{
    (void)state;
    struct sums sums = {.nets = 0};
    const uint32_t n = n_cases < OWN_CASES ? n_cases : OWN_CASES;
    for (uint32_t i = 0; i < n; i++)
        check_case(first_case + i, true, &sums);
    printf("%zu cases, %zu with residuals, %zu trainings in little memory, %zu faults found\n", sums.nets,
           sums.residuals, sums.low, sums.faults);
    assert_true(n < OWN_CASES ||
                (sums.low > OWN_CASES / 4 && sums.residuals > OWN_CASES / 4 && sums.faults > 10 * OWN_CASES));
}

/* Depth changes which outputs little memory still holds: every rule, nets of one to six blocks. */
static void test_depths(void **state)
{
    (void)state;
    struct sums sums = {.nets = 0};
    for (int r = 0; bl_rule_name(r); r++) {
        struct drawn c = {.rule = bl_rule_name(r),
                          .optimizer = "rmsprop",
                          .precision = "float32",
                          .feedback_at = "end",
                          .modules = "layer",
                          .threads = 2,
                          .batch = 7};
        for (uint32_t depth = 0; depth < 6; depth++) {
            struct made m;
            char reference[17];
            c.net[0] = 0;
            for (uint32_t l = 0; l < depth; l++)
                add(c.net, l % 2 ? "dense 9, tanh" : "dense 90, tanh");
            add(c.net, "dense 5");
            assert_int_equal(make(&m, &c, 1, "normal"), BL_OK);
            train(&m, &c, false, reference);
            release(&m);
            for (int i = 1; i < 4; i++)
                check_variant(&c, depth, i & 1 ? 2 : 1, i & 2 ? "low" : "normal", false, reference, &sums);
        }
    }
}

/* In little memory block 0's output and block 2's have one place, which is read by examples and by channels:
   a plan that remembers only one of the two cuts of the reads runs block 2's second forward in the stage of
   block 1's gradient. */
static void test_two_cuts_of_one_place(void **state)
{
    (void)state;
    static const char *const names[] = {"dkp", "dfa", "drtp"};
    struct sums sums = {.nets = 0};
    for (uint32_t r = 0; r < sizeof names / sizeof *names; r++) {
        struct drawn c = {.net = "conv 4 2x2 nobias, layernorm, leaky-relu, maxpool 3 stride 2, "
                                 "conv 3 3x3 pad 1, residual (conv 3 3x3 pad 1), leaky-relu, dense 5",
                          .rule = names[r],
                          .optimizer = "sgd momentum 0.9",
                          .precision = "float32",
                          .feedback_at = "end",
                          .modules = "layer",
                          .batch = 7};
        struct made m;
        char reference[17];
        assert_int_equal(make(&m, &c, 1, "normal"), BL_OK);
        train(&m, &c, false, reference);
        release(&m);
        for (c.threads = 2; c.threads <= 4; c.threads++)
            check_variant(&c, r, c.threads, "low", false, reference, &sums);
    }
    assert_int_equal(sums.low_cut, 3 * sizeof names / sizeof *names);
}

/* What a rule's instructions tell of it. */
static void test_flows(void **state)
{
    (void)state;
    static const char *const orders[][2] = {{"bp", "backward"}, {"fa", "backward"}, {"usf", "backward"},
                                            {"kp", "backward"}, {"ifa", "forward"}, {"dfa", "any"},
                                            {"dkp", "any"},     {"adfa", "any"},    {"pepita", "any"},
                                            {"frozen", "any"},  {"linear", "any"},  {"drtp", "on forward"}};
    for (size_t i = 0; i < sizeof orders / sizeof *orders; i++)
        assert_string_equal(bl_rule_order(orders[i][0]), orders[i][1]);
}

/* A rule whose signals wait for one another is refused. */
static void emit_in_a_circle(struct bl_emitter *e, size_t l)
{
    if (l == 0)
        emit_pull(e, BUFFER_WEIGHTS, l);
    else
        emit_push(e, BUFFER_WEIGHTS, l);
}

static void test_circle(void **state)
{
    (void)state;
    struct instruction items[64];
    struct program p = {.n_blocks = 3, .items = items, .room = 64, .spec = {.updates = true}};
    const struct emission circle = {.emit = emit_in_a_circle};
    assert_false(emit_step(&p, &circle, NULL));
    p.n = 0;
    p.room = 5;
    assert_false(emit_step(&p, &(struct emission){.emit = rule_find(NULL, "dfa")->emit}, NULL));
}

int main(int argc, char **argv)
{
    if (argc > 1)
        first_case = (uint32_t)strtoul(argv[1], NULL, 10);
    if (argc > 1)
        n_cases = argc > 2 ? (uint32_t)strtoul(argv[2], NULL, 10) : 1;
    fixture_fill(5, x, labels, EXAMPLES, INPUTS, CLASSES);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_drawn),  cmocka_unit_test(test_drawn_with_rules_of_ones_own),
        cmocka_unit_test(test_depths), cmocka_unit_test(test_two_cuts_of_one_place),
        cmocka_unit_test(test_flows),  cmocka_unit_test(test_circle)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

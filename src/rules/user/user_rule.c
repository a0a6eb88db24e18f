/*
 * user_rule.c - registers a rule: checks the struct of the public header and converts it to a struct
 * rule_ops.
 */
#include "user_rule.h"

#include "../../base/mem.h"

#include <string.h>

enum {
    MOST_ARRAYS = BUFFER_LAST_ARRAY - BUFFER_ARRAY + 1,
    NAME_ROOM = 32,
    ARRAY_NAME = 16,
    MOST_SIDE = 1 << 20
};

/* ---- Wrappers through which the library calls the user's functions */

static void user_begin(struct bl_emitter *e)
{
    e->program->user->begin(e, e->program->user->user);
}

static void user_emit(struct bl_emitter *e, size_t l)
{
    e->program->user->emit(e, (int)l, e->program->user->user);
}

static void user_learn(struct bl_emitter *e, size_t l)
{
    e->program->user->learn(e, (int)l, e->program->user->user);
}

/* Draws direct feedback for every block for which `emit` is called. A rule that reads other blocks' deltas is
   also called for the ends of modules without parameters. */
static bl_status direct_feedback(struct rule *rule, const struct net *net)
{
    const bool is_direct = rule_is_direct(rule->ops);
    for (size_t l = 0; l < net_last(net); l++)
        if (is_direct ? net->blocks[l].needs_signal : net->blocks[l].module == l)
            BL_TRY(feedback_from_output(rule, net, l));
    return BL_OK;
}

static bool is_set(const bl_rule *given, unsigned flag)
{
    return (given->flags & flag) != 0;
}

static struct rule_ops ops_of(const bl_rule *given)
{
    const bool is_direct = given->feedback == BL_FEEDBACK_DIRECT,
               has_feedback = given->feedback != BL_FEEDBACK_NONE;
    return (struct rule_ops){
        .user = given,
        .name = given->name,
        .about = given->about,
        .equation = given->equation,
        .learns_from_zero = is_set(given, BL_RULE_LEARNS_FROM_ZERO),
        .needs_classes = is_set(given, BL_RULE_NEEDS_CLASSES),
        .derives_feedback = is_set(given, BL_RULE_DERIVES_FEEDBACK),
        .weights = !has_feedback || !is_set(given, BL_RULE_ALIGNS_WEIGHTS) ? WEIGHTS_ARE_FREE
                   : is_direct                                             ? WEIGHTS_FOLLOW_DIRECT_FEEDBACK
                                                                           : WEIGHTS_FOLLOW_THEIR_FEEDBACK,
        .init = is_direct      ? direct_feedback
                : has_feedback ? feedback_like_all_weights
                               : NULL,
        .begin = given->begin ? user_begin : NULL,
        .emit = user_emit,
        .learn = given->learn ? user_learn : NULL,
        .default_lambda = 1e-5,
    };
}

/* ---- Checks */

static bool is_of(char c, const char *others)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (c && strchr(others, c));
}

static bool is_name(const char *text, size_t most, const char *others)
{
    size_t n = 0;
    while (n <= most && is_of(text[n], others))
        n++;
    return n > 0 && n <= most && text[n] == 0;
}

static bl_status check_side(bl_context *ctx, const bl_rule *rule, const bl_rule_array *array, int side,
                            bool is_row)
{
    const bool is_of_block = side == BL_UNITS || side == BL_CHANNELS;
    if (is_of_block ? array_is_of_blocks(array)
                    : (side > 0 && side <= MOST_SIDE) || side == BL_OUTPUTS || side == BL_INPUTS ||
                          (is_row && side == BL_BATCH))
        return BL_OK;
    BL_FAIL(ctx, BL_BAD_VALUE,
            "rule %s: array \"%s\" has %d %s, expected 1 to %d or one of the header's sizes%s", rule->name,
            array->name, side, is_row ? "rows" : "columns", MOST_SIDE,
            is_of_block ? ", and an array of the whole net has no size of a block" : "");
}

static bl_status check_arrays(bl_context *ctx, const bl_rule *rule)
{
    if (rule->n_arrays < 0 || rule->n_arrays > MOST_ARRAYS || (rule->n_arrays > 0 && !rule->arrays))
        BL_FAIL(ctx, BL_BAD_VALUE, "rule %s: n_arrays is %d%s, expected 0 to %d", rule->name, rule->n_arrays,
                rule->arrays ? "" : " and arrays NULL", MOST_ARRAYS);
    for (int i = 0; i < rule->n_arrays; i++) {
        const bl_rule_array *array = &rule->arrays[i];
        if (!array->name || !is_name(array->name, ARRAY_NAME, "_"))
            BL_FAIL(ctx, BL_BAD_VALUE, "rule %s: array %d has no name of a to z, 0 to 9 and _, up to %d",
                    rule->name, i, ARRAY_NAME);
        for (int k = 0; k < i; k++)
            if (strcmp(rule->arrays[k].name, array->name) == 0)
                BL_FAIL(ctx, BL_BAD_VALUE, "rule %s: two arrays are called \"%s\"", rule->name, array->name);
        if (array->flags & ~(BL_EACH_BLOCK | BL_ONE_STEP))
            BL_FAIL(ctx, BL_UNSUPPORTED,
                    "rule %s: array \"%s\" has the flags %d, some of which this version does not know",
                    rule->name, array->name, array->flags);
        if (!(array->limit >= 0.0 && array->limit <= 1e6))
            BL_FAIL(ctx, BL_BAD_VALUE, "rule %s: array \"%s\" has the limit %g, expected 0 to 1e6",
                    rule->name, array->name, array->limit);
        BL_TRY(check_side(ctx, rule, array, array->rows, true));
        BL_TRY(check_side(ctx, rule, array, array->cols, false));
    }
    return BL_OK;
}

static bl_status check_rule(bl_context *ctx, const bl_rule *rule)
{
    enum { ALL_FLAGS = 2 * BL_RULE_ALIGNS_WEIGHTS - 1 };
    if (!rule->name || rule->name[0] < 'a' || rule->name[0] > 'z' || !is_name(rule->name, NAME_ROOM - 1, "-"))
        BL_FAIL(ctx, BL_BAD_VALUE,
                "bl_rule_register: the name is \"%.40s\", expected a letter from a to z, then a to z, 0 to 9 "
                "and -, up to 31",
                rule->name ? rule->name : "NULL");
    if (rule_find(ctx, rule->name))
        BL_FAIL(ctx, BL_BAD_VALUE, "bl_rule_register: there is a rule \"%s\" already", rule->name);
    if (!rule->about || !rule->equation || !rule->emit)
        BL_FAIL(ctx, BL_BAD_VALUE, "rule %s: %s is NULL", rule->name,
                !rule->about      ? "about"
                : !rule->equation ? "equation"
                                  : "emit");
    if (rule->flags > ALL_FLAGS)
        BL_FAIL(ctx, BL_UNSUPPORTED, "rule %s: flags are %u, but those of this version are up to %d",
                rule->name, rule->flags, ALL_FLAGS);
    if ((int)rule->feedback < BL_FEEDBACK_NONE || (int)rule->feedback > BL_FEEDBACK_LIKE_WEIGHTS)
        BL_FAIL(ctx, BL_UNSUPPORTED, "rule %s: this version has no feedback of kind %d", rule->name,
                (int)rule->feedback);
    return check_arrays(ctx, rule);
}

/* A struct of a later header may be larger. The members that this version does not know must be 0. */
static bl_status check_size(bl_context *ctx, const bl_rule *rule)
{
    const unsigned char *bytes = (const unsigned char *)rule;
    if (rule->size < sizeof *rule)
        BL_FAIL(ctx, BL_BAD_VALUE, "bl_rule_register: size is %zu, expected sizeof(bl_rule), %zu", rule->size,
                sizeof *rule);
    for (size_t i = sizeof *rule; i < rule->size; i++)
        if (bytes[i])
            BL_FAIL(
                ctx, BL_UNSUPPORTED,
                "bl_rule_register: the rule is made for a later version of backless.h than the library's, %s",
                BL_VERSION);
    return BL_OK;
}

static const char *copy_text(char **at, const char *text)
{
    const size_t n = strlen(text) + 1;
    char *copy = memcpy(*at, text, n);
    *at += n;
    return copy;
}

/* Copies the rule, its arrays and all texts into one allocation, which the context frees. */
static bl_status copy_rule(struct user_rule **out, bl_context *ctx, const bl_rule *rule)
{
    const size_t n = (size_t)rule->n_arrays;
    size_t texts = strlen(rule->name) + strlen(rule->about) + strlen(rule->equation) + 3;
    for (size_t i = 0; i < n; i++)
        texts += strlen(rule->arrays[i].name) + 1;
    void *block = NULL;
    BL_TRY(mem_array_bytes(ctx, &block, 1, sizeof **out + n * sizeof(bl_rule_array) + texts, "the rule"));
    struct user_rule *made = block;
    bl_rule_array *arrays = made->arrays;
    char *at = (char *)(arrays + n);
    made->given = *rule;
    made->given.name = copy_text(&at, rule->name);
    made->given.about = copy_text(&at, rule->about);
    made->given.equation = copy_text(&at, rule->equation);
    made->given.arrays = arrays;
    for (size_t i = 0; i < n; i++) {
        arrays[i] = rule->arrays[i];
        arrays[i].name = copy_text(&at, rule->arrays[i].name);
    }
    *out = made;
    return BL_OK;
}

bl_status bl_rule_register(bl_context *ctx, const bl_rule *rule)
{
    struct user_rule *made = NULL;
    if (!ctx)
        return BL_BAD_VALUE;
    BL_GIVEN(ctx, rule);
    if (ctx->is_registering)
        BL_FAIL(ctx, BL_BAD_VALUE,
                "bl_rule_register was called in a callback of a rule that is being registered");
    BL_TRY(check_size(ctx, rule));
    BL_TRY(check_rule(ctx, rule));
    BL_TRY(copy_rule(&made, ctx, rule));
    made->ops = ops_of(&made->given);
    ctx->is_registering = true;
    const bl_status status = rule_check_program(ctx, &made->ops);
    ctx->is_registering = false;
    if (status != BL_OK) {
        mem_free(ctx, made);
        return status;
    }
    struct registered_rule **end = &ctx->rules;
    while (*end)
        end = &(*end)->next;
    *end = &made->link;
    return BL_OK;
}

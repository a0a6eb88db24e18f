/*
 * verify_identities.c - checks that rules which are equal for equal matrices give the same bits.
 *
 * fa through B = W^T is bp. With one hidden layer fa is dfa, and so is ifa: its only hidden block is the
 * first.
 */
#include "verify_fixture.h"

#include "backless_experimental.h"

#include <stdlib.h>
#include <string.h>

enum { STEPS = 3 };

static const char *const optimizers[] = {"sgd", "rmsprop"};
enum { N_OPTIMIZERS = sizeof optimizers / sizeof *optimizers };

/* ---- Two trainers side by side */

struct trainer_pair {
    struct verify_fixture rule, reference;
    const char *net;
};

static bl_status pair_make(struct trainer_pair *pair, struct verify *v,
                           const struct verify_fixture_options *options, const char *reference)
{
    struct verify_fixture_options other = *options;
    other.rule = reference;
    pair->net = options->net;
    memset(&pair->reference, 0, sizeof pair->reference);
    bl_status status = fixture_make(&pair->rule, v, 12, 9, 5, options);
    if (status == BL_OK)
        status = fixture_make(&pair->reference, v, 12, 9, 5, &other);
    if (status == BL_OK)
        status = fixture_copy(&pair->rule, &pair->reference);
    return status;
}

static void pair_free(struct trainer_pair *pair)
{
    fixture_free(&pair->rule);
    fixture_free(&pair->reference);
}

static void compare_tensors(const struct trainer_pair *pair, const char *what, const bl_tensor *a,
                            const bl_tensor *b, struct gap *gap)
{
    if (a->rows != b->rows || a->cols != b->cols)
        gap->worst += 1.0;
    else
        gap_add_bits(gap, what, pair->net, a->values, b->values, a->rows * a->cols);
}

/* Compares deltas and gradients of the same batch. */
static bl_status compare_workspaces(struct trainer_pair *pair, struct gap *gap)
{
    bl_tensor a, b;
    bl_status status = fixture_inspect(&pair->rule);
    if (status == BL_OK)
        status = fixture_inspect(&pair->reference);
    for (int l = 0; status == BL_OK && bl_trainer_delta(pair->rule.trainer, l, &a) &&
                    bl_trainer_delta(pair->reference.trainer, l, &b);
         l++) {
        char what[48];
        snprintf(what, sizeof what, "the delta of block %d", l);
        compare_tensors(pair, what, &a, &b, gap);
    }
    for (int i = 0; status == BL_OK && bl_trainer_gradient(pair->rule.trainer, i, &a) &&
                    bl_trainer_gradient(pair->reference.trainer, i, &b);
         i++) {
        char what[48];
        snprintf(what, sizeof what, "the gradient %d.dense.%s", i / 2, i % 2 ? "bias" : "weight");
        compare_tensors(pair, what, &a, &b, gap);
    }
    return status;
}

static void compare_weights(const struct trainer_pair *pair, struct gap *gap)
{
    bl_tensor a;
    for (int i = 0; bl_model_tensor(pair->reference.model, i, &a); i++) {
        const bl_tensor b = fixture_tensor(&pair->rule, a.name);
        if (strstr(a.name, ".dense.") && b.values)
            compare_tensors(pair, a.name, &b, &a, gap);
    }
}

/* Compares two trainers over several steps. refresh: called before each step. */
static bl_status compare_pair(struct trainer_pair *pair, bl_status (*refresh)(struct trainer_pair *pair),
                              struct gap *gap)
{
    bl_status status = BL_OK;
    for (int step = 0; step < STEPS && status == BL_OK; step++) {
        status = refresh(pair);
        if (status == BL_OK)
            status = compare_workspaces(pair, gap);
        if (status == BL_OK)
            status = fixture_step(&pair->rule);
        if (status == BL_OK)
            status = fixture_step(&pair->reference);
        if (status == BL_OK)
            compare_weights(pair, gap);
    }
    return status;
}

/* ---- fa through the weights */

/* Copies the weights to the feedback: "l.feedback" of fa is stored like "l.dense.weight", so B = W^T is a
   copy. */
static bl_status feed_back_through_weights(struct trainer_pair *pair)
{
    bl_status status = BL_OK;
    bl_tensor t;
    for (int i = 0; bl_model_tensor(pair->rule.model, i, &t) && status == BL_OK; i++) {
        char feedback[48];
        unsigned l = 0;
        if (sscanf(t.name, "%u.", &l) != 1 || l == 0 || !strstr(t.name, ".weight"))
            continue;
        snprintf(feedback, sizeof feedback, "%u.feedback", l);
        status = fixture_set(&pair->rule, feedback, t.values, t.rows * t.cols);
    }
    return status;
}

static bl_status run_pairs(struct verify *v, const char *rule, const char *reference, const char *const *nets,
                           bl_status (*refresh)(struct trainer_pair *pair))
{
    struct gap gap = {0.0, ""};
    bl_status status = BL_OK;
    for (int i = 0; nets[i / N_OPTIMIZERS / 2] && status == BL_OK; i++) {
        const struct verify_fixture_options options = {.net = nets[i / N_OPTIMIZERS / 2],
                                                       .rule = rule,
                                                       .loss = fixture_loss(i % 2),
                                                       .optimizer = optimizers[i / 2 % N_OPTIMIZERS],
                                                       .init = "fanin"};
        struct trainer_pair pair;
        status = pair_make(&pair, v, &options, reference);
        if (status == BL_OK)
            status = compare_pair(&pair, refresh, &gap);
        pair_free(&pair);
    }
    if (status == BL_OK)
        gap_report(v, &gap, 0.0, "numbers differ", rule);
    return status;
}

static bl_status run_fa_is_bp(struct verify *v)
{
    static const char *const nets[] = {"dense 8, tanh, dense 7, logistic, dense 6, softplus, dense 5",
                                       "dense 8, relu, dense 7, leaky-relu, dense 5",
                                       "dense 170, tanh, dense 101, tanh, dense 5", NULL};
    return run_pairs(v, "fa", "bp", nets, feed_back_through_weights);
}

const struct check check_fa_is_bp = {
    "fa-is-bp", "fa with B = W^T, refreshed each step, has the bits of backpropagation", run_fa_is_bp, NULL};

/* ---- One hidden layer */

/* Gives all rules the same feedback. The matrix of fa belongs to the second block and is stored like its
   weights; that of dfa and ifa belongs to the first block and is stored outputs x units. With one hidden
   layer these are the same layout. */
static bl_status share_feedback(struct trainer_pair *pair)
{
    const bl_tensor B = fixture_tensor(&pair->reference, "0.feedback");
    const char *name = fixture_tensor(&pair->rule, "1.feedback").values ? "1.feedback" : "0.feedback";
    return fixture_set(&pair->rule, name, B.values, B.values ? B.rows * B.cols : 0);
}

static bl_status run_one_hidden(struct verify *v)
{
    static const char *const nets[] = {"dense 30, tanh, dense 5", "dense 30, relu, dense 5",
                                       "dense 170, logistic, dense 5", NULL};
    const bl_status status = run_pairs(v, "fa", "dfa", nets, share_feedback);
    return status == BL_OK ? run_pairs(v, "ifa", "dfa", nets, share_feedback) : status;
}

const struct check check_one_hidden = {
    "one-hidden-layer", "with one hidden layer and the same B, fa and ifa have the bits of dfa",
    run_one_hidden, NULL};

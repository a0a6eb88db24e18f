/*
 * verify_bits.c - checks that the same seed gives the same bits: for any number of threads, in every
 * repetition, and with the portable backend the bits that are recorded here. Another seed must give other
 * bits, otherwise the comparison would detect nothing.
 */
#include "verify_fixture.h"

#include <stdlib.h>
#include <string.h>

enum { N = 33, INPUTS = 37, CLASSES = 10, STEPS = 4 };

/* Blocks of several ranges whose sizes are no multiple of a tile. */
static const char *const net = "dense 203, tanh, dense 131, softplus, dense 10";

struct bits {
    char hash[17];
    double scores[N * CLASSES];
};

static bl_status train(struct verify *v, const struct verify_fixture_options *options, struct bits *out)
{
    struct verify_fixture fixture;
    bl_status status = fixture_make(&fixture, v, N, INPUTS, CLASSES, options);
    for (int step = 0; step < STEPS && status == BL_OK; step++)
        status = fixture_step(&fixture);
    if (status == BL_OK)
        status = bl_model_predict(fixture.model, fixture.x, N, out->scores);
    if (status == BL_OK)
        bl_model_hash(fixture.model, out->hash);
    fixture_free(&fixture);
    return status;
}

/* ---- Threads */

/* Trains in a separate context, because the number of threads is set before anything is created. */
static bl_status train_on(const struct verify *v, int threads, const struct verify_fixture_options *options,
                          struct bits *out, struct verify *failed)
{
    struct verify other = *v;
    other.ctx = bl_context_new(NULL);
    bl_status status = bl_context_use(other.ctx, v->backend, threads);
    if (status == BL_OK)
        status = verify_register(other.ctx);
    if (status == BL_OK)
        status = train(&other, options, out);
    if (status != BL_OK)
        snprintf(failed->why, sizeof failed->why, "%s", other.why[0] ? other.why : bl_why(other.ctx));
    bl_context_free(other.ctx);
    return status;
}

static bl_status try_threads(struct verify *v, const char *rule)
{
    static const int threads[] = {1, 1, 2, 3, 0};
    const struct verify_fixture_options options = {.net = net, .rule = rule, .init = "fanin", .lr = "0.01"};
    struct finding f = {.unit = "runs differ"};
    struct bits first, other;
    bl_status status = train_on(v, threads[0], &options, &first, v);
    for (size_t i = 1; i < sizeof threads / sizeof *threads && status == BL_OK; i++) {
        status = train_on(v, threads[i], &options, &other, v);
        if (status != BL_OK || (strcmp(first.hash, other.hash) == 0 &&
                                same_double_bits(first.scores, other.scores, (size_t)N * CLASSES)))
            continue;
        f.measured += 1.0;
        snprintf(f.where, sizeof f.where, "with %d threads (0: all cores) the weights are %s, with 1 %s",
                 threads[i], other.hash, first.hash);
    }
    f.is_right = f.measured <= f.bound;
    snprintf(f.of, sizeof f.of, "%s", rule);
    if (status == BL_OK)
        verify_report(v, &f);
    return status;
}

/* Checks one rule for each order of signals, and a registered one. */
static bl_status run_threads(struct verify *v)
{
    static const char *const rules[] = {"bp", "ifa", "dfa", "registered"};
    bl_status status = BL_OK;
    for (size_t i = 0; i < sizeof rules / sizeof *rules && status == BL_OK; i++)
        status = try_threads(v, rules[i]);
    return status;
}

const struct check check_threads = {
    "threads", "weights and scores have the same bits for 1, 2, 3 and all threads, and in a second run",
    run_threads, NULL};

/* ---- Seeds */

static bl_status run_seeds(struct verify *v)
{
    char seed[32];
    const struct verify_fixture_options one = {.net = net, .rule = "dfa", .init = "fanin"};
    struct verify_fixture_options another = one;
    struct bits a, b;
    snprintf(seed, sizeof seed, "%llu", (unsigned long long)(v->seed ^ 1));
    another.seed = seed;
    bl_status status = train(v, &one, &a);
    if (status == BL_OK)
        status = train(v, &another, &b);
    if (status != BL_OK)
        return status;
    struct finding f = {.of = "dfa", .measured = strcmp(a.hash, b.hash) == 0, .unit = "pairs agree"};
    f.is_right = f.measured <= f.bound;
    snprintf(f.where, sizeof f.where, "seeds %llu and %s both give the weights %s",
             (unsigned long long)v->seed, seed, a.hash);
    verify_report(v, &f);
    return BL_OK;
}

const struct check check_seeds = {"seeds", "another seed gives other weights", run_seeds, NULL};

/* ---- Recorded bits */

static const struct {
    const char *rule, *loss, *optimizer, *hash;
} known[] = {
    {"bp", "ce", "adam", "3aaabf6fbec1d56e"},
    {"fa", "bce", "rmsprop", "414f712ece51f02e"},
    {"dfa", "ce", "sgd momentum 0.9 nesterov", "0db24ce7bf4ee9b7"},
    {"ifa", "mse", "rmsprop", "c7ae45c375cc6f84"},
};

static bl_status run_fixed(struct verify *v)
{
    struct verify fixed = *v;
    struct finding f = {.of = "bp, fa, dfa, ifa", .unit = "hashes differ"};
    fixed.seed = 1;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        const struct verify_fixture_options options = {.net = net,
                                                       .rule = known[i].rule,
                                                       .loss = known[i].loss,
                                                       .optimizer = known[i].optimizer,
                                                       .init = "fanin",
                                                       .lr = "0.01"};
        struct bits bits;
        const bl_status status = train(&fixed, &options, &bits);
        if (status != BL_OK) {
            snprintf(v->why, sizeof v->why, "%s", fixed.why);
            return status;
        }
        if (strcmp(bits.hash, known[i].hash) == 0)
            continue;
        f.measured += 1.0;
        snprintf(f.where, sizeof f.where, "the weights of %s are %s, on other machines %s", known[i].rule,
                 bits.hash, known[i].hash);
    }
    f.is_right = f.measured <= f.bound;
    verify_report(v, &f);
    return BL_OK;
}

const struct check check_fixed = {
    "known-bits", "portable gives the weights of every other machine and compiler, for seed 1", run_fixed,
    "portable"};

/*
 * test_fixed_bits.c - the bits of trained weights with the portable backend, against recorded hashes. They
 * are the same for every compiler, optimisation level and instruction set, so that this test compares each
 * build with all others.
 *
 * If a hash changes, the results of every seed change: the change must be in the changelog and raise
 * BL_NUMERIC_REVISION.
 */
#include "fixture.h"

#include <inttypes.h>

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

enum { N = 50, INPUTS = 37, CLASSES = 10, STEPS = 20 };

static const struct {
    const char *rule, *net, *loss, *optimizer, *hash, *precision;
} cases[] = {
    {"bp", "dense 96, tanh, dense 33, logistic, dense 10", "ce", "rmsprop", "62b2987ba5b971a4", NULL},
    {"fa", "dense 96, tanh, dense 33, softplus, dense 10", "bce", "adam", "e1d8c88bfebb67cd", NULL},
    {"dfa", "dense 96, tanh, dense 33, tanh, dense 10", "bce", "rmsprop", "3ce105c77a140097", NULL},
    {"ifa", "dense 33, relu, dense 33, leaky-relu, dense 10", "mse", "sgd momentum 0.9 nesterov",
     "b5d4c95574f1e872", NULL},
    {"frozen", "dense 96, tanh, dense 10", "ce", "sgd", "b4811623141cf408", NULL},
    {"linear", "dense 96, tanh, dense 10", "ce", "rmsprop decay 1e-4", "3cdb1504026e8a12", NULL},
    {"dfa", "dense 96, tanh, dense 33, tanh, dense 10", "bce", "rmsprop", "9e77785f6c7f53ae", "bf16"},
    {"bp", "dense 97, relu, dense 33, tanh, dense 10", "ce", "adam", "ed356b7770d12ec5", "bf16"},
};

/* FNV-1a (64 bits) over the hashes above, and the revision under which they were recorded. */
static const struct {
    int revision;
    const char *digest;
} recorded = {1, "f577b729f66736ad"};

static void digest_of_cases(char out[17])
{
    uint64_t digest = 0xcbf29ce484222325u;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        for (const char *at = cases[i].hash; *at; at++)
            digest = (digest ^ (unsigned char)*at) * 0x100000001b3u;
    snprintf(out, 17, "%016" PRIx64, digest);
}

/* The revision of stored results (backless reproduce) says whether their hashes can be compared with those
   of this library. */
static void test_revision(void **state)
{
    (void)state;
    char digest[17];
    digest_of_cases(digest);
    assert_int_equal(bl_numeric_revision(), BL_NUMERIC_REVISION);
    if (strcmp(digest, recorded.digest) != 0)
        fail_msg("the hashes above changed, their digest is %s: record it, and raise BL_NUMERIC_REVISION and "
                 "recorded.revision, unless a case was only added",
                 digest);
    if (recorded.revision != BL_NUMERIC_REVISION)
        fail_msg("BL_NUMERIC_REVISION is %d, but the hashes above were recorded under %d",
                 BL_NUMERIC_REVISION, recorded.revision);
}

static void test_hashes(void **state)
{
    (void)state;
    static float x[N * INPUTS];
    static int32_t labels[N];
    uint32_t random = 7;
    for (int i = 0; i < N * INPUTS; i++)
        x[i] = fixture_random(&random, 1.0f);
    for (int i = 0; i < N; i++)
        labels[i] = i % CLASSES;
    const struct fixture_batch batch = {x, labels, N, INPUTS, CLASSES, FIXTURE_ROWS};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        for (int threads = 1; threads <= 3; threads++) {
            const struct fixture_options options = {.rule = cases[i].rule,
                                                    .net = cases[i].net,
                                                    .loss = cases[i].loss,
                                                    .optimizer = cases[i].optimizer,
                                                    .lr = "0.01",
                                                    .precision = cases[i].precision};
            struct fixture fixture;
            char hash[17];
            fixture_make(&fixture, "portable", threads, &options, &batch);
            for (int step = 0; step < STEPS; step++)
                fixture_step(&fixture, &batch);
            bl_model_hash(fixture.model, hash);
            fixture_free(&fixture);
            if (strcmp(hash, cases[i].hash) != 0)
                fail_msg("%s on %d threads: weights %s, expected %s", cases[i].rule, threads, hash,
                         cases[i].hash);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_revision), cmocka_unit_test(test_hashes)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

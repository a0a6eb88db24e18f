/*
 * program_case.h - one case of the tests of programs: a net, a rule and options, trained for three steps. The
 * weights must have the same bits with any number of threads, in normal and in little memory, and with
 * gradients that are written to memory or fused into the update; each of these programs passes
 * program_checks.h.
 */
#ifndef TESTS_PROGRAM_CASE_H
#define TESTS_PROGRAM_CASE_H

#include "fixture.h"
#include "own_rules.h"
#include "program_checks.h"
#include "random_net.h"

enum { CASE_EXAMPLES = 24, CASE_SIDE = 6, CASE_INPUTS = 2 * CASE_SIDE * CASE_SIDE, CASE_CLASSES = 5 };
enum { CASE_STEPS = 3 };

static float case_x[CASE_EXAMPLES * CASE_INPUTS];
static int32_t case_labels[CASE_EXAMPLES];

struct program_case {
    char net[NET_TEXT];
    const char *rule, *optimizer, *precision, *feedback_at, *modules;
    int threads;
    size_t batch;
};

struct case_trainer {
    bl_context *ctx;
    bl_config *config;
    bl_data *data;
    bl_trainer *trainer;
};

struct case_counts { /* numbers of trainings, except `faults` */
    size_t low_memory, low_memory_layernorm, cut, low_memory_cut;
    size_t faults; /* faults that were planted in programs and found */
};

/* Must be called before any training. */
static inline void case_fill_examples(void)
{
    fixture_fill(5, case_x, case_labels, CASE_EXAMPLES, CASE_INPUTS, CASE_CLASSES);
}

/* On failure bl_why(t->ctx) has the reason. case_free must be called in both cases. */
static inline bl_status case_create(struct case_trainer *t, const struct program_case *c, int threads,
                                    const char *memory)
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
    *t = (struct case_trainer){.ctx = bl_context_new(NULL)};
    assert_int_equal(bl_context_use(t->ctx, "portable", threads), BL_OK);
    assert_int_equal(register_own(t->ctx, c->rule), BL_OK);
    assert_int_equal(bl_config_create(&t->config, t->ctx), BL_OK);
    for (size_t i = 0; i < sizeof options / sizeof *options; i++)
        assert_int_equal(bl_config_set(t->config, options[i][0], options[i][1]), BL_OK);
    assert_int_equal(bl_data_wrap(&t->data, t->ctx, case_x, case_labels, CASE_EXAMPLES,
                                  (bl_shape){2, CASE_SIDE, CASE_SIDE}, CASE_CLASSES),
                     BL_OK);
    return bl_trainer_create(&t->trainer, t->ctx, t->config, t->data);
}

static inline void case_free(struct case_trainer *t)
{
    bl_trainer_free(t->trainer);
    bl_data_free(t->data);
    bl_config_free(t->config);
    bl_context_free(t->ctx);
}

/* is_buffered: gradients are written to memory; otherwise they are fused into the update where possible. */
static inline void case_train(struct case_trainer *t, const struct program_case *c, bool is_buffered,
                              char hash[17])
{
    trainer_use_buffered_sink(t->trainer, is_buffered);
    for (size_t step = 0; step < CASE_STEPS; step++)
        assert_int_equal(
            bl_trainer_step(t->trainer, case_x + step * CASE_INPUTS, case_labels + step, c->batch, NULL),
            BL_OK);
    bl_model_hash(bl_trainer_model(t->trainer), hash);
}

/* The hash with one thread, normal memory and fused updates, to which all variants are compared. */
static inline void case_reference(const struct program_case *c, char hash[17])
{
    struct case_trainer t;
    assert_int_equal(case_create(&t, c, 1, "normal"), BL_OK);
    case_train(&t, c, false, hash);
    case_free(&t);
}

static inline void check_hash(const struct program_case *c, uint32_t number, const char *variant,
                              const char *hash, const char *reference)
{
    if (strcmp(hash, reference) != 0)
        fail_msg("case %u, %s: %s, expected %s: \"%s\", %s, %s, %s, feedback at %s, modules %s, %d threads, "
                 "batch %zu",
                 number, variant, hash, reference, c->net, c->rule, c->optimizer, c->precision,
                 c->feedback_at, c->modules, c->threads, c->batch);
}

/* Trains the case in one way and compares the hash. Only little memory may be refused, and only by a rule
   that cannot run in it. */
static inline void check_variant(const struct program_case *c, uint32_t number, int threads,
                                 const char *memory, bool is_buffered, const char *reference,
                                 struct case_counts *counts)
{
    struct case_trainer t;
    char hash[17], variant[80];
    snprintf(variant, sizeof variant, "%d threads, memory %s, %s", threads, memory,
             is_buffered ? "buffered" : "fused");
    if (case_create(&t, c, threads, memory) == BL_OK) {
        case_train(&t, c, is_buffered, hash);
        check_hash(c, number, variant, hash, reference);
        const bool is_low = strcmp(memory, "low") == 0,
                   is_cut = blocks_cut_otherwise(t.trainer->stepper.program) > 0;
        if (threads == 1 || !is_buffered) /* otherwise the conflicts are those of the fused program */
            counts->faults +=
                check_program(is_buffered ? t.trainer->stepper.buffered : t.trainer->stepper.program, number);
        check_stages(t.trainer, number);
        counts->low_memory += is_low;
        counts->cut += is_cut;
        counts->low_memory_cut += is_low && is_cut;
        counts->low_memory_layernorm += is_low && strstr(c->net, "layernorm");
    } else
        assert_true(strcmp(memory, "low") == 0 && !rule_may_be_lean(rule_find(t.ctx, c->rule)));
    case_free(&t);
}

#endif

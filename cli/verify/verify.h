/*
 * verify.h - shared by the checks of `backless verify`: their arguments, and how they report.
 *
 * A check measures how far the library is from the exact result, and reports one finding for each case. It
 * uses the public header only.
 */
#ifndef CLI_VERIFY_H
#define CLI_VERIFY_H

#include "../command.h"

struct findings;

struct verify {
    bl_context *ctx; /* context of the backend that is checked */
    const char *backend;
    int threads; /* of ctx; 0: all cores */
    uint64_t seed;
    char why[512]; /* why a check could not be run, if bl_why(ctx) does not say it; otherwise "" */
    struct findings *findings; /* the reports */
};

struct finding {
    char of[48];            /* what was compared: "ce", "dfa, angle" */
    double measured, bound; /* NaN: the case has no number, and none is expected */
    const char *unit;       /* "of the largest", "numbers differ" */
    bool is_right;
    char where[256]; /* the place of the largest difference, for the message of a failure */
};

struct check {
    const char *name;
    const char *shows;                  /* completes "it should be that ..." */
    bl_status (*run)(struct verify *v); /* a status other than BL_OK: the check could not be run */
    const char *only;                   /* the only backend that it applies to; NULL: all */
};

extern const struct check check_forward, check_slopes, check_output, check_signals, check_fa_is_bp,
    check_one_hidden, check_angles, check_steps, check_threads, check_seeds, check_fixed, check_files,
    check_learning;

void verify_report(struct verify *v, const struct finding *finding);

/* Registers the rule "registered" of verify_own.c. */
bl_status verify_register(bl_context *ctx);

/* Returns BL_NO_MEMORY, and writes the message to v->why. */
bl_status verify_no_memory(struct verify *v);

#endif

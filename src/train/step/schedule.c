/*
 * schedule.c - parses schedules and computes learning rates.
 */
#include "schedule.h"

#include "../../base/maths.h"
#include "../../base/nearest.h"

static bool read_size(struct slice *rest, size_t *out)
{
    struct slice word;
    return slice_word(rest, &word) && text_to_size(word, out) && *out > 0;
}

static bool read_step(struct slice *rest, struct schedule *s)
{
    struct slice word;
    s->kind = SCHEDULE_STEP;
    return read_size(rest, &s->every) && slice_word(rest, &word) && text_to_double(word, &s->factor) &&
           s->factor > 0.0 && s->factor <= 1.0;
}

static bool read_cosine(struct slice *rest, struct schedule *s)
{
    struct slice word;
    s->kind = SCHEDULE_COSINE;
    return !slice_word(rest, &word) || (slice_is(word, "warmup") && read_size(rest, &s->warmup));
}

/* Names that other libraries use. */
static const struct alias aliases[] = {
    {"cos cosineannealing cosineannealinglr cosinedecay annealing", "write cosine"},
    {"const fixed flat none off no", "a rate that does not change is written constant"},
    {"steplr stepdecay multistep multisteplr piecewise staircase decay drop",
     "write \"step EVERY FACTOR\", as in \"step 10 0.5\""},
    {"exponential exponentiallr exp exponentialdecay",
     "write \"step 1 FACTOR\", which multiplies the rate after every epoch"},
    {"plateau reduceonplateau reducelronplateau adaptive",
     "write auto, which halves the rate when the error stalls"},
    {"warmup linearwarmup", "write \"cosine warmup N\""},
    {"linear linearlr polynomial poly onecycle onecyclelr cyclic cycliclr triangular inverse invscaling "
     "cosineannealingwarmrestarts sgdr",
     "that schedule is not implemented; the nearest is cosine"},
};

static const char *name_at(size_t i)
{
    static const char *const names[] = {"constant", "step", "cosine", "auto"};
    return i < sizeof names / sizeof *names ? names[i] : NULL;
}

static const char *usage_at(size_t i)
{
    static const char *const usages[] = {"constant", "\"step EVERY FACTOR\" (0 < factor <= 1)",
                                         "\"cosine [warmup N]\"", "auto"};
    return usages[i];
}

static bool is_name(struct slice word)
{
    for (size_t i = 0; name_at(i); i++)
        if (slice_is(word, name_at(i)))
            return true;
    return false;
}

/* Refuses a schedule. If its name is known, its arguments are wrong, and the message lists the schedules. */
static bl_status no_schedule(bl_context *ctx, const char *text, struct slice word)
{
    static const struct vocabulary schedules = {name_at, usage_at, aliases, sizeof aliases / sizeof *aliases};
    char advice[256];
    vocabulary_advise(&schedules, is_name(word) ? slice_of("") : word, advice, sizeof advice);
    BL_FAIL(ctx, BL_BAD_VALUE, "no schedule \"%s\"; %s", text, advice);
}

bl_status schedule_parse(bl_context *ctx, struct schedule *out, const char *text)
{
    struct schedule s = {.kind = SCHEDULE_CONSTANT, .factor = 1.0};
    struct slice rest = slice_of(text), word = {"", 0};
    (void)slice_word(&rest, &word);
    bool is_right = slice_is(word, "constant");
    if (slice_is(word, "auto")) {
        s.kind = SCHEDULE_AUTO;
        is_right = true;
    }
    if (slice_is(word, "step"))
        is_right = read_step(&rest, &s);
    if (slice_is(word, "cosine"))
        is_right = read_cosine(&rest, &s);
    if (!is_right || slice_trim(rest).n > 0)
        return no_schedule(ctx, text, word);
    *out = s;
    return BL_OK;
}

bl_status schedule_check_text(bl_context *ctx, const char *text)
{
    struct schedule ignored;
    return schedule_parse(ctx, &ignored, text);
}

static double cosine(const struct schedule *s, double progress, size_t epochs)
{
    const double warmup = (double)s->warmup, rest = (double)epochs - warmup;
    if (progress < warmup)
        return progress / warmup;
    if (rest <= 0.0 || progress >= (double)epochs)
        return 0.0;
    return 0.5 + 0.5 * maths_cos_turns(0.5 * (progress - warmup) / rest);
}

double schedule_rate(const struct schedule *s, double base, double progress, size_t epochs)
{
    double factor = 1.0;
    if (s->kind == SCHEDULE_COSINE)
        factor = cosine(s, progress, epochs);
    if (s->kind == SCHEDULE_STEP)
        factor = maths_power(s->factor, (size_t)progress / s->every);
    if (s->kind == SCHEDULE_AUTO)
        factor = maths_power(0.5, s->halvings);
    return base * factor;
}

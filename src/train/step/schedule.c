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

static bool read_factor(struct slice *rest, struct schedule *s)
{
    struct slice word;
    return slice_word(rest, &word) && text_to_double(word, &s->factor) && s->factor > 0.0 && s->factor <= 1.0;
}

static bool read_step(struct slice *rest, struct schedule *s)
{
    s->kind = SCHEDULE_STEP;
    return read_size(rest, &s->every) && read_factor(rest, s);
}

/* Reads epochs separated by commas, in ascending order. */
static bool read_epochs(struct slice list, struct schedule *s)
{
    struct slice epoch;
    while (slice_next(&list, ',', &epoch)) {
        const size_t before = s->n_after > 0 ? s->after[s->n_after - 1] : 0;
        if (s->n_after == SCHEDULE_MAX_STEPS || !text_to_size(epoch, &s->after[s->n_after]) ||
            s->after[s->n_after] <= before)
            return false;
        s->n_after++;
    }
    return true;
}

static bool read_multistep(struct slice *rest, struct schedule *s)
{
    struct slice list;
    s->kind = SCHEDULE_MULTISTEP;
    return slice_word(rest, &list) && read_epochs(list, s) && read_factor(rest, s);
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
    {"steplr stepdecay staircase decay drop", "write \"step EVERY FACTOR\", as in \"step 10 0.5\""},
    {"multisteplr piecewise piecewiseconstant steps milestones",
     "write \"multistep EPOCHS FACTOR\", as in \"multistep 50,75 0.1\""},
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
    static const char *const names[] = {"constant", "step", "multistep", "cosine", "auto"};
    return i < sizeof names / sizeof *names ? names[i] : NULL;
}

static const char *usage_at(size_t i)
{
    static const char *const usages[] = {"constant", "\"step EVERY FACTOR\" (0 < factor <= 1)",
                                         "\"multistep EPOCH,... FACTOR\"", "\"cosine [warmup N]\"", "auto"};
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
    if (slice_is(word, "multistep"))
        is_right = read_multistep(&rest, &s);
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

/* The number of epochs of the list that are finished. */
static size_t steps_taken(const struct schedule *s, double progress)
{
    size_t n = 0;
    while (n < s->n_after && progress >= (double)s->after[n])
        n++;
    return n;
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
    if (s->kind == SCHEDULE_MULTISTEP)
        factor = maths_power(s->factor, steps_taken(s, progress));
    if (s->kind == SCHEDULE_AUTO)
        factor = maths_power(0.5, s->halvings);
    return base * factor;
}

/*
 * schedule.c - learning rates over the epochs.
 */
#include "schedule.h"

#include "../base/maths.h"
#include "../base/text.h"

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
        BL_FAIL(ctx, BL_BAD_VALUE,
                "no schedule \"%s\"; there are: constant, \"step EVERY FACTOR\" (0 < factor <= 1), \"cosine "
                "[warmup N]\", auto",
                text);
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

/* By squaring: only products, so the same bits everywhere, and an epoch far away costs no more than a near one. */
static double power(double x, size_t n)
{
    double out = 1.0;
    for (; n > 0; n /= 2, x *= x)
        if (n % 2 == 1)
            out *= x;
    return out;
}

double schedule_rate(const struct schedule *s, double base, double progress, size_t epochs)
{
    double factor = 1.0;
    if (s->kind == SCHEDULE_COSINE)
        factor = cosine(s, progress, epochs);
    if (s->kind == SCHEDULE_STEP)
        factor = power(s->factor, (size_t)progress / s->every);
    if (s->kind == SCHEDULE_AUTO)
        factor = power(0.5, s->halvings);
    return base * factor;
}

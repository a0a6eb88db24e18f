/*
 * angle_steps.c - parses the option angles during the run, without allocation.
 */
#include "angle_steps.h"

#include <string.h>

static const char early_steps[] = "1,3,10,30,100,300";

static bl_status refuse_steps(bl_context *ctx, const char *text)
{
    BL_FAIL(ctx, BL_BAD_VALUE,
            "angles is \"%s\", expected auto, none, a number of steps (10: after every 10th step), or steps "
            "with commas between them (1,3,10: after these steps, counted from 1 and ascending)",
            text);
}

static bl_status check_list(bl_context *ctx, const char *text)
{
    struct slice rest = slice_of(text), piece;
    uint64_t before = 0, step = 0;
    while (slice_next(&rest, ',', &piece)) {
        piece = slice_trim(piece);
        if (slice_is(piece, "..."))
            BL_FAIL(ctx, BL_BAD_VALUE, "angles is \"%s\": a list is not continued by ...; write all steps",
                    text);
        if (!text_to_u64(piece, &step) || step == 0)
            return refuse_steps(ctx, text);
        if (step <= before)
            BL_FAIL(ctx, BL_BAD_VALUE,
                    "angles is \"%s\": step %llu follows step %llu, expected ascending steps", text,
                    (unsigned long long)step, (unsigned long long)before);
        before = step;
    }
    return BL_OK;
}

bl_status angle_steps_check_text(bl_context *ctx, const char *text)
{
    uint64_t every = 0;
    if (strcmp(text, "auto") == 0 || strcmp(text, "none") == 0)
        return BL_OK;
    if (strchr(text, ','))
        return check_list(ctx, text);
    return text_to_u64(slice_of(text), &every) && every > 0 ? BL_OK : refuse_steps(ctx, text);
}

static void take_next(struct angle_steps *steps)
{
    struct slice piece;
    steps->next = 0;
    if (slice_next(&steps->rest, ',', &piece))
        (void)text_to_u64(slice_trim(piece), &steps->next);
}

struct angle_steps angle_steps_of(const char *text)
{
    struct angle_steps steps = {.kind = ANGLE_STEPS_LISTED, .rest = slice_of(text)};
    if (strcmp(text, "none") == 0)
        steps.kind = ANGLE_STEPS_NONE;
    else if (strcmp(text, "auto") == 0) {
        steps.kind = ANGLE_STEPS_AUTO;
        steps.rest = slice_of(early_steps);
    } else if (!strchr(text, ',')) {
        steps.kind = ANGLE_STEPS_EVERY;
        (void)text_to_u64(slice_of(text), &steps.every);
    }
    if (steps.kind == ANGLE_STEPS_AUTO || steps.kind == ANGLE_STEPS_LISTED)
        take_next(&steps);
    return steps;
}

bool angle_steps_have(struct angle_steps *steps, uint64_t step, size_t epoch)
{
    if (steps->kind == ANGLE_STEPS_NONE || (steps->kind == ANGLE_STEPS_AUTO && epoch > 0))
        return false;
    if (steps->kind == ANGLE_STEPS_EVERY)
        return step % steps->every == 0;
    while (steps->next > 0 && steps->next < step)
        take_next(steps);
    return steps->next == step;
}

bool angle_steps_are_named(const struct angle_steps *steps)
{
    return steps->kind == ANGLE_STEPS_EVERY || steps->kind == ANGLE_STEPS_LISTED;
}

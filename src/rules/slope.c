/*
 * slope.c - the functions that adfa may use in place of f'(a). A cosine has |g| <= 1 and g(0) = 1, as the
 * derivative of tanh has.
 */
#include "slope.h"

#include "../backend/backend.h"
#include "../base/maths.h"

#include <string.h>

static const char *const names[] = {"cos a", "cos f", "1", "f'"}; /* in the order of enum slope */
enum { SLOPES = sizeof names / sizeof *names };

bl_status slope_parse(bl_context *ctx, enum slope *out, const char *text)
{
    for (int i = 0; i < SLOPES; i++)
        if (strcmp(text, names[i]) == 0) {
            *out = (enum slope)i;
            return BL_OK;
        }
    BL_FAIL(ctx, BL_BAD_VALUE, "no slope \"%s\"; there are: \"cos a\", \"cos f\", 1, \"f'\"", text);
}

bl_status slope_check_text(bl_context *ctx, const char *text)
{
    enum slope ignored;
    return slope_parse(ctx, &ignored, text);
}

static void times_cosines(const float *of, float *d, size_t n)
{
    for (size_t j = 0; j < n; j++)
        d[j] = flush_delta(d[j] * (float)maths_cos_turns((double)of[j] * 0.15915494309189535)); /* 1 / 2 pi */
}

static void times_cos_a(const float *a, const float *h, float *d, size_t n)
{
    (void)h;
    times_cosines(a, d, n);
}

static void times_cos_f(const float *a, const float *h, float *d, size_t n)
{
    (void)a;
    times_cosines(h, d, n);
}

static void times_one(const float *a, const float *h, float *d, size_t n)
{
    (void)a, (void)h, (void)d, (void)n;
}

slope_function slope_function_of(enum slope slope)
{
    static const slope_function functions[SLOPES] = {times_cos_a, times_cos_f, times_one, NULL};
    return functions[slope];
}

/*
 * scale_numbers.c - scales numbers for a net: (x - offset) * scale in double, then rounded to float.
 */
#include "../../file/float_bytes.h"
#include "data_internal.h"

#include <math.h>
#include <string.h>

/* Whether any number is infinite or NaN. The exponent bits of such numbers are all ones, so that adding one
   to the exponent sets the sign bit. The loop uses only integers and one sum, so that compilers can vectorise
   it. */
bool floats_are_wild(const float *x, size_t n)
{
    const uint32_t exponent = 0x7f800000, one = 0x00800000, sign = 0x80000000;
    uint32_t found = 0;
    for (size_t j = 0; j < n; j++)
        found |= (bits_of_float(x[j]) & exponent) + one;
    return (found & sign) != 0;
}

bool scaling_is_identity(const struct scaling *s)
{
    return s->n == 1 && s->offset[0] == 0.0 && s->scale[0] == 1.0;
}

/* Scales a value; a missing one becomes 0, the mean. */
static float scaled(double x, double offset, double scale)
{
    const double y = (x - offset) * scale;
    return isnan(x) ? 0.0f : (float)y;
}

/* As scaled, for a difference that overflows although the scaled number may not: half of the difference never
   overflows. */
static float scaled_far(double x, double offset, double scale)
{
    const double y = (0.5 * x - 0.5 * offset) * scale;
    return isnan(x) ? 0.0f : (float)(2.0 * y);
}

/* Scales as version 0.1.0 did: in float, but a difference that overflows is computed again in double. */
static float scaled_narrow(float x, float offset, float scale)
{
    const float y = (x - offset) * scale, far = (float)(((double)x - (double)offset) * (double)scale);
    return isnan(x) ? 0.0f : isfinite(y) ? y : far;
}

void scaling_of_doubles(const struct scaling *s, const double *from, size_t n, float *x)
{
    const size_t stride = s->n == 1 ? 0 : 1;
    if (s->is_of_example) {
        standardise_doubles(from, n, x);
        return;
    }
    if (s->n == 0) {
        for (size_t j = 0; j < n; j++)
            x[j] = (float)from[j];
        return;
    }
    if (s->is_narrow) {
        for (size_t j = 0; j < n; j++)
            x[j] = scaled_narrow((float)from[j], (float)s->offset[stride * j], (float)s->scale[stride * j]);
        return;
    }
    if (stride) /* two loops, which compilers can vectorise */
        for (size_t j = 0; j < n; j++)
            x[j] = scaled(from[j], s->offset[j], s->scale[j]);
    else
        for (size_t j = 0; j < n; j++)
            x[j] = scaled(from[j], s->offset[0], s->scale[0]);
    if (floats_are_wild(x, n))
        for (size_t j = 0; j < n; j++)
            x[j] = scaled_far(from[j], s->offset[stride * j], s->scale[stride * j]);
}

void scaling_of_floats(const struct scaling *s, const float *from, size_t n, float *x)
{
    const size_t stride = s->n == 1 ? 0 : 1;
    if (s->n == 0) {
        memcpy(x, from, n * sizeof *x);
        if (s->is_of_example)
            standardise_floats(x, n);
        return;
    }
    if (s->is_narrow) {
        for (size_t j = 0; j < n; j++)
            x[j] = scaled_narrow(from[j], (float)s->offset[stride * j], (float)s->scale[stride * j]);
        return;
    }
    if (stride)
        for (size_t j = 0; j < n; j++)
            x[j] = scaled((double)from[j], s->offset[j], s->scale[j]);
    else
        for (size_t j = 0; j < n; j++)
            x[j] = scaled((double)from[j], s->offset[0], s->scale[0]);
}

/* Whether bytes can be scaled in float with the same bits: the difference of a byte and a whole offset is
   exact. */
static bool fits_floats(const struct scaling *s)
{
    return s->n == 0 || (s->n == 1 && s->offset[0] == floor(s->offset[0]));
}

static void scaling_of_bytes(const struct scaling *s, const struct backend *backend, const uint8_t *from,
                             size_t n, float *x)
{
    const size_t stride = s->n == 1 ? 0 : 1;
    if (fits_floats(s)) {
        const float offset = s->n ? (float)s->offset[0] : 0.0f, scale = s->n ? (float)s->scale[0] : 1.0f;
        backend->bytes_to_float(from, n, offset, scale, x);
        if (s->is_of_example)
            standardise_floats(x, n);
        return;
    }
    for (size_t j = 0; j < n; j++)
        x[j] = (float)(((double)from[j] - s->offset[stride * j]) * s->scale[stride * j]);
}

void raw_scale(const struct scaling *s, const struct backend *backend, struct raw_example from, size_t first,
               size_t n, float *x)
{
    const size_t at = s->n > 1 ? first : 0;
    struct scaling some = *s;
    some.n = s->n > 1 ? n : s->n;
    some.offset = s->offset ? s->offset + at : NULL;
    some.scale = s->scale ? s->scale + at : NULL;
    if (from.bytes)
        scaling_of_bytes(&some, backend, from.bytes + first, n, x);
    else if (from.floats)
        scaling_of_floats(&some, from.floats + first, n, x);
    else
        scaling_of_doubles(&some, from.doubles + first, n, x);
}

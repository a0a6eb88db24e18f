/*
 * color_map.c - the two colour maps of the pictures, and the contrast of colours.
 */
#include "color_map.h"

#include <math.h>
#include <stddef.h>

static const struct color cividis[] = {{0, 32, 77},     {18, 54, 109},   {66, 78, 107},
                                       {98, 100, 112},  {125, 124, 120}, {155, 149, 119},
                                       {188, 175, 109}, {222, 203, 90},  {255, 234, 70}};
static const struct color blue = {0, 84, 159}, white = {255, 255, 255}, orange = {204, 92, 0};
enum { N_CIVIDIS = sizeof cividis / sizeof *cividis };

static unsigned char mixed(unsigned char a, unsigned char b, double share)
{
    return (unsigned char)lround((double)a + share * ((double)b - (double)a));
}

static struct color between(struct color a, struct color b, double share)
{
    return (struct color){mixed(a.red, b.red, share), mixed(a.green, b.green, share),
                          mixed(a.blue, b.blue, share)};
}

/* Clamps x; NaN becomes `least`. */
static double cut(double x, double least, double most)
{
    return x > most ? most : x > least ? x : least;
}

struct color color_of_magnitude(double share)
{
    const double at = cut(share, 0.0, 1.0) * (N_CIVIDIS - 1);
    const size_t i = at >= N_CIVIDIS - 1 ? N_CIVIDIS - 2 : (size_t)at;
    return between(cividis[i], cividis[i + 1], at - (double)i);
}

struct color color_of_signed(double value)
{
    value = cut(value, -1.0, 1.0);
    return between(white, value < 0.0 ? blue : orange, fabs(value));
}

static double linear_light(unsigned char channel)
{
    const double c = channel / 255.0;
    return c <= 0.04045 ? c / 12.92 : pow((c + 0.055) / 1.055, 2.4);
}

static double luminance(struct color c)
{
    return 0.2126 * linear_light(c.red) + 0.7152 * linear_light(c.green) + 0.0722 * linear_light(c.blue);
}

double color_contrast(struct color a, struct color b)
{
    const double x = luminance(a) + 0.05, y = luminance(b) + 0.05;
    return x > y ? x / y : y / x;
}

/*
 * color_map.h - colours for numbers.
 */
#ifndef CLI_COLOR_MAP_H
#define CLI_COLOR_MAP_H

struct color {
    unsigned char red, green, blue;
};

/* Returns the colour of a magnitude, a share from 0 to 1: cividis (Nunez, Anderton, Renslow 2018,
   doi:10.1371/journal.pone.0199239), from dark blue to yellow, interpolated between nine of its colours.
   Shares outside are clamped. */
struct color color_of_magnitude(double share);
/* Returns the colour of a signed value from -1 to 1: blue, white at 0, orange. Values outside are clamped. */
struct color color_of_signed(double value);
/* Returns the contrast ratio of two colours by WCAG 2.2, 1 to 21. */
double color_contrast(struct color a, struct color b);

#endif

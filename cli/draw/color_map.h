/*
 * color_map.h - colours for numbers.
 */
#ifndef CLI_COLOR_MAP_H
#define CLI_COLOR_MAP_H

struct color {
    unsigned char red, green, blue;
};

/* Magnitudes, share from 0 to 1: cividis (Nunez, Anderton, Renslow 2018, doi:10.1371/journal.pone.0199239),
   dark blue to yellow, between nine of its colours. Shares outside are cut. */
struct color color_of_magnitude(double share);
/* Signed values, from -1 to 1: blue, white at 0, orange. Values outside are cut. */
struct color color_of_signed(double value);
/* WCAG 2.2, contrast ratio of two colours: 1 to 21. */
double color_contrast(struct color a, struct color b);

#endif

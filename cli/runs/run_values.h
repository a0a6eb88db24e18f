/*
 * run_values.h - the values that an option takes in a sweep: "32,64" or a range, "1e-5:1e-2:log".
 *
 * "A:B:log" is the powers of ten from A to B and "A:B:log:N" N values in equal ratios; "A:B:lin:N" is N
 * values in equal steps. Where A and B are whole numbers without exponent, so are the values. Where the
 * values themselves have commas, as those of --net, they are separated by ';'.
 */
#ifndef CLI_RUN_VALUES_H
#define CLI_RUN_VALUES_H

#include "../command.h"

enum { VALUE_ROOM = 256, MOST_VALUES = 1000 };

struct run_values {
    char (*list)[VALUE_ROOM];
    int n;
    bool is_range, is_log, is_whole; /* is_range: values may be drawn from low to high */
    double low, high;
};

/* Reads the values; on error prints a message. Returns the exit code. The values are not checked against
   the option. */
int values_read(struct run_values *out, const char *key, const char *text);
void values_release(struct run_values *values);
/* Writes the value at `place`, from 0 to below 1: one of the list, or one of the range from low to high. */
void values_draw(const struct run_values *values, double place, char out[VALUE_ROOM]);
/* Returns number k (from 0) of the fixed sequence in [0, 1) that axis `axis` of a random sweep uses. */
double draw_place(unsigned k, unsigned axis);
/* Writes x in the fewest digits that equal it to `digits` digits: "0.003", "1e-5". */
void number_text(double x, int digits, char out[VALUE_ROOM]);

#endif

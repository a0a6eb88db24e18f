/*
 * run_values.c - lists and ranges of values.
 */
#include "run_values.h"

#include "../draw/short_exponent.h"
#include "../same_value.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { RANGE_DIGITS = 3, DRAWN_VALUES = 10 /* draws are rounded as finely as the values of a range of 10 */ };

void number_text(double x, int digits, char out[VALUE_ROOM])
{
    for (int i = 1; i <= digits; i++) {
        char most[32];
        if (strtod(short_number(x, i, out), NULL) == strtod(short_number(x, digits, most), NULL))
            return;
    }
}

/* Rounds to RANGE_DIGITS digits, or as many more as keep the value within the range and, of n values, distant
   from its neighbours. */
static void value_text(const struct run_values *v, double x, int n, char out[VALUE_ROOM])
{
    enum { MOST_DIGITS = 15 };
    const double near = (v->high - v->low) / (100.0 * (double)n);
    if (v->is_whole) {
        snprintf(out, VALUE_ROOM, "%.0f", x);
        return;
    }
    for (int digits = RANGE_DIGITS; digits <= MOST_DIGITS; digits++) {
        number_text(x, digits, out);
        const double value = strtod(out, NULL);
        if (v->is_log || (value >= v->low && value <= v->high && fabs(value - x) <= near))
            return;
    }
}

/* Returns the value at a share, from 0 to 1, of the way from low to high. */
static double between(const struct run_values *v, double share)
{
    return v->is_log ? v->low * pow(v->high / v->low, share) : v->low + share * (v->high - v->low);
}

static int add(struct run_values *v, const char *key, const char *text, size_t n)
{
    if (n == 0 || n >= VALUE_ROOM)
        return usage_error("--%s: a value is empty or longer than %d characters", key, VALUE_ROOM - 1);
    if (v->n == MOST_VALUES)
        return usage_error("--%s: more than %d values", key, MOST_VALUES);
    char *value = v->list[v->n];
    memcpy(value, text, n);
    value[n] = 0;
    for (int i = 0; i < v->n; i++)
        if (is_same_value(v->list[i], value))
            return usage_error("--%s names %s twice", key, v->list[i]);
    v->n++;
    return EXIT_DONE;
}

/* ---- Ranges */

static bool is_whole_number(const char *text, size_t n)
{
    return n > 0 && strspn(text, "0123456789") >= n;
}

/* The parts of "A:B:log:N"; N may be omitted. */
struct range_parts {
    const char *from, *to, *kind, *count;
    size_t n_kind;
};

/* Returns whether the text is "A:B", a range whose kind is missing. */
static bool is_range_without_kind(const char *text)
{
    char *end = NULL;
    strtod(text, &end);
    if (end == text || *end != ':')
        return false;
    const char *to = end + 1;
    strtod(to, &end);
    return end != to && !*end;
}

static bool split_range(const char *text, struct range_parts *p)
{
    p->from = text;
    const char *at = strchr(text, ':');
    if (!at)
        return false;
    p->to = at + 1;
    at = strchr(p->to, ':');
    if (!at)
        return false;
    p->kind = at + 1;
    p->n_kind = strcspn(p->kind, ":");
    p->count = p->kind[p->n_kind] ? p->kind + p->n_kind + 1 : NULL;
    return (p->n_kind == 3 && (strncmp(p->kind, "log", 3) == 0 || strncmp(p->kind, "lin", 3) == 0));
}

static int bad_range(const char *key, const char *text)
{
    return usage_error(
        "--%s is \"%s\", expected A:B:log, A:B:log:N or A:B:lin:N with A < B (log: 0 < A) and N from 2 to "
        "%d",
        key, text, MOST_VALUES);
}

static int fill_range(struct run_values *v, const char *key, int n)
{
    int code = EXIT_DONE;
    char last[VALUE_ROOM] = "";
    for (int i = 0; i < n && code == EXIT_DONE; i++) {
        char text[VALUE_ROOM];
        value_text(v, between(v, (double)i / (double)(n - 1)), n, text);
        if (strcmp(text, last) != 0) /* neighbouring values may round to the same whole number */
            code = add(v, key, text, strlen(text));
        snprintf(last, sizeof last, "%s", text);
    }
    return code;
}

static int read_range(struct run_values *v, const char *key, const char *text, const struct range_parts *p)
{
    char *end = NULL;
    v->is_range = true;
    v->is_log = strncmp(p->kind, "log", 3) == 0;
    v->low = strtod(p->from, &end);
    bool is_right = end == p->to - 1 && end > p->from;
    v->high = strtod(p->to, &end);
    is_right = is_right && end == p->kind - 1 && end > p->to;
    v->is_whole = is_whole_number(p->from, (size_t)(p->to - 1 - p->from)) &&
                  is_whole_number(p->to, (size_t)(p->kind - 1 - p->to));
    is_right = is_right && isfinite(v->low) && isfinite(v->high) && v->low < v->high;
    is_right = is_right && (!v->is_log || v->low > 0.0);
    double n = 0.0;
    if (p->count)
        n = is_whole_number(p->count, strlen(p->count)) ? strtod(p->count, NULL) : 0.0;
    else if (is_right && v->is_log)
        n = floor(log10(v->high / v->low) + 0.5) + 1.0;
    if (!is_right || !(n >= 2.0 && n <= (double)MOST_VALUES))
        return bad_range(key, text);
    return fill_range(v, key, (int)n);
}

/* ---- Lists */

static int read_list(struct run_values *v, const char *key, const char *text)
{
    const char *between_values = strchr(text, ';') ? ";" : ",";
    int code = EXIT_DONE;
    for (const char *at = text; code == EXIT_DONE; at++) {
        at += strspn(at, " ");
        const size_t n = strcspn(at, between_values);
        size_t used = n;
        while (used > 0 && at[used - 1] == ' ')
            used--;
        code = add(v, key, at, used);
        at += n;
        if (!*at)
            break;
    }
    return code;
}

int values_read(struct run_values *out, const char *key, const char *text)
{
    struct range_parts parts;
    *out = (struct run_values){.list = calloc(MOST_VALUES, sizeof *out->list)};
    if (!out->list) {
        usage_error("no memory for the values of --%s", key);
        return EXIT_OTHER;
    }
    if (is_range_without_kind(text))
        return bad_range(key, text);
    return split_range(text, &parts) ? read_range(out, key, text, &parts) : read_list(out, key, text);
}

void values_release(struct run_values *values)
{
    free(values->list);
    *values = (struct run_values){.list = NULL};
}

/* ---- Draws */

void values_draw(const struct run_values *values, double place, char out[VALUE_ROOM])
{
    if (!values->is_range)
        snprintf(out, VALUE_ROOM, "%s", values->list[(int)(place * values->n)]);
    else
        value_text(values, between(values, place), DRAWN_VALUES, out);
}

/* SplitMix64 (Steele, Lea and Flood 2014) on a counter, so that a longer sweep begins with the settings of a
   shorter one. */
double draw_place(unsigned k, unsigned axis)
{
    uint64_t z = ((uint64_t)k << 16 | axis) * UINT64_C(0x9E3779B97F4A7C15) + UINT64_C(0x9E3779B97F4A7C15);
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    z ^= z >> 31;
    return (double)(z >> 11) * 0x1p-53;
}

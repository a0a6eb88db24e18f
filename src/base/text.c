/*
 * text.c - strict parsing of numbers and words, independent of the locale, and formatting.
 */
#include "text.h"

#include "context.h"
#include "utf8.h"

#include <ctype.h>
#include <locale.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct slice slice_of(const char *text)
{
    return (struct slice){text, strlen(text)};
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

struct slice slice_trim(struct slice s)
{
    while (s.n > 0 && is_blank(s.at[0])) {
        s.at++;
        s.n--;
    }
    while (s.n > 0 && is_blank(s.at[s.n - 1]))
        s.n--;
    return s;
}

int slice_compare(struct slice a, struct slice b)
{
    const int order = memcmp(a.at, b.at, a.n < b.n ? a.n : b.n);
    return order ? order : (a.n > b.n) - (a.n < b.n);
}

bool slice_is(struct slice s, const char *text)
{
    return s.n == strlen(text) && memcmp(s.at, text, s.n) == 0;
}

bool slice_next(struct slice *rest, char separator, struct slice *piece)
{
    if (!rest->at)
        return false;
    const char *end = rest->n > 0 ? memchr(rest->at, separator, rest->n) : NULL;
    const size_t n = end ? (size_t)(end - rest->at) : rest->n;
    *piece = (struct slice){rest->at, n};
    *rest = end ? (struct slice){end + 1, rest->n - n - 1} : (struct slice){NULL, 0};
    return true;
}

bool slice_word(struct slice *rest, struct slice *word)
{
    const struct slice s = slice_trim(*rest);
    size_t n = 0;
    while (n < s.n && !is_blank(s.at[n]))
        n++;
    if (n == 0)
        return false;
    *word = (struct slice){s.at, n};
    *rest = (struct slice){s.at + n, s.n - n};
    return true;
}

bool text_to_u64(struct slice s, uint64_t *out)
{
    uint64_t value = 0;
    if (s.n == 0)
        return false;
    for (size_t i = 0; i < s.n; i++) {
        const uint64_t digit = (uint64_t)(s.at[i] - '0');
        if (!is_digit(s.at[i]) || value > (UINT64_MAX - digit) / 10)
            return false;
        value = 10 * value + digit;
    }
    *out = value;
    return true;
}

bool text_to_size(struct slice s, size_t *out)
{
    uint64_t value = 0;
    if (!text_to_u64(s, &value) || value > SIZE_MAX)
        return false;
    *out = (size_t)value;
    return true;
}

/* strtod with the locale's decimal point inserted: slower, for numbers with more digits than a double
   holds. */
static bool slow_double(struct slice s, double *out)
{
    char copy[512];
    const char *point = localeconv()->decimal_point;
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++) {
        const char *piece = s.at[i] == '.' ? point : (const char[]){s.at[i], 0};
        const size_t length = strlen(piece);
        if (n + length >= sizeof copy)
            return false;
        memcpy(copy + n, piece, length);
        n += length;
    }
    copy[n] = 0;
    char *end = NULL;
    *out = strtod(copy, &end);
    return end == copy + n && isfinite(*out);
}

/* Up to 2^53 and ten powers up to 22 are exact doubles, so one operation rounds correctly (Clinger 1990). */
bool text_to_double(struct slice s, double *out)
{
    static const double powers[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                                    1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
    size_t i = 0, digits = 0;
    const bool negative = s.n > 0 && s.at[0] == '-';
    if (s.n > 0 && (s.at[0] == '-' || s.at[0] == '+'))
        i++;
    uint64_t mantissa = 0;
    bool is_exact = true;
    int exponent = 0;
    for (bool after_point = false; i < s.n && (is_digit(s.at[i]) || (s.at[i] == '.' && !after_point)); i++) {
        if (s.at[i] == '.') {
            after_point = true;
            continue;
        }
        digits++;
        is_exact = is_exact && mantissa <= ((uint64_t)1 << 53) / 10 - 1;
        if (is_exact) {
            mantissa = 10 * mantissa + (uint64_t)(s.at[i] - '0');
            exponent -= after_point;
        }
    }
    if (digits == 0)
        return false;
    if (i < s.n && (s.at[i] == 'e' || s.at[i] == 'E')) {
        i++;
        const bool minus = i < s.n && s.at[i] == '-';
        if (i < s.n && (s.at[i] == '-' || s.at[i] == '+'))
            i++;
        const size_t first = i;
        int power = 0;
        for (; i < s.n && is_digit(s.at[i]); i++)
            power = power < 100000 ? 10 * power + (s.at[i] - '0') : power;
        if (i == first)
            return false;
        exponent += minus ? -power : power;
    }
    if (i != s.n)
        return false;
    if (!is_exact || exponent < -22 || exponent > 22)
        return slow_double(s, out);
    const double value =
        exponent < 0 ? (double)mantissa / powers[-exponent] : (double)mantissa * powers[exponent];
    *out = negative ? -value : value;
    return true;
}

/* If the exponent of a number begins at text[i], before or after its '-', returns how many characters do not
   change it: '+' and zeros before other digits, as in "1e-05" and "1e+06". Otherwise 0. */
static size_t idle_in_exponent(const char *text, size_t i)
{
    const size_t after_e = i > 0 && text[i - 1] == '-' ? i - 1 : i;
    if (after_e < 2 || text[after_e - 1] != 'e' || !is_digit(text[after_e - 2]))
        return 0;
    size_t n = text[i] == '+' && after_e == i;
    n += strspn(text + i + n, "0");
    return is_digit(text[i + n]) ? n : 0;
}

bool text_is_same(const char *a, const char *b)
{
    for (size_t i = 0, k = 0;; i++, k++) {
        i += idle_in_exponent(a, i);
        k += idle_in_exponent(b, k);
        if (a[i] != b[k] || !a[i])
            return a[i] == b[k];
    }
}

const char *text_of_digits(double x, int digits, char *out)
{
    snprintf(out, 32, "%.*g", digits, x);
    char *point = strchr(out, localeconv()->decimal_point[0]);
    if (point)
        *point = '.';
    for (size_t i = 0; out[i]; i++) {
        const char *rest = out + i + idle_in_exponent(out, i);
        memmove(out + i, rest, strlen(rest) + 1);
    }
    return out;
}

void text_from_double(double x, char *out)
{
    if (fabs(x) < 1e15 && x == floor(x)) { /* whole numbers without an exponent */
        snprintf(out, 32, "%.0f", x);
        return;
    }
    for (int digits = 1; digits <= 17; digits++) {
        double back = 0.0;
        if (text_to_double(slice_of(text_of_digits(x, digits, out)), &back) && back == x)
            return;
    }
}

bl_status text_give(bl_context *ctx, const char *what, const char *text, char *to, size_t room)
{
    const size_t size = strlen(text) + 1;
    if (size > room)
        BL_FAIL(ctx, BL_BAD_VALUE, "%s: the path needs %zu bytes, but the buffer has %zu", what, size, room);
    memcpy(to, text, size);
    return BL_OK;
}

void text_append(char *text, size_t room, const char *format, ...)
{
    const size_t used = strlen(text);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text + used, room - used, format, arguments);
    va_end(arguments);
}

/* Length in bytes of the first character of a zero-terminated text; 0: invalid UTF-8, or a control
   character. */
static size_t shown_character(const unsigned char *at)
{
    const bool is_control = at[0] < 0x20 || at[0] == 0x7F || (at[0] == 0xC2 && at[1] < 0xA0);
    return is_control ? 0 : utf8_character(at, 4);
}

bool text_is_plain(const char *text)
{
    while (*text) {
        const size_t n = shown_character((const unsigned char *)text);
        if (n == 0)
            return false;
        text += n;
    }
    return true;
}

void text_make_plain(char *text)
{
    while (*text) {
        const size_t n = shown_character((const unsigned char *)text);
        if (n == 0)
            *text = '?';
        text += n > 0 ? n : 1;
    }
}

uint64_t text_hash(uint64_t hash, const void *bytes, size_t n)
{
    const unsigned char *byte = bytes;
    for (size_t i = 0; i < n; i++)
        hash = (hash ^ byte[i]) * 0x100000001b3u;
    return hash;
}

const char *text_plural(size_t count)
{
    return count == 1 ? "" : "s";
}

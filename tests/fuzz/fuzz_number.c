/*
 * fuzz_number.c - numbers as text. Input: a text; its first eight bytes are also used as the bits of a
 * double.
 *
 * A text that is accepted as a number has the bits that strtod gives; a double written as text is read back
 * equal.
 */
#include "fuzz_target.h"

#include "../../src/base/text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { LONGEST = 500 }; /* longer ones may be refused */

static bool is_same(double x, double y)
{
    return memcmp(&x, &y, sizeof x) == 0;
}

/* Whether the text has only characters of decimal numbers: no blanks, no words, nothing hexadecimal. */
static bool may_be_number(const char *text)
{
    return text[0] && strspn(text, "+-.0123456789eE") == strlen(text);
}

static void check_text(const char *text)
{
    double x = 0.0;
    char *end = NULL;
    const double theirs = strtod(text, &end);
    const bool is_whole = text[0] && *end == 0;
    const bool is_ours = text_to_double(slice_of(text), &x);
    if (is_ours)
        FUZZ_CHECK(may_be_number(text) && is_whole && is_same(x, theirs), "\"%s\" is %a, but %a for strtod",
                   text, x, theirs);
    if (!is_ours && may_be_number(text) && is_whole && strlen(text) < LONGEST)
        FUZZ_CHECK(!isfinite(theirs), "\"%s\" is not a number, but %a for strtod", text, theirs);
}

static void check_double(const char *bytes)
{
    double x, back = 0.0;
    char text[32];
    memcpy(&x, bytes, sizeof x);
    if (!isfinite(x))
        return;
    text_from_double(x, text);
    FUZZ_CHECK(text_to_double(slice_of(text), &back) && is_same(x, back), "%a is \"%s\", which is %a", x,
               text, back);
}

static void check_counts(const char *text)
{
    uint64_t n = 0;
    const bool is_digits = text[0] && strspn(text, "0123456789") == strlen(text);
    const bool is_ours = text_to_u64(slice_of(text), &n);
    FUZZ_CHECK(!is_ours || is_digits, "\"%s\" is a count", text);
    if (is_ours)
        FUZZ_CHECK(n == strtoull(text, NULL, 10), "\"%s\" is %llu", text, (unsigned long long)n);
    if (is_digits && strlen(text) < 20)
        FUZZ_CHECK(is_ours, "\"%s\" is no count", text);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    char *text = fuzz_text(bytes, n);
    check_text(text);
    check_counts(text);
    if (n >= sizeof(double))
        check_double(text);
    free(text);
    return 0;
}

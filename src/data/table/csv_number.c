/*
 * csv_number.c - parses numbers in fields, and recognises notations of numbers that are refused.
 *
 * A column of numbers in an unsupported notation would silently become a column of categories, so such
 * notations must be recognised. csv_notation therefore accepts many forms: it maps digits, signs and blanks
 * of other scripts to ASCII, removes signs, currencies and percent signs, and examines what remains. Dates,
 * times, ranges, codes and measures with units are words.
 */
#include "csv_number.h"

#include <string.h>

enum { NUMBER_ROOM = 512, NOTATION_ROOM = 96 /* longer fields count as words */ };

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Whether the text is a number other than zero: "0.00e5" is zero, "1e-400" is not, although the nearest
   double is 0. */
static bool has_value(struct slice text)
{
    for (size_t i = 0; i < text.n && text.at[i] != 'e' && text.at[i] != 'E'; i++)
        if (text.at[i] >= '1' && text.at[i] <= '9')
            return true;
    return false;
}

static bool point_number(struct slice text, double *out)
{
    return text_to_double(text, out) && (*out != 0.0 || !has_value(text));
}

static bool comma_number(struct slice text, double *out)
{
    char copy[NUMBER_ROOM];
    if (text.n == 0 || text.n >= sizeof copy || memchr(text.at, '.', text.n))
        return false;
    for (size_t i = 0; i < text.n; i++)
        copy[i] = text.at[i] == ',' ? '.' : text.at[i];
    return point_number((struct slice){copy, text.n}, out);
}

bool csv_number(struct slice text, char decimal, double *out)
{
    return decimal == ',' ? comma_number(text, out) : point_number(text, out);
}

/* ---- Mapping of other characters to ASCII */

struct folded {
    char at[NOTATION_ROOM];
    size_t n;
    bool is_changed;
};

static uint32_t character(struct slice text, size_t *i)
{
    const unsigned char *at = (const unsigned char *)text.at + *i;
    const size_t length = at[0] < 0xC0 ? 1 : at[0] < 0xE0 ? 2 : at[0] < 0xF0 ? 3 : 4;
    uint32_t code = length == 1 ? at[0] : at[0] & (0x7Fu >> length);
    for (size_t k = 1; k < length && *i + k < text.n; k++)
        code = code << 6 | (at[k] & 0x3F);
    *i += length;
    return code;
}

/* Code points in [first, last] are mapped to `as`, or, if `counts` is set, to the characters from `as`
   upwards. */
struct fold {
    uint32_t first, last;
    char as;
    bool counts;
};

static const struct fold folds[] = {
    {0x0660, 0x0669, '0', true},   {0x06F0, 0x06F9, '0', true},   {0x07C0, 0x07C9, '0', true},
    {0x0966, 0x096F, '0', true},   {0x09E6, 0x09EF, '0', true},   {0x0A66, 0x0A6F, '0', true},
    {0x0AE6, 0x0AEF, '0', true},   {0x0B66, 0x0B6F, '0', true},   {0x0BE6, 0x0BEF, '0', true},
    {0x0C66, 0x0C6F, '0', true},   {0x0CE6, 0x0CEF, '0', true},   {0x0D66, 0x0D6F, '0', true},
    {0x0DE6, 0x0DEF, '0', true},   {0x0E50, 0x0E59, '0', true},   {0x0ED0, 0x0ED9, '0', true},
    {0x0F20, 0x0F29, '0', true},   {0x1040, 0x1049, '0', true},   {0x17E0, 0x17E9, '0', true},
    {0x1810, 0x1819, '0', true},   {0xFF01, 0xFF5E, '!', true},   {0x2070, 0x2079, '0', true},
    {0x00B2, 0x00B3, '2', true},   {0x00B9, 0x00B9, '1', false},  {0x207A, 0x207A, '+', false},
    {0x207B, 0x207B, '-', false},  {0x00BC, 0x00BE, '0', false},  {0x2150, 0x215E, '0', false},
    {0x00AD, 0x00AD, ' ', false},  {0x00B7, 0x00B7, '.', false},  {0x22C5, 0x22C5, '.', false},
    {0x2018, 0x2018, '\'', false}, {0x201A, 0x201B, '\'', false}, {0x201C, 0x201F, '"', false},
    {0x00AB, 0x00AB, '"', false},  {0x00BB, 0x00BB, '"', false},  {0x0142, 0x0142, 'l', false},
    {0x010D, 0x010D, 'c', false},  {0x00A0, 0x00A0, ' ', false},  {0x0085, 0x0085, ' ', false},
    {0x1680, 0x1680, ' ', false},  {0x2000, 0x200F, ' ', false},  {0x2028, 0x2029, ' ', false},
    {0x202F, 0x202F, ' ', false},  {0x205F, 0x2060, ' ', false},  {0x3000, 0x3000, ' ', false},
    {0xFEFF, 0xFEFF, ' ', false},  {0x2010, 0x2015, '-', false},  {0x2212, 0x2212, '-', false},
    {0x066B, 0x066B, '.', false},  {0x066C, 0x066C, ',', false},  {0x2019, 0x2019, '\'', false},
    {0x02BC, 0x02BC, '\'', false}, {0x00D7, 0x00D7, 'x', false},  {0x2044, 0x2044, '/', false},
    {0x2215, 0x2215, '/', false},  {0x2030, 0x2031, '%', false},  {0x066A, 0x066A, '%', false},
    {0x00A2, 0x00A5, '$', false},  {0x20A0, 0x20CF, '$', false},  {0x0E3F, 0x0E3F, '$', false},
};

static char fold_of(uint32_t code)
{
    for (size_t i = 0; i < sizeof folds / sizeof *folds; i++)
        if (code >= folds[i].first && code <= folds[i].last)
            return (char)(folds[i].as + (folds[i].counts ? (char)(code - folds[i].first) : 0));
    return code < 0x20 || code == 0x7F ? ' ' : (char)0;
}

/* false: a character that does not occur in numbers. Currencies and percent signs are mapped without counting
   as changed, because messages name them separately. */
static bool fold(struct slice text, struct folded *out)
{
    *out = (struct folded){.n = 0};
    for (size_t i = 0; i < text.n;) {
        const uint32_t code = character(text, &i);
        const char c = code >= 0x20 && code < 0x7F ? (char)code : fold_of(code);
        if (c == 0 || out->n == sizeof out->at)
            return false;
        out->is_changed = out->is_changed || (c != (char)code && c != '$' && c != '%');
        out->at[out->n++] = c;
    }
    return true;
}

/* ---- Characters around a number */

static struct slice without(struct slice s, size_t front, size_t back)
{
    return slice_trim((struct slice){s.at + front, s.n - front - back});
}

static bool begins(struct slice s, const char *text)
{
    const size_t n = strlen(text);
    return s.n > n && memcmp(s.at, text, n) == 0;
}

static bool ends(struct slice s, const char *text)
{
    const size_t n = strlen(text);
    return s.n > n && memcmp(s.at + s.n - n, text, n) == 0;
}

static bool take_currency(struct slice *s)
{
    static const char *const signs[] = {"$",   "USD", "EUR", "GBP", "JPY", "CHF", "CNY", "INR", "RUB", "BRL",
                                        "AUD", "CAD", "US$", "Rs.", "Rs",  "R$",  "A$",  "C$",  "SEK", "NOK",
                                        "DKK", "PLN", "CZK", "zl",  "kr",  "Kc",  "Ft",  "Rp",  "KRW", "MXN",
                                        "ZAR", "TRY", "HUF", "SGD", "HKD", "NZD", "ILS", "THB", "IDR"};
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++) {
        const size_t n = strlen(signs[i]);
        const bool is_front = begins(*s, signs[i]);
        if (!is_front && !ends(*s, signs[i]))
            continue;
        *s = is_front ? without(*s, n, 0) : without(*s, 0, n);
        return true;
    }
    return false;
}

static bool take_percent(struct slice *s)
{
    if (!ends(*s, "%") && !begins(*s, "%"))
        return false;
    *s = ends(*s, "%") ? without(*s, 0, 1) : without(*s, 1, 0);
    return true;
}

/* Removes the sign from (5), 5- and 5+. A sign directly before digits is part of a supported number. */
static bool take_sign(struct slice *s)
{
    const bool is_bracketed = s->n > 2 && s->at[0] == '(' && s->at[s->n - 1] == ')';
    const bool is_behind = s->n > 1 && is_digit(s->at[s->n - 2]) && (ends(*s, "-") || ends(*s, "+"));
    if (!is_bracketed && !is_behind)
        return false;
    *s = is_bracketed ? without(*s, 1, 1) : without(*s, 0, 1);
    return true;
}

static bool take_quotes(struct slice *s)
{
    const bool is_formula = s->n > 1 && s->at[0] == '=';
    struct slice inner = is_formula ? without(*s, 1, 0) : *s;
    while (inner.n > 2 && strchr("'\"`", inner.at[0]) && inner.at[inner.n - 1] == inner.at[0])
        inner = without(inner, 1, 1);
    if (inner.n > 1 && inner.at[0] == '\'' && inner.at[inner.n - 1] != '\'')
        inner = without(inner, 1, 0); /* as in spreadsheets, where it marks a text */
    const bool is_quoted = inner.n != s->n;
    *s = inner;
    return is_quoted;
}

/* Removes a comment: 5 # a comment */
static bool take_comment(struct slice *s)
{
    const char *mark = s->n > 0 ? memchr(s->at, '#', s->n) : NULL;
    const size_t n = mark ? (size_t)(mark - s->at) : 0;
    if (n < 2 || s->at[n - 1] != ' ')
        return false;
    *s = slice_trim((struct slice){s->at, n});
    return true;
}

/* ---- The core of a number, without the characters around it */

static size_t digits_at(struct slice s, size_t i)
{
    size_t n = 0;
    while (i + n < s.n && is_digit(s.at[i + n]))
        n++;
    return n;
}

static struct slice unsigned_of(struct slice s)
{
    return s.n > 0 && (s.at[0] == '-' || s.at[0] == '+') ? (struct slice){s.at + 1, s.n - 1} : s;
}

/* The length of the digits in groups ("1,234,567", "12,34,567") at the beginning of s, where the last group
   has three digits; 0: there are no groups. */
static size_t groups_at(struct slice s, char sign)
{
    size_t i = digits_at(s, 0), last = 0, groups = 0;
    if (i == 0 || i > 3)
        return 0;
    while (i < s.n && s.at[i] == sign) {
        const size_t n = digits_at(s, i + 1);
        if (n < 2 || n > 3)
            break;
        i += 1 + n;
        last = n;
        groups++;
    }
    return groups > 0 && last == 3 && !digits_at(s, i) ? i : 0;
}

/* Whether the rest may follow digits in groups: it is empty, or consists of the other sign and digits. */
static bool is_fraction_part(struct slice s, size_t i, char sign)
{
    if (i == s.n)
        return true;
    const bool is_mark = (s.at[i] == '.' || s.at[i] == ',') && s.at[i] != sign;
    return is_mark && i + 1 + digits_at(s, i + 1) == s.n;
}

static bool is_grouped(struct slice s)
{
    static const char signs[] = {',', '.', ' ', '\'', '_'};
    s = unsigned_of(s);
    for (size_t k = 0; k < sizeof signs; k++) {
        const size_t n = groups_at(s, signs[k]);
        if (n > 0 && is_fraction_part(s, n, signs[k]))
            return true;
    }
    return false;
}

/* 1_000, 1_0.5: digits with underscores, as in source code. */
static bool is_lined(struct slice s)
{
    char copy[NOTATION_ROOM];
    size_t n = 0;
    double value = 0.0;
    for (size_t i = 0; i < s.n; i++) {
        const bool is_line = s.at[i] == '_';
        if (is_line && (i == 0 || i + 1 == s.n || !is_digit(s.at[i - 1]) || !is_digit(s.at[i + 1])))
            return false;
        if (!is_line)
            copy[n++] = s.at[i];
    }
    return n < s.n && text_to_double((struct slice){copy, n}, &value);
}

static bool is_based(struct slice s)
{
    s = unsigned_of(s);
    if (s.n < 3 || s.at[0] != '0' || !strchr("xXbBoO", s.at[1]))
        return false;
    const bool may_have_point = s.at[1] == 'x' || s.at[1] == 'X'; /* 0x1.8p-3, the format of %a in C */
    const char *digits = may_have_point ? "0123456789abcdefABCDEF.pP+-" : "0123456789abcdefABCDEF";
    for (size_t i = 2; i < s.n; i++)
        if (!strchr(digits, s.at[i]) || !s.at[i])
            return false;
    return true;
}

/* 1D3, 1.5 d-3, 1.5x10^3, 1.5*10**3 */
static bool is_other_exponent(struct slice s)
{
    static const char *const marks[] = {"D",    "d",     "Q",      "q",     "x10^",
                                        "*10^", "x 10^", " x 10^", "*10**", "x10"};
    double mantissa, exponent;
    for (size_t k = 0; k < sizeof marks / sizeof *marks; k++) {
        const size_t length = strlen(marks[k]);
        for (size_t i = 1; i + length < s.n; i++) {
            const struct slice front = {s.at, i}, back = {s.at + i + length, s.n - i - length};
            if (memcmp(s.at + i, marks[k], length) == 0 && text_to_double(front, &mantissa) &&
                unsigned_of(back).n > 0 && digits_at(unsigned_of(back), 0) == unsigned_of(back).n &&
                text_to_double(back, &exponent))
                return true;
        }
    }
    return false;
}

/* 1.5+100, 1.5-100: Fortran omits the letter if the exponent has three digits. */
static bool is_bare_exponent(struct slice s)
{
    double mantissa;
    return s.n > 4 && (s.at[s.n - 4] == '+' || s.at[s.n - 4] == '-') && digits_at(s, s.n - 3) == 3 &&
           memchr(s.at, '.', s.n) && text_to_double((struct slice){s.at, s.n - 4}, &mantissa);
}

/* 1+2j, 1.5e3-2i */
static bool is_complex(struct slice s)
{
    double real, imaginary;
    if (s.n < 4 || !strchr("ijIJ", s.at[s.n - 1]))
        return false;
    for (size_t i = 1; i + 2 < s.n; i++)
        if ((s.at[i] == '+' || s.at[i] == '-') && text_to_double((struct slice){s.at, i}, &real) &&
            text_to_double((struct slice){s.at + i, s.n - 1 - i}, &imaginary))
            return true;
    return false;
}

static bool is_out_of_range(struct slice s)
{
    double value;
    const char *mark = s.n > 0 ? memchr(s.at, 'e', s.n) : NULL;
    mark = mark || s.n == 0 ? mark : memchr(s.at, 'E', s.n);
    const size_t front = mark ? (size_t)(mark - s.at) : s.n;
    const struct slice exponent = mark ? unsigned_of((struct slice){mark + 1, s.n - front - 1}) : s;
    return text_to_double((struct slice){s.at, front}, &value) && exponent.n > 0 &&
           (!mark || digits_at(exponent, 0) == exponent.n);
}

static bool has_suffix(struct slice s)
{
    double value;
    /* 4G without a point is more likely a word. */
    const bool has_point = s.n > 0 && memchr(s.at, '.', s.n) != NULL;
    if (s.n < 2 || !strchr(has_point ? "fFlLuUkKMGTB" : "fFlLuUkKM", s.at[s.n - 1]) ||
        (!is_digit(s.at[s.n - 2]) && s.at[s.n - 2] != '.'))
        return false;
    return text_to_double((struct slice){s.at, s.n - 1}, &value);
}

/* 2020/01, 01/31: a year has four digits, and a month or day may have a leading zero. */
static bool is_date(struct slice front, struct slice back)
{
    const bool is_year = front.n == 4 && (front.at[0] == '1' || front.at[0] == '2') && back.n <= 2;
    return is_year || (front.n == 2 && front.at[0] == '0') || (back.n == 2 && back.at[0] == '0');
}

/* 1/2, 1 1/2 */
static bool is_fraction(struct slice s)
{
    s = unsigned_of(s);
    size_t i = digits_at(s, 0);
    if (i > 0 && i < s.n && s.at[i] == ' ') {
        s = (struct slice){s.at + i + 1, s.n - i - 1};
        i = digits_at(s, 0);
    }
    const size_t behind = i > 0 && i < s.n && s.at[i] == '/' ? digits_at(s, i + 1) : 0;
    return behind > 0 && i + 1 + behind == s.n &&
           !is_date((struct slice){s.at, i}, (struct slice){s.at + i + 1, behind});
}

static bool are_several(struct slice s)
{
    struct slice rest = s, word;
    double value;
    size_t n = 0;
    for (; slice_word(&rest, &word); n++)
        if (!text_to_double(word, &value))
            return false;
    return n > 1;
}

/* [1, 2, 3], (1 2), [5] */
static bool is_list(struct slice s)
{
    const char close = s.n > 2 ? s.at[s.n - 1] : 0;
    const bool is_bracketed = (close == ']' && s.at[0] == '[') || (close == '}' && s.at[0] == '{') ||
                              (close == ')' && s.at[0] == '(');
    char copy[NOTATION_ROOM];
    double value;
    if (!is_bracketed || s.n - 2 >= sizeof copy)
        return false;
    for (size_t i = 0; i < s.n - 2; i++)
        copy[i] = (char)(s.at[i + 1] == ',' || s.at[i + 1] == ';' ? ' ' : s.at[i + 1]);
    const struct slice inner = slice_trim((struct slice){copy, s.n - 2});
    return are_several(inner) || (close != ')' && text_to_double(inner, &value));
}

static enum csv_notation comma_notation(struct slice s)
{
    double value;
    const bool is_number = comma_number(s, &value), is_group = is_grouped(s);
    return is_number && is_group ? NOTATION_EITHER : is_number ? NOTATION_COMMA : NOTATION_GROUPS;
}

/* s: ASCII, without the characters around a number. */
static enum csv_notation core_notation(struct slice s, char decimal)
{
    double value;
    const bool has_point = s.n > 0 && memchr(s.at, '.', s.n) != NULL;
    if (decimal == ',' && has_point && (is_grouped(s) || text_to_double(s, &value)))
        return NOTATION_POINT;
    if (is_grouped(s) || comma_number(s, &value))
        return comma_notation(s);
    return is_lined(s)            ? NOTATION_GROUPS
           : is_based(s)          ? NOTATION_BASE
           : is_other_exponent(s) ? NOTATION_EXPONENT
           : is_bare_exponent(s)  ? NOTATION_EXPONENT
           : is_complex(s)        ? NOTATION_COMPLEX
           : has_suffix(s)        ? NOTATION_SUFFIX
           : is_fraction(s)       ? NOTATION_FRACTION
           : are_several(s)       ? NOTATION_SEVERAL
           : is_out_of_range(s)   ? NOTATION_RANGE
           : begins(s, "1.#")     ? NOTATION_RANGE
                                  : NOTATION_NONE;
}

static bool is_number_of_some_kind(struct slice s, char decimal)
{
    double value;
    return csv_number(s, decimal, &value) || core_notation(s, decimal) != NOTATION_NONE;
}

/* Removes the sign from -$5, - 5 and --5. A sign directly before digits is part of a supported number. "-
   50000." is a word, because census data contain incomes in this form ("less than 50000."). */
static bool take_front_sign(struct slice *s)
{
    if (s->n < 2 || (s->at[0] != '-' && s->at[0] != '+') || is_digit(s->at[1]) || s->at[1] == '.')
        return false;
    if (s->at[1] == ' ' && ends(*s, "."))
        return false;
    *s = without(*s, 1, 0);
    return true;
}

/* Whether the text has a digit, or a character that may be mapped to one; rejects most words quickly. */
static bool may_hold_digits(struct slice text)
{
    for (size_t i = 0; i < text.n; i++)
        if (is_digit(text.at[i]) || (unsigned char)text.at[i] >= 0x80)
            return true;
    return false;
}

enum csv_notation csv_notation(struct slice text, char decimal)
{
    struct folded folded;
    double value;
    if (!may_hold_digits(text) || !fold(text, &folded))
        return NOTATION_NONE;
    struct slice s = slice_trim((struct slice){folded.at, folded.n});
    const bool is_comment = take_comment(&s), is_quoted = take_quotes(&s);
    if (is_list(s))
        return NOTATION_SEVERAL;
    const bool is_signed = take_sign(&s), is_signed_before = take_front_sign(&s);
    const bool is_percent = take_percent(&s), is_currency = take_currency(&s),
               is_signed_inside = take_sign(&s);
    if (s.n == 0 || !is_number_of_some_kind(s, decimal))
        return NOTATION_NONE;
    if (folded.is_changed && csv_number(s, decimal, &value))
        return is_currency ? NOTATION_CURRENCY : is_percent ? NOTATION_PERCENT : NOTATION_CHARACTERS;
    return is_currency                                         ? NOTATION_CURRENCY
           : is_percent                                        ? NOTATION_PERCENT
           : is_comment                                        ? NOTATION_COMMENT
           : is_quoted                                         ? NOTATION_QUOTES
           : is_complex(s)                                     ? NOTATION_COMPLEX
           : is_signed || is_signed_before || is_signed_inside ? NOTATION_SIGN
                                                               : core_notation(s, decimal);
}

static const char *const names[NOTATIONS] = {
    [NOTATION_NONE] = "no number",
    [NOTATION_COMMA] = "a decimal comma",
    [NOTATION_POINT] = "a point, although the decimal sign is a comma",
    [NOTATION_GROUPS] = "digits in groups",
    [NOTATION_EITHER] = "a thousands separator or a decimal comma",
    [NOTATION_PERCENT] = "a percent sign",
    [NOTATION_CURRENCY] = "a currency",
    [NOTATION_BASE] = "a number in another base",
    [NOTATION_EXPONENT] = "an exponent in another notation",
    [NOTATION_RANGE] = "a number beyond the range of a double",
    [NOTATION_SUFFIX] = "a letter after a number",
    [NOTATION_FRACTION] = "a fraction or two numbers",
    [NOTATION_SIGN] = "a sign in another notation",
    [NOTATION_CHARACTERS] = "a number in characters that are not ASCII",
    [NOTATION_SEVERAL] = "several numbers in one field",
    [NOTATION_QUOTES] = "a number in quotes of another kind",
    [NOTATION_COMMENT] = "a comment after a number",
    [NOTATION_COMPLEX] = "a complex number",
};

static const char *const advices[NOTATIONS] = {
    [NOTATION_COMMA] = "--decimal comma reads it",
    [NOTATION_POINT] = "--decimal point reads decimal points; thousands separators are not read",
    [NOTATION_EITHER] = "--decimal comma reads it as a decimal comma; thousands separators are not read",
    [NOTATION_SEVERAL] =
        "write one number in a field (--separator space reads numbers with spaces between as fields)",
};

const char *csv_notation_name(enum csv_notation notation)
{
    return names[notation];
}

const char *csv_notation_advice(enum csv_notation notation)
{
    return advices[notation] ? advices[notation] : "write plain numbers such as -1234.5 or 1e-3";
}

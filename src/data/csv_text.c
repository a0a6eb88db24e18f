/*
 * csv_text.c - lines and fields of comma-separated text.
 */
#include "csv_text.h"

#include <string.h>

static bool is_blank_line(struct slice s)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.at[i] != ' ')
            return false;
    return true;
}

bool csv_next_line(struct slice *rest, struct csv_line *line)
{
    struct slice text;
    while (slice_next(rest, '\n', &text)) {
        line->number++;
        if (text.n > 0 && text.at[text.n - 1] == '\r')
            text.n--;
        line->text = text;
        if (!is_blank_line(text))
            return true;
    }
    return false;
}

/* s begins with a quote. Takes the field and what stands between its closing quote and the separator. */
static void quoted_field(struct slice s, struct slice *rest, char separator, struct csv_field *field)
{
    size_t i = 1;
    *field = (struct csv_field){0};
    for (; i < s.n; i++) {
        if (s.at[i] != '"')
            continue;
        if (i + 1 == s.n || s.at[i + 1] != '"')
            break;
        field->has_escapes = true;
        i++;
    }
    const bool is_closed = i < s.n;
    field->text = (struct slice){s.at + 1, (i < s.n ? i : s.n) - 1};
    struct slice after =
        is_closed ? (struct slice){s.at + i + 1, s.n - i - 1} : (struct slice){s.at + s.n, 0};
    struct slice between;
    slice_next(&after, separator, &between);
    *rest = after;
    field->is_broken = !is_closed || slice_trim(between).n > 0;
}

bool csv_next_field(struct slice *rest, char separator, struct csv_field *field)
{
    if (!rest->at)
        return false;
    size_t blank = 0;
    while (blank < rest->n && rest->at[blank] == ' ')
        blank++;
    if (blank < rest->n && rest->at[blank] == '"') {
        quoted_field((struct slice){rest->at + blank, rest->n - blank}, rest, separator, field);
        return true;
    }
    *field = (struct csv_field){0};
    slice_next(rest, separator, &field->text);
    field->text = slice_trim(field->text);
    return true;
}

size_t csv_unescape(char *text, size_t n)
{
    size_t to = 0;
    for (size_t i = 0; i < n; i++) {
        text[to++] = text[i];
        if (text[i] == '"' && i + 1 < n && text[i + 1] == '"')
            i++;
    }
    return to;
}

static int lower(char c)
{
    return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c;
}

bool csv_is_word(struct slice text, const char *word)
{
    size_t i = 0;
    while (i < text.n && word[i] && lower(text.at[i]) == word[i])
        i++;
    return i == text.n && !word[i];
}

static bool is_one_of(struct slice text, const char *const *words, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (csv_is_word(text, words[i]))
            return true;
    return false;
}

bool csv_is_missing(struct slice text)
{
    static const char *const words[] = {"", "?", "na", "n/a", "nan"};
    return is_one_of(text, words, sizeof words / sizeof *words);
}

bool csv_is_missing_number(struct slice text)
{
    static const char *const words[] = {"-",    "-nan", "null",     "none",     "inf",
                                        "-inf", "+inf", "infinity", "-infinity"};
    return csv_is_missing(text) || is_one_of(text, words, sizeof words / sizeof *words);
}

/* Bytes of the character that begins here; 0: none does. (Table 3-7 of the Unicode standard: shortest forms
   only, no surrogates, at most U+10FFFF.) */
static size_t character_at(const unsigned char *at, size_t n)
{
    const unsigned char first = at[0], second = n > 1 ? at[1] : 0;
    const size_t length = first < 0x80   ? 1
                          : first < 0xC2 ? 0
                          : first < 0xE0 ? 2
                          : first < 0xF0 ? 3
                          : first < 0xF5 ? 4
                                         : 0;
    const unsigned char least = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80;
    const unsigned char most = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF;
    if (length > n || (length > 1 && (second < least || second > most)))
        return 0;
    for (size_t i = 2; i < length; i++)
        if ((at[i] & 0xC0) != 0x80)
            return 0;
    return length;
}

/* Eight bytes at once while all are ASCII, which is the rule. */
size_t csv_valid_text(const unsigned char *at, size_t n)
{
    size_t i = 0;
    while (i < n) {
        uint64_t word = 0x80;
        if (n - i >= sizeof word)
            memcpy(&word, at + i, sizeof word);
        const size_t length = word & 0x8080808080808080u ? character_at(at + i, n - i) : sizeof word;
        if (length == 0)
            return i;
        i += length;
    }
    return n;
}

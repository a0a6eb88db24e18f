/*
 * distinct_words.c - stores words in a sorted list, because there are few distinct texts and many lookups.
 */
#include "distinct_words.h"

#include "../../base/mem.h"

#include <string.h>

size_t words_place(const struct words *words, struct slice text)
{
    size_t low = 0, high = words->n;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (slice_compare(slice_of(words->items[middle].text), text) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool words_has(const struct words *words, size_t place, struct slice text)
{
    return place < words->n && slice_compare(slice_of(words->items[place].text), text) == 0;
}

bl_status words_count(struct words *words, bl_context *ctx, struct slice text, size_t line)
{
    const size_t place = words_place(words, text);
    if (!words_has(words, place, text)) {
        char *copy = NULL;
        BL_TRY(MEM_GROW(ctx, &words->items, &words->room, words->n, "words"));
        BL_TRY(mem_text(ctx, &copy, text.at, text.n));
        struct word *at = words->items + place;
        memmove(at + 1, at, (words->n - place) * sizeof *at);
        *at = (struct word){.text = copy, .line = line};
        words->n++;
    }
    words->items[place].count++;
    return BL_OK;
}

/* Whether the # at `sign`, which follows a blank, begins a comment: the text before it is also a word of the
   column, or a blank follows it. */
static bool has_comment(const struct words *words, struct slice text, size_t sign)
{
    const struct slice front = slice_trim((struct slice){text.at, sign});
    const bool is_apart = sign + 1 < text.n && (text.at[sign + 1] == ' ' || text.at[sign + 1] == '\t');
    return front.n > 0 && (is_apart || words_has(words, words_place(words, front), front));
}

const struct word *words_commented(const struct words *words)
{
    for (size_t k = 0; k < words->n; k++) {
        const struct slice text = slice_of(words->items[k].text);
        for (size_t i = 1; i < text.n; i++)
            if (text.at[i] == '#' && (text.at[i - 1] == ' ' || text.at[i - 1] == '\t') &&
                has_comment(words, text, i))
                return &words->items[k];
    }
    return NULL;
}

void words_free(bl_context *ctx, struct words *words)
{
    for (size_t i = 0; i < words->n; i++)
        mem_free(ctx, words->items[i].text);
    mem_free(ctx, words->items);
    *words = (struct words){0};
}

/*
 * freeze.c - reads the option freeze.
 */
#include "freeze.h"

#include "../../base/mem.h"
#include "../../base/text.h"

#include <string.h>

/* Parses "N" or "N-M". */
static bool read_blocks(struct slice word, struct freeze_span *span)
{
    struct slice rest = word, first, last;
    if (!slice_next(&rest, '-', &first) || !text_to_size(first, &span->first))
        return false;
    span->last = span->first;
    return !slice_next(&rest, '-', &last) ||
           (text_to_size(last, &span->last) && span->first <= span->last && rest.n == 0);
}

/* Parses the epoch after `from` or `until`, each of which may occur once. */
static bool read_epoch(struct slice *rest, struct slice word, struct freeze_span *epochs)
{
    struct slice number;
    size_t *to = slice_is(word, "from") ? &epochs->from : &epochs->until;
    const size_t unset = slice_is(word, "from") ? 0 : FREEZE_NO_END;
    return *to == unset && slice_word(rest, &number) && text_to_size(number, to) && *to > 0;
}

/* Parses a term. Each word of blocks gives a span with the term's epochs. */
static bool read_term(struct freeze *freeze, struct slice term)
{
    struct slice word;
    struct freeze_span epochs = {.from = 0, .until = FREEZE_NO_END};
    const size_t begin = freeze->n;
    bool has_epochs = false;
    while (slice_word(&term, &word)) {
        const bool is_epoch = slice_is(word, "from") || slice_is(word, "until");
        if (is_epoch ? !read_epoch(&term, word, &epochs)
                     : has_epochs || !read_blocks(word, &freeze->spans[freeze->n++]))
            return false;
        has_epochs = has_epochs || is_epoch;
    }
    for (size_t i = begin; i < freeze->n; i++) {
        freeze->spans[i].from = epochs.from > 0 ? epochs.from : 1;
        freeze->spans[i].until = epochs.until;
    }
    return freeze->n > begin && (epochs.from == 0 || epochs.from <= epochs.until);
}

bl_status freeze_parse(bl_context *ctx, struct freeze *out, const char *text)
{
    struct slice rest = slice_of(text), term;
    *out = (struct freeze){.ctx = ctx};
    if (slice_is(slice_trim(rest), "none"))
        return BL_OK;
    BL_TRY(MEM_ARRAY(ctx, &out->spans, strlen(text) / 2 + 1,
                     "the frozen blocks")); /* a span takes at least a character and a space */
    bool is_read = strlen(text) > 0 && text[strlen(text) - 1] != ',';
    while (is_read && slice_next(&rest, ',', &term))
        is_read = read_term(out, term);
    if (!is_read)
        BL_FAIL(ctx, BL_BAD_VALUE,
                "freeze is \"%s\", expected none, or blocks by number, each list with the first or the last "
                "epoch or none, as in \"0 1 until 5, 3 from 10, 4-6\"",
                text);
    return BL_OK;
}

bl_status freeze_check_text(bl_context *ctx, const char *text)
{
    struct freeze freeze;
    const bl_status status = freeze_parse(ctx, &freeze, text);
    freeze_release(&freeze);
    return status;
}

void freeze_release(struct freeze *freeze)
{
    mem_free(freeze->ctx, freeze->spans);
    *freeze = (struct freeze){.ctx = freeze->ctx};
}

bool freeze_holds(const struct freeze *freeze, size_t block, size_t epoch)
{
    for (size_t i = 0; i < freeze->n; i++) {
        const struct freeze_span *s = &freeze->spans[i];
        if (s->first <= block && block <= s->last && s->from <= epoch && epoch <= s->until)
            return true;
    }
    return false;
}

/*
 * net_text.c - replaces names, repetitions and the number of classes by the long form, and splits residuals
 * into their branches.
 */
#include "net_text.h"

#include "../base/mem.h"
#include "../base/text.h"
#include "named_nets.h"
#include "net.h"

#include <stdio.h>
#include <string.h>

enum { MOST_LEVELS = 8, MOST_BYTES = NET_MOST_LAYERS * 64 };

struct expansion {
    bl_context *ctx;
    int outputs;
    int level;
    char *text;
    size_t n, room, items;
    bool begins; /* the next item is the first of a branch and has no comma before it */
};

static bl_status append_text(struct expansion *e, struct slice piece)
{
    if (e->n + piece.n + 1 > MOST_BYTES)
        BL_FAIL(e->ctx, BL_BAD_VALUE, "the net's text is longer than %d characters", MOST_BYTES);
    while (e->n + piece.n + 1 > e->room)
        BL_TRY(MEM_GROW(e->ctx, &e->text, &e->room, e->room, "the net's text"));
    memcpy(e->text + e->n, piece.at, piece.n);
    e->n += piece.n;
    e->text[e->n] = '\0';
    return BL_OK;
}

static bl_status append(struct expansion *e, struct slice piece)
{
    if (e->items == NET_MOST_LAYERS)
        BL_FAIL(e->ctx, BL_BAD_VALUE, "the net has more than %d layers, which are too many", NET_MOST_LAYERS);
    if (e->items++ > 0 && !e->begins)
        BL_TRY(append_text(e, slice_of(", ")));
    e->begins = false;
    return append_text(e, piece);
}

bl_status net_text_next(bl_context *ctx, struct slice *rest, struct slice *item, bool *has_one)
{
    size_t n = 0;
    int depth = 0;
    *has_one = rest->at != NULL;
    if (!*has_one)
        return BL_OK;
    for (; n < rest->n && (depth > 0 || rest->at[n] != ','); n++) {
        depth += rest->at[n] == '(' ? 1 : rest->at[n] == ')' ? -1 : 0;
        if (depth < 0)
            BL_FAIL(ctx, BL_BAD_VALUE, "a \")\" of the net has no opening \"(\"");
    }
    if (depth > 0)
        BL_FAIL(ctx, BL_BAD_VALUE, "a \"(\" of the net is not closed by a \")\"");
    *item = slice_trim((struct slice){rest->at, n});
    *rest = n < rest->n ? (struct slice){rest->at + n + 1, rest->n - n - 1} : (struct slice){NULL, 0};
    return BL_OK;
}

static int shown(struct slice item)
{
    return item.n < 100 ? (int)item.n : 100;
}

bool net_text_is_residual(struct slice item)
{
    const char *open = item.n > 0 ? memchr(item.at, '(', item.n) : NULL;
    return open && slice_is(slice_trim((struct slice){item.at, (size_t)(open - item.at)}), "residual");
}

/* The text before a "|" outside inner parentheses; *rest: the text after it. Without a "|" rest->at is
   NULL. */
static struct slice cut_branch(struct slice list, struct slice *rest)
{
    int depth = 0;
    for (size_t i = 0; i < list.n; i++) {
        depth += list.at[i] == '(' ? 1 : list.at[i] == ')' ? -1 : 0;
        if (depth == 0 && list.at[i] == '|') {
            *rest = slice_trim((struct slice){list.at + i + 1, list.n - i - 1});
            return slice_trim((struct slice){list.at, i});
        }
    }
    *rest = (struct slice){NULL, 0};
    return slice_trim(list);
}

bl_status net_text_residual(bl_context *ctx, struct slice item, struct residual_text *out)
{
    const char *open = memchr(item.at, '(', item.n);
    const size_t before = (size_t)(open - item.at) + 1;
    struct slice rest = {NULL, 0}, more = {NULL, 0};
    if (item.at[item.n - 1] != ')')
        BL_FAIL(ctx, BL_BAD_VALUE, "\"%.*s\" of the net: a comma must follow the \")\" of a residual",
                shown(item), item.at);
    out->body = cut_branch((struct slice){open + 1, item.n - before - 1}, &rest);
    out->shortcut = rest.at ? cut_branch(rest, &more) : rest;
    if (more.at)
        BL_FAIL(ctx, BL_BAD_VALUE,
                "\"%.*s\" of the net: a residual has a body and one shortcut, with one \"|\"", shown(item),
                item.at);
    if (out->body.n == 0 || (rest.at && out->shortcut.n == 0))
        BL_FAIL(ctx, BL_BAD_VALUE,
                "\"%.*s\" of the net: a residual needs layers on each side of \"|\"; without \"|\" its input "
                "is added as it is",
                shown(item), item.at);
    return BL_OK;
}

/* Parses "3 x" or "3x". */
static bool read_times(struct slice text, size_t *times)
{
    text = slice_trim(text);
    if (text.n < 2 || text.at[text.n - 1] != 'x')
        return false;
    return text_to_size(slice_trim((struct slice){text.at, text.n - 1}), times);
}

static bl_status expand_list(struct expansion *e, struct slice list);

/* Expands "N x (...)". */
static bl_status expand_repetition(struct expansion *e, struct slice item, size_t open)
{
    const struct slice body = {item.at + open + 1, item.n - open - 2};
    size_t times = 0;
    if (item.at[item.n - 1] != ')' || !read_times((struct slice){item.at, open}, &times))
        BL_FAIL(e->ctx, BL_BAD_VALUE,
                "\"%.*s\" of the net: parentheses repeat layers, as in \"3 x (dense 240, tanh)\"",
                shown(item), item.at);
    if (slice_trim(body).n == 0)
        BL_FAIL(e->ctx, BL_BAD_VALUE, "\"%.*s\" of the net: the parentheses are empty", shown(item), item.at);
    if (times < 1 || times > NET_MOST_LAYERS)
        BL_FAIL(e->ctx, BL_BAD_VALUE, "layers of the net are repeated %zu times, expected 1 to %d", times,
                NET_MOST_LAYERS);
    if (e->level == MOST_LEVELS)
        BL_FAIL(e->ctx, BL_BAD_VALUE, "the net has repetitions nested more than %d deep", MOST_LEVELS);
    e->level++;
    for (size_t i = 0; i < times; i++)
        BL_TRY(expand_list(e, body));
    e->level--;
    return BL_OK;
}

static bl_status expand_branch(struct expansion *e, const char *before, struct slice list)
{
    BL_TRY(append_text(e, slice_of(before)));
    e->begins = true;
    return expand_list(e, list);
}

/* Expands "residual (BODY | SHORTCUT)", whose branches may be short forms. */
static bl_status expand_residual(struct expansion *e, struct slice item)
{
    struct residual_text residual;
    BL_TRY(net_text_residual(e->ctx, item, &residual));
    if (e->level == MOST_LEVELS)
        BL_FAIL(e->ctx, BL_BAD_VALUE, "the net has parentheses nested more than %d deep", MOST_LEVELS);
    e->level++;
    BL_TRY(append(e, slice_of("residual")));
    BL_TRY(expand_branch(e, " (", residual.body));
    /* NOLINTNEXTLINE(clang-analyzer-core.uninitialized.Branch): set where net_text_residual returns BL_OK */
    if (residual.shortcut.at)
        BL_TRY(expand_branch(e, " | ", residual.shortcut));
    e->level--;
    return append_text(e, slice_of(")"));
}

/* Whether the item looks like a call. "Linear(784, 10)" is treated as a layer, although no such layer exists,
   because the message about an unknown layer gives better advice than one about repetitions. */
static bool is_call(struct slice before_parenthesis)
{
    size_t times = 0;
    return slice_trim(before_parenthesis).n == before_parenthesis.n && before_parenthesis.n > 0 &&
           !memchr(before_parenthesis.at, ' ', before_parenthesis.n) &&
           !read_times(before_parenthesis, &times);
}

/* Whether the item is a repetition without parentheses, "3 x dense 240": a number, an x, and a layer. */
static bool lacks_parentheses(struct slice item)
{
    size_t n = 0, times = 0;
    while (n < item.n && item.at[n] >= '0' && item.at[n] <= '9')
        n++;
    const size_t digits = n;
    while (n < item.n && item.at[n] == ' ')
        n++;
    return digits > 0 && n + 1 < item.n && item.at[n] == 'x' && item.at[n + 1] == ' ' &&
           read_times((struct slice){item.at, n + 1}, &times);
}

static bl_status expand_item(struct expansion *e, struct slice item)
{
    const char *open = item.n > 0 ? memchr(item.at, '(', item.n) : NULL;
    char output[32];
    if (net_text_is_residual(item))
        return expand_residual(e, item);
    if (item.n > 0 && memchr(item.at, '|', item.n) && !open)
        BL_FAIL(
            e->ctx, BL_BAD_VALUE,
            "\"%.*s\" of the net: a \"|\" stands in a residual only, as in \"residual (dense 9 | dense 9)\"",
            shown(item), item.at);
    if (open && !is_call((struct slice){item.at, (size_t)(open - item.at)}))
        return expand_repetition(e, item, (size_t)(open - item.at));
    if (e->outputs > 0 && (slice_is(item, "dense C") || slice_is(item, "dense C nobias"))) {
        snprintf(output, sizeof output, "dense %d%s", e->outputs, slice_is(item, "dense C") ? "" : " nobias");
        return append(e, slice_of(output));
    }
    if (slice_is(item, "dense c"))
        BL_FAIL(e->ctx, BL_BAD_VALUE,
                "layer \"dense c\" of the net: a layer with as many units as classes is written \"dense C\"");
    if (lacks_parentheses(item))
        BL_FAIL(e->ctx, BL_BAD_VALUE,
                "\"%.*s\" of the net: repeated layers need parentheses, as in \"3 x (dense 240, tanh)\"",
                shown(item), item.at);
    return append(e, item);
}

static bl_status expand_list(struct expansion *e, struct slice list)
{
    struct slice item = {NULL, 0};
    bool has_one = true;
    for (;;) {
        BL_TRY(net_text_next(e->ctx, &list, &item, &has_one));
        if (!has_one)
            return BL_OK;
        BL_TRY(expand_item(e, item));
    }
}

bl_status net_text_expand(bl_context *ctx, const char *text, int outputs, char **out)
{
    const struct named_net *named = named_net_find(text);
    struct expansion e = {.ctx = ctx, .outputs = outputs};
    BL_TRY(MEM_GROW(ctx, &e.text, &e.room, 0, "the net's text"));
    e.text[0] = '\0';
    const bl_status status = expand_list(&e, slice_of(named ? named->text : text));
    if (status != BL_OK) {
        mem_free(ctx, e.text);
        return status;
    }
    *out = e.text;
    return BL_OK;
}

/*
 * kernel_update_fused.c - gradient and update in one operation: W and the optimiser state are updated with
 * the gradient delta^T x, tile by tile, without storing the gradient.
 *
 * While the sums of one tile are computed, the update by the previous tile is interleaved, one vector per
 * term: its square roots and divisions hardly use the multipliers. The weights and the state of the next
 * update are prefetched, because they are read in short pieces, which the hardware does not fetch ahead. With
 * Adam on Zen 4, prefetching into the second-level cache took 0.8 to 0.9 of the time of prefetching into the
 * first.
 */
#include "kernel.h"
#include "tile.h"
#include "update_vector.h"

/* ROWS: rows of W that are processed at a time if the terms need more than one block, because the sums of a
   stripe are then stored between blocks. FEW: with at most this many terms, each row of W is updated from end
   to end, because reading and writing memory in order then matters more than reading a tile's terms once.
   DEEP: a stripe of more terms does not fit the first-level cache and is prefetched. OVERLAPS: a tile is
   computed while the one before it is updated; not measured with NEON. LEVEL_2: the locality by which
   __builtin_prefetch fetches into the second-level cache. */
enum { ROWS = 128, FEW = 4, DEEP = 128, OVERLAPS = VEC_WIDTH >= 8, LEVEL_2 = 2 };

/* The pending update of rows x columns of W. */
struct pending {
    const struct fused_update *d;
    struct rmsprop_factors factors; /* used by RMSprop */
    const float *g;                 /* the gradient, in rows of `width` floats */
    float *w, *slots[2];
    size_t rows, columns, width; /* rows 0: nothing is pending */
    ptrdiff_t onward;            /* from w to the weights of the update after this one */
};

static void take_rows(const struct pending *pending)
{
    const struct update *by = &pending->d->by;
    for (size_t i = 0; i < pending->rows; i++) {
        float *w = pending->w + i * pending->d->ldw, *slots[2];
        const float *g = pending->g + i * pending->width;
        for (size_t s = 0; s < 2; s++)
            slots[s] = pending->slots[s] ? pending->slots[s] + i * pending->d->ldw : NULL;
        if (by->kind == UPDATE_SGD)
            KERNEL(sgd)(&by->sgd, w, g, slots[0], pending->columns);
        else if (by->kind == UPDATE_ADAM)
            KERNEL(adam)(&by->adam, w, g, slots[0], slots[1], pending->columns);
        else
            KERNEL(rmsprop)(&by->rmsprop, w, g, slots[0], pending->columns);
    }
}

/* Updates the vector of weights at the offset `at`, of which `left` remain in the row, and prefetches the one
   at the same place of the next update. */
SPECIALIZED void take_vector(const struct pending *pending, size_t at, vec slope, size_t left)
{
    const struct update *by = &pending->d->by;
    float *w = pending->w + at, *first = pending->slots[0], *second = pending->slots[1];
    __builtin_prefetch(w + pending->onward, 1, LEVEL_2);
    if (first) {
        first += at;
        __builtin_prefetch(first + pending->onward, 1, LEVEL_2);
    }
    if (by->kind == UPDATE_ADAM) {
        second += at;
        __builtin_prefetch(second + pending->onward, 1, LEVEL_2);
        adam_vector(&by->adam, w, slope, first, second, left);
    } else if (by->kind == UPDATE_RMSPROP)
        rmsprop_vector(&pending->factors, w, slope, first, left);
    else
        sgd_vector(&by->sgd, w, slope, first, left);
}

SPECIALIZED void multiply(const struct tile *t, const struct pending *pending, const bool pairs,
                          const size_t rows, const size_t vectors)
{
    const float *a = t->a, *b = t->b, *g = pending->g;
    const size_t a_term = t->a_term, b_term = t->b_term, width = pending->width, ldw = pending->d->ldw;
    tile_sums sum;
    tile_begin(t, sum, rows, vectors);
    size_t k = t->depth;
    for (size_t i = 0; i < pending->rows; i++)
        for (size_t j = 0; j < width; j += VEC_WIDTH, g += VEC_WIDTH) {
            const size_t left = pending->columns - j;
            take_vector(pending, i * ldw + j, vec_load_part(g, left), left);
            if (k == 0)
                continue;
            tile_add(sum, a, 1, b, pairs, rows, vectors);
            k--, a += a_term, b += b_term;
        }
    if (t->depth > DEEP)
        for (; k > 0; k--, a += a_term, b += b_term) {
            tile_ask(b, b_term, vectors);
            tile_ask_across(a, a_term);
            tile_add(sum, a, 1, b, pairs, rows, vectors);
        }
    for (; k > 0; k--, a += a_term, b += b_term) {
        tile_ask_across(a, a_term);
        tile_add(sum, a, 1, b, pairs, rows, vectors);
    }
    tile_end(t, sum, rows, vectors);
}

static void multiply_tile(const struct tile *t, size_t rows, size_t vectors, struct pending *pending)
{
    if (!OVERLAPS) {
        take_rows(pending);
        pending->rows = 0;
    }
    if (pending->d->pairs)
        BF16_CALL(TILE_CALL_ROWS, rows, vectors, multiply, t, pending, true);
    else
        TILE_CALL(rows, vectors, multiply, t, pending, false);
    pending->rows = 0;
}

/* Prefetches rows x columns of the weights and of the optimiser's state. at: the offset in W of the first. */
static void ask_rows(const struct fused_update *d, size_t at, size_t rows, size_t columns)
{
    for (size_t i = 0; i < rows; i++, at += d->ldw)
        for (size_t j = 0; j < columns; j += LINE_FLOATS) {
            __builtin_prefetch(d->w + at + j, 1);
            for (size_t s = 0; s < 2; s++)
                if (d->slots[s])
                    __builtin_prefetch(d->slots[s] + at + j, 1);
        }
}

/* Makes the update by the tile's complete sums pending. at: the offset in W of its first weight. */
static void make_pending(struct pending *pending, const struct tile *t, size_t at, size_t rows,
                         size_t columns)
{
    const struct fused_update *d = pending->d;
    pending->g = t->c;
    pending->w = d->w + at;
    for (size_t s = 0; s < 2; s++)
        pending->slots[s] = d->slots[s] ? d->slots[s] + at : NULL;
    pending->rows = rows;
    pending->columns = columns;
    pending->width = t->columns;
}

/* A piece of W, and the block of terms that is added to its sums. */
struct kernel_update_fused_block {
    size_t i, rows, j, columns, k, depth;
};

/* kept: the sums of all tiles between blocks of terms. If there is only one block, it holds the sums of one
   tile, because the pending update is done before the next tile's sums are written. */
static void update_fused_block(const struct fused_update *d, const struct kernel_update_fused_block *b,
                               float *packed, float *kept, struct pending *pending)
{
    const size_t vectors = vectors_of(b->columns), width = vectors * VEC_WIDTH;
    const bool lies_well = b->columns % VEC_WIDTH == 0, is_last = b->k + b->depth == d->k;
    const float *x = d->x + b->k * d->ldx + b->j;
    if (!lies_well)
        pack_straight(x, d->ldx, b->depth, b->columns, width, packed);
    struct tile t = {.a_term = d->ldd,
                     .b = lies_well ? x : packed,
                     .b_term = lies_well ? d->ldx : width,
                     .depth = b->depth,
                     .columns = width,
                     .ldc = width,
                     .is_sum = b->k > 0};
    for (size_t r = 0, rows; r < b->rows; r += rows) {
        const size_t at = (b->i + r) * d->ldw + b->j;
        rows = d->pairs ? bf16_rows(tile_rows(b->rows - r)) : tile_rows(b->rows - r);
        t.a = d->delta + b->k * d->ldd + b->i + r;
        t.c = d->k <= GEMM_DEPTH ? kept : kept + r * width;
        if (is_last && !OVERLAPS)
            ask_rows(d, at, rows, b->columns);
        pending->onward = pending->rows > 0 ? d->w + at - pending->w : 0;
        multiply_tile(&t, rows, vectors, pending);
        if (is_last)
            make_pending(pending, &t, at, rows, b->columns);
    }
}

/* ---- Gradients of at most FEW terms: each row of W is updated from end to end */

/* The parameters of a row's update, by value, because W is written between its terms. */
struct update_fused_row {
    float *w, *slots[2];
    const float *x;
    size_t ldx, terms;
    float delta[FEW];
    struct update by;
    struct rmsprop_factors factors;
};

/* Updates the vector of weights from j on, of which `left` remain in the row. */
SPECIALIZED void step_vector(const struct update_fused_row *row, size_t j, size_t left,
                             const enum update_kind kind, const bool has_slot, const size_t terms)
{
    vec sum = vec_all(0.0f);
    for (size_t k = 0; k < terms; k++)
        sum = vec_fma(vec_all(row->delta[k]), vec_load_part(row->x + k * row->ldx + j, left), sum);
    if (kind == UPDATE_SGD)
        sgd_vector(&row->by.sgd, row->w + j, sum, has_slot ? row->slots[0] + j : NULL, left);
    else if (kind == UPDATE_ADAM)
        adam_vector(&row->by.adam, row->w + j, sum, row->slots[0] + j, row->slots[1] + j, left);
    else
        rmsprop_vector(&row->factors, row->w + j, sum, row->slots[0] + j, left);
}

SPECIALIZED void step_row(struct update_fused_row row, size_t n, const enum update_kind kind,
                          const bool has_slot, const size_t terms)
{
    size_t j = 0;
    for (; j + VEC_WIDTH <= n; j += VEC_WIDTH)
        step_vector(&row, j, VEC_WIDTH, kind, has_slot, terms);
    if (j < n)
        step_vector(&row, j, n - j, kind, has_slot, terms);
}

SPECIALIZED void step_row_of(const struct update_fused_row *row, size_t n, const size_t terms)
{
    if (row->by.kind == UPDATE_ADAM)
        step_row(*row, n, UPDATE_ADAM, true, terms);
    else if (row->by.kind == UPDATE_RMSPROP)
        step_row(*row, n, UPDATE_RMSPROP, true, terms);
    else if (row->slots[0])
        step_row(*row, n, UPDATE_SGD, true, terms);
    else
        step_row(*row, n, UPDATE_SGD, false, terms);
}

static void update_fused_rows(const struct fused_update *d)
{
    struct update_fused_row row = {.x = d->x, .ldx = d->ldx, .terms = d->k, .by = d->by};
    if (d->by.kind == UPDATE_RMSPROP)
        row.factors = rmsprop_factors(&d->by.rmsprop);
    for (size_t i = 0; i < d->m; i++) {
        row.w = d->w + i * d->ldw;
        for (size_t s = 0; s < 2; s++)
            row.slots[s] = d->slots[s] ? d->slots[s] + i * d->ldw : NULL;
        for (size_t k = 0; k < d->k; k++)
            row.delta[k] = d->delta[k * d->ldd + i];
        if (d->k == 1)
            step_row_of(&row, d->n, 1);
        else
            step_row_of(&row, d->n, row.terms);
    }
}

size_t KERNEL(scratch)(void)
{
    return STRIPE * GEMM_DEPTH + STRIPE * ROWS + LINE_FLOATS - 1;
}

void KERNEL(update_fused)(const struct fused_update *d, float *scratch)
{
    float *packed = on_cache_line(scratch), *kept = packed + STRIPE * GEMM_DEPTH;
    if (d->k <= FEW && !d->pairs) {
        update_fused_rows(d);
        return;
    }
    struct pending pending = {.d = d};
    struct kernel_update_fused_block b;
    if (d->by.kind == UPDATE_RMSPROP)
        pending.factors = rmsprop_factors(&d->by.rmsprop);
    for (b.i = 0; b.i < d->m; b.i += ROWS)
        for (b.j = 0; b.j < d->n; b.j += b.columns) {
            b.rows = d->m - b.i < ROWS ? d->m - b.i : ROWS;
            b.columns = stripe(d->n - b.j);
            for (b.k = 0; b.k < d->k; b.k += b.depth) {
                b.depth = block_depth(d->k - b.k);
                update_fused_block(d, &b, packed, kept, &pending);
            }
        }
    take_rows(&pending);
}

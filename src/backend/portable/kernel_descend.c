/*
 * kernel_descend.c - a gradient that is spent as it is made: W and the optimiser's memory are stepped by delta^T x, tile by
 * tile, and the gradient is stored nowhere.
 *
 * While the sums of one tile are made, the step by the tile before it is taken, a vector for each term: its root and its
 * division leave the units that multiply almost free, and the weights that come next are brought near.
 */
#include "kernel.h"
#include "rmsprop.h"
#include "tile.h"

/* ROWS: of W at a time, where the terms are too many for one block and the sums of a stripe must be kept. */
enum { ROWS = 128, OVERLAPS = VEC_WIDTH == 16 /* fewer registers have no room for both */ };

/* The step that is due, on rows x columns of W. */
struct due {
    const struct descent *d;
    struct rmsprop_factors factors; /* where it is RMSprop's */
    const float *g;                 /* rows of whole vectors */
    float *w, *slots[2];
    size_t rows, columns, width; /* rows 0: nothing is due */
    ptrdiff_t onward;            /* from w to where the step after this one will be due */
};

static void take_rows(const struct due *due)
{
    const struct update *by = &due->d->by;
    for (size_t i = 0; i < due->rows; i++) {
        float *w = due->w + i * due->d->ldw, *slots[2];
        const float *g = due->g + i * due->width;
        for (size_t s = 0; s < 2; s++)
            slots[s] = due->slots[s] ? due->slots[s] + i * due->d->ldw : NULL;
        if (by->kind == UPDATE_SGD)
            KERNEL(sgd)(&by->sgd, w, g, slots[0], due->columns);
        else if (by->kind == UPDATE_ADAM)
            KERNEL(adam)(&by->adam, w, g, slots[0], slots[1], due->columns);
        else
            KERNEL(rmsprop)(&by->rmsprop, w, g, slots[0], due->columns);
    }
}

static inline __attribute__((always_inline)) void multiply(const struct tile *t, const struct due *due,
                                                           const bool pairs, const size_t rows,
                                                           const size_t vectors)
{
    const float *a = t->a, *b = t->b, *g = due->g;
    const size_t a_term = t->a_term, b_term = t->b_term, width = due->width, ldw = due->d->ldw;
    const ptrdiff_t onward = due->onward;
    float *w = due->w, *m = due->slots[0];
    tile_sums sum;
    tile_begin(t, sum, rows, vectors);
    size_t k = t->depth;
    for (size_t i = due->rows; i > 0; i--, w += ldw, m += ldw)
        for (size_t j = 0; j < width; j += VEC_WIDTH, g += VEC_WIDTH) {
            rmsprop_vector(&due->factors, w + j, g, m + j, due->columns - j);
            __builtin_prefetch(w + j + onward, 1);
            __builtin_prefetch(m + j + onward, 1);
            if (k == 0)
                continue;
            tile_add(sum, a, 1, b, pairs, rows, vectors);
            k--, a += a_term, b += b_term;
        }
    for (; k > 0; k--, a += a_term, b += b_term)
        tile_add(sum, a, 1, b, pairs, rows, vectors);
    tile_end(t, sum, rows, vectors);
}

static void multiply_tile(const struct tile *t, size_t rows, size_t vectors, struct due *due)
{
    if (!OVERLAPS || due->d->by.kind != UPDATE_RMSPROP) {
        take_rows(due);
        due->rows = 0;
    }
    if (due->d->pairs)
        TILE_CALL(rows, vectors, multiply, t, due, true);
    else
        TILE_CALL(rows, vectors, multiply, t, due, false);
    due->rows = 0;
}

/* Rows i .. i + rows - 1 of W and columns j .. j + columns - 1, all terms. `kept`: the sums between blocks of terms. */
static void descend_stripe(const struct descent *d, size_t i, size_t rows, size_t j, size_t columns,
                           float *packed, float *kept, struct due *due)
{
    const size_t vectors = vectors_of(columns), width = vectors * VEC_WIDTH;
    const bool lies_well = columns % VEC_WIDTH == 0, is_one_block = d->k <= GEMM_DEPTH;
    for (size_t k = 0; k < d->k; k += GEMM_DEPTH) {
        const size_t depth = d->k - k < GEMM_DEPTH ? d->k - k : GEMM_DEPTH;
        const float *x = d->x + k * d->ldx + j;
        if (!lies_well)
            pack_straight(x, d->ldx, depth, columns, width, packed);
        struct tile t = {.a_term = d->ldd,
                         .b = lies_well ? x : packed,
                         .b_term = lies_well ? d->ldx : width,
                         .depth = depth,
                         .columns = width,
                         .ldc = width,
                         .is_sum = k > 0};
        for (size_t r = 0, here; r < rows; r += here) {
            float *w = d->w + (i + r) * d->ldw + j;
            here = tile_rows(rows - r);
            t.a = d->delta + k * d->ldd + i + r;
            t.c = is_one_block ? kept : kept + r * width; /* what is due is done before c is written */
            due->onward = due->rows > 0 ? w - due->w : 0;
            multiply_tile(&t, here, vectors, due);
            if (k + depth < d->k)
                continue;
            due->g = t.c, due->w = w, due->rows = here, due->columns = columns, due->width = width;
            for (size_t s = 0; s < 2; s++)
                due->slots[s] = d->slots[s] ? d->slots[s] + (i + r) * d->ldw + j : NULL;
        }
    }
}

size_t KERNEL(gemm_scratch)(size_t m, size_t n, size_t k)
{
    (void)m, (void)n, (void)k;
    return STRIPE * GEMM_DEPTH + STRIPE * ROWS + CACHE_LINE / sizeof(float) - 1;
}

void KERNEL(descend)(const struct descent *d, float *scratch)
{
    float *packed = on_cache_line(scratch), *kept = packed + STRIPE * GEMM_DEPTH;
    struct due due = {.d = d, .factors = rmsprop_factors(&d->by.rmsprop)};
    for (size_t i = 0; i < d->m; i += ROWS)
        for (size_t j = 0, columns; j < d->n; j += columns) {
            columns = stripe(d->n - j);
            descend_stripe(d, i, d->m - i < ROWS ? d->m - i : ROWS, j, columns, packed, kept, &due);
        }
    take_rows(&due);
}

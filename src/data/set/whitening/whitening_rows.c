/*
 * whitening_rows.c - whitens rows: y = (x - m) P, in float.
 *
 * The matrix is larger than a cache. So a task is some outputs of the examples that the columns of a panel
 * hold (backend.h, `gather`): y^T = P (x - m)^T, because P is symmetric. The outputs are the outer loop,
 * whose rows of P stay in a cache while the examples pass. A task works through some terms at a time, so that
 * all fits the stack.
 */
#include "../../../base/mem.h"
#include "../../../base/parallel.h"
#include "whitening.h"

enum { TERMS = 128, OUTPUTS = 256 };

static struct raw_example example_at(const struct whitening_rows *r, size_t i)
{
    const size_t at = (r->order ? r->order[i] : r->first + i) * r->scaling->n;
    return (struct raw_example){r->bytes ? r->bytes + at : NULL, r->floats ? r->floats + at : NULL,
                                r->doubles ? r->doubles + at : NULL};
}

/* Outputs j .. j + m - 1, at most OUTPUTS, of the n examples from `first` on. */
static void apply(const struct whitening_rows *r, size_t first, size_t n, size_t j, size_t m)
{
    const struct scaling *s = r->scaling;
    const size_t features = s->n;
    _Alignas(64) float rows[GATHER_MOST_COLUMNS * TERMS];
    _Alignas(64) float panel[GATHER_MOST_COLUMNS * TERMS];
    int32_t row_at[OUTPUTS], term_at[TERMS];
    for (size_t i = 0; i < m; i++)
        row_at[i] = (int32_t)(i * features);
    for (size_t k = 0; k < TERMS; k++)
        term_at[k] = (int32_t)k;
    for (size_t term = 0; term < features; term += TERMS) {
        const size_t terms = features - term < TERMS ? features - term : TERMS;
        for (size_t i = 0; i < n; i++)
            raw_scale(s, r->backend, example_at(r, first + i), term, terms, rows + i * terms);
        r->backend->panel(rows, terms, terms, n, panel);
        r->backend->gather(&(struct gather){.accumulate = term > 0,
                                            .m = m,
                                            .n = n,
                                            .k = terms,
                                            .a = s->matrix + j * features + term,
                                            .rows = row_at,
                                            .terms = term_at,
                                            .b = panel,
                                            .c = r->x + first * features + j,
                                            .ldc = features});
    }
}

static size_t panels_of(const struct whitening_rows *r)
{
    return (r->n + r->backend->panel_columns - 1) / r->backend->panel_columns;
}

static size_t tasks_of(const struct whitening_rows *r)
{
    return panels_of(r) * ((r->scaling->n + OUTPUTS - 1) / OUTPUTS);
}

static void apply_task(void *work, size_t task, int worker)
{
    const struct whitening_rows *r = work;
    const size_t most = r->backend->panel_columns, first = task % panels_of(r) * most,
                 j = task / panels_of(r) * OUTPUTS, left = r->n - first, outputs = r->scaling->n - j;
    (void)worker;
    apply(r, first, left < most ? left : most, j, outputs < OUTPUTS ? outputs : OUTPUTS);
}

void whitening_apply(bl_context *pool, struct whitening_rows *r)
{
    if (pool) {
        parallel_for(pool, pool->threads, tasks_of(r), NULL, apply_task, r);
        return;
    }
    for (size_t task = 0; task < tasks_of(r); task++)
        apply_task(r, task, 0);
}

bl_status whitening_keep(bl_data *data)
{
    bl_context *ctx = data->ctx;
    float *x = NULL;
    mem_free(ctx, data->whitened);
    data->whitened = NULL;
    if (!data->scaling.matrix || data->n > WHITENED_MOST / sizeof *x / data->features)
        return BL_OK;
    BL_TRY(parallel_need(ctx, 0));
    if (MEM_ARRAY(ctx, &x, data->n * data->features, "whitened examples") != BL_OK)
        return BL_OK; /* they are whitened when they are needed */
    whitening_apply(ctx, &(struct whitening_rows){.scaling = &data->scaling,
                                                  .backend = ctx->backend,
                                                  .bytes = data->bytes,
                                                  .floats = data->floats,
                                                  .doubles = data->doubles,
                                                  .n = data->n,
                                                  .x = x});
    data->whitened = x;
    return BL_OK;
}

/*
 * split.c - draws examples for testing and validation from a set.
 *
 * The draw depends only on the seed, the number of examples and their classes, so that the same file gives
 * the same splits again. data_read_part relies on this.
 */
#include "split.h"

#include "../../base/mem.h"
#include "../../base/rng.h"

#include <stdlib.h>
#include <string.h>

void data_move_notes(bl_data *to, bl_data *from)
{
    to->notes = from->notes;
    to->n_notes = from->n_notes;
    from->notes = NULL;
    from->n_notes = 0;
}

/* ---- Rows drawn from the training set */

/* A draw of rows. They are put in a random order, or keep theirs; then the first wanted[k] rows of each class
   k are drawn. The drawn rows and the others keep this order. Regression targets count as one class. */
struct draw {
    uint32_t *order, *rest, *taken;
    size_t *wanted, *there; /* for each class, the rows to draw and the rows that exist */
    size_t n, classes, n_rest, n_taken;
};

static void draw_free(bl_context *ctx, struct draw *d)
{
    mem_free(ctx, d->order);
    mem_free(ctx, d->rest);
    mem_free(ctx, d->taken);
    mem_free(ctx, d->wanted);
    mem_free(ctx, d->there);
}

static size_t class_at(const bl_data *data, size_t row)
{
    return data->labels ? (size_t)data->labels[row] : 0;
}

static bl_status draw_begin(struct draw *d, const bl_data *data)
{
    bl_context *ctx = data->ctx;
    d->n = data->n;
    d->classes = data->labels ? (size_t)data->outputs : 1;
    BL_TRY(MEM_ARRAY(ctx, &d->order, d->n, "a split"));
    BL_TRY(MEM_ARRAY(ctx, &d->rest, d->n, "a split"));
    BL_TRY(MEM_ARRAY(ctx, &d->taken, d->n, "a split"));
    BL_TRY(MEM_ARRAY(ctx, &d->wanted, d->classes, "a split"));
    BL_TRY(MEM_ARRAY(ctx, &d->there, d->classes, "a split"));
    for (size_t i = 0; i < d->n; i++) {
        d->order[i] = (uint32_t)i;
        d->there[class_at(data, i)]++;
    }
    return BL_OK;
}

/* Draws a fraction of each class, rounded; at least one example of each class remains. */
static void want_fraction(struct draw *d, double fraction)
{
    for (size_t k = 0; k < d->classes; k++) {
        const size_t n = d->there[k], taken = (size_t)(fraction * (double)n + 0.5);
        d->wanted[k] = taken < n ? taken : n > 0 ? n - 1 : 0;
    }
}

/* How far a class is below its share of `total`. The last example of a class is never drawn. */
static double behind(const struct draw *d, size_t k, size_t total)
{
    const double share = (double)total * (double)d->there[k] / (double)d->n;
    return d->wanted[k] + 1 < d->there[k] ? share - (double)d->wanted[k] : -1e300;
}

/* Draws `total` rows in proportion to the classes, by the method of largest remainders (Hamilton's
   method). */
static void want_total(struct draw *d, size_t total)
{
    size_t given = 0;
    for (size_t k = 0; k < d->classes; k++) {
        const size_t share = (size_t)((double)total * (double)d->there[k] / (double)d->n);
        d->wanted[k] = share < d->there[k] ? share : d->there[k] > 0 ? d->there[k] - 1 : 0;
        given += d->wanted[k];
    }
    for (; given < total; given++) {
        size_t most = 0;
        for (size_t k = 1; k < d->classes; k++)
            most = behind(d, k, total) > behind(d, most, total) ? k : most;
        if (behind(d, most, total) < -1e299)
            return;
        d->wanted[most]++;
    }
}

static void deal(struct draw *d, const bl_data *data)
{
    for (size_t i = 0; i < d->n; i++) {
        const uint32_t row = d->order[i];
        size_t *wanted = &d->wanted[class_at(data, row)];
        if (*wanted > 0) {
            (*wanted)--;
            d->taken[d->n_taken++] = row;
        } else {
            d->rest[d->n_rest++] = row;
        }
    }
}

/* Moves the drawn rows to *taken. The others become the training set, which keeps the notes. */
static bl_status separate_rows(struct split *split, const struct draw *d, bl_data **taken, const char *what)
{
    bl_data *all = split->train, *rest = NULL;
    BL_TRY(data_subset(taken, all->ctx, all, d->taken, d->n_taken, what));
    BL_TRY(data_subset(&rest, all->ctx, all, d->rest, d->n_rest, "the training set"));
    split->train = rest;
    data_move_notes(rest, all);
    data_free(all);
    return BL_OK;
}

bool fold_parse(const char *text, size_t *fold, size_t *folds)
{
    struct slice rest = slice_of(text), first, second;
    return slice_next(&rest, '/', &first) && text_to_size(first, fold) && slice_next(&rest, '/', &second) &&
           text_to_size(second, folds) && !rest.at && *fold >= 1 && *fold <= *folds && *folds >= 2 &&
           *folds <= MOST_FOLDS;
}

/* Number i of class k, in the order of the draw, belongs to part (number of rows in the classes before k + i)
   mod folds: every row is in one part, and parts differ by at most one row, also in each class. */
static void deal_fold(struct draw *d, const bl_data *data, size_t fold, size_t folds)
{
    size_t before = 0;
    for (size_t k = 0; k < d->classes; k++) {
        d->wanted[k] = before; /* the place of the class's next row */
        before += d->there[k];
    }
    for (size_t i = 0; i < d->n; i++) {
        const uint32_t row = d->order[i];
        const size_t place = d->wanted[class_at(data, row)]++;
        *(place % folds == fold - 1 ? &d->taken[d->n_taken++] : &d->rest[d->n_rest++]) = row;
    }
}

static bl_status check_folds(const struct draw *d, const bl_data *all, size_t folds)
{
    if (folds > d->n)
        BL_FAIL(all->ctx, BL_BAD_VALUE, "%zu folds of the %zu examples in %s, expected at most one for each",
                folds, d->n, all->source);
    for (size_t k = 0; all->labels && k < d->classes; k++)
        if (d->there[k] == 1)
            BL_FAIL(all->ctx, BL_BAD_VALUE,
                    "%s: class %zu has one example: the fold that tests it has none to train on", all->source,
                    k);
    return BL_OK;
}

static bl_status draw_fold(struct draw *d, struct split *split)
{
    bl_data *all = split->train;
    const struct data_options *o = split->options;
    const struct rng rng = {.seed = o->seed, .stream = RNG_SPLIT, .layer = 2};
    BL_TRY(draw_begin(d, all));
    BL_TRY(check_folds(d, all, o->folds));
    rng_permutation(&rng, all->n, d->order);
    deal_fold(d, all, o->fold, o->folds);
    return separate_rows(split, d, &split->test, "the test set");
}

static bl_status draw_test(struct draw *d, struct split *split)
{
    bl_data *all = split->train;
    const double fraction = split->options->test_fraction;
    const struct rng rng = {.seed = split->options->seed, .stream = RNG_SPLIT};
    BL_TRY(draw_begin(d, all));
    rng_permutation(&rng, all->n, d->order);
    want_fraction(d, fraction);
    deal(d, all);
    if (d->n_taken == 0)
        BL_FAIL(split->ctx, BL_BAD_VALUE,
                "test-fraction %g of the %zu examples in %s leaves none for testing", fraction, all->n,
                all->source);
    return separate_rows(split, d, &split->test, "the test set");
}

bl_status split_test(struct split *split)
{
    struct draw d = {0};
    const bl_status status = split->options->folds > 0 ? draw_fold(&d, split) : draw_test(&d, split);
    split->rows = d.rest;
    d.rest = NULL;
    draw_free(split->ctx, &d);
    return status;
}

void split_free(struct split *split)
{
    data_free(split->train);
    data_free(split->val);
    data_free(split->test);
    mem_free(split->ctx, split->rows);
}

/* ---- Validation */

static int by_row(const void *a, const void *b)
{
    const uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

/* Takes the last rows of the file of those that are left, in the file's order. */
static bl_status choose_last(struct draw *d, const struct split *split, size_t val)
{
    const uint32_t *rows = split->rows;
    uint32_t *sorted = d->order;
    if (!rows) {
        for (size_t i = 0; i < d->n; i++)
            *(i + val < d->n ? &d->rest[d->n_rest++] : &d->taken[d->n_taken++]) = (uint32_t)i;
        return BL_OK;
    }
    memcpy(sorted, rows, d->n * sizeof *rows);
    qsort(sorted, d->n, sizeof *sorted, by_row);
    const uint32_t first = sorted[d->n - val];
    uint32_t *place = NULL; /* of each row of the file in the training set */
    BL_TRY(MEM_ARRAY(split->ctx, &place, (size_t)sorted[d->n - 1] + 1, "a split"));
    for (size_t i = 0; i < d->n; i++) {
        place[rows[i]] = (uint32_t)i;
        if (rows[i] < first)
            d->rest[d->n_rest++] = (uint32_t)i;
    }
    for (size_t i = d->n - val; i < d->n; i++)
        d->taken[d->n_taken++] = place[sorted[i]];
    mem_free(split->ctx, place);
    return BL_OK;
}

static void choose_drawn(struct draw *d, const struct split *split, size_t val)
{
    const struct rng rng = {.seed = split->options->seed, .stream = RNG_SPLIT, .layer = 1};
    rng_permutation(&rng, d->n, d->order);
    want_total(d, val);
    deal(d, split->train);
    qsort(d->rest, d->n_rest, sizeof *d->rest, by_row);
    qsort(d->taken, d->n_taken, sizeof *d->taken, by_row);
}

static bl_status draw_val(struct draw *d, struct split *split, size_t val)
{
    bl_data *all = split->train;
    BL_TRY(draw_begin(d, all));
    if (split->options->val_is_last)
        BL_TRY(choose_last(d, split, val));
    else
        choose_drawn(d, split, val);
    if (d->n_taken != val)
        BL_FAIL(split->ctx, BL_BAD_VALUE,
                "val %zu of the %zu training examples in %s leaves some class without training examples", val,
                all->n, all->source);
    return separate_rows(split, d, &split->val, "the validation set");
}

bl_status split_val(struct split *split)
{
    const struct data_options *o = split->options;
    const size_t n = split->train->n;
    const size_t val = o->val_fraction > 0.0 ? (size_t)(o->val_fraction * (double)n + 0.5) : o->val;
    if (val == 0)
        return BL_OK;
    if (val >= n)
        BL_FAIL(split->ctx, BL_BAD_VALUE, "val %zu, expected less than the %zu training examples in %s", val,
                n, split->train->source);
    struct draw d = {0};
    const bl_status status = draw_val(&d, split, val);
    draw_free(split->ctx, &d);
    return status;
}

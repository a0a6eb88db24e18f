/*
 * load.c - training, validation and test set: what is read, what is put aside, and that all are scaled alike.
 */
#include "../base/mem.h"
#include "../base/rng.h"
#include "readers.h"

#include <stdlib.h>
#include <string.h>

/* All that one load makes; one call frees it. */
struct load {
    bl_context *ctx;
    const struct data_options *options;
    bl_data *train, *val, *test;
};

static bl_status check_options(bl_context *ctx, const struct data_options *o, const char *test_where)
{
    if (!(o->test_fraction >= 0.0 && o->test_fraction < 1.0))
        BL_FAIL(ctx, BL_BAD_VALUE, "test-fraction %g, expected 0 or more and less than 1", o->test_fraction);
    if (test_where && o->test_fraction > 0.0)
        BL_FAIL(ctx, BL_BAD_VALUE, "a test set (%s) and test-fraction %g, expected one of the two",
                test_where, o->test_fraction);
    return BL_OK;
}

/* The class names of how->like hold for what is read like it. */
static bl_status read_like(bl_data **out, const struct reading *how, const struct location *from,
                           const char *part)
{
    bl_data *data = NULL;
    BL_TRY(location_read(&data, how, from, part));
    const bl_data *like = how->like;
    data->class_match = like->class_match;
    data->is_resized = like->is_resized;
    const bl_status status =
        names_copy(how->ctx, &data->class_names, like->class_names, (size_t)like->outputs);
    if (status == BL_OK)
        *out = data;
    else
        data_free(data);
    return status;
}

/* What was noted of all the examples holds for those that remain. Frees `from`. */
static void move_notes(bl_data *to, bl_data *from)
{
    to->notes = from->notes;
    to->n_notes = from->n_notes;
    from->notes = NULL;
    from->n_notes = 0;
    data_free(from);
}

/* ---- Rows drawn from the training set */

/* Rows in the order they are looked at: shuffled, or as they are. The first `wanted` of each class are taken, the others
   stay, both in that order. Numbers to come near to are one class. */
struct draw {
    uint32_t *order, *rest, *taken;
    size_t *wanted, *there; /* a class */
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

/* Rounded; at least one example of each class stays. */
static void want_fraction(struct draw *d, double fraction)
{
    for (size_t k = 0; k < d->classes; k++) {
        const size_t n = d->there[k], taken = (size_t)(fraction * (double)n + 0.5);
        d->wanted[k] = taken < n ? taken : n > 0 ? n - 1 : 0;
    }
}

/* How far a class is behind its share of `total`, which it may not reach with its last example. */
static double behind(const struct draw *d, size_t k, size_t total)
{
    const double share = (double)total * (double)d->there[k] / (double)d->n;
    return d->wanted[k] + 1 < d->there[k] ? share - (double)d->wanted[k] : -1e300;
}

/* As many as are wanted in all, each class by its share, the largest remainders first (Hamilton's method). */
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

static bl_status draw_test(struct draw *d, struct load *load)
{
    bl_data *all = load->train, *rest = NULL;
    const double fraction = load->options->test_fraction;
    const struct rng rng = {.seed = load->options->seed, .stream = RNG_SPLIT};
    BL_TRY(draw_begin(d, all));
    rng_permutation(&rng, all->n, d->order);
    want_fraction(d, fraction);
    deal(d, all);
    if (d->n_taken == 0)
        BL_FAIL(load->ctx, BL_BAD_VALUE, "test-fraction %g of the %zu examples in %s leaves none for testing",
                fraction, all->n, all->source);
    BL_TRY(data_subset(&load->test, all, d->taken, d->n_taken, "the test set"));
    BL_TRY(data_subset(&rest, all, d->rest, d->n_rest, "the training set"));
    load->train = rest;
    move_notes(rest, all);
    return BL_OK;
}

static bl_status split_test(struct load *load)
{
    struct draw d = {0};
    const bl_status status = draw_test(&d, load);
    draw_free(load->ctx, &d);
    return status;
}

/* ---- Validation */

static int by_row(const void *a, const void *b)
{
    const uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

static void choose_val(struct draw *d, const struct load *load, size_t val)
{
    const struct rng rng = {.seed = load->options->seed, .stream = RNG_SPLIT, .layer = 1};
    if (load->options->val_is_last) {
        for (size_t i = 0; i < d->n; i++)
            *(i + val < d->n ? &d->rest[d->n_rest++] : &d->taken[d->n_taken++]) = (uint32_t)i;
        return;
    }
    rng_permutation(&rng, d->n, d->order);
    want_total(d, val);
    deal(d, load->train);
    qsort(d->rest, d->n_rest, sizeof *d->rest, by_row);
    qsort(d->taken, d->n_taken, sizeof *d->taken, by_row);
}

static bl_status draw_val(struct draw *d, struct load *load, size_t val)
{
    bl_data *all = load->train, *rest = NULL;
    BL_TRY(draw_begin(d, all));
    choose_val(d, load, val);
    if (d->n_taken != val)
        BL_FAIL(load->ctx, BL_BAD_VALUE,
                "val %zu of the %zu training examples in %s leaves some class without any to train on", val,
                all->n, all->source);
    BL_TRY(data_subset(&load->val, all, d->taken, d->n_taken, "the validation set"));
    BL_TRY(data_subset(&rest, all, d->rest, d->n_rest, "the training set"));
    load->train = rest;
    move_notes(rest, all);
    return BL_OK;
}

static bl_status split_val(struct load *load)
{
    const struct data_options *o = load->options;
    const size_t n = load->train->n;
    const size_t val = o->val_fraction > 0.0 ? (size_t)(o->val_fraction * (double)n + 0.5) : o->val;
    if (val == 0)
        return BL_OK;
    if (val >= n)
        BL_FAIL(load->ctx, BL_BAD_VALUE, "val %zu, expected less than the %zu training examples in %s", val,
                n, load->train->source);
    struct draw d = {0};
    const bl_status status = draw_val(&d, load, val);
    draw_free(load->ctx, &d);
    return status;
}

/* ---- All together */

static bl_status check_targets(const bl_data *train)
{
    for (int k = 0; k < train->outputs; k++)
        if (train->target_scaling.scale[k] == 0.0)
            BL_FAIL(train->ctx, BL_BAD_DATA,
                    "%s: one and the same target in all %zu training examples, %.17g in double precision",
                    train->source, train->n, train->targets[k]);
    return BL_OK;
}

static bl_status check_classes(const bl_data *train)
{
    if (!train->labels)
        return BL_OK;
    for (size_t i = 1; i < train->n; i++)
        if (train->labels[i] != train->labels[0])
            return BL_OK;
    const int only = (int)train->labels[0];
    const char *name = train->class_names ? train->class_names[only] : "";
    BL_FAIL(train->ctx, BL_BAD_DATA,
            "%s: only one class, %d%s%s%s, in all %zu training examples; expected at least 2", train->source,
            only, *name ? " (" : "", text_shown(name, strlen(name)).text, *name ? ")" : "", train->n);
}

static bl_status read_other(struct load *load, const struct reading *how, const char *where)
{
    struct location from;
    BL_TRY(location_find(&from, load->ctx, where, load->options));
    return read_like(&load->test, how, &from, "test");
}

static bl_status read_test(struct load *load, const struct location *from, const char *test_where)
{
    const bool has_own = load->train->has_test_beside || location_has_part(from, "test");
    const bool is_drawn = load->options->test_fraction > 0.0;
    const struct reading how = {load->ctx, NULL, load->options, load->train};
    if (test_where)
        return read_other(load, &how, test_where);
    if (has_own && is_drawn)
        BL_FAIL(load->ctx, BL_BAD_VALUE, "test-fraction %g, but %s has a test set of its own",
                load->options->test_fraction, from->path);
    if (is_drawn)
        return split_test(load);
    return has_own ? read_like(&load->test, &how, from, "test") : BL_OK;
}

static bl_status scale_like(bl_data *data, const bl_data *like)
{
    if (!data)
        return BL_OK;
    BL_TRY(scaling_copy(data->ctx, &data->target_scaling, &like->target_scaling));
    BL_TRY(scaling_copy(data->ctx, &data->scaling, &like->scaling));
    return scaling_check(data);
}

static bl_status scale(struct load *load)
{
    BL_TRY(scaling_fit(load->train));
    if (load->train->targets) {
        BL_TRY(scaling_fit_targets(load->train));
        BL_TRY(check_targets(load->train));
    }
    BL_TRY(scale_like(load->val, load->train));
    return scale_like(load->test, load->train);
}

static bl_status load_all(struct load *load, const char *where, const char *test_where)
{
    const struct reading how = {load->ctx, NULL, load->options, NULL};
    struct location from;
    BL_TRY(check_options(load->ctx, load->options, test_where));
    BL_TRY(location_find(&from, load->ctx, where, load->options));
    BL_TRY(location_read(&load->train, &how, &from, "train"));
    BL_TRY(shape_take(load->train, load->options));
    BL_TRY(read_test(load, &from, test_where));
    BL_TRY(split_val(load));
    BL_TRY(check_classes(load->train));
    return scale(load);
}

bl_status data_load(bl_data **train, bl_data **val, bl_data **test, bl_context *ctx, const char *where,
                    const char *test_where, const struct data_options *options)
{
    struct data_options labelled = *options;
    labelled.has_labels = true; /* nothing is learned without */
    struct load load = {.ctx = ctx, .options = &labelled};
    const bl_status status = load_all(&load, where, test_where);
    if (status != BL_OK) {
        data_free(load.train);
        data_free(load.val);
        data_free(load.test);
        return status;
    }
    *train = load.train;
    *val = load.val;
    *test = load.test;
    return BL_OK;
}

bl_status data_read_like(bl_data **out, bl_context *ctx, const char *where, const char *part,
                         const struct data_options *options, const bl_data *like)
{
    if (!part || (strcmp(part, "train") != 0 && strcmp(part, "test") != 0))
        BL_FAIL(ctx, BL_BAD_VALUE, "part \"%s\", expected train or test", part ? part : "");
    const struct reading how = {ctx, NULL, options, like};
    struct location from;
    BL_TRY(location_find(&from, ctx, where, options));
    bl_data *data = NULL;
    BL_TRY(read_like(&data, &how, &from, part));
    bl_status status = shape_check(data, options, like);
    if (status == BL_OK)
        status = scale_like(data, like);
    if (status == BL_OK)
        *out = data;
    else
        data_free(data);
    return status;
}

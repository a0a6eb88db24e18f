/*
 * load.c - training, validation and test set: what is read, what is put aside, and that all are scaled alike.
 */
#include "../base/mem.h"
#include "../base/rng.h"
#include "readers.h"

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
    const bl_status status =
        names_copy(how->ctx, &data->class_names, like->class_names, (size_t)like->outputs);
    if (status == BL_OK)
        *out = data;
    else
        data_free(data);
    return status;
}

/* ---- A test set drawn from the training set */

/* The first `wanted` examples of each class in the shuffled order go to `test`, the others to `train`, in
   that order. */
struct draw {
    uint32_t *order, *train, *test;
    size_t *wanted; /* a class */
    size_t n_train, n_test;
};

/* Rounded; at least one example of each class stays. */
static void count_wanted(struct draw *d, const bl_data *data, double fraction)
{
    for (size_t i = 0; i < data->n; i++)
        d->wanted[data->labels[i]]++;
    for (int k = 0; k < data->outputs; k++) {
        const size_t n = d->wanted[k];
        const size_t taken = (size_t)(fraction * (double)n + 0.5);
        d->wanted[k] = taken < n ? taken : n > 0 ? n - 1 : 0;
    }
}

static void deal(struct draw *d, const bl_data *data)
{
    for (size_t i = 0; i < data->n; i++) {
        const uint32_t row = d->order[i];
        size_t *wanted = &d->wanted[data->labels[row]];
        if (*wanted > 0) {
            (*wanted)--;
            d->test[d->n_test++] = row;
        } else {
            d->train[d->n_train++] = row;
        }
    }
}

static bl_status draw_test(struct draw *d, struct load *load)
{
    bl_data *all = load->train, *rest = NULL;
    const double fraction = load->options->test_fraction;
    BL_TRY(MEM_ARRAY(load->ctx, &d->order, all->n, "the test split"));
    BL_TRY(MEM_ARRAY(load->ctx, &d->train, all->n, "the test split"));
    BL_TRY(MEM_ARRAY(load->ctx, &d->test, all->n, "the test split"));
    BL_TRY(MEM_ARRAY(load->ctx, &d->wanted, (size_t)all->outputs, "the test split"));
    const struct rng rng = {.seed = load->options->seed, .stream = RNG_SPLIT};
    rng_permutation(&rng, all->n, d->order);
    count_wanted(d, all, fraction);
    deal(d, all);
    if (d->n_test == 0)
        BL_FAIL(load->ctx, BL_BAD_VALUE, "test-fraction %g of the %zu examples in %s leaves none for testing",
                fraction, all->n, all->source);
    BL_TRY(data_subset(&load->test, all, d->test, d->n_test, "the test set"));
    BL_TRY(data_subset(&rest, all, d->train, d->n_train, "the training set"));
    data_free(all);
    load->train = rest;
    return BL_OK;
}

static bl_status split_test(struct load *load)
{
    struct draw d = {0};
    const bl_status status = draw_test(&d, load);
    mem_free(load->ctx, d.order);
    mem_free(load->ctx, d.train);
    mem_free(load->ctx, d.test);
    mem_free(load->ctx, d.wanted);
    return status;
}

/* ---- Validation: the last training examples */

static bl_status last_rows(struct load *load, uint32_t *order, size_t val)
{
    bl_data *train = load->train;
    for (size_t i = 0; i < val; i++)
        order[i] = (uint32_t)(train->n - val + i);
    BL_TRY(data_subset(&load->val, train, order, val, "the validation set"));
    train->n -= val;
    train->hash = data_hash(train);
    return BL_OK;
}

static bl_status split_val(struct load *load)
{
    const size_t val = load->options->val;
    if (val == 0)
        return BL_OK;
    if (val >= load->train->n)
        BL_FAIL(load->ctx, BL_BAD_VALUE, "val %zu, expected less than the %zu training examples in %s", val,
                load->train->n, load->train->source);
    uint32_t *order = NULL;
    BL_TRY(MEM_ARRAY(load->ctx, &order, val, "the validation split"));
    const bl_status status = last_rows(load, order, val);
    mem_free(load->ctx, order);
    return status;
}

/* ---- All together */

static bl_status check_classes(const bl_data *train)
{
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
    const bool has_own = from->is_folder && folder_has_part(from->path, "test");
    const bool is_drawn = load->options->test_fraction > 0.0;
    const struct reading how = {load->ctx, NULL, load->options, load->train};
    if (test_where)
        return read_other(load, &how, test_where);
    if (has_own && is_drawn)
        BL_FAIL(load->ctx, BL_BAD_VALUE, "test-fraction %g, but %s has a test set of its own",
                load->options->test_fraction, from->path);
    if (is_drawn)
        return split_test(load);
    if (from->is_folder)
        return read_like(&load->test, &how, from, "test");
    return BL_OK;
}

static bl_status scale(struct load *load)
{
    BL_TRY(scaling_fit(load->train));
    if (load->val)
        BL_TRY(scaling_copy(load->ctx, &load->val->scaling, &load->train->scaling));
    if (load->test)
        BL_TRY(scaling_copy(load->ctx, &load->test->scaling, &load->train->scaling));
    return BL_OK;
}

static bl_status load_all(struct load *load, const char *where, const char *test_where)
{
    const struct reading how = {load->ctx, NULL, load->options, NULL};
    struct location from;
    BL_TRY(check_options(load->ctx, load->options, test_where));
    BL_TRY(location_find(&from, load->ctx, where, load->options));
    BL_TRY(location_read(&load->train, &how, &from, "train"));
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
    const bl_status status = scaling_copy(ctx, &data->scaling, &like->scaling);
    if (status == BL_OK)
        *out = data;
    else
        data_free(data);
    return status;
}

/*
 * training_sets.c - loads training, validation and test set: reads them, holds out examples, and applies the
 * same scaling to all.
 */
#include "training_sets.h"
#include "source.h"

#include "../../base/mem.h"
#include "../set/data_internal.h"
#include "../set/held_out.h"
#include "../set/split.h"
#include "../set/whitening/whitening.h"

#include <math.h>
#include <string.h>

static bl_status check_options(bl_context *ctx, const struct data_options *o, const char *test_where)
{
    if (!(o->test_fraction >= 0.0 && o->test_fraction < 1.0))
        BL_FAIL(ctx, BL_BAD_VALUE, "test-fraction %g, expected 0 or more and less than 1", o->test_fraction);
    if (test_where && o->test_fraction > 0.0)
        BL_FAIL(ctx, BL_BAD_VALUE, "a test set (%s) and test-fraction %g, expected one of the two",
                test_where, o->test_fraction);
    if (o->folds > 0 && (test_where || o->test_fraction > 0.0))
        BL_FAIL(ctx, BL_BAD_VALUE, "fold %zu/%zu and %s%s, expected one of the two", o->fold, o->folds,
                test_where ? "a test set: " : "test-fraction", test_where ? test_where : "");
    return BL_OK;
}

/* The set gets the class names of how->schema. */
bl_status load_with_schema(bl_data **out, const struct reading *how, const struct location *from,
                           const char *part)
{
    bl_data *data = NULL;
    BL_TRY(location_read(&data, how, from, part));
    const bl_data *schema = how->schema;
    data->class_match = schema->class_match;
    data->is_resized = schema->is_resized;
    const bl_status status =
        names_copy(how->ctx, &data->class_names, schema->class_names, (size_t)schema->outputs);
    if (status == BL_OK)
        *out = data;
    else
        data_free(data);
    return status;
}

/* ---- All together */

static bl_status check_targets(const bl_data *train)
{
    for (int k = 0; k < train->outputs; k++)
        if (train->target_scaling.scale[k] == 0.0)
            BL_FAIL(train->ctx, BL_BAD_DATA,
                    "%s: all %zu training examples have the same target, %.17g in double precision",
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

static bl_status read_other(struct split *load, const struct reading *how, const char *where)
{
    struct location from;
    BL_TRY(location_find(&from, load->ctx, where, load->options));
    BL_TRY(load_with_schema(&load->test, how, &from, "test"));
    if (load->test->n != load->train->n || load->test->hash != load->train->hash)
        return BL_OK;
    return data_add_note(
        load->train,
        "the test set has the examples of the training set, so its error does not estimate that on new "
        "examples (--test-fraction 0.2 holds some out instead of --test)");
}

static bl_status read_test(struct split *load, const struct location *from, const char *test_where)
{
    const bool has_own = load->train->has_test_beside || location_has_part(from, "test");
    const struct data_options *o = load->options;
    const bool is_drawn = o->test_fraction > 0.0 || o->folds > 0;
    const struct reading how = {load->ctx, NULL, load->options, load->train};
    if (test_where)
        return read_other(load, &how, test_where);
    if (has_own && o->folds > 0)
        BL_FAIL(load->ctx, BL_BAD_VALUE, "fold %zu/%zu, but %s already includes a test set", o->fold,
                o->folds, from->path);
    if (has_own && is_drawn)
        BL_FAIL(load->ctx, BL_BAD_VALUE, "test-fraction %g, but %s already includes a test set",
                o->test_fraction, from->path);
    if (is_drawn)
        return split_test(load);
    return has_own ? load_with_schema(&load->test, &how, from, "test") : BL_OK;
}

/* The largest of the numbers that are not bytes; 0 if there are none. */
static double largest_number(const bl_data *data)
{
    double most = 0.0;
    for (size_t i = 0; data->floats && i < data->n * data->features; i++)
        most = fmax(most, (double)data->floats[i]);
    for (size_t i = 0; data->doubles && i < data->n * data->features; i++)
        most = fmax(most, data->doubles[i]);
    return most;
}

/* Adds a note about pixels in other units than those of the training set, such as 0 to 1 and 0 to 255. One
   pair of offset and scale tells the units of training: with normalize range its largest number, with global
   one a deviation above the mean. The pair 0 and 1 tells nothing. */
static bl_status note_units(bl_data *data, const bl_data *schema)
{
    enum { FAR = 50 };
    const struct scaling *s = &schema->scaling;
    if (s->n != 1 || scaling_is_identity(s) || !(s->scale[0] > 0.0) || shape_is_vector(schema->shape))
        return BL_OK;
    const double trained = s->offset[0] + 1.0 / s->scale[0],
                 found = data->bytes ? (double)UINT8_MAX : largest_number(data);
    if (!(trained > 0.0 && found > 0.0) || (found < FAR * trained && trained < FAR * found))
        return BL_OK;
    return data_add_note(data,
                         "the largest number is %g, and the numbers of the training set were up to about %g: "
                         "are the units the same?",
                         found, trained);
}

static bl_status scale_with_schema(bl_data *data, const bl_data *schema)
{
    if (!data)
        return BL_OK;
    BL_TRY(note_units(data, schema));
    BL_TRY(scaling_copy(data->ctx, &data->target_scaling, &schema->target_scaling));
    BL_TRY(scaling_copy(data->ctx, &data->scaling, &schema->scaling));
    BL_TRY(scaling_check(data));
    return whitening_keep(data);
}

/* Fits the scaling, or takes it from where it was kept: the whitening takes a minute to compute for CIFAR. */
static bl_status fit(bl_data *train, const struct data_options *o)
{
    bool is_known = false;
    char cache[BL_PATH_ROOM];
    const bool whitens = train->normalize == NORMALIZE_ZCA,
               has_cache = whitens && o->uses_cache && named_cache(cache, "/whitening");
    if (whitens && o->run)
        BL_TRY(whitening_of_run(&is_known, train, o->run));
    if (!is_known && has_cache)
        BL_TRY(whitening_of_cache(&is_known, train, cache));
    if (is_known)
        return BL_OK;
    BL_TRY(scaling_fit(train));
    return has_cache ? whitening_to_cache(train, cache) : BL_OK;
}

static bl_status scale(struct split *load)
{
    load->train->normalize = load->options->normalize;
    load->train->epsilon = load->options->epsilon;
    BL_TRY(fit(load->train, load->options));
    if (load->train->scaling.matrix || load->train->normalize == NORMALIZE_NONE)
        BL_TRY(scaling_check(load->train));
    if (!load->options->is_augmented)
        BL_TRY(whitening_keep(load->train));
    if (load->train->targets) {
        BL_TRY(scaling_fit_targets(load->train));
        BL_TRY(check_targets(load->train));
    }
    BL_TRY(scale_with_schema(load->val, load->train));
    return scale_with_schema(load->test, load->train);
}

/* ---- The description of the data that a model stores */

static struct data_origin origin_of(const bl_data *all, const struct data_options *o)
{
    struct data_origin origin = {.test = TEST_IS_NONE,
                                 .n = all->n,
                                 .hash = all->hash,
                                 .seed = o->seed,
                                 .val = o->val,
                                 .val_fraction = o->val_fraction,
                                 .test_fraction = o->test_fraction,
                                 .fold = o->fold,
                                 .folds = o->folds,
                                 .val_is_last = o->val_is_last};
    text_append(origin.source, sizeof origin.source, "%s", text_shown(all->source, strlen(all->source)).text);
    memcpy(origin.label, all->origin.label, sizeof origin.label);
    return origin;
}

static void add_test(struct data_origin *origin, const bl_data *test, const char *test_where)
{
    if (!test)
        return;
    const bool is_drawn = origin->test_fraction > 0.0 || origin->folds > 0;
    origin->test = test_where ? TEST_IS_OTHER : is_drawn ? TEST_IS_DRAWN : TEST_IS_OWN;
    origin->n_test = test->n;
    origin->test_hash = test->hash;
    text_append(origin->test_source, sizeof origin->test_source, "%s",
                text_shown(test->source, strlen(test->source)).text);
}

static bl_status load_all(struct split *load, const char *where, const char *test_where)
{
    const struct reading how = {load->ctx, NULL, load->options, NULL};
    struct location from;
    BL_TRY(check_options(load->ctx, load->options, test_where));
    BL_TRY(location_find(&from, load->ctx, where, load->options));
    BL_TRY(location_read(&load->train, &how, &from, "train"));
    BL_TRY(shape_take(load->train, load->options));
    struct data_origin origin = origin_of(load->train, load->options);
    BL_TRY(read_test(load, &from, test_where));
    add_test(&origin, load->test, test_where);
    BL_TRY(split_val(load));
    load->train->origin = origin;
    BL_TRY(check_classes(load->train));
    if (load->val || origin.test == TEST_IS_DRAWN)
        BL_TRY(held_out_note(load->train));
    return scale(load);
}

bl_status data_load(bl_data **train, bl_data **val, bl_data **test, bl_context *ctx, const char *where,
                    const char *test_where, const struct data_options *options)
{
    struct data_options labelled = *options;
    labelled.has_labels = true; /* training needs labels */
    struct split load = {.ctx = ctx, .options = &labelled};
    const bl_status status = load_all(&load, where, test_where);
    if (status == BL_OK) {
        *train = load.train;
        *val = load.val;
        *test = load.test;
        load.train = load.val = load.test = NULL;
    }
    split_free(&load);
    return status;
}

bl_status load_finish_with_schema(bl_data **out, bl_data *data, const struct data_options *options,
                                  const bl_data *schema)
{
    bl_status status = shape_check(data, options, schema);
    if (status == BL_OK)
        status = scale_with_schema(data, schema);
    if (status == BL_OK)
        *out = data;
    else
        data_free(data);
    return status;
}

/* Adds a note if the model is tested on examples of its training set, because such metrics say little about
   other examples. */
static bl_status note_origin(bl_data *data, const struct data_origin *o)
{
    if (o->test == TEST_IS_UNKNOWN || data->hash != o->hash || data->n != o->n)
        return BL_OK;
    const bool has_val = o->val > 0 || o->val_fraction > 0.0, has_test = o->test == TEST_IS_DRAWN;
    if (!has_val && !has_test)
        return data_add_note(data, "these are the examples that the model was trained on");
    return data_add_note(data,
                         "these are all examples, including those that the model was trained on; --part %s "
                         "uses those that were held out",
                         has_test && has_val ? "test or val"
                         : has_test          ? "test"
                                             : "val");
}

bl_status data_read_with_schema(bl_data **out, bl_context *ctx, const char *where, const char *part,
                                const struct data_options *options, const bl_data *schema)
{
    if (!part || (strcmp(part, "train") != 0 && strcmp(part, "test") != 0))
        BL_FAIL(ctx, BL_BAD_VALUE, "part is \"%s\", expected train or test", part ? part : "");
    const struct reading how = {ctx, NULL, options, schema};
    struct location from;
    BL_TRY(location_find(&from, ctx, where, options));
    bl_data *data = NULL;
    BL_TRY(load_with_schema(&data, &how, &from, part));
    const bl_status status = note_origin(data, &schema->origin);
    if (status != BL_OK) {
        data_free(data);
        return status;
    }
    return load_finish_with_schema(out, data, options, schema);
}

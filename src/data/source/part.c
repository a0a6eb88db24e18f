/*
 * part.c - repeats the splits of a training: the rows of its training, validation and test set.
 *
 * The model stores the hash of all examples before the split, and the options of the split (struct
 * data_origin). The same examples and options give the same rows in the same order, so that a metric on a
 * split has the same bits as in the run. Other examples are refused, because rows drawn from them would not
 * be those of the training.
 */
#include "../../base/mem.h"
#include "../set/split.h"
#include "source.h"
#include "training_sets.h"

#include <string.h>

/* The request for a part. */
struct split_request {
    bl_context *ctx;
    const char *where, *part;
    struct reading how;
    struct location from;
    const struct data_origin *origin; /* the origin of the model's training data */
};

static bool is_known(const struct split_request *p)
{
    return p->origin->test != TEST_IS_UNKNOWN;
}

static bl_status need_known(const struct split_request *p)
{
    if (!is_known(p))
        BL_FAIL(p->ctx, BL_BAD_DATA,
                "%s: the model does not store which examples were its part \"%s\": it was trained by "
                "version 0.1.0, which did not store that, or on arrays of a program; leave the part out to "
                "use all examples",
                p->where, p->part);
    return BL_OK;
}

/* ---- Checks that the data are those of the training */

static bool is_same(const bl_data *data, uint64_t hash, size_t n)
{
    return data->hash == hash && data->n == n;
}

static bool is_origin(const struct split_request *p, const bl_data *data)
{
    return is_known(p) && is_same(data, p->origin->hash, p->origin->n);
}

static bool is_test_of_origin(const struct split_request *p, const bl_data *data)
{
    const struct data_origin *o = p->origin;
    return (o->test == TEST_IS_OTHER || o->test == TEST_IS_OWN) && is_same(data, o->test_hash, o->n_test);
}

static bl_status refuse_others(const struct split_request *p, const bl_data *data)
{
    const struct data_origin *o = p->origin;
    BL_FAIL(p->ctx, BL_BAD_DATA,
            "%s: part %s: these %zu examples (hash %016llx) are not the %zu that the model was trained on "
            "(%s, hash %016llx)%s; leave the part out to use all of them",
            p->where, p->part, data->n, (unsigned long long)data->hash, o->n, o->source,
            (unsigned long long)o->hash,
            is_test_of_origin(p, data)      ? ": they are its test set"
            : data->labels || data->targets ? ""
                                            : ": they have no labels");
}

/* ---- Rows */

/* Sets the ids to row numbers, so that a row of a split is identified by its number in the file. */
static bl_status number_rows(bl_data *data)
{
    if (data->ids)
        return BL_OK;
    BL_TRY(MEM_ARRAY(data->ctx, &data->ids, data->n, "ids"));
    for (size_t i = 0; i < data->n; i++) {
        char text[24] = "";
        text_append(text, sizeof text, "%zu", i + 1);
        BL_TRY(mem_text(data->ctx, &data->ids[i], text, strlen(text)));
    }
    return BL_OK;
}

static bl_status draw(struct split *s, const struct data_origin *o)
{
    BL_TRY(number_rows(s->train));
    if (o->test == TEST_IS_DRAWN)
        BL_TRY(split_test(s));
    return split_val(s);
}

static bl_data **part_of(struct split *s, const char *part)
{
    return strcmp(part, "test") == 0 ? &s->test : strcmp(part, "val") == 0 ? &s->val : &s->train;
}

/* Repeats the draws of the training. Takes ownership of `all`, also on failure. */
static bl_status take_rows(bl_data **out, const struct split_request *p, bl_data *all)
{
    const struct data_origin *o = p->origin;
    const struct data_options options = {.test_fraction = o->test_fraction,
                                         .fold = o->fold,
                                         .folds = o->folds,
                                         .val = o->val,
                                         .val_fraction = o->val_fraction,
                                         .val_is_last = o->val_is_last,
                                         .seed = o->seed};
    struct split s = {.ctx = p->ctx, .options = &options, .train = all};
    const bl_status status = draw(&s, o);
    bl_data **wanted = part_of(&s, p->part);
    if (status == BL_OK) {
        if (*wanted != s.train)
            data_move_notes(*wanted, s.train);
        *out = *wanted;
        *wanted = NULL;
    }
    split_free(&s);
    return status;
}

/* ---- Parts */

static bool has_drawn_split(const struct data_origin *o)
{
    return o->test == TEST_IS_DRAWN || o->val > 0 || o->val_fraction > 0.0;
}

/* Adds a note that the part train of these data is not the training set of this model. */
static bl_status note_other_origin(bl_data *data)
{
    return data_add_note(data,
                         "part train consists of all %zu examples, which are not those that the model was "
                         "trained on",
                         data->n);
}

/* Opens the part train. Takes ownership of `all`, also on failure. has_parts: the data include a test set. */
static bl_status open_train(bl_data **out, const struct split_request *p, bl_data *all, bool has_parts)
{
    if (is_origin(p, all) && has_drawn_split(p->origin))
        return take_rows(out, p, all);
    bl_status status = BL_OK;
    if (!has_parts)
        status = need_known(p);
    if (status == BL_OK && !is_origin(p, all))
        status = has_parts ? note_other_origin(all) : refuse_others(p, all);
    if (status == BL_OK)
        *out = all;
    else
        data_free(all);
    return status;
}

/* Selects the part from all examples of the training, unless `status` is a failure. Takes ownership of `all`,
   also on failure. */
static bl_status take_drawn(bl_data **out, const struct split_request *p, bl_data *all, bl_status status)
{
    if (status == BL_OK && !is_origin(p, all))
        status = refuse_others(p, all);
    if (status == BL_OK)
        return take_rows(out, p, all);
    data_free(all);
    return status;
}

static bl_status open_val(bl_data **out, const struct split_request *p, bl_data *all)
{
    const struct data_origin *o = p->origin;
    bl_status status = need_known(p);
    if (status == BL_OK && o->val == 0 && !(o->val_fraction > 0.0))
        status = context_fail(
            p->ctx, BL_BAD_DATA,
            "%s: part val: the model was trained without a validation set (--val N holds one out)", p->where);
    return take_drawn(out, p, all, status);
}

static bl_status no_test(const struct split_request *p)
{
    const struct data_origin *o = p->origin;
    if (o->test == TEST_IS_NONE)
        BL_FAIL(p->ctx, BL_BAD_DATA,
                "%s: part test: the model was trained without a test set (--test-fraction F holds one out, "
                "--test FILE names one); leave the part out to use all examples",
                p->where);
    BL_FAIL(p->ctx, BL_BAD_DATA,
            "%s: part test: the model was tested on %s%s (%zu examples, hash %016llx), and these data differ",
            p->where, o->test == TEST_IS_OWN ? "the test set of " : "", o->test_source, o->n_test,
            (unsigned long long)o->test_hash);
}

/* Opens the part test of data that do not include a test set. Takes ownership of `all`, also on failure. */
static bl_status open_test(bl_data **out, const struct split_request *p, bl_data *all)
{
    bl_status status = need_known(p);
    if (status == BL_OK && is_test_of_origin(p, all)) {
        *out = all;
        return BL_OK;
    }
    if (status == BL_OK && p->origin->test != TEST_IS_DRAWN)
        status = no_test(p);
    return take_drawn(out, p, all, status);
}

static bl_status find_split(bl_data **out, const struct split_request *p)
{
    const bool is_test = strcmp(p->part, "test") == 0;
    bool has_test = location_has_part(&p->from, "test"),
         has_parts = has_test || location_has_part(&p->from, "train");
    bl_data *all = NULL;
    if (is_test && has_test)
        return load_with_schema(out, &p->how, &p->from, "test");
    BL_TRY(load_with_schema(&all, &p->how, &p->from, "train"));
    if (is_test && all->has_test_beside) {
        data_free(all);
        return load_with_schema(out, &p->how, &p->from, "test");
    }
    has_parts = has_parts || all->has_test_beside;
    return is_test                       ? open_test(out, p, all)
           : strcmp(p->part, "val") == 0 ? open_val(out, p, all)
                                         : open_train(out, p, all, has_parts);
}

bl_status data_read_part(bl_data **out, bl_context *ctx, const char *where, const char *part,
                         const struct data_options *options, const bl_data *schema)
{
    struct split_request p = {ctx, where, part, {ctx, NULL, options, schema}, {.path = ""}, &schema->origin};
    if (strcmp(part, "train") != 0 && strcmp(part, "val") != 0 && strcmp(part, "test") != 0)
        BL_FAIL(ctx, BL_BAD_VALUE, "part is \"%s\", expected train, val or test", part);
    BL_TRY(location_find(&p.from, ctx, where, options));
    bl_data *data = NULL;
    BL_TRY(find_split(&data, &p));
    return load_finish_with_schema(out, data, options, schema);
}

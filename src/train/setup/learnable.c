/*
 * learnable.c - detects nets, options and data that cannot learn.
 *
 * Batch norm of a dense layer computes (x - mean) / deviation of each unit over the batch. For a batch of one
 * example this is always 0; for two examples it is 1 and -1, so the derivative through it is 0 except for the
 * effect of epsilon.
 */
#include "learnable.h"

#include "../../base/mem.h"
#include "../../base/text.h"
#include "../../net/workspace.h"

#include <string.h>

static bl_status check_norm(bl_trainer *t)
{
    if (!t->needs_two)
        return BL_OK;
    if (t->batch == 1)
        BL_FAIL(
            t->ctx, BL_BAD_VALUE,
            "net \"%s\": batch norm of one number for each example cannot learn with --batch 1, because each "
            "number minus the mean of its batch is 0; use --batch 16 or more, or leave batchnorm out",
            t->model->net->text);
    if (t->batch == 2)
        return trainer_note(
            t, "batch norm over two examples gives 1 and -1 whatever the weights are, so that hardly "
               "any gradient passes; use --batch 16 or more");
    return BL_OK;
}

/* Refuses batch norm for rules that write deltas themselves: pepita and some user rules. */
static bl_status check_deltas(const bl_trainer *t)
{
    const struct net *net = t->model->net;
    for (size_t i = 0; i < net->n_layers; i++)
        if (rule_flow(t->model->rule->ops).writes_deltas && net->layers[i].ops->takes_statistics)
            BL_FAIL(t->ctx, BL_NOT_DEFINED,
                    "rule %s cannot train batch norm's scale and shift: it computes the deltas at the "
                    "weights itself, and no derivative passes the layers after them; leave batchnorm out",
                    t->model->rule->ops->name);
    return BL_OK;
}

/* Adds a note for rules whose signal is -B y with a single output: y is 0 for the first class, so its
   examples give no signal. */
static bl_status check_one_of_two(bl_trainer *t)
{
    if (!t->model->rule->ops->needs_classes || !model_is_one_of_two(t->model->net, t->model->schema) ||
        t->model->net->n_blocks == 1)
        return BL_OK;
    return trainer_note(
        t,
        "rule %s sends the hidden blocks its targets, which are 0 for the first class where one unit "
        "predicts both: only examples of the second class train them; dense 2 trains them with both",
        t->model->rule->ops->name);
}

/* Adds a note if dropout keeps less than one number of a layer on average. */
static bl_status check_dropout(bl_trainer *t)
{
    const struct net *net = t->model->net;
    for (size_t i = 0; i < net->n_layers; i++) {
        const struct layer *layer = &net->layers[i];
        const double kept = (double)layer->units * (1.0 - layer->rate);
        if (layer->rate > 0.0 && kept < 1.0)
            BL_TRY(trainer_note(
                t,
                "layer %zu \"%s\" keeps %.2g of %zu numbers on average, so the blocks before it learn "
                "nothing in most steps",
                layer->number, layer->text, kept, layer->units));
    }
    return BL_OK;
}

static bl_status check_decay(bl_trainer *t)
{
    const struct optimizer *o = &t->stepper.optimizer;
    const double rate = config_number(t->config, "lr"), share = rate * (double)o->weight_decay;
    char texts[3][32];
    if (o->decay > 0.0f)
        BL_TRY(trainer_note(
            t,
            "\"decay %s\" multiplies every weight by %g at each step, whatever the learning rate; "
            "weight-decay %s does the same at this one (weight-decay X: by 1 - rate X, as AdamW)",
            text_of_digits((double)o->decay, 6, texts[0]), 1.0 - (double)o->decay,
            text_of_digits((double)o->decay / rate, 3, texts[1])));
    if (share > 0.0 && 1.0f - (float)share == 1.0f)
        BL_TRY(trainer_note(t,
                            "weight-decay %s at learning rate %s changes no weight: the fraction %s is too "
                            "small to change a float32",
                            text_of_digits((double)o->weight_decay, 6, texts[0]),
                            text_of_digits(rate, 6, texts[1]), text_of_digits(share, 2, texts[2])));
    return BL_OK;
}

bl_status learnable_check(bl_trainer *t)
{
    static bl_status (*const checks[])(bl_trainer *) = {check_norm, check_dropout, check_decay,
                                                        check_one_of_two};
    BL_TRY(check_deltas(t));
    for (size_t i = 0; i < sizeof checks / sizeof *checks; i++)
        BL_TRY(checks[i](t));
    return BL_OK;
}

/* Sets *out to whether all rows are equal. Reads rows until one differs from the first. */
static bl_status are_alike(bl_trainer *t, const bl_data *data, bool of_targets, bool *out)
{
    const struct workspace *workspace = t->workspace;
    const struct matrix rows = of_targets ? workspace->y : workspace->x;
    float *first = NULL;
    BL_TRY(MEM_ARRAY(t->ctx, &first, rows.cols, "an example"));
    *out = true;
    for (size_t at = 0, n; at < data->n && *out; at += n) {
        n = data->n - at < workspace->capacity ? data->n - at : workspace->capacity;
        if (of_targets)
            data_gather_targets(data, NULL, at, n, rows.x);
        else
            data_gather_parallel(data, t->ctx, NULL, at, n, rows.x);
        if (at == 0)
            memcpy(first, rows.x, rows.cols * sizeof *first);
        for (size_t i = 0; i < n && *out; i++)
            *out = memcmp(first, rows.x + i * rows.cols, rows.cols * sizeof *first) == 0;
    }
    mem_free(t->ctx, first);
    return BL_OK;
}

static bool labels_are_alike(const bl_data *data)
{
    for (size_t i = 1; i < data->n; i++)
        if (data->labels[i] != data->labels[0])
            return false;
    return true;
}

bl_status learnable_check_data(bl_trainer *t, const bl_data *train)
{
    bool is_alike = false;
    if (t->needs_two && train->n == 1)
        BL_FAIL(t->ctx, BL_BAD_DATA,
                "%s: has one example, but batch norm of one number for each example needs two or more",
                train->source);
    if (train->n == 1)
        return BL_OK;
    if (t->needs_two && train->n > t->batch && train->n % t->batch == 1)
        BL_TRY(trainer_note(
            t,
            "the last batch of each epoch has %zu examples, because batch norm cannot learn from one alone",
            t->batch + 1));
    if (t->batch > train->n && bl_config_is_set(t->config, "batch"))
        BL_TRY(trainer_note(
            t, "the batch of %zu is larger than the training set of %zu examples: each epoch is one step",
            t->batch, train->n));
    BL_TRY(are_alike(t, train, false, &is_alike));
    if (is_alike)
        BL_TRY(trainer_note(
            t, "the inputs of all %zu training examples are the same, so the outputs cannot depend on them",
            train->n));
    if (train->labels)
        is_alike = labels_are_alike(train);
    else
        BL_TRY(are_alike(t, train, true, &is_alike));
    if (is_alike)
        BL_TRY(trainer_note(t, "all %zu training examples have the same %s, so there is nothing to learn",
                            train->n, train->labels ? "class" : "targets"));
    return BL_OK;
}

/*
 * trainer_create.c - creates a trainer: checks the configuration, sets the defaults, makes model, program and
 * memory.
 */
#include "../../base/text.h"
#include "../angles/angle_steps.h"
#include "../model/initial_weights.h"
#include "../trainer/trainer.h"
#include "../trainer/zero_deltas.h"
#include "learnable.h"
#include "trainer_setup.h"
#include "unused_options.h"

#include "../../base/mem.h"
#include "../../data/set/whitening/whitening.h"
#include "../../net/init.h"
#include "../../net/modules.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SCORE_BATCH = 500 };

static bl_status set_default(bl_config *config, const char *key, const char *text)
{
    return config_text(config, key)[0] ? BL_OK : config_set_default(config, key, text);
}

static bl_status set_default_size(bl_config *config, const char *key, size_t n)
{
    char text[32] = "";
    text_append(text, sizeof text, "%zu", n);
    return set_default(config, key, text);
}

static struct defaults defaults_for(const bl_config *config, const struct optimizer *optimizer,
                                    size_t examples)
{
    const struct run_size size = {
        .examples = examples,
        .batch = config_size(config, "batch"),
        .sums = strcmp(config_text(config, "reduction"), "sum") == 0,
        .waits_for_error = strcmp(config_text(config, "stop"), "paper") == 0,
    };
    return defaults_of(&size, optimizer);
}

struct defaults trainer_defaults(const bl_trainer *t, size_t n_examples)
{
    return defaults_for(t->config, &t->stepper.optimizer, n_examples);
}

static bl_status set_training_defaults(bl_config *config, const struct optimizer *optimizer, size_t examples)
{
    const struct defaults chosen = defaults_for(config, optimizer, examples);
    char rate[32];
    text_from_double(chosen.rate, rate);
    BL_TRY(set_default(config, "lr", rate));
    BL_TRY(set_default(config, "schedule", chosen.schedule));
    BL_TRY(set_default_size(config, "batch", chosen.batch));
    return set_default_size(config, "epochs", chosen.epochs);
}

/* Sets the defaults that depend on the net. */
static bl_status set_all_defaults(bl_config *config, const struct net *net, const struct rule_ops *ops,
                                  const struct optimizer *optimizer, size_t examples)
{
    BL_TRY(set_default(config, "init", trainer_default_init(config, ops, net)));
    BL_TRY(set_default(config, "feedback", trainer_default_feedback(config, ops, net, optimizer)));
    BL_TRY(set_training_defaults(config, optimizer, examples));
    return bl_config_is_set(config, "net") ? bl_config_set(config, "net", net->text)
                                           : config_set_default(config, "net", net->text);
}

/* Sets every seed that is not set to the seed of the run. It is called before any number is drawn. */
static bl_status set_seed_defaults(bl_config *config)
{
    static const char *const keys[] = {"weight-seed", "feedback-seed", "order-seed"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        BL_TRY(set_default(config, keys[i], config_text(config, "seed")));
    return BL_OK;
}

/* Sets the defaults that are needed to create the net and the optimiser. */
static bl_status set_early_defaults(bl_config *config, const bl_data *schema)
{
    char net[DEFAULTS_NET_ROOM];
    defaults_net(schema->outputs, net);
    BL_TRY(set_default(config, "net", net));
    return set_default(config, "optimizer", defaults_optimizer());
}

/* The layers whose weights the option init sets to 0, if hidden blocks pass signals or outputs through them;
   else NULL. After a first layer that is drawn, the output layer of a net of two blocks may be 0: it learns
   at the first step from hidden units that differ. */
static const char *zero_weights(const bl_config *config, const struct net *net)
{
    const char *init = config_text(config, "init");
    if (strcmp(init, "zero") == 0 && net->n_blocks > 1)
        return "all-zero weights";
    if (strcmp(init, "fanin-first") == 0 && net->n_blocks > 2)
        return "zero weights after the first layer";
    return NULL;
}

static bl_status check_start(bl_context *ctx, const bl_config *config, const struct net *net,
                             const struct rule_ops *ops)
{
    const char *zeros = zero_weights(config, net);
    if (!zeros)
        return BL_OK;
    if (!ops->learns_from_zero)
        BL_FAIL(ctx, BL_NOT_DEFINED,
                "rule %s cannot learn from %s: its hidden layers would never change; use --init fanin",
                ops->name, zeros);
    if (net->has_merged_modules)
        BL_FAIL(ctx, BL_NOT_DEFINED,
                "rule %s cannot learn from %s with the option modules: inside a module derivatives pass the "
                "weights, which are 0; use --init fanin",
                ops->name, zeros);
    if (net_slope_at_zero(net) <= 0.0f)
        BL_FAIL(ctx, BL_BAD_VALUE,
                "a relu net cannot learn from %s: its slope at 0 is 0; use --init fanin or --init he", zeros);
    return BL_OK;
}

/* Checks the number of outputs: one unit for each class or target, or one for the second of two classes. */
static bl_status check_outputs(bl_context *ctx, const struct net *net, const struct loss_ops *loss,
                               const bl_data *data)
{
    const size_t units = net->blocks[net_last(net)].units;
    const bool is_ce = strcmp(loss->name, "ce") == 0;
    if (data->outputs == 1 && !data->has_targets)
        BL_FAIL(ctx, BL_BAD_VALUE, "%s has one class, expected two or more", data->source);
    if (model_is_one_of_two(net, data) && strcmp(loss->name, "bce") != 0)
        BL_FAIL(ctx, BL_BAD_VALUE,
                "net \"%s\" ends with one unit for the 2 classes of %s, which goes with loss bce, not %s%s; "
                "use --loss "
                "bce, where the unit gives the probability of the second class, or end the net with dense 2",
                net->text, data->source, loss->name, is_ce ? " (softmax of one number is always 1)" : "");
    if (units != (size_t)data->outputs && !model_is_one_of_two(net, data))
        BL_FAIL(ctx, BL_BAD_VALUE,
                "net \"%s\" ends with %zu unit%s, but %s has %d %s%s; end it with dense %d%s", net->text,
                units, text_plural(units), data->source, data->outputs,
                data->has_targets ? "target" : "class",
                data->outputs == 1  ? ""
                : data->has_targets ? "s"
                                    : "es",
                data->outputs,
                data->outputs == 2 && !data->has_targets ? ", or with dense 1 and --loss bce" : "");
    return BL_OK;
}

static bl_status check_data(bl_context *ctx, const struct net *net, const struct loss_ops *loss,
                            const bl_data *data)
{
    BL_TRY(check_outputs(ctx, net, loss, data));
    if (net->inputs != data->features)
        BL_FAIL(ctx, BL_BAD_VALUE, "the net takes %zu input%s, but %s has %zu", net->inputs,
                text_plural(net->inputs), data->source, data->features);
    if (loss->needs_classes && data->targets)
        BL_FAIL(ctx, BL_BAD_VALUE, "loss %s needs classes, but %s has real targets; use --loss mse",
                loss->name, data->source);
    return BL_OK;
}

static bl_status make_net_alone(struct net **out, bl_trainer *t, const bl_data *schema,
                                const struct rule_ops *ops)
{
    const char *text = config_text(t->config, "net");
    if (!ops->only_output)
        return net_create_for(out, t->ctx, schema->shape, text, schema->outputs);
    char *output = NULL;
    BL_TRY(net_text_of_output(t->ctx, text, &output));
    const bl_status status = net_create_for(out, t->ctx, schema->shape, output, schema->outputs);
    mem_free(t->ctx, output);
    return status;
}

static bl_status make_net(struct net **out, bl_trainer *t, const bl_data *schema, const struct rule_ops *ops)
{
    struct modules modules = {0};
    BL_TRY(modules_parse(t->ctx, &modules, config_text(t->config, "modules")));
    BL_TRY(make_net_alone(out, t, schema, ops));
    net_set_modules(*out, modules);
    return BL_OK;
}

/* The model takes ownership of net and rule, also on failure. */
static bl_status make_model(bl_trainer *t, const bl_data *schema, const struct optimizer *optimizer)
{
    const struct rule_ops *ops = rule_find(t->ctx, config_text(t->config, "rule"));
    struct net *net = NULL;
    struct rule *rule = NULL;
    struct feedback_spec spec;
    BL_TRY(make_net(&net, t, schema, ops));
    bl_status status =
        set_default(t->config, "loss", defaults_loss(schema->has_targets, model_is_one_of_two(net, schema)));
    const struct loss_ops *loss = loss_find(config_text(t->config, "loss"));
    if (status == BL_OK)
        status = check_data(t->ctx, net, loss, schema);
    if (status == BL_OK)
        status = set_all_defaults(t->config, net, ops, optimizer, schema->n);
    if (status == BL_OK)
        status = check_start(t->ctx, t->config, net, ops);
    if (status == BL_OK && ops->needs_classes && schema->has_targets)
        status = context_fail(t->ctx, BL_NOT_DEFINED, "rule %s needs classes, but %s has regression targets",
                              ops->name, schema->source);
    if (status == BL_OK)
        status = feedback_parse(t->ctx, &spec, config_text(t->config, "feedback"));
    if (status == BL_OK)
        status = feedback_at_parse(t->ctx, &spec.feedback_at, config_text(t->config, "feedback-at"));
    if (status == BL_OK && ops->has_slope)
        status = slope_parse(t->ctx, &spec.slope, config_text(t->config, "slope"));
    if (status == BL_OK)
        status = rule_create(&rule, net, ops, &spec, config_u64(t->config, "feedback-seed"));
    if (status != BL_OK) {
        net_free(net);
        return status;
    }
    const char *init = config_text(t->config, "init");
    init_weights(net, init_is_file(init) ? "zero" : init, config_u64(t->config, "weight-seed"));
    return model_create(&t->model, t->ctx, net, rule, loss, schema);
}

/* Loads the initial weights. It is called after the metadata are set, because those of the file are compared
   with them. */
static bl_status take_initial_weights(bl_trainer *t)
{
    const char *init = config_text(t->config, "init");
    bool scales_alike = true;
    if (!init_is_file(init))
        return BL_OK;
    BL_TRY(initial_weights_take(t->model, init, t->model->rule->ops->only_output, &scales_alike));
    return scales_alike ? BL_OK
                        : trainer_note(t, "%s scales its inputs or targets differently from this run", init);
}

/* Sets metadata to a JSON list of texts, or null, so that a reader can distinguish missing names from lost
   ones. */
static bl_status set_names(bl_trainer *t, const char *key, char *const *names, size_t n)
{
    if (!names)
        return model_set_metadata(t->model, key, "null");
    json_t *list = json_array();
    for (size_t i = 0; i < n; i++)
        json_array_append_new(list, json_string(names[i]));
    char *text = json_dumps(list, JSON_COMPACT);
    json_decref(list);
    const bl_status status = text ? model_set_metadata(t->model, key, text)
                                  : context_fail(t->ctx, BL_NO_MEMORY, "no memory for names");
    free(text);
    return status;
}

/* Sets the metadata that describe the encoding of a table. */
static bl_status set_table(bl_trainer *t, const bl_data *schema)
{
    char *text = NULL;
    if (!schema->encoding)
        return model_set_metadata(t->model, "table", "null");
    BL_TRY(encoding_to_text(&text, t->ctx, schema->encoding));
    const bl_status status = model_set_metadata(t->model, "table", text);
    mem_free(t->ctx, text);
    return status;
}

/* Sets the metadata that describe which examples were held out before the training. */
static bl_status set_split(bl_trainer *t, const bl_data *schema)
{
    char *text = NULL;
    BL_TRY(origin_to_text(&text, t->ctx, &schema->origin));
    const bl_status status = model_set_metadata(t->model, "split", text);
    mem_free(t->ctx, text);
    return status;
}

/* Sets the metadata of options that are off by default. Only runs that use them have the metadata. */
static bl_status set_optional(bl_trainer *t)
{
    static const char *const keys[] = {"adversarial", "max-norm", "clip-norm", "clip-value"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (config_number(t->config, keys[i]) > 0.0)
            BL_TRY(model_set_metadata(t->model, keys[i], config_text(t->config, keys[i])));
    if (t->augment)
        BL_TRY(model_set_metadata(t->model, "augment", config_text(t->config, "augment")));
    return t->freeze.n > 0 ? model_set_metadata(t->model, "freeze", config_text(t->config, "freeze")) : BL_OK;
}

static bl_status set_whitening(bl_trainer *t, const bl_data *schema)
{
    char name[WHITENING_NAME_ROOM];
    whitening_name(name, schema);
    BL_TRY(model_set_metadata(t->model, "whitening", name));
    return model_set_metadata(t->model, "scaling", model_scaling_whitens);
}

static bl_status set_metadata(bl_trainer *t, const bl_data *schema)
{
    /* the key of feedback-at in model files is inlet */
    static const char *const keys[] = {"net",           "rule",       "feedback",  "inlet",
                                       "modules",       "init",       "loss",      "reduction",
                                       "optimizer",     "lr",         "schedule",  "batch",
                                       "seed",          "split-seed", "precision", "weight-seed",
                                       "feedback-seed", "order-seed", "epochs"};
    char shape[64];
    snprintf(shape, sizeof shape, "%d x %d x %d", schema->shape.channels, schema->shape.rows,
             schema->shape.cols);
    BL_TRY(model_set_metadata(t->model, "format", model_formats[MODEL_FORMAT]));
    BL_TRY(model_set_metadata(t->model, "input", shape));
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        BL_TRY(model_set_metadata(t->model, keys[i], config_text(t->config, keys[i])));
    if (t->model->rule->ops->has_slope)
        BL_TRY(model_set_metadata(t->model, "slope", config_text(t->config, "slope")));
    BL_TRY(set_optional(t));
    if (rule_learns_feedback(t->model->rule->ops))
        BL_TRY(model_set_metadata(t->model, "lambda", config_text(t->config, "lambda")));
    BL_TRY(set_names(t, "class_names", schema->class_names, (size_t)schema->outputs));
    BL_TRY(set_table(t, schema));
    BL_TRY(set_split(t, schema));
    BL_TRY(model_set_metadata(t->model, "missing",
                              !schema->encoding                 ? "null"
                              : schema->encoding->takes_missing ? "impute"
                                                                : "refuse"));
    BL_TRY(model_set_metadata(t->model, "labels", model_label_words[schema->class_match]));
    if (schema->is_resized)
        BL_TRY(model_set_metadata(t->model, "pictures", "resized"));
    BL_TRY(model_set_metadata(t->model, "answers", schema->has_targets ? "numbers" : "classes"));
    if (schema->scaling.is_of_example)
        BL_TRY(model_set_metadata(t->model, "scaling", model_scaling_of_example));
    else if (schema->scaling.matrix)
        BL_TRY(set_whitening(t, schema));
    else
        BL_TRY(model_set_number(t->model, "scaling", (double)schema->scaling.n));
    BL_TRY(model_set_number(t->model, "target_scaling", (double)schema->target_scaling.n));
    return model_set_number(t->model, "outputs", schema->outputs);
}

static enum precision precision_of(const bl_trainer *t)
{
    const char *text = config_text(t->config, "precision");
    return strcmp(text, "bf16") == 0         ? PRECISION_BF16
           : strcmp(text, "bf16-dense") == 0 ? PRECISION_BF16_DENSE
                                             : PRECISION_FLOAT32;
}

bl_status trainer_make_workspace(struct workspace **out, const bl_trainer *t, size_t capacity,
                                 enum workspace_memory memory)
{
    const struct rule *rule = t->model->rule;
    BL_TRY(workspace_create(out, t->ctx, t->model->net,
                            (struct workspace_spec){.capacity = capacity,
                                                    .memory = memory,
                                                    .precision = precision_of(t),
                                                    .keeps_sums = rule_needs_sums(rule),
                                                    .places = t->stepper.program->places}));
    workspace_set_feedback_at(*out, t->model->net, rule->feedback.feedback_at);
    return rule_need_batch(rule, capacity);
}

/* Refuses --memory low unless the rule allows each block to be updated before the next signal is computed. */
static bl_status check_memory(const bl_trainer *t)
{
    const struct rule_ops *ops = t->model->rule->ops;
    if (trainer_is_lean(t) && !rule_may_be_lean(ops))
        BL_FAIL(t->ctx, BL_NOT_DEFINED,
                "memory low: rule %s needs the outputs of all blocks at once; direct rules such as dfa and "
                "drtp do not",
                ops->name);
    const struct angle_steps steps = angle_steps_of(config_text(t->config, "angles"));
    if (trainer_is_lean(t) && angle_steps_are_named(&steps))
        BL_FAIL(t->ctx, BL_BAD_VALUE,
                "angles is \"%s\", but with memory low none are measured: use memory normal, or angles none",
                config_text(t->config, "angles"));
    return BL_OK;
}

/* Refuses clipping with --memory low, which does not keep the gradients of all blocks until the updates. */
static bl_status check_clip(const bl_trainer *t)
{
    const char *norm = config_text(t->config, "clip-norm"), *value = config_text(t->config, "clip-value");
    const bool has_norm = config_number(t->config, "clip-norm") > 0.0,
               has_value = config_number(t->config, "clip-value") > 0.0;
    if (has_norm && has_value)
        BL_FAIL(t->ctx, BL_BAD_VALUE,
                "clip-norm is \"%s\" and clip-value \"%s\", expected one of the two, because their order "
                "would change the step",
                norm, value);
    if ((has_norm || has_value) && trainer_is_lean(t))
        BL_FAIL(t->ctx, BL_BAD_VALUE,
                "%s is \"%s\", which needs the gradients of all blocks before the first update: use "
                "memory normal",
                has_norm ? "clip-norm" : "clip-value", has_norm ? norm : value);
    return BL_OK;
}

/* Checks that the net has these blocks, with parameters, and adds a note that names the frozen blocks. */
static bl_status check_span(bl_trainer *t, const struct freeze_span *span)
{
    const struct net *net = t->model->net;
    char blocks[64] = "", epochs[64] = "";
    size_t n = 0;
    if (span->last >= net->n_blocks)
        BL_FAIL(t->ctx, BL_BAD_VALUE, "freeze is \"%s\", but the blocks of net \"%s\" are 0 to %zu",
                config_text(t->config, "freeze"), net->text, net_last(net));
    for (size_t l = span->first; l <= span->last; l++)
        n += net->blocks[l].n_tensors;
    if (n == 0)
        BL_FAIL(t->ctx, BL_BAD_VALUE, "freeze is \"%s\", but block %zu (\"%s\") has no parameters",
                config_text(t->config, "freeze"), span->first, net_layer(net, span->first)->text);
    text_append(blocks, sizeof blocks,
                span->first < span->last ? "the blocks %zu to %zu do" : "block %zu does", span->first,
                span->last);
    if (span->until != FREEZE_NO_END)
        text_append(epochs, sizeof epochs, " in the epochs %zu to %zu", span->from, span->until);
    else if (span->from > 1)
        text_append(epochs, sizeof epochs, " from epoch %zu on", span->from);
    const bool is_zero = span->from == 1 && strcmp(config_text(t->config, "init"), "zero") == 0;
    return trainer_note(t, "freeze: %s not learn%s%s", blocks, epochs,
                        is_zero ? "; frozen weights are 0 (--init zero)" : "");
}

static bl_status make_freeze(bl_trainer *t)
{
    BL_TRY(freeze_parse(t->ctx, &t->freeze, config_text(t->config, "freeze")));
    for (size_t i = 0; i < t->freeze.n; i++)
        BL_TRY(check_span(t, &t->freeze.spans[i]));
    return BL_OK;
}

/* Sets the defaults of options that only some rules use; under other rules they have no value. Learned
   feedback loses its initial value by decay only, and the `decay` of a file of 0.1.0 is such a decay. */
static bl_status set_rule_defaults(bl_trainer *t, struct optimizer *optimizer)
{
    const struct rule_ops *ops = rule_find(t->ctx, config_text(t->config, "rule"));
    char lambda[32];
    text_from_double(optimizer->decay > 0.0f ? 0.0 : ops->default_lambda, lambda);
    if (ops->has_slope)
        BL_TRY(set_default(t->config, "slope", "cos a"));
    if (!rule_learns_feedback(ops))
        return BL_OK;
    BL_TRY(set_default(t->config, "lambda", lambda));
    optimizer->lambda = (float)config_number(t->config, "lambda");
    return BL_OK;
}

/* Creates trainer->adversary if the option adversarial is not 0, and adds a note that the run uses
   backpropagation's input gradient. */
static bl_status make_adversary(bl_trainer *t)
{
    const double eps = config_number(t->config, "adversarial");
    const char *text = config_text(t->config, "adversarial");
    if (eps == 0.0)
        return BL_OK;
    if (trainer_is_lean(t))
        BL_FAIL(t->ctx, BL_BAD_VALUE,
                "adversarial is \"%s\", which needs the derivatives of all blocks at once: use memory normal",
                text);
    BL_TRY(adversary_create(&t->adversary, &t->stepper, t->workspace, eps));
    return trainer_note(
        t,
        "adversarial: every step moves its examples by %s along the sign of the input gradient of "
        "backpropagation, whatever the rule is; training this way is not free of backpropagation",
        text);
}

/* A warm-up that is not shorter than the run never reaches the rate. */
static bl_status note_warmup(bl_trainer *t)
{
    const size_t epochs = config_size(t->config, "epochs");
    if (t->schedule.kind != SCHEDULE_COSINE || t->schedule.warmup == 0 || t->schedule.warmup < epochs)
        return BL_OK;
    return trainer_note(t, "the schedule \"%s\" raises the rate in all %zu epochs, and does not reach %s",
                        config_text(t->config, "schedule"), epochs, config_text(t->config, "lr"));
}

static bl_status build(bl_trainer *t, const bl_data *schema)
{
    struct optimizer optimizer;
    BL_TRY(set_seed_defaults(t->config));
    BL_TRY(set_early_defaults(t->config, schema));
    BL_TRY(optimizer_parse(t->ctx, &optimizer, config_text(t->config, "optimizer")));
    BL_TRY(set_rule_defaults(t, &optimizer));
    BL_TRY(make_model(t, schema, &optimizer));
    BL_TRY(optimizer_check_rate(t->ctx, &optimizer, config_number(t->config, "lr")));
    BL_TRY(check_memory(t));
    BL_TRY(check_clip(t));
    BL_TRY(make_freeze(t));
    BL_TRY(augment_create(&t->augment, t->ctx, config_text(t->config, "augment"), schema,
                          config_u64(t->config, "order-seed")));
    BL_TRY(set_metadata(t, schema));
    BL_TRY(take_initial_weights(t));
    BL_TRY(feedback_copy_weights(t->model->rule, t->model->net));
    BL_TRY(model_need_counts(t->model));
    BL_TRY(schedule_parse(t->ctx, &t->schedule, config_text(t->config, "schedule")));
    BL_TRY(note_warmup(t));
    const struct net *net = t->model->net;
    BL_TRY(stepper_create(
        &t->stepper, t->ctx, t->model->net, t->model->rule, t->model->loss, &optimizer, trainer_is_lean(t),
        (struct clip_limits){config_number(t->config, "clip-norm"), config_number(t->config, "clip-value")}));
    t->stepper.sums = strcmp(config_text(t->config, "reduction"), "sum") == 0;
    if (t->freeze.n > 0)
        BL_TRY(MEM_ARRAY(t->ctx, &t->stepper.frozen, net->n_blocks, "the frozen blocks"));
    t->batch = config_size(t->config, "batch");
    t->needs_two = net_needs_two(net);
    BL_TRY(learnable_check(t));
    BL_TRY(trainer_note_deviations(t));
    BL_TRY(unused_options_of_trainer(t));
    BL_TRY(zero_deltas_create(t));
    BL_TRY(trainer_make_workspace(&t->workspace, t, trainer_most_examples(t) + (t->needs_two ? 1 : 0),
                                  program_keeps(t->stepper.program)));
    BL_TRY(workspace_create(&t->score_workspace, t->ctx, net,
                            (struct workspace_spec){.capacity = SCORE_BATCH, .memory = WORKSPACE_FOR_USE}));
    BL_TRY(make_adversary(t));
    BL_TRY(MEM_ARRAY(t->ctx, &t->angles, net->n_blocks, "the angles"));
    t->epochs = config_size(t->config, "epochs");
    t->max_norm = config_number(t->config, "max-norm");
    t->data_hash = schema->hash;
    t->narrow_data_hash = schema->narrow_hash;
    t->state = (struct run_state){.running_error = 1.0};
    t->stop_reason = "";
    return BL_OK;
}

bl_status bl_trainer_create(bl_trainer **out, bl_context *ctx, const bl_config *config, const bl_data *schema)
{
    if (!ctx)
        return BL_BAD_VALUE;
    BL_GIVEN(ctx, out);
    BL_GIVEN(ctx, config);
    BL_GIVEN(ctx, schema);
    bl_trainer *t = NULL;
    BL_TRY(MEM_ONE(ctx, &t, "the trainer"));
    t->ctx = t->stepper.ctx = ctx;
    bl_status status = config_copy_to(&t->config, ctx, config);
    if (status == BL_OK)
        status = build(t, schema);
    if (status != BL_OK) {
        bl_trainer_free(t);
        return status;
    }
    *out = t;
    return BL_OK;
}

void bl_trainer_free(bl_trainer *t)
{
    if (!t)
        return;
    json_decref(t->early_angles);
    free(t->log_line);
    alignment_free(t->alignment);
    adversary_free(t->adversary);
    augment_free(t->augment);
    freeze_release(&t->freeze);
    stepper_release(&t->stepper);
    workspace_free(t->workspace);
    workspace_free(t->score_workspace);
    workspace_free(t->inspected);
    bl_model_free(t->model);
    bl_config_free(t->config);
    mem_free(t->ctx, t->gradient);
    mem_free(t->ctx, t->angles);
    angle_examples_free(&t->angle_examples, t->ctx);
    mem_free(t->ctx, t->order);
    mem_free(t->ctx, t->still_is_noted);
    for (size_t i = 0; i < t->n_notes; i++)
        mem_free(t->ctx, t->notes[i]);
    mem_free(t->ctx, t->notes);
    mem_free(t->ctx, t);
}

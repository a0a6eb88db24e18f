/*
 * trainer.c - creates a run from its configuration, and runs single steps.
 */
#include "angle_steps.h"
#include "learnable.h"
#include "max_norm.h"
#include "stillness.h"
#include "unused.h"

#include "../base/mem.h"
#include "../net/init.h"
#include "../net/modules.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SCORE_BATCH = 500, STREAM_BATCH = 64, ZERO_START_PERCENT = 25 };

static bl_status settle(bl_config *config, const char *key, const char *text)
{
    return config_text(config, key)[0] ? BL_OK : config_set_default(config, key, text);
}

/* Every hidden activation has a slope at 0: none is a relu, or nearly one. */
static bool is_steep(const struct net *net)
{
    return 100.0f * net_slope_at_zero(net) >= (float)ZERO_START_PERCENT;
}

/* From zero weights all hidden units of a block move along as many directions as the error has; with one
   output, or two classes, that is one, and it stays so: units that are all alike learn little more than a
   linear model. Behind zero weights layer norm has nothing to normalise, and multiplies what goes back
   through it by 1 / sqrt(epsilon), 316, which chains of matrices did not recover from (docs/rules.md). */
static bool may_start_from_zero(const struct net *net, const struct rule_ops *ops)
{
    if (net->reader_of_all && rule_is_chain(ops))
        return false;
    const bool has_directions = net->n_blocks == 1 || net->blocks[net_last(net)].units > 2;
    return ops->learns_from_zero && !net->has_merged_modules && is_steep(net) && has_directions;
}

/* In a chain of matrices the size of a signal is multiplied by the gain at each block; a direct rule passes
   one matrix, and so does a chain with one hidden block. Relus do not bound their outputs, and need half the
   size (docs/rules.md). */
const char *trainer_default_feedback(const struct rule_ops *ops, const struct net *net,
                                     const struct optimizer *optimizer)
{
    if (ops->default_feedback)
        return ops->default_feedback;
    if (optimizer->ops->hides_scale)
        return "nokland";
    if (!rule_is_chain(ops) || net->n_blocks <= 2)
        return "uniform 1";
    return is_steep(net) ? "fanin" : "fanin 0.5";
}

static bl_status settle_size(bl_config *config, const char *key, size_t n)
{
    char text[32] = "";
    text_append(text, sizeof text, "%zu", n);
    return settle(config, key, text);
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

static bl_status settle_training(bl_config *config, const struct optimizer *optimizer, size_t examples)
{
    const struct defaults chosen = defaults_for(config, optimizer, examples);
    char rate[32];
    text_from_double(chosen.rate, rate);
    BL_TRY(settle(config, "lr", rate));
    BL_TRY(settle(config, "schedule", chosen.schedule));
    BL_TRY(settle_size(config, "batch", chosen.batch));
    return settle_size(config, "epochs", chosen.epochs);
}

/* What the net must be known for. */
static bl_status settle_all(bl_config *config, const struct net *net, const struct rule_ops *ops,
                            const struct optimizer *optimizer, size_t examples)
{
    BL_TRY(settle(config, "init", may_start_from_zero(net, ops) ? "zero" : "fanin"));
    BL_TRY(settle(config, "feedback", trainer_default_feedback(ops, net, optimizer)));
    BL_TRY(settle_training(config, optimizer, examples));
    return bl_config_is_set(config, "net") ? bl_config_set(config, "net", net->text)
                                           : config_set_default(config, "net", net->text);
}

/* Called before anything is drawn: purposes without a seed of their own take the run's. */
static bl_status settle_seeds(bl_config *config)
{
    static const char *const keys[] = {"weight-seed", "feedback-seed", "order-seed"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        BL_TRY(settle(config, keys[i], config_text(config, "seed")));
    return BL_OK;
}

/* What the net or the optimiser is made from. */
static bl_status settle_before(bl_config *config, const bl_data *like)
{
    char net[DEFAULTS_NET_ROOM];
    defaults_net(like->outputs, net);
    BL_TRY(settle(config, "net", net));
    return settle(config, "optimizer", defaults_optimizer());
}

static bl_status check_start(bl_context *ctx, const bl_config *config, const struct net *net,
                             const struct rule_ops *ops)
{
    if (strcmp(config_text(config, "init"), "zero") != 0 || net->n_blocks == 1)
        return BL_OK;
    if (!ops->learns_from_zero)
        BL_FAIL(ctx, BL_NOT_DEFINED,
                "rule %s cannot learn from all-zero weights: its hidden layers would never move; use --init "
                "fanin",
                ops->name);
    if (net->has_merged_modules)
        BL_FAIL(
            ctx, BL_NOT_DEFINED,
            "rule %s cannot learn from all-zero weights with the option modules: inside a module derivatives "
            "pass the weights, which are 0; use --init fanin",
            ops->name);
    if (net_slope_at_zero(net) <= 0.0f)
        BL_FAIL(ctx, BL_BAD_VALUE,
                "a relu net cannot learn from all-zero weights: its slope at 0 is 0; use --init fanin or "
                "--init he");
    return BL_OK;
}

/* One unit for each class or target, or one for the second of two classes. */
static bl_status check_outputs(bl_context *ctx, const struct net *net, const struct loss_ops *loss,
                               const bl_data *data)
{
    const size_t units = net->blocks[net_last(net)].units;
    const bool is_ce = strcmp(loss->name, "ce") == 0;
    if (data->outputs == 1 && !data->has_targets)
        BL_FAIL(ctx, BL_BAD_VALUE,
                "%s has one class, and there is nothing to tell apart; expected two or more", data->source);
    if (model_is_one_of_two(net, data) && strcmp(loss->name, "bce") != 0)
        BL_FAIL(ctx, BL_BAD_VALUE,
                "net \"%s\" ends with one unit for the 2 classes of %s, which goes with loss bce, not %s%s; "
                "use --loss "
                "bce, where the unit gives the probability of the second class, or end the net with dense 2",
                net->text, data->source, loss->name, is_ce ? " (softmax of one number is always 1)" : "");
    if (units != (size_t)data->outputs && !model_is_one_of_two(net, data))
        BL_FAIL(ctx, BL_BAD_VALUE,
                "net \"%s\" ends with %zu unit%s, but %s has %d %s%s; end it with dense %d%s", net->text,
                units, units == 1 ? "" : "s", data->source, data->outputs,
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
        BL_FAIL(ctx, BL_BAD_VALUE, "the net takes %zu inputs, but %s has %zu", net->inputs, data->source,
                data->features);
    if (loss->needs_classes && data->targets)
        BL_FAIL(ctx, BL_BAD_VALUE, "loss %s needs classes, but %s has real targets; use --loss mse",
                loss->name, data->source);
    return BL_OK;
}

static bl_status make_net_alone(struct net **out, bl_trainer *t, const bl_data *like,
                                const struct rule_ops *ops)
{
    const char *text = config_text(t->config, "net");
    if (!ops->only_output)
        return net_create_for(out, t->ctx, like->shape, text, like->outputs);
    char *output = NULL;
    BL_TRY(net_text_of_output(t->ctx, text, &output));
    const bl_status status = net_create_for(out, t->ctx, like->shape, output, like->outputs);
    mem_free(t->ctx, output);
    return status;
}

static bl_status make_net(struct net **out, bl_trainer *t, const bl_data *like, const struct rule_ops *ops)
{
    struct modules modules = {0};
    BL_TRY(modules_parse(t->ctx, &modules, config_text(t->config, "modules")));
    BL_TRY(make_net_alone(out, t, like, ops));
    net_set_modules(*out, modules);
    return BL_OK;
}

/* Net and rule become the model's, also on failure. */
static bl_status make_model(bl_trainer *t, const bl_data *like, const struct optimizer *optimizer)
{
    const struct rule_ops *ops = rule_find(t->ctx, config_text(t->config, "rule"));
    struct net *net = NULL;
    struct rule *rule = NULL;
    struct feedback_spec spec;
    BL_TRY(make_net(&net, t, like, ops));
    bl_status status =
        settle(t->config, "loss", defaults_loss(like->has_targets, model_is_one_of_two(net, like)));
    const struct loss_ops *loss = loss_find(config_text(t->config, "loss"));
    if (status == BL_OK)
        status = check_data(t->ctx, net, loss, like);
    if (status == BL_OK)
        status = settle_all(t->config, net, ops, optimizer, like->n);
    if (status == BL_OK)
        status = check_start(t->ctx, t->config, net, ops);
    if (status == BL_OK && ops->needs_classes && like->has_targets)
        status = context_fail(t->ctx, BL_NOT_DEFINED, "rule %s needs classes, but %s has regression targets",
                              ops->name, like->source);
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
    init_weights(net, config_text(t->config, "init"), config_u64(t->config, "weight-seed"));
    return model_create(&t->model, t->ctx, net, rule, loss, like);
}

/* A JSON list of texts, or null: what is not there is said, so that a reader misses what was lost. */
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

/* What the columns of a table became. */
static bl_status set_table(bl_trainer *t, const bl_data *like)
{
    char *text = NULL;
    if (!like->encoding)
        return model_set_metadata(t->model, "table", "null");
    BL_TRY(encoding_to_text(&text, t->ctx, like->encoding));
    const bl_status status = model_set_metadata(t->model, "table", text);
    mem_free(t->ctx, text);
    return status;
}

/* Describes the examples that were held out before the training. */
static bl_status set_split(bl_trainer *t, const bl_data *like)
{
    char *text = NULL;
    BL_TRY(origin_to_text(&text, t->ctx, &like->origin));
    const bl_status status = model_set_metadata(t->model, "split", text);
    mem_free(t->ctx, text);
    return status;
}

static bl_status set_facts(bl_trainer *t, const bl_data *like)
{
    /* inlet is the key of feedback-at in model files. */
    static const char *const keys[] = {"net",           "rule",       "feedback",  "inlet",
                                       "modules",       "init",       "loss",      "reduction",
                                       "optimizer",     "lr",         "schedule",  "batch",
                                       "seed",          "split-seed", "precision", "weight-seed",
                                       "feedback-seed", "order-seed", "epochs"};
    char shape[64];
    snprintf(shape, sizeof shape, "%d x %d x %d", like->shape.channels, like->shape.rows, like->shape.cols);
    BL_TRY(model_set_metadata(t->model, "format", model_formats[MODEL_FORMAT]));
    BL_TRY(model_set_metadata(t->model, "input", shape));
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        BL_TRY(model_set_metadata(t->model, keys[i], config_text(t->config, keys[i])));
    if (t->model->rule->ops->has_slope)
        BL_TRY(model_set_metadata(t->model, "slope", config_text(t->config, "slope")));
    if (config_number(t->config, "adversarial") > 0.0)
        BL_TRY(model_set_metadata(t->model, "adversarial", config_text(t->config, "adversarial")));
    if (config_number(t->config, "max-norm") > 0.0)
        BL_TRY(model_set_metadata(t->model, "max-norm", config_text(t->config, "max-norm")));
    if (rule_learns_feedback(t->model->rule->ops))
        BL_TRY(model_set_metadata(t->model, "lambda", config_text(t->config, "lambda")));
    BL_TRY(set_names(t, "class_names", like->class_names, (size_t)like->outputs));
    BL_TRY(set_table(t, like));
    BL_TRY(set_split(t, like));
    BL_TRY(model_set_metadata(t->model, "missing",
                              !like->encoding                 ? "null"
                              : like->encoding->takes_missing ? "impute"
                                                              : "refuse"));
    BL_TRY(model_set_metadata(t->model, "labels", model_label_words[like->class_match]));
    if (like->is_resized)
        BL_TRY(model_set_metadata(t->model, "pictures", "resized"));
    BL_TRY(model_set_metadata(t->model, "answers", like->has_targets ? "numbers" : "classes"));
    BL_TRY(model_set_number(t->model, "scaling", (double)like->scaling.n));
    BL_TRY(model_set_number(t->model, "target_scaling", (double)like->target_scaling.n));
    return model_set_number(t->model, "outputs", like->outputs);
}

static bool is_lean(const bl_trainer *t)
{
    return strcmp(config_text(t->config, "memory"), "low") == 0;
}

static enum precision precision_of(const bl_trainer *t)
{
    const char *text = config_text(t->config, "precision");
    return strcmp(text, "bf16") == 0         ? PRECISION_BF16
           : strcmp(text, "bf16-dense") == 0 ? PRECISION_BF16_DENSE
                                             : PRECISION_FLOAT32;
}

/* Of a batch that the rule teaches. */
static bl_status make_workspace(struct workspace **out, const bl_trainer *t, size_t capacity,
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

/* Blocks learn as they go: from the targets, or from an error that a first pass brought. */
static bl_status check_memory(const bl_trainer *t)
{
    const struct rule_ops *ops = t->model->rule->ops;
    if (is_lean(t) && !rule_may_be_lean(ops))
        BL_FAIL(t->ctx, BL_NOT_DEFINED,
                "memory low: rule %s needs the outputs of all blocks at once; dfa, drtp and their "
                "like do not",
                ops->name);
    const struct angle_steps steps = angle_steps_of(config_text(t->config, "angles"));
    if (is_lean(t) && angle_steps_are_named(&steps))
        BL_FAIL(t->ctx, BL_BAD_VALUE,
                "angles is \"%s\", but with memory low none are measured: use memory normal, or angles none",
                config_text(t->config, "angles"));
    return BL_OK;
}

/* What one rule or two take: where the rule at hand does not, the option has no value. Feedback that
   learns forgets how it began by decay alone, and the `decay` of a file of 0.1.0 is such a one. */
static bl_status settle_of_rule(bl_trainer *t, struct optimizer *optimizer)
{
    const struct rule_ops *ops = rule_find(t->ctx, config_text(t->config, "rule"));
    char lambda[32];
    text_from_double(optimizer->decay > 0.0f ? 0.0 : ops->default_lambda, lambda);
    if (ops->has_slope)
        BL_TRY(settle(t->config, "slope", "cos a"));
    if (!rule_learns_feedback(ops))
        return BL_OK;
    BL_TRY(settle(t->config, "lambda", lambda));
    optimizer->lambda = (float)config_number(t->config, "lambda");
    return BL_OK;
}

/* The largest batch of a step: the option batch, or STREAM_BATCH where nobody chose one, because a
   stream's `like` may be a few examples alone. */
static size_t most_examples(const bl_trainer *t)
{
    const bool is_open = !bl_config_is_set(t->config, "batch");
    return is_open && t->batch < STREAM_BATCH ? STREAM_BATCH : t->batch;
}

static bl_status build(bl_trainer *t, const bl_data *like)
{
    struct optimizer optimizer;
    BL_TRY(settle_seeds(t->config));
    BL_TRY(settle_before(t->config, like));
    BL_TRY(optimizer_parse(t->ctx, &optimizer, config_text(t->config, "optimizer")));
    BL_TRY(settle_of_rule(t, &optimizer));
    BL_TRY(make_model(t, like, &optimizer));
    BL_TRY(optimizer_check_rate(t->ctx, &optimizer, config_number(t->config, "lr")));
    BL_TRY(check_memory(t));
    BL_TRY(set_facts(t, like));
    BL_TRY(model_need_counts(t->model));
    BL_TRY(schedule_parse(t->ctx, &t->schedule, config_text(t->config, "schedule")));
    const struct net *net = t->model->net;
    BL_TRY(stepper_create(&t->stepper, t->ctx, t->model->net, t->model->rule, t->model->loss, &optimizer,
                          is_lean(t)));
    t->stepper.sums = strcmp(config_text(t->config, "reduction"), "sum") == 0;
    t->batch = config_size(t->config, "batch");
    t->needs_two = net_needs_two(net);
    BL_TRY(learnable_check(t));
    BL_TRY(unused_of_trainer(t));
    BL_TRY(stillness_create(t));
    BL_TRY(make_workspace(&t->workspace, t, most_examples(t) + (t->needs_two ? 1 : 0),
                          program_keeps(t->stepper.program)));
    BL_TRY(workspace_create(&t->score_workspace, t->ctx, net,
                            (struct workspace_spec){.capacity = SCORE_BATCH, .memory = LESSON_FOR_USE}));
    BL_TRY(adversary_of_trainer(t));
    BL_TRY(MEM_ARRAY(t->ctx, &t->angles, net->n_blocks, "the angles"));
    t->epochs = config_size(t->config, "epochs");
    t->max_norm = config_number(t->config, "max-norm");
    t->data_hash = like->hash;
    t->narrow_data_hash = like->narrow_hash;
    t->state = (struct run_state){.running_error = 1.0};
    t->stop_reason = "";
    return BL_OK;
}

bl_status bl_trainer_create(bl_trainer **out, bl_context *ctx, const bl_config *config, const bl_data *like)
{
    if (!ctx)
        return BL_BAD_VALUE;
    BL_GIVEN(ctx, out);
    BL_GIVEN(ctx, config);
    BL_GIVEN(ctx, like);
    bl_trainer *t = NULL;
    BL_TRY(MEM_ONE(ctx, &t, "the trainer"));
    t->ctx = t->stepper.ctx = ctx;
    bl_status status = bl_config_copy(&t->config, config);
    if (status == BL_OK)
        status = build(t, like);
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
    alignment_free(t->alignment);
    adversary_free(t->adversary);
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
    mem_free(t->ctx, t->told);
    for (size_t i = 0; i < t->n_notes; i++)
        mem_free(t->ctx, t->notes[i]);
    mem_free(t->ctx, t->notes);
    mem_free(t->ctx, t);
}

bl_status trainer_note(bl_trainer *t, const char *format, ...)
{
    char text[1024];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    size_t room = t->n_notes;
    BL_TRY(MEM_GROW(t->ctx, &t->notes, &room, t->n_notes, "a note"));
    BL_TRY(mem_text(t->ctx, &t->notes[t->n_notes], text, strlen(text)));
    t->n_notes++;
    return BL_OK;
}

void trainer_use_buffered_sink(bl_trainer *trainer, bool is_buffered)
{
    trainer->is_buffered = is_buffered;
}

double trainer_rate(const bl_trainer *t, size_t n_examples)
{
    const double begun = n_examples > 0 ? (double)t->state.position / (double)n_examples : 0.0,
                 progress = (double)t->state.epoch + begun;
    return schedule_rate(&t->schedule, config_number(t->config, "lr"), progress, t->epochs);
}

bl_status trainer_check_finite(bl_trainer *t)
{
    const char *name = NULL;
    if (model_find_nan(t->model, &name))
        BL_FAIL(t->ctx, BL_DIVERGED,
                "diverged at step %llu: \"%s\" contains NaN or infinity; try a smaller learning rate (--lr, "
                "now %s)",
                (unsigned long long)t->state.step, name, config_text(t->config, "lr"));
    return BL_OK;
}

bl_status trainer_step(bl_trainer *t, double rate, struct outcome *out)
{
    t->has_inspected = false;
    t->workspace->pass = (struct pass){.purpose = PASSAGE_TRAIN,
                                       .seed = config_u64(t->config, "order-seed"),
                                       .step = (uint32_t)(t->state.step + 1)};
    if (t->adversary)
        adversary_perturb(t->adversary, t->workspace);
    BL_TRY(step_run(&t->stepper, t->workspace, rate, t->state.step + 1, t->is_buffered, out));
    if (t->max_norm > 0.0)
        max_norm_apply(t->model->net, t->stepper.learns_from, t->max_norm, t->workspace->threads.now);
    t->state.step++;
    model_set_counts(t->model, t->state.epoch, t->state.step);
    if (isfinite(out->loss))
        return stillness_after_step(t);
    BL_TRY(trainer_check_finite(t));
    BL_FAIL(t->ctx, BL_DIVERGED,
            "diverged at step %llu: the loss is NaN or infinite; try a smaller learning rate (--lr, now %s)",
            (unsigned long long)t->state.step, config_text(t->config, "lr"));
}

static bool is_vector(bl_shape s)
{
    return s.channels == 1 && s.rows == 1;
}

static bool may_stand_for(bl_shape a, bl_shape b)
{
    return is_vector(a) || is_vector(b) || (a.channels == b.channels && a.rows == b.rows && a.cols == b.cols);
}

static const char *answers_of(const bl_data *data)
{
    return data->has_targets ? "real targets" : "classes";
}

bl_status trainer_check_data(const bl_trainer *t, const bl_data *data)
{
    const bl_data *like = t->model->like;
    const bl_shape a = data->shape, b = like->shape;
    if (data->features != t->model->net->inputs || data->outputs != like->outputs)
        BL_FAIL(t->ctx, BL_BAD_VALUE,
                "%s: %zu features and %d outputs, but the trainer was made for %zu and %d", data->source,
                data->features, data->outputs, t->model->net->inputs, like->outputs);
    if (!may_stand_for(a, b))
        BL_FAIL(t->ctx, BL_BAD_VALUE,
                "%s: examples of %d x %d x %d, but the trainer was made for %d x %d x %d", data->source,
                a.channels, a.rows, a.cols, b.channels, b.rows, b.cols);
    if (data->has_targets != like->has_targets)
        BL_FAIL(t->ctx, BL_BAD_VALUE, "%s: has %s, but the trainer was made for %s", data->source,
                answers_of(data), answers_of(like));
    if (!data->labels && !data->targets)
        BL_FAIL(t->ctx, BL_BAD_VALUE, "%s: has no labels", data->source);
    return data_check_wrapped(t->ctx, data);
}

/* A batch of the caller's: labels or targets, the other NULL. */
struct batch {
    const float *x, *targets;
    const int32_t *labels;
    size_t n;
};

static bl_status check_batch(const bl_trainer *t, const struct batch *batch)
{
    const bl_data *like = t->model->like;
    if ((batch->targets != NULL) != like->has_targets)
        BL_FAIL(t->ctx, BL_BAD_VALUE, "%s, but the trainer was made for %s",
                batch->targets ? "targets" : "labels", answers_of(like));
    if (batch->n == 0 || batch->n > most_examples(t))
        BL_FAIL(t->ctx, BL_BAD_VALUE, "a batch of %zu examples, expected 1 to %zu (the option batch)",
                batch->n, most_examples(t));
    for (size_t i = 0; batch->labels && i < batch->n; i++)
        if (batch->labels[i] < 0 || batch->labels[i] >= like->outputs)
            BL_FAIL(t->ctx, BL_BAD_VALUE, "label %d of example %zu, expected 0 to %d", (int)batch->labels[i],
                    i, like->outputs - 1);
    return BL_OK;
}

/* Scaled as the training set is. */
static bl_status take_batch(bl_trainer *t, struct workspace *workspace, const struct batch *batch)
{
    BL_TRY(check_batch(t, batch));
    workspace_set_size(workspace, batch->n);
    workspace_take_weights(workspace, NULL, NULL);
    BL_TRY(scaling_apply(t->ctx, t->model->like, &(struct raw_rows){batch->x, NULL, 0, batch->n},
                         workspace->x.x));
    if (batch->targets)
        return scaling_apply_targets(t->ctx, t->model->like, batch->targets, batch->n, workspace->y.x);
    workspace_set_labels(workspace, batch->labels);
    return BL_OK;
}

bl_status bl_trainer_set_rate(bl_trainer *t, double rate)
{
    if (!t)
        return BL_BAD_VALUE;
    if (rate != 0.0 && !(rate >= 1e-12 && rate <= 1e6))
        BL_FAIL(t->ctx, BL_BAD_VALUE,
                "a rate of %g, expected a number from 1e-12 to 1e6, or 0: the schedule's", rate);
    t->state.step_rate = rate;
    return BL_OK;
}

static bl_status step_on(bl_trainer *t, const struct batch *batch, double *loss)
{
    struct outcome outcome;
    const double rate = t->state.step_rate > 0.0 ? t->state.step_rate : trainer_rate(t, 0);
    if (batch->n == 1 && t->needs_two)
        BL_FAIL(t->ctx, BL_BAD_VALUE,
                "a batch of one example: batch norm of one number for each example needs two or more");
    BL_TRY(take_batch(t, t->workspace, batch));
    if (!(rate > 0.0))
        BL_FAIL(
            t->ctx, BL_BAD_VALUE,
            "the schedule \"%s\" gives the rate 0 after %zu epochs, and single steps belong to none; choose "
            "their rate with bl_trainer_set_rate",
            config_text(t->config, "schedule"), t->state.epoch);
    BL_TRY(trainer_step(t, rate, &outcome));
    if (loss)
        *loss = outcome.loss / (double)batch->n;
    return BL_OK;
}

bl_status bl_trainer_step(bl_trainer *t, const float *x, const int32_t *labels, size_t n, double *loss)
{
    if (!t)
        return BL_BAD_VALUE;
    BL_GIVEN(t->ctx, x);
    BL_GIVEN(t->ctx, labels);
    return step_on(t, &(struct batch){.x = x, .labels = labels, .n = n}, loss);
}

bl_status bl_trainer_step_targets(bl_trainer *t, const float *x, const float *targets, size_t n, double *loss)
{
    if (!t)
        return BL_BAD_VALUE;
    BL_GIVEN(t->ctx, x);
    BL_GIVEN(t->ctx, targets);
    return step_on(t, &(struct batch){.x = x, .targets = targets, .n = n}, loss);
}

/* Unlike training, this keeps all outputs and derivatives. */
static bl_status need_inspected(bl_trainer *t)
{
    const struct net *net = t->model->net;
    if (t->inspected)
        return BL_OK;
    if (!t->gradient)
        BL_TRY(MEM_ARRAY(t->ctx, &t->gradient, net->n_params, "the gradients"));
    return make_workspace(&t->inspected, t, t->workspace->capacity, LESSON_KEEPS_ALL);
}

static bl_status inspect(bl_trainer *t, const struct batch *batch)
{
    if (is_lean(t))
        BL_FAIL(t->ctx, BL_BAD_VALUE, "with memory low there is nothing kept to inspect");
    BL_TRY(need_inspected(t));
    t->has_inspected = false;
    BL_TRY(take_batch(t, t->inspected, batch));
    t->inspected->pass = (struct pass){.purpose = PASSAGE_MEASURE};
    step_inspect(&t->stepper, t->model->rule, t->stepper.inspected, t->inspected,
                 step_scale(&t->stepper, batch->n), t->gradient);
    t->has_inspected = true;
    return BL_OK;
}

bl_status bl_trainer_inspect(bl_trainer *t, const float *x, const int32_t *labels, size_t n)
{
    if (!t)
        return BL_BAD_VALUE;
    BL_GIVEN(t->ctx, x);
    BL_GIVEN(t->ctx, labels);
    return inspect(t, &(struct batch){.x = x, .labels = labels, .n = n});
}

bl_status bl_trainer_inspect_targets(bl_trainer *t, const float *x, const float *targets, size_t n)
{
    if (!t)
        return BL_BAD_VALUE;
    BL_GIVEN(t->ctx, x);
    BL_GIVEN(t->ctx, targets);
    return inspect(t, &(struct batch){.x = x, .targets = targets, .n = n});
}

int bl_trainer_activation(const bl_trainer *t, int i, bl_tensor *out)
{
    if (!t || !out || !t->has_inspected || i < 0 || (size_t)i >= t->inspected->n_blocks)
        return 0;
    const struct matrix h = t->inspected->h[i];
    *out = (bl_tensor){"activation", h.x, h.rows, h.cols};
    return 1;
}

int bl_trainer_delta(const bl_trainer *t, int i, bl_tensor *out)
{
    if (!t || !out || !t->has_inspected || i < 0 || (size_t)i >= t->inspected->n_blocks)
        return 0;
    const struct matrix delta = t->inspected->delta[i];
    *out = (bl_tensor){"delta", delta.x, delta.rows, delta.cols};
    return 1;
}

int bl_trainer_gradient(const bl_trainer *t, int i, bl_tensor *out)
{
    if (!t || !out || !t->has_inspected || i < 0 || (size_t)i >= t->model->net->n_tensors)
        return 0;
    const struct net *net = t->model->net;
    const struct net_tensor *tensor = &net->tensors[i];
    const size_t rows = tensor->is_matrix ? tensor->rows : 1,
                 cols = tensor->is_matrix ? tensor->cols : net_tensor_size(tensor);
    *out = (bl_tensor){t->model->names[i], t->gradient + tensor->at, rows, cols};
    return 1;
}

bl_status trainer_need_alignment(bl_trainer *t, size_t n)
{
    if (t->alignment && t->alignment_room >= n)
        return BL_OK;
    alignment_free(t->alignment);
    t->alignment = NULL;
    BL_TRY(alignment_create(&t->alignment, t->ctx, &t->stepper, n));
    t->alignment_room = n;
    return BL_OK;
}

bl_status trainer_measure(bl_trainer *t, const bl_data *data, const uint32_t *rows, size_t n)
{
    const size_t batch = data->n < t->batch ? data->n : t->batch;
    BL_TRY(trainer_need_alignment(t, n));
    struct workspace *workspace = alignment_workspace(t->alignment);
    workspace_set_size(workspace, n);
    data_gather(data, t->ctx->backend, rows, 0, n, workspace->x.x);
    if (data->labels && rows)
        workspace_take_labels(workspace, data->labels, rows);
    else if (data->labels)
        workspace_set_labels(workspace, data->labels);
    else
        data_gather_targets(data, rows, 0, n, workspace->y.x);
    /* a rate of 0, at the beginning or end of a schedule, would give no change to compare */
    const double rate = trainer_rate(t, data->n),
                 supposed = rate > 0.0 ? rate : config_number(t->config, "lr");
    return alignment_measure(t->alignment, supposed, t->state.step + 1, batch, t->angles);
}

bl_status bl_trainer_angles(bl_trainer *t, const bl_data *data, size_t n, bl_angles *out, int max)
{
    if (!t)
        return BL_BAD_VALUE;
    BL_GIVEN(t->ctx, data);
    BL_GIVEN(t->ctx, out);
    BL_TRY(trainer_check_data(t, data));
    n = n < data->n ? n : data->n;
    if (n == 0)
        BL_FAIL(t->ctx, BL_BAD_VALUE, "angles need at least one example of %s", data->source);
    BL_TRY(trainer_measure(t, data, NULL, n));
    for (int i = 0; i < max && (size_t)i < t->model->net->n_blocks; i++)
        out[i] = t->angles[i];
    return BL_OK;
}

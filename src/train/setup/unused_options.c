/*
 * unused_options.c - reports options without effect. Default values, and values that a run folder stores
 * without the user having set them, are not reported.
 */
#include "unused_options.h"
#include "trainer_setup.h"

#include "../../data/source/location.h"
#include "../../net/init.h"

#include <string.h>
#include <sys/stat.h>

static bool is_asked(const bl_config *config, const char *key, const char *otherwise)
{
    return bl_config_is_set(config, key) && strcmp(config_text(config, key), otherwise) != 0;
}

/* Whether a user's rule has arrays with random initial values. */
static bool draws_arrays(const struct rule_ops *ops)
{
    for (int i = 0; ops->user && i < ops->user->n_arrays; i++)
        if (ops->user->arrays[i].limit > 0.0 && array_is_kept(&ops->user->arrays[i]))
            return true;
    return false;
}

/* Adds notes about the options of feedback, for a rule without feedback, or with feedback computed from the
   weights. */
static bl_status note_unused_feedback(bl_trainer *t, const struct rule_ops *ops)
{
    const char *usual = trainer_default_feedback(t->config, ops, t->model->net, &t->stepper.optimizer),
               *why = ops->init ? "which makes its feedback from the weights" : "which has no feedback";
    if (is_asked(t->config, "feedback", usual))
        BL_TRY(trainer_note(t, "the option feedback has no effect on rule %s, %s", ops->name, why));
    if (!draws_arrays(ops) && is_asked(t->config, "feedback-seed", config_text(t->config, "seed")))
        BL_TRY(trainer_note(t, "the option feedback-seed has no effect on rule %s, %s", ops->name, why));
    return BL_OK;
}

/* Adds a note about the option modules, for rules whose derivatives are exact everywhere, and for nets that
   have the same modules by default. */
static bl_status note_unused_modules(bl_trainer *t, const struct rule_ops *ops)
{
    if (!is_asked(t->config, "modules", "layer"))
        return BL_OK;
    if (!ops->init && !ops->user)
        return trainer_note(t, "the option modules has no effect on rule %s, which has no feedback",
                            ops->name);
    if (!t->model->net->has_merged_modules)
        return trainer_note(t,
                            "the option modules has no effect: the modules of this net are those of layer");
    return BL_OK;
}

static bl_status note_unused_seeds(bl_trainer *t, const struct rule_ops *ops)
{
    const char *seed = config_text(t->config, "seed");
    const char *init = config_text(t->config, "init");
    const bool is_file = init_is_file(init);
    if ((is_file || strcmp(init, "zero") == 0) && is_asked(t->config, "weight-seed", seed))
        BL_TRY(trainer_note(t, "the option weight-seed has no effect: from --init %s no weight is drawn",
                            is_file ? "FILE" : "zero"));
    if (ops->init && !ops->derives_feedback && t->model->rule->feedback.kind == FEEDBACK_FILE &&
        !draws_arrays(ops) && is_asked(t->config, "feedback-seed", seed))
        BL_TRY(trainer_note(t, "the option feedback-seed has no effect: the feedback is read from %s",
                            config_text(t->config, "feedback")));
    if (ops->init && !ops->derives_feedback && t->model->rule->feedback.kind == FEEDBACK_WEIGHTS &&
        !draws_arrays(ops) && is_asked(t->config, "feedback-seed", seed))
        BL_TRY(
            trainer_note(t, "the option feedback-seed has no effect: the feedback is a copy of the weights"));
    return BL_OK;
}

bl_status unused_options_of_trainer(bl_trainer *t)
{
    const struct rule_ops *ops = t->model->rule->ops;
    if (bl_config_is_set(t->config, "slope") && !ops->has_slope)
        BL_TRY(trainer_note(t, "the option slope has no effect on rule %s: it is adfa's", ops->name));
    if (bl_config_is_set(t->config, "lambda") && !rule_learns_feedback(ops))
        BL_TRY(trainer_note(t, "the option lambda has no effect on rule %s: it is kp's and dkp's%s",
                            ops->name, ops->user ? ", and of rules with bl_emit_learn_feedback" : ""));
    if (!ops->init || ops->derives_feedback)
        BL_TRY(note_unused_feedback(t, ops));
    BL_TRY(note_unused_modules(t, ops));
    return note_unused_seeds(t, ops);
}

static const char *default_of(const char *key)
{
    const bl_option *option = NULL;
    for (int i = 0; (option = bl_option_at(i)); i++)
        if (strcmp(option->key, key) == 0)
            return option->default_value;
    return "";
}

static bl_status note_unused_option(const bl_config *config, bl_data *train, const char *key, const char *why)
{
    return is_asked(config, key, default_of(key))
               ? data_add_note(train, "the option %s has no effect: %s", key, why)
               : BL_OK;
}

/* Whether the data are a file, for which the options label and target may have a meaning, and not a named set
   or a folder. */
static bool is_file(const char *where)
{
    struct stat status;
    return !named_find(where) && !(stat(where, &status) == 0 && S_ISDIR(status.st_mode));
}

bl_status unused_options_of_data(const bl_config *config, bl_data *train)
{
    static const char *const of_tables[] = {"header", "separator", "decimal", "categorical",
                                            "ignore", "id-column", "missing"};
    const char *val = config_text(config, "val");
    const bool is_drawn = (strcmp(val, "0") != 0 && strncmp(val, "last ", 5) != 0) ||
                          config_number(config, "test-fraction") > 0.0 || config_text(config, "fold")[0];
    for (size_t i = 0; !train->encoding && i < sizeof of_tables / sizeof *of_tables; i++)
        BL_TRY(note_unused_option(config, train, of_tables[i],
                                  "it applies to tables only, and the data are not a table"));
    if (!train->encoding && !is_file(config_text(config, "data"))) {
        BL_TRY(note_unused_option(config, train, "label",
                                  "it applies to tables and arrays only, and the data are neither"));
        BL_TRY(note_unused_option(config, train, "target",
                                  "it applies to tables and arrays only, and the data are neither"));
    }
    if (!train->is_resized)
        BL_TRY(note_unused_option(config, train, "resize",
                                  "it applies to folders of images only, and the data are not one"));
    if (!is_drawn)
        BL_TRY(note_unused_option(config, train, "split-seed",
                                  "no examples are drawn for --val, --test-fraction or --fold"));
    return BL_OK;
}

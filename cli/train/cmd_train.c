/*
 * cmd_train.c - backless train: trains one net by one rule.
 */
#include "../data/data_notes.h"
#include "../data/majority.h"
#include "../draw/short_exponent.h"
#include "../help/help.h"
#include "../progress/progress.h"
#include "../report/report.h"
#include "../terminal/shown_text.h"
#include "check_options.h"
#include "precision_note.h"
#include "preset_notes.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

static const struct extra extras[] = {
    {"config", "FILE.json", "options from a file; flags take precedence"},
    {"resume", "DIR", "continue the run in DIR"},
    {"json", NULL, "the lines of the log on standard output"},
    {"progress", "panel|line|none",
     "on a terminal, while it trains (default: panel; line where there are less than 60 columns or 12 rows)"},
    {"quiet", NULL, "only errors; with --json also the lines of the log"},
    {"tensorboard", "DIR", "write events for TensorBoard, in a subfolder named as the run folder"},
    {"no-report", NULL, "no report.html in the run folder (see: backless report)"},
    {"list-options", NULL, "write the table of options and stop; with --json as one array"},
    {NULL, NULL, NULL},
};

/* Whether the option has an effect on the rule: a model has metadata of such options only. */
static bool is_of_rule(bl_trainer *trainer, const char *key)
{
    return bl_model_metadata(bl_trainer_model(trainer), key) != NULL;
}

static void print_slope(const struct session *s, bl_trainer *trainer, const bl_config *c)
{
    if (is_of_rule(trainer, "slope"))
        note(s, "slope      %s%s", bl_config_get(c, "slope"),
             bl_config_is_set(c, "slope") ? "" : " (default here)");
}

/* Prints lambda, the share of each weight that a step subtracts, and the weight-decay that subtracts as much
   at this learning rate. */
static void print_lambda(const struct session *s, bl_trainer *trainer, const bl_config *c)
{
    const char *lambda = bl_config_get(c, "lambda");
    const double x = strtod(lambda, NULL);
    char decay[32];
    if (x > 0.0 && is_of_rule(trainer, "lambda"))
        note(s, "lambda     %s of weights and feedback at each step%s; as weight-decay %s at this rate",
             lambda, bl_config_is_set(c, "lambda") ? "" : " (default here)",
             short_number(x / strtod(bl_config_get(c, "lr"), NULL), 3, decay));
}

static size_t steps_of(const bl_config *c, const bl_data *train)
{
    const size_t batch = strtoull(bl_config_get(c, "batch"), NULL, 10);
    return (bl_data_count(train) + batch - 1) / batch;
}

/* Whether the model has a feedback matrix. */
static bool has_feedback(bl_trainer *trainer)
{
    bl_tensor tensor;
    for (int i = 0; bl_model_tensor(bl_trainer_model(trainer), i, &tensor); i++) {
        const char *name = strstr(tensor.name, ".feedback");
        if (name && strcmp(name, ".feedback") == 0)
            return true;
    }
    return false;
}

/* Lists the settings that are defaults; that of the feedback only with_feedback. */
static void note_defaults(const struct session *s, const bl_config *c, bool with_feedback)
{
    static const char *const keys[] = {"net",      "epochs", "batch", "optimizer", "lr",
                                       "schedule", "loss",   "init",  "feedback"};
    char text[128] = ""; /* enough for all keys together */
    size_t n = 0;
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (!bl_config_is_set(c, keys[i]) && !is_from_preset(c, keys[i]) &&
            (with_feedback || strcmp(keys[i], "feedback") != 0))
            n += (size_t)snprintf(text + n, sizeof text - n, "%s%s", n > 0 ? ", " : "", keys[i]);
    if (n > 0)
        note(s, "           by default: %s", text);
}

static void print_start(const struct session *s, bl_trainer *trainer, const bl_data *train,
                        const bl_data *val, const bl_data *test)
{
    const bl_config *c = bl_trainer_config(trainer);
    const int n_outputs = bl_data_outputs(train);
    const size_t steps = steps_of(c, train);
    const bool is_by_layer = strcmp(bl_config_get(c, "modules"), "layer") == 0,
               with_feedback = has_feedback(trainer);
    note(s, "data       %s: %zu to train on, %zu to validate, %zu to test, %d %s%s", bl_data_source(train),
         bl_data_count(train), val ? bl_data_count(val) : 0, test ? bl_data_count(test) : 0, n_outputs,
         bl_data_labels(train) ? "class" : "regression target",
         n_outputs == 1          ? ""
         : bl_data_labels(train) ? "es"
                                 : "s");
    print_data_notes(s, "           ", train);
    print_test_notes(s, "           test set: ", test, train);
    note(s, "net        %s", bl_config_get(c, "net"));
    note(s, "rule       %s: %s", bl_config_get(c, "rule"), bl_rule_about(bl_config_get(c, "rule")));
    note(s, "training   %s epoch%s of %zu step%s, batch %s, %s, lr %s, schedule %s",
         bl_config_get(c, "epochs"), plural(atof(bl_config_get(c, "epochs"))), steps, plural((double)steps),
         bl_config_get(c, "batch"), bl_config_get(c, "optimizer"), bl_config_get(c, "lr"),
         bl_config_get(c, "schedule"));
    note(s, "           loss %s, init %s%s%s%s%s%s%s", bl_config_get(c, "loss"), bl_config_get(c, "init"),
         with_feedback ? ", feedback " : "", with_feedback ? bl_config_get(c, "feedback") : "",
         is_by_layer ? "" : ", modules ", is_by_layer ? "" : bl_config_get(c, "modules"),
         strcmp(bl_config_get(c, "reduction"), "sum") == 0 ? ", reduction sum" : "",
         strcmp(bl_config_get(c, "stop"), "paper") == 0 ? ", stop paper" : "");
    note_defaults(s, c, with_feedback);
    print_preset(s, c, NULL);
    note(s, "seeds      seed %s, weights %s, feedback %s, order %s, splits %s", bl_config_get(c, "seed"),
         bl_config_get(c, "weight-seed"), bl_config_get(c, "feedback-seed"), bl_config_get(c, "order-seed"),
         bl_config_get(c, "split-seed"));
    print_precision(s, bl_config_get(c, "precision"));
    print_slope(s, trainer, c);
    print_lambda(s, trainer, c);
    note(s, "machine    %s (%s), %d thread%s", bl_context_backend(s->ctx), bl_context_machine(s->ctx),
         bl_context_threads(s->ctx), plural(bl_context_threads(s->ctx)));
}

static bl_status make_trainer(bl_trainer **out, const struct session *s, const bl_data *train)
{
    const char *resume = extra_of(s, "resume");
    bl_trainer *trainer = NULL;
    bl_status status = bl_trainer_create(&trainer, s->ctx, s->config, train);
    if (status == BL_OK && resume)
        status = bl_trainer_resume(trainer, resume);
    if (status != BL_OK) {
        bl_trainer_free(trainer);
        return status;
    }
    *out = trainer;
    return BL_OK;
}

/* Opens the events for TensorBoard, under the name of the run folder, or of the rule if there is no run
   folder. */
static struct tensorboard *open_board(const struct session *s, const bl_trainer *trainer)
{
    const char *dir = extra_of(s, "tensorboard"), *resume = extra_of(s, "resume");
    const char *folder = resume ? resume : bl_config_get(s->config, "out");
    char path[BL_PATH_ROOM];
    snprintf(path, sizeof path, "%s", folder[0] ? folder : bl_config_get(bl_trainer_config(trainer), "rule"));
    for (size_t n = strlen(path); n > 1 && path[n - 1] == '/'; n--)
        path[n - 1] = 0;
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
    return tensorboard_open(dir, name, trainer, resume != NULL);
}

/* Trains. last: the figures of the last epoch without its angles; epoch is 0 if none was finished.
   *events_code: EXIT_IO if events for TensorBoard were lost. */
static bl_status fit(const struct session *s, bl_trainer *trainer, const bl_data *train, const bl_data *val,
                     const bl_data *test, bl_progress *last, int *events_code)
{
    struct progress_output output = {
        .session = s,
        .trainer = trainer,
        .label = "",
        .epochs = atoi(bl_config_get(bl_trainer_config(trainer), "epochs")),
        .has_epoch_lines = !extra_of(s, "quiet") || extra_of(s, "json"),
        .has_json_lines = extra_of(s, "json") != NULL,
        .progress = progress_report(s),
        .board = open_board(s, trainer),
        .panel = progress_panel(s),
    };
    progress_notes(&output);
    progress_signals();
    const bl_status status = bl_trainer_fit(trainer, train, val, test, progress_run, &output);
    *last = output.last;
    last->angles = NULL;
    progress_release(&output);
    *events_code = tensorboard_close(output.board);
    return status;
}

static void print_best(const struct session *s, const bl_trainer *trainer)
{
    bl_best_epoch best = {.size = sizeof best};
    char val[64], test[64];
    if (!bl_trainer_best(trainer, &best))
        return;
    score_text(&best.val, val, sizeof val);
    score_text(&best.test, test, sizeof test);
    note(s, "best on the validation set: epoch %d, val %s%s%s%s", best.epoch, val,
         best.test.count ? ", test " : "", best.test.count ? test : "",
         bl_config_get(bl_trainer_config(trainer), "out")[0] ? "; kept in best.safetensors" : "");
}

/* Prints a note if the model is no better than always predicting the most frequent class, on the test set, or
   without one on the validation set. */
static void note_no_better(const struct session *s, const bl_progress *last, const bl_data *val,
                           const bl_data *test)
{
    if (last->epoch > 0 && test)
        note_majority(s, "", "test", test, last->test.error);
    else if (last->epoch > 0 && val)
        note_majority(s, "", "validation", val, last->val.error);
}

static void note_not_kept(const struct session *s, const bl_data *val, const bl_data *test)
{
    if (bl_config_get(s->config, "out")[0] || extra_of(s, "resume"))
        return;
    note(s, "the model was not kept: --out DIR keeps it%s",
         val || test ? "" : "; no examples were held out for testing: --test-fraction 0.2 does that");
}

/* Writes the report of the run folder, if there is one. This comes last, because it opens model and data
   again. */
static void write_report(const struct session *s)
{
    const char *resume = extra_of(s, "resume"), *folder = resume ? resume : bl_config_get(s->config, "out");
    if (folder[0])
        report_of_folder(s, folder);
}

static json_t *text_or_null(const char *text)
{
    return text && text[0] ? json_string(text) : json_null();
}

/* Lists the options of the library, which --config, the environment and bl_config_set accept too. default
   null: the default depends on other options. */
static int list_options(const struct session *s)
{
    if (!extra_of(s, "json")) {
        help_options(stdout, s->command);
        return EXIT_DONE;
    }
    json_t *list = json_array();
    for (int i = 0; bl_option_at(i); i++) {
        const bl_option *o = bl_option_at(i);
        if (strcmp(o->group, "former") == 0)
            continue;
        json_array_append_new(
            list, json_pack("{s:s, s:o, s:o, s:s, s:s}", "key", o->key, "argument", text_or_null(o->argument),
                            "default", text_or_null(o->default_value), "group", o->group, "help", o->help));
    }
    json_dumpf(list, stdout, JSON_INDENT(1));
    putchar('\n');
    json_decref(list);
    return EXIT_DONE;
}

static int run_train(struct session *s)
{
    bl_data *train = NULL, *val = NULL, *test = NULL;
    bl_trainer *trainer = NULL;
    bl_progress last = {0};
    int events_code = EXIT_DONE;
    char hash[17];
    if (extra_of(s, "list-options"))
        return list_options(s);
    if (strcmp(bl_config_get(s->config, "force"), "true") == 0 && !bl_config_get(s->config, "out")[0] &&
        !extra_of(s, "resume"))
        return usage_error("--force replaces what is in a run folder, and none is named: add --out DIR");
    if (progress_check(s) != EXIT_DONE || check_patience(s) != EXIT_DONE)
        return EXIT_USAGE;
    const int checked = check_out(s);
    if (checked != EXIT_DONE)
        return checked;
    bl_status status = bl_data_load(&train, &val, &test, s->ctx, s->config);
    const bool has_data = status == BL_OK;
    if (status == BL_OK)
        status = make_trainer(&trainer, s, train);
    if (status == BL_OK) {
        print_start(s, trainer, train, val, test);
        status = fit(s, trainer, train, val, test, &last, &events_code);
    }
    if (status == BL_OK) {
        bl_model_hash(bl_trainer_model(trainer), hash);
        print_best(s, trainer);
        note(s, "stopped by %s; hash of the weights %s", bl_trainer_stop_reason(trainer), hash);
        if (bl_trainer_advice(trainer)[0])
            note(s, "%s", bl_trainer_advice(trainer));
        note_no_better(s, &last, val, test);
        note_not_kept(s, val, test);
    }
    const int code = status == BL_OK ? EXIT_DONE : fail_with(s, status);
    if (!has_data && extra_of(s, "resume"))
        fprintf(
            stderr,
            "backless: %s is not the data of the run as it was; if the data have moved, say where: --data "
            "PATH, and --test PATH for a test file\n",
            bl_config_get(s->config, "data"));
    bl_trainer_free(trainer);
    bl_data_free(train);
    bl_data_free(val);
    bl_data_free(test);
    if (code == EXIT_DONE)
        write_report(s);
    return code == EXIT_DONE ? events_code : code;
}

const struct command command_train = {"train",
                                      "train --data NAME|PATH [options]",
                                      "train one net by one rule",
                                      "data net rule training machine run",
                                      extras,
                                      0,
                                      run_train};

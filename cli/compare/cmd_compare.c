/*
 * cmd_compare.c - backless compare: the same net by several rules, one table.
 *
 * First every rule is checked, then rates are chosen (--rates), then each rule trains and gets its row. Notes
 * about single rules are printed after the table, each once for all rules to which it applies.
 */
#include "../data/majority.h"
#include "../report/report.h"
#include "../seconds.h"
#include "../terminal/wrapped.h"
#include "../train/check_options.h"
#include "comparison.h"

#include <stdlib.h>
#include <string.h>

enum { NOTE_ROOM = 2048 };

static const struct extra extras[] = {
    {"rules", "LIST",
     "rules to compare, with commas (default: all that are defined for the net, the data and the options)"},
    {"rates", "LIST", "learning rates to choose from, for each rule, on a validation split"},
    {"rate-epochs", "N",
     "epochs of training at each of --rates, with a schedule of that length (default: those of the run)"},
    {"tune", "lr", "choose each rule's learning rate on a validation split: decades, then thirds of one"},
    {"halving", NULL,
     "with --tune or --rates: successive halving, in which the worse half of the rates is dropped after "
     "shorter trainings; with a schedule such as cosine these mislead"},
    {"seeds", "N", "runs of each rule with N seeds, from --seed on: mean, deviation, difference to bp"},
    {"folds", "K",
     "K-fold cross-validation of a single file: each of K parts, drawn by class, is tested once"},
    {"jobs", "N",
     "with --seeds, --folds or --tune: runs at once (default: one per core; with --threads K, one per K "
     "cores)"},
    {"shard", "I/N", "with --seeds or --folds: part I of N of the runs; backless collect shows all parts"},
    {"init", "zero|fanin|glorot|he|...|same",
     "initial weights of every rule; same: fanin for all (default: each rule's own)"},
    {"config", "FILE.json", "options from a file; flags take precedence"},
    {"json", NULL, "one JSON object per rule on standard output"},
    {"csv", NULL, "with --seeds, --folds or --tune: the table as CSV"},
    {"markdown", NULL, "with --seeds, --folds or --tune: the table as Markdown"},
    {"latex", NULL, "with --seeds, --folds or --tune: the table as LaTeX"},
    {"no-report", NULL, "no report.html in the folder of runs (see: backless report)"},
    {"tensorboard", "DIR", "write events for TensorBoard, in a subfolder for each run"},
    {"progress", "panel|line|none",
     "on a terminal, while it trains (default: panel; line where there are less than 60 columns or 12 rows)"},
    {"quiet", NULL, "no messages and no progress"},
    {NULL, NULL, NULL},
};

static int split(const char *list, int most, const char *option, struct name_list *out)
{
    out->n = 0;
    while (*list) {
        list += strspn(list, " ");
        const size_t n = strcspn(list, ", ");
        if (n == 0 || n >= WORD_ROOM || out->n == most)
            return usage_error("--%s: expected up to %d words with commas between them", option, most);
        memcpy(out->text[out->n], list, n);
        out->text[out->n++][n] = 0;
        list += n;
        list += strspn(list, " ");
        if (*list && *list++ != ',')
            return usage_error("--%s: expected commas between the words", option);
    }
    return out->n > 0 ? EXIT_DONE : usage_error("--%s: an empty list", option);
}

/* Loads the data. Without --val, a tenth of the training set is held out to judge the rates. With --folds the
   first fold is loaded, to check the rules; each run loads its own. */
static bl_status load(struct comparison *c)
{
    bl_config *config = NULL;
    bl_data *test = NULL;
    char tenth[32], first[32];
    bl_status status = bl_config_copy(&config, c->s->config);
    snprintf(first, sizeof first, "1/%d", c->folds);
    if (status == BL_OK && c->folds > 0)
        status = bl_config_set(config, "fold", first);
    if (status == BL_OK)
        status = bl_data_load(&c->train, &c->val, &c->test, c->s->ctx, config);
    if (status == BL_OK && c->rates.n > 0 && !c->val && !c->is_pooled) {
        snprintf(tenth, sizeof tenth, "%zu", (bl_data_count(c->train) + 9) / 10);
        status = bl_config_set(config, "val", tenth);
        if (status == BL_OK)
            status = bl_data_load(&c->rate_train, &c->rate_val, &test, c->s->ctx, config);
        bl_data_free(test);
    }
    bl_config_free(config);
    return status;
}

/* Adds the rules frozen and linear to a comparison with --tune: the error of a rule can only be judged beside
   that of untrained hidden layers and that of no hidden layer. */
static void add_baselines(struct name_list *rules)
{
    static const char *const beside[] = {"frozen", "linear"};
    for (size_t i = 0; i < sizeof beside / sizeof *beside; i++) {
        bool is_named = false;
        for (int k = 0; k < rules->n; k++)
            is_named = is_named || strcmp(rules->text[k], beside[i]) == 0;
        if (!is_named && rules->n < MAX_RULES)
            snprintf(rules->text[rules->n++], WORD_ROOM, "%s", beside[i]);
    }
}

static bl_status make_rows(struct comparison *c, struct name_list *rules)
{
    const int n_named = rules->n;
    if (c->is_tuned)
        add_baselines(rules);
    /* NOLINTNEXTLINE(clang-analyzer-optin.portability.UnixAPI): --rules refuses an empty list */
    c->rows = calloc((size_t)rules->n, sizeof *c->rows);
    if (!c->rows)
        return BL_NO_MEMORY;
    for (c->n_rows = 0; c->n_rows < rules->n; c->n_rows++) {
        struct row *row = &c->rows[c->n_rows];
        snprintf(row->rule, sizeof row->rule, "%s", rules->text[c->n_rows]);
        row->is_baseline = c->n_rows >= n_named;
        row->notes = json_array();
        row_forget_figures(row);
    }
    return BL_OK;
}

static void release(struct comparison *c)
{
    for (int i = 0; i < c->n_rows; i++)
        json_decref(c->rows[i].notes);
    free(c->rows);
    bl_config_free(c->settled);
    bl_data_free(c->train);
    bl_data_free(c->val);
    bl_data_free(c->test);
    bl_data_free(c->rate_train);
    bl_data_free(c->rate_val);
}

/* Computes the work, by which the remaining time is estimated, in passes over the training set: a pass takes
   about as long under every rule. */
static void count_work(struct comparison *c)
{
    const char *given = extra_of(c->s, "rate-epochs");
    const double epochs = atof(bl_config_get(c->settled, "epochs")),
                 trials = c->rates.n * (given ? atof(given) : epochs),
                 share = c->rate_train
                             ? (double)bl_data_count(c->rate_train) / (double)bl_data_count(c->train)
                             : 1.0;
    for (int i = 0; i < c->n_rows; i++)
        if (c->rows[i].state == ROW_WAITS)
            c->work += epochs + share * trials;
    c->began = seconds_now();
}

/* ---- Messages after the table */

/* Writes a note as it is printed for several rules: "rule dfa" becomes "this rule". */
static void shared_text(const struct row *row, size_t i, char out[NOTE_ROOM])
{
    const char *text = json_string_value(json_array_get(row->notes, i));
    char named[WORD_ROOM + 8];
    const int n = snprintf(named, sizeof named, "on rule %s", row->rule);
    const char *at = strstr(text, named);
    if (at)
        snprintf(out, NOTE_ROOM, "%.*son this rule%s", (int)(at - text), text, at + n);
    else
        snprintf(out, NOTE_ROOM, "%s", text);
}

static bool has_note(const struct row *row, const char *text)
{
    char own[NOTE_ROOM];
    for (size_t i = 0; i < json_array_size(row->notes); i++) {
        shared_text(row, i, own);
        if (strcmp(own, text) == 0)
            return true;
    }
    return false;
}

/* Prints a note once, with the names of all rules that have it. */
static void print_note(const struct comparison *c, int first, size_t place)
{
    char who[MAX_RULES * WORD_ROOM] = "", text[NOTE_ROOM];
    shared_text(&c->rows[first], place, text);
    for (int i = 0; i < first; i++)
        if (has_note(&c->rows[i], text))
            return;
    for (int i = first; i < c->n_rows; i++)
        if (has_note(&c->rows[i], text))
            snprintf(who + strlen(who), sizeof who - strlen(who), "%s%s", who[0] ? ", " : "",
                     c->rows[i].rule);
    note(c->s, "%s: %s", who, text);
}

static void print_notes(const struct comparison *c)
{
    for (int i = 0; i < c->n_rows; i++)
        for (size_t k = 0; k < json_array_size(c->rows[i].notes); k++)
            print_note(c, i, k);
}

/* Prints the advice about runs that hardly trained: in full for one rule, because the advice for the others
   differs in its figures only. */
static void print_advice(const struct comparison *c)
{
    char others[MAX_RULES * WORD_ROOM] = "";
    const struct row *first = NULL;
    for (int i = 0; i < c->n_rows; i++) {
        const struct row *row = &c->rows[i];
        if (first && row->advice[0])
            snprintf(others + strlen(others), sizeof others - strlen(others), "%s%s", others[0] ? ", " : "",
                     row->rule);
        if (!first && row->advice[0])
            first = row;
    }
    if (first)
        note(c->s, "%s: %s", first->rule, first->advice);
    if (others[0])
        note(c->s, "%s: hardly trained, too", others);
}

/* Prints which rules have an error that is no lower than that of always predicting the most frequent
   class. */
static void print_no_better(const struct comparison *c)
{
    char who[MAX_RULES * WORD_ROOM] = "", answer[MAJORITY_ROOM] = "";
    for (int i = 0; i < c->n_rows; i++)
        if (row_has_figures(&c->rows[i]) &&
            majority_is_as_good(c->test ? c->test : c->train, c->rows[i].last.error, answer))
            snprintf(who + strlen(who), sizeof who - strlen(who), "%s%s", who[0] ? ", " : "",
                     c->rows[i].rule);
    if (who[0])
        note(c->s, "%s: the error is not lower than that of %s", who, answer);
}

static void print_slowed(const struct comparison *c)
{
    double most = 0.0;
    for (int i = 0; i < c->n_rows; i++)
        if (row_was_slowed(&c->rows[i]) && c->rows[i].waited > most)
            most = c->rows[i].waited;
    if (most > 0.0 && !extra_of(c->s, "json")) /* the JSON lines have waited_for_core instead */
        note(c->s,
             "samples/s with ~ are too low to be compared: the run waited up to %.0f %% of its time for a "
             "core, because "
             "other programs were busy or because there are more threads than cores",
             100.0 * most);
}

/* ---- Stopped by a signal */

static void list_waiting(const struct comparison *c, char *out, size_t room)
{
    out[0] = 0;
    for (int i = 0; i < c->n_rows; i++)
        if (c->rows[i].state == ROW_WAITS)
            snprintf(out + strlen(out), room - strlen(out), "%s%s",
                     out[0] ? ", " : "; not run: ", c->rows[i].rule);
}

/* Prints what was done before a signal stopped the comparison, also with --quiet, as every reason why a
   result is incomplete. row: the rule that was training; NULL: none was. */
static void print_stop(const struct comparison *c, const struct row *row)
{
    char rest[MAX_RULES * WORD_ROOM], text[2 * MAX_RULES * WORD_ROOM];
    const char *out = bl_config_get(c->s->config, "out");
    list_waiting(c, rest, sizeof rest);
    if (row && row->epoch > 0)
        snprintf(text, sizeof text, "backless: stopped; the figures of %s* are those of epoch %d of %s%s",
                 row->rule, row->epoch, bl_config_get(c->settled, "epochs"), rest);
    else if (row)
        snprintf(text, sizeof text, "backless: stopped in the first epoch of %s%s", row->rule, rest);
    else
        snprintf(text, sizeof text, "backless: stopped%s", rest);
    print_wrapped(stderr, text);
    if (row && out[0]) {
        snprintf(text, sizeof text, "backless: backless train --resume %s/%s continues %s", out, row->rule,
                 row->rule);
        print_wrapped(stderr, text);
    }
}

static void tell_stopped_choice(const struct row *row)
{
    char text[WORD_ROOM + 80];
    snprintf(text, sizeof text, "backless: stopped while choosing a rate for %s, before the first run",
             row->rule);
    print_wrapped(stderr, text);
}

/* ---- The command */

static bl_status choose_rates(struct comparison *c)
{
    for (int i = 0; c->rates.n > 0 && i < c->n_rows; i++) {
        struct row *row = &c->rows[i];
        if (row->state != ROW_WAITS)
            continue;
        const bl_status status = progress_asked_to_stop() ? BL_STOPPED : comparison_choose_rate(c, row);
        if (status == BL_STOPPED)
            tell_stopped_choice(row);
        if (status != BL_OK)
            return status;
    }
    return BL_OK;
}

static void show_row(const struct comparison *c, const struct row *row)
{
    if (extra_of(c->s, "json"))
        json_row(c, row);
    else if (row->state != ROW_LEFT_OUT)
        table_row(c, row);
}

/* Trains the rules. Each row is printed as soon as its rule is done, so that a later failure does not lose
   it. */
static bl_status run_rules(struct comparison *c)
{
    bl_status status = BL_OK;
    const struct row *row = NULL;
    for (int i = 0; status == BL_OK && i < c->n_rows; i++) {
        row = NULL;
        if (c->rows[i].state == ROW_WAITS && progress_asked_to_stop()) {
            status = BL_STOPPED;
            break;
        }
        row = &c->rows[i];
        if (row->state == ROW_WAITS)
            status = comparison_run(c, &c->rows[i]);
        show_row(c, row);
    }
    print_notes(c);
    print_advice(c);
    print_no_better(c);
    print_slowed(c);
    if (status == BL_STOPPED)
        print_stop(c, row);
    return status;
}

/* Returns the exit code of the comparison: that of a failure if a rule failed, or if events for TensorBoard
   were lost; EXIT_DONE if at least one rule
   finished, even if others diverged; the code of divergence if all diverged. */
static int code_of_rows(const struct comparison *c)
{
    int n_done = 0, code = EXIT_DONE;
    for (int i = 0; i < c->n_rows; i++) {
        n_done += c->rows[i].state == ROW_DONE;
        if (c->rows[i].state == ROW_FAILED && code == EXIT_DONE)
            code = exit_code_of(c->rows[i].status);
        if (code == EXIT_DONE)
            code = c->rows[i].events_code;
    }
    return code != EXIT_DONE || n_done > 0 ? code : EXIT_DIVERGED;
}

static int compare(struct comparison *c, struct name_list *rules)
{
    bl_status status = load(c);
    if (status == BL_OK)
        status = make_rows(c, rules);
    if (status != BL_OK)
        return fail_with(c->s, status);
    const int code = comparison_check(c);
    if (code != EXIT_DONE)
        return code;
    if (strcmp(bl_config_get(c->s->config, "force"), "true") == 0)
        report_remove(bl_config_get(c->s->config, "out"));
    comparison_head(c);
    if (c->is_pooled) {
        const int pooled = comparison_pool(c);
        print_notes(c);
        return pooled;
    }
    count_work(c);
    progress_signals();
    status = choose_rates(c);
    if (status == BL_STOPPED)
        return EXIT_STOPPED;
    if (status != BL_OK)
        return fail_with(c->s, status);
    if (!extra_of(c->s, "json"))
        table_head(c);
    return run_rules(c) == BL_STOPPED ? EXIT_STOPPED : code_of_rows(c);
}

static int all_rules(struct name_list *rules)
{
    for (rules->n = 0; rules->n < MAX_RULES && bl_rule_name(rules->n); rules->n++)
        snprintf(rules->text[rules->n], WORD_ROOM, "%s", bl_rule_name(rules->n));
    return EXIT_DONE;
}

/* Refuses a rate that is given twice, also in two spellings: 1e-3 and 0.001 are one rate. */
static int check_rates(const struct name_list *rates)
{
    for (int i = 0; i < rates->n; i++)
        for (int k = 0; k < i; k++)
            if (strtod(rates->text[i], NULL) == strtod(rates->text[k], NULL) &&
                strtod(rates->text[i], NULL) > 0.0)
                return usage_error("--rates names one rate twice: %s and %s", rates->text[k], rates->text[i]);
    return EXIT_DONE;
}

/* Refuses an unknown rule with the message that --rule has for it. */
static int check_names(const struct session *s, const struct name_list *rules)
{
    for (int i = 0; i < rules->n; i++) {
        if (strcmp(rules->text[i], "all") == 0)
            return usage_error("--rules all: omit --rules to compare all rules that are defined for the net");
        if (!bl_rule_about(rules->text[i]))
            return fail_with(s, bl_config_set(s->config, "rule", rules->text[i]));
        for (int k = 0; k < i; k++)
            if (strcmp(rules->text[i], rules->text[k]) == 0)
                return usage_error("--rules names %s twice; its two rows would be the same", rules->text[i]);
    }
    return EXIT_DONE;
}

/* Sets the default of --init, "same": every rule starts from the same initial weights. */
static int set_init_default(struct session *s)
{
    const char *init = extra_of(s, "init");
    if (!init)
        return EXIT_DONE;
    const bl_status status = bl_config_set(s->config, "init", strcmp(init, "same") == 0 ? "fanin" : init);
    return status == BL_OK ? EXIT_DONE : fail_with(s, status);
}

/* Refuses options that would have no effect, and checks the one that has no check of its own. */
static int check_options(const struct session *s)
{
    const char *epochs = extra_of(s, "rate-epochs");
    if (epochs && (strspn(epochs, "0123456789") != strlen(epochs) || atoi(epochs) < 1 || strlen(epochs) > 9))
        return usage_error("--rate-epochs is \"%s\", expected a whole number from 1 to 999999999", epochs);
    if (strcmp(bl_config_get(s->config, "force"), "true") == 0 && !bl_config_get(s->config, "out")[0])
        return usage_error("--force replaces what is in a run folder, and none is named: add --out DIR");
    if (extra_typed(s, "rate-epochs") && !extra_of(s, "rates") && !extra_of(s, "tune"))
        return usage_error("--rate-epochs needs --rates or --tune");
    if (check_patience(s) != EXIT_DONE)
        return EXIT_USAGE;
    if (bl_config_is_set(s->config, "rule") && !extra_of(s, "rules"))
        return usage_error("--rule %s: compare takes a list of rules, --rules, as in --rules bp,dfa",
                           bl_config_get(s->config, "rule"));
    if (bl_config_is_set(s->config, "lr") && extra_of(s, "tune"))
        return usage_error("--lr %s and --tune lr: expected one of the two", bl_config_get(s->config, "lr"));
    if (bl_config_is_set(s->config, "lr") && extra_of(s, "rates"))
        return usage_error("--lr %s and --rates %s: expected one of the two", bl_config_get(s->config, "lr"),
                           extra_of(s, "rates"));
    return EXIT_DONE;
}

static int run_compare(struct session *s)
{
    struct name_list rules;
    const char *list = extra_of(s, "rules"), *rates = extra_of(s, "rates");
    struct comparison c = {.s = s, .is_chosen = list != NULL};
    int code = list ? split(list, MAX_RULES, "rules", &rules) : all_rules(&rules);
    if (code == EXIT_DONE && rates)
        code = split(rates, MAX_RATES, "rates", &c.rates);
    if (code == EXIT_DONE)
        code = check_rates(&c.rates);
    if (code == EXIT_DONE)
        code = comparison_pool_options(&c);
    if (code == EXIT_DONE)
        code = check_options(s);
    if (code == EXIT_DONE)
        code = set_init_default(s);
    if (code == EXIT_DONE)
        code = progress_check(s);
    if (code == EXIT_DONE)
        code = check_out(s);
    if (code == EXIT_DONE)
        code = check_names(s, &rules);
    if (code == EXIT_DONE)
        code = compare(&c, &rules);
    release(&c);
    if (code == EXIT_DONE && bl_config_get(s->config, "out")[0] && !c.is_pooled)
        report_of_folder(s, bl_config_get(s->config, "out"));
    return code;
}

const struct command command_compare = {"compare",
                                        "compare --data NAME|PATH [--rules LIST] [options]",
                                        "train the same net by several rules and print one table",
                                        "data net rule training machine run",
                                        extras,
                                        0,
                                        run_compare};

/*
 * cmd_compare.c - backless compare: the same net by several rules, one table.
 *
 * With --rates every rule's learning rate is chosen first, on a validation split, by the error after a training of as many
 * epochs at each rate; then it trains at the best one. So no rule is a straw man, and none is judged by how fast it begins.
 * With --val that split judges the rates and is put aside in every run; without, a tenth judges the rates, and the runs take
 * the whole training set.
 */
#include "watch.h"

#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_RULES = 32, MAX_ANGLES = 256, MAX_RATES = 16, WORD_ROOM = 64 };

static const struct extra extras[] = {
    {"rules", "LIST", "rules to compare, with commas (default: all)"},
    {"rates", "LIST", "learning rates to choose from, for each rule, on a validation split"},
    {"rate-epochs", "N",
     "epochs of training at each of --rates, with a schedule of that length (default: those of the run)"},
    {"init", "zero|fanin|glorot|he|same",
     "first weights of every rule; same: fanin for all (default: each rule's own)"},
    {"config", "FILE.json", "options from a file; flags go before it"},
    {"json", NULL, "one JSON object a rule on standard output"},
    {"quiet", NULL, "no messages and no progress"},
    {NULL, NULL, NULL},
};

struct row {
    char rule[WORD_ROOM], init[WORD_ROOM], lr[WORD_ROOM], angles[512], advice[512];
    bl_score last, val; /* of the last epoch: test set, else training set; validation set */
    bl_score best_val, best_test;
    int best_epoch; /* 0: no validation set */
    double samples_per_second;
    double flat[MAX_ANGLES]; /* the same angles as numbers */
    int n_angles;
    bl_status status;
};

struct words {
    char text[MAX_RULES][WORD_ROOM];
    int n;
};

static int split(const char *list, int most, const char *option, struct words *out)
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

struct comparison {
    struct session *s;
    bl_data *train, *val, *test; /* of the runs; val, test: NULL without */
    bl_data *rate_train,
        *rate_val; /* the split on which rates are chosen; NULL without --rates or with --val */
    struct words rates;
};

/* Sets to train on, to stop by, and to test on; the last two may be NULL. */
struct sets {
    const bl_data *train, *val, *test;
};

static const bl_score no_score = {.loss = NAN, .error = NAN, .rmse = NAN, .mae = NAN, .r2 = NAN};

static void take_figures(struct row *row, const struct watch *watch, const bl_trainer *trainer, bool has_test)
{
    bl_progress best;
    row->last = has_test ? watch->last.test : watch->last.train;
    row->val = watch->last.val;
    row->samples_per_second = watch->last.samples_per_second;
    if (bl_trainer_best(trainer, &best)) {
        row->best_epoch = best.epoch;
        row->best_val = best.val;
        row->best_test = best.test;
    }
    angles_text(watch->last.angles, watch->last.blocks, row->angles, sizeof row->angles);
    for (int i = 0; watch->last.angles && i < watch->last.blocks - 1 && i < MAX_ANGLES; i++)
        row->flat[row->n_angles++] = watch->last.angles[i].flat;
}

/* One training from scratch. Its figures go to *row. */
static bl_status train_once(const struct comparison *c, const bl_config *config, const char *label,
                            const struct sets *sets, struct row *row)
{
    bl_trainer *trainer = NULL;
    struct watch watch = {
        .session = c->s, .label = label, .shows_progress = watch_is_terminal() && !extra_of(c->s, "quiet")};
    bl_status status = bl_trainer_create(&trainer, c->s->ctx, config, sets->train);
    if (status == BL_OK) {
        const bl_config *settled = bl_trainer_config(trainer);
        watch.trainer = trainer;
        watch.epochs = atoi(bl_config_get(settled, "epochs"));
        snprintf(row->init, sizeof row->init, "%s", bl_config_get(settled, "init"));
        snprintf(row->lr, sizeof row->lr, "%s", bl_config_get(settled, "lr"));
        status = bl_trainer_fit(trainer, sets->train, sets->val, sets->test, watch_run, &watch);
    }
    if (status == BL_OK) {
        snprintf(row->advice, sizeof row->advice, "%s", bl_trainer_advice(trainer));
        take_figures(row, &watch, trainer, sets->test != NULL);
    }
    watch_release(&watch);
    bl_trainer_free(trainer);
    return status;
}

/* "15.29 %", or for numbers "rmse 0.62", or what is not measured, the loss; "-": nothing. */
static void judge(const bl_score *score, char *out, size_t room)
{
    if (!isnan(score->error))
        snprintf(out, room, "%.2f %%", 100.0 * score->error);
    else if (!isnan(score->rmse))
        snprintf(out, room, "rmse %.4g", score->rmse);
    else if (!isnan(score->loss))
        snprintf(out, room, "loss %.4g", score->loss);
    else
        snprintf(out, room, "-");
}

static bool has_patience(const bl_config *config)
{
    return strcmp(bl_config_get(config, "patience"), "0") != 0;
}

/* What a rate is judged by: the last epoch, or under --patience, which keeps it, the best one. */
static const bl_score *judged_of(const struct comparison *c, const struct row *row)
{
    return has_patience(c->s->config) && row->best_epoch > 0 ? &row->best_val : &row->val;
}

static void note_rate(const struct comparison *c, const char *rule, const char *rate, const struct row *row)
{
    char judged[64];
    judge(judged_of(c, row), judged, sizeof judged);
    note(c->s, "%-8s lr %-8s validation error %s", rule, rate, judged);
}

/* The rate whose validation error is least; the first of equals. A rate at which a rule diverges is none. */
static bl_status choose_rate(const struct comparison *c, bl_config *config, const char *rule,
                             const char **best)
{
    double least = INFINITY;
    const char *epochs = extra_of(c->s, "rate-epochs");
    const struct sets sets = {c->rate_train ? c->rate_train : c->train, c->rate_val ? c->rate_val : c->val,
                              NULL};
    bl_config *trial = NULL;
    *best = NULL;
    bl_status status = bl_config_copy(&trial, config);
    if (status == BL_OK && epochs)
        status = bl_config_set(trial, "epochs", epochs);
    if (status == BL_OK)
        status = bl_config_set(trial, "no-angles", "true");
    if (status == BL_OK)
        status = bl_config_set(trial, "out", NULL);
    for (int i = 0; status == BL_OK && i < c->rates.n; i++) {
        struct row row = {.last = no_score, .val = no_score};
        char label[2 * WORD_ROOM + 16];
        snprintf(label, sizeof label, "%s at %s: ", rule, c->rates.text[i]);
        status = bl_config_set(trial, "lr", c->rates.text[i]);
        if (status == BL_OK)
            status = train_once(c, trial, label, &sets, &row);
        const bl_score *by = judged_of(c, &row); /* NaN, and so never best, when it diverged */
        const double judged = isnan(by->error) ? by->loss : by->error;
        if (judged < least) {
            least = judged;
            *best = c->rates.text[i];
        }
        if (status == BL_DIVERGED)
            note(c->s, "%-8s lr %-8s diverged", rule, c->rates.text[i]);
        else if (status == BL_OK)
            note_rate(c, rule, c->rates.text[i], &row);
        status = status == BL_DIVERGED ? BL_OK : status;
    }
    bl_config_free(trial);
    return status;
}

static bl_status configure(const struct comparison *c, bl_config *config, const char *rule)
{
    char folder[4096];
    const char *out = bl_config_get(config, "out");
    bl_status status = bl_config_set(config, "rule", rule);
    if (status == BL_OK && out[0]) {
        snprintf(folder, sizeof folder, "%s/%s", out, rule);
        status = bl_config_set(config, "out", folder);
    }
    if (status == BL_OK && c->rates.n > 0) {
        const char *rate = NULL;
        status = choose_rate(c, config, rule, &rate);
        if (status == BL_OK)
            status = bl_config_set(config, "lr", rate ? rate : c->rates.text[0]);
    }
    return status;
}

static bl_status run_rule(const struct comparison *c, const char *rule, struct row *row)
{
    bl_config *config = NULL;
    char label[WORD_ROOM + 4];
    const struct sets sets = {c->train, c->val, c->test};
    *row = (struct row){.last = no_score,
                        .val = no_score,
                        .best_val = no_score,
                        .best_test = no_score,
                        .samples_per_second = NAN,
                        .angles = "-"};
    snprintf(row->rule, sizeof row->rule, "%s", rule);
    snprintf(label, sizeof label, "%s: ", rule);
    bl_status status = bl_config_copy(&config, c->s->config);
    if (status == BL_OK)
        status = configure(c, config, rule);
    if (status == BL_OK)
        status = train_once(c, config, label, &sets, row);
    bl_config_free(config);
    row->status = status;
    if (status == BL_OK && row->advice[0]) /* not of the trials of rates, whose length is another option */
        note(c->s, "%s%s", label, row->advice);
    if (status == BL_DIVERGED)
        note(c->s, "%s: %s", rule, bl_why(c->s->ctx));
    return status == BL_DIVERGED ? BL_OK : status;
}

static void print_head(const struct comparison *c)
{
    printf("%-8s %12s  %-24s %12s  %-7s %s", "rule", c->test ? "test error" : "train error",
           "angle per block (deg)", "samples/s", "init", "lr");
    if (c->val)
        printf("%*s %12s  %s", 6, "", "val error",
               c->test ? "best epoch: val, test error" : "best epoch: val error");
    putchar('\n');
}

static void print_best(const struct comparison *c, const struct row *row)
{
    char val[64], best[64], test[64];
    judge(&row->val, val, sizeof val);
    judge(&row->best_val, best, sizeof best);
    judge(&row->best_test, test, sizeof test);
    printf("%*s %12s  ", strlen(row->lr) < 8 ? 8 - (int)strlen(row->lr) : 0, "", val);
    if (row->best_epoch > 0)
        printf("%d: %s%s%s", row->best_epoch, best, c->test ? ", " : "", c->test ? test : "");
    else
        putchar('-');
}

static void print_row(const struct comparison *c, const struct row *row)
{
    char judged[64];
    judge(&row->last, judged, sizeof judged);
    if (row->status == BL_DIVERGED)
        printf("%-8s %12s  %-24s %12s  %-7s %s", row->rule, "diverged", "-", "-", row->init, row->lr);
    else
        printf("%-8s %12s  %-24s %12.0f  %-7s %s", row->rule, judged, row->angles, row->samples_per_second,
               row->init, row->lr);
    if (c->val && row->status != BL_DIVERGED)
        print_best(c, row);
    putchar('\n');
    watch_flush();
}

static json_t *number(double x)
{
    return isfinite(x) ? json_real(x) : json_null();
}

/* "test_error", "test_loss", and of numbers "test_rmse", "test_mae", "test_r2" */
static void add_score(json_t *line, const char *set, const bl_score *score)
{
    const struct {
        const char *name;
        double value;
        bool is_told;
    } figures[] = {{"error", score->error, true},
                   {"loss", score->loss, true},
                   {"rmse", score->rmse, !isnan(score->rmse)},
                   {"mae", score->mae, !isnan(score->rmse)},
                   {"r2", score->r2, !isnan(score->rmse)}};
    for (size_t i = 0; i < sizeof figures / sizeof *figures; i++) {
        char key[32];
        snprintf(key, sizeof key, "%s_%s", set, figures[i].name);
        if (figures[i].is_told)
            json_object_set_new(line, key, number(figures[i].value));
    }
}

static void print_json(const struct comparison *c, const struct row *row)
{
    json_t *angles = json_array(), *line = json_object();
    for (int i = 0; i < row->n_angles; i++)
        json_array_append_new(angles, number(row->flat[i]));
    json_object_set_new(line, "rule", json_string(row->rule));
    add_score(line, c->test ? "test" : "train", &row->last);
    if (c->val)
        add_score(line, "val", &row->val);
    if (c->val && row->best_epoch > 0) {
        json_object_set_new(line, "best_epoch", json_integer(row->best_epoch));
        add_score(line, "best_val", &row->best_val);
        if (c->test)
            add_score(line, "best_test", &row->best_test);
    }
    json_object_set_new(line, "samples_per_second", number(row->samples_per_second));
    json_object_set_new(line, "angles", angles);
    json_object_set_new(line, "init", json_string(row->init));
    json_object_set_new(line, "lr", json_string(row->lr));
    json_object_set_new(line, "diverged", json_boolean(row->status == BL_DIVERGED));
    json_dumpf(line, stdout, JSON_COMPACT | JSON_REAL_PRECISION(15));
    putchar('\n');
    watch_flush();
    json_decref(line);
}

/* Without --val a tenth of the training set judges the rates. */
static bl_status load(struct comparison *c)
{
    bl_config *split = NULL;
    bl_data *test = NULL;
    char tenth[32];
    bl_status status = bl_config_copy(&split, c->s->config);
    if (status == BL_OK)
        status = bl_data_load(&c->train, &c->val, &c->test, c->s->ctx, split);
    if (status == BL_OK && c->rates.n > 0 && !c->val) {
        snprintf(tenth, sizeof tenth, "%zu", (bl_data_count(c->train) + 9) / 10);
        status = bl_config_set(split, "val", tenth);
        if (status == BL_OK)
            status = bl_data_load(&c->rate_train, &c->rate_val, &test, c->s->ctx, split);
        bl_data_free(test);
    }
    bl_config_free(split);
    return status;
}

static void show_row(const struct comparison *c, const struct row *row)
{
    if (extra_of(c->s, "json"))
        print_json(c, row);
    else
        print_row(c, row);
}

/* Makes every trainer once, so that what one of them refuses is said before the others have worked for hours. epochs: of
   the runs. */
static bl_status check_rules(const struct comparison *c, const struct words *rules, double *epochs)
{
    bl_config *config = NULL;
    bl_status status = bl_config_copy(&config, c->s->config);
    for (int i = 0; status == BL_OK && i < c->rates.n; i++)
        status = bl_config_set(config, "lr", c->rates.text[i]);
    for (int i = 0; status == BL_OK && i < rules->n; i++) {
        bl_trainer *trainer = NULL;
        status = bl_config_set(config, "rule", rules->text[i]);
        if (status == BL_OK)
            status = bl_trainer_create(&trainer, c->s->ctx, config, c->train);
        if (status == BL_OK)
            *epochs = atof(bl_config_get(bl_trainer_config(trainer), "epochs"));
        bl_trainer_free(trainer);
    }
    bl_config_free(config);
    return status;
}

/* Examples that are learned from at the rates, against those of the runs. */
static void note_cost(const struct comparison *c, const struct words *rules, double epochs)
{
    const char *given = extra_of(c->s, "rate-epochs");
    const bl_data *trial = c->rate_train ? c->rate_train : c->train;
    const double rate_epochs = given ? atof(given) : epochs, runs = epochs * (double)bl_data_count(c->train);
    note(c->s,
         "choosing rates: %d rules x %d rates x %g epochs, about %.2g times the work of the %d runs of %g "
         "epochs; "
         "--rate-epochs N takes fewer",
         rules->n, c->rates.n, rate_epochs,
         runs > 0.0 ? c->rates.n * rate_epochs * (double)bl_data_count(trial) / runs : 0.0, rules->n, epochs);
}

static bl_status compare(struct comparison *c, const struct words *rules)
{
    double epochs = 0.0;
    bl_status status = load(c);
    if (status == BL_OK)
        status = check_rules(c, rules, &epochs);
    if (status == BL_OK && c->rates.n > 0)
        note_cost(c, rules, epochs);
    if (status == BL_OK && !extra_of(c->s, "json"))
        print_head(c);
    for (int i = 0; status == BL_OK && i < rules->n; i++) {
        struct row row;
        status = run_rule(c, rules->text[i], &row);
        if (status == BL_OK)
            show_row(c, &row);
    }
    bl_data_free(c->train);
    bl_data_free(c->val);
    bl_data_free(c->test);
    bl_data_free(c->rate_train);
    bl_data_free(c->rate_val);
    return status;
}

static int all_rules(struct words *rules)
{
    for (rules->n = 0; rules->n < MAX_RULES && bl_rule_name(rules->n); rules->n++)
        snprintf(rules->text[rules->n], WORD_ROOM, "%s", bl_rule_name(rules->n));
    return EXIT_DONE;
}

/* "same": every rule from the same draw. */
static int settle_init(struct session *s)
{
    const char *init = extra_of(s, "init");
    if (!init)
        return EXIT_DONE;
    const bl_status status = bl_config_set(s->config, "init", strcmp(init, "same") == 0 ? "fanin" : init);
    return status == BL_OK ? EXIT_DONE : fail_with(s, status);
}

/* Options that would be ignored, and the one that has no check of its own. */
static int check_options(const struct session *s)
{
    const char *epochs = extra_of(s, "rate-epochs");
    if (epochs && (strspn(epochs, "0123456789") != strlen(epochs) || atoi(epochs) < 1 || strlen(epochs) > 9))
        return usage_error("--rate-epochs is \"%s\", expected a whole number from 1 to 999999999", epochs);
    if (strcmp(bl_config_get(s->config, "force"), "true") == 0 && !bl_config_get(s->config, "out")[0])
        return usage_error("--force replaces what is in a run folder, and none is named: add --out DIR");
    if (epochs && !extra_of(s, "rates"))
        return usage_error("--rate-epochs is about --rates, and none are given");
    if (has_patience(s->config) && strcmp(bl_config_get(s->config, "val"), "0") == 0)
        return usage_error("--patience needs a validation set: use --val N");
    if (bl_config_is_set(s->config, "rule") && !extra_of(s, "rules"))
        return usage_error("--rule %s: compare takes --rules, as in --rules %s,bp",
                           bl_config_get(s->config, "rule"), bl_config_get(s->config, "rule"));
    if (bl_config_is_set(s->config, "lr") && extra_of(s, "rates"))
        return usage_error("--lr %s and --rates %s: expected one of the two", bl_config_get(s->config, "lr"),
                           extra_of(s, "rates"));
    return EXIT_DONE;
}

static int run(struct session *s)
{
    struct comparison c = {.s = s};
    struct words rules;
    const char *list = extra_of(s, "rules"), *rates = extra_of(s, "rates");
    int code = list ? split(list, MAX_RULES, "rules", &rules) : all_rules(&rules);
    if (code == EXIT_DONE && rates)
        code = split(rates, MAX_RATES, "rates", &c.rates);
    if (code == EXIT_DONE)
        code = check_options(s);
    if (code == EXIT_DONE)
        code = settle_init(s);
    if (code == EXIT_DONE)
        code = check_out(s);
    if (code != EXIT_DONE)
        return code;
    for (int i = 0; i < rules.n; i++)
        if (!bl_rule_about(rules.text[i]))
            return bl_config_set(s->config, "rule", rules.text[i]), fail_with(s, BL_BAD_VALUE);
    watch_signals();
    const bl_status status = compare(&c, &rules);
    return status == BL_OK ? EXIT_DONE : fail_with(s, status);
}

const struct command command_compare = {"compare",
                                        "compare --data NAME|PATH [--rules LIST] [options]",
                                        "train the same net by several rules and print one table",
                                        "data net rule training machine run",
                                        extras,
                                        0,
                                        run};

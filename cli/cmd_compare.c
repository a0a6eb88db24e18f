/*
 * cmd_compare.c - backless compare: the same net by several rules, one table.
 *
 * With --rates every rule's learning rate is chosen first, on a validation split, by the error after a short training at
 * each rate; then it trains on the whole training set at the best one. So no rule is a straw man.
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
    {"rate-epochs", "N", "epochs of training at each of --rates (default: 1)"},
    {"init", "zero|fanin|glorot|he|same",
     "first weights of every rule; same: fanin for all (default: each rule's own)"},
    {"config", "FILE.json", "options from a file; flags go before it"},
    {"json", NULL, "one JSON object a rule on standard output"},
    {"quiet", NULL, "no messages and no progress"},
    {NULL, NULL, NULL},
};

struct row {
    char rule[WORD_ROOM], init[WORD_ROOM], lr[WORD_ROOM], angles[512];
    double error, loss, rmse, samples_per_second;
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
    bl_data *train, *test;          /* all */
    bl_data *rate_train, *rate_val; /* the split on which rates are chosen; NULL without --rates */
    struct words rates;
};

/* One training from scratch. The last line's figures go to *last. */
static bl_status train_once(const struct comparison *c, const bl_config *config, const char *label,
                            const bl_data *train, const bl_data *test, struct row *row)
{
    bl_trainer *trainer = NULL;
    struct watch watch = {
        .session = c->s, .label = label, .shows_progress = watch_is_terminal() && !extra_of(c->s, "quiet")};
    bl_status status = bl_trainer_create(&trainer, c->s->ctx, config, train);
    if (status == BL_OK) {
        const bl_config *settled = bl_trainer_config(trainer);
        watch.epochs = atoi(bl_config_get(settled, "epochs"));
        snprintf(row->init, sizeof row->init, "%s", bl_config_get(settled, "init"));
        snprintf(row->lr, sizeof row->lr, "%s", bl_config_get(settled, "lr"));
        status = bl_trainer_fit(trainer, train, NULL, test, watch_run, &watch);
    }
    if (status == BL_OK) {
        const bl_score *score = test ? &watch.last.test : &watch.last.train;
        row->error = score->error;
        row->loss = score->loss;
        row->rmse = score->rmse;
        row->samples_per_second = watch.last.samples_per_second;
        if (bl_trainer_advice(trainer)[0])
            note(c->s, "%s%s", label, bl_trainer_advice(trainer));
        angles_text(watch.last.angles, watch.last.blocks, row->angles, sizeof row->angles);
        for (int i = 0; watch.last.angles && i < watch.last.blocks - 1 && i < MAX_ANGLES; i++)
            row->flat[row->n_angles++] = watch.last.angles[i].flat;
    }
    watch_release(&watch);
    bl_trainer_free(trainer);
    return status;
}

/* "15.29 %", or for numbers "rmse 0.62", or where there is no test set the loss. */
static void judge(const struct row *row, char *out, size_t room)
{
    if (!isnan(row->error))
        snprintf(out, room, "%.2f %%", 100.0 * row->error);
    else if (!isnan(row->rmse))
        snprintf(out, room, "rmse %.4g", row->rmse);
    else
        snprintf(out, room, "loss %.4g", row->loss);
}

static void note_rate(const struct comparison *c, const char *rule, const char *rate, const struct row *row)
{
    char judged[64];
    judge(row, judged, sizeof judged);
    note(c->s, "%-8s lr %-8s validation error %s", rule, rate, judged);
}

/* The rate whose validation error is least; the first of equals. A rate at which a rule diverges is none. */
static bl_status choose_rate(const struct comparison *c, bl_config *config, const char *rule,
                             const char **best)
{
    double least = INFINITY;
    const char *epochs = extra_of(c->s, "rate-epochs");
    bl_config *trial = NULL;
    *best = NULL;
    bl_status status = bl_config_copy(&trial, config);
    if (status == BL_OK)
        status = bl_config_set(trial, "epochs", epochs ? epochs : "1");
    if (status == BL_OK)
        status = bl_config_set(trial, "no-angles", "true");
    if (status == BL_OK)
        status = bl_config_set(trial, "out", NULL);
    for (int i = 0; status == BL_OK && i < c->rates.n; i++) {
        struct row row = {.error = NAN, .loss = NAN, .rmse = NAN};
        char label[2 * WORD_ROOM + 16];
        snprintf(label, sizeof label, "%s at %s: ", rule, c->rates.text[i]);
        status = bl_config_set(trial, "lr", c->rates.text[i]);
        if (status == BL_OK)
            status = train_once(c, trial, label, c->rate_train, c->rate_val, &row);
        const double judged =
            isnan(row.error) ? row.loss : row.error; /* NaN, and so never best, when it diverged */
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
    *row = (struct row){.error = NAN, .loss = NAN, .rmse = NAN, .samples_per_second = NAN, .angles = "-"};
    snprintf(row->rule, sizeof row->rule, "%s", rule);
    snprintf(label, sizeof label, "%s: ", rule);
    bl_status status = bl_config_copy(&config, c->s->config);
    if (status == BL_OK)
        status = configure(c, config, rule);
    if (status == BL_OK)
        status = train_once(c, config, label, c->train, c->test, row);
    bl_config_free(config);
    row->status = status;
    if (status == BL_DIVERGED)
        note(c->s, "%s: %s", rule, bl_why(c->s->ctx));
    return status == BL_DIVERGED ? BL_OK : status;
}

static void print_head(const struct comparison *c)
{
    printf("%-8s %12s  %-24s %12s  %-7s %s\n", "rule", c->test ? "test error" : "train error",
           "angle per block (deg)", "samples/s", "init", "lr");
}

static void print_row(const struct row *row)
{
    char judged[64];
    judge(row, judged, sizeof judged);
    if (row->status == BL_DIVERGED)
        printf("%-8s %12s  %-24s %12s  %-7s %s\n", row->rule, "diverged", "-", "-", row->init, row->lr);
    else
        printf("%-8s %12s  %-24s %12.0f  %-7s %s\n", row->rule, judged, row->angles, row->samples_per_second,
               row->init, row->lr);
    fflush(stdout);
}

static void print_json(const struct comparison *c, const struct row *row)
{
    json_t *angles = json_array();
    for (int i = 0; i < row->n_angles; i++)
        json_array_append_new(angles, isnan(row->flat[i]) ? json_null() : json_real(row->flat[i]));
    json_t *line = json_pack(
        "{s:s, s:o, s:o, s:o, s:s, s:s, s:b}", "rule", row->rule, c->test ? "test_error" : "train_error",
        isnan(row->error) ? json_null() : json_real(row->error), "samples_per_second",
        isnan(row->samples_per_second) ? json_null() : json_real(row->samples_per_second), "angles", angles,
        "init", row->init, "lr", row->lr, "diverged", row->status == BL_DIVERGED);
    if (!isnan(row->rmse))
        json_object_set_new(line, "test_rmse", json_real(row->rmse));
    json_dumpf(line, stdout, JSON_COMPACT | JSON_REAL_PRECISION(15));
    putchar('\n');
    fflush(stdout);
    json_decref(line);
}

/* Without --val a tenth of the training set judges the rates. */
static bl_status load(struct comparison *c)
{
    bl_config *split = NULL;
    bl_data *unused = NULL;
    char tenth[32];
    bl_status status = bl_config_copy(&split, c->s->config);
    if (status == BL_OK)
        status = bl_config_set(split, "val", NULL);
    if (status == BL_OK)
        status = bl_data_load(&c->train, &unused, &c->test, c->s->ctx, split);
    if (status == BL_OK && c->rates.n > 0) {
        const char *val = bl_config_get(c->s->config, "val");
        snprintf(tenth, sizeof tenth, "%zu", (bl_data_count(c->train) + 9) / 10);
        status = bl_config_set(split, "val", strcmp(val, "0") == 0 ? tenth : val);
        bl_data *test = NULL;
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
        print_row(row);
}

/* Makes every trainer once, so that what one of them refuses is said before the others have worked for hours. */
static bl_status check_rules(const struct comparison *c, const struct words *rules)
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
        bl_trainer_free(trainer);
    }
    bl_config_free(config);
    return status;
}

static bl_status compare(struct comparison *c, const struct words *rules)
{
    bl_status status = load(c);
    if (status == BL_OK)
        status = check_rules(c, rules);
    if (status == BL_OK && !extra_of(c->s, "json"))
        print_head(c);
    for (int i = 0; status == BL_OK && i < rules->n; i++) {
        struct row row;
        status = run_rule(c, rules->text[i], &row);
        if (status == BL_OK)
            show_row(c, &row);
    }
    bl_data_free(c->train);
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

static int run(struct session *s)
{
    struct comparison c = {.s = s};
    struct words rules;
    const char *list = extra_of(s, "rules"), *rates = extra_of(s, "rates");
    int code = list ? split(list, MAX_RULES, "rules", &rules) : all_rules(&rules);
    if (code == EXIT_DONE && rates)
        code = split(rates, MAX_RATES, "rates", &c.rates);
    if (code == EXIT_DONE)
        code = settle_init(s);
    if (code != EXIT_DONE)
        return code;
    for (int i = 0; i < rules.n; i++)
        if (!bl_rule_about(rules.text[i]))
            return usage_error("no rule \"%s\"; backless rules lists them", rules.text[i]);
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

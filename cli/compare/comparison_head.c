/*
 * comparison_head.c - prints the settings of a comparison on standard error, before the first run.
 */
#include "../data/data_notes.h"
#include "../train/precision_note.h"
#include "../train/preset_notes.h"
#include "comparison.h"

#include "../terminal/shown_text.h"

#include <stdlib.h>
#include <string.h>

enum { MOST_NAMES = 12, NAME_COLUMNS = 24 };

static const char *setting(const struct comparison *c, const char *key)
{
    return bl_config_get(c->settled, key);
}

static bool is_set_to(const struct comparison *c, const char *key, const char *value)
{
    return strcmp(setting(c, key), value) == 0;
}

/* ", 3 classes: cat, dog, owl" */
static void add_classes(const bl_data *train, char *text, size_t room)
{
    const int n = bl_data_outputs(train);
    snprintf(text + strlen(text), room - strlen(text), ", %d class%s", n, n == 1 ? "" : "es");
    for (int i = 0; i < n && i < MOST_NAMES && bl_data_class_name(train, 0); i++)
        snprintf(text + strlen(text), room - strlen(text), "%s%s", i ? ", " : ": ",
                 shown_text(bl_data_class_name(train, i), NAME_COLUMNS).text);
    if (n > MOST_NAMES && bl_data_class_name(train, 0))
        snprintf(text + strlen(text), room - strlen(text), ", ...");
}

static void print_data(const struct comparison *c)
{
    char text[2048] = "";
    const int outputs = bl_data_outputs(c->train);
    snprintf(text, sizeof text, "data       %s: %zu to train on, %zu to validate, %zu to test",
             bl_data_source(c->train), bl_data_count(c->train), c->val ? bl_data_count(c->val) : 0,
             c->test ? bl_data_count(c->test) : 0);
    if (bl_data_labels(c->train))
        add_classes(c->train, text, sizeof text);
    else
        snprintf(text + strlen(text), sizeof text - strlen(text), ", %d regression target%s", outputs,
                 plural(outputs));
    note(c->s, "%s", text);
    if (c->folds > 0)
        note(c->s, "folds      %d: each of the parts is tested once; above are the sizes of the first",
             c->folds);
    print_data_notes(c->s, "           ", c->train);
    print_test_notes(c->s, "           test set: ", c->test, c->train);
    if (!c->test)
        note(c->s, "           no test set: the table shows errors on the training set; --test-fraction 0.2 "
                   "holds out a fifth of the examples for testing");
}

static void print_training(const struct comparison *c)
{
    const size_t batch = strtoull(setting(c, "batch"), NULL, 10), n = bl_data_count(c->train),
                 steps = (n + batch - 1) / batch;
    const bool is_by_layer = is_set_to(c, "modules", "layer");
    note(c->s, "net        %s", setting(c, "net"));
    note(c->s, "training   %s epoch%s of %zu step%s, batch %s, %s, lr %s, schedule %s, loss %s%s%s%s%s%s",
         setting(c, "epochs"), plural(atof(setting(c, "epochs"))), steps, plural((double)steps),
         setting(c, "batch"), setting(c, "optimizer"),
         c->rates.n > 0 || c->is_tuned ? "chosen for each rule" : setting(c, "lr"), setting(c, "schedule"),
         setting(c, "loss"), is_set_to(c, "reduction", "sum") ? ", reduction sum" : "",
         is_set_to(c, "stop", "paper") ? ", stop paper" : "",
         is_set_to(c, "memory", "low") ? ", memory low" : "", is_by_layer ? "" : ", modules ",
         is_by_layer ? "" : setting(c, "modules"));
    print_preset(c->s, c->settled, c->rates.n > 0 || c->is_tuned ? "lr" : NULL);
    note(c->s, "seeds      seed %s, weights %s, feedback %s, order %s, splits %s", setting(c, "seed"),
         setting(c, "weight-seed"), setting(c, "feedback-seed"), setting(c, "order-seed"),
         setting(c, "split-seed"));
    print_precision(c->s, setting(c, "precision"));
    note(c->s, "machine    %s (%s), %d thread%s", bl_context_backend(c->s->ctx),
         bl_context_machine(c->s->ctx), bl_context_threads(c->s->ctx), plural(bl_context_threads(c->s->ctx)));
}

/* Returns the reason why a rule is left out, without the rule's name at its beginning: rules with the same
   reason are listed on one line. */
static const char *reason_of(const struct row *row)
{
    char named[WORD_ROOM + 8];
    const int n = snprintf(named, sizeof named, "rule %s ", row->rule);
    return strncmp(row->why, named, (size_t)n) == 0 ? row->why + n : row->why;
}

static bool is_left_out_for(const struct row *row, const char *reason)
{
    return row->state == ROW_LEFT_OUT && strcmp(reason_of(row), reason) == 0;
}

static void print_left_out(const struct comparison *c)
{
    const char *label = "left out";
    for (int i = 0; i < c->n_rows; i++) {
        char who[MAX_RULES * WORD_ROOM] = "";
        bool is_said = c->rows[i].state != ROW_LEFT_OUT;
        const char *reason = reason_of(&c->rows[i]);
        for (int k = 0; k < i; k++)
            is_said = is_said || is_left_out_for(&c->rows[k], reason);
        for (int k = i; k < c->n_rows && !is_said; k++)
            if (is_left_out_for(&c->rows[k], reason))
                snprintf(who + strlen(who), sizeof who - strlen(who), "%s%s", who[0] ? ", " : "",
                         c->rows[k].rule);
        if (!is_said) {
            note(c->s, "%-11s%s: %s%s", label, who, reason > c->rows[i].why ? "the rule " : "", reason);
            label = "";
        }
    }
}

static int count_runs(const struct comparison *c)
{
    int n = 0;
    for (int i = 0; i < c->n_rows; i++)
        n += c->rows[i].state != ROW_LEFT_OUT;
    return n;
}

/* ---- Rules that are the same */

static const struct row *find_row(const struct comparison *c, const char *rule)
{
    for (int i = 0; i < c->n_rows; i++)
        if (strcmp(c->rows[i].rule, rule) == 0 && c->rows[i].state != ROW_LEFT_OUT)
            return &c->rows[i];
    return NULL;
}

/* Returns whether two rules give the same weights in a net with one hidden block. Rules with feedback from a
   file are never the same, because the file has an array for each rule. */
static bool are_same(const struct row *a, const struct row *b)
{
    return a && b && strcmp(a->init, b->init) == 0 && strcmp(a->feedback, b->feedback) == 0 &&
           !strstr(a->feedback, ".npz") && !strstr(a->feedback, ".safetensors");
}

static void note_no_hidden(const struct comparison *c)
{
    note(
        c->s,
        "%-11sthe net has no hidden layer, and a rule decides only what hidden layers learn: the rows differ "
        "by "
        "first weights, by the decay of kp and dkp, and by the second pass of pepita; try --net \"dense 100, "
        "tanh, %s\"",
        "the same", setting(c, "net"));
}

/* Prints which of the compared rules are the same. With one hidden block, the error reaches that block
   through one random matrix, whether the rule is a chain (fa), direct (dfa) or enters at the first block
   (ifa); in kp and dkp that matrix takes the transposed steps of the output's weights. With bf16, which
   direct rules do not use for that product, they differ by rounding. */
static void note_one_hidden(const struct comparison *c)
{
    const struct row *fa = find_row(c, "fa"), *dfa = find_row(c, "dfa"), *ifa = find_row(c, "ifa"),
                     *kp = find_row(c, "kp"), *dkp = find_row(c, "dkp"), *direct = dfa ? dfa : fa;
    const char *label = "the same",
               *rounding = is_set_to(c, "precision", "float32") ? "" : ", except for the rounding of bf16";
    const bool has_ifa = are_same(ifa, direct);
    if (are_same(fa, dfa) || has_ifa) {
        note(c->s,
             "%-11s%s%s: with one hidden layer the error reaches it through one random matrix, and the same "
             "seed draws the same one%s; they differ from two hidden layers on",
             label, are_same(fa, dfa) ? "fa = dfa" : direct->rule, has_ifa ? " = ifa" : "", rounding);
        label = "";
    }
    if (ifa && direct && strcmp(ifa->init, direct->init) != 0) {
        note(
            c->s,
            "%-11sifa would be the same as %s from the same initial weights, but starts from %s and not from "
            "%s: "
            "--init same lets all rules start alike",
            label, direct->rule, ifa->init, direct->init);
        label = "";
    }
    if (are_same(kp, dkp))
        note(c->s,
             "%-11skp = dkp: with one hidden layer both matrices begin alike, and take the transposed steps "
             "of "
             "the output layer%s",
             label, rounding);
}

static void print_same(const struct comparison *c)
{
    if (c->n_hidden == 0 && count_runs(c) > 1)
        note_no_hidden(c);
    if (c->n_hidden == 1 && is_set_to(c, "modules", "layer"))
        note_one_hidden(c);
}

/* Prints how many examples are trained on while rates are chosen, compared with the runs themselves. */
static void print_cost(const struct comparison *c)
{
    const char *given = extra_of(c->s, "rate-epochs");
    const bl_data *trial = c->rate_train ? c->rate_train : c->train;
    const double epochs = atof(setting(c, "epochs")), rate_epochs = given ? atof(given) : epochs,
                 runs = epochs * (double)bl_data_count(c->train);
    const int n = count_runs(c);
    note(
        c->s,
        "choosing rates: %d rule%s x %d rate%s x %g epoch%s, about %.2g times the work of the %d run%s of %g "
        "epoch%s%s",
        n, plural(n), c->rates.n, plural(c->rates.n), rate_epochs, plural(rate_epochs),
        runs > 0.0 ? c->rates.n * rate_epochs * (double)bl_data_count(trial) / runs : 0.0, n, plural(n),
        epochs, plural(epochs), given ? "" : "; --rate-epochs N takes fewer");
}

void comparison_head(const struct comparison *c)
{
    print_data(c);
    print_training(c);
    print_left_out(c);
    print_same(c);
    if (c->rates.n > 0 && !c->is_pooled)
        print_cost(c);
}

/*
 * comparison_check.c - checks which rules can be compared, by creating each trainer once, so that an error of
 * one rule is reported before the others have trained for hours.
 *
 * A rule that is not defined for the net, the data or the options (BL_NOT_DEFINED) is left out if all rules
 * were meant, and is an error if --rules names it. Any other failure would affect every rule, and ends the
 * comparison.
 */
#include "comparison.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void copy_text(char *to, size_t room, const char *from)
{
    snprintf(to, room, "%s", from);
}

/* Counts the weighted layers in a net's text. */
static int weighted_layers(const char *net)
{
    int n = 0;
    for (const char *at = net; at; at = strchr(at, ',')) {
        at += strspn(at, ", ");
        n += strncmp(at, "dense ", 6) == 0 || strncmp(at, "conv ", 5) == 0;
    }
    return n;
}

/* Keeps the settings of the rule that trains the most layers. They stand for all rules; `linear` would not
   do, because it trains the output block only. */
static bl_status take_settled(struct comparison *c, struct row *row, const bl_config *settled)
{
    bl_config *copy = NULL;
    const char *net = bl_config_get(settled, "net");
    const int n_hidden = weighted_layers(net) - 1;
    copy_text(row->net, sizeof row->net, net);
    copy_text(row->init, sizeof row->init, bl_config_get(settled, "init"));
    copy_text(row->feedback, sizeof row->feedback, bl_config_get(settled, "feedback"));
    copy_text(row->lr, sizeof row->lr, bl_config_get(settled, "lr"));
    if (c->settled && n_hidden <= c->n_hidden)
        return BL_OK;
    const bl_status status = bl_config_copy(&copy, settled);
    if (status == BL_OK) {
        bl_config_free(c->settled);
        c->settled = copy;
        c->n_hidden = n_hidden;
    }
    return status;
}

static bl_status check_rule(struct comparison *c, bl_config *config, struct row *row)
{
    bl_trainer *trainer = NULL;
    bl_status status = bl_config_set(config, "rule", row->rule);
    if (status == BL_OK)
        status = bl_trainer_create(&trainer, c->s->ctx, config, c->train);
    if (status == BL_OK)
        status = take_settled(c, row, bl_trainer_config(trainer));
    bl_trainer_free(trainer);
    if (status != BL_NOT_DEFINED)
        return status;
    row->state = ROW_LEFT_OUT;
    copy_text(row->why, sizeof row->why, bl_why(c->s->ctx));
    return BL_OK;
}

static int count_left_out(const struct comparison *c)
{
    int n = 0;
    for (int i = 0; i < c->n_rows; i++)
        n += c->rows[i].state == ROW_LEFT_OUT;
    return n;
}

static bool has_refused(const struct comparison *c)
{
    for (int i = 0; c->is_chosen && i < c->n_rows; i++)
        if (c->rows[i].state == ROW_LEFT_OUT && !c->rows[i].is_baseline)
            return true;
    return false;
}

/* Refuses the rules that --rules names and the net does not allow, and suggests the --rules to write
   instead. */
static int refuse_undefined_rules(const struct comparison *c)
{
    char rest[MAX_RULES * WORD_ROOM] = "";
    for (int i = 0; i < c->n_rows; i++)
        if (c->rows[i].state == ROW_LEFT_OUT)
            usage_error("%s", c->rows[i].why);
        else
            snprintf(rest + strlen(rest), sizeof rest - strlen(rest), "%s%s", rest[0] ? "," : "",
                     c->rows[i].rule);
    if (rest[0])
        return usage_error("write --rules %s, or omit --rules to compare all rules that are defined", rest);
    return usage_error("omit --rules to compare all rules that are defined");
}

/* Refuses run folders that cannot be used before the first run. The library refuses such a folder too, but
   only when its run begins, which may be hours later. */
static int check_folders(const struct comparison *c)
{
    static const char *const files[] = {"config.json", "log.jsonl", "model.safetensors", "best.safetensors",
                                        "result.json"};
    const char *out = bl_config_get(c->s->config, "out");
    if (!out[0] || c->is_pooled || strcmp(bl_config_get(c->s->config, "force"), "true") == 0)
        return EXIT_DONE;
    for (int i = 0; i < c->n_rows; i++)
        for (size_t k = 0; k < sizeof files / sizeof *files; k++) {
            char path[BL_PATH_ROOM];
            snprintf(path, sizeof path, "%s/%s/%s", out, c->rows[i].rule, files[k]);
            if (c->rows[i].state != ROW_LEFT_OUT && access(path, F_OK) == 0)
                return usage_error(
                    "%s/%s: holds a run already; --force replaces it, and in another folder --seeds 1 makes "
                    "runs that the same command continues",
                    out, c->rows[i].rule);
        }
    return EXIT_DONE;
}

/* Names the rule in an error message about an option that suits other rules, such as a file of feedback. */
static void print_rule(const struct comparison *c, int place)
{
    usage_error("this applies to rule %s: --rules names the rules to compare", c->rows[place].rule);
}

int comparison_check(struct comparison *c)
{
    bl_config *config = NULL;
    bl_status status = bl_config_copy(&config, c->s->config);
    for (int i = 0; status == BL_OK && i < c->rates.n; i++)
        status = bl_config_set(config, "lr", c->rates.text[i]);
    int n_checked = 0;
    for (; status == BL_OK && n_checked < c->n_rows; n_checked++)
        status = check_rule(c, config, &c->rows[n_checked]);
    bl_config_free(config);
    if (status != BL_OK) {
        const int code = fail_with(c->s, status);
        if (c->settled)
            print_rule(c, n_checked - 1);
        return code;
    }
    if (has_refused(c))
        return refuse_undefined_rules(c);
    if (count_left_out(c) == c->n_rows)
        return usage_error("%s", c->rows[0].why);
    return check_folders(c);
}

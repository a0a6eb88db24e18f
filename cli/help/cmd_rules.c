/*
 * cmd_rules.c - backless rules: lists the learning rules, one per line.
 */
#include "../command.h"
#include "../terminal/wrapped.h"

enum { ABOUT_COLUMN = 20 };

static const struct extra extras[] = {
    {"quiet", NULL, "no messages"},
    {NULL, NULL, NULL},
};

static int run_rules_command(struct session *s)
{
    if (s->n_words == 1 && !bl_rule_about(s->words[0]))
        return bl_config_set(s->config, "rule", s->words[0]), fail_with(s, BL_BAD_VALUE);
    if (s->n_words == 1) {
        printf("%s  %s\norder of error signals: %s\n", s->words[0], bl_rule_about(s->words[0]),
               bl_rule_order(s->words[0]));
        return EXIT_DONE;
    }
    printf("%-8s %-10s %s\n", "rule", "order", "about");
    for (int i = 0; bl_rule_name(i); i++) {
        printf("%-8s %-10s ", bl_rule_name(i), bl_rule_order(bl_rule_name(i)));
        print_wrapped_from(stdout, ABOUT_COLUMN, bl_rule_about(bl_rule_name(i)));
    }
    return EXIT_DONE;
}

const struct command command_rules = {
    "rules", "rules [NAME]", "the learning rules and their papers", NULL, extras, 1, run_rules_command};

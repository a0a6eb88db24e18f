/*
 * help.c - prints --help from the tables that the parser of the command line uses.
 */
#include "help.h"
#include "../command.h"

#include <string.h>

void help_program(FILE *to, const struct command_table *program)
{
    fputs("backless - train neural networks without backpropagation\n\n", to);
    for (int i = 0; command_at(program, i); i++)
        fprintf(to, "    backless %-10s %s\n", command_at(program, i)->name, command_at(program, i)->about);
    fputs("\n    backless help COMMAND    its options\n    backless --version\n\n"
          "Try: backless train --data TABLE.csv\n"
          "     backless compare --data TABLE.csv --test-fraction 0.2\n",
          to);
}

static void show(FILE *to, const char *key, const char *argument, const char *help, const char *default_value)
{
    char left[64];
    snprintf(left, sizeof left, "--%s%s%s", key, argument ? " " : "", argument ? argument : "");
    fprintf(to, "  %-34s %s", left, help);
    if (argument && default_value[0])
        fprintf(to, " (default: %s)", default_value);
    fputc('\n', to);
}

static void show_group(FILE *to, const struct command *command, const char *group)
{
    fprintf(to, "\n%s\n", group);
    for (int i = 0; bl_option_at(i); i++) {
        const bl_option *o = bl_option_at(i);
        if (strcmp(o->group, group) == 0 && command_lists(command, o))
            show(to, o->key, o->argument, o->help, o->default_value);
    }
}

static void show_about(FILE *to, const struct command_table *program, const struct command *command)
{
    fprintf(to, "%s\n", command->about);
    if (command_story(program, command))
        fprintf(to, "%s\n", command_story(program, command));
}

static void show_below(FILE *to, const struct command_table *program, const struct command *command)
{
    for (int i = 0; command_below(program, command, i); i++) {
        const struct command *below = command_below(program, command, i);
        fprintf(to, "\nbackless %s\n", below->usage);
        show_about(to, program, below);
        for (int k = 0; below->extras && below->extras[k].key; k++)
            show(to, below->extras[k].key, below->extras[k].argument, below->extras[k].help, "");
        if (below->groups)
            fprintf(to, "  and the options of: %s (backless %s --help lists them)\n", below->groups,
                    below->name);
    }
}

void help_options(FILE *to, const struct command *command)
{
    const char *group = "";
    for (int i = 0; bl_option_at(i); i++)
        if (command_lists(command, bl_option_at(i)) && strcmp(bl_option_at(i)->group, group) != 0)
            show_group(to, command, group = bl_option_at(i)->group);
}

void help_command(FILE *to, const struct command_table *program, const struct command *command)
{
    if (command_below(program, command, 0)) {
        fprintf(to, "backless %s\n", command->usage);
        show_about(to, program, command);
        show_below(to, program, command);
        return;
    }
    fprintf(to, "backless %s\n", command->usage);
    show_about(to, program, command);
    if (command->extras)
        fprintf(to, "\n%s\n", command->name);
    for (int i = 0; command->extras && command->extras[i].key; i++)
        show(to, command->extras[i].key, command->extras[i].argument, command->extras[i].help, "");
    if (!command->extras)
        fputc('\n', to);
    show(to, "help", NULL, "this text", "");
    help_options(to, command);
}

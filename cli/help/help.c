/*
 * help.c - prints --help from the tables that the parser of the command line uses.
 *
 * On a terminal long texts are broken between words and indented; on a narrow one the text of an option
 * begins on a line of its own. A pipe gets one line for each option.
 */
#include "help.h"
#include "../command.h"
#include "../terminal/terminal.h"
#include "../terminal/wrapped.h"

#include <string.h>

/* In columns: the texts of options beside their names, or below them in a narrow terminal; the texts of
   commands. */
enum { BESIDE = 37, BELOW = 8, BESIDE_COMMAND = 24, LEAST_BESIDE = 100 };
enum { TEXT_ROOM = 1024 };

void help_program(FILE *to, const struct command_table *program)
{
    fputs("backless - train neural networks without backpropagation\n\n", to);
    for (int i = 0; command_at(program, i); i++) {
        fprintf(to, "    backless %-10s ", command_at(program, i)->name);
        print_wrapped_from(to, BESIDE_COMMAND, command_at(program, i)->about);
    }
    fputs("\n    backless help COMMAND    its options\n    backless --version\n\n"
          "Try: backless train --data TABLE.csv\n"
          "     backless compare --data TABLE.csv --test-fraction 0.2\n",
          to);
}

static void show(FILE *to, const char *key, const char *argument, const char *help, const char *default_value)
{
    const bool has_default = argument && default_value[0];
    const int columns = terminal_columns(to);
    char left[64], text[TEXT_ROOM];
    snprintf(left, sizeof left, "--%s%s%s", key, argument ? " " : "", argument ? argument : "");
    snprintf(text, sizeof text, "%s%s%s%s", help, has_default ? " (default: " : "",
             has_default ? default_value : "", has_default ? ")" : "");
    const bool is_below = columns > 0 && (columns < LEAST_BESIDE || strlen(left) > BESIDE - 3);
    const int margin = columns >= LEAST_BESIDE ? BESIDE : BELOW;
    if (is_below)
        fprintf(to, "  %s\n%*s", left, margin, "");
    else
        fprintf(to, "  %-*s ", BESIDE - 3, left);
    print_wrapped_from(to, margin, text);
}

static size_t longest_line(const char *text)
{
    size_t longest = 0;
    for (; *text; text += *text == '\n') {
        const size_t n = strcspn(text, "\n");
        longest = n > longest ? n : longest;
        text += n;
    }
    return longest;
}

/* Prints a text of one or more lines; on a terminal that is narrower than one of them, as one paragraph. */
static void show_lines(FILE *to, const char *text)
{
    const int columns = terminal_columns(to);
    char paragraph[TEXT_ROOM];
    snprintf(paragraph, sizeof paragraph, "%s", text);
    if (columns > 0 && longest_line(text) > (size_t)columns)
        for (char *p = strchr(paragraph, '\n'); p; p = strchr(p, '\n'))
            *p = ' ';
    if (strchr(paragraph, '\n'))
        fprintf(to, "%s\n", text);
    else
        print_wrapped_from(to, 0, paragraph);
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

static void show_usage(FILE *to, const struct command *command)
{
    fputs("backless ", to);
    print_wrapped_from(to, (int)strlen("backless "), command->usage);
}

static void show_about(FILE *to, const struct command_table *program, const struct command *command)
{
    show_lines(to, command->about);
    if (command_story(program, command))
        show_lines(to, command_story(program, command));
}

static void show_groups(FILE *to, const struct command *command)
{
    char text[TEXT_ROOM];
    snprintf(text, sizeof text, "and the options of: %s (backless %s --help lists them)", command->groups,
             command->name);
    fputs("  ", to);
    print_wrapped_from(to, 2, text);
}

static void show_below(FILE *to, const struct command_table *program, const struct command *command)
{
    for (int i = 0; command_below(program, command, i); i++) {
        const struct command *below = command_below(program, command, i);
        fputc('\n', to);
        show_usage(to, below);
        show_about(to, program, below);
        for (int k = 0; below->extras && below->extras[k].key; k++)
            show(to, below->extras[k].key, below->extras[k].argument, below->extras[k].help, "");
        if (below->groups)
            show_groups(to, below);
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
    show_usage(to, command);
    if (command_below(program, command, 0)) {
        show_about(to, program, command);
        show_below(to, program, command);
        return;
    }
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

/*
 * completion_zsh.c - the script for zsh: a function for each command that hands its options to _arguments.
 *
 * The script may be a file _backless in a folder of $fpath, or be sourced; when sourced, it registers itself.
 */
#include "completion.h"

#include "../help/listing.h"

#include <string.h>

static const char before[] = "#compdef backless\n"
                             "# zsh completion for backless, made by: backless completion zsh\n";

static const char after[] = "\n"
                            "if [[ $zsh_eval_context[-1] == loadautofunc ]]; then\n"
                            "    _backless \"$@\"\n"
                            "else\n"
                            "    compdef _backless backless\n"
                            "fi\n";

/* Writes text between single quotes, inside a specification whose parts end with colons and brackets. */
static void put_text(FILE *to, const char *text)
{
    for (; *text; text++)
        if (*text == '\'')
            fputs("'\\''", to);
        else
            fprintf(to, "%s%c", strchr("\\:[]", *text) ? "\\" : "", *text);
}

/* Writes the action of a specification that completes an argument. */
static void put_action(FILE *to, const struct choices *c)
{
    const char *disk = c->takes_files ? "_files" : c->takes_folders ? "_files -/" : NULL;
    if (c->words[0] && disk)
        fprintf(to, "{_alternative \"words\\:word\\:(%s)\" \"files\\:file\\:%s\"}", c->words, disk);
    else if (c->words[0] && c->is_list)
        fprintf(to, "_values -s , word %s", c->words);
    else if (c->words[0])
        fprintf(to, "(%s)", c->words);
    else
        fputs(disk ? disk : " ", to);
}

static void put_option(FILE *to, const struct listed_option *option)
{
    struct choices choices;
    fprintf(to, " \\\n        '--%s%s[", option->key, option->argument ? "=" : "");
    put_text(to, option->help);
    fputc(']', to);
    if (option->argument) {
        listing_choices(option->key, option->argument, &choices);
        fputc(':', to);
        put_text(to, option->argument);
        fputc(':', to);
        put_action(to, &choices);
    }
    fputc('\'', to);
}

static void put_words(FILE *to, const struct command_table *program, const struct command *command)
{
    struct choices words;
    listing_word_choices(program, command, &words);
    if (!words.words[0] && !words.takes_files && !words.takes_folders)
        return;
    fputs(" \\\n        '*:word:", to);
    put_action(to, &words);
    fputc('\'', to);
}

/* "data get" becomes _backless_data_get. */
static void put_function_name(FILE *to, const struct command *command)
{
    fputs("_backless_", to);
    for (const char *at = command->name; *at; at++)
        fputc(*at == ' ' ? '_' : *at, to);
}

static const struct command *child(const struct command_table *program, const struct command *parent, int i)
{
    return parent ? command_below(program, parent, i) : command_at(program, i);
}

/* Writes the body of a function that offers commands, or continues with the one that was typed. parent: the
   command whose subcommands are offered; NULL: the program's commands. */
static void put_choice_of_commands(FILE *to, const struct command_table *program,
                                   const struct command *parent, const char *more)
{
    const size_t skipped = parent ? strlen(parent->name) + 1 : 0;
    fputs("    if ((CURRENT == 2)); then\n        local -a commands=(\n", to);
    for (int i = 0; child(program, parent, i); i++) {
        fprintf(to, "            '%s:", child(program, parent, i)->name + skipped);
        put_text(to, child(program, parent, i)->about);
        fputs("'\n", to);
    }
    fprintf(to, "%s        )\n        _describe -t commands command commands\n        return\n    fi\n",
            more);
    fputs("    shift words\n    ((CURRENT--))\n    case $words[1] in\n", to);
    for (int i = 0; child(program, parent, i); i++) {
        fprintf(to, "    %s) ", child(program, parent, i)->name + skipped);
        put_function_name(to, child(program, parent, i));
        fputs(" ;;\n", to);
    }
}

static void put_command(FILE *to, const struct command_table *program, const struct command *command)
{
    struct listed_option option;
    fputc('\n', to);
    put_function_name(to, command);
    fputs("()\n{\n", to);
    if (command_below(program, command, 0)) {
        put_choice_of_commands(to, program, command, "");
        fputs("    esac\n", to);
    } else {
        fputs("    _arguments", to);
        for (int i = 0; listing_option(command, i, &option); i++)
            put_option(to, &option);
        put_words(to, program, command);
        fputc('\n', to);
    }
    fputs("}\n", to);
}

void completion_zsh(FILE *to, const struct command_table *program)
{
    fputs(before, to);
    for (int i = 0; listing_command(program, i); i++)
        put_command(to, program, listing_command(program, i));
    fputs("\n_backless()\n{\n", to);
    put_choice_of_commands(to, program, NULL,
                           "            'help:the commands, or the options of one'\n"
                           "            '--help:list the commands'\n"
                           "            '--version:show the version'\n");
    fputs("    help) ((CURRENT == 2)) && _values command", to);
    for (int i = 0; command_at(program, i); i++)
        fprintf(to, " %s", command_at(program, i)->name);
    fputs(" ;;\n    esac\n}\n", to);
    fputs(after, to);
}

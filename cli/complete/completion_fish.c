/*
 * completion_fish.c - the script for fish: one `complete` for each option of each command.
 */
#include "completion.h"

#include "../help/listing.h"

#include <string.h>

static const char before[] =
    "# fish completion for backless, made by: backless completion fish\n"
    "\n"
    "# Whether the words typed so far begin with this command; without arguments: whether there is no word "
    "yet.\n"
    "function __backless_at\n"
    "    set -l words (commandline -opc)\n"
    "    set -e words[1]\n"
    "    test (count $argv) -gt 0; or test (count $words) -eq 0; or return 1\n"
    "    for word in $argv\n"
    "        test \"$word\" = \"$words[1]\"; or return 1\n"
    "        set -e words[1]\n"
    "    end\n"
    "end\n"
    "\n"
    "# The same, and nothing behind it.\n"
    "function __backless_just\n"
    "    set -l words (commandline -opc)\n"
    "    __backless_at $argv; and test (count $words) -eq (math (count $argv) + 1)\n"
    "end\n"
    "\n"
    "# Words with commas between them: what is typed up to the last comma, and one more.\n"
    "function __backless_list\n"
    "    set -l typed (string match -r '^.*,' -- (commandline -ct | string replace -r '^--[^=]*=' ''))\n"
    "    test (count $typed) -gt 0; or set typed ''\n" /* "$typed$argv" is empty for an empty list */
    "    printf '%s\\n' $typed$argv\n"
    "end\n"
    "\n"
    "complete -c backless -f\n";

static void put_text(FILE *to, const char *text)
{
    fputc('\'', to);
    for (; *text; text++)
        fprintf(to, "%s%c", strchr("\\'", *text) ? "\\" : "", *text);
    fputc('\'', to);
}

/* Writes the options of `complete` for a kind of argument. */
static void put_choices(FILE *to, const struct choices *c)
{
    if (c->is_list && c->words[0])
        fprintf(to, " -a '(__backless_list %s)'", c->words);
    else if (c->words[0])
        fprintf(to, " -a '%s'", c->words);
    if (c->takes_files)
        fputs(" -F", to);
    else if (c->takes_folders)
        fputs(" -a '(__fish_complete_directories (commandline -ct))'", to);
}

static void put_option(FILE *to, const struct command *command, const struct listed_option *option)
{
    struct choices choices;
    fprintf(to, "complete -c backless -n '__backless_at %s' -l %s", command->name, option->key);
    if (option->argument) {
        listing_choices(option->key, option->argument, &choices);
        fputs(choices.takes_files ? " -r" : " -x", to);
        put_choices(to, &choices);
    }
    fputs(" -d ", to);
    put_text(to, option->help);
    fputc('\n', to);
}

static void put_words(FILE *to, const struct command_table *program, const struct command *command)
{
    struct choices words;
    listing_word_choices(program, command, &words);
    if (command_below(program, command, 0) || (!words.words[0] && !words.takes_files && !words.takes_folders))
        return;
    fprintf(to, "complete -c backless -n '__backless_at %s'", command->name);
    put_choices(to, &words);
    fputc('\n', to);
}

/* Writes the completion of a command's name. */
static void put_name(FILE *to, const char *condition, const char *name, const char *about)
{
    fprintf(to, "complete -c backless -n '%s' -a '%s' -d ", condition, name);
    put_text(to, about);
    fputc('\n', to);
}

static void put_names_below(FILE *to, const struct command_table *program, const struct command *command)
{
    char condition[64];
    snprintf(condition, sizeof condition, "__backless_just %s", command->name);
    for (int i = 0; command_below(program, command, i); i++) {
        const struct command *below = command_below(program, command, i);
        put_name(to, condition, below->name + strlen(command->name) + 1, below->about);
    }
}

void completion_fish(FILE *to, const struct command_table *program)
{
    struct listed_option option;
    fputs(before, to);
    for (int i = 0; command_at(program, i); i++) {
        put_name(to, "__backless_at", command_at(program, i)->name, command_at(program, i)->about);
        put_name(to, "__backless_just help", command_at(program, i)->name, command_at(program, i)->about);
    }
    put_name(to, "__backless_at", "help", "the commands, or the options of one");
    fputs("complete -c backless -n '__backless_at' -l help -d 'list the commands'\n"
          "complete -c backless -n '__backless_at' -l version -d 'show the version'\n",
          to);
    for (int i = 0; listing_command(program, i); i++) {
        put_names_below(to, program, listing_command(program, i));
        put_words(to, program, listing_command(program, i));
        for (int k = 0; listing_option(listing_command(program, i), k, &option); k++)
            put_option(to, listing_command(program, i), &option);
    }
}

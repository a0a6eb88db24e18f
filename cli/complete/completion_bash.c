/*
 * completion_bash.c - the script for bash (3.2 or newer), which needs no other program. A table of what may
 * follow each option of each command is written between two constant parts.
 *
 * The script's variable `kind` says what may stand at the cursor: words, list (words with commas), files,
 * folders, any (a value that cannot be completed), or empty (the word is not the value of an option).
 */
#include "completion.h"

#include "../help/listing.h"

static const char before[] =
    "# bash completion for backless, made by: backless completion bash\n"
    "\n"
    "_backless_add()\n"
    "{\n"
    "    local found\n"
    "    while IFS= read -r found; do\n"
    "        COMPREPLY+=(\"$found\")\n"
    "    done\n"
    "}\n"
    "\n"
    "# Sets COMPREPLY. Both --key VALUE and --key=VALUE arrive here; where = breaks words, as a word of its "
    "own.\n"
    "_backless()\n"
    "{\n"
    "    local cur=${COMP_WORDS[COMP_CWORD]} option=${COMP_WORDS[COMP_CWORD - 1]} prefix= command=\n"
    "    local options= kind= words= word_kind= word_words=\n"
    "    COMPREPLY=()\n"
    "    if [[ $cur == '=' ]]; then\n"
    "        cur=\n"
    "    elif [[ $option == '=' ]]; then\n"
    "        option=${COMP_WORDS[COMP_CWORD - 2]}\n"
    "    elif [[ $cur == --*=* ]]; then\n"
    "        option=${cur%%=*} prefix=${cur%%=*}= cur=${cur#*=}\n"
    "    fi\n"
    "    if ((COMP_CWORD > 1)); then\n"
    "        command=${COMP_WORDS[1]}\n"
    "    fi\n";

static const char after[] =
    "    if [[ $kind == '' ]]; then\n"
    "        kind=$word_kind words=$word_words\n"
    "        if [[ $cur == -* || $kind == '' ]]; then\n"
    "            kind=words words=$options\n"
    "        fi\n"
    "    fi\n"
    "    if [[ $kind == list && $cur == *,* ]]; then\n"
    "        prefix=$prefix${cur%,*}, cur=${cur##*,}\n"
    "    fi\n"
    "    _backless_add < <(compgen -P \"$prefix\" -W \"$words\" -- \"$cur\")\n"
    "    case $kind in\n"
    "    list) compopt -o nospace ;;\n"
    "    files)\n"
    "        _backless_add < <(compgen -P \"$prefix\" -f -- \"$cur\")\n"
    "        compopt -o filenames -o default\n"
    "        ;;\n"
    "    folders)\n"
    "        _backless_add < <(compgen -P \"$prefix\" -d -- \"$cur\")\n"
    "        compopt -o filenames -o dirnames\n"
    "        ;;\n"
    "    esac 2>/dev/null # outside a completion, and in old versions, there is no compopt\n"
    "}\n"
    "\n"
    "complete -F _backless backless\n";

static const char *kind_of(const struct choices *c)
{
    if (c->takes_files)
        return "files";
    if (c->takes_folders)
        return "folders";
    if (!c->words[0])
        return "any";
    return c->is_list ? "list" : "words";
}

static void put_value(FILE *to, const struct listed_option *option)
{
    struct choices choices;
    listing_choices(option->key, option->argument, &choices);
    fprintf(to, "        --%s) kind=%s", option->key, kind_of(&choices));
    if (choices.words[0])
        fprintf(to, " words='%s'", choices.words);
    fputs(" ;;\n", to);
}

static void put_options(FILE *to, const struct command *command)
{
    struct listed_option option;
    fputs("        options='", to);
    for (int i = 0; listing_option(command, i, &option); i++)
        fprintf(to, "%s--%s", i ? " " : "", option.key);
    fputs("'\n        case $option in\n", to);
    for (int i = 0; listing_option(command, i, &option); i++)
        if (option.argument)
            put_value(to, &option);
    fputs("        esac\n", to);
}

static void put_command(FILE *to, const struct command_table *program, const struct command *command)
{
    struct choices words;
    listing_word_choices(program, command, &words);
    fprintf(to, "    '%s')\n", command->name);
    if (words.words[0] || words.takes_files || words.takes_folders)
        fprintf(to, "        word_kind=%s word_words='%s'\n", kind_of(&words), words.words);
    put_options(to, command);
    fputs("        ;;\n", to);
}

/* Writes the part that joins a command and the command within it to one name, "data get". */
static void put_below(FILE *to, const struct command_table *program, const struct command *command)
{
    if (command_below(program, command, 0))
        fprintf(to,
                "    if [[ $command == %s ]] && ((COMP_CWORD > 2)); then\n"
                "        command=\"$command ${COMP_WORDS[2]}\"\n"
                "    fi\n",
                command->name);
}

static void put_commands(FILE *to, const struct command_table *program)
{
    for (int i = 0; command_at(program, i); i++)
        fprintf(to, "%s%s", i ? " " : "", command_at(program, i)->name);
}

void completion_bash(FILE *to, const struct command_table *program)
{
    fputs(before, to);
    for (int i = 0; command_at(program, i); i++)
        put_below(to, program, command_at(program, i));
    fputs("    case $command in\n    '')\n        options='", to);
    put_commands(to, program);
    fputs(" help --help --version'\n        ;;\n    help)\n        word_kind=words word_words='", to);
    put_commands(to, program);
    fputs("'\n        ;;\n", to);
    for (int i = 0; listing_command(program, i); i++)
        put_command(to, program, listing_command(program, i));
    fputs("    esac\n", to);
    fputs(after, to);
}

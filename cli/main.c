/*
 * main.c - the program backless: finds the command and runs it.
 */
#include "command.h"
#include "data/data_command.h"
#include "help/help.h"
#include "help/unknown_word.h"
#include "process.h"

#include <string.h>

static const char reproduce_story[] =
    "NAME is a paper: nokland2016, lillicrap2016, biotorch2021. A run that was stopped or killed continues\n"
    "when the same command is given again; one that has a result is not repeated. --check ends with 0:\n"
    "equal, 1: not equal, 2: another numeric revision, 3: not a valid result, or other data.\n"
    "docs/results.md describes results, and how they are judged.";

static const char sweep_story[] =
    "An option has several values as a list, --rule dfa,bp, or as a range: A:B:log is the powers of ten from "
    "A to "
    "B,\n"
    "A:B:log:N is N values in equal ratios, A:B:lin:N in equal steps. Values with commas are separated by "
    "';':\n"
    "--net \"dense C; dense 100, tanh, dense C\". Each run has a folder DIR/NAME (--out DIR, default: "
    "sweep). A sweep\n"
    "that was stopped or killed continues when the same command is given again. See docs/comparing.md.";

static const char explain_story[] =
    "Where an option is not given, explain differs from train: the net is \"dense 100, tanh, dense C\" and\n"
    "the batch 64; with --data the optimizer is sgd, whose steps are easy to follow, and init fanin where\n"
    "train would begin with weights of 0.";

static const struct command_table program[] = {
    {&command_train, NULL, NULL},
    {&command_compare, NULL, NULL},
    {&command_sweep, NULL, sweep_story},
    {&command_collect, NULL, NULL},
    {&command_eval, NULL, NULL},
    {&command_predict, NULL, NULL},
    {&command_export, NULL, NULL},
    {&command_curves, NULL, NULL},
    {&command_report, NULL, NULL},
    {&command_rules, NULL, NULL},
    {&command_explain, NULL, explain_story},
    {&command_nets, NULL, NULL},
    {&command_info, NULL, NULL},
    {&command_data, data_parts, NULL},
    {&command_bench, NULL, NULL},
    {&command_reproduce, NULL, reproduce_story},
    {&command_verify, NULL, NULL},
    {&command_doctor, NULL, NULL},
    {&command_completion, NULL, NULL},
    {&command_manual, NULL, NULL},
    {NULL, NULL, NULL},
};

static const struct command *find_command(const char *name)
{
    for (int i = 0; command_at(program, i); i++)
        if (strcmp(command_at(program, i)->name, name) == 0)
            return command_at(program, i);
    return NULL;
}

/* Finds the command within a command, "get" of "data get"; NULL if the word names none. */
static const struct command *find_below(const struct command *command, const char *word)
{
    for (int i = 0; word && command_below(program, command, i); i++)
        if (strcmp(command_below(program, command, i)->name + strlen(command->name) + 1, word) == 0)
            return command_below(program, command, i);
    return NULL;
}

static int help(int argc, char **argv)
{
    const struct command *command = argc > 2 ? find_command(argv[2]) : NULL;
    if (argc > 2 && !command)
        return unknown_command(program, argv[2]);
    const struct command *below = command ? find_below(command, argv[3]) : NULL;
    command = below ? below : command;
    if (command)
        help_command(stdout, program, command);
    else
        help_program(stdout, program);
    return EXIT_DONE;
}

static int run_main(const struct command *command, int argc, char **argv)
{
    for (int i = 2; i < argc; i++)
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0) {
            help_command(stdout, program, command);
            return EXIT_DONE;
        }
    struct session session = {.program = program, .command = command, .ctx = bl_context_new(NULL)};
    if (!session.ctx || bl_config_create(&session.config, session.ctx) != BL_OK)
        return usage_error("no memory"), EXIT_OTHER;
    int code = arguments_read(&session, argc, argv);
    if (code == EXIT_DONE)
        code = session_use_backend(&session);
    if (code == EXIT_DONE) {
        if (command != &command_doctor) /* doctor lists these variables itself */
            note_unknown_variables(&session);
        if (!extra_of(&session, "quiet"))
            process_say_waits(bl_config_get(session.config, "data"));
        code = command->run(&session);
    }
    bl_config_free(session.config);
    bl_context_free(session.ctx);
    return code;
}

static int dispatch(int argc, char **argv)
{
    if (argc < 2) {
        help_program(stderr, program);
        return EXIT_USAGE;
    }
    if (strcmp(argv[1], "help") == 0 || strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)
        return help(argc, argv);
    if (strcmp(argv[1], "--version") == 0) {
        printf("backless %s\n", bl_version());
        return EXIT_DONE;
    }
    const struct command *command = find_command(argv[1]);
    if (!command)
        return unknown_command(program, argv[1]);
    const struct command *below = find_below(command, argv[2]);
    return below ? run_main(below, argc - 1, argv + 1) : run_main(command, argc, argv);
}

int main(int argc, char **argv)
{
    process_begin();
    return process_end(dispatch(argc, argv));
}

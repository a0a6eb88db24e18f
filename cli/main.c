/*
 * main.c - the program backless: finds the command and runs it.
 */
#include "command.h"

#include <stdarg.h>
#include <string.h>

const struct command *command_at(int i)
{
    static const struct command *const table[] = {&command_train,   &command_compare, &command_eval,
                                                  &command_predict, &command_rules,   &command_info};
    return i >= 0 && i < (int)(sizeof table / sizeof *table) ? table[i] : NULL;
}

int exit_code_of(bl_status status)
{
    switch (status) {
    case BL_OK:
        return EXIT_DONE;
    case BL_BAD_VALUE:
    case BL_UNSUPPORTED:
        return EXIT_USAGE;
    case BL_BAD_DATA:
        return EXIT_DATA;
    case BL_IO:
        return EXIT_IO;
    case BL_DIVERGED:
        return EXIT_DIVERGED;
    case BL_STOPPED:
        return EXIT_STOPPED;
    case BL_NO_MEMORY:
    case BL_BACKEND:
        break;
    }
    return EXIT_OTHER;
}

int fail_with(const struct session *session, bl_status status)
{
    const char *why = bl_why(session->ctx);
    fprintf(stderr, "backless: %s\n", why[0] ? why : bl_status_name(status));
    return exit_code_of(status);
}

int usage_error(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fputs("backless: ", stderr);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    va_end(arguments);
    return EXIT_USAGE;
}

void note(const struct session *session, const char *format, ...)
{
    va_list arguments;
    if (extra_of(session, "quiet"))
        return;
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    va_end(arguments);
}

static const struct command *find_command(const char *name)
{
    for (int i = 0; command_at(i); i++)
        if (strcmp(command_at(i)->name, name) == 0)
            return command_at(i);
    return NULL;
}

static int help(int argc, char **argv)
{
    const struct command *command = argc > 2 ? find_command(argv[2]) : NULL;
    if (argc > 2 && !command)
        return usage_error("no command \"%s\"; backless help lists them", argv[2]);
    if (command)
        help_command(stdout, command);
    else
        help_program(stdout);
    return EXIT_DONE;
}

static int run(const struct command *command, int argc, char **argv)
{
    for (int i = 2; i < argc; i++)
        if (strcmp(argv[i], "--help") == 0) {
            help_command(stdout, command);
            return EXIT_DONE;
        }
    struct session session = {.command = command, .ctx = bl_context_new(NULL)};
    if (!session.ctx || bl_config_create(&session.config, session.ctx) != BL_OK)
        return usage_error("no memory"), EXIT_OTHER;
    int code = arguments_read(&session, argc, argv);
    if (code == EXIT_DONE)
        code = session_use_backend(&session);
    if (code == EXIT_DONE)
        code = command->run(&session);
    bl_config_free(session.config);
    bl_context_free(session.ctx);
    return code;
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        help_program(stderr);
        return EXIT_USAGE;
    }
    if (strcmp(argv[1], "help") == 0 || strcmp(argv[1], "--help") == 0)
        return help(argc, argv);
    if (strcmp(argv[1], "--version") == 0) {
        printf("backless %s\n", bl_version());
        return EXIT_DONE;
    }
    const struct command *command = find_command(argv[1]);
    if (!command)
        return usage_error("no command \"%s\"; backless help lists them", argv[1]);
    const int code = run(command, argc, argv);
    if ((fflush(stdout) != 0 || ferror(stdout)) && code == EXIT_DONE) {
        fputs("backless: standard output could not be written\n", stderr);
        return EXIT_IO;
    }
    return code;
}

/*
 * messages.c - messages on standard error, and the exit code of each failure.
 */
#include "command.h"
#include "terminal/wrapped.h"

#include <stdarg.h>

int exit_code_of(bl_status status)
{
    switch (status) {
    case BL_OK:
        return EXIT_DONE;
    case BL_BAD_VALUE:
    case BL_UNSUPPORTED:
    case BL_NOT_DEFINED:
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
    char text[8192];
    va_list arguments;
    if (extra_of(session, "quiet"))
        return;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    print_wrapped(stderr, text);
}

/*
 * terminal.c - the capabilities of the terminal, from the usual variables: NO_COLOR, TERM, COLORTERM,
 * COLUMNS, and the locale.
 */
#include "terminal.h"

#include <langinfo.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { USUAL_COLUMNS = 80, USUAL_ROWS = 24, LEAST_COLUMNS = 20, MOST_COLUMNS = 1000 };

static const char *variable(const char *name)
{
    const char *value = getenv(name);
    return value ? value : "";
}

static int columns(void)
{
    struct winsize size = {0};
    int n = atoi(variable("COLUMNS"));
    if (n <= 0 && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0)
        n = size.ws_col;
    if (n <= 0)
        n = USUAL_COLUMNS;
    return n < LEAST_COLUMNS ? LEAST_COLUMNS : n > MOST_COLUMNS ? MOST_COLUMNS : n;
}

bool terminal_has_utf8(void)
{
    setlocale(LC_CTYPE, "");
    const bool has_it = strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
    setlocale(LC_CTYPE, "C");
    return has_it;
}

/* Returns how many colours the terminal has. Without UTF-8 none are used, because pictures in colour need the
   half block character. */
static enum terminal_colours colours(void)
{
    const char *term = variable("TERM"), *depth = variable("COLORTERM");
    if (!isatty(STDOUT_FILENO) || variable("NO_COLOR")[0] || !term[0] || strcmp(term, "dumb") == 0 ||
        !terminal_has_utf8())
        return COLOURS_NONE;
    if (strcmp(depth, "truecolor") == 0 || strcmp(depth, "24bit") == 0 || strstr(term, "direct"))
        return COLOURS_ALL;
    return strstr(term, "256") ? COLOURS_256 : COLOURS_NONE;
}

int terminal_columns(FILE *to)
{
    struct winsize size = {0};
    int n = atoi(variable("COLUMNS"));
    if (!isatty(fileno(to)))
        return 0;
    if (ioctl(fileno(to), TIOCGWINSZ, &size) == 0 && size.ws_col > 0 && (n <= 0 || size.ws_col < n))
        n = size.ws_col;
    n = n > 0 ? n : USUAL_COLUMNS;
    return n < LEAST_COLUMNS ? LEAST_COLUMNS : n;
}

int terminal_rows(FILE *to)
{
    struct winsize size = {0};
    if (!isatty(fileno(to)))
        return 0;
    return ioctl(fileno(to), TIOCGWINSZ, &size) == 0 && size.ws_row > 0 ? size.ws_row : USUAL_ROWS;
}

struct terminal terminal_of_stdout(void)
{
    return (struct terminal){columns(), colours()};
}

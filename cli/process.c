/*
 * process.c - beginning and end of the process.
 */
#include "process.h"

#include "command.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

/* Opens the standard descriptors if they are closed. open() returns the lowest free number, so otherwise the
   log of a run could become descriptor 1 and receive the lines meant for standard output. */
static void open_descriptors(void)
{
    int fd = 0;
    while (fd >= 0 && fd <= STDERR_FILENO)
        fd = open("/dev/null", O_RDWR);
    if (fd >= 0)
        close(fd);
}

void process_begin(void)
{
    open_descriptors();
    signal(SIGXFSZ, SIG_IGN); /* write() then fails with EFBIG */
}

void process_say_waits(const char *path)
{
    if (path && strcmp(path, "-") == 0 && isatty(STDIN_FILENO))
        fputs("backless: reading the data from the terminal; end them with Ctrl-D in a line of its own\n",
              stderr);
}

int process_end(int code)
{
    const bool had_failed = ferror(stdout) != 0;
    errno = 0;
    const bool is_written = fclose(stdout) == 0 && !had_failed;
    if (is_written || code != EXIT_DONE)
        return code;
    fprintf(stderr, "backless: standard output could not be written%s%s\n", errno ? ": " : "",
            errno ? strerror(errno) : "");
    return EXIT_IO;
}

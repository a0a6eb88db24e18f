/*
 * unsent_output.c - the mode NOFLSH of the terminal. All functions called here are async-signal-safe.
 */
#define _POSIX_C_SOURCE 200809L
#include "unsent_output.h"

#include <signal.h>
#include <stdbool.h>
#include <termios.h>
#include <unistd.h>

/* NOFLSH was set by this program. The signal handler that ends the program reads it. */
static volatile sig_atomic_t is_changed;

static bool is_in_foreground(void)
{
    return tcgetpgrp(STDERR_FILENO) == getpgrp();
}

void unsent_output_keep(void)
{
    struct termios mode;
    if (is_changed || !is_in_foreground() || tcgetattr(STDERR_FILENO, &mode) != 0 || (mode.c_lflag & NOFLSH))
        return;
    mode.c_lflag |= NOFLSH;
    is_changed = tcsetattr(STDERR_FILENO, TCSANOW, &mode) == 0;
}

void unsent_output_restore(void)
{
    struct termios mode;
    if (!is_changed || !is_in_foreground() || tcgetattr(STDERR_FILENO, &mode) != 0)
        return;
    mode.c_lflag &= ~(tcflag_t)NOFLSH;
    tcsetattr(STDERR_FILENO, TCSANOW, &mode);
    is_changed = 0;
}

/*
 * unsent_output.h - makes Ctrl-C keep what the terminal has not shown yet.
 *
 * At Ctrl-C the kernel discards the output that a terminal has not read (termios(3), NOFLSH). A redraw of the
 * panel that is cut in this way leaves the cursor in a row that the program does not know, so that the panel
 * cannot be cleared. NOFLSH is therefore set while the panel is on the screen.
 */
#ifndef CLI_UNSENT_OUTPUT_H
#define CLI_UNSENT_OUTPUT_H

/* Sets NOFLSH on the terminal of standard error. Does nothing if it is set already, and in a process in the
   background, whose changes to the terminal would stop it by SIGTTOU. */
void unsent_output_keep(void);
/* Sets the terminal back if unsent_output_keep changed it. May be called from a signal handler. */
void unsent_output_restore(void);

#endif

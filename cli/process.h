/*
 * process.h - process settings for every command: the standard descriptors are open, a limit on the size of
 * files is a write error instead of a signal, and results that cannot be written are a failure.
 */
#ifndef CLI_PROCESS_H
#define CLI_PROCESS_H

/* Must be called before anything else. */
void process_begin(void);
/* Prints on standard error that a table is read from the terminal, if it is. path: that of the data, or
   NULL. */
void process_say_waits(const char *path);
/* Closes standard output. Returns code, or EXIT_IO if code is EXIT_DONE and standard output could not be
   written. */
int process_end(int code);

#endif

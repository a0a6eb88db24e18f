/*
 * process.h - process settings for every command: the standard descriptors are open, a limit on the size of
 * files is a write error instead of a signal, and results that cannot be written are a failure.
 */
#ifndef CLI_PROCESS_H
#define CLI_PROCESS_H

/* Before anything else. */
void process_begin(void);
/* Says on stderr that a table is read from the terminal, where it is. path: of the data, or NULL. */
void process_say_waits(const char *path);
/* code, or EXIT_IO when it is EXIT_DONE but standard output could not be written. Closes standard output. */
int process_end(int code);

#endif

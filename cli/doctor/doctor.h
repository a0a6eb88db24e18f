/*
 * doctor.h - shared by the parts of `backless doctor`: a report of sections, each with lines of a name and a
 * value.
 */
#ifndef CLI_DOCTOR_H
#define CLI_DOCTOR_H

#include "../command.h"

struct doctor {
    const struct session *session;
    bl_config *config; /* data-dir and what the environment sets */
    const char *section;
    void *sections;    /* with --json: an object of lists; NULL: text is printed at once */
    int code;          /* exit code of the first problem that prevents training; EXIT_DONE: there is none */
    char reason[1200]; /* that problem */
};

enum doctor_verdict {
    DOCTOR_FINE,
    DOCTOR_NOTE,    /* works, but may need attention */
    DOCTOR_MISSING, /* is missing; the advice says how to get it */
    DOCTOR_WRONG,   /* does not work */
    DOCTOR_VERDICTS
};

void doctor_section(struct doctor *d, const char *name);
/* Adds one line. advice: what to do about it; "" or NULL: nothing. */
void doctor_say(struct doctor *d, enum doctor_verdict verdict, const char *name, const char *advice,
                const char *format, ...) CLI_PRINTF(5, 6);
/* Reports a problem that prevents training. The first one decides the exit code. */
void doctor_cannot_train(struct doctor *d, int code, const char *reason);

/* The sections. */
void doctor_build(struct doctor *d);
void doctor_environment(struct doctor *d); /* also puts BACKLESS_* into d->config */
void doctor_machine(struct doctor *d);
void doctor_training(struct doctor *d);
void doctor_data(struct doctor *d);
void doctor_terminal(struct doctor *d);

#endif

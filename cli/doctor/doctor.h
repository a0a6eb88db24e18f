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
    void *sections;    /* JSON: an object of lists; NULL: text is printed as it comes */
    int code;          /* of the first thing that keeps it from training; EXIT_DONE: none does */
    char reason[1200]; /* that thing */
};

enum doctor_verdict {
    DOCTOR_FINE,
    DOCTOR_NOTE,    /* works, but may need attention */
    DOCTOR_MISSING, /* is not there; the advice says how to get it */
    DOCTOR_WRONG,   /* does not work */
    DOCTOR_VERDICTS
};

void doctor_section(struct doctor *d, const char *name);
/* One line. advice: what to do about it; "" or NULL: nothing. */
void doctor_say(struct doctor *d, enum doctor_verdict verdict, const char *name, const char *advice,
                const char *format, ...) CLI_PRINTF(5, 6);
/* Nothing can be trained because of this. The first such thing decides the exit code. */
void doctor_cannot_train(struct doctor *d, int code, const char *reason);

/* The sections. */
void doctor_build(struct doctor *d);
void doctor_environment(struct doctor *d); /* also puts BACKLESS_* into d->config */
void doctor_machine(struct doctor *d);
void doctor_training(struct doctor *d);
void doctor_data(struct doctor *d);
void doctor_terminal(struct doctor *d);

#endif

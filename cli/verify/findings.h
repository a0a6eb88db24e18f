/*
 * findings.h - the findings of `backless verify`.
 */
#ifndef CLI_FINDINGS_H
#define CLI_FINDINGS_H

#include "verify.h"

#include <jansson.h>

enum { MAX_BACKENDS = 8 };

struct findings {
    const struct session *session;
    const struct check *check; /* the one that runs */
    json_t *list;              /* NULL without --json */
    int right, wrong, not_run;
    bl_status status; /* of the first check that could not be run */
    bool failed_on[MAX_BACKENDS];
    int backend; /* the one that is checked, by number */
};

/* The check that runs could not be run: v->why or the sentence of v->ctx says why. */
void verify_report_not_run(struct verify *v, bl_status status);

#endif

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
    const struct check *check; /* the check that runs now */
    json_t *list;              /* the findings as JSON; NULL without --json */
    int right, wrong, not_run;
    bl_status status; /* status of the first check that could not be run */
    bool failed_on[MAX_BACKENDS];
    int backend; /* index of the backend that is checked */
};

/* Reports that the current check could not be run; v->why, or the message of v->ctx, says why. */
void verify_report_not_run(struct verify *v, bl_status status);

#endif

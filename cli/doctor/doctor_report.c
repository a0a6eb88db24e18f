/*
 * doctor_report.c - the lines of the report of `backless doctor`, as text or as JSON.
 */
#include "doctor.h"

#include <jansson.h>
#include <stdarg.h>

void doctor_section(struct doctor *d, const char *name)
{
    d->section = name;
    if (d->sections)
        json_object_set_new(d->sections, name, json_array());
    else if (!extra_of(d->session, "quiet"))
        printf("\n%s\n", name);
}

static void keep_line(struct doctor *d, enum doctor_verdict verdict, const char *name, const char *text,
                      const char *advice)
{
    static const char *const words[DOCTOR_VERDICTS] = {"fine", "note", "missing", "wrong"};
    json_t *line = json_object();
    json_object_set_new(line, "name", json_string(name));
    json_object_set_new(line, "verdict", json_string(words[verdict]));
    json_object_set_new(line, "text", json_string(text));
    json_object_set_new(line, "advice", advice && advice[0] ? json_string(advice) : json_null());
    json_array_append_new(json_object_get(d->sections, d->section), line);
}

void doctor_say(struct doctor *d, enum doctor_verdict verdict, const char *name, const char *advice,
                const char *format, ...)
{
    static const char *const marks[DOCTOR_VERDICTS] = {" ", "!", "-", "X"};
    char text[5000];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    if (d->sections)
        keep_line(d, verdict, name, text, advice);
    if (d->sections || extra_of(d->session, "quiet"))
        return;
    printf("%s %-16s %s\n", marks[verdict], name, text);
    if (advice && advice[0])
        printf("  %-16s > %s\n", "", advice);
}

void doctor_cannot_train(struct doctor *d, int code, const char *reason)
{
    if (d->code != EXIT_DONE)
        return;
    d->code = code;
    snprintf(d->reason, sizeof d->reason, "%s", reason);
}

/*
 * cmd_doctor.c - backless doctor: reports the parts of the build, the resources of the machine, and what is
 * missing. Uses no network.
 */
#include "doctor.h"

#include <jansson.h>

static const struct extra extras[] = {
    {"data-dir", "DIR", "folder that is searched first for named data sets"},
    {"json", NULL, "one JSON object on standard output"},
    {"quiet", NULL, "only what prevents training"},
    {NULL, NULL, NULL},
};

static void print_json(const struct doctor *d)
{
    json_t *all = json_object();
    json_object_set_new(all, "version", json_string(bl_version()));
    json_object_set_new(all, "can_train", json_boolean(d->code == EXIT_DONE));
    json_object_set_new(all, "reason", d->code == EXIT_DONE ? json_null() : json_string(d->reason));
    json_object_set(all, "sections", d->sections);
    json_dumpf(all, stdout, JSON_INDENT(1));
    putchar('\n');
    json_decref(all);
}

static void conclude(const struct doctor *d)
{
    if (d->sections)
        print_json(d);
    else if (d->code == EXIT_DONE && !extra_of(d->session, "quiet"))
        puts("\nbackless can train here. To check its results: backless verify");
    fflush(stdout);
    if (d->code != EXIT_DONE)
        fprintf(stderr, "backless: it cannot train here: %s\n", d->reason);
}

static int run_doctor(struct session *s)
{
    struct doctor d = {
        .session = s, .config = s->config, .sections = extra_of(s, "json") ? json_object() : NULL};
    if (extra_of(s, "data-dir") && bl_config_set(s->config, "data-dir", extra_of(s, "data-dir")) != BL_OK)
        return fail_with(s, BL_BAD_VALUE);
    if (!d.sections && !extra_of(s, "quiet"))
        puts("  fine   ! look at it   - missing   X wrong");
    doctor_build(&d);
    doctor_environment(&d);
    doctor_machine(&d);
    doctor_training(&d);
    doctor_data(&d);
    doctor_terminal(&d);
    conclude(&d);
    json_decref(d.sections);
    return d.code;
}

const struct command command_doctor = {"doctor",
                                       "doctor [--data-dir DIR] [--json]",
                                       "what this build and this machine have, and what is missing",
                                       NULL,
                                       extras,
                                       0,
                                       run_doctor};

/*
 * doctor_training.c - the backends of the build, the selected one, and whether each can run a training step.
 */
#include "../verify/verify_fixture.h"
#include "doctor.h"

#include <stdlib.h>
#include <string.h>

/* Runs a training step. threads 0: all cores. why: the error, of at least 1200 bytes. */
static bl_status try_step(const char *backend, int threads, char *why, char *chosen, size_t room)
{
    static const struct verify_fixture_options options = {.net = "dense 90, tanh, dense 3", .rule = "dfa"};
    struct verify v = {.ctx = bl_context_new(NULL), .seed = 1};
    struct verify_fixture fixture;
    memset(&fixture, 0, sizeof fixture);
    bl_status status = bl_context_use(v.ctx, backend, threads);
    if (status == BL_OK)
        status = fixture_make(&fixture, &v, 16, 8, 3, &options);
    if (status == BL_OK)
        status = fixture_step(&fixture);
    if (status == BL_OK)
        snprintf(chosen, room, "%s", bl_context_backend(v.ctx));
    else
        snprintf(why, 1200, "%s", v.why[0] ? v.why : bl_why(v.ctx));
    fixture_free(&fixture);
    bl_context_free(v.ctx);
    return status;
}

static void say_backend(struct doctor *d, const char *backend)
{
    char why[1200], chosen[32];
    if (try_step(backend, 0, why, chosen, sizeof chosen) == BL_OK)
        doctor_say(d, DOCTOR_FINE, backend, NULL, "takes a step");
    else
        doctor_say(d, DOCTOR_WRONG, backend, "use another --backend", "%s", why);
}

static void say_choice(struct doctor *d)
{
    char why[1200], chosen[32];
    const char *wanted = bl_config_get(d->config, "backend"), *threads = bl_config_get(d->config, "threads");
    const bl_status status = try_step(wanted, atoi(threads), why, chosen, sizeof chosen);
    if (status == BL_OK) {
        doctor_say(d, DOCTOR_FINE, "chosen", NULL, "%s, by --backend %s", chosen, wanted);
        return;
    }
    doctor_say(d, DOCTOR_WRONG, "chosen", NULL, "--backend %s: %s", wanted, why);
    doctor_cannot_train(d, exit_code_of(status), why);
}

void doctor_training(struct doctor *d)
{
    doctor_section(d, "training");
    for (int i = 0; bl_backend_name(i); i++)
        say_backend(d, bl_backend_name(i));
    say_choice(d);
}

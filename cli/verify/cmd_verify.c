/*
 * cmd_verify.c - backless verify: checks that the library computes correct results on this machine.
 *
 * Every check runs on every backend of the build, or on the one that --backend names. A new check needs a
 * line in the table and a file with its measurement.
 */
#include "../seconds.h"
#include "../terminal/shown_text.h"
#include "findings.h"

#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const struct check *const checks[] = {
    &check_forward,    &check_slopes, &check_output,   &check_signals, &check_fa_is_bp,
    &check_one_hidden, &check_angles, &check_steps,    &check_threads, &check_seeds,
    &check_fixed,      &check_files,  &check_learning,
};
enum { N_CHECKS = sizeof checks / sizeof *checks };

static const struct extra extras[] = {
    {"seed", "N", "the seed of the nets and examples that are tried (default: 1)"},
    {"json", NULL, "an array of findings on standard output"},
    {"quiet", NULL, "nothing but what failed"},
    {NULL, NULL, NULL},
};

/* Returns the index of the backend that --backend names; -1: every backend. */
static int chosen_backend(const struct session *s)
{
    for (int i = 0; bl_backend_name(i); i++)
        if (strcmp(bl_config_get(s->config, "backend"), bl_backend_name(i)) == 0)
            return i;
    return -1;
}

/* Returns whether the check applies to this backend and was chosen by the user. */
static bool is_tried(const struct check *check, const struct findings *all, int backend)
{
    const int only = chosen_backend(all->session);
    return (only < 0 || only == backend) &&
           (!check->only || strcmp(check->only, bl_backend_name(backend)) == 0);
}

static bool is_tried_at_all(const struct check *check, const struct findings *all, int n)
{
    for (int i = 0; i < n; i++)
        if (is_tried(check, all, i))
            return true;
    return false;
}

static void run_check(const struct check *check, struct verify backends[], int n, struct findings *all)
{
    all->check = check;
    if (!is_tried_at_all(check, all, n))
        return;
    if (!all->list && !extra_of(all->session, "quiet"))
        printf("%s: %s\n", check->name, check->shows);
    for (all->backend = 0; all->backend < n; all->backend++) {
        struct verify *v = &backends[all->backend];
        if (!is_tried(check, all, all->backend))
            continue;
        v->why[0] = 0;
        const bl_status status = check->run(v);
        if (status != BL_OK)
            verify_report_not_run(v, status);
    }
}

static void list_backends(const struct findings *all, bool only_failed, char *out, size_t room)
{
    const int only = chosen_backend(all->session);
    out[0] = 0;
    for (int i = 0; bl_backend_name(i) && i < MAX_BACKENDS; i++) {
        const size_t used = strlen(out);
        if ((only < 0 || only == i) && (!only_failed || all->failed_on[i]))
            snprintf(out + used, room - used, "%s%s", used ? ", " : "", bl_backend_name(i));
    }
}

static int conclude(const struct findings *all, double seconds)
{
    char tried[128], failed[128];
    list_backends(all, false, tried, sizeof tried);
    list_backends(all, true, failed, sizeof failed);
    if (all->list) {
        json_dumpf(all->list, stdout, JSON_INDENT(1) | JSON_REAL_PRECISION(9));
        putchar('\n');
    } else if (all->wrong + all->not_run > 0)
        printf("verify: %d of %d check%s FAILED, %d could not be run, on %s in %.1f s\n", all->wrong,
               all->right + all->wrong, plural(all->right + all->wrong), all->not_run, tried, seconds);
    else if (!extra_of(all->session, "quiet"))
        printf("verify: %d check%s passed on %s in %.1f s\n", all->right, plural(all->right), tried, seconds);
    fflush(stdout);
    if (all->wrong > 0) {
        fprintf(stderr,
                "backless: do not trust what %s computes on this machine. Please report the lines above "
                "together with "
                "what \"backless doctor\" prints.\n",
                failed);
        return EXIT_VERIFY;
    }
    return all->not_run > 0 ? exit_code_of(all->status) : EXIT_DONE;
}

/* Opens the backends, with one thread unless the user sets another number. One check shows that every number
   of threads gives the same bits, and on a busy machine several threads are slow. */
static bl_status open_backends(const struct session *s, struct verify backends[MAX_BACKENDS], int *n,
                               struct findings *all)
{
    const int threads = threads_or_one(s);
    const uint64_t seed = strtoull(bl_config_get(s->config, "seed"), NULL, 10);
    for (*n = 0; bl_backend_name(*n) && *n < MAX_BACKENDS; ++*n) {
        struct verify *v = &backends[*n];
        *v = (struct verify){.ctx = bl_context_new(NULL),
                             .backend = bl_backend_name(*n),
                             .threads = threads,
                             .seed = seed,
                             .findings = all};
        bl_status status = bl_context_use(v->ctx, v->backend, threads);
        if (status == BL_OK)
            status = verify_register(v->ctx);
        if (status != BL_OK) {
            fprintf(stderr, "backless: %s\n", bl_why(v->ctx));
            bl_context_free(v->ctx);
            return status;
        }
    }
    return BL_OK;
}

static int run_verify(struct session *s)
{
    struct verify backends[MAX_BACKENDS];
    struct findings all = {.session = s, .list = extra_of(s, "json") ? json_array() : NULL};
    int n = 0;
    const double begun = seconds_now();
    const char *seed = extra_of(s, "seed");
    if (seed && bl_config_set(s->config, "seed", seed) != BL_OK)
        return fail_with(s, BL_BAD_VALUE);
    const bl_status status = open_backends(s, backends, &n, &all);
    for (int i = 0; i < N_CHECKS && status == BL_OK; i++)
        run_check(checks[i], backends, n, &all);
    const int code = status == BL_OK ? conclude(&all, seconds_now() - begun) : exit_code_of(status);
    for (int i = 0; i < n; i++)
        bl_context_free(backends[i].ctx);
    json_decref(all.list);
    return code;
}

const struct command command_verify = {
    "verify", "verify [options]", "checks the mathematics and the bits on this machine", "machine", extras,
    0,        run_verify};

/*
 * cmd_verify.c - backless verify: does the library compute what the mathematics says, on this machine?
 *
 * Every check runs on every backend of the build, or on the one that --backend names. Adding a check is a
 * line in the table and a file that says how it measures.
 */
#include "../seconds.h"
#include "verify.h"

#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const struct check *const checks[] = {
    &check_forward,    &check_slopes, &check_output,   &check_signals, &check_fa_is_bp,
    &check_one_hidden, &check_angles, &check_steps,    &check_threads, &check_seeds,
    &check_fixed,      &check_files,  &check_learning,
};
enum { N_CHECKS = sizeof checks / sizeof *checks, MAX_BACKENDS = 8 };

static const struct extra extras[] = {
    {"seed", "N", "decides the nets and examples that are tried (default: 1)"},
    {"json", NULL, "an array of findings on standard output"},
    {"quiet", NULL, "nothing but what failed"},
    {NULL, NULL, NULL},
};

struct findings {
    const struct session *session;
    const struct check *check; /* the one that runs */
    json_t *list;              /* NULL without --json */
    int right, wrong, not_run;
    bl_status status; /* of the first check that could not be run */
    bool failed_on[MAX_BACKENDS];
    int backend; /* the one that is checked, by number */
};

/* ---- One finding */

bl_status verify_no_memory(struct verify *v)
{
    snprintf(v->why, sizeof v->why, "no memory");
    return BL_NO_MEMORY;
}

static void number_text(double x, char out[32])
{
    if (isnan(x))
        snprintf(out, 32, "none");
    else
        snprintf(out, 32, "%.3g", x);
}

static void print_line(const struct verify *v, const struct finding *f)
{
    char measured[32], bound[32];
    number_text(f->measured, measured);
    number_text(f->bound, bound);
    printf("  %-7s %-9s %-26s %8s %-22s allowed %s\n", f->is_right ? "ok" : "FAILED", v->backend, f->of,
           measured, f->unit, bound);
    fflush(stdout);
}

static json_t *number_json(double x)
{
    return isfinite(x) ? json_real(x) : json_null();
}

static void keep_json(const struct verify *v, const struct finding *f, const char *verdict, const char *why)
{
    const struct check *check = v->findings->check;
    json_t *one = json_object();
    json_object_set_new(one, "check", json_string(check->name));
    json_object_set_new(one, "of", json_string(f->of));
    json_object_set_new(one, "backend", json_string(v->backend));
    json_object_set_new(one, "verdict", json_string(verdict));
    json_object_set_new(one, "measured", number_json(f->measured));
    json_object_set_new(one, "allowed", number_json(f->bound));
    json_object_set_new(one, "unit", json_string(f->unit));
    json_object_set_new(one, "shows", json_string(check->shows));
    json_object_set_new(one, "why", why ? json_string(why) : json_null());
    json_array_append_new(v->findings->list, one);
}

static void explain(const struct verify *v, const struct finding *f)
{
    char measured[32], bound[32];
    number_text(f->measured, measured);
    number_text(f->bound, bound);
    fflush(stdout);
    fprintf(stderr,
            "backless: verify: %s (%s) on %s FAILED: %s; measured %s %s, allowed %s. It should be that %s.\n",
            v->findings->check->name, f->of, v->backend, f->where, measured, f->unit, bound,
            v->findings->check->shows);
}

void verify_report(struct verify *v, const struct finding *f)
{
    struct findings *all = v->findings;
    all->right += f->is_right;
    all->wrong += !f->is_right;
    if (!f->is_right)
        all->failed_on[all->backend] = true;
    if (all->list)
        keep_json(v, f, f->is_right ? "ok" : "failed", f->is_right ? NULL : f->where);
    else if (!extra_of(all->session, "quiet"))
        print_line(v, f);
    if (!f->is_right)
        explain(v, f);
}

static void report_not_run(struct verify *v, bl_status status)
{
    struct findings *all = v->findings;
    const struct finding nothing = {.measured = (double)NAN, .bound = (double)NAN, .unit = ""};
    const char *why = v->why[0] ? v->why : bl_why(v->ctx);
    if (all->not_run++ == 0)
        all->status = status;
    if (all->list)
        keep_json(v, &nothing, "not run", why);
    else if (!extra_of(all->session, "quiet"))
        printf("  not run %-9s\n", v->backend);
    fprintf(stderr, "backless: verify: %s on %s could not be run: %s\n", all->check->name, v->backend, why);
}

/* ---- All checks */

/* -1: every backend; else the number of the one that --backend names. */
static int chosen_backend(const struct session *s)
{
    for (int i = 0; bl_backend_name(i); i++)
        if (strcmp(bl_config_get(s->config, "backend"), bl_backend_name(i)) == 0)
            return i;
    return -1;
}

/* Whether the check says something of this backend, and the user wants it. */
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
            report_not_run(v, status);
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
        printf("verify: %d of %d checks FAILED, %d could not be run, on %s in %.1f s\n", all->wrong,
               all->right + all->wrong, all->not_run, tried, seconds);
    else if (!extra_of(all->session, "quiet"))
        printf("verify: %d checks passed on %s in %.1f s\n", all->right, tried, seconds);
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

/* One thread unless the user says otherwise: that any number gives the same bits is a check of its own, and
   a machine that is busy slows several down. */
static bl_status open_backends(const struct session *s, struct verify backends[MAX_BACKENDS], int *n,
                               struct findings *all)
{
    const int threads =
        bl_config_is_set(s->config, "threads") ? atoi(bl_config_get(s->config, "threads")) : 1;
    const uint64_t seed = strtoull(bl_config_get(s->config, "seed"), NULL, 10);
    for (*n = 0; bl_backend_name(*n) && *n < MAX_BACKENDS; ++*n) {
        struct verify *v = &backends[*n];
        *v = (struct verify){.ctx = bl_context_new(NULL),
                             .backend = bl_backend_name(*n),
                             .threads = threads,
                             .seed = seed,
                             .findings = all};
        const bl_status status = bl_context_use(v->ctx, v->backend, threads);
        if (status != BL_OK) {
            fprintf(stderr, "backless: %s\n", bl_why(v->ctx));
            bl_context_free(v->ctx);
            return status;
        }
    }
    return BL_OK;
}

static int run(struct session *s)
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
    "verify", "verify [options]", "checks the mathematics and the bits on this machine", "machine", extras, 0,
    run};

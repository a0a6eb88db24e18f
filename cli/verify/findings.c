/*
 * findings.c - prints a finding as a line or as JSON, and a failed one also on standard error.
 */
#include "findings.h"
#include "../draw/short_exponent.h"

#include <math.h>

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
        short_number(x, 3, out);
}

/* The unit of what was measured; "" if there is no such quantity. */
static const char *unit_of(const struct finding *f)
{
    return isnan(f->measured) ? "" : f->unit;
}

static void print_line(const struct verify *v, const struct finding *f)
{
    char measured[32], bound[32];
    number_text(f->measured, measured);
    number_text(f->bound, bound);
    printf("  %-7s %-9s %-26s %8s %-22s allowed %s\n", f->is_right ? "ok" : "FAILED", v->backend, f->of,
           measured, unit_of(f), bound);
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
    fprintf(
        stderr,
        "backless: verify: %s (%s) on %s FAILED: %s; measured %s%s%s, allowed %s. It should be that %s.\n",
        v->findings->check->name, f->of, v->backend, f->where, measured, unit_of(f)[0] ? " " : "", unit_of(f),
        bound, v->findings->check->shows);
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

void verify_report_not_run(struct verify *v, bl_status status)
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

/*
 * bench_json.c - writes all measurements of `backless bench` as one JSON object. Times are seconds; work is
 * per example.
 */
#include "bench.h"

#include <jansson.h>
#include <math.h>
#include <stdlib.h>

struct bench_report {
    json_t *all, *peaks, *cases;
};

struct bench_report *bench_report_new(const char *machine)
{
    struct bench_report *report = calloc(1, sizeof *report);
    if (!report)
        return NULL;
    report->all = json_object();
    json_object_set_new(report->all, "version", json_string(bl_version()));
    json_object_set_new(report->all, "instructions", json_string(machine));
    json_object_set_new(report->all, "peaks", report->peaks = json_array());
    json_object_set_new(report->all, "cases", report->cases = json_array());
    return report;
}

static void set_real(json_t *object, const char *key, double x)
{
    json_object_set_new(object, key, isfinite(x) ? json_real(x) : json_null());
}

static void set_whole(json_t *object, const char *key, double x)
{
    json_object_set_new(object, key, json_integer((json_int_t)x));
}

void bench_report_peaks(struct bench_report *report, int threads, const bl_peaks *peaks)
{
    if (!report)
        return;
    json_t *one = json_object();
    set_whole(one, "threads", threads);
    set_real(one, "flops", peaks->flops);
    set_real(one, "roots", peaks->roots);
    set_real(one, "bytes", peaks->bytes);
    json_array_append_new(report->peaks, one);
}

static json_t *work_json(const bl_work *work)
{
    json_t *one = json_object();
    set_whole(one, "forward", work->forward);
    set_whole(one, "signal", work->signal);
    set_whole(one, "gradient", work->gradient);
    set_whole(one, "all", work->forward + work->signal + work->gradient);
    return one;
}

static json_t *bytes_json(const bl_traffic *traffic)
{
    json_t *one = json_object();
    set_whole(one, "weights", traffic->weights);
    set_whole(one, "state", traffic->state);
    set_whole(one, "feedback", traffic->feedback);
    set_whole(one, "all", bench_bytes_of(traffic));
    set_whole(one, "in_use", traffic->in_use);
    return one;
}

/* Returns the mean times of all measured steps; those of the phases are summed over threads. */
static json_t *split_json(const bl_times *t)
{
    const double n = (double)t->steps;
    json_t *one = json_object();
    set_real(one, "step", t->step / n);
    set_real(one, "forward", t->forward / n);
    set_real(one, "error", t->error / n);
    set_real(one, "signal", t->signal / n);
    set_real(one, "gradient", t->gradient / n);
    set_real(one, "update", t->update / n);
    return one;
}

static json_t *case_json(const struct bench_group *group, int i)
{
    const struct bench_case *c = &group->cases[i];
    const struct bench_net *net = group->net;
    const struct bench_figures f = bench_figures_of(group, i);
    const bl_peaks peaks = bench_peaks_of(group);
    json_t *one = json_object();
    json_object_set_new(one, "net", json_string(net->name));
    json_object_set_new(one, "text", json_string(net->text));
    json_object_set_new(one, "shape",
                        json_pack("[i,i,i]", net->shape.channels, net->shape.rows, net->shape.cols));
    set_whole(one, "batch", group->batch);
    set_whole(one, "threads", group->threads);
    json_object_set_new(one, "backend", json_string(c->backend));
    json_object_set_new(one, "precision", json_string(c->precision));
    json_object_set_new(one, "rule", json_string(c->rule));
    json_object_set_new(one, "optimizer", json_string(group->optimizer));
    json_object_set_new(one, "macs", work_json(&c->work));
    set_whole(one, "weights", (double)c->work.weights);
    set_whole(one, "rounds", group->n_rounds);
    set_whole(one, "steps", (double)c->times.steps);
    set_real(one, "seconds", f.median);
    set_real(one, "seconds_low", f.low);
    set_real(one, "seconds_high", f.high);
    set_real(one, "gflops", 2e-9 * f.macs / f.median);
    set_real(one, "flops", peaks.flops);
    set_real(one, "roots", peaks.roots);
    json_object_set_new(one, "bytes", bytes_json(&c->traffic));
    set_real(one, "bandwidth", f.bandwidth);
    set_real(one, "arithmetic", f.arithmetic);
    set_real(one, "memory", f.memory);
    set_real(one, "bound", f.bound);
    set_real(one, "over_bound", f.median / f.bound);
    set_real(one, "to_bp", f.to_bp);
    json_object_set_new(one, "split", split_json(&c->times));
    return one;
}

void bench_report_group(struct bench_report *report, const struct bench_group *group)
{
    for (int i = 0; report && i < group->n_cases; i++)
        json_array_append_new(report->cases, case_json(group, i));
}

char *bench_report_text(const struct bench_report *report)
{
    return json_dumps(report->all, JSON_INDENT(1) | JSON_REAL_PRECISION(9));
}

void bench_report_free(struct bench_report *report)
{
    if (!report)
        return;
    json_decref(report->all);
    free(report);
}

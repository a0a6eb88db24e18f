/*
 * watch.c - progress, epochs, signals.
 */
#define _XOPEN_SOURCE 700 /* sigaltstack */
#include "watch.h"

#include <errno.h>
#include <jansson.h>
#include <math.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { HANDLER_STACK = 1 << 16 }; /* a frame with the registers of AVX-512 has 3 kB, one with AMX 11 kB */

static volatile sig_atomic_t asked_to_stop;

static void on_signal(int number)
{
    if (asked_to_stop && number == SIGINT)
        _exit(128 + SIGINT);
    asked_to_stop = 1;
}

/* A handler that runs on the interrupted stack is safe only while every library below keeps nothing below its stack pointer,
   as oneDNN 2.6.3, which version 0.1.0 used, did not. The stack is this thread's; the library's threads block these signals. */
static void give_handler_its_stack(void)
{
    static max_align_t room[HANDLER_STACK / sizeof(max_align_t)];
    const stack_t stack = {.ss_sp = room, .ss_size = sizeof room};
    sigaltstack(&stack, NULL);
}

static bool is_ignored(int number)
{
    struct sigaction now;
    return sigaction(number, NULL, &now) == 0 && now.sa_handler == SIG_IGN;
}

/* nohup ignores SIGHUP: then it stays ignored. SIGINT, which shells ignore for what a script starts in the background, is
   taken all the same: kill -INT is how such a run is asked to stop. A reader of standard output that goes away is no signal
   here, but an error of writing, so that a run can be saved. */
void watch_signals(void)
{
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = on_signal;
    action.sa_flags = SA_ONSTACK;
    give_handler_its_stack();
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    if (!is_ignored(SIGHUP))
        sigaction(SIGHUP, &action, NULL);
    signal(SIGPIPE, SIG_IGN);
}

/* A full disk is no reason to stop a run, because its folder may be on another. */
void watch_flush(void)
{
    if (fflush(stdout) != 0 && errno == EPIPE)
        asked_to_stop = 1;
}

bool watch_asked_to_stop(void)
{
    return asked_to_stop != 0;
}

bool watch_is_terminal(void)
{
    return isatty(STDERR_FILENO) != 0;
}

void angles_text(const bl_angles *angles, int blocks, char *out, size_t room)
{
    out[0] = 0;
    for (int i = 0; angles && i < blocks - 1; i++) {
        const size_t used = strlen(out);
        if (isnan(angles[i].flat))
            snprintf(out + used, room - used, "%s-", i ? " " : "");
        else
            snprintf(out + used, room - used, "%s%.1f", i ? " " : "", angles[i].flat);
    }
    if (!out[0])
        snprintf(out, room, "-");
}

static void percent(double fraction, char *out, size_t room)
{
    if (isnan(fraction))
        snprintf(out, room, "-");
    else
        snprintf(out, room, "%.2f %%", 100.0 * fraction);
}

void judge_text(const bl_score *score, char *out, size_t room)
{
    if (isnan(score->rmse))
        percent(score->error, out, room);
    else
        snprintf(out, room, "rmse %.5g r2 %.3f", score->rmse, score->r2);
}

static void clear_progress(const struct watch *w)
{
    if (w->shows_progress)
        fputs("\r\033[K", stderr);
}

static void print_epoch(const struct watch *w, const bl_progress *now)
{
    char train[32], val[64], test[64], angles[512];
    percent(now->train.error, train, sizeof train);
    judge_text(&now->val, val, sizeof val);
    judge_text(&now->test, test, sizeof test);
    angles_text(now->angles, now->blocks, angles, sizeof angles);
    printf("%sepoch %d/%d  train", w->label, now->epoch, w->epochs);
    if (!isnan(now->train.error))
        printf(" %s", train);
    printf(" loss %.4f", now->train.loss);
    if (now->val.count)
        printf("  val %s", val);
    if (now->test.count)
        printf("  test %s", test);
    printf("  %.0f samples/s", now->samples_per_second);
    if (now->angles && now->blocks > 1)
        printf("  angles %s", angles);
    putchar('\n');
    watch_flush();
}

static void print_early(const struct watch *w, const bl_progress *now)
{
    char angles[512];
    angles_text(now->angles, now->blocks, angles, sizeof angles);
    if (now->blocks > 1)
        printf("%sstep %zu  loss %.4f  angles %s\n", w->label, now->total_step, now->train.loss, angles);
    watch_flush();
}

static void print_progress(const struct watch *w, const bl_progress *now)
{
    const double done = (double)now->step / (double)now->steps;
    const double left =
        done > 0.0 ? now->seconds * ((1.0 - done) + (double)(w->epochs - now->epoch)) / done : 0.0;
    fprintf(stderr, "\r\033[K%sepoch %d/%d  %3.0f %%  loss %.4f  %.0f samples/s  %.0f s left", w->label,
            now->epoch, w->epochs, 100.0 * done, now->train.loss, now->samples_per_second, left);
}

static json_t *number(double x)
{
    return isfinite(x) ? json_real(x) : json_null();
}

static json_t *angles_json(const bl_progress *now)
{
    if (!now->angles)
        return json_null();
    json_t *list = json_array();
    for (int i = 0; i < now->blocks; i++)
        json_array_append_new(
            list,
            json_pack("{s:i, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "block", i, "sample",
                      number(now->angles[i].sample), "flat", number(now->angles[i].flat), "update",
                      number(now->angles[i].update), "signal_norm", number(now->angles[i].signal_norm),
                      "bp_norm", number(now->angles[i].bp_norm), "weight", number(now->angles[i].weight),
                      "weight_norm", number(now->angles[i].weight_norm)));
    return list;
}

static void add_distances(json_t *line, const char *set, const bl_score *score)
{
    const struct {
        const char *name;
        double value;
    } figures[] = {{"rmse", score->rmse}, {"mae", score->mae}, {"r2", score->r2}};
    for (size_t i = 0; i < sizeof figures / sizeof *figures; i++) {
        char key[32];
        snprintf(key, sizeof key, "%s_%s", set, figures[i].name);
        json_object_set_new(line, key, number(figures[i].value));
    }
}

/* Takes the line. */
static void print_json(json_t *line)
{
    json_dumpf(line, stdout, JSON_COMPACT | JSON_REAL_PRECISION(15));
    putchar('\n');
    watch_flush();
    json_decref(line);
}

/* The same fields as a line of log.jsonl. */
void print_log_line(const char *rule, const bl_progress *now)
{
    json_t *line = json_object();
    if (rule)
        json_object_set_new(line, "rule", json_string(rule));
    json_object_set_new(line, "epoch", json_integer(now->epoch));
    json_object_set_new(line, "step", json_integer((json_int_t)now->total_step));
    json_object_set_new(line, "train_loss", number(now->train.loss));
    json_object_set_new(line, "train_error", number(now->train.error));
    json_object_set_new(line, "test_loss", number(now->test.loss));
    json_object_set_new(line, "test_error", number(now->test.error));
    json_object_set_new(line, "val_loss", number(now->val.loss));
    json_object_set_new(line, "val_error", number(now->val.error));
    if (isnan(now->train.error)) {
        add_distances(line, "test", &now->test);
        add_distances(line, "val", &now->val);
    }
    json_object_set_new(line, "lr", number(now->rate));
    json_object_set_new(line, "seconds", number(now->seconds));
    json_object_set_new(line, "samples_per_second", number(now->samples_per_second));
    json_object_set_new(line, "angles", angles_json(now));
    print_json(line);
}

/* The same fields as the line of a step in log.jsonl. */
static void print_step_line(const bl_progress *now)
{
    json_t *line = json_object();
    json_object_set_new(line, "kind", json_string("step"));
    json_object_set_new(line, "epoch", json_integer(now->epoch));
    json_object_set_new(line, "step", json_integer((json_int_t)now->total_step));
    json_object_set_new(line, "train_loss", number(now->train.loss));
    json_object_set_new(line, "train_error", number(now->train.error));
    json_object_set_new(line, "batch_loss", number(now->batch.loss));
    json_object_set_new(line, "batch_error", number(now->batch.error));
    json_object_set_new(line, "lr", number(now->rate));
    json_object_set_new(line, "angles", angles_json(now));
    print_json(line);
}

/* Steps that --angles names have lines in the log, and so on standard output; those of auto are told by the line of
   their epoch. */
static bool has_step_lines(const struct watch *w)
{
    return w->trainer && strcmp(bl_config_get(bl_trainer_config(w->trainer), "angles"), "auto") != 0;
}

/* For the summary at the end; without memory it shows no angles. */
static void keep(struct watch *w, const bl_progress *now)
{
    w->last = *now;
    w->last.angles = NULL;
    if (!now->angles)
        return;
    if (!w->last_angles)
        w->last_angles = malloc((size_t)now->blocks * sizeof *w->last_angles);
    if (w->last_angles) {
        memcpy(w->last_angles, now->angles, (size_t)now->blocks * sizeof *w->last_angles);
        w->last.angles = w->last_angles;
    }
}

void watch_notes(struct watch *w)
{
    for (; w->trainer && bl_trainer_note(w->trainer, w->n_notes); w->n_notes++) {
        clear_progress(w);
        note(w->session, "%snote: %s", w->label, bl_trainer_note(w->trainer, w->n_notes));
    }
}

int watch_run(void *user, const bl_progress *now)
{
    struct watch *w = user;
    watch_notes(w);
    if (now->epoch_ended) {
        keep(w, now);
        clear_progress(w);
        if (w->prints_json)
            print_log_line(NULL, now);
        else if (w->prints_epochs)
            print_epoch(w, now);
    } else if (now->angles) {
        clear_progress(w);
        if (w->prints_json && has_step_lines(w))
            print_step_line(now);
        else if (w->prints_epochs && !w->prints_json)
            print_early(w, now);
    } else if (w->shows_progress)
        print_progress(w, now);
    return asked_to_stop;
}

void watch_release(struct watch *w)
{
    watch_notes(w);
    clear_progress(w);
    free(w->last_angles);
    w->last_angles = NULL;
}

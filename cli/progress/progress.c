/*
 * progress.c - prints the progress of a run and its epochs, and handles signals.
 */
#define _XOPEN_SOURCE 700 /* sigaltstack */
#include "progress.h"
#include "../seconds.h"
#include "../terminal/shown_text.h"

#include <errno.h>
#include <math.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Epochs that follow faster are not printed on a terminal, because small tables make hundreds of epochs in a
   second. */
static const double SECONDS_BETWEEN_EPOCHS = 0.1;
enum { LINE_ROOM = 1024 };
enum {
    HANDLER_STACK = 1 << 16
}; /* bytes; a signal frame with the registers of AVX-512 has 3 kB, one with AMX 11 kB */

static volatile sig_atomic_t asked_to_stop;

static void on_signal(int number)
{
    if (asked_to_stop && number == SIGINT) {
        panel_clear_in_handler();
        _exit(128 + SIGINT);
    }
    asked_to_stop = 1;
}

/* Gives the signal handler a separate stack. A handler on the interrupted stack is safe only if no library
   keeps data below its stack pointer, as oneDNN 2.6.3 did, which version 0.1.0 used. The stack is that of
   this thread; the library's threads block these signals. */
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

/* Installs the handlers. SIGHUP stays ignored if the parent ignores it, as nohup does. SIGINT is handled even
   if it is ignored, because shells ignore it for background processes of a script, and kill -INT stops such a
   run. SIGPIPE is ignored, so that a closed standard output is a write error and the run can be saved. */
void progress_signals(void)
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

/* Flushes standard output. Errors other than a closed pipe are ignored: a full disk does not stop the run,
   because its folder may be on another disk. */
void progress_flush(void)
{
    if (fflush(stdout) != 0 && errno == EPIPE)
        asked_to_stop = 1;
}

bool progress_asked_to_stop(void)
{
    return asked_to_stop != 0;
}

bool progress_is_terminal(void)
{
    const char *term = getenv("TERM");
    return isatty(STDERR_FILENO) && !(term && strcmp(term, "dumb") == 0);
}

/* Returns the value of --progress, by default "panel". */
static const char *style_of(const struct session *session)
{
    const char *style = extra_of(session, "progress");
    return style ? style : "panel";
}

int progress_check(const struct session *session)
{
    static const char *const styles[] = {"panel", "line", "none"};
    for (size_t i = 0; i < sizeof styles / sizeof *styles; i++)
        if (strcmp(style_of(session), styles[i]) == 0)
            return EXIT_DONE;
    return usage_error("--progress is \"%s\", expected panel, line or none", style_of(session));
}

struct progress_line progress_report(const struct session *session)
{
    return (struct progress_line){.is_on = progress_is_terminal() && !extra_of(session, "quiet") &&
                                           strcmp(style_of(session), "none") != 0};
}

struct panel progress_panel(const struct session *session)
{
    return panel_begin(progress_report(session).is_on && strcmp(style_of(session), "panel") == 0);
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

void score_text(const bl_score *score, char *out, size_t room)
{
    if (isnan(score->rmse))
        percent(score->error, out, room);
    else
        snprintf(out, room, "rmse %.5g r2 %.3f", score->rmse, score->r2);
}

/* Begins a line on standard output, which may be the terminal that shows the panel. */
static void begin_line(struct progress_output *w)
{
    if (!isatty(STDOUT_FILENO))
        return;
    progress_line_clear(&w->progress);
    panel_line_begin();
}

static void end_line(struct progress_output *w)
{
    if (isatty(STDOUT_FILENO))
        panel_line_end(&w->panel);
    else
        putchar('\n');
    progress_flush();
}

/* Appends to the text of a line. */
static void add_to_line(char text[LINE_ROOM], const char *format, ...)
{
    const size_t used = strlen(text);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text + used, LINE_ROOM - used, format, arguments);
    va_end(arguments);
}

/* Prints a line of the run. On a terminal it breaks between words. */
static void print_line(struct progress_output *w, const char *text)
{
    begin_line(w);
    if (isatty(STDOUT_FILENO))
        panel_line(&w->panel, text);
    else
        puts(text);
    progress_flush();
}

static void print_epoch(struct progress_output *w, const bl_progress *now)
{
    char train[32], val[64], test[64], angles[512], text[LINE_ROOM] = "";
    percent(now->train.error, train, sizeof train);
    score_text(&now->val, val, sizeof val);
    score_text(&now->test, test, sizeof test);
    angles_text(now->angles, now->blocks, angles, sizeof angles);
    add_to_line(text, "%sepoch %d/%d  train", w->label, now->epoch, w->epochs);
    if (!isnan(now->train.error))
        add_to_line(text, " %s", train);
    add_to_line(text, " loss %s", loss_text(now->train.loss).text);
    if (now->val.count)
        add_to_line(text, "  val %s", val);
    if (now->test.count)
        add_to_line(text, "  test %s", test);
    add_to_line(text, "  %.0f samples/s", now->samples_per_second);
    if (now->angles && now->blocks > 1)
        add_to_line(text, "  angles %s", angles);
    print_line(w, text);
}

/* Prints the line of an epoch. On a terminal, epochs that follow too fast are left out, except the first and
   the last. */
static void show_epoch(struct progress_output *w, const bl_progress *now)
{
    const double seconds = seconds_now();
    w->is_hidden = isatty(STDOUT_FILENO) && w->printed > 0.0 && now->epoch < w->epochs &&
                   seconds < w->printed + SECONDS_BETWEEN_EPOCHS;
    w->n_hidden += w->is_hidden;
    if (w->is_hidden)
        return;
    w->printed = seconds;
    print_epoch(w, now);
}

static void print_step(struct progress_output *w, const bl_progress *now)
{
    char angles[512], text[LINE_ROOM] = "";
    angles_text(now->angles, now->blocks, angles, sizeof angles);
    if (now->blocks < 2)
        return;
    add_to_line(text, "%sstep %zu  loss %s  angles %s", w->label, now->total_step,
                loss_text(now->train.loss).text, angles);
    print_line(w, text);
}

/* Returns the fraction of the whole work that is done; this run may be one part of it. */
static double share_done(const struct progress_output *w, const bl_progress *now)
{
    const double epochs = (double)(now->epoch - 1) + (double)now->step / (double)now->steps,
                 run = w->epochs > 0 ? epochs / (double)w->epochs : 0.0;
    return w->work.share > 0.0 ? w->work.done + w->work.share * run : run;
}

/* Estimates the remaining seconds from the time of the whole work, which includes measurements, files, and
   waiting for other programs. */
static double seconds_left(struct progress_output *w, const bl_progress *now)
{
    const double done = share_done(w, now), seconds = seconds_now();
    if (w->work.began <= 0.0) {
        w->work.began = seconds;
        w->work.done_at_begin = done;
    }
    return progress_left(w->work.done_at_begin, done, seconds - w->work.began);
}

/* Writes "train 5.31 %  test 6.10 % after epoch 3": the training error of this epoch so far, and the test
   error of the latest finished epoch. */
static void errors_text(const struct progress_output *w, const bl_progress *now, char *out, size_t room)
{
    const bl_score *held = w->last.test.count ? &w->last.test : &w->last.val;
    char train[32], text[64];
    out[0] = 0;
    if (!isnan(now->train.error)) {
        percent(now->train.error, train, sizeof train);
        snprintf(out, room, "train %s", train);
    }
    if (!held->count)
        return;
    score_text(held, text, sizeof text);
    snprintf(out + strlen(out), room - strlen(out), "%s%s %s after epoch %d", out[0] ? "  " : "",
             w->last.test.count ? "test" : "val", text, w->last.epoch);
}

static void show_panel(struct progress_output *w, const bl_progress *now)
{
    char errors[160];
    if (!panel_is_due(&w->panel))
        return;
    errors_text(w, now, errors, sizeof errors);
    const struct panel_figures figures = {.label = w->label,
                                          .epoch = now->epoch,
                                          .epochs = w->epochs,
                                          .share = share_done(w, now),
                                          .seconds_left = seconds_left(w, now),
                                          .loss = now->train.loss,
                                          .errors = errors,
                                          .speed = now->samples_per_second,
                                          .rate = now->rate};
    progress_line_clear(&w->progress);
    panel_show(&w->panel, &figures);
}

static void show_line(struct progress_output *w, const bl_progress *now)
{
    const struct progress_parts parts = {.label = w->label,
                                         .epoch = now->epoch,
                                         .epochs = w->epochs,
                                         .percent = 100.0 * (double)now->step / (double)now->steps,
                                         .loss = now->train.loss,
                                         .speed = now->samples_per_second,
                                         .seconds_left = seconds_left(w, now)};
    progress_line_show(&w->progress, &parts);
    panel_overwritten(&w->panel);
}

/* Shows the panel, or a progress line if the terminal has become too small for the panel. */
static void show_progress(struct progress_output *w, const bl_progress *now)
{
    if (panel_fits(&w->panel))
        show_panel(w, now);
    else
        show_line(w, now);
}

/* Prints the current line of log.jsonl, if the trainer has one. */
static void print_log_line(struct progress_output *w)
{
    const char *line = w->trainer ? bl_trainer_log_line(w->trainer) : NULL;
    if (!line)
        return;
    begin_line(w);
    fputs(line, stdout);
    end_line(w);
}

/* Keeps the figures of an epoch for the summary. Without memory, the summary has no angles. */
static void keep_last(struct progress_output *w, const bl_progress *now)
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

static void clear_progress(struct progress_output *w)
{
    progress_line_clear(&w->progress);
    panel_clear(&w->panel);
}

void progress_notes(struct progress_output *w)
{
    for (; w->trainer && bl_trainer_note(w->trainer, w->n_notes); w->n_notes++) {
        clear_progress(w);
        note(w->session, "%snote: %s", w->label, bl_trainer_note(w->trainer, w->n_notes));
    }
}

/* Keeps the speed of an epoch. Without memory, the speeds so far are used. */
static void keep_speed(struct progress_output *w, double speed)
{
    if (w->n_speeds == w->speeds_room) {
        const size_t room = 2 * w->speeds_room + 64;
        double *more = realloc(w->speeds, room * sizeof *more);
        if (!more)
            return;
        w->speeds = more;
        w->speeds_room = room;
    }
    w->speeds[w->n_speeds++] = speed;
}

static int by_size(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

double progress_speed(struct progress_output *w)
{
    const size_t n = w->n_speeds;
    if (n == 0)
        return (double)NAN;
    qsort(w->speeds, n, sizeof *w->speeds, by_size);
    return 0.5 * (w->speeds[n / 2] + w->speeds[(n - 1) / 2]);
}

static void end_epoch(struct progress_output *w, const bl_progress *now)
{
    keep_last(w, now);
    keep_speed(w, now->samples_per_second);
    if (w->has_epoch_lines && w->has_json_lines)
        print_log_line(w);
    else if (w->has_epoch_lines)
        show_epoch(w, now);
    if (!w->has_epoch_lines || !isatty(STDOUT_FILENO) || panel_fits(&w->panel))
        show_progress(w, now);
}

/* Prints a step at which angles were measured. */
static void end_step(struct progress_output *w, const bl_progress *now)
{
    if (w->has_json_lines)
        print_log_line(w);
    else
        print_step(w, now);
    if (panel_fits(&w->panel))
        show_progress(w, now);
}

int progress_run(void *user, const bl_progress *now)
{
    struct progress_output *w = user;
    progress_notes(w);
    tensorboard_note(w->board, now);
    panel_add(&w->panel, now);
    if (now->epoch_ended)
        end_epoch(w, now);
    else if (now->angles && w->has_epoch_lines)
        end_step(w, now);
    else
        show_progress(w, now);
    return asked_to_stop;
}

void progress_release(struct progress_output *w)
{
    progress_notes(w);
    clear_progress(w);
    if (w->is_hidden) { /* the run ended before its last epoch */
        print_epoch(w, &w->last);
        w->n_hidden--;
        w->is_hidden = false;
    }
    if (w->n_hidden > 0)
        note(w->session, "%s%d epoch%s of less than %g s %s not shown; --json prints all of them", w->label,
             w->n_hidden, plural(w->n_hidden), SECONDS_BETWEEN_EPOCHS, w->n_hidden == 1 ? "is" : "are");
    free(w->last_angles);
    free(w->speeds);
    w->last_angles = NULL;
    w->speeds = NULL;
    w->n_speeds = w->speeds_room = 0;
}

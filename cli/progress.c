/*
 * progress.c - progress, epochs, signals.
 */
#define _XOPEN_SOURCE 700 /* sigaltstack */
#include "progress.h"
#include "seconds.h"

#include <errno.h>
#include <math.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* On a terminal, where small tables make hundreds of epochs in a second. */
static const double SECONDS_BETWEEN_EPOCHS = 0.1;
enum { HANDLER_STACK = 1 << 16 }; /* a frame with the registers of AVX-512 has 3 kB, one with AMX 11 kB */

static volatile sig_atomic_t asked_to_stop;

static void on_signal(int number)
{
    if (asked_to_stop && number == SIGINT)
        _exit(128 + SIGINT);
    asked_to_stop = 1;
}

/* A handler that runs on the interrupted stack is safe only while every library below keeps nothing below
   its stack pointer, as oneDNN 2.6.3, which version 0.1.0 used, did not. The stack is this thread's; the
   library's threads block these signals. */
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

/* nohup ignores SIGHUP: then it stays ignored. SIGINT, which shells ignore for what a script starts in the
   background, is taken all the same: kill -INT is how such a run is asked to stop. A reader of standard
   output that goes away is no signal here, but an error of writing, so that a run can be saved. */
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

/* A full disk is no reason to stop a run, because its folder may be on another. */
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

struct progress_line progress_report(const struct session *session)
{
    return (struct progress_line){.is_on = progress_is_terminal() && !extra_of(session, "quiet")};
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

struct loss_text loss_text(double loss)
{
    struct loss_text out;
    snprintf(out.text, sizeof out.text, fabs(loss) < 1e5 ? "%.4f" : "%.3g", loss);
    return out;
}

void score_text(const bl_score *score, char *out, size_t room)
{
    if (isnan(score->rmse))
        percent(score->error, out, room);
    else
        snprintf(out, room, "rmse %.5g r2 %.3f", score->rmse, score->r2);
}

static void print_epoch(const struct progress_output *w, const bl_progress *now)
{
    char train[32], val[64], test[64], angles[512];
    percent(now->train.error, train, sizeof train);
    score_text(&now->val, val, sizeof val);
    score_text(&now->test, test, sizeof test);
    angles_text(now->angles, now->blocks, angles, sizeof angles);
    printf("%sepoch %d/%d  train", w->label, now->epoch, w->epochs);
    if (!isnan(now->train.error))
        printf(" %s", train);
    printf(" loss %s", loss_text(now->train.loss).text);
    if (now->val.count)
        printf("  val %s", val);
    if (now->test.count)
        printf("  test %s", test);
    printf("  %.0f samples/s", now->samples_per_second);
    if (now->angles && now->blocks > 1)
        printf("  angles %s", angles);
    putchar('\n');
    progress_flush();
}

/* The first, the last, and those that did not follow too fast; all of them where no one is looking. */
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

static void print_early(const struct progress_output *w, const bl_progress *now)
{
    char angles[512];
    angles_text(now->angles, now->blocks, angles, sizeof angles);
    if (now->blocks > 1)
        printf("%sstep %zu  loss %s  angles %s\n", w->label, now->total_step, loss_text(now->train.loss).text,
               angles);
    progress_flush();
}

/* Of the whole work, of which this run may be a part. */
static double share_done(const struct progress_output *w, const bl_progress *now)
{
    const double epochs = (double)(now->epoch - 1) + (double)now->step / (double)now->steps,
                 run = w->epochs > 0 ? epochs / (double)w->epochs : 0.0;
    return w->work.share > 0.0 ? w->work.done + w->work.share * run : run;
}

/* The clock of the whole work, since measurements and files take their time too, and other programs
   theirs. */
static double seconds_left(struct progress_output *w, const bl_progress *now)
{
    const double done = share_done(w, now), seconds = seconds_now();
    if (w->work.began <= 0.0) {
        w->work.began = seconds;
        w->work.done_at_begin = done;
    }
    return progress_left(w->work.done_at_begin, done, seconds - w->work.began);
}

static void show_progress(struct progress_output *w, const bl_progress *now)
{
    const struct progress_parts parts = {.label = w->label,
                                         .epoch = now->epoch,
                                         .epochs = w->epochs,
                                         .percent = 100.0 * (double)now->step / (double)now->steps,
                                         .loss = now->train.loss,
                                         .speed = now->samples_per_second,
                                         .seconds_left = seconds_left(w, now)};
    progress_line_show(&w->progress, &parts);
}

/* Prints the trainer's line of log.jsonl, if there is one. */
static void print_log_line(const struct progress_output *w)
{
    const char *line = w->trainer ? bl_trainer_log_line(w->trainer) : NULL;
    if (line)
        puts(line);
    progress_flush();
}

/* For the summary at the end; without memory it shows no angles. */
static void keep(struct progress_output *w, const bl_progress *now)
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

void progress_notes(struct progress_output *w)
{
    for (; w->trainer && bl_trainer_note(w->trainer, w->n_notes); w->n_notes++) {
        progress_line_clear(&w->progress);
        note(w->session, "%snote: %s", w->label, bl_trainer_note(w->trainer, w->n_notes));
    }
}

/* Without memory for more, those that are kept must do. */
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

/* Before a line of results: it may go to the same terminal. */
static void make_way(struct progress_output *w)
{
    if (isatty(STDOUT_FILENO))
        progress_line_clear(&w->progress);
}

static void end_epoch(struct progress_output *w, const bl_progress *now)
{
    keep(w, now);
    keep_speed(w, now->samples_per_second);
    if (w->has_epoch_lines)
        make_way(w);
    if (w->has_epoch_lines && w->has_json_lines)
        print_log_line(w);
    else if (w->has_epoch_lines)
        show_epoch(w, now);
    if (!w->has_epoch_lines || !isatty(STDOUT_FILENO))
        show_progress(w, now);
}

int progress_run(void *user, const bl_progress *now)
{
    struct progress_output *w = user;
    progress_notes(w);
    tensorboard_note(w->board, now);
    if (now->epoch_ended)
        end_epoch(w, now);
    else if (now->angles && w->has_epoch_lines) {
        make_way(w);
        if (!w->has_json_lines)
            print_early(w, now);
        else
            print_log_line(w);
    } else
        show_progress(w, now);
    return asked_to_stop;
}

void progress_release(struct progress_output *w)
{
    progress_notes(w);
    progress_line_clear(&w->progress);
    if (w->is_hidden) { /* a run that ended before its last epoch */
        print_epoch(w, &w->last);
        w->n_hidden--;
        w->is_hidden = false;
    }
    if (w->n_hidden > 0)
        note(w->session, "%s%d epochs of less than %g s are not shown; --json prints all of them", w->label,
             w->n_hidden, SECONDS_BETWEEN_EPOCHS);
    free(w->last_angles);
    free(w->speeds);
    w->last_angles = NULL;
    w->speeds = NULL;
    w->n_speeds = w->speeds_room = 0;
}

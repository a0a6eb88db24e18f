/*
 * progress.h - output during a run: a panel or a progress line on a terminal, a line per epoch, or JSON; and
 * signals.
 */
#ifndef CLI_WATCH_H
#define CLI_WATCH_H

#include "command.h"
#include "loss_text.h"
#include "panel/live_panel.h"
#include "progress_line.h"
#include "tensorboard/tensorboard.h"

/* The work that the time left is told of, where a run is a part of it: all zeros for a run that is all of
   it. */
struct progress_work {
    double began; /* seconds_now() at its begin; 0: at the first call */
    double done,
        share; /* shares of it: done before this run, and this run's own; share 0: the run is all of it */
    double
        done_at_begin; /* set by the first call: a run that is taken up again has begun with so much done */
};

struct watch {
    const struct session *session;
    const bl_trainer *trainer; /* whose notes are shown as they come; NULL: none */
    int n_notes;               /* of them, shown already */
    const char *label;         /* before every line of progress: the rule, in compare; "" else */
    int epochs;
    bool prints_epochs, prints_json;
    struct progress_line progress;
    struct panel panel; /* in place of the line, where it fits */
    struct progress_work work;
    struct tensorboard *board; /* what writes events for TensorBoard; NULL: nothing does */
    bl_progress last;          /* of the last finished epoch; angles copied to last_angles */
    bl_angles *last_angles;
    double *
        /* Of each finished epoch, in examples a second; in order of size once progress_speed was asked */
        speeds;
    size_t n_speeds, speeds_room;
    double printed; /* seconds of a clock, when the latest line of an epoch was printed; 0: none was */
    int n_hidden;   /* epochs without a line */
    bool is_hidden; /* the last one is among them */
};

/* bl_progress_fn: user is a struct watch. Asks to stop after SIGINT, SIGTERM or SIGHUP, and when nobody
   reads standard output any more; a second SIGINT ends the program. */
int progress_run(void *user, const bl_progress *now);
/* Shows the trainer's notes that have not been shown. */
void progress_notes(struct watch *watch);
void progress_signals(void);
bool progress_asked_to_stop(void);
/* Sends off what was printed. Where the reader is gone (head has its lines), the run is saved and stopped
   as by a signal. */
void progress_flush(void);
void progress_release(struct watch *watch);
/* Standard error is a terminal on which a line can be written over. */
bool progress_is_terminal(void);
/* Refuses --progress with another word than panel, line or none; the exit code. */
int progress_check(const struct session *session);
/* Off with --quiet and --progress none, and where there is no such terminal. */
struct progress_line progress_report(const struct session *session);
/* Likewise, and off with --progress line. */
struct panel progress_panel(const struct session *session);
/* Examples a second while the weights were trained, measurements and files left out: the median of all
   finished epochs, on which a burst of other work has little influence. NaN: no epoch was finished. */
double progress_speed(struct watch *watch);

/* An error of classes, or a distance of numbers; "-": neither is known. */
void judge_text(const bl_score *score, char *out, size_t room);

/* "41.3 67.0": one angle a hidden block, "-" where there is none. */
void angles_text(const bl_angles *angles, int blocks, char *out, size_t room);

#endif

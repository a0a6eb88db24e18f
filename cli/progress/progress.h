/*
 * progress.h - output during a run: a panel or a progress line on a terminal, a line per epoch, or JSON; and
 * signals.
 */
#ifndef CLI_PROGRESS_H
#define CLI_PROGRESS_H

#include "../command.h"
#include "../tensorboard/tensorboard.h"
#include "live_panel.h"
#include "loss_text.h"
#include "progress_line.h"

/* The work of which a run is one part, for the estimate of the time left. All members are 0 if the run is the
   whole work. */
struct progress_work {
    double began;         /* seconds_now() at its start; 0: set by the first call */
    double done;          /* the fraction of it that was done before this run */
    double share;         /* the fraction of it that is this run; 0: this run is the whole work */
    double done_at_begin; /* the fraction done at the first call, which is above 0 in a resumed run */
};

/* The state of a run's progress output. */
struct progress_output {
    const struct session *session;
    const bl_trainer *trainer; /* its notes are shown when they appear; NULL: none are shown */
    int n_notes;               /* notes that were shown */
    const char *label; /* text at the beginning of every progress line: the rule in compare, otherwise "" */
    int epochs;
    bool has_epoch_lines, has_json_lines;
    struct progress_line progress;
    struct panel panel; /* shown in place of the line if it fits */
    struct progress_work work;
    struct tensorboard *board; /* writes events for TensorBoard; NULL: none are written */
    bl_progress last;          /* of the last finished epoch; angles copied to last_angles */
    bl_angles *last_angles;
    /* Examples a second of each finished epoch; progress_speed sorts them. */
    double *speeds;
    size_t n_speeds, speeds_room;
    double printed; /* when the latest line of an epoch was printed, in seconds of seconds_now; 0: never */
    int n_hidden;   /* epochs without a line */
    bool is_hidden; /* the last epoch has no line */
};

/* The progress callback (bl_progress_fn); user is a struct progress_output. It stops the training after
   SIGINT, SIGTERM or SIGHUP, and if the reader of standard output has closed the pipe. A second SIGINT ends
   the program. */
int progress_run(void *user, const bl_progress *now);
/* Shows the trainer's notes that have not been shown. */
void progress_notes(struct progress_output *output);
void progress_signals(void);
bool progress_asked_to_stop(void);
/* Flushes standard output. If its reader has closed the pipe, as `head` does, the run is saved and stopped as
   by a signal. */
void progress_flush(void);
void progress_release(struct progress_output *output);
/* Returns whether standard error is a terminal that can overwrite a line. */
bool progress_is_terminal(void);
/* Refuses a value of --progress other than panel, line or none. Returns the exit code. */
int progress_check(const struct session *session);
/* Returns the progress line of a run; it is off with --quiet or --progress none, and if standard error is not
   such a terminal. */
struct progress_line progress_report(const struct session *session);
/* Returns the panel of a run; it is off in the same cases, and with --progress line. */
struct panel progress_panel(const struct session *session);
/* Returns the training speed in examples a second, without measurements and files: the median of all finished
   epochs, because other work on the machine affects it little. NaN if no epoch was finished. */
double progress_speed(struct progress_output *output);

/* Writes the error of classes, or the distance of real-valued outputs; "-" if neither is known. */
void score_text(const bl_score *score, char *out, size_t room);

/* Writes one angle for each hidden block, "41.3 67.0"; "-" for a block without one. */
void angles_text(const bl_angles *angles, int blocks, char *out, size_t room);

#endif

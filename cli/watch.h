/*
 * watch.h - what is shown while a run goes on: a progress line on a terminal, a line an epoch, or JSON; and signals.
 */
#ifndef CLI_WATCH_H
#define CLI_WATCH_H

#include "command.h"

struct watch {
    const struct session *session;
    const bl_trainer *trainer; /* whose notes are shown as they come; NULL: none */
    int n_notes;               /* of them, shown already */
    const char *label;         /* before every line: the rule, in compare; "" else */
    int epochs;
    bool prints_epochs, prints_json, shows_progress;
    bl_progress last; /* of the last finished epoch; angles copied to last_angles */
    bl_angles *last_angles;
    int n_angles;
};

/* bl_watch: user is a struct watch. Asks to stop after SIGINT, SIGTERM or SIGHUP, and when nobody
   reads standard output any more; a second SIGINT ends the program. */
int watch_run(void *user, const bl_progress *now);
/* Shows the trainer's notes that have not been shown. */
void watch_notes(struct watch *watch);
void watch_signals(void);
bool watch_asked_to_stop(void);
/* Sends off what was printed. Where the reader is gone (head has its lines), the run is saved and stopped as by a signal. */
void watch_flush(void);
void watch_release(struct watch *watch);
bool watch_is_terminal(void); /* stderr is one, and NO_COLOR does not matter: no colours are used */

/* "0.6931"; "4.34e+16" of what no longer fits into few digits. */
struct loss_text {
    char text[32];
};
struct loss_text loss_text(double loss);

/* An error of classes, or a distance of numbers; "-": neither is known. */
void judge_text(const bl_score *score, char *out, size_t room);

/* "41.3 67.0": one angle a hidden block, "-" where there is none. */
void angles_text(const bl_angles *angles, int blocks, char *out, size_t room);
void print_log_line(const char *rule, const bl_progress *now);

#endif

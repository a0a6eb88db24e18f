/*
 * run_pool.h - many runs, several at once, each in a child process and a run folder of its own.
 *
 * A child process and not a thread: a run that is killed or crashes takes no other with it, each has a
 * context of its own, and a run behaves exactly as `backless train` does. docs/comparing.md tells how many
 * run at once, and why.
 */
#ifndef CLI_RUN_POOL_H
#define CLI_RUN_POOL_H

#include "../command.h"
#include "../progress_line.h"

#include <sys/types.h>

enum { RUN_NAME_ROOM = 200, MOST_JOBS = 256 };

/* What a child tells of its run; in memory that it shares with its parent. */
struct run_progress {
    _Atomic int finished; /* epochs; -1: not known yet */
    _Atomic int most;     /* epochs that the run has at most; 0: not known yet */
};

struct pool_run {
    char name[RUN_NAME_ROOM], folder[BL_PATH_ROOM];
    char title[RUN_NAME_ROOM]; /* for messages: "table 1, 2x800 tanh, dfa, seed 1" */
    const void *what;          /* the owner's */

    /* The pool's own. */
    pid_t child; /* 0: none runs */
    double began;
    struct run_progress *progress;
    int first_seen; /* finished epochs when the pool saw them first; -1: none was */
};

struct run_pool {
    const struct session *s;
    struct pool_run *runs;
    int n_runs, width;
    /* In the child: trains; the exit code. parent: the process that the run ends with. */
    int (*train)(const struct run_pool *pool, const struct pool_run *run, pid_t parent);
    /* In the parent, after a child that ended well; the exit code. NULL: nothing. */
    int (*collect)(const struct run_pool *pool, const struct pool_run *run);
    /* Whether a failure with this exit code is one that every further run would meet. */
    bool (*is_common)(int code);
    const void *user;
    bool has_done_lines; /* a line for each finished run on standard output; else it is a message */

    /* The pool's own. */
    int next, running, done, failed;
    int code;        /* of the first run that failed */
    bool is_blocked; /* by a failure that is common */
    pid_t process;   /* that has the children */
    struct run_progress *progress;
    struct progress_line line;
    double began, shown; /* shown: when the line was written last */
};

/* Runs all. EXIT_DONE, EXIT_STOPPED (asked to, in between), or the exit code of the first run that failed. */
int pool_work(struct run_pool *pool);

/* How many run at once, and with how many threads each: as many runs as cores with one thread each; the cores
   that are left where there are fewer runs are shared out among them. jobs, threads: 0, or as given. */
struct pool_split {
    int width, threads;
};
struct pool_split pool_split(int cores, int n_runs, int jobs, int threads);

/* "12 min" */
void duration_text(double seconds, char out[32]);

#endif

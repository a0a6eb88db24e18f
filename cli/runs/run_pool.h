/*
 * run_pool.h - many runs, several at once, each in a child process and a run folder of its own.
 *
 * Runs are child processes instead of threads, because a run that is killed or crashes does not affect the
 * others, and a run in a process with its own context behaves exactly as `backless train` does.
 * docs/comparing.md says how many run at once, and why.
 */
#ifndef CLI_RUN_POOL_H
#define CLI_RUN_POOL_H

#include "../command.h"
#include "../progress/progress_line.h"

#include <sys/types.h>

enum { RUN_NAME_ROOM = 200, MOST_JOBS = 256, MOST_SEEDS = 1000 };

/* The state of a child's run, in memory that it shares with its parent. */
struct run_progress {
    _Atomic int finished; /* finished epochs; -1: not known yet */
    _Atomic int most;     /* the largest number of epochs of the run; 0: not known yet */
};

struct pool_run {
    char name[RUN_NAME_ROOM], folder[BL_PATH_ROOM];
    char title[RUN_NAME_ROOM]; /* for messages: "table 1, 2x800 tanh, dfa, seed 1" */
    const void *what;          /* passed on to the callbacks */

    /* The pool's own. */
    pid_t child; /* 0: none runs */
    double began;
    struct run_progress *progress;
    int first_seen; /* finished epochs when the pool first read them; -1: not read yet */
};

struct run_pool {
    const struct session *s;
    struct pool_run *runs;
    int n_runs, width;
    /* Called in the child: trains, and returns the exit code. parent: if this process ends, the run must
       end too. */
    int (*train)(const struct run_pool *pool, const struct pool_run *run, pid_t parent);
    /* Called in the parent after a child that succeeded; returns the exit code. NULL: not called. */
    int (*collect)(const struct run_pool *pool, const struct pool_run *run);
    /* Whether every further run would fail with this exit code too. */
    bool (*is_common)(int code);
    const void *user;
    bool has_done_lines; /* print a line for each finished run on standard output, else as a message */

    /* The pool's own. */
    int next, running, done, failed;
    int code;        /* of the first run that failed */
    bool is_blocked; /* a failure for which is_common is true has occurred */
    pid_t process;   /* the process whose children the runs are */
    struct run_progress *progress;
    struct progress_line line;
    double began, shown; /* shown: when the line was written last */
};

/* Executes all runs. Returns EXIT_DONE, EXIT_STOPPED after a signal, or the exit code of the first run that
   failed. */
int pool_work(struct run_pool *pool);

/* How many runs work at once, and with how many threads each: as many runs as there are cores, with one
   thread each; if there are fewer runs than cores, the remaining cores are distributed among the runs. jobs,
   threads: the numbers that the user gave, or 0. If only the number of threads is given, as many runs work at
   once as have cores for their threads. */
struct pool_split {
    int width, threads;
};
struct pool_split pool_split(int n_runs, int jobs, int threads);

/* "12 min" */
void duration_text(double seconds, char out[32]);

#endif

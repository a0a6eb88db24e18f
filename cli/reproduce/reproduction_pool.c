/*
 * reproduction_pool.c - runs several trainings at once, each in a child process.
 *
 * A run whose result is in DIR is skipped; an unfinished run folder (DIR/runs/NAME) continues from its last
 * checkpoint. A child whose parent was killed saves its state and ends. A child tells by shared memory how
 * many epochs it has finished.
 */
#define _DEFAULT_SOURCE /* MAP_ANONYMOUS, kill, nanosleep */
#include "../seconds.h"
#include "../watch.h"
#include "reproduction.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { MOST_JOBS = 256 };

struct job {
    struct cell cell;
    unsigned long long seed;
    char name[NAME_ROOM], folder[BL_PATH_ROOM];
    pid_t child; /* 0: none runs */
    double began;
    _Atomic int *epochs; /* finished ones, written by the child; -1: not known yet */
    int first_seen;      /* of these; -1: none was */
};

struct pool {
    struct session *s;
    struct job *jobs;
    int n_jobs, next, running, width;
    int done;
    int code;            /* of the first run that failed */
    bool is_blocked;     /* by a failure that every further run would meet */
    pid_t process;       /* that has the children */
    _Atomic int *epochs; /* of all jobs, in memory that the children share */
    struct progress_line line;
    double began, shown; /* shown: when the line was written last */
};

/* ---- What is to be run */

/* Those that need what this version lacks, or have a result, are left out. */
static void add_jobs(struct pool *p, const struct cell *cell, int seeds)
{
    int epochs = reproduction_epochs(p->s);
    epochs = epochs == cell_epochs(cell) ? 0 : epochs;
    for (int seed = 1; seed <= seeds && !cell->row->needs; seed++) {
        struct job *job = &p->jobs[p->n_jobs];
        *job = (struct job){.cell = *cell, .seed = (unsigned long long)seed};
        cell_file_name(cell, job->seed, epochs, job->name);
        snprintf(job->folder, sizeof job->folder, "%s/runs/%s", reproduction_folder(p->s), job->name);
        if (!result_exists(reproduction_folder(p->s), job->name))
            p->n_jobs++;
    }
}

/* Seed by seed, so that every cell has one before any has two. */
static int by_seed(const void *a, const void *b)
{
    const struct job *x = a, *y = b;
    if (x->seed != y->seed)
        return x->seed < y->seed ? -1 : 1;
    return (x->cell.published > y->cell.published) - (x->cell.published < y->cell.published);
}

static int seeds_of(const struct session *s)
{
    const char *given = extra_of(s, "seeds");
    return given ? atoi(given) : 1;
}

static int width_of(const struct session *s)
{
    const char *given = extra_of(s, "jobs");
    if (given)
        return atoi(given);
    return bl_config_is_set(s->config, "threads") ? 1 : bl_context_threads(s->ctx);
}

static int make_folders(const struct session *s)
{
    char runs[BL_PATH_ROOM];
    const char *const folders[] = {reproduction_folder(s), runs};
    snprintf(runs, sizeof runs, "%s/runs", reproduction_folder(s));
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++)
        if (mkdir(folders[i], 0777) != 0 && errno != EEXIST) {
            usage_error("%s: cannot be made: %s", folders[i], strerror(errno));
            return EXIT_IO;
        }
    return EXIT_DONE;
}

/* ---- Children */

static int run_child(const struct pool *p, const struct job *job)
{
    const struct run_request request = {.s = p->s,
                                        .cell = job->cell,
                                        .seed = job->seed,
                                        .epochs = reproduction_epochs(p->s),
                                        .folder = job->folder,
                                        .parent = p->process,
                                        .finished = job->epochs};
    return run_cell(&request);
}

/* A run that was finished before its result was written needs no child. */
static void begin_job(struct pool *p, struct job *job)
{
    job->began = seconds_now();
    fflush(NULL);
    job->child = fork();
    if (job->child < 0) {
        usage_error("no process for %s: %s", job->name, strerror(errno));
        job->child = 0;
        p->code = EXIT_OTHER;
        p->is_blocked = true;
        return;
    }
    if (job->child > 0)
        note(p->s, "%s: runs in %s", job->name, job->folder);
    if (job->child == 0)
        _exit(folder_has(job->folder, "result.json") ? EXIT_DONE : run_child(p, job));
    p->running++;
}

static void print_done(struct pool *p, const struct job *job)
{
    char text[NAME_ROOM];
    cell_text(&job->cell, text);
    p->done++;
    printf("%d/%d  %s, seed %llu: done in %.0f s\n", p->done, p->n_jobs, text, job->seed,
           seconds_now() - job->began);
    watch_flush();
}

/* A run that diverged, or was killed, says nothing of the others. What is wrong with data or files is wrong for all. */
static void keep_failure(struct pool *p, int code)
{
    if (p->code == EXIT_DONE)
        p->code = code;
    if (code == EXIT_USAGE || code == EXIT_DATA || code == EXIT_IO)
        p->is_blocked = true;
}

static void end_job(struct pool *p, struct job *job, int status)
{
    int code = WIFEXITED(status) ? WEXITSTATUS(status) : EXIT_OTHER;
    job->child = 0;
    p->running--;
    if (WIFSIGNALED(status))
        usage_error("%s: its process was ended by signal %d; the same command continues it", job->name,
                    WTERMSIG(status));
    if (code == EXIT_DONE)
        code = reproduction_collect(p->s, job->cell.target, job->folder);
    if (code == EXIT_DONE)
        print_done(p, job);
    else if (code != EXIT_STOPPED)
        keep_failure(p, code);
}

/* ---- How far they are */

static int most_epochs(const struct pool *p, const struct job *job)
{
    const int given = reproduction_epochs(p->s);
    return given > 0 ? given : cell_epochs(&job->cell);
}

/* "; table 1, 2x800 tanh, dfa, seed 1: epoch 23 of at most 300" for each run, because a stop rule may end it earlier. */
static void add_runs(const struct pool *p, char *text, size_t room)
{
    for (int i = 0; i < p->n_jobs; i++) {
        const struct job *job = &p->jobs[i];
        char name[NAME_ROOM];
        cell_text(&job->cell, name);
        if (job->child > 0 && *job->epochs >= 0)
            snprintf(text + strlen(text), room - strlen(text), "; %s, seed %llu: epoch %d of at most %d",
                     name, job->seed, *job->epochs, most_epochs(p, job));
    }
}

/* Shares of all runs, now and (before) when this command saw them first: a run that goes on has some epochs already. */
static double share_done(struct pool *p, double *before)
{
    double now = (double)p->done;
    *before = 0.0;
    for (int i = 0; i < p->n_jobs; i++) {
        struct job *job = &p->jobs[i];
        const double most = (double)most_epochs(p, job);
        const int epoch = *job->epochs;
        if (job->first_seen < 0)
            job->first_seen = epoch;
        if (job->first_seen >= 0)
            *before += (double)job->first_seen / most;
        if (job->child > 0 && epoch >= 0)
            now += (double)epoch / most;
    }
    *before /= (double)p->n_jobs;
    return now / (double)p->n_jobs;
}

static void show_progress(struct pool *p)
{
    static const double SECONDS_BETWEEN = 0.3;
    char text[1024], left[NAME_ROOM];
    double before = 0.0;
    const double now = seconds_now(), share = share_done(p, &before),
                 seconds = progress_left(before, share, now - p->began);
    if (now < p->shown + SECONDS_BETWEEN)
        return;
    p->shown = now;
    snprintf(text, sizeof text, "%d/%d done", p->done, p->n_jobs);
    add_runs(p, text, sizeof text);
    if (seconds >= 0.0) {
        duration_text(seconds, left);
        snprintf(text + strlen(text), sizeof text - strlen(text), "; at most %s left", left);
    }
    progress_line_write(&p->line, text);
}

static void stop_children(const struct pool *p)
{
    for (int i = 0; i < p->n_jobs; i++)
        if (p->jobs[i].child > 0)
            kill(p->jobs[i].child, SIGTERM);
}

/* For one child. Looks every few milliseconds, so that no signal is missed between a look and a wait. */
static void wait_for_child(struct pool *p)
{
    static const struct timespec pause = {.tv_sec = 0, .tv_nsec = 50 * 1000 * 1000};
    int status = 0;
    pid_t child = waitpid(-1, &status, WNOHANG);
    for (; child == 0; child = waitpid(-1, &status, WNOHANG)) {
        if (watch_asked_to_stop())
            stop_children(p);
        if (p->line.is_on)
            show_progress(p);
        nanosleep(&pause, NULL);
    }
    progress_line_clear(&p->line);
    for (int i = 0; i < p->n_jobs; i++)
        if (p->jobs[i].child == child)
            end_job(p, &p->jobs[i], status);
}

static bool may_begin(const struct pool *p)
{
    return p->next < p->n_jobs && !p->is_blocked && !watch_asked_to_stop();
}

/* Memory that parent and children share. */
static int share_epochs(struct pool *p)
{
    const size_t size = (size_t)(p->n_jobs + 1) * sizeof *p->epochs;
    void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) {
        usage_error("no memory for %d runs", p->n_jobs);
        return EXIT_OTHER;
    }
    p->epochs = memory;
    for (int i = 0; i < p->n_jobs; i++) {
        p->epochs[i] = -1;
        p->jobs[i].epochs = &p->epochs[i];
        p->jobs[i].first_seen = -1;
    }
    return EXIT_DONE;
}

static int run_jobs(struct pool *p)
{
    const int code = share_epochs(p);
    if (code != EXIT_DONE)
        return code;
    p->line = watch_progress(p->s);
    p->began = seconds_now();
    watch_signals();
    signal(SIGCHLD, SIG_DFL); /* where whoever started the program ignores it, no child could be waited for */
    while (p->running > 0 || may_begin(p)) {
        if (p->running < p->width && may_begin(p))
            begin_job(p, &p->jobs[p->next++]);
        else
            wait_for_child(p);
    }
    if (watch_asked_to_stop() && p->done < p->n_jobs) {
        usage_error("stopped after %d of %d runs; the same command continues", p->done, p->n_jobs);
        return EXIT_STOPPED;
    }
    if (p->code != EXIT_DONE && p->n_jobs > 1)
        usage_error("%d of %d runs are done", p->done, p->n_jobs);
    return p->code;
}

static int show_cells(const struct session *s, const struct cell *cells, int n_cells)
{
    struct results results;
    const int code = results_read(&results, s, reproduction_folder(s));
    for (int i = 0; code == EXIT_DONE && i < n_cells; i++)
        print_cell(&cells[i], &results, NULL);
    if (code == EXIT_DONE)
        results_release(&results);
    return code;
}

int reproduction_pool(struct session *s, const struct cell *cells, int n_cells)
{
    const int seeds = seeds_of(s);
    struct pool pool = {.s = s, .width = width_of(s), .code = EXIT_DONE, .process = getpid()};
    pool.jobs = calloc((size_t)n_cells * (size_t)seeds + 1, sizeof *pool.jobs);
    if (!pool.jobs) {
        usage_error("no memory for %d runs", n_cells * seeds);
        return EXIT_OTHER;
    }
    for (int i = 0; i < n_cells; i++)
        add_jobs(&pool, &cells[i], seeds);
    qsort(pool.jobs, (size_t)pool.n_jobs, sizeof *pool.jobs, by_seed);
    note(s, "%d run%s to do, %d at once; results in %s, run folders in %s/runs", pool.n_jobs,
         pool.n_jobs == 1 ? "" : "s", pool.width < MOST_JOBS ? pool.width : MOST_JOBS, reproduction_folder(s),
         reproduction_folder(s));
    int code = pool.n_jobs > 0 ? make_folders(s) : EXIT_DONE;
    if (code == EXIT_DONE)
        code = run_jobs(&pool);
    if (pool.epochs)
        munmap(pool.epochs, (size_t)(pool.n_jobs + 1) * sizeof *pool.epochs);
    free(pool.jobs);
    return code == EXIT_DONE ? show_cells(s, cells, n_cells) : code;
}

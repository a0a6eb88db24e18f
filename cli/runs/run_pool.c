/*
 * run_pool.c - runs side by side, each in a child process of its own.
 *
 * A run whose folder is not finished continues from its last checkpoint. A child whose parent was killed
 * saves its state and ends. A child reports its number of finished epochs in shared memory.
 */
#define _DEFAULT_SOURCE /* MAP_ANONYMOUS, kill, nanosleep */
#include "run_pool.h"

#include "../progress/progress.h"
#include "../seconds.h"
#include "../terminal/shown_text.h"
#include "run_training.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* All cores that this process may use, of which --threads, the threads of one run, may be a part. */
static int cores_of_process(void)
{
    bl_context *ctx = bl_context_new(NULL);
    const int cores = bl_context_threads(ctx);
    bl_context_free(ctx);
    return cores;
}

struct pool_split pool_split(int n_runs, int jobs, int threads)
{
    const int cores = cores_of_process();
    const int most = n_runs < 1 ? 1 : n_runs > MOST_JOBS ? MOST_JOBS : n_runs;
    int width = jobs > 0 ? jobs : threads > 0 ? cores / threads : cores;
    width = width < 1 ? 1 : width > most ? most : width;
    const int share = cores / width;
    return (struct pool_split){width, threads > 0 ? threads : share > 1 ? share : 1};
}

void duration_text(double seconds, char out[32])
{
    if (seconds < 90.0)
        snprintf(out, 32, "%.0f s", seconds);
    else if (seconds < 90.0 * 60.0)
        snprintf(out, 32, "%.0f min", seconds / 60.0);
    else
        snprintf(out, 32, "%.1f h", seconds / 3600.0);
}

/* ---- Children */

/* A run that was finished before its result was collected needs no training. */
static bool is_finished(const struct pool_run *run)
{
    return folder_has(run->folder, "result.json");
}

/* Whether the run folder has a state from which the run continues. */
static bool has_epochs(const struct pool_run *run)
{
    return folder_has(run->folder, "model.safetensors");
}

static void begin_run(struct run_pool *p, struct pool_run *run)
{
    run->began = seconds_now();
    const bool needs_training = !is_finished(run);
    const char *what = !needs_training ? "finished before" : has_epochs(run) ? "continued" : "started";
    fflush(NULL);
    run->child = fork();
    if (run->child < 0) {
        usage_error("no process for %s: %s", run->name, strerror(errno));
        run->child = 0;
        p->code = EXIT_OTHER;
        p->is_blocked = true;
        return;
    }
    if (run->child == 0)
        _exit(needs_training ? p->train(p, run, p->process) : EXIT_DONE);
    if (p->has_done_lines)
        note(p->s, "%s: %s, run folder %s", run->name, what, run->folder);
    p->running++;
}

static void keep_failure(struct run_pool *p, int code)
{
    p->failed++;
    if (p->code == EXIT_DONE)
        p->code = code;
    if (p->is_common && p->is_common(code))
        p->is_blocked = true;
}

static void say_done(struct run_pool *p, const struct pool_run *run)
{
    const double seconds = seconds_now() - run->began;
    p->done++;
    if (p->has_done_lines)
        printf("%d/%d  %s: done in %.0f s\n", p->done, p->n_runs, run->title, seconds);
    else
        note(p->s, "%d/%d  %s: done in %.0f s", p->done, p->n_runs, run->title, seconds);
    progress_flush();
}

static void end_run(struct run_pool *p, struct pool_run *run, int status)
{
    int code = WIFEXITED(status) ? WEXITSTATUS(status) : EXIT_OTHER;
    run->child = 0;
    p->running--;
    if (WIFSIGNALED(status))
        usage_error("%s: its process was ended by signal %d; the same command continues it", run->name,
                    WTERMSIG(status));
    if (code == EXIT_DONE && p->collect)
        code = p->collect(p, run);
    if (code == EXIT_DONE)
        say_done(p, run);
    else if (code != EXIT_STOPPED)
        keep_failure(p, code);
    else if (!progress_asked_to_stop())
        usage_error("%s: its process was asked to stop, and saved its state; the same command continues it",
                    run->name);
}

/* ---- Progress */

/* Adds "; table 1, 2x800 tanh, dfa, seed 1: epoch 23 of at most 300" for each run; "at most", because a stop
   rule may end it earlier. */
static void add_runs(const struct run_pool *p, char *text, size_t room)
{
    for (int i = 0; i < p->n_runs; i++) {
        const struct pool_run *run = &p->runs[i];
        if (run->child > 0 && run->progress->finished >= 0)
            snprintf(text + strlen(text), room - strlen(text), "; %s: epoch %d of at most %d", run->title,
                     run->progress->finished, run->progress->most);
    }
}

/* Returns the fraction of all runs that is done; before: the fraction when this command began, which is above
   0 if it resumed runs. */
static double share_done(struct run_pool *p, double *before)
{
    double now = (double)(p->done + p->failed);
    *before = 0.0;
    for (int i = 0; i < p->n_runs; i++) {
        struct pool_run *run = &p->runs[i];
        const int epoch = run->progress->finished;
        const double most = (double)run->progress->most;
        if (most <= 0.0 || epoch < 0)
            continue;
        if (run->first_seen < 0)
            run->first_seen = epoch;
        *before += (double)run->first_seen / most;
        if (run->child > 0)
            now += (double)epoch / most;
    }
    *before /= (double)p->n_runs;
    return now / (double)p->n_runs;
}

static void show_progress(struct run_pool *p)
{
    static const double SECONDS_BETWEEN = 0.3;
    char text[1024], left[32], failed[32] = "";
    double before = 0.0;
    const double now = seconds_now(), share = share_done(p, &before),
                 seconds = progress_left(before, share, now - p->began);
    if (now < p->shown + SECONDS_BETWEEN)
        return;
    p->shown = now;
    if (p->failed > 0)
        snprintf(failed, sizeof failed, ", %d failed", p->failed);
    snprintf(text, sizeof text, "%d/%d done%s", p->done, p->n_runs, failed);
    if (seconds >= 0.0) {
        duration_text(seconds, left);
        snprintf(text + strlen(text), sizeof text - strlen(text), "; at most %s left", left);
    }
    add_runs(p, text, sizeof text);
    progress_line_write(&p->line, text);
}

static void stop_children(const struct run_pool *p)
{
    for (int i = 0; i < p->n_runs; i++)
        if (p->runs[i].child > 0)
            kill(p->runs[i].child, SIGTERM);
}

/* Waits for one child. Polls every few milliseconds, because a signal that came between a check and a
   blocking wait would be missed. */
static void wait_for_child(struct run_pool *p)
{
    static const struct timespec pause = {.tv_sec = 0, .tv_nsec = 5 * 1000 * 1000};
    int status = 0;
    pid_t child = waitpid(-1, &status, WNOHANG);
    for (; child == 0; child = waitpid(-1, &status, WNOHANG)) {
        if (progress_asked_to_stop())
            stop_children(p);
        if (p->line.is_on)
            show_progress(p);
        nanosleep(&pause, NULL);
    }
    progress_line_clear(&p->line);
    for (int i = 0; i < p->n_runs; i++)
        if (p->runs[i].child == child)
            end_run(p, &p->runs[i], status);
}

/* ---- The loop */

static bool may_begin(const struct run_pool *p)
{
    return p->next < p->n_runs && !p->is_blocked && !progress_asked_to_stop();
}

static int share_progress(struct run_pool *p)
{
    const size_t size = (size_t)(p->n_runs + 1) * sizeof *p->progress;
    void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) {
        usage_error("no memory for %d runs", p->n_runs);
        return EXIT_OTHER;
    }
    p->progress = memory;
    for (int i = 0; i < p->n_runs; i++) {
        struct pool_run *run = &p->runs[i];
        run->progress = &p->progress[i];
        run->progress->finished = run->first_seen = -1;
        run->child = 0;
    }
    return EXIT_DONE;
}

static int code_of_all(const struct run_pool *p)
{
    const bool is_stopped =
        progress_asked_to_stop() || p->code == EXIT_DONE; /* the command was stopped, or only a child was */
    if (is_stopped && p->done + p->failed < p->n_runs) {
        usage_error("stopped after %d of %d run%s; the same command continues", p->done, p->n_runs,
                    plural(p->n_runs));
        return EXIT_STOPPED;
    }
    if (p->code != EXIT_DONE && p->n_runs > 1)
        usage_error("%d of %d runs are done", p->done, p->n_runs);
    return p->code;
}

int pool_work(struct run_pool *p)
{
    const int code = share_progress(p);
    if (code != EXIT_DONE)
        return code;
    p->process = getpid();
    p->line = progress_report(p->s);
    p->began = seconds_now();
    progress_signals();
    signal(SIGCHLD,
           SIG_DFL); /* if the parent of this program ignores SIGCHLD, its children could not be waited for */
    while (p->running > 0 || may_begin(p)) {
        if (p->running < p->width && may_begin(p))
            begin_run(p, &p->runs[p->next++]);
        else
            wait_for_child(p);
    }
    munmap(p->progress, (size_t)(p->n_runs + 1) * sizeof *p->progress);
    return code_of_all(p);
}

/*
 * cmd_report.c - backless report: shows runs on one page of HTML, with charts.
 */
#include "../terminal/shown_text.h"
#include "report.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MOST_AT_END = 200 }; /* the most runs in a page that is written without a command of its own */

static const struct extra extras[] = {
    {"output", "FILE.html", "the page (-o FILE.html likewise); - for standard output"},
    {"svg", "FILE.svg", "error and angle as a picture in SVG, for a document; - for standard output"},
    {"quiet", NULL, "no messages"},
    {NULL, NULL, NULL},
};

static int no_memory_report(void)
{
    usage_error("no memory for the report");
    return EXIT_OTHER;
}

typedef int report_writer(FILE *to, const struct report *report);

/* Writes the page. It is made in memory first, because bl_file_write writes whole files. */
static int write_page(const struct report *report, report_writer *write, const char *path)
{
    const struct session *s = report->session;
    char *text = NULL;
    size_t n = 0;
    FILE *to = open_memstream(&text, &n);
    bool is_whole = to && write(to, report);
    is_whole = to && fclose(to) == 0 && is_whole;
    int code = is_whole ? EXIT_DONE : no_memory_report();
    if (is_whole && strcmp(path, "-") == 0) {
        if (fwrite(text, 1, n, stdout) != n || fflush(stdout) != 0) {
            usage_error("standard output could not be written: %s", strerror(errno));
            code = EXIT_IO;
        }
    } else if (is_whole) {
        const bl_status status = bl_file_write(s->ctx, path, text, n);
        code = status == BL_OK ? EXIT_DONE : fail_with(s, status);
    }
    free(text);
    return code;
}

/* Checks the output file before the work. It must not be one of the logs that were read. */
static int check_output(const struct report *report, const char *path)
{
    char target[BL_PATH_ROOM];
    struct stat facts;
    if (strcmp(path, "-") == 0)
        return EXIT_DONE;
    const bl_status status = bl_file_target(report->session->ctx, path, target, sizeof target);
    if (status != BL_OK)
        return fail_with(report->session, status);
    if (target[0] && stat(target, &facts) == 0 && curves_have_read(&report->curves, &facts))
        return usage_error("%s: is a file that this command reads, and must not be replaced; name another",
                           path);
    return EXIT_DONE;
}

/* Writes the page, the picture, or both, of the runs that were read. */
static int finish(struct report *report, const char *page, const char *picture)
{
    int code = report_sort(report);
    if (code == EXIT_DONE && page)
        code = check_output(report, page);
    if (code == EXIT_DONE && picture)
        code = check_output(report, picture);
    if (code == EXIT_DONE && page)
        code = write_page(report, report_write, page);
    return code == EXIT_DONE && picture ? write_page(report, picture_write, picture) : code;
}

static struct report report_begin(const struct session *session)
{
    return (struct report){.session = session,
                           .curves = {.session = session, .rows = json_array(), .settings = json_object()}};
}

/* Writes the page of run folders at the end of a command; nothing if no run has finished an epoch, because
   the command has said why. where: the paths of the folders. */
static void report_at_end(const struct session *session, const char *folder, const char *const *where,
                          size_t n)
{
    char path[BL_PATH_ROOM];
    int code = EXIT_DONE;
    if (n == 0 || extra_of(session, "no-report") ||
        snprintf(path, sizeof path, "%s/report.html", folder) >= (int)sizeof path)
        return;
    struct report report = report_begin(session);
    for (size_t i = 0; code == EXIT_DONE && i < n; i++)
        code = report_read(&report, where[i]);
    const bool has_epochs = code == EXIT_DONE && json_array_size(report.curves.rows) > 0;
    if (has_epochs)
        code = finish(&report, path, NULL);
    if (has_epochs && code == EXIT_DONE)
        note(session, "report in %s", path);
    report_free(&report);
}

void report_of_folder(const struct session *session, const char *folder)
{
    report_at_end(session, folder, &folder, 1);
}

/* Returns whether there are too many runs for a page, which would take long to make and be unreadable. */
static bool are_too_many(const struct session *session, const char *folder, size_t n)
{
    if (n <= MOST_AT_END || extra_of(session, "no-report"))
        return false;
    note(session,
         "no report of %zu runs, which are more than %d; backless report %s/NAME... -o FILE.html draws some",
         n, MOST_AT_END, folder);
    return true;
}

void report_of_runs(const struct session *session, const char *folder, const char *const *names, size_t n)
{
    char(*paths)[BL_PATH_ROOM] = calloc(n + 1, sizeof *paths);
    const char **where = calloc(n + 1, sizeof *where);
    size_t n_runs = 0;
    for (size_t i = 0; paths && where && i < n; i++) {
        where[n_runs] = paths[n_runs];
        n_runs += snprintf(paths[n_runs], BL_PATH_ROOM, "%s/%s", folder, names[i]) < BL_PATH_ROOM &&
                  report_is_run(paths[n_runs]);
    }
    if (!are_too_many(session, folder, n_runs))
        report_at_end(session, folder, where, n_runs);
    free(where);
    free(paths);
}

void report_remove(const char *folder)
{
    char path[BL_PATH_ROOM];
    struct stat facts;
    if (snprintf(path, sizeof path, "%s/report.html", folder) < (int)sizeof path &&
        lstat(path, &facts) == 0 && S_ISREG(facts.st_mode))
        (void)unlink(path);
}

static void tell(const struct report *report, const char *path)
{
    if (path && strcmp(path, "-") != 0)
        note(report->session, "%zu run%s in %s", report->n_runs, plural((double)report->n_runs), path);
}

static int run_report(struct session *s)
{
    const char *page = extra_of(s, "output"), *picture = extra_of(s, "svg");
    if (s->n_words == 0)
        return usage_error("no run is given; usage: backless %s", s->command->usage);
    if (!page && !picture)
        return usage_error("--output FILE.html or --svg FILE.svg is missing (- for standard output); "
                           "usage: backless %s",
                           s->command->usage);
    if (page && picture && strcmp(page, picture) == 0)
        return usage_error("--output and --svg are both %s; name two files", page);
    struct report report = report_begin(s);
    int code = EXIT_DONE;
    for (int i = 0; code == EXIT_DONE && i < s->n_words; i++)
        code = report_read(&report, s->words[i]);
    if (code == EXIT_DONE)
        code = finish(&report, page, picture);
    if (code == EXIT_DONE) {
        tell(&report, page);
        tell(&report, picture);
    }
    report_free(&report);
    return code;
}

const struct command command_report = {"report",
                                       "report RUN... -o FILE.html [--svg FILE.svg]",
                                       "runs as one page: curves, angles, features, mistakes",
                                       NULL,
                                       extras,
                                       MAX_WORDS,
                                       run_report};

/*
 * cmd_report.c - backless report: runs as one page of HTML, with charts.
 */
#include "report.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const struct extra extras[] = {
    {"output", "FILE.html", "the page (-o FILE.html likewise); - for standard output"},
    {"quiet", NULL, "no messages"},
    {NULL, NULL, NULL},
};

static int no_memory_report(void)
{
    usage_error("no memory for the report");
    return EXIT_OTHER;
}

/* As text in memory first: the library writes files as a whole. */
static int write_page(const struct report *report, const char *path)
{
    const struct session *s = report->session;
    char *text = NULL;
    size_t n = 0;
    FILE *to = open_memstream(&text, &n);
    bool is_whole = to && report_write(to, report);
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

/* Before the work; a file that was read must not be replaced. */
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

static int make(struct report *report, const char *const *where, int n, const char *path)
{
    int code = EXIT_DONE;
    for (int i = 0; code == EXIT_DONE && i < n; i++)
        code = report_read(report, where[i]);
    if (code == EXIT_DONE)
        code = report_sort(report);
    if (code == EXIT_DONE)
        code = check_output(report, path);
    return code == EXIT_DONE ? write_page(report, path) : code;
}

static struct report report_begin(const struct session *session)
{
    return (struct report){.session = session,
                           .curves = {.session = session, .rows = json_array(), .settings = json_object()}};
}

void report_of_folder(const struct session *session, const char *folder)
{
    char path[BL_PATH_ROOM];
    struct report report = report_begin(session);
    if (snprintf(path, sizeof path, "%s/report.html", folder) < (int)sizeof path &&
        make(&report, &folder, 1, path) == EXIT_DONE)
        note(session, "report in %s", path);
    report_free(&report);
}

static int run_report(struct session *s)
{
    const char *path = extra_of(s, "output");
    if (s->n_words == 0)
        return usage_error("which run? it is written: backless %s", s->command->usage);
    if (!path)
        return usage_error(
            "--output FILE.html is missing (- for standard output); it is written: backless %s",
            s->command->usage);
    struct report report = report_begin(s);
    const int code = make(&report, s->words, s->n_words, path);
    if (code == EXIT_DONE && strcmp(path, "-") != 0)
        note(s, "%zu run%s in %s", report.n_runs, report.n_runs == 1 ? "" : "s", path);
    report_free(&report);
    return code;
}

const struct command command_report = {"report",
                                       "report RUN... -o FILE.html",
                                       "runs as one page: curves, angles, features, mistakes",
                                       NULL,
                                       extras,
                                       MAX_WORDS,
                                       run_report};

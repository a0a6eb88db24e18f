/*
 * download.c - downloads one file to FILE.part, from one source after the other until its digest is right,
 * and renames it.
 */
#include "../download.h"

#include "../../progress/progress.h"
#include "../../seconds.h"
#include "curl_functions.h"
#include "fetch_url.h"
#include "part_file.h"
#include "sha256_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The limit for a file of unknown size, so that a server that never ends does not fill the disk. */
static const long long MOST_BYTES = 1LL << 36;

struct job {
    const struct session *session;
    const struct download *download;
    struct part_file part;
    struct fetch_progress progress;
    char errors[4096]; /* the error of each source, one per line */
};

enum download_check { CHECK_RIGHT, CHECK_OTHER, CHECK_FAILED };

const char *download_missing(void)
{
    const char *why = curl_load();
    return why ? why : sha256_load();
}

static int io_error(const char *path)
{
    fprintf(stderr, "backless: %s: %s\n", path, strerror(errno));
    return EXIT_IO;
}

static enum download_check check_digest(int fd, const char *path, const char *expected,
                                        char found[SHA256_ROOM])
{
    if (!sha256_of_fd(fd, found)) {
        io_error(path);
        return CHECK_FAILED;
    }
    return strcmp(found, expected) == 0 ? CHECK_RIGHT : CHECK_OTHER;
}

/* ---- An existing file */

static int judge_old_file(const struct job *job, int fd, bool *is_here)
{
    const struct download *d = job->download;
    char found[SHA256_ROOM] = "";
    struct stat about;
    if (fstat(fd, &about) == 0 && S_ISDIR(about.st_mode)) {
        fprintf(stderr, "backless: %s is a folder, expected the name of a file\n", d->to);
        return EXIT_IO;
    }
    const enum download_check check = check_digest(fd, d->to, d->sha256, found);
    *is_here = check == CHECK_RIGHT;
    if (check != CHECK_OTHER || d->replaces)
        return check == CHECK_FAILED ? EXIT_IO : EXIT_DONE;
    fprintf(stderr,
            "backless: %s is there with another content: its SHA-256 is %s, expected %s; move it away, or "
            "replace it with --force\n",
            d->to, found, d->sha256);
    return EXIT_DATA;
}

static int look_for_old_file(const struct job *job, bool *is_here)
{
    *is_here = false;
    const int fd = open(job->download->to, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return errno == ENOENT || errno == ENOTDIR ? EXIT_DONE : io_error(job->download->to);
    const int code = judge_old_file(job, fd, is_here);
    close(fd);
    if (*is_here)
        note(job->session, "%s is here already", job->download->to);
    return code;
}

/* ---- One source */

static void add_error(struct job *job, const char *url, const char *format, ...) CLI_PRINTF(3, 4);
static void add_error(struct job *job, const char *url, const char *format, ...)
{
    char why[640];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(why, sizeof why, format, arguments);
    va_end(arguments);
    const size_t used = strlen(job->errors);
    snprintf(job->errors + used, sizeof job->errors - used, "  %s: %s\n", url, why);
    note(job->session, "%s: %s", url, why);
}

/* Renames the downloaded file if its digest is right. Otherwise `is_whole` is false and EXIT_DONE is
   returned, so that the next source is tried. */
static int keep_if_right(struct job *job, const char *url, bool *is_whole)
{
    const struct download *d = job->download;
    char found[SHA256_ROOM];
    switch (check_digest(job->part.fd, job->part.path, d->sha256, found)) {
    case CHECK_FAILED:
        return EXIT_IO;
    case CHECK_RIGHT:
        *is_whole = part_finish(&job->part, d->to);
        return *is_whole ? EXIT_DONE : EXIT_IO;
    case CHECK_OTHER:
        break;
    }
    add_error(job, url, "the downloaded file has the SHA-256 %s, expected %s", found, d->sha256);
    return part_empty(&job->part) ? EXIT_DONE : EXIT_IO;
}

static void announce(struct job *job, const struct fetch *f)
{
    const long long size = job->download->size;
    progress_begin(&job->progress, f->have, size);
    if (f->have > 0)
        note(job->session, "%s: from %s, going on after %lld bytes", job->progress.name, f->url, f->have);
    else if (size > 0)
        note(job->session, "%s: %s from %s", job->progress.name, byte_text((double)size).text, f->url);
    else
        note(job->session, "%s: from %s", job->progress.name, f->url);
}

static int stopped(const struct job *job, long long have)
{
    fprintf(stderr, "backless: stopped");
    if (have > 0 && !job->download->is_temporary)
        fprintf(stderr, "; %lld bytes are kept in %s, and the same command continues there", have,
                job->part.path);
    fputc('\n', stderr);
    return EXIT_STOPPED;
}

static int take_end(struct job *job, struct fetch *f, enum fetch_end end, bool *is_whole)
{
    const long long size = job->download->size;
    switch (end) {
    case FETCH_STOPPED:
        return stopped(job, f->have);
    case FETCH_DISK:
        fprintf(stderr, "backless: %s: %s (after %lld bytes)\n", job->part.path, f->why, f->have);
        return EXIT_IO;
    case FETCH_UNFIT:
        add_error(job, f->url, "%s: it is a different file", f->why);
        return part_empty(&job->part) ? EXIT_DONE : EXIT_IO;
    case FETCH_FAILED:
        add_error(job, f->url, "%s", f->why);
        return EXIT_DONE;
    case FETCH_DONE:
        break;
    }
    if (f->have < size) {
        add_error(job, f->url, "it ended after %lld of %lld bytes", f->have, size);
        return EXIT_DONE;
    }
    return keep_if_right(job, f->url, is_whole);
}

static int try_once(struct job *job, const struct download_source *source, bool *is_whole, bool *is_continued)
{
    const struct download *d = job->download;
    struct fetch f = {.url = source->url,
                      .may_use_http = source->may_use_http,
                      .stall_seconds = d->stall_seconds,
                      .fd = job->part.fd,
                      .most = d->size > 0 ? d->size : MOST_BYTES,
                      .progress = &job->progress};
    if (!part_size(&job->part, &f.have))
        return EXIT_IO;
    announce(job, &f);
    const double began = seconds_now();
    const enum fetch_end end = fetch_url(&f);
    progress_clear(&job->progress);
    const int code = take_end(job, &f, end, is_whole);
    *is_continued = f.is_continued;
    if (*is_whole)
        note(job->session, "%s: %s in %.1f s, and the digest is right", d->to, byte_text((double)f.have).text,
             seconds_now() - began);
    return code;
}

/* The part that an earlier attempt or another source left may be the beginning of a different file. If
   continuing it gives a wrong digest, the whole file is requested from the same source. */
static int try_source(struct job *job, const struct download_source *source, bool *is_whole)
{
    bool is_continued = false;
    long long left = 0;
    const int code = try_once(job, source, is_whole, &is_continued);
    if (code != EXIT_DONE || *is_whole || !is_continued)
        return code;
    if (!part_size(&job->part, &left))
        return EXIT_IO;
    return left == 0 ? try_once(job, source, is_whole, &is_continued) : EXIT_DONE;
}

/* ---- All sources */

/* The errors of the sources were printed when they occurred, unless the command is quiet. */
static int no_source_gave_it(const struct job *job)
{
    long long have = 0;
    if (job->progress.is_quiet)
        fprintf(stderr, "backless: %s could not be fetched:\n%s", job->download->to, job->errors);
    else
        fprintf(stderr, "backless: %s could not be fetched\n", job->download->to);
    if (!part_size(&job->part, &have))
        return EXIT_IO;
    if (have > 0 && !job->download->is_temporary)
        fprintf(stderr, "  %lld bytes are kept in %s, and the same command continues there\n", have,
                job->part.path);
    return EXIT_IO;
}

/* Resumes an existing FILE.part. It may be complete, if a process ended before renaming it, or longer than
   allowed. */
static int resume_part(struct job *job, bool *is_whole)
{
    const struct download *d = job->download;
    char found[SHA256_ROOM];
    long long have = 0;
    if (!part_size(&job->part, &have))
        return EXIT_IO;
    if (have == 0 || (d->size > 0 && have < d->size))
        return EXIT_DONE;
    const enum download_check check = check_digest(job->part.fd, job->part.path, d->sha256, found);
    if (check == CHECK_FAILED)
        return EXIT_IO;
    *is_whole = check == CHECK_RIGHT;
    if (*is_whole)
        return part_finish(&job->part, d->to) ? EXIT_DONE : EXIT_IO;
    return d->size == 0 || part_empty(&job->part) ? EXIT_DONE : EXIT_IO;
}

static int try_all(struct job *job)
{
    const struct download *d = job->download;
    bool is_whole = false;
    int code = resume_part(job, &is_whole);
    for (int i = 0; code == EXIT_DONE && !is_whole && i < d->n_sources; i++)
        code = progress_asked_to_stop() ? stopped(job, 0) : try_source(job, &d->sources[i], &is_whole);
    return code == EXIT_DONE && !is_whole ? no_source_gave_it(job) : code;
}

int download_file(const struct session *session, const struct download *d)
{
    const char *slash = strrchr(d->to, '/');
    struct job job = {.session = session,
                      .download = d,
                      .progress = {.name = slash ? slash + 1 : d->to,
                                   .is_quiet = extra_of(session, "quiet") != NULL,
                                   .is_terminal = progress_is_terminal()}};
    bool is_here = false;
    if (download_missing())
        return download_by_hand(d);
    int code = look_for_old_file(&job, &is_here);
    if (code != EXIT_DONE || is_here)
        return code;
    if (!part_make_folders(&job.part, d->to) || !part_open(&job.part, d->to))
        return EXIT_IO;
    code = look_for_old_file(&job, &is_here); /* another process may have downloaded it meanwhile */
    if (code == EXIT_DONE && !is_here)
        code = try_all(&job);
    part_close(&job.part);
    return code;
}

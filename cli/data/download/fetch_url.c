/*
 * fetch_url.c - downloads one address with libcurl.
 *
 * A partial file is continued by a Range request. If the server sends the whole file instead, or cannot
 * continue (416, or another range than requested), the download starts again.
 */
#include "fetch_url.h"

#include "../../progress/progress.h"
#include "curl_functions.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    MOST_REDIRECTS = 5,
    CONNECT_SECONDS = 20,
    SLOW_BYTES_PER_SECOND = 1000,
    HTTP_OK = 200,
    HTTP_PARTIAL = 206,
    HTTP_NO_SUCH_RANGE = 416
};

enum answer { ANSWER_NONE, ANSWER_TAKEN, ANSWER_REFUSED, ANSWER_BEGIN_ANEW };

struct transfer {
    CURL *curl;
    struct fetch *fetch;
    long long asked_from;
    enum answer answer;
    enum fetch_end end; /* how the callbacks ended the transfer; FETCH_DONE: they did not */
};

#define WHY(fetch, ...) snprintf((fetch)->why, sizeof(fetch)->why, __VA_ARGS__)

static bool disk_failed(struct transfer *t)
{
    WHY(t->fetch, "%s", strerror(errno));
    t->end = FETCH_DISK;
    return false;
}

static bool empty_file(struct transfer *t)
{
    if (ftruncate(t->fetch->fd, 0) != 0)
        return disk_failed(t);
    t->fetch->have = 0;
    progress_begin(t->fetch->progress, 0, t->fetch->progress->total);
    return true;
}

/* Returns whether the answer begins at the requested byte: Content-Range: bytes 500-999/1000 */
static bool begins_where_asked(const struct transfer *t)
{
    struct curl_header *range = NULL;
    if (curl_functions.header(t->curl, "Content-Range", 0, CURLH_HEADER, -1, &range) != CURLHE_OK ||
        strncmp(range->value, "bytes ", 6) != 0)
        return false;
    char *end = NULL;
    const long long first = strtoll(range->value + 6, &end, 10);
    return end != range->value + 6 && *end == '-' && first == t->asked_from;
}

static enum answer classify_response(struct transfer *t)
{
    long code = 0;
    curl_functions.info(t->curl, CURLINFO_RESPONSE_CODE, &code);
    const bool asked_for_range = t->asked_from > 0;
    if (code == HTTP_PARTIAL && asked_for_range && begins_where_asked(t)) {
        t->fetch->is_continued = true;
        return ANSWER_TAKEN;
    }
    if (asked_for_range && (code == HTTP_PARTIAL || code == HTTP_NO_SUCH_RANGE))
        return ANSWER_BEGIN_ANEW;
    if (code == HTTP_OK)
        return !asked_for_range || empty_file(t) ? ANSWER_TAKEN : ANSWER_REFUSED;
    WHY(t->fetch, "the server answers %ld%s", code, code == 404 ? " (not found)" : "");
    t->end = FETCH_FAILED;
    return ANSWER_REFUSED;
}

static bool append(struct transfer *t, const char *bytes, size_t n)
{
    struct fetch *f = t->fetch;
    if ((long long)n > f->most - f->have) {
        WHY(f, "more than %lld bytes came", f->most);
        t->end = FETCH_UNFIT;
        return false;
    }
    while (n > 0) {
        const ssize_t written = pwrite(f->fd, bytes, n, (off_t)f->have);
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            return disk_failed(t);
        f->have += written;
        bytes += written;
        n -= (size_t)written;
    }
    return true;
}

/* Appends received bytes to the part. A return value other than their number ends the transfer. */
static size_t on_bytes(char *bytes, size_t size, size_t n, void *user)
{
    struct transfer *t = user;
    if (t->answer == ANSWER_NONE)
        t->answer = classify_response(t);
    return t->answer == ANSWER_TAKEN && append(t, bytes, size * n) ? size * n : 0;
}

/* Shows the progress. libcurl calls it about once a second, also when no bytes come; a return value other
   than 0 ends the transfer. */
static int on_time(void *user, curl_off_t down_total, curl_off_t down, curl_off_t up_total, curl_off_t up)
{
    (void)down_total, (void)down, (void)up_total, (void)up;
    struct transfer *t = user;
    progress_show(t->fetch->progress, t->fetch->have);
    return progress_asked_to_stop();
}

/* Sets the certificates from the environment as the program curl does; its library leaves this to the
   caller. */
static void set_trust(CURL *curl)
{
    const char *bundle = getenv("CURL_CA_BUNDLE"), *file = getenv("SSL_CERT_FILE"),
               *folder = getenv("SSL_CERT_DIR");
    if (!bundle || !bundle[0])
        bundle = file;
    if (bundle && bundle[0])
        curl_functions.set(curl, CURLOPT_CAINFO, bundle);
    if (folder && folder[0])
        curl_functions.set(curl, CURLOPT_CAPATH, folder);
}

static void set_options(struct transfer *t, char *error)
{
    const struct fetch *f = t->fetch;
    const char *protocols = f->may_use_http ? "http,https" : "https";
    char range[32];
    curl_functions.set(t->curl, CURLOPT_URL, f->url);
    curl_functions.set(t->curl, CURLOPT_PROTOCOLS_STR, protocols);
    curl_functions.set(t->curl, CURLOPT_REDIR_PROTOCOLS_STR, protocols);
    curl_functions.set(t->curl, CURLOPT_FOLLOWLOCATION, 1L);
    curl_functions.set(t->curl, CURLOPT_MAXREDIRS, (long)MOST_REDIRECTS);
    curl_functions.set(t->curl, CURLOPT_CONNECTTIMEOUT, (long)CONNECT_SECONDS);
    curl_functions.set(t->curl, CURLOPT_LOW_SPEED_LIMIT, (long)SLOW_BYTES_PER_SECOND);
    curl_functions.set(t->curl, CURLOPT_LOW_SPEED_TIME, f->stall_seconds);
    curl_functions.set(t->curl, CURLOPT_USERAGENT, "backless/" BL_VERSION);
    curl_functions.set(t->curl, CURLOPT_ERRORBUFFER, error);
    curl_functions.set(t->curl, CURLOPT_WRITEFUNCTION, on_bytes);
    curl_functions.set(t->curl, CURLOPT_WRITEDATA, t);
    curl_functions.set(t->curl, CURLOPT_XFERINFOFUNCTION, on_time);
    curl_functions.set(t->curl, CURLOPT_XFERINFODATA, t);
    curl_functions.set(t->curl, CURLOPT_NOPROGRESS, 0L);
    set_trust(t->curl);
    if (t->asked_from > 0) {
        snprintf(range, sizeof range, "%lld-", t->asked_from);
        curl_functions.set(t->curl, CURLOPT_RANGE, range);
    }
}

static enum fetch_end end_of(struct transfer *t, CURLcode result, const char *error)
{
    struct fetch *f = t->fetch;
    if (result == CURLE_OK && t->answer == ANSWER_NONE)
        t->answer = classify_response(t); /* no bytes were received */
    if (t->end != FETCH_DONE || (result == CURLE_OK && t->answer != ANSWER_BEGIN_ANEW))
        return t->end;
    if (result == CURLE_ABORTED_BY_CALLBACK) {
        WHY(f, "stopped");
        return FETCH_STOPPED;
    }
    if (result == CURLE_PARTIAL_FILE)
        WHY(f, "the connection was closed after %lld bytes", f->have);
    else if (result == CURLE_OPERATION_TIMEDOUT && t->answer == ANSWER_TAKEN)
        WHY(f, "slower than %d bytes a second for %ld s, after %lld bytes", SLOW_BYTES_PER_SECOND,
            f->stall_seconds, f->have);
    else if (result == CURLE_UNSUPPORTED_PROTOCOL)
        WHY(f, "only %s is taken, and it is, or leads to, something else",
            f->may_use_http ? "http or https" : "https");
    else
        WHY(f, "%s", error[0] ? error : curl_functions.error_text(result));
    return FETCH_FAILED;
}

static enum fetch_end transfer_once(struct fetch *f, enum answer *answer)
{
    char error[CURL_ERROR_SIZE] = "";
    struct transfer t = {.curl = curl_functions.init(), .fetch = f, .asked_from = f->have};
    if (!t.curl) {
        WHY(f, "libcurl has no memory");
        return FETCH_FAILED;
    }
    set_options(&t, error);
    enum fetch_end end = end_of(&t, curl_functions.perform(t.curl), error);
    if (t.answer == ANSWER_BEGIN_ANEW && !empty_file(&t)) {
        t.answer = ANSWER_REFUSED;
        end = FETCH_DISK;
    }
    curl_functions.cleanup(t.curl);
    *answer = t.answer;
    return end;
}

enum fetch_end fetch_url(struct fetch *f)
{
    enum answer answer = ANSWER_NONE;
    f->why[0] = 0;
    f->is_continued = false;
    enum fetch_end end = transfer_once(f, &answer);
    if (answer == ANSWER_BEGIN_ANEW) /* the second request has no range, and does not get this answer again */
        end = transfer_once(f, &answer);
    return end;
}

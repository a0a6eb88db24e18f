/*
 * data_get.c - backless data get: downloads named sets from their mirrors, or any URL whose digest is given.
 */
#include "../progress/progress.h"
#include "data_command.h"
#include "data_place.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

enum { URL_ROOM = 4096, SHA256_DIGITS = 64, STALL_SECONDS = 30, MOST_STALL_SECONDS = 86400 };

static const struct extra extras[] = {
    {"mirror", "URL",
     "address of a folder with the files, tried before the known mirrors; http:// is accepted too"},
    {"data-dir", "DIR", "where to put sets: DIR/NAME (default: $BACKLESS_DATA, else the user's cache)"},
    {"sha256", "HEX", "the digest of the file at URL; a file with another one is deleted"},
    {"to", "FILE", "where to put the file at URL (default: its name, in this folder)"},
    {"size", "BYTES", "the size of the file at URL, if known; more is refused"},
    {"stall", "SECONDS", "seconds below 1 kB/s after which the next mirror is tried (default: 30)"},
    {"force", NULL, "replace an existing file with another content"},
    {"quiet", NULL, "no messages and no progress"},
    {NULL, NULL, NULL},
};

/* A download of one file, and the texts that it points to. */
struct request {
    struct download download;
    char to[BL_PATH_ROOM], sha256[SHA256_DIGITS + 1], urls[MOST_SOURCES][URL_ROOM];
};

static bool begins_with(const char *text, const char *beginning)
{
    return strncasecmp(text, beginning, strlen(beginning)) == 0;
}

static bool is_address(const char *text)
{
    return begins_with(text, "http://") || begins_with(text, "https://");
}

/* ---- Options */

static int take_options(const struct session *s, struct request *r)
{
    int stall = STALL_SECONDS;
    const char *mirror = extra_of(s, "mirror");
    if (mirror && !is_address(mirror))
        return usage_error("--mirror is \"%s\", expected an address: https:// or http://", mirror);
    const int code = extra_number(s, "stall", MOST_STALL_SECONDS, &stall);
    r->download.stall_seconds = stall;
    r->download.replaces = extra_of(s, "force") != NULL;
    r->download.sha256 = r->sha256;
    return code;
}

static bool add_source(struct request *r, const char *base, const char *name)
{
    struct download *d = &r->download;
    const size_t n = strlen(base);
    const char *slash = name[0] && n > 0 && base[n - 1] != '/' ? "/" : "";
    char *url = r->urls[d->n_sources];
    if (snprintf(url, URL_ROOM, "%s%s%s", base, slash, name) >= URL_ROOM)
        return usage_error("the address %s%s%s is too long", base, slash, name), false;
    d->sources[d->n_sources++] = (struct download_source){url, begins_with(url, "http://")};
    return true;
}

/* Begins the list of sources with the user's mirror. */
static bool begin_sources(const struct session *s, struct request *r, const char *name)
{
    const char *mirror = extra_of(s, "mirror");
    r->download.n_sources = 0;
    return !mirror || add_source(r, mirror, name);
}

/* ---- A named set */

static int get_file(const struct session *s, struct request *r, const struct set_source *source,
                    const struct source_file *file, const char *home)
{
    if (snprintf(r->to, sizeof r->to, "%s/%s/%s", home, source->set, file->name) >= (int)sizeof r->to)
        return usage_error("the folder %s has too long a name", home);
    if (!begin_sources(s, r, file->name))
        return EXIT_USAGE;
    for (int i = 0; i < MOST_MIRRORS && source->mirrors[i]; i++)
        if (!add_source(r, source->mirrors[i], file->name))
            return EXIT_USAGE;
    snprintf(r->sha256, sizeof r->sha256, "%s", file->sha256);
    r->download.size = file->size;
    return data_place(s, &r->download, r->to);
}

/* Downloads the files of a set. Without libcurl, a message lists how to get every file; with it, the first
   failure ends the command. */
static int get_set(const struct session *s, struct request *r, const struct set_source *source,
                   const char *home)
{
    int code = EXIT_DONE;
    for (int i = 0; i < set_source_files(source) && (code == EXIT_DONE || download_missing()); i++)
        code = get_file(s, r, source, &source->files[i], home);
    if (code == EXIT_DONE) {
        printf("%s/%s\n", home, source->set);
        fflush(stdout);
    }
    return code;
}

/* Prints that a set is unknown, and which sets exist. Aliases of the library that cannot be downloaded are
   not listed. */
static int unknown_set(const struct session *s, const char *name)
{
    char known[256] = "", path[BL_PATH_ROOM];
    if (!bl_data_set_about(name) &&
        bl_data_set_find(s->ctx, s->config, name, path, sizeof path) == BL_BAD_VALUE &&
        strstr(bl_why(s->ctx), "did you mean"))
        return fail_with(s, BL_BAD_VALUE);
    for (int i = 0; set_source_at(i); i++) {
        const size_t used = strlen(known);
        snprintf(known + used, sizeof known - used, "%s%s", i ? ", " : "", set_source_at(i)->set);
    }
    return usage_error("no data set \"%s\" to download; there are: %s", name, known);
}

static int check_names(const struct session *s)
{
    static const char *const others[] = {"sha256", "to", "size"};
    for (int i = 0; i < s->n_words; i++)
        if (!set_source_find(s->words[i]))
            return unknown_set(s, s->words[i]);
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (extra_of(s, others[i]))
            return usage_error("--%s goes with an address; of a named set it is known", others[i]);
    if (extra_of(s, "mirror") && s->n_words > 1)
        return usage_error("--mirror is a folder of files, so it goes with one set at a time");
    return EXIT_DONE;
}

static int get_sets(struct session *s, struct request *r)
{
    char home[BL_PATH_ROOM];
    int code = check_names(s);
    if (code == EXIT_DONE)
        code = data_take_folder(s);
    if (code != EXIT_DONE)
        return code;
    const bl_status status = bl_data_set_home(s->ctx, s->config, home, sizeof home);
    if (status != BL_OK)
        return fail_with(s, status);
    for (int i = 0; i < s->n_words && (code == EXIT_DONE || download_missing()); i++)
        code = get_set(s, r, set_source_find(s->words[i]), home);
    return code;
}

/* ---- Any URL */

static int take_sha256(const struct session *s, struct request *r)
{
    const char *hex = extra_of(s, "sha256");
    if (!hex)
        return usage_error(
            "a URL needs the digest of its file: backless data get URL --sha256 HEX [--to FILE]");
    const size_t n = strspn(hex, "0123456789abcdefABCDEF");
    if (n != SHA256_DIGITS || hex[n])
        return usage_error("--sha256 is \"%s\", expected 64 hexadecimal digits", hex);
    for (size_t i = 0; i <= n; i++)
        r->sha256[i] = (char)tolower((unsigned char)hex[i]);
    return EXIT_DONE;
}

/* Writes the name after the last slash of the URL's path, without ?query and #fragment. */
static int name_in_address(const char *url, char *name, size_t room)
{
    const char *path = strstr(url, "://") + 3;
    const size_t n = strcspn(path, "?#");
    size_t from = n;
    while (from > 0 && path[from - 1] != '/')
        from--;
    if (from > 0 && n - from < room)
        snprintf(name, room, "%.*s", (int)(n - from), path + from);
    if (from == 0 || n - from >= room || !name[0] || strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
        return usage_error("%s does not end with the name of a file; name the destination with --to FILE",
                           url);
    return EXIT_DONE;
}

static int get_address(const struct session *s, struct request *r)
{
    const char *url = s->words[0], *to = extra_of(s, "to");
    char name[256] = "";
    if (s->n_words > 1)
        return usage_error("one address at a time, because each has its own --sha256");
    if (to && (!to[0] || to[strlen(to) - 1] == '/'))
        return usage_error("--to is \"%s\", expected the name of a file", to);
    if (extra_of(s, "data-dir"))
        return usage_error("--data-dir requires the name of a set; for an address use --to FILE");
    int code = take_sha256(s, r);
    if (code == EXIT_DONE)
        code = extra_long(s, "size", 1LL << 50, &r->download.size);
    if (code == EXIT_DONE && (!to || extra_of(s, "mirror")))
        code = name_in_address(url, name, sizeof name);
    if (code == EXIT_DONE && snprintf(r->to, sizeof r->to, "%s", to ? to : name) >= (int)sizeof r->to)
        code = usage_error("--to is too long");
    if (code == EXIT_DONE && (!begin_sources(s, r, name) || !add_source(r, url, "")))
        code = EXIT_USAGE;
    if (code == EXIT_DONE)
        code = data_place(s, &r->download, r->to);
    if (code == EXIT_DONE)
        printf("%s\n", r->to);
    return code;
}

static int run_data_get(struct session *s)
{
    struct request request = {.download = {.size = 0}};
    if (s->n_words == 0)
        return usage_error("usage: backless %s", s->command->usage);
    const int code = take_options(s, &request);
    if (code != EXIT_DONE)
        return code;
    const char *missing = download_missing();
    if (missing)
        note(s, "backless: cannot fetch: %s. To do it by hand, these files have to come here:", missing);
    progress_signals();
    return is_address(s->words[0]) ? get_address(s, &request) : get_sets(s, &request);
}

const struct command command_data_get = {"data get",
                                         "data get NAME... | data get URL --sha256 HEX [--to FILE]",
                                         "download data sets, or any file whose SHA-256 you know",
                                         NULL,
                                         extras,
                                         MAX_WORDS,
                                         run_data_get};

/*
 * curve_rows.c - reads logs. Records are the lines of epochs, the lines of steps ("kind": "step") and the
 * early_angles in the line of the first epoch, which come before it.
 */
#include "curve_rows.h"
#include "../csv_field.h"
#include "../option_traits.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* A log that is being read. */
struct curve_reader {
    struct curves *curves;
    const char *run;  /* the name of the run in the table */
    const char *path; /* of the log */
    size_t line;
    const json_t *options; /* of config.json; NULL: there is none */
};

static const char *const scores[] = {"batch_loss", "batch_error", "train_loss", "train_error",
                                     "val_loss",   "val_error",   "test_loss",  "test_error"};
static const char *const distances[] = {"val_rmse", "val_mae", "val_r2", "test_rmse", "test_mae", "test_r2"};
static const char *const times[] = {"lr", "seconds", "samples_per_second"};
/* Figures of blocks: the key in a log, and the column in the table, to which the number of the block is
   added. */
static const struct {
    const char *key, *column;
} block_figures[] = {{"sample", "angle_sample"},     {"flat", "angle_flat"},
                     {"update", "angle_update"},     {"weight", "angle_weight"},
                     {"signal_norm", "signal_norm"}, {"bp_norm", "bp_norm"},
                     {"weight_norm", "weight_norm"}};
enum {
    N_SCORES = sizeof scores / sizeof *scores,
    N_DISTANCES = sizeof distances / sizeof *distances,
    N_TIMES = sizeof times / sizeof *times,
    N_FIGURES = sizeof block_figures / sizeof *block_figures
};

static int curve_memory_error(void)
{
    usage_error("no memory for the curves");
    return EXIT_OTHER;
}

static int refuse_log_value(const struct curve_reader *r, const char *key, const char *expected)
{
    usage_error("%s, line %zu: \"%s\" is not what a log has there, expected %s", r->path, r->line, key,
                expected);
    return EXIT_DATA;
}

/* Reads a number or null; a missing value counts as null. */
static int take_number(const struct curve_reader *r, json_t *row, const char *column, const json_t *from,
                       const char *key)
{
    json_t *value = json_object_get(from, key);
    if (value && !json_is_number(value) && !json_is_null(value))
        return refuse_log_value(r, key, "a number or null");
    if (value && json_object_set(row, column, value) != 0)
        return curve_memory_error();
    return EXIT_DONE;
}

static int take_numbers(const struct curve_reader *r, json_t *row, const json_t *from,
                        const char *const *keys, size_t n)
{
    int code = EXIT_DONE;
    for (size_t i = 0; code == EXIT_DONE && i < n; i++)
        code = take_number(r, row, keys[i], from, keys[i]);
    return code;
}

static int take_blocks(const struct curve_reader *r, json_t *row, const json_t *from)
{
    const json_t *list = json_object_get(from, "angles");
    if (list && !json_is_array(list) && !json_is_null(list))
        return refuse_log_value(r, "angles", "a list or null");
    for (size_t l = 0; l < json_array_size(list); l++) {
        const json_t *block = json_array_get(list, l);
        if (!json_is_object(block))
            return refuse_log_value(r, "angles", "a list of objects");
        for (size_t i = 0; i < N_FIGURES; i++) {
            char column[64];
            snprintf(column, sizeof column, "%s_%zu", block_figures[i].column, l);
            const int code = take_number(r, row, column, block, block_figures[i].key);
            if (code != EXIT_DONE)
                return code;
        }
    }
    if (json_array_size(list) > r->curves->blocks)
        r->curves->blocks = json_array_size(list);
    return EXIT_DONE;
}

static json_t *option_of(const struct curve_reader *r, const char *key)
{
    json_t *value = json_object_get(r->options, key);
    return value ? json_incref(value) : json_null();
}

/* Returns the seed as a number, as in log.jsonl and compare --json; as text if it is too large for an integer
   of JSON. */
static json_t *seed_of(const struct curve_reader *r)
{
    const char *text = json_string_value(json_object_get(r->options, "seed"));
    const unsigned long long seed = text ? strtoull(text, NULL, 10) : ULLONG_MAX;
    return seed <= (unsigned long long)INT64_MAX ? json_integer((json_int_t)seed) : option_of(r, "seed");
}

/* Adds a record. from: a line of the log, or an element of early_angles. */
static int add_record(const struct curve_reader *r, const char *record, json_int_t epoch, const json_t *from)
{
    json_t *row = json_pack("{s:s, s:o, s:o, s:s, s:I}", "run", r->run, "rule", option_of(r, "rule"), "seed",
                            seed_of(r), "record", record, "epoch", epoch);
    int code = row ? EXIT_DONE : curve_memory_error();
    if (code == EXIT_DONE)
        code = take_number(r, row, "step", from, "step");
    if (code == EXIT_DONE)
        code = take_numbers(r, row, from, scores, N_SCORES);
    if (code == EXIT_DONE)
        code = take_numbers(r, row, from, distances, N_DISTANCES);
    if (code == EXIT_DONE)
        code = take_numbers(r, row, from, times, N_TIMES);
    if (code == EXIT_DONE)
        code = take_blocks(r, row, from);
    if (json_object_get(from, "test_rmse") || json_object_get(from, "val_rmse"))
        r->curves->has_targets = true;
    if (code == EXIT_DONE && json_array_append(r->curves->rows, row) != 0)
        code = curve_memory_error();
    json_decref(row);
    return code;
}

static int add_line(const struct curve_reader *r, const json_t *line)
{
    const json_t *epoch = json_object_get(line, "epoch"), *early = json_object_get(line, "early_angles");
    const char *kind = json_string_value(json_object_get(line, "kind"));
    if (!json_is_integer(epoch))
        return refuse_log_value(r, "epoch", "a whole number");
    if (json_object_get(line, "kind") && (!kind || strcmp(kind, "step") != 0))
        return refuse_log_value(r, "kind", "\"step\"");
    if (early && !json_is_array(early))
        return refuse_log_value(r, "early_angles", "a list");
    int code = EXIT_DONE;
    for (size_t i = 0; code == EXIT_DONE && i < json_array_size(early); i++)
        code = add_record(r, "step", json_integer_value(epoch), json_array_get(early, i));
    return code == EXIT_DONE ? add_record(r, kind ? "step" : "epoch", json_integer_value(epoch), line) : code;
}

/* Reads one line. A last line without a line end was cut off by a crash, or is being written, and is left
   out. */
static int read_line(const struct curve_reader *r, const char *text, size_t n)
{
    json_error_t error;
    const bool is_whole = n > 0 && text[n - 1] == '\n';
    json_t *line = json_loadb(text, n, JSON_REJECT_DUPLICATES, &error);
    if (!json_is_object(line)) {
        json_decref(line);
        if (!is_whole) {
            note(r->curves->session, "%s, line %zu: is cut off, and left out", r->path, r->line);
            return EXIT_DONE;
        }
        usage_error("%s, line %zu: is not a line of a log, expected a JSON object", r->path, r->line);
        return EXIT_DATA;
    }
    const int code = add_line(r, line);
    json_decref(line);
    return code;
}

static int keep_file(struct curves *curves, FILE *file, const char *path)
{
    struct stat facts;
    struct curve_file *more = realloc(curves->files, (curves->n_files + 1) * sizeof *more);
    if (!more)
        return curve_memory_error();
    curves->files = more;
    if (fstat(fileno(file), &facts) != 0) {
        usage_error("%s: cannot be read: %s", path, strerror(errno));
        return EXIT_IO;
    }
    if (S_ISDIR(facts.st_mode)) {
        usage_error("%s: is a folder, expected a file", path);
        return EXIT_DATA;
    }
    curves->files[curves->n_files++] = (struct curve_file){facts.st_dev, facts.st_ino};
    return EXIT_DONE;
}

bool curves_have_read(const struct curves *curves, const struct stat *file)
{
    for (size_t i = 0; i < curves->n_files; i++)
        if (curves->files[i].device == file->st_dev && curves->files[i].number == file->st_ino)
            return true;
    return false;
}

static int read_lines(struct curve_reader *r, FILE *file)
{
    const size_t before = json_array_size(r->curves->rows);
    char *text = NULL;
    size_t room = 0;
    int code = EXIT_DONE;
    ssize_t n = 0;
    for (r->line = 1; code == EXIT_DONE && (n = getline(&text, &room, file)) > 0; r->line++)
        code = read_line(r, text, (size_t)n);
    free(text);
    if (code == EXIT_DONE && ferror(file)) {
        usage_error("%s: cannot be read: %s", r->path, strerror(errno));
        return EXIT_IO;
    }
    if (code == EXIT_DONE && json_array_size(r->curves->rows) == before)
        note(r->curves->session, "%s: has no line yet", r->path);
    return code;
}

/* Returns whether a folder below has a log; the message then names these folders. */
static bool has_runs_below(const char *folder)
{
    bool has = false;
    DIR *open_folder = opendir(folder);
    for (struct dirent *entry; !has && open_folder && (entry = readdir(open_folder));) {
        char path[BL_PATH_ROOM];
        struct stat facts;
        has = entry->d_name[0] != '.' &&
              snprintf(path, sizeof path, "%s/%s/log.jsonl", folder, entry->d_name) < (int)sizeof path &&
              stat(path, &facts) == 0;
    }
    if (open_folder)
        closedir(open_folder);
    return has;
}

static int refuse_folder(const char *where)
{
    if (has_runs_below(where))
        usage_error("%s: holds no log.jsonl, but folders below it do; name them: backless curves %s/*", where,
                    where);
    else
        usage_error("%s: holds no log.jsonl, expected the run folder of backless train --out", where);
    return EXIT_DATA;
}

static int read_log(struct curve_reader *r)
{
    FILE *file = fopen(r->path, "re");
    if (!file) {
        usage_error("%s: %s", r->path, strerror(errno));
        return EXIT_IO;
    }
    struct stat facts;
    int code = EXIT_DONE;
    if (fstat(fileno(file), &facts) == 0 && curves_have_read(r->curves, &facts))
        code = usage_error("%s: is named twice", r->run);
    if (code == EXIT_DONE)
        code = keep_file(r->curves, file, r->path);
    if (code == EXIT_DONE)
        code = read_lines(r, file);
    fclose(file);
    return code;
}

/* Reads the options into *out; NULL if there is no config.json. */
static int read_options(struct curves *curves, const char *path, json_t **out)
{
    json_error_t error;
    FILE *file = fopen(path, "re");
    if (!file && errno == ENOENT)
        return EXIT_DONE;
    if (!file) {
        usage_error("%s: %s", path, strerror(errno));
        return EXIT_IO;
    }
    const int code = keep_file(curves, file, path);
    json_t *root = code == EXIT_DONE ? json_loadf(file, JSON_REJECT_DUPLICATES, &error) : NULL;
    fclose(file);
    if (code != EXIT_DONE)
        return code;
    if (!json_is_object(json_object_get(root, "options"))) {
        usage_error("%s, line %d: %s", path, root ? 1 : error.line,
                    root ? "expected an object with \"options\"" : error.text);
        json_decref(root);
        return EXIT_DATA;
    }
    *out = json_incref(json_object_get(root, "options"));
    json_decref(root);
    return EXIT_DONE;
}

/* Writes the folder of a log: "runs/a" for "runs/a/log.jsonl". */
static void folder_of(const char *path, char *folder, size_t room)
{
    const char *slash = strrchr(path, '/');
    if (slash)
        snprintf(folder, room, "%.*s", slash == path ? 1 : (int)(slash - path), path);
    else
        snprintf(folder, room, ".");
}

static int read_files(struct curves *curves, const char *run, const char *log, const char *config)
{
    json_t *options = NULL;
    int code = read_options(curves, config, &options);
    struct curve_reader r = {.curves = curves, .run = run, .path = log, .options = options};
    if (code == EXIT_DONE)
        code = read_log(&r);
    if (code == EXIT_DONE && !options)
        note(curves->session, "%s: is missing, so that rule, seed and options of the run are unknown",
             config);
    if (code == EXIT_DONE &&
        json_object_set_new(curves->settings, run, options ? json_incref(options) : json_object()) != 0)
        code = curve_memory_error();
    json_decref(options);
    return code;
}

/* Returns whether the file that is named as a log is the config.json beside it. */
static bool is_config(const char *log, const char *config)
{
    struct stat a, b;
    return stat(log, &a) == 0 && stat(config, &b) == 0 && a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

static int read_run(struct curves *curves, const char *run)
{
    char folder[BL_PATH_ROOM], log[BL_PATH_ROOM], config[BL_PATH_ROOM];
    struct stat facts;
    if (strlen(run) + sizeof "/config.json" > BL_PATH_ROOM)
        return usage_error("%s: the path is too long", run);
    if (stat(run, &facts) != 0) {
        const bool is_missing = errno == ENOENT || errno == ENOTDIR;
        usage_error("%s: %s%s", run, strerror(errno),
                    is_missing ? "; expected the run folder of backless train --out" : "");
        return is_missing ? EXIT_DATA : EXIT_IO;
    }
    const bool is_folder = S_ISDIR(facts.st_mode);
    snprintf(folder, sizeof folder, "%s", run);
    if (!is_folder)
        folder_of(run, folder, sizeof folder);
    snprintf(log, sizeof log, "%s%s", run, is_folder ? "/log.jsonl" : "");
    if (stat(log, &facts) != 0 && errno == ENOENT)
        return refuse_folder(run);
    const int n = snprintf(config, sizeof config, "%s/config.json", folder);
    if (n >= (int)sizeof config)
        return usage_error("%s: the path is too long", run);
    if (is_config(log, config)) {
        usage_error("%s: is no log, expected the run folder of backless train --out, or its log.jsonl", run);
        return EXIT_DATA;
    }
    return read_files(curves, run, log, config);
}

int curves_read(struct curves *curves, const char *where)
{
    char *run = strdup(where);
    if (!run || !curves->rows || !curves->settings) {
        free(run);
        return curve_memory_error();
    }
    for (size_t n = strlen(run); n > 1 && run[n - 1] == '/'; n--)
        run[n - 1] = 0;
    json_t *name = json_string(run); /* also fails if the path is not UTF-8 */
    const int code = name ? read_run(curves, run) : usage_error("%s: the path is not UTF-8", run);
    json_decref(name);
    free(run);
    return code;
}

void curves_free(struct curves *curves)
{
    json_decref(curves->rows);
    json_decref(curves->settings);
    free(curves->files);
}

/* ---- Columns */

/* Returns whether an option has no column yet. */
static bool has_no_column(const char *key)
{
    return option_has(key, OPTION_IDLE) || strcmp(key, "rule") == 0 || strcmp(key, "seed") == 0;
}

static bool are_equal(const json_t *a, const json_t *b)
{
    const bool has_a = a && !json_is_null(a), has_b = b && !json_is_null(b);
    return has_a && has_b ? json_equal(a, b) : has_a == has_b;
}

/* Whether the runs differ in this option; a seed that follows --seed is no difference. */
static bool is_different(json_t *settings, const char *key)
{
    const size_t n = strlen(key);
    const json_t *first = json_object_iter_value(json_object_iter(settings));
    bool differs = false, follows = n > 5 && strcmp(key + n - 5, "-seed") == 0;
    const char *run = NULL;
    json_t *options = NULL;
    json_object_foreach(settings, run, options)
    {
        differs = differs || !are_equal(json_object_get(first, key), json_object_get(options, key));
        follows = follows && are_equal(json_object_get(options, key), json_object_get(options, "seed"));
    }
    return differs && !follows;
}

static int add_name(json_t *columns, const char *name)
{
    return json_array_append_new(columns, json_string(name));
}

static int add_names(json_t *columns, const char *const *names, size_t n)
{
    int failed = 0;
    for (size_t i = 0; i < n; i++)
        failed |= add_name(columns, names[i]);
    return failed;
}

static int add_blocks(json_t *columns, size_t blocks)
{
    int failed = 0;
    for (size_t l = 0; l < blocks; l++)
        for (size_t i = 0; i < N_FIGURES; i++) {
            char column[64];
            snprintf(column, sizeof column, "%s_%zu", block_figures[i].column, l);
            failed |= add_name(columns, column);
        }
    return failed;
}

static void name_of_option(const char *key, char *name, size_t room)
{
    snprintf(name, room, "option_%s", key);
    for (char *at = name; *at; at++)
        if (*at == '-')
            *at = '_';
}

static int fill_option(const struct curves *curves, const char *key, const char *column)
{
    int failed = 0;
    size_t i = 0;
    json_t *row = NULL;
    json_array_foreach(curves->rows, i, row)
    {
        const char *run = json_string_value(json_object_get(row, "run"));
        json_t *value = json_object_get(json_object_get(curves->settings, run), key);
        failed |= value ? json_object_set(row, column, value) : 0;
    }
    return failed;
}

/* Adds a column for each option that differs between runs, and its values to the rows. */
static int add_options(const struct curves *curves, json_t *columns)
{
    int failed = 0;
    for (int i = 0; bl_option_at(i); i++) {
        const char *key = bl_option_at(i)->key;
        char name[80];
        if (has_no_column(key) || !is_different(curves->settings, key))
            continue;
        name_of_option(key, name, sizeof name);
        failed |= add_name(columns, name) | fill_option(curves, key, name);
    }
    return failed;
}

json_t *curves_columns(struct curves *curves)
{
    static const char *const first[] = {"run", "rule", "seed"}, *const place[] = {"record", "epoch", "step"};
    json_t *columns = json_array();
    int failed = add_names(columns, first, 3) | add_options(curves, columns) | add_names(columns, place, 3) |
                 add_names(columns, scores, N_SCORES);
    if (curves->has_targets)
        failed |= add_names(columns, distances, N_DISTANCES);
    failed |= add_names(columns, times, N_TIMES) | add_blocks(columns, curves->blocks);
    if (!failed)
        return columns;
    json_decref(columns);
    return NULL;
}

void curves_put_value(FILE *to, const json_t *value)
{
    if (json_is_string(value))
        csv_put_text(to, json_string_value(value));
    else if (json_is_integer(value))
        fprintf(to, "%lld", (long long)json_integer_value(value));
    else if (json_is_real(value))
        csv_put_number(to, json_real_value(value));
    else if (json_is_boolean(value))
        fputs(json_is_true(value) ? "true" : "false", to);
}

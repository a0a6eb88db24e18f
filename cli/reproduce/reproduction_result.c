/*
 * reproduction_result.c - reads, checks and writes the JSON file of one finished run, which docs/results.md
 * describes.
 *
 * A file is not trusted: its figures are recomputed from those of the epochs, and its options are compared
 * with those of the row. --check repeats the run itself.
 */
#include "../terminal/shown_text.h"
#include "reproduction.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const char format[] = "backless result 1";
enum { HASH_DIGITS = 16, WRITTEN_DIGITS = 9 };
const char *const result_series[N_SERIES] = {"train_loss", "train_error", "test_loss", "test_error"};

CLI_PRINTF(2, 3) static int refuse(const char *name, const char *why, ...)
{
    char text[1024];
    va_list arguments;
    va_start(arguments, why);
    vsnprintf(text, sizeof text, why, arguments);
    va_end(arguments);
    usage_error("%s: %s", name, text);
    return EXIT_DATA;
}

/* ---- Figures */

/* The mean of the last n numbers of an array, in order. */
static double mean_of_last(const json_t *array, int n)
{
    const int count = (int)json_array_size(array), first = count > n ? count - n : 0;
    double sum = 0.0;
    for (int i = first; i < count; i++)
        sum += json_number_value(json_array_get(array, (size_t)i));
    return sum / (double)(count - first);
}

/* Computes last, mean, minimum and train_mean. epochs: the arrays of figures per epoch. */
static void result_compute(struct result *out, const json_t *epochs)
{
    const json_t *test = json_object_get(epochs, "test_error");
    const size_t n = json_array_size(test);
    out->epochs = (int)n;
    out->last = json_number_value(json_array_get(test, n - 1));
    out->mean = mean_of_last(test, JUDGED_EPOCHS);
    out->train_mean = mean_of_last(json_object_get(epochs, "train_error"), JUDGED_EPOCHS);
    out->minimum = out->last;
    for (size_t i = 0; i < n; i++)
        out->minimum = fmin(out->minimum, json_number_value(json_array_get(test, i)));
}

/* Returns whether the array has n valid figures: errors of classes are fractions from 0 to 1, a loss is any
   number. */
static bool are_figures(const json_t *array, size_t n, bool are_fractions)
{
    if (!json_is_array(array) || json_array_size(array) != n || n == 0)
        return false;
    for (size_t i = 0; i < n; i++) {
        const json_t *figure = json_array_get(array, i);
        const double x = json_number_value(figure);
        if (!json_is_number(figure) || (are_fractions && !(x >= 0.0 && x <= 1.0)))
            return false;
    }
    return true;
}

static int check_epochs(const char *name, const json_t *epochs, const struct target_data *of)
{
    const bool has_fractions = !of->loss_of_zero;
    const size_t n = json_array_size(json_object_get(epochs, "test_error"));
    for (size_t i = 0; i < N_SERIES; i++)
        if (!are_figures(json_object_get(epochs, result_series[i]), n,
                         has_fractions && strstr(result_series[i], "error") != NULL))
            return refuse(name, "\"epochs\" has no \"%s\" with a figure for each epoch", result_series[i]);
    return EXIT_DONE;
}

static int check_figures(const char *name, const struct result *r)
{
    const struct {
        const char *key;
        double computed;
    } all[] = {{"epochs", (double)r->epochs},
               {"last", r->last},
               {"mean_of_last_10", r->mean},
               {"minimum", r->minimum},
               {"train_mean_of_last_10", r->train_mean}};
    const json_t *figures = json_object_get(r->json, "figures");
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        const json_t *stated = json_object_get(figures, all[i].key);
        if (!json_is_number(stated) || !(fabs(json_number_value(stated) - all[i].computed) <= 1e-8))
            return refuse(name, "\"%s\" does not follow from the figures of the epochs, which give %.9g",
                          all[i].key, all[i].computed);
    }
    return EXIT_DONE;
}

/* ---- The cell of a result */

const char *json_text(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text ? text : "";
}

static bool is_hash(const char *text)
{
    return strlen(text) == HASH_DIGITS && strspn(text, "0123456789abcdef") == HASH_DIGITS;
}

static int take_cell(struct result *r, const char *name)
{
    const char *table = json_text(r->json, "table"), *row = json_text(r->json, "row"),
               *rule = json_text(r->json, "rule");
    const struct target *target = target_find(json_text(r->json, "target"));
    const json_t *seed = json_object_get(r->json, "seed");
    if (!target)
        return refuse(name, "no target \"%s\"", json_text(r->json, "target"));
    if (!cell_at(target, table, row, rule, 0, &r->cell))
        return refuse(name, "%s has no table \"%s\" with a row \"%s\" and the rule \"%s\"", target->name,
                      table, row, rule);
    if (!json_is_integer(seed) || json_integer_value(seed) < 0)
        return refuse(name, "\"seed\" is not a whole number from 0");
    r->seed = (unsigned long long)json_integer_value(seed);
    return EXIT_DONE;
}

static int take_weights(struct result *r, const char *name)
{
    const json_t *weights = json_object_get(r->json, "weights"),
                 *revision = json_object_get(r->json, "numeric_revision");
    r->first_hash = json_text(weights, "first_epoch");
    r->last_hash = json_text(weights, "last_epoch");
    r->begin_hash = json_text(weights, "begin");
    r->revision = (int)json_integer_value(revision);
    if (!is_hash(r->first_hash) || !is_hash(r->last_hash))
        return refuse(
            name, "\"weights\" has no hashes of 16 hexadecimal digits after the first and the last epoch");
    if (r->cell.row->begins_with ? !is_hash(r->begin_hash) : r->begin_hash[0] != 0)
        return refuse(name, r->cell.row->begins_with
                                ? "\"weights\" has no hash of those that the run begins with, \"begin\""
                                : "\"weights\" has \"begin\", but runs of the row begin with drawn weights");
    if (!json_is_integer(revision) || r->revision < 1)
        return refuse(name, "\"numeric_revision\" is not a whole number from 1");
    return EXIT_DONE;
}

static int take_data(struct result *r, const char *name)
{
    const json_t *data = json_object_get(r->json, "data");
    const struct target_data *published = r->cell.row->data;
    const char *hash = json_text(data, "hash"), *test_hash = json_text(data, "test_hash");
    const bool has_test_hash = published->test_hash != NULL;
    if (!is_hash(hash) || (has_test_hash && !is_hash(test_hash)))
        return refuse(name, "\"data\" has no hashes of the examples to train and to test on");
    r->is_on_other_data =
        strcmp(hash, published->hash) != 0 || (has_test_hash && strcmp(test_hash, published->test_hash) != 0);
    return EXIT_DONE;
}

/* ---- The options of a result */

/* The options of the result and of the row, completed for the row's shape. */
struct settled {
    bl_config *config;
    bl_data *data;
    bl_trainer *trainer;
};

static void settled_release(struct settled *s)
{
    bl_trainer_free(s->trainer);
    bl_data_free(s->data);
    bl_config_free(s->config);
}

static bl_status settle(struct settled *s, bl_context *ctx, const struct target_row *row, bl_status status)
{
    return status == BL_OK ? cell_make_trainer(&s->trainer, &s->data, ctx, s->config, row) : status;
}

/* Returns the epoch after which the stop rule "paper" ends the run; 0 if no epoch fulfils it. The rule has
   the running error r <- 0.75 r + 0.25 e from r = 1, with the error e of each epoch on the training set, and
   ends a run at the first r of at most 1e-4. Results have 9 digits of e, so that r may be above or below this
   number: then the rule ends the run if the result does. */
static int rule_end(const struct result *r, const bl_config *options)
{
    static const double END = 1e-4, ROUNDING = 1e-9;
    const json_t *errors = json_object_get(json_object_get(r->json, "epochs"), "train_error");
    double running = 1.0;
    if (strcmp(bl_config_get(options, "stop"), "paper") != 0)
        return 0;
    for (int i = 0; i < r->epochs; i++) {
        running = 0.75 * running + 0.25 * json_number_value(json_array_get(errors, (size_t)i));
        if (running <= END - ROUNDING || (running <= END + ROUNDING && i + 1 == r->epochs))
            return i + 1;
    }
    return 0;
}

/* Refuses a run that ended for another reason than its recipe, such as a time limit or a kill. */
static int check_end(const struct result *r, const char *name, const bl_config *options)
{
    const int epochs = atoi(bl_config_get(options, "epochs")), rule = rule_end(r, options);
    const int end = rule > 0 ? rule : epochs;
    return r->epochs == end ? EXIT_DONE
                            : refuse(name, "has %d epoch%s, but its stop rule ends the run after epoch %d",
                                     r->epochs, plural(r->epochs), end);
}

static int compare_options(struct result *r, const char *name, const struct settled *own,
                           const struct settled *expected)
{
    const bl_config *a = bl_trainer_config(own->trainer), *b = bl_trainer_config(expected->trainer);
    const char *key = options_difference(a, b, true);
    const int epochs = atoi(bl_config_get(a, "epochs")), whole = atoi(bl_config_get(b, "epochs"));
    if (key)
        return refuse(name, "the option %s is \"%s\", but the row's is \"%s\"", key, bl_config_get(a, key),
                      bl_config_get(b, key));
    if (epochs > whole)
        return refuse(name, "is of a run with up to %d epochs, but the row's recipe has at most %d", epochs,
                      whole);
    r->is_short = epochs < whole;
    return check_end(r, name, a);
}

static int check_options(struct result *r, const struct session *s, const char *name)
{
    struct settled own = {NULL, NULL, NULL}, expected = {NULL, NULL, NULL};
    const json_t *options = json_object_get(r->json, "options");
    if (!json_is_object(options))
        return refuse(name, "has no \"options\"");
    bl_status status =
        settle(&own, s->ctx, r->cell.row, options_of_cell(&own.config, s->ctx, options, &r->cell));
    if (status == BL_OK)
        status = settle(&expected, s->ctx, r->cell.row,
                        cell_configure(&expected.config, s->ctx, &r->cell, r->seed, 0));
    int code = EXIT_DONE;
    if (status != BL_OK)
        code = refuse(name, "its options cannot be used: %s", bl_why(s->ctx));
    else
        code = compare_options(r, name, &own, &expected);
    settled_release(&own);
    settled_release(&expected);
    return code;
}

/* ---- Reading and writing */

static void set_figures(struct result *r)
{
    json_object_set_new(r->json, "short", json_boolean(r->is_short));
    json_object_set_new(r->json, "figures",
                        json_pack("{s:i, s:s, s:f, s:f, s:f, s:f}", "epochs", r->epochs, "stop",
                                  json_text(r->json, "stop"), "last", r->last, "mean_of_last_10", r->mean,
                                  "minimum", r->minimum, "train_mean_of_last_10", r->train_mean));
    json_object_del(r->json, "stop");
}

static int parse_result(struct result *out, const struct session *s, const char *name, json_t *json,
                        bool is_new)
{
    struct result r = {.json = json};
    int code = EXIT_DONE;
    if (strcmp(json_text(json, "format"), format) != 0)
        code = refuse(name, "is not a result: its \"format\" is not \"%s\"", format);
    if (code == EXIT_DONE)
        code = take_cell(&r, name);
    if (code == EXIT_DONE)
        code = take_weights(&r, name);
    if (code == EXIT_DONE)
        code = check_epochs(name, json_object_get(json, "epochs"), r.cell.row->data);
    if (code == EXIT_DONE && json_object_get(json, "curve") &&
        !curve_is_valid(json_object_get(json, "curve")))
        code = refuse(name, "\"curve\" has no lists of equal length of steps, errors and angles");
    if (code == EXIT_DONE)
        code = take_data(&r, name);
    if (code != EXIT_DONE)
        return code;
    result_compute(&r, json_object_get(json, "epochs"));
    code = check_options(&r, s, name);
    if (code == EXIT_DONE && is_new)
        set_figures(&r);
    if (code == EXIT_DONE)
        code = check_figures(name, &r);
    if (code == EXIT_DONE && r.is_short != json_is_true(json_object_get(json, "short")))
        code = refuse(name, "\"short\" does not follow from its options");
    if (code == EXIT_DONE)
        *out = r;
    return code;
}

int result_take(struct result *out, const struct session *s, const char *name, json_t *json)
{
    json_object_set_new(json, "format", json_string(format));
    return parse_result(out, s, name, json, true);
}

static int refuse_unread(const char *path, int number)
{
    usage_error("%s: cannot be read: %s; expected a result of backless reproduce, NAME.json", path,
                strerror(number));
    return number == ENOENT || number == ENOTDIR ? EXIT_DATA : EXIT_IO;
}

int result_read(struct result *out, const struct session *s, const char *path)
{
    json_error_t error;
    struct stat found;
    if (stat(path, &found) == 0 && S_ISDIR(found.st_mode))
        return refuse(path, "is a folder, expected a result of backless reproduce, NAME.json");
    json_t *json = json_load_file(path, JSON_REJECT_DUPLICATES, &error);
    if (!json && error.line < 0)
        return refuse_unread(path, errno);
    if (!json)
        return refuse(path, "line %d: %s; expected a result of backless reproduce, NAME.json", error.line,
                      error.text);
    const int code = parse_result(out, s, path, json, false);
    if (code != EXIT_DONE)
        json_decref(json);
    return code;
}

void result_release(struct result *result)
{
    json_decref(result->json);
    result->json = NULL;
}

/* Writes one line for each member of an object. Objects and lists inside are compact, so that 300 epochs take
   four lines. */
static void put_members(FILE *to, const json_t *object, int indent)
{
    const char *key = NULL;
    json_t *value = NULL;
    const char *separator = "";
    fputs("{", to);
    json_object_foreach((json_t *)object, key, value)
    {
        fprintf(to, "%s\n%*s\"%s\": ", separator, indent, "", key);
        if (json_is_object(value) && indent == 1)
            put_members(to, value, indent + 1);
        else
            json_dumpf(value, to, JSON_COMPACT | JSON_ENCODE_ANY | JSON_REAL_PRECISION(WRITTEN_DIGITS));
        separator = ",";
    }
    fprintf(to, "\n%*s}", indent - 1, "");
}

int result_write(const struct session *s, const char *path, const struct result *result)
{
    char *text = NULL;
    size_t n = 0;
    FILE *to = open_memstream(&text, &n);
    if (to) {
        put_members(to, result->json, 1);
        fputc('\n', to);
    }
    const bool is_whole = to && fclose(to) == 0;
    const bl_status status = is_whole ? bl_file_write(s->ctx, path, text, n) : BL_NO_MEMORY;
    free(text);
    return status == BL_OK ? EXIT_DONE : fail_with(s, status);
}

struct percent_text percent_text(double fraction)
{
    struct percent_text out;
    snprintf(out.text, sizeof out.text, "%.2f", 100.0 * fraction);
    return out;
}

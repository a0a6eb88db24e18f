/*
 * reproduction_collect.c - converts a finished run folder to a result, DIR/NAME.json.
 *
 * The folder may be one of backless reproduce or of backless train --preset. If the log has no hashes of the
 * weights (versions before 0.2.0), the first epoch is repeated. Its figures must equal those of the log,
 * which shows that this version computes the same bits as the one that ran.
 */
#include "../option_traits.h"
#include "../proc_value.h"
#include "../runs/run_training.h"
#include "../terminal/shown_text.h"
#include "reproduction.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { LINE_ROOM = 1 << 20 };

/* A run folder that is being converted to a result. */
struct collected {
    const struct session *s;
    const char *folder;
    json_t *config, *result; /* the folder's files */
    json_t *epochs;          /* the series, each an array */
    struct curve_maker curve;
    double loss_of_zero;            /* of regression targets; 0: the log has errors of classes */
    json_t *first_line, *last_line; /* of the log */
    struct cell cell;
    unsigned long long seed;
    char begin_hash[17]; /* ""; it begins with drawn weights */
    char first_hash[17];
    bool is_rerun;
};

CLI_PRINTF(2, 3) static int refuse(const struct collected *c, const char *why, ...)
{
    char text[1024];
    va_list arguments;
    va_start(arguments, why);
    vsnprintf(text, sizeof text, why, arguments);
    va_end(arguments);
    usage_error("%s: %s", c->folder, text);
    return EXIT_DATA;
}

static json_t *load_json(const struct collected *c, const char *name)
{
    char path[BL_PATH_ROOM];
    snprintf(path, sizeof path, "%s/%s", c->folder, name);
    return json_load_file(path, JSON_REJECT_DUPLICATES, NULL);
}

/* ---- The log */

/* Returns a new reference to the figure; NULL if the line has no such figure. */
static json_t *figure_of(const struct collected *c, const json_t *line, const char *key)
{
    char loss[16];
    if (c->loss_of_zero > 0.0 && strstr(key, "_error")) {
        snprintf(loss, sizeof loss, "%.*s_loss", (int)(strchr(key, '_') - key), key);
        const json_t *of = json_object_get(line, loss);
        return json_is_number(of) ? json_real(json_number_value(of) / c->loss_of_zero) : NULL;
    }
    json_t *figure = json_object_get(line, key);
    return json_is_number(figure) ? json_incref(figure) : NULL;
}

static int take_line(struct collected *c, json_t *line)
{
    const char *kind = json_text(line, "kind");
    if (strcmp(kind, "step") == 0 && c->loss_of_zero > 0.0)
        curve_take_step(&c->curve, line, c->loss_of_zero);
    if (kind[0])
        return EXIT_DONE;
    if (json_integer_value(json_object_get(line, "epoch")) !=
        (json_int_t)json_array_size(json_object_get(c->epochs, result_series[0])) + 1)
        return refuse(c, "the lines of log.jsonl are not those of epochs 1, 2, 3 and so on");
    if (!c->first_line)
        c->first_line = json_incref(line);
    json_decref(c->last_line);
    c->last_line = json_incref(line);
    for (size_t i = 0; i < N_SERIES; i++) {
        json_t *figure = figure_of(c, line, result_series[i]);
        if (!figure)
            return refuse(c, "a line of log.jsonl has no \"%s\"", result_series[i]);
        json_array_append_new(json_object_get(c->epochs, result_series[i]), figure);
    }
    return EXIT_DONE;
}

static int read_lines(struct collected *c, FILE *file, char *text)
{
    int code = EXIT_DONE;
    while (code == EXIT_DONE && fgets(text, LINE_ROOM, file)) {
        json_t *line = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
        code = json_is_object(line) ? take_line(c, line)
                                    : refuse(c, "log.jsonl has a line that is not a line of a log");
        json_decref(line);
    }
    return code;
}

static int read_log(struct collected *c)
{
    char path[BL_PATH_ROOM];
    char *text = malloc(LINE_ROOM);
    snprintf(path, sizeof path, "%s/log.jsonl", c->folder);
    FILE *file = text ? fopen(path, "r") : NULL;
    c->epochs = json_object();
    for (size_t i = 0; i < N_SERIES; i++)
        json_object_set_new(c->epochs, result_series[i], json_array());
    const int code = file ? read_lines(c, file, text) : refuse(c, "log.jsonl cannot be read");
    if (file)
        fclose(file);
    free(text);
    if (code == EXIT_DONE && !c->first_line)
        return refuse(c, "log.jsonl has no epoch");
    return code;
}

/* ---- The weights after the last epoch: result.json, the log and the model must agree */

static int check_model(const struct collected *c, const char *hash)
{
    char path[BL_PATH_ROOM], own[17] = "";
    bl_model *model = NULL;
    if (!folder_has(c->folder, "model.safetensors"))
        return EXIT_DONE;
    snprintf(path, sizeof path, "%s/model.safetensors", c->folder);
    const bl_status status = bl_model_load(&model, c->s->ctx, path);
    if (status != BL_OK)
        return fail_with(c->s, status);
    bl_model_hash(model, own);
    bl_model_free(model);
    return strcmp(own, hash) == 0
               ? EXIT_DONE
               : refuse(c, "model.safetensors has weights of the hash %s, but result.json says %s", own,
                        hash);
}

static int check_last(const struct collected *c)
{
    const char *hash = json_text(c->result, "weights_hash"),
               *logged = json_text(c->last_line, "weights_hash");
    if (json_integer_value(json_object_get(c->result, "epoch")) !=
        json_integer_value(json_object_get(c->last_line, "epoch")))
        return refuse(c, "result.json is of another epoch than the last line of log.jsonl");
    if (logged[0] && strcmp(hash, logged) != 0)
        return refuse(c, "the last line of log.jsonl has weights of the hash %s, but result.json says %s",
                      logged, hash);
    return check_model(c, hash);
}

/* ---- The cell of a folder */

static bool is_of_cell(const struct collected *c, const json_t *options, const struct cell *cell)
{
    bl_config *expected = NULL, *own = NULL;
    bl_data *data = NULL, *other_data = NULL;
    bl_trainer *trainer = NULL, *other = NULL;
    bl_status status = cell_configure(&expected, c->s->ctx, cell, c->seed, 0);
    if (status == BL_OK)
        status = cell_make_trainer(&trainer, &data, c->s->ctx, expected, cell->row);
    if (status == BL_OK)
        status = options_of_cell(&own, c->s->ctx, options, cell);
    if (status == BL_OK)
        status = cell_make_trainer(&other, &other_data, c->s->ctx, own, cell->row);
    const bool is_same =
        status == BL_OK && !options_difference(bl_trainer_config(trainer), bl_trainer_config(other), true);
    bl_trainer_free(trainer);
    bl_trainer_free(other);
    bl_data_free(data);
    bl_data_free(other_data);
    bl_config_free(expected);
    bl_config_free(own);
    return is_same;
}

/* Writes the name of the result's file, which is also that of the run folder that backless reproduce makes
   for it. */
static void name_of(const struct collected *c, const struct cell *cell, char out[NAME_ROOM])
{
    const int epochs = atoi(json_text(json_object_get(c->config, "options"), "epochs"));
    cell_file_name(cell, c->seed, epochs == cell_epochs(cell) ? 0 : epochs, out);
}

static bool is_folder_of(const struct collected *c, const struct cell *cell)
{
    const char *slash = strrchr(c->folder, '/');
    char name[NAME_ROOM];
    name_of(c, cell, name);
    return strcmp(slash ? slash + 1 : c->folder, name) == 0;
}

/* Finds the cell by the folder's name, because several rows of a target may have the same options. *is_named:
   the name is that of a cell. */
static int find_named_cell(struct collected *c, const struct target *target, const json_t *options,
                           const char *rule, bool *is_named)
{
    struct cell cell;
    char text[NAME_ROOM];
    *is_named = false;
    for (int i = 0; !*is_named && cell_at(target, NULL, NULL, rule, i, &cell); i++)
        *is_named = is_folder_of(c, &cell);
    if (!*is_named)
        return EXIT_DONE;
    cell_text(&cell, text);
    if (cell_lacks_rule(&cell) || !is_of_cell(c, options, &cell))
        return refuse(c, "is named as a run of %s, but its options are others", text);
    c->cell = cell;
    return EXIT_DONE;
}

static int find_cell(struct collected *c, const struct target *target)
{
    const json_t *options = json_object_get(c->config, "options");
    const char *rule = json_text(options, "rule");
    bl_config *config = NULL;
    struct cell cell;
    bool is_found = false, is_named = false;
    if (options_configure(&config, c->s->ctx, options) != BL_OK)
        return refuse(c, "config.json: %s", bl_why(c->s->ctx));
    c->seed = strtoull(json_text(options, "seed"), NULL, 10);
    bl_config_free(config);
    const int code = find_named_cell(c, target, options, rule, &is_named);
    for (int i = 0; !is_named && !is_found && cell_at(target, NULL, NULL, rule, i, &cell); i++)
        is_found = !cell_lacks_rule(&cell) && !cell.row->begins_with && is_of_cell(c, options, &cell);
    if (is_named)
        return code;
    if (!is_found)
        return refuse(c, "its options are those of no row of %s that this version can run", target->name);
    c->cell = cell;
    return EXIT_DONE;
}

/* ---- The weights that it begins with */

static int find_begin(struct collected *c)
{
    const char *init = json_text(json_object_get(c->config, "options"), "init");
    char path[BL_PATH_ROOM];
    bl_model *model = NULL;
    if (!c->cell.row->begins_with)
        return EXIT_DONE;
    begin_weights_path(c->folder, path);
    if (strcmp(init, path) != 0)
        return refuse(c, "begins with init %s, but runs of %s begin with %s", init, c->cell.row->name, path);
    const bl_status status = bl_model_load(&model, c->s->ctx, path);
    if (status != BL_OK)
        return fail_with(c->s, status);
    bl_model_hash(model, c->begin_hash);
    bl_model_free(model);
    return EXIT_DONE;
}

/* ---- The weights after the first epoch */

struct first_epoch {
    bl_progress now;
    char hash[17];
};

static bool keep_first(void *user, const bl_progress *now, const char *weights)
{
    struct first_epoch *first = user;
    first->now = *now;
    snprintf(first->hash, sizeof first->hash, "%s", weights);
    return false;
}

/* Returns whether the line has the figure x; log.jsonl has 15 digits of it. */
static bool is_figure(const json_t *line, const char *key, double x)
{
    const double logged = json_number_value(json_object_get(line, key));
    return fabs(logged - x) <= 1e-13 * fabs(x);
}

static int compare_first(struct collected *c, const struct first_epoch *first)
{
    if (!is_figure(c->first_line, "train_loss", first->now.train.loss) ||
        !is_figure(c->first_line, "train_error", first->now.train.error) ||
        !is_figure(c->first_line, "test_loss", first->now.test.loss) ||
        !is_figure(c->first_line, "test_error", first->now.test.error))
        return refuse(
            c,
            "the first epoch, run once more, gives other figures (training loss %.15g) than its log: "
            "it is of another engine or of other data",
            first->now.train.loss);
    memcpy(c->first_hash, first->hash, sizeof c->first_hash);
    c->is_rerun = true;
    return EXIT_DONE;
}

/* Configures the repetition of the first epoch. The data are read from where the run read them, unless --data
   is given. */
static bl_status configure_rerun(const struct collected *c, bl_config **out)
{
    const char *where = json_text(json_object_get(c->config, "options"), "data");
    bl_status status = options_configure(out, c->s->ctx, json_object_get(c->config, "options"));
    if (status == BL_OK)
        status = bl_config_set(*out, "data", where);
    return status == BL_OK ? reproduction_set_data(c->s, *out) : status;
}

static int rerun_first(struct collected *c)
{
    const json_t *split = json_object_get(json_object_get(c->config, "data"), "split");
    struct first_epoch first = {.hash = ""};
    bl_config *config = NULL;
    const bl_status status = configure_rerun(c, &config);
    const struct rerun rerun = {.config = config,
                                .epochs = 1,
                                .hash = json_text(split, "hash"),
                                .test_hash = json_text(split, "test_hash"),
                                .after_epoch = keep_first,
                                .user = &first};
    int code = status == BL_OK ? rerun_epochs(c->s, &rerun) : fail_with(c->s, status);
    bl_config_free(config);
    return code == EXIT_DONE ? compare_first(c, &first) : code;
}

static int find_first_hash(struct collected *c)
{
    const char *logged = json_text(c->first_line, "weights_hash");
    const bool is_known = logged[0] && json_object_get(c->config, "numeric_revision");
    if (!is_known)
        return rerun_first(c);
    snprintf(c->first_hash, sizeof c->first_hash, "%s", logged);
    return EXIT_DONE;
}

/* ---- The result */

/* The file of the weights that the run begins with is not kept: its name is one of this machine. */
static json_t *kept_options(const struct collected *c)
{
    json_t *kept = json_object(), *value = NULL;
    const char *key = NULL;
    json_object_foreach(json_object_get(c->config, "options"), key, value)
    {
        if (!option_has(key, OPTION_UNSTORED) && !(c->begin_hash[0] && strcmp(key, "init") == 0))
            json_object_set(kept, key, value);
    }
    return kept;
}

/* Returns the metadata entry, or JSON null if config.json does not have it. */
static json_t *fact(const json_t *config, const char *key)
{
    json_t *value = json_object_get(config, key);
    return value ? json_incref(value) : json_null();
}

static json_t *data_facts(const struct collected *c)
{
    const json_t *data = json_object_get(c->config, "data"), *split = json_object_get(data, "split");
    if (c->cell.row->data->make)
        return json_pack("{s:s, s:o, s:o}", "set", c->cell.row->data->name, "examples",
                         fact(data, "examples"), "hash", fact(data, "hash"));
    return json_pack("{s:s, s:o, s:o, s:o, s:o}", "set", c->cell.row->data->name, "examples",
                     fact(split, "examples"), "hash", fact(split, "hash"), "test_examples",
                     fact(split, "test_examples"), "test_hash", fact(split, "test_hash"));
}

static const char *compiler(void)
{
    bl_part part = {.size = sizeof part};
    for (int i = 0; bl_build_part(i, &part); i++)
        if (strcmp(part.name, "compiler") == 0 && part.version)
            return part.version;
    return "";
}

static json_t *writer_facts(const struct collected *c)
{
    char cpu[256];
    if (!proc_value("/proc/cpuinfo", "model name", cpu, sizeof cpu))
        snprintf(cpu, sizeof cpu, "unknown");
    return json_pack("{s:s, s:i, s:s, s:s, s:s, s:s}", "version", bl_version(), "numeric_revision",
                     bl_numeric_revision(), "compiler", compiler(), "instruction_set",
                     bl_context_machine(c->s->ctx), "cpu", cpu, "first_epoch",
                     c->is_rerun ? "run once more, with the figures of the log" : "from the log");
}

static json_t *result_json(const struct collected *c)
{
    const json_t *config = c->config;
    const json_t *revision = json_object_get(config, "numeric_revision");
    json_t *json = json_object();
    json_object_set_new(json, "format", json_string(""));
    json_object_set_new(json, "target", json_string(c->cell.target->name));
    json_object_set_new(json, "table", json_string(c->cell.row->table));
    json_object_set_new(json, "row", json_string(c->cell.row->name));
    json_object_set_new(json, "rule", json_string(c->cell.published->rule));
    json_object_set_new(json, "seed", json_integer((json_int_t)c->seed));
    json_object_set_new(json, "short", json_false());
    json_object_set_new(json, "figures", json_null());
    json_object_set_new(json, "numeric_revision",
                        json_integer(revision ? json_integer_value(revision) : bl_numeric_revision()));
    json_object_set_new(json, "weights",
                        json_pack("{s:s, s:s, s:s}", "hash", "FNV-1a, 64 bits", "first_epoch", c->first_hash,
                                  "last_epoch", json_text(c->result, "weights_hash")));
    if (c->begin_hash[0])
        json_object_set_new(json_object_get(json, "weights"), "begin", json_string(c->begin_hash));
    json_object_set_new(json, "data", data_facts(c));
    json_object_set_new(json, "run",
                        json_pack("{s:o, s:o, s:o, s:o, s:o, s:o}", "version", fact(config, "version"),
                                  "numeric_revision", fact(config, "numeric_revision"), "compiler",
                                  fact(config, "compiler"), "instruction_set",
                                  fact(config, "instruction_set"), "threads", fact(config, "threads"),
                                  "seconds", fact(c->result, "total_seconds")));
    json_object_set_new(json, "written_by", writer_facts(c));
    json_object_set_new(json, "options", kept_options(c));
    json_object_set(json, "epochs", c->epochs);
    if (c->curve.json)
        json_object_set(json, "curve", c->curve.json);
    json_object_set_new(json, "stop", json_string(json_text(c->result, "stop")));
    return json;
}

static bool is_collected(const struct collected *c)
{
    char name[NAME_ROOM];
    name_of(c, &c->cell, name);
    if (!result_exists(reproduction_folder(c->s), name))
        return false;
    note(c->s, "%s: %s/%s.json is there already", c->folder, reproduction_folder(c->s), name);
    return true;
}

static int write_result(const struct collected *c)
{
    char name[NAME_ROOM], path[BL_PATH_ROOM], mean_of[NAME_ROOM] = "";
    struct result result;
    json_t *json = result_json(c);
    int code = result_take(&result, c->s, c->folder, json);
    if (code != EXIT_DONE) {
        json_decref(json);
        return code;
    }
    name_of(c, &c->cell, name);
    snprintf(path, sizeof path, "%s/%s.json", reproduction_folder(c->s), name);
    if (mkdir(reproduction_folder(c->s), 0777) != 0 && errno != EEXIST) {
        usage_error("%s: cannot be made: %s", reproduction_folder(c->s), strerror(errno));
        code = EXIT_IO;
    } else
        code = result_write(c->s, path, &result);
    if (result.epochs > 1)
        snprintf(mean_of, sizeof mean_of, " (mean of the last %d epochs)",
                 result.epochs < JUDGED_EPOCHS ? result.epochs : JUDGED_EPOCHS);
    if (code == EXIT_DONE)
        note(c->s, "%s: %d epoch%s, %s %s %%%s%s; result in %s", c->folder, result.epochs,
             plural(result.epochs), cell_error_name(&c->cell), percent_text(result.mean).text, mean_of,
             result.is_on_other_data ? ", on other data" : "", path);
    result_release(&result);
    return code;
}

static int find_loss_of_zero(struct collected *c)
{
    const struct target_data *of = c->cell.row->data;
    const bl_status status = of->loss_of_zero ? of->loss_of_zero(&c->loss_of_zero, c->s->ctx) : BL_OK;
    return status == BL_OK ? EXIT_DONE : fail_with(c->s, status);
}

static int collect_cell(struct collected *c)
{
    if (is_collected(c))
        return EXIT_DONE;
    int code = find_loss_of_zero(c);
    if (code == EXIT_DONE)
        code = read_log(c);
    if (code == EXIT_DONE)
        code = check_last(c);
    if (code == EXIT_DONE)
        code = find_begin(c);
    if (code == EXIT_DONE)
        code = find_first_hash(c);
    return code == EXIT_DONE ? write_result(c) : code;
}

int reproduction_collect(const struct session *s, const struct target *target, const char *folder)
{
    struct collected c = {.s = s, .folder = folder};
    c.config = load_json(&c, "config.json");
    c.result = load_json(&c, "result.json");
    int code = EXIT_DONE;
    if (!json_is_object(json_object_get(c.config, "options")))
        code = refuse(&c, "is not a run folder: it has no config.json with options");
    else if (!json_is_object(c.result))
        code = refuse(&c, "the run is not finished: there is no result.json");
    if (code == EXIT_DONE)
        code = find_cell(&c, target);
    if (code == EXIT_DONE)
        code = collect_cell(&c);
    json_decref(c.config);
    json_decref(c.result);
    json_decref(c.epochs);
    json_decref(c.curve.json);
    json_decref(c.first_line);
    json_decref(c.last_line);
    return code;
}

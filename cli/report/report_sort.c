/*
 * report_sort.c - assigns rows to runs, and runs to groups.
 */
#include "report.h"
#include "rule_style.h"

#include "../option_traits.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static int sort_memory_error(void)
{
    usage_error("no memory for the report");
    return EXIT_OTHER;
}

double row_number(const json_t *row, const char *column)
{
    const json_t *value = json_object_get(row, column);
    return json_is_number(value) ? json_number_value(value) : NAN;
}

bool row_is_among(const json_t *row, enum records records)
{
    if (records == EARLY)
        return row_number(row, "step") <= EARLY_STEPS;
    return strcmp(json_string_value(json_object_get(row, "record")), "epoch") == 0;
}

const json_t *report_row(const struct report *report, const struct report_run *run, size_t i)
{
    return json_array_get(report->curves.rows, run->first + i);
}

const json_t *last_epoch(const struct report *report, const struct report_run *run)
{
    for (size_t i = run->n_rows; i-- > 0;)
        if (row_is_among(report_row(report, run, i), EPOCHS))
            return report_row(report, run, i);
    return NULL;
}

bool report_has(const struct report *report, const char *column)
{
    for (size_t i = 0; i < json_array_size(report->curves.rows); i++)
        if (isfinite(row_number(json_array_get(report->curves.rows, i), column)))
            return true;
    return false;
}

static bool all_have(const struct report *report, const char *column)
{
    for (size_t i = 0; i < report->n_runs; i++)
        if (!isfinite(row_number(last_epoch(report, &report->runs[i]), column)))
            return false;
    return true;
}

const char *score_column(const struct report *report)
{
    static const char *const columns[] = {"val_error", "val_rmse",    "test_error",
                                          "test_rmse", "train_error", "train_loss"};
    for (size_t i = 0; i < sizeof columns / sizeof *columns; i++)
        if (all_have(report, columns[i]))
            return columns[i];
    return "train_loss";
}

/* ---- Runs */

/* Sums the seconds of epochs; if an epoch has none, the later sums are unknown. */
static int sum_seconds(const struct report *report, struct report_run *run)
{
    double sum = 0.0;
    run->elapsed = malloc((run->n_rows + 1) * sizeof *run->elapsed);
    if (!run->elapsed)
        return sort_memory_error();
    for (size_t i = 0; i < run->n_rows; i++) {
        const json_t *row = report_row(report, run, i);
        run->elapsed[i] = NAN;
        if (row_is_among(row, EPOCHS))
            run->elapsed[i] = sum += row_number(row, "seconds");
    }
    return EXIT_DONE;
}

static int add_run(struct report *report, const char *name, size_t first, size_t n_rows)
{
    struct report_run *run = &report->runs[report->n_runs];
    const json_t *options = json_object_get(report->curves.settings, name);
    const char *rule = json_string_value(json_object_get(options, "rule"));
    *run = (struct report_run){.name = name,
                               .options = options,
                               .rule = rule ? rule : "unknown rule",
                               .first = first,
                               .n_rows = n_rows};
    report->n_runs++;
    return sum_seconds(report, run);
}

/* Finds the runs; the rows of a run are adjacent. */
static int find_runs(struct report *report)
{
    const size_t n = json_array_size(report->curves.rows);
    int code = EXIT_DONE;
    report->runs = calloc(json_object_size(report->curves.settings) + 1, sizeof *report->runs);
    report->groups = calloc(json_object_size(report->curves.settings) + 1, sizeof *report->groups);
    if (!report->runs || !report->groups)
        return sort_memory_error();
    for (size_t first = 0, end = 0; code == EXIT_DONE && first < n; first = end) {
        const char *name =
            json_string_value(json_object_get(json_array_get(report->curves.rows, first), "run"));
        for (end = first + 1; end < n; end++)
            if (strcmp(name, json_string_value(
                                 json_object_get(json_array_get(report->curves.rows, end), "run"))) != 0)
                break;
        code = add_run(report, name, first, end - first);
    }
    return code;
}

/* ---- Groups */

/* Returns whether the option is the seed, a seed that follows it, or the fold: the runs of one group differ
   in these. */
static bool is_repetition(const json_t *options, const char *key)
{
    const size_t n = strlen(key);
    if (strcmp(key, "seed") == 0 || strcmp(key, "fold") == 0)
        return true;
    return n > 5 && strcmp(key + n - 5, "-seed") == 0 && strcmp(key, "split-seed") != 0 &&
           json_equal(json_object_get(options, key), json_object_get(options, "seed"));
}

/* Returns the options that the runs of a group have in common. NULL: no memory. */
static char *key_of(const struct report_run *run)
{
    json_t *common = json_object();
    const char *key = NULL;
    json_t *value = NULL;
    int failed = 0;
    json_object_foreach((json_t *)(uintptr_t)run->options, key,
                        value) if (!option_has(key, OPTION_IDLE) && !is_repetition(run->options, key) &&
                                   !json_is_null(value)) failed |= json_object_set(common, key, value);
    char *text = failed ? NULL : json_dumps(common, JSON_SORT_KEYS | JSON_COMPACT);
    json_decref(common);
    return text;
}

static struct report_group *group_of(struct report *report, const struct report_run *run)
{
    char *key = key_of(run);
    if (!key)
        return NULL;
    for (size_t g = 0; g < report->n_groups; g++)
        if (strcmp(report->groups[g].key, key) == 0) {
            free(key);
            return &report->groups[g];
        }
    struct report_group *group = &report->groups[report->n_groups];
    group->key = key;
    group->rule = run->rule;
    group->style = rule_style_of(run->rule);
    group->runs = calloc(json_object_size(report->curves.settings), sizeof *group->runs);
    return group->runs ? &report->groups[report->n_groups++] : NULL;
}

static int find_groups(struct report *report)
{
    for (size_t i = 0; i < report->n_runs; i++) {
        struct report_group *group = group_of(report, &report->runs[i]);
        if (!group)
            return sort_memory_error();
        report->runs[i].group = (size_t)(group - report->groups);
        group->runs[group->n_runs++] = i;
    }
    return EXIT_DONE;
}

/* Orders groups by rule, in the order of the rules' styles, and then as they were found. */
static int compare_groups(const void *a, const void *b)
{
    const struct report_group *x = a, *y = b;
    if (x->style != y->style)
        return x->style < y->style ? -1 : 1;
    const int by_rule = strcmp(x->rule, y->rule);
    return by_rule ? by_rule : x->runs[0] < y->runs[0] ? -1 : 1;
}

static void order_groups(struct report *report)
{
    qsort(report->groups, report->n_groups, sizeof *report->groups, compare_groups);
    for (size_t g = 0; g < report->n_groups; g++)
        for (size_t i = 0; i < report->groups[g].n_runs; i++)
            report->runs[report->groups[g].runs[i]].group = g;
}

/* ---- Names */

static bool differs(const struct report *report, const struct report_group *group, const char *key)
{
    const json_t *own = json_object_get(report->runs[group->runs[0]].options, key);
    for (size_t g = 0; g < report->n_groups; g++) {
        const json_t *other = json_object_get(report->runs[report->groups[g].runs[0]].options, key);
        if (strcmp(report->groups[g].rule, group->rule) == 0 && (own || other) &&
            !(own && other && json_equal(own, other)))
            return true;
    }
    return false;
}

static void put_difference(FILE *to, const struct report_group *group, const struct report *report,
                           const char *key, bool *is_first)
{
    const json_t *options = report->runs[group->runs[0]].options;
    const char *value = json_string_value(json_object_get(options, key));
    if (!value || option_has(key, OPTION_IDLE) || is_repetition(options, key) || !differs(report, group, key))
        return;
    fprintf(to, "%s%s %s", *is_first ? "" : ", ", key, value);
    *is_first = false;
}

static int name_group(struct report *report, struct report_group *group)
{
    size_t room = 0, place = 0, n_same = 0;
    bool is_first = true;
    for (size_t g = 0; g < report->n_groups; g++)
        if (strcmp(report->groups[g].rule, group->rule) == 0) {
            n_same++;
            place += &report->groups[g] <= group;
        }
    if (n_same > 1)
        snprintf(group->short_name, sizeof group->short_name, "%.36s %zu", group->rule, place);
    else
        snprintf(group->short_name, sizeof group->short_name, "%.47s", group->rule);
    FILE *to = open_memstream(&group->options, &room);
    for (int i = 0; to && bl_option_at(i); i++)
        put_difference(to, group, report, bl_option_at(i)->key, &is_first);
    if (!to || fclose(to) != 0)
        return sort_memory_error();
    to = open_memstream(&group->members, &room);
    for (size_t i = 0; to && i < group->n_runs; i++)
        fprintf(to, "%s%zu", i ? "," : "", group->runs[i]);
    return to && fclose(to) == 0 ? EXIT_DONE : sort_memory_error();
}

static void find_best(const struct report *report, struct report_group *group, const char *column)
{
    double least = NAN;
    group->best = group->runs[0];
    for (size_t i = 0; i < group->n_runs; i++) {
        const double score = row_number(last_epoch(report, &report->runs[group->runs[i]]), column);
        if (score < least || (isnan(least) && isfinite(score))) {
            least = score;
            group->best = group->runs[i];
        }
    }
}

int report_sort(struct report *report)
{
    int code = find_runs(report);
    if (code == EXIT_DONE && report->n_runs == 0) {
        usage_error("there is no finished epoch in these runs yet");
        return EXIT_DATA;
    }
    if (code == EXIT_DONE)
        code = find_groups(report);
    if (code == EXIT_DONE)
        order_groups(report);
    const char *column = score_column(report);
    for (size_t g = 0; code == EXIT_DONE && g < report->n_groups; g++) {
        code = name_group(report, &report->groups[g]);
        find_best(report, &report->groups[g], column);
    }
    return code;
}

void report_free(struct report *report)
{
    for (size_t i = 0; i < report->n_runs; i++)
        free(report->runs[i].elapsed);
    for (size_t g = 0; report->groups && g < report->n_groups; g++) {
        free(report->groups[g].key);
        free(report->groups[g].options);
        free(report->groups[g].members);
        free(report->groups[g].runs);
    }
    free(report->runs);
    free(report->groups);
    curves_free(&report->curves);
}

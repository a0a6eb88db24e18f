/*
 * cmd_reproduce.c - backless reproduce: the published tables of a paper, cell by cell.
 */
#include "../runs/run_training.h"
#include "reproduction.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { MOST_CELLS = 512 };

static const struct extra extras[] = {
    {"list", NULL, "every cell with its published figures, what is known here, and the time of a run"},
    {"table", "T", "cells of this table only, as --list names it: 1, 2, 3, \"figure 2\", ..."},
    {"row", "ROW", "cells of this row only, as the paper names it: \"2x800 tanh\""},
    {"rule", "NAME", "cells of this rule only"},
    {"seeds", "N", "runs with the seeds 1 to N (default: 1; 3 are judged)"},
    {"epochs", "N", "short runs, which are never judged; with --check: the epochs to repeat"},
    {"out", "DIR", "the folder of results; run folders are in DIR/runs (default: results)"},
    {"shard", "I/N", "part I of N of the runs, for N machines or jobs; --collect joins their folders"},
    {"jobs", "N", "runs at once (default: one per core; with --threads K, one per K cores)"},
    {"data", "PATH", "path of the data set (default: the named set)"},
    {"data-dir", "DIR", "folder that is searched for named sets"},
    {"check", "FILE.json", "repeat the run of a result, and compare figures and hashes"},
    {"collect", NULL, "add results: of finished run folders, and of folders (--out) of other commands"},
    {"page", "FILE", "write the page about all results as Markdown"},
    {"json", NULL, "one JSON object per cell on standard output, with its results"},
    {"no-report", NULL, "no report.html in the folder of run folders (see: backless report)"},
    {"quiet", NULL, "no messages"},
    {NULL, NULL, NULL},
};

static int check_numbers(const struct session *s)
{
    int number = 0;
    int code = extra_number(s, "seeds", MOST_SEEDS, &number);
    if (code == EXIT_DONE)
        code = extra_number(s, "epochs", 1000000, &number);
    return code == EXIT_DONE ? extra_number(s, "jobs", MOST_JOBS, &number) : code;
}

/* ---- Targets and cells */

static int no_target(const char *name)
{
    char names[256] = "";
    for (int i = 0; target_at(i); i++)
        snprintf(names + strlen(names), sizeof names - strlen(names), "%s%s", i ? ", " : "",
                 target_at(i)->name);
    return name ? usage_error("no target \"%s\", expected one of: %s", name, names)
                : usage_error("no target is given, expected one of: %s", names);
}

/* Prints that no such cell exists. The message lists the rows of the table that was asked for, or the
   tables. */
static int no_cell(const struct session *s, const struct target *target)
{
    const char *table = extra_of(s, "table"), *row = extra_of(s, "row"), *rule = extra_of(s, "rule");
    char names[2048] = "";
    struct cell cell;
    if (table && !cell_at(target, table, NULL, NULL, 0, &cell))
        return usage_error("%s has no table \"%s\"; backless reproduce %s --list shows all cells",
                           target->name, table, target->name);
    if (row && !cell_at(target, table, row, NULL, 0, &cell)) {
        for (size_t i = 0; i < target->n_rows; i++)
            if (!table || strcmp(target->rows[i].table, table) == 0)
                snprintf(names + strlen(names), sizeof names - strlen(names), "%s\"%s\"",
                         names[0] ? ", " : "", target->rows[i].name);
        return usage_error("no row \"%s\"; there are %s", row, names);
    }
    return usage_error("no such cell with the rule \"%s\"; backless reproduce %s --list shows all cells",
                       rule ? rule : "", target->name);
}

static int select_cells(const struct session *s, const struct target *target, struct cell *cells)
{
    int n = 0;
    while (n < MOST_CELLS &&
           cell_at(target, extra_of(s, "table"), extra_of(s, "row"), extra_of(s, "rule"), n, &cells[n]))
        n++;
    return n;
}

static int check_rule(const struct session *s, const struct cell *cell)
{
    if (extra_of(s, "rule"))
        return usage_error("this version has no rule %s", cell->published->rule);
    note(s, "omitted: %s %s with the rule %s, which this version does not have", cell->row->table,
         cell->row->name, cell->published->rule);
    return EXIT_DONE;
}

/* Refuses a named rule that this version does not have. If all rules were meant, those that it does not have
   are left out with a note. */
static int check_rules(const struct session *s, const struct cell *cells, int n)
{
    int code = EXIT_DONE;
    for (int i = 0; code == EXIT_DONE && i < n; i++)
        if (cell_lacks_rule(&cells[i]))
            code = check_rule(s, &cells[i]);
    return code;
}

static int run_cells(struct session *s, const struct target *target)
{
    static struct cell cells[MOST_CELLS];
    const int n = select_cells(s, target, cells);
    if (s->n_words > 1)
        return usage_error("unexpected argument \"%s\"; usage: backless %s", s->words[1], s->command->usage);
    if (n == 0)
        return no_cell(s, target);
    if (extra_of(s, "list"))
        return reproduction_list(s, cells, n);
    for (int i = 0; i < n; i++)
        if (reproduction_epochs(s) > cell_epochs(&cells[i]))
            return usage_error("--epochs is %d, but the recipe has at most %d (%s, %s)",
                               reproduction_epochs(s), cell_epochs(&cells[i]), cells[i].row->table,
                               cells[i].row->name);
    if (cells[0].row->data->make && extra_of(s, "data"))
        return usage_error("--data: the data of %s are made, not read", cells[0].row->data->name);
    const int code = check_rules(s, cells, n);
    return code == EXIT_DONE ? reproduction_pool(s, cells, n) : code;
}

/* ---- Collecting */

static bool is_folder(const char *path)
{
    struct stat facts;
    return stat(path, &facts) == 0 && S_ISDIR(facts.st_mode);
}

static int not_by_dot(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

/* Whether the run folder FOLDER/NAME, a folder of DIR/runs, has its result in DIR already. */
static bool has_result(const char *folder, const char *name)
{
    char path[BL_PATH_ROOM];
    snprintf(path, sizeof path, "%s/..", folder);
    return result_exists(path, name);
}

/* Collects every run folder below `folder`, except those whose results are beside it. Unfinished runs are
   left for a later call. */
static int collect_runs(const struct session *s, const struct target *target, const char *folder, int *found)
{
    struct dirent **entries = NULL;
    const int n = scandir(folder, &entries, not_by_dot, alphasort);
    int code = EXIT_DONE;
    for (int i = 0; i < n; i++) {
        char path[2 * BL_PATH_ROOM];
        snprintf(path, sizeof path, "%s/%s", folder, entries[i]->d_name);
        const bool is_run = folder_has(path, "config.json"),
                   is_known = has_result(folder, entries[i]->d_name);
        free(entries[i]);
        *found += is_run;
        if (!is_run || is_known)
            continue;
        const bool is_finished = folder_has(path, "result.json");
        const int own = is_finished ? reproduction_collect(s, target, path) : EXIT_DONE;
        code = code == EXIT_DONE ? own : code; /* an error in one folder does not prevent the others */
        if (!is_finished)
            note(s, "%s: is not finished, and is omitted", path);
    }
    free(entries);
    return code;
}

/* Collects what a folder holds: results and run folders in `runs`, as the folder of --out, or run folders. */
static int collect_below(const struct session *s, const struct target *target, const char *folder)
{
    char runs[2 * BL_PATH_ROOM];
    int found = 0, code = reproduction_merge(s, target, folder, &found);
    snprintf(runs, sizeof runs, "%s/runs", folder);
    if (code == EXIT_DONE)
        code = collect_runs(s, target, folder, &found);
    if (code == EXIT_DONE)
        code = collect_runs(s, target, runs, &found);
    if (code == EXIT_DONE && found == 0) {
        usage_error("%s: is not a run folder, and holds none, and no result of %s", folder, target->name);
        return EXIT_DATA;
    }
    return code;
}

static int collect_reproduce(const struct session *s, const struct target *target)
{
    int code = EXIT_DONE;
    if (s->n_words < 2)
        return usage_error("--collect needs folders: backless reproduce %s --collect DIR...", target->name);
    for (int i = 1; code == EXIT_DONE && i < s->n_words; i++) {
        const char *folder = s->words[i];
        if (is_folder(folder) && !folder_has(folder, "config.json"))
            code = collect_below(s, target, folder);
        else
            code = reproduction_collect(s, target, folder);
    }
    return code;
}

/* ---- The command */

/* Refuses two of the options that each say what the command does. */
static int check_mode(const struct session *s)
{
    static const char *const modes[] = {"list", "collect", "check", "page"};
    const char *first = NULL;
    for (size_t i = 0; i < sizeof modes / sizeof *modes; i++) {
        if (first && extra_of(s, modes[i]))
            return usage_error("--%s and --%s: expected one of the two", first, modes[i]);
        first = extra_of(s, modes[i]) ? modes[i] : first;
    }
    return EXIT_DONE;
}

static int run_reproduce(struct session *s)
{
    const struct target *target = s->n_words > 0 ? target_find(s->words[0]) : NULL;
    const int code = check_numbers(s);
    if (code != EXIT_DONE)
        return code;
    if (s->n_words > 0 && !target)
        return no_target(s->words[0]);
    if (check_mode(s) != EXIT_DONE)
        return EXIT_USAGE;
    if (extra_of(s, "check"))
        return reproduction_check(s, extra_of(s, "check"));
    if (extra_of(s, "page"))
        return reproduction_page(s, extra_of(s, "page"));
    if (!target)
        return no_target(NULL);
    return extra_of(s, "collect") ? collect_reproduce(s, target) : run_cells(s, target);
}

const struct command command_reproduce = {
    "reproduce",
    "reproduce [NAME] [--list|--collect RUN...|--check FILE.json|--page FILE] [options]",
    "the published tables of a paper, cell by cell",
    "machine",
    extras,
    MAX_WORDS,
    run_reproduce};

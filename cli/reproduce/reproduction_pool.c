/*
 * reproduction_pool.c - trains the runs of selected cells with the pool.
 *
 * A run whose result is in DIR is skipped; an unfinished run folder (DIR/runs/NAME) continues from its last
 * checkpoint. --shard I/N counts all runs of the selection, also those with results, so that each part stays
 * the same while results are added.
 */
#include "../make_folder.h"
#include "../report/report.h"
#include "../runs/run_plan.h"
#include "../terminal/shown_text.h"
#include "reproduction.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Returns the number of epochs that --epochs sets; 0 if it is not given or equals the recipe's. */
static int short_epochs(const struct session *s, const struct cell *cell)
{
    const int epochs = reproduction_epochs(s);
    return epochs == cell_epochs(cell) ? 0 : epochs;
}

/* Adds the runs of a cell; none if this version cannot run the cell. */
static int add_requests(const struct session *s, const struct cell *cell, int seeds, struct run_request *out)
{
    const int epochs = short_epochs(s, cell);
    int n = 0;
    for (int seed = 1; seed <= seeds && !cell_lacks_rule(cell); seed++)
        out[n++] =
            (struct run_request){.s = s, .cell = *cell, .seed = (unsigned long long)seed, .epochs = epochs};
    return n;
}

/* Orders requests by seed, so that every cell has one run before any has two. */
static int by_seed(const void *a, const void *b)
{
    const struct run_request *x = a, *y = b;
    if (x->seed != y->seed)
        return x->seed < y->seed ? -1 : 1;
    return (x->cell.published > y->cell.published) - (x->cell.published < y->cell.published);
}

/* Keeps, in order, the requests of the shard that have no result. */
static int select_requests(const struct session *s, struct shard shard, struct run_request *requests, int n)
{
    int kept = 0;
    char name[NAME_ROOM];
    for (int i = 0; i < n; i++) {
        cell_file_name(&requests[i].cell, requests[i].seed, requests[i].epochs, name);
        if (i % shard.parts == shard.part - 1 && !result_exists(reproduction_folder(s), name))
            requests[kept++] = requests[i];
    }
    return kept;
}

static int number_of(const struct session *s, const char *key)
{
    const char *given = extra_of(s, key);
    return given ? atoi(given) : 0;
}

static void describe(const struct run_request *q, struct pool_run *run)
{
    char name[NAME_ROOM];
    cell_file_name(&q->cell, q->seed, q->epochs, run->name);
    snprintf(run->folder, sizeof run->folder, "%s/runs/%s", reproduction_folder(q->s), run->name);
    cell_text(&q->cell, name);
    snprintf(run->title, sizeof run->title, "%s, seed %llu", name, q->seed);
    run->what = q;
}

static int make_folders(const struct session *s)
{
    char runs[BL_PATH_ROOM];
    snprintf(runs, sizeof runs, "%s/runs", reproduction_folder(s));
    const int code = make_folder(reproduction_folder(s));
    return code == EXIT_DONE ? make_folder(runs) : code;
}

static int train(const struct run_pool *pool, const struct pool_run *run, pid_t parent)
{
    (void)pool;
    return run_cell(run->what, run, parent);
}

static int collect_cell_run(const struct run_pool *pool, const struct pool_run *run)
{
    const struct run_request *q = run->what;
    return reproduction_collect(pool->s, q->cell.target, run->folder);
}

/* Returns whether every other run would fail in the same way: errors in data or files affect all runs,
   divergence or a kill affects one. */
static bool is_common(int code)
{
    return code == EXIT_USAGE || code == EXIT_DATA || code == EXIT_IO;
}

static int show_cells(const struct session *s, const struct cell *cells, int n_cells)
{
    struct results results;
    const int code = results_read(&results, s, reproduction_folder(s));
    if (code == EXIT_DONE && !extra_of(s, "json") && n_cells > 0)
        print_cell_head(&cells[0], false);
    for (int i = 0; code == EXIT_DONE && i < n_cells; i++)
        if (extra_of(s, "json"))
            print_cell_json(&cells[i], &results, (double)NAN);
        else
            print_cell(&cells[i], &results, NULL);
    if (code == EXIT_DONE)
        results_release(&results);
    return code;
}

/* One thread for each run unless --threads is given, so that the runs at once do not depend on how many
   results exist. */
static int run_requests(const struct session *s, struct run_request *requests, int n)
{
    const struct pool_split split = pool_split(n, number_of(s, "jobs"), threads_or_one(s));
    struct run_pool pool = {.s = s,
                            .n_runs = n,
                            .width = split.width,
                            .train = train,
                            .collect = collect_cell_run,
                            .is_common = is_common,
                            .has_done_lines = !extra_of(s, "json")};
    pool.runs = calloc((size_t)n + 1, sizeof *pool.runs);
    if (!pool.runs) {
        usage_error("no memory for %d runs", n);
        return EXIT_OTHER;
    }
    for (int i = 0; i < n; i++) {
        requests[i].threads = split.threads;
        describe(&requests[i], &pool.runs[i]);
    }
    note(s, "%d run%s to do, %d at once; results in %s, run folders in %s/runs", n, plural(n), split.width,
         reproduction_folder(s), reproduction_folder(s));
    int code = n > 0 ? make_folders(s) : EXIT_DONE;
    if (code == EXIT_DONE)
        code = pool_work(&pool);
    free(pool.runs);
    return code;
}

/* Prints the lines of the selected cells, including results of earlier commands. */
static void report_cells(const struct session *s, const struct cell *cells, int n_cells, int seeds)
{
    const size_t n = (size_t)n_cells * (size_t)seeds;
    char folder[BL_PATH_ROOM], (*names)[NAME_ROOM] = calloc(n + 1, sizeof *names);
    const char **list = calloc(n + 1, sizeof *list);
    for (size_t i = 0; names && list && i < n; i++) {
        const struct cell *cell = &cells[i / (size_t)seeds];
        cell_file_name(cell, i % (size_t)seeds + 1, short_epochs(s, cell), names[i]);
        list[i] = names[i];
    }
    snprintf(folder, sizeof folder, "%s/runs", reproduction_folder(s));
    if (names && list)
        report_of_runs(s, folder, list, n);
    free(list);
    free(names);
}

int reproduction_pool(struct session *s, const struct cell *cells, int n_cells)
{
    const int given = number_of(s, "seeds"), seeds = given > 0 ? given : 1;
    struct run_request *requests = calloc((size_t)n_cells * (size_t)seeds + 1, sizeof *requests);
    struct shard shard;
    int n = 0;
    if (!requests) {
        usage_error("no memory for %d runs", n_cells * seeds);
        return EXIT_OTHER;
    }
    for (int i = 0; i < n_cells; i++)
        n += add_requests(s, &cells[i], seeds, requests + n);
    qsort(requests, (size_t)n, sizeof *requests, by_seed);
    int code = shard_read(&shard, extra_of(s, "shard"));
    if (code == EXIT_DONE)
        code = run_requests(s, requests, select_requests(s, shard, requests, n));
    free(requests);
    if (code == EXIT_DONE)
        code = show_cells(s, cells, n_cells);
    if (code == EXIT_DONE)
        report_cells(s, cells, n_cells, seeds);
    return code;
}

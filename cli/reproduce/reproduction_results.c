/*
 * reproduction_results.c - all results of a folder, in the order of the published tables.
 */
#include "../runs/run_training.h"
#include "reproduction.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Returns the place of a cell in the order of target_at, rows and cells. */
static size_t place_of(const struct cell *cell)
{
    size_t place = 0;
    struct cell other;
    for (int t = 0; target_at(t) && target_at(t) != cell->target; t++)
        place += 1000;
    for (int i = 0; cell_at(cell->target, NULL, NULL, NULL, i, &other); i++)
        if (other.published == cell->published)
            return place + (size_t)i;
    return place;
}

static int by_place(const void *a, const void *b)
{
    const struct result *x = a, *y = b;
    const size_t place = place_of(&x->cell), other = place_of(&y->cell);
    if (place != other)
        return place < other ? -1 : 1;
    if (x->epochs != y->epochs && (x->is_short || y->is_short))
        return x->epochs < y->epochs ? -1 : 1;
    return (x->seed > y->seed) - (x->seed < y->seed);
}

static bool is_result(const char *name)
{
    const size_t n = strlen(name);
    return n > 5 && strcmp(name + n - 5, ".json") == 0 && name[0] != '.';
}

static int add(struct results *out, const struct session *s, const char *folder, const char *name)
{
    char path[BL_PATH_ROOM];
    struct result *more = realloc(out->list, (out->n + 1) * sizeof *more);
    if (!more) {
        usage_error("no memory for the results of %s", folder);
        return EXIT_OTHER;
    }
    out->list = more;
    snprintf(path, sizeof path, "%s/%s", folder, name);
    const int code = result_read(&out->list[out->n], s, path);
    out->n += code == EXIT_DONE;
    return code;
}

/* Refuses two files of the same run, because it would be counted twice. */
static int check_twins(const struct results *r)
{
    for (size_t i = 1; i < r->n; i++) {
        const struct result *a = &r->list[i - 1], *b = &r->list[i];
        char text[NAME_ROOM];
        if (by_place(a, b) != 0)
            continue;
        cell_text(&a->cell, text);
        usage_error("there are two results of %s, seed %llu: remove one", text, a->seed);
        return EXIT_DATA;
    }
    return EXIT_DONE;
}

int results_read(struct results *out, const struct session *s, const char *folder)
{
    struct results r = {NULL, 0};
    DIR *dir = opendir(folder);
    int code = EXIT_DONE;
    *out = r;
    if (!dir && errno == ENOENT)
        return EXIT_DONE;
    if (!dir) {
        usage_error("%s: cannot be read: %s", folder, strerror(errno));
        return EXIT_IO;
    }
    for (const struct dirent *entry = readdir(dir); entry && code == EXIT_DONE; entry = readdir(dir))
        if (is_result(entry->d_name))
            code = add(&r, s, folder, entry->d_name);
    closedir(dir);
    if (r.n > 0)
        qsort(r.list, r.n, sizeof *r.list, by_place);
    if (code == EXIT_DONE)
        code = check_twins(&r);
    if (code != EXIT_DONE)
        results_release(&r);
    else
        *out = r;
    return code;
}

void results_release(struct results *results)
{
    for (size_t i = 0; i < results->n; i++)
        result_release(&results->list[i]);
    free(results->list);
    *results = (struct results){NULL, 0};
}

bool result_exists(const char *folder, const char *name)
{
    char file[NAME_ROOM + 8];
    snprintf(file, sizeof file, "%s.json", name);
    return folder_has(folder, file);
}

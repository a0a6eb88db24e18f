/*
 * nearest.c - compares words by their edit distance (optimal string alignment).
 */
#include "nearest.h"

#include "backless.h"

#include <string.h>

/* A prefix counts as near, at a distance beyond that of any word within the edit limit. */
enum { BY_PREFIX = 4, LEAST_PREFIX = 3, NOT_NEAR = 5 };

static size_t normalise(char out[NEAREST_ROOM], struct slice word)
{
    size_t n = 0;
    for (size_t i = 0; i < word.n && n < NEAREST_ROOM - 1; i++) {
        const char c = word.at[i];
        if (c != '-' && c != '_' && c != ' ')
            out[n++] = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
    }
    out[n] = 0;
    return n;
}

static size_t least_of(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* The optimal string alignment distance: the number of letters to substitute, insert, delete or transpose
   with a neighbour, where no letter is edited twice. */
static size_t distance(const char *a, const char *b)
{
    size_t rows[3][NEAREST_ROOM];
    size_t *before = rows[0], *last = rows[1], *row = rows[2];
    const size_t n = strlen(b);
    for (size_t j = 0; j <= n; j++)
        last[j] = before[j] = j;
    for (size_t i = 1; a[i - 1]; i++) {
        row[0] = i;
        for (size_t j = 1; j <= n; j++) {
            row[j] = least_of(least_of(row[j - 1], last[j]) + 1, last[j - 1] + (a[i - 1] != b[j - 1]));
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                row[j] = least_of(row[j], before[j - 2] + 1);
        }
        size_t *const next = before;
        before = last;
        last = row;
        row = next;
    }
    return last[n];
}

static size_t limit_of(size_t letters)
{
    return letters <= 2 ? 0 : letters <= 4 ? 1 : letters <= 7 ? 2 : 3;
}

void nearest_begin(struct nearest *search, struct slice word)
{
    *search = (struct nearest){.distance = NOT_NEAR};
    normalise(search->word, word);
}

void nearest_offer(struct nearest *search, struct slice name, const char *means)
{
    char other[NEAREST_ROOM];
    const size_t n = normalise(other, name), m = strlen(search->word), shorter = least_of(n, m);
    size_t d = distance(search->word, other);
    if (d > limit_of(n > m ? n : m))
        d = shorter >= LEAST_PREFIX && memcmp(search->word, other, shorter) == 0 ? BY_PREFIX : NOT_NEAR;
    if (d >= search->distance || shorter == 0)
        return;
    search->distance = d;
    search->found = means;
}

const char *bl_nearest(const char *word, const char *const *names)
{
    struct nearest search;
    if (!word || !names)
        return NULL;
    nearest_begin(&search, slice_of(word));
    for (size_t i = 0; names[i]; i++)
        nearest_offer(&search, slice_of(names[i]), names[i]);
    return search.found;
}

void nearest_offer_aliases(struct nearest *search, const struct alias *aliases, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct slice rest = slice_of(aliases[i].words), spelling;
        while (slice_word(&rest, &spelling))
            nearest_offer(search, spelling, aliases[i].advice);
    }
}

static void list_all(const struct vocabulary *v, const char *const *more, char *out, size_t room)
{
    text_append(out, room, "there are: ");
    for (size_t i = 0; v->name_at(i); i++)
        text_append(out, room, "%s%s", i ? ", " : "", v->usage_at ? v->usage_at(i) : v->name_at(i));
    for (size_t i = 0; more[i]; i++)
        text_append(out, room, ", %s", more[i]);
}

/* If a name and an alias are equally near, the name is suggested. */
void vocabulary_advise_more(const struct vocabulary *v, const char *const *more, struct slice word, char *out,
                            size_t room)
{
    struct nearest name, alias;
    out[0] = 0;
    nearest_begin(&name, word);
    for (size_t i = 0; v->name_at(i); i++)
        nearest_offer(&name, slice_of(v->name_at(i)), v->name_at(i));
    for (size_t i = 0; more[i]; i++)
        nearest_offer(&name, slice_of(more[i]), more[i]);
    nearest_begin(&alias, word);
    nearest_offer_aliases(&alias, v->aliases, v->n_aliases);
    if (alias.found && alias.distance < name.distance)
        text_append(out, room, "%s", alias.found);
    else if (name.found)
        text_append(out, room, "did you mean \"%s\"?", name.found);
    else
        list_all(v, more, out, room);
}

void vocabulary_advise(const struct vocabulary *v, struct slice word, char *out, size_t room)
{
    static const char *const none[] = {NULL};
    vocabulary_advise_more(v, none, word, out, room);
}

/*
 * npz_names.c - assigns a role (examples, labels) and a split (all, train, test, validation) to the name of
 * each array. Two arrays with the same role and split are refused as ambiguous.
 */
#include "npz_names.h"

#include "../../base/mem.h"
#include "../../base/text.h"

#include <ctype.h>
#include <string.h>

enum role { EXAMPLES, LABELS, ROLES };
enum npz_split { WHOLE, TRAIN, TEST, VALIDATION, PARTS };
enum { LONGEST = 40 };

bl_status npz_names_add(struct npz_names *names, bl_context *ctx, const char *name)
{
    BL_TRY(MEM_GROW(ctx, &names->names, &names->room, names->n, "the names of arrays"));
    BL_TRY(mem_text(ctx, &names->names[names->n], name, strlen(name)));
    names->n++;
    return BL_OK;
}

void npz_names_free(struct npz_names *names, bl_context *ctx)
{
    for (size_t i = 0; i < names->n; i++)
        mem_free(ctx, names->names[i]);
    mem_free(ctx, names->names);
    *names = (struct npz_names){0};
}

/* ---- One name */

static bool role_of(struct slice word, enum role *role)
{
    static const char *const words[ROLES][8] = {
        {"x", "data", "images", "features", "inputs", "arr_0"},
        {"y", "label", "labels", "target", "targets", "class", "classes", "arr_1"}};
    for (int r = 0; r < ROLES; r++)
        for (int i = 0; i < 8 && words[r][i]; i++)
            if (slice_is(word, words[r][i])) {
                *role = (enum role)r;
                return true;
            }
    return false;
}

static bool is_break(char c)
{
    return c == '_' || c == '-' || c == '.' || c == ' ';
}

/* Removes the word of the split and the separator next to it from names such as "x_train" and "train_x". */
static bool without(struct slice name, const char *word, struct slice *rest)
{
    const size_t n = strlen(word);
    if (name.n <= n)
        return false;
    if (memcmp(name.at, word, n) == 0) {
        const size_t skipped = n + is_break(name.at[n]);
        *rest = (struct slice){name.at + skipped, name.n - skipped};
        return true;
    }
    if (memcmp(name.at + name.n - n, word, n) != 0)
        return false;
    *rest = (struct slice){name.at, name.n - n};
    rest->n -= rest->n > 1 && is_break(rest->at[rest->n - 1]);
    return true;
}

static const struct {
    const char *word;
    enum npz_split part;
} parts[] = {{"training", TRAIN},        {"train", TRAIN},      {"testing", TEST},  {"test", TEST},
             {"validation", VALIDATION}, {"valid", VALIDATION}, {"val", VALIDATION}};
enum { N_PARTS = sizeof parts / sizeof *parts };

/* A name in lower case. */
struct lower {
    char text[LONGEST];
};

/* false: the name is too long to have a role. */
static bool lower_of(const char *name, struct lower *out)
{
    const size_t n = strlen(name);
    if (n >= sizeof out->text)
        return false;
    for (size_t i = 0; i <= n; i++)
        out->text[i] = (char)tolower((unsigned char)name[i]);
    return true;
}

static bool classify(const char *name, enum role *role, enum npz_split *part)
{
    struct lower lower;
    struct slice rest;
    if (!lower_of(name, &lower))
        return false;
    *part = WHOLE;
    if (role_of(slice_of(lower.text), role))
        return true;
    for (size_t i = 0; i < N_PARTS; i++)
        if (without(slice_of(lower.text), parts[i].word, &rest) && role_of(rest, role)) {
            *part = parts[i].part;
            return true;
        }
    return false;
}

/* Whether the name is `stem`, with or without the word of a split. */
static bool has_stem(const struct lower *name, struct slice stem)
{
    struct slice rest;
    if (slice_compare(slice_of(name->text), stem) == 0)
        return true;
    for (size_t i = 0; i < N_PARTS; i++)
        if (without(slice_of(name->text), parts[i].word, &rest) && slice_compare(rest, stem) == 0)
            return true;
    return false;
}

/* Whether both names are the same, apart from the words of their splits, and `name` is of that part:
   "z_train", or "z", and "test_z" with part TEST. */
static bool is_counterpart(const char *given, const char *name, enum npz_split part)
{
    struct lower one, other;
    struct slice stem;
    if (!lower_of(given, &one) || !lower_of(name, &other))
        return false;
    if (part == WHOLE)
        return has_stem(&one, slice_of(other.text));
    for (size_t i = 0; i < N_PARTS; i++)
        if (parts[i].part == part && without(slice_of(other.text), parts[i].word, &stem) &&
            has_stem(&one, stem))
            return true;
    return false;
}

/* ---- All names */

struct places {
    const char *name[ROLES][PARTS], *second[ROLES][PARTS];
};

static void put(struct places *p, enum role role, enum npz_split part, const char *name)
{
    const char **slot = p->name[role][part] ? &p->second[role][part] : &p->name[role][part];
    *slot = *slot ? *slot : name;
}

static const char *find_named_array(const struct npz_names *names, const char *name)
{
    for (size_t i = 0; name && i < names->n; i++)
        if (strcmp(names->names[i], name) == 0)
            return names->names[i];
    return NULL;
}

/* Finds the labels of a part that belong to those that the option label names; NULL: there are none. */
static const char *find_counterpart(const struct npz_names *names, const char *given, enum npz_split part)
{
    for (size_t i = 0; given && i < names->n; i++)
        if (is_counterpart(given, names->names[i], part))
            return names->names[i];
    return NULL;
}

/* Assigns the roles of all arrays. given: the array that the option label names, which gets no other role. */
static void place_all(struct places *p, const struct npz_names *names, const char *given)
{
    enum role role;
    enum npz_split part;
    for (size_t i = 0; i < names->n; i++)
        if (names->names[i] != given && classify(names->names[i], &role, &part))
            put(p, role, part, names->names[i]);
}

struct listed {
    char text[400];
};

static struct listed list(const struct npz_names *names)
{
    struct listed out = {""};
    for (size_t i = 0; i < names->n; i++)
        text_append(out.text, sizeof out.text, "%s%.60s", i ? ", " : "", names->names[i]);
    if (names->n == 0)
        text_append(out.text, sizeof out.text, "none");
    return out;
}

static bl_status no_names(const struct npz_names *names, const struct npz_question *q)
{
    BL_FAIL(q->ctx, BL_BAD_DATA,
            "%s: its arrays are %s; expected x_train and y_train (and x_test, y_test), or x and y, images "
            "and labels, "
            "data and target, features and labels, or arr_0 and arr_1; --label NAME names the labels",
            q->path, list(names).text);
}

static bl_status check_one(const struct places *p, enum role role, enum npz_split part,
                           const struct npz_names *names, const struct npz_question *q)
{
    if (!p->second[role][part])
        return BL_OK;
    BL_FAIL(q->ctx, BL_BAD_DATA, "%s: both \"%.60s\" and \"%.60s\" may be the %s; its arrays are %s%s",
            q->path, p->name[role][part], p->second[role][part], role == EXAMPLES ? "examples" : "labels",
            list(names).text, role == LABELS ? "; select one with --label NAME" : "");
}

/* Checks the arrays of a part. is_given: the option label names the labels. */
static bl_status check_parts(const struct places *p, enum npz_split part, bool is_given,
                             const struct npz_names *names, const struct npz_question *q)
{
    if (part != TEST && p->name[EXAMPLES][TRAIN] && p->name[EXAMPLES][WHOLE])
        BL_FAIL(q->ctx, BL_BAD_DATA,
                "%s: both \"%.60s\" and \"%.60s\" may be the examples to train on; its arrays are %s",
                q->path, p->name[EXAMPLES][TRAIN], p->name[EXAMPLES][WHOLE], list(names).text);
    BL_TRY(check_one(p, EXAMPLES, part, names, q));
    return is_given ? BL_OK : check_one(p, LABELS, part, names, q);
}

/* Counts the arrays that no part uses. given, tested: the labels of the option, and those of the test set. */
static void count_left_out(struct npz_answer *out, const struct npz_names *names, const char *given,
                           const char *tested)
{
    for (size_t i = 0; i < names->n; i++) {
        enum role role;
        enum npz_split part = WHOLE;
        const bool is_used = names->names[i] == given || names->names[i] == tested ||
                             (classify(names->names[i], &role, &part) && part != VALIDATION);
        if (!is_used && names->names[i] != out->examples && out->n_left_out++ == 0)
            out->left_out = names->names[i];
    }
}

bl_status npz_names_choose(struct npz_answer *out, const struct npz_names *names,
                           const struct npz_question *q)
{
    struct places p = {0};
    const char *given = find_named_array(names, q->given);
    for (int i = WHOLE; i < VALIDATION && !given; i++)
        given = find_counterpart(names, q->given, (enum npz_split)i);
    if (q->given && !given && q->needs_labels)
        BL_FAIL(q->ctx, BL_BAD_DATA, "%s: no array \"%.60s\" of labels; its arrays are %s", q->path, q->given,
                list(names).text);
    place_all(&p, names, given);
    const enum npz_split first = p.name[EXAMPLES][TRAIN] || !p.name[EXAMPLES][WHOLE] ? TRAIN : WHOLE;
    if (given) {
        const char *trained = find_counterpart(names, given, TRAIN);
        p.name[LABELS][first] = first == TRAIN && trained ? trained : given;
        p.name[LABELS][TEST] = find_counterpart(names, given, TEST);
    }
    const bool has_test = p.name[EXAMPLES][TEST] && (p.name[LABELS][TEST] || !q->needs_labels);
    const enum npz_split part = has_test && strcmp(q->part, "test") == 0 ? TEST : first;
    const char *examples = p.name[EXAMPLES][part];
    if (!examples && names->n == 1 && !q->needs_labels)
        examples = names->names[0];
    const char *labels = p.name[LABELS][part];
    BL_TRY(check_parts(&p, part, given != NULL, names, q));
    if (!examples || (!labels && q->needs_labels))
        return no_names(names, q);
    *out = (struct npz_answer){.examples = examples,
                               .labels = labels,
                               .has_given = given != NULL,
                               .has_test = has_test,
                               .untested = has_test ? NULL : p.name[EXAMPLES][TEST]};
    count_left_out(out, names, given, p.name[LABELS][TEST]);
    return BL_OK;
}

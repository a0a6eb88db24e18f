/*
 * datasets.c - the data sets known by name, and the folders that are searched for them.
 *
 * A new set whose format is supported needs one line in the table.
 */
#include "location.h"
#include "source.h"

#include "../../base/mem.h"
#include "../../base/nearest.h"

#include <stdlib.h>
#include <string.h>

enum { MOST_ELSEWHERE = 4 };

struct named_set {
    const char *name, *about;
    const char *const *classes;            /* class names, up to NULL; NULL: the classes have numbers */
    const char *how_to_get;                /* follows "no data set x in ...: " in a message */
    const char *elsewhere[MOST_ELSEWHERE]; /* other names of its folder or file; unused elements are NULL */
    const char *useless; /* folder name of a version of the set that cannot be read; NULL: none */
};

static const char *const fashion_classes[] = {"T-shirt/top", "Trouser",    "Pullover", "Dress",
                                              "Coat",        "Sandal",     "Shirt",    "Sneaker",
                                              "Bag",         "Ankle boot", NULL};

static const char *const kuzushiji_classes[] = {"o",  "ki", "su", "tsu", "na", "ha",
                                                "ma", "ya", "re", "wo",  NULL};

static const struct named_set sets[] = {
    {"fashion-mnist",
     "60000 + 10000 grey images of clothes, 28 x 28, 10 classes",
     fashion_classes,
     "fetch it (backless data get fashion-mnist) or install it (apt-get install dataset-fashion-mnist)",
     {"FashionMNIST/raw", "FashionMNIST"},
     NULL},
    {"mnist",
     "60000 + 10000 handwritten digits, 28 x 28, 10 classes",
     NULL,
     "fetch it (backless data get mnist)",
     {"MNIST/raw", "MNIST"},
     NULL},
    {"kmnist",
     "60000 + 10000 cursive Japanese letters, 28 x 28, 10 classes",
     kuzushiji_classes,
     "fetch it (backless data get kmnist)",
     {"KMNIST/raw", "KMNIST"},
     NULL},
    {"cifar10",
     "50000 + 10000 colour images, 32 x 32, 10 classes",
     NULL,
     "fetch it (backless data get cifar10)",
     {"cifar-10-batches-bin", "cifar-10-binary.tar.gz", "cifar-10-binary.tar"},
     "cifar-10-batches-py"},
    {"cifar100",
     "50000 + 10000 colour images, 32 x 32, 100 classes (--label coarse: 20)",
     NULL,
     "fetch it (backless data get cifar100)",
     {"cifar-100-binary", "cifar-100-binary.tar.gz", "cifar-100-binary.tar"},
     "cifar-100-python"},
    {"svhn",
     "73257 + 26032 colour pictures of digits on houses, 32 x 32, 10 classes",
     NULL,
     "fetch it (backless data get svhn)",
     {"SVHN", "housenumbers"},
     NULL},
};

/* Other names of the sets, and names of sets that are distributed as files. */
static const struct alias aliases[] = {
    {"fmnist fashion zalando", "did you mean \"fashion-mnist\"?"},
    {"mnisthandwritten mnist784 handwrittendigits lecun", "did you mean \"mnist\"?"},
    {"kuzushiji kuzushijimnist", "did you mean \"kmnist\"?"},
    {"cifar", "there are cifar10 and cifar100"},
    {"housenumbers streetviewhousenumbers svhncropped", "did you mean \"svhn\"?"},
};

const char *named_at(size_t i)
{
    return i < sizeof sets / sizeof *sets ? sets[i].name : NULL;
}

const struct named_set *named_find(const char *name)
{
    for (size_t i = 0; i < sizeof sets / sizeof *sets; i++)
        if (strcmp(sets[i].name, name) == 0)
            return &sets[i];
    return NULL;
}

const char *named_about(const char *name)
{
    const struct named_set *set = named_find(name);
    return set ? set->about : NULL;
}

void named_advise(const char *name, char *out, size_t room)
{
    static const struct vocabulary names = {named_at, NULL, aliases, sizeof aliases / sizeof *aliases};
    vocabulary_advise(&names, slice_of(name), out, room);
}

/* ---- Folders that are searched */

enum { MOST_FOLDERS = 5 };

struct folders {
    char path[MOST_FOLDERS][BL_PATH_ROOM];
    int n;
};

static void add_folder(struct folders *f, const char *base, const char *below)
{
    char *path = f->path[f->n];
    path[0] = 0;
    text_append(path, BL_PATH_ROOM, "%s%s", base, below);
    for (size_t n = strlen(path); n > 1 && path[n - 1] == '/'; n--)
        path[n - 1] = 0;
    f->n++;
}

static bool is_given(const char *text)
{
    return text && text[0];
}

/* An XDG_CACHE_HOME that is not absolute is ignored, as the XDG base directory specification says. */
static bool add_cache(struct folders *f, const char *below)
{
    const char *cache = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
    char name[64] = "";
    const bool is_named = is_given(cache) && cache[0] == '/';
    if (!is_named && !is_given(home))
        return false;
    text_append(name, sizeof name, "%s/backless%s", is_named ? "" : "/.cache", below);
    add_folder(f, is_named ? cache : home, name);
    return true;
}

bool named_cache(char path[BL_PATH_ROOM], const char *below)
{
    struct folders f = {.n = 0};
    const bool is_there = add_cache(&f, below);
    if (is_there)
        memcpy(path, f.path[0], BL_PATH_ROOM);
    return is_there;
}

/* Lists the folders to search. */
static void list_folders(struct folders *f, const char *data_dir)
{
    const char *from_environment = getenv("BACKLESS_DATA");
    f->n = 0;
    if (is_given(data_dir))
        add_folder(f, data_dir, "");
    if (is_given(from_environment))
        add_folder(f, from_environment, "");
    add_cache(f, "");
    add_folder(f, "/usr/share/datasets", "");
    add_folder(f, "/usr/local/share/datasets", "");
}

/* Whether the path ends with the whole components of `name`. */
static bool is_called(const char *path, const char *name)
{
    const size_t n = strlen(path), m = strlen(name);
    return n >= m && strcmp(path + n - m, name) == 0 && (n == m || path[n - m - 1] == '/');
}

static bool is_archive(const char *name)
{
    return path_ends(name, ".tar");
}

/* Whether the folder or file can be read as the set. A folder under another name must contain readable files:
   MNIST may contain only raw. */
static bool holds_set(const char *path, const char *name)
{
    if (is_archive(name))
        return path_is_there(path) && !path_is_folder(path);
    const struct folder_reader *reader = path_is_folder(path) ? folder_reader_for(path) : NULL;
    return reader && (reader->has_part(path, "train") || reader->has_part(path, "test"));
}

static bool holds_at(char out[BL_PATH_ROOM], const char *folder, const char *below, const char *name)
{
    out[0] = 0;
    text_append(out, BL_PATH_ROOM, "%s%s%s", folder, below[0] ? "/" : "", below);
    return holds_set(out, name);
}

/* Finds the set under one of its other names, such as FOLDER/MNIST/raw, also if FOLDER ends with MNIST or
   with MNIST/raw. */
static bool find_elsewhere(char out[BL_PATH_ROOM], const char *folder, const struct named_set *set)
{
    for (size_t i = 0; i < MOST_ELSEWHERE && set->elsewhere[i]; i++) {
        const char *name = set->elsewhere[i], *slash = strchr(name, '/');
        char first[64] = "";
        text_append(first, sizeof first, "%.*s", slash ? (int)(slash - name) : 0, name);
        if (holds_at(out, folder, name, name) ||
            (is_called(folder, name) && holds_at(out, folder, "", name)) ||
            (slash && is_called(folder, first) && holds_at(out, folder, slash + 1, name)))
            return true;
    }
    return false;
}

/* Finds the set as FOLDER/NAME, as FOLDER if that is called NAME, or under one of the other names in
   either. */
static bool find_in(char out[BL_PATH_ROOM], const char *folder, const struct named_set *set)
{
    char inner[BL_PATH_ROOM];
    const bool is_own = is_called(folder, set->name) && path_is_folder(folder);
    inner[0] = 0;
    text_append(inner, sizeof inner, "%s/%s", folder, set->name);
    const bool has_own = path_is_folder(inner);
    if (has_own && !holds_set(inner, set->name) && find_elsewhere(out, inner, set))
        return true;
    if (!has_own && find_elsewhere(out, folder, set))
        return true;
    out[0] = 0;
    text_append(out, BL_PATH_ROOM, "%s", has_own ? inner : folder);
    return has_own || is_own;
}

/* Finds a version of the set that cannot be read, such as the Python version of CIFAR-10, for the message. */
static bool find_useless(char out[BL_PATH_ROOM], const struct named_set *set, const struct folders *f)
{
    for (int i = 0; set->useless && i < f->n; i++) {
        out[0] = 0;
        text_append(out, BL_PATH_ROOM, "%s/%s", f->path[i], set->useless);
        if (path_is_folder(out))
            return true;
    }
    return false;
}

static bl_status not_found(bl_context *ctx, const struct named_set *set, const struct folders *f)
{
    char looked[512] = "", useless[BL_PATH_ROOM];
    if (find_useless(useless, set, f))
        BL_FAIL(ctx, BL_BAD_DATA,
                "no data set %s; %s is its version for Python, expected the binary version: %s, or put %s "
                "into the same folder",
                set->name, useless, set->how_to_get, set->elsewhere[0]);
    for (int i = 0; i < f->n; i++)
        text_append(looked, sizeof looked, "%s%s", i ? ", " : "", f->path[i]);
    BL_FAIL(ctx, BL_BAD_DATA,
            "no data set %s; looked in %s; %s, or name the folder that has it with --data-dir (option "
            "data-dir) or BACKLESS_DATA",
            set->name, looked, set->how_to_get);
}

static bl_status search(struct location *out, bl_context *ctx, const struct named_set *set,
                        const struct folders *f)
{
    for (int i = 0; i < f->n; i++) {
        if (!find_in(out->path, f->path[i], set))
            continue;
        out->is_folder = path_is_folder(out->path);
        out->set = set;
        return BL_OK;
    }
    return not_found(ctx, set, f);
}

bl_status named_locate(struct location *out, bl_context *ctx, const struct named_set *set,
                       const char *data_dir)
{
    struct folders *folders = NULL;
    BL_TRY(MEM_ONE(ctx, &folders, "folder names"));
    list_folders(folders, data_dir);
    const bl_status status = search(out, ctx, set, folders);
    mem_free(ctx, folders);
    return status;
}

bl_status named_path(bl_context *ctx, const char *name, const char *data_dir, char *path)
{
    const struct named_set *set = named_find(name);
    struct location found;
    if (!set) {
        char advice[256];
        named_advise(name, advice, sizeof advice);
        BL_FAIL(ctx, BL_BAD_VALUE, "no data set is called \"%s\"; %s", name, advice);
    }
    BL_TRY(named_locate(&found, ctx, set, data_dir));
    memcpy(path, found.path, sizeof found.path);
    return BL_OK;
}

bl_status named_home(bl_context *ctx, const char *data_dir, char *path)
{
    struct folders *folders = NULL;
    BL_TRY(MEM_ONE(ctx, &folders, "folder names"));
    list_folders(folders, data_dir);
    memcpy(path, folders->path[0], BL_PATH_ROOM);
    mem_free(ctx, folders);
    return BL_OK;
}

/* ---- Class names */

bl_status named_classes(bl_data *data, const struct named_set *set)
{
    int n = 0;
    while (set->classes && set->classes[n])
        n++;
    if (n == 0)
        return BL_OK;
    if (data->outputs > n)
        BL_FAIL(data->ctx, BL_BAD_DATA, "%s: label %d, but %s has %d classes, from 0", data->source,
                data->outputs - 1, set->name, n);
    BL_TRY(MEM_ARRAY(data->ctx, &data->class_names, (size_t)n, "class names"));
    data->class_match = CLASS_BY_NUMBER;
    data->outputs = n;
    for (int k = 0; k < n; k++)
        BL_TRY(mem_text(data->ctx, &data->class_names[k], set->classes[k], strlen(set->classes[k])));
    return BL_OK;
}

const char *named_name(const struct named_set *set)
{
    return set->name;
}

bool named_has_classes(const struct named_set *set)
{
    return set->classes != NULL;
}

bool named_agrees(const struct named_set *set, const bl_data *schema)
{
    if (!set->classes || !schema->class_names || schema->class_match != CLASS_BY_NUMBER)
        return true;
    int k = 0;
    for (; k < schema->outputs && set->classes[k]; k++)
        if (strcmp(set->classes[k], schema->class_names[k]) != 0)
            return false;
    return k == schema->outputs;
}

/*
 * named.c - data sets that are known by name, and where they are looked for.
 *
 * Adding one whose files a reader knows is one line in the table.
 */
#include "readers.h"

#include "../base/mem.h"
#include "../base/text.h"

#include <stdlib.h>
#include <string.h>

struct named_set {
    const char *name, *about;
    const char *const *classes; /* ends with NULL; NULL: their numbers */
    const char *how_to_get;     /* completes "no data set x in ...: " */
};

static const char *const fashion_classes[] = {"T-shirt/top", "Trouser",    "Pullover", "Dress",
                                              "Coat",        "Sandal",     "Shirt",    "Sneaker",
                                              "Bag",         "Ankle boot", NULL};

static const char *const kuzushiji_classes[] = {"o",  "ki", "su", "tsu", "na", "ha",
                                                "ma", "ya", "re", "wo",  NULL};

static const struct named_set sets[] = {
    {"fashion-mnist", "60000 + 10000 grey pictures of clothes, 28 x 28, 10 classes", fashion_classes,
     "fetch it (backless data get fashion-mnist) or install it (apt-get install dataset-fashion-mnist)"},
    {"mnist", "60000 + 10000 handwritten digits, 28 x 28, 10 classes", NULL,
     "fetch it (backless data get mnist)"},
    {"kmnist", "60000 + 10000 cursive Japanese letters, 28 x 28, 10 classes", kuzushiji_classes,
     "fetch it (backless data get kmnist)"},
    {"cifar10", "50000 + 10000 colour pictures, 32 x 32, 10 classes", NULL,
     "fetch it (backless data get cifar10)"},
    {"cifar100", "50000 + 10000 colour pictures, 32 x 32, 100 classes (--label coarse: 20)", NULL,
     "fetch it (backless data get cifar100)"},
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

/* ---- Where */

enum { MOST_FOLDERS = 5 };

struct folders {
    char path[MOST_FOLDERS][LOCATION_ROOM];
    int n;
};

static void add_folder(struct folders *f, const char *base, const char *below)
{
    char *path = f->path[f->n];
    path[0] = 0;
    text_append(path, LOCATION_ROOM, "%s%s", base, below);
    for (size_t n = strlen(path); n > 1 && path[n - 1] == '/'; n--)
        path[n - 1] = 0;
    f->n++;
}

static bool is_given(const char *text)
{
    return text && text[0];
}

/* The base directory specification ignores an XDG_CACHE_HOME that is not absolute. */
static void list_folders(struct folders *f, const char *data_dir)
{
    const char *from_environment = getenv("BACKLESS_DATA"), *cache = getenv("XDG_CACHE_HOME"),
               *home = getenv("HOME");
    f->n = 0;
    if (is_given(data_dir))
        add_folder(f, data_dir, "");
    if (is_given(from_environment))
        add_folder(f, from_environment, "");
    if (is_given(cache) && cache[0] == '/')
        add_folder(f, cache, "/backless");
    else if (is_given(home))
        add_folder(f, home, "/.cache/backless");
    add_folder(f, "/usr/share/datasets", "");
    add_folder(f, "/usr/local/share/datasets", "");
}

/* FOLDER/NAME, or FOLDER itself where it is called NAME. */
static bool find_in(char out[LOCATION_ROOM], const char *folder, const char *name)
{
    out[0] = 0;
    text_append(out, LOCATION_ROOM, "%s/%s", folder, name);
    if (path_is_folder(out))
        return true;
    const char *slash = strrchr(folder, '/');
    if (strcmp(slash ? slash + 1 : folder, name) != 0 || !path_is_folder(folder))
        return false;
    out[0] = 0;
    text_append(out, LOCATION_ROOM, "%s", folder);
    return true;
}

static bl_status not_found(bl_context *ctx, const struct named_set *set, const struct folders *f)
{
    char looked[512] = "";
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
        if (!find_in(out->path, f->path[i], set->name))
            continue;
        out->is_folder = true;
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
    if (!set)
        BL_FAIL(ctx, BL_BAD_VALUE, "no data set is called \"%s\"", name);
    BL_TRY(named_locate(&found, ctx, set, data_dir));
    memcpy(path, found.path, sizeof found.path);
    return BL_OK;
}

bl_status named_home(bl_context *ctx, const char *data_dir, char *path)
{
    struct folders *folders = NULL;
    BL_TRY(MEM_ONE(ctx, &folders, "folder names"));
    list_folders(folders, data_dir);
    memcpy(path, folders->path[0], LOCATION_ROOM);
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

bool named_agrees(const struct named_set *set, const bl_data *like)
{
    if (!set->classes || !like->class_names || like->class_match != CLASS_BY_NUMBER)
        return true;
    int k = 0;
    for (; k < like->outputs && set->classes[k]; k++)
        if (strcmp(set->classes[k], like->class_names[k]) != 0)
            return false;
    return k == like->outputs;
}

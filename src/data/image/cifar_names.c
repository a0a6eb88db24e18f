/*
 * cifar_names.c - the class names of CIFAR-10 and CIFAR-100, in the order of their labels, and the text files
 * that give other names to records of the same form, one per line.
 */
#include "cifar.h"

#include "../../base/mem.h"
#include "../../base/text.h"

#include <string.h>

enum { MOST_TEXT = 1 << 16 };

const char *const cifar10_names[10] = {"airplane", "automobile", "bird",  "cat",  "deer",
                                       "dog",      "frog",       "horse", "ship", "truck"};

const char *const cifar100_coarse_names[20] = {"aquatic_mammals",
                                               "fish",
                                               "flowers",
                                               "food_containers",
                                               "fruit_and_vegetables",
                                               "household_electrical_devices",
                                               "household_furniture",
                                               "insects",
                                               "large_carnivores",
                                               "large_man-made_outdoor_things",
                                               "large_natural_outdoor_scenes",
                                               "large_omnivores_and_herbivores",
                                               "medium_mammals",
                                               "non-insect_invertebrates",
                                               "people",
                                               "reptiles",
                                               "small_mammals",
                                               "trees",
                                               "vehicles_1",
                                               "vehicles_2"};

const char *const cifar100_names[100] = {
    "apple",      "aquarium_fish", "baby",         "bear",       "beaver",      "bed",         "bee",
    "beetle",     "bicycle",       "bottle",       "bowl",       "boy",         "bridge",      "bus",
    "butterfly",  "camel",         "can",          "castle",     "caterpillar", "cattle",      "chair",
    "chimpanzee", "clock",         "cloud",        "cockroach",  "couch",       "crab",        "crocodile",
    "cup",        "dinosaur",      "dolphin",      "elephant",   "flatfish",    "forest",      "fox",
    "girl",       "hamster",       "house",        "kangaroo",   "keyboard",    "lamp",        "lawn_mower",
    "leopard",    "lion",          "lizard",       "lobster",    "man",         "maple_tree",  "motorcycle",
    "mountain",   "mouse",         "mushroom",     "oak_tree",   "orange",      "orchid",      "otter",
    "palm_tree",  "pear",          "pickup_truck", "pine_tree",  "plain",       "plate",       "poppy",
    "porcupine",  "possum",        "rabbit",       "raccoon",    "ray",         "road",        "rocket",
    "rose",       "sea",           "seal",         "shark",      "shrew",       "skunk",       "skyscraper",
    "snail",      "snake",         "spider",       "squirrel",   "streetcar",   "sunflower",   "sweet_pepper",
    "table",      "tank",          "telephone",    "television", "tiger",       "tractor",     "train",
    "trout",      "tulip",         "turtle",       "wardrobe",   "whale",       "willow_tree", "wolf",
    "woman",      "worm"};

const char *cifar_names_file(const struct cifar *c)
{
    return c->labels == 1    ? "batches.meta.txt"
           : c->wants_coarse ? "coarse_label_names.txt"
                             : "fine_label_names.txt";
}

static size_t classes_of(const struct cifar *c)
{
    return c->labels == 1    ? sizeof cifar10_names / sizeof *cifar10_names
           : c->wants_coarse ? sizeof cifar100_coarse_names / sizeof *cifar100_coarse_names
                             : sizeof cifar100_names / sizeof *cifar100_names;
}

/* Removes the next line that is not blank from *rest, and gives it without blanks at both ends. */
static bool next_name(struct slice *rest, struct slice *name)
{
    while (slice_next(rest, '\n', name)) {
        if (name->n > 0 && name->at[name->n - 1] == '\r')
            name->n--;
        *name = slice_trim(*name);
        if (name->n > 0)
            return true;
    }
    return false;
}

bl_status cifar_take_names(struct cifar *c, const char *where, const struct bytes *file)
{
    const size_t wanted = classes_of(c);
    struct slice rest = {(const char *)file->at, file->n}, name;
    size_t n = 0;
    BL_TRY(MEM_ARRAY(c->r->ctx, &c->names, wanted, "class names"));
    for (; next_name(&rest, &name); n++) {
        if (n == wanted)
            BL_FAIL(c->r->ctx, BL_BAD_DATA, "%s: more than %zu names of classes", where, wanted);
        BL_TRY(mem_text(c->r->ctx, &c->names[n], name.at, name.n));
        if (!text_is_plain(c->names[n]) || strlen(c->names[n]) != name.n)
            BL_FAIL(c->r->ctx, BL_BAD_DATA, "%s: name %zu (from 0) is not UTF-8, or has control characters",
                    where, n);
    }
    if (n < wanted)
        BL_FAIL(c->r->ctx, BL_BAD_DATA, "%s: %zu names of classes, expected %zu", where, n, wanted);
    return BL_OK;
}

bl_status cifar_read_names(struct cifar *c, const char *folder)
{
    char path[BL_PATH_ROOM] = "";
    struct bytes file = {0};
    text_append(path, sizeof path, "%s/%s", folder, cifar_names_file(c));
    if (!path_is_there(path))
        return BL_OK;
    BL_TRY(bytes_read_file(&file, c->r->ctx, path, MOST_TEXT));
    const bl_status status = cifar_take_names(c, path, &file);
    mem_free(c->r->ctx, file.at);
    return status;
}

/*
 * idx_names.c - finds the images and labels of one split in a folder, or the file of labels in the folder of
 * a file of images, by the names of MNIST and similar sets.
 */
#include "../set/data_internal.h"
#include "idx.h"

#include "../../base/text.h"

#include <string.h>

/* Finds the first of the possible names that exists: "train-images-idx3-ubyte", with a dot, with other
   dimensions, compressed. */
static bool find_file(char out[BL_PATH_ROOM], const char *folder, const char *part, const char *kind,
                      const char *dimensions)
{
    static const char *const endings[] = {"", ".gz"};
    for (const char *d = dimensions; *d; d++) {
        for (int i = 0; i < 4; i++) {
            out[0] = 0;
            text_append(out, BL_PATH_ROOM, "%s/%s-%s%cidx%c-ubyte%s", folder, part, kind, i < 2 ? '-' : '.',
                        *d, endings[i % 2]);
            if (path_is_there(out))
                return true;
        }
    }
    out[0] = 0;
    return false;
}

static bool find_images(char out[BL_PATH_ROOM], const char *folder, const char *prefix)
{
    return find_file(out, folder, prefix, "images", "324");
}

/* The prefix of a part's files in this folder: "test" is used only if there are no t10k files. */
static const char *prefix_of(const char *folder, const char *part)
{
    char path[BL_PATH_ROOM];
    if (strcmp(part, "train") == 0)
        return "train";
    const bool has_t10k = find_images(path, folder, "t10k");
    return !has_t10k && find_images(path, folder, "test") ? "test" : "t10k";
}

bool idx_has_part(const char *folder, const char *part)
{
    char path[BL_PATH_ROOM];
    return find_images(path, folder, prefix_of(folder, part));
}

bl_status idx_find_pair(struct idx_pair *out, bl_context *ctx, const char *folder, const char *part,
                        const struct data_options *options)
{
    const char *prefix = prefix_of(folder, part);
    if (!find_images(out->images, folder, prefix))
        BL_FAIL(ctx, BL_BAD_DATA,
                "%s: no images to %s with in this folder; expected %s-images-idx3-ubyte or "
                "%s-images.idx3-ubyte, plain or .gz; or a folder of PNG or JPEG images for each class; or "
                "CIFAR's batches",
                folder, part, prefix, prefix);
    const bool has_labels = find_file(out->labels, folder, prefix, "labels", "1");
    if (!has_labels && options->has_labels)
        BL_FAIL(ctx, BL_BAD_DATA,
                "%s: there is no labels file beside it; expected %s-labels-idx1-ubyte or "
                "%s-labels.idx1-ubyte, plain or .gz",
                out->images, prefix, prefix);
    return BL_OK;
}

/* ---- A single file of images */

/* Replaces the last `from` in the name (not the folder) of path by `to`, which has the same length. */
static bool replace(char *path, const char *from, const char *to)
{
    char *name = strrchr(path, '/');
    char *found = NULL;
    for (char *at = name ? name : path; (at = strstr(at, from)) != NULL; at++)
        found = at;
    for (size_t i = 0; found && to[i]; i++)
        found[i] = to[i];
    return found != NULL;
}

/* Appends or removes ".gz", because only one of the two files may be compressed. */
static void toggle_gz(char *path, size_t room)
{
    const size_t n = strlen(path);
    if (n > 3 && strcmp(path + n - 3, ".gz") == 0)
        path[n - 3] = 0;
    else
        text_append(path, room, ".gz");
}

bl_status idx_partner(struct idx_pair *out, bl_context *ctx, const char *images,
                      const struct data_options *options)
{
    *out = (struct idx_pair){{0}, {0}};
    text_append(out->images, sizeof out->images, "%s", images);
    text_append(out->labels, sizeof out->labels, "%s", images);
    const bool can_tell = replace(out->labels, "images", "labels");
    if (!can_tell && options->has_labels)
        BL_FAIL(ctx, BL_BAD_DATA,
                "%s: its labels file cannot be found, because its name does not contain \"images\", which "
                "would be replaced by \"labels\"",
                images);
    for (char d = '2'; can_tell && d <= '4'; d++)
        replace(out->labels, (const char[]){'i', 'd', 'x', d, 0}, "idx1");
    if (can_tell && path_is_there(out->labels))
        return BL_OK;
    char expected[sizeof out->labels];
    memcpy(expected, out->labels, sizeof expected);
    toggle_gz(out->labels, sizeof out->labels);
    if (can_tell && path_is_there(out->labels))
        return BL_OK;
    if (options->has_labels)
        BL_FAIL(ctx, BL_BAD_DATA, "%s: there is no labels file beside it; expected %s", images, expected);
    out->labels[0] = 0;
    return BL_OK;
}

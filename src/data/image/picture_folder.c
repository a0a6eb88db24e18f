/*
 * picture_folder.c - reads PNG and JPEG files from one folder per class, or from such folders in train and
 * test; for predictions also from a folder without classes. Classes are the names of the folders, sorted; the
 * images of each are sorted by name.
 */
#include "../../base/mem.h"
#include "../../base/text.h"
#include "picture.h"
#include "picture_list.h"

#include <dirent.h>
#include <limits.h>
#include <string.h>

/* ---- Parts */

/* Finds the folder of a split. It must contain folders of classes; without needs_classes it may contain only
   images. Returns the number of such folders ("train" and "Train" are two); `out` is the first by name. */
static size_t find_folder(char out[BL_PATH_ROOM], const char *folder, const char *part, bool needs_classes)
{
    DIR *open_folder = opendir(folder);
    char path[BL_PATH_ROOM];
    size_t n = 0;
    out[0] = 0;
    for (struct dirent *entry; open_folder && (entry = readdir(open_folder)) != NULL;) {
        if (!is_part_name(entry->d_name, part) || !path_join(path, folder, entry->d_name) ||
            !(folder_holds_classes(path) ||
              (!needs_classes && path_is_folder(path) && folder_holds_pictures(path))))
            continue;
        if (n++ == 0 || strcmp(path, out) < 0)
            memcpy(out, path, strlen(path) + 1);
    }
    if (open_folder)
        closedir(open_folder);
    return n;
}

/* Whether the folder is one of two splits. Its images are then in folders of classes, unlike those of a class
   that is called "train". */
static bool is_part(const char *folder, const char *part)
{
    char path[BL_PATH_ROOM];
    return find_folder(path, folder, part, true) > 0;
}

static bool has_parts(const char *folder)
{
    return is_part(folder, "train") || is_part(folder, "test");
}

/* Finds the folder of a part. A folder without splits is used as every part. Images for predictions need no
   classes. */
static bl_status find_part(char out[BL_PATH_ROOM], bl_context *ctx, const char *folder, const char *part)
{
    if (!has_parts(folder)) {
        out[0] = 0;
        text_append(out, BL_PATH_ROOM, "%s", folder);
        return BL_OK;
    }
    const size_t n = find_folder(out, folder, part, false);
    if (n == 0)
        BL_FAIL(ctx, BL_BAD_DATA, "%s: no images to %s with in this folder; expected a folder %s in it",
                folder, part, part);
    if (n > 1)
        BL_FAIL(ctx, BL_BAD_DATA, "%s: %zu folders to %s with, %s the first of them; expected one", folder, n,
                part, out);
    return BL_OK;
}

/* Whether the folder has the part. A folder without splits is only a training set. */
static bool has_part(const char *folder, const char *part)
{
    if (has_parts(folder))
        return is_part(folder, part);
    return strcmp(part, "train") == 0 && (folder_holds_classes(folder) || folder_holds_pictures(folder));
}

/* ---- Storing the pixels in a set */

/* The state of reading a folder. Images are stored as three planes until it is known that all are grey. */
struct album {
    const struct reading *r;
    const char *folder;
    bl_data *data;
    struct entries classes;
    uint8_t *planes;
    int32_t *labels;
    size_t n, room; /* number of images, and of images that memory is allocated for */
    int rows, cols; /* size of all images; 0: not known yet */
    bool has_colour, brings_to_size;
    char *first; /* path of the image that determined the size */
    size_t n_alpha, n_others;
    char *other; /* path of the first file that was left out */
};

/* Sets the required size, from the option resize or the model; 0: the size of the first image is used. A
   model that was trained on vectors has no image size; then only the number of values must match. Images are
   resized only if the option or the model's training says so. */
static void know_size(struct album *a)
{
    const struct reading *r = a->r;
    const struct data_options *o = r->options;
    const bool is_known =
        r->schema && (r->schema->shape.channels > 1 || r->schema->shape.rows > 1 || r->schema->is_resized);
    a->rows = o->resize_rows > 0 ? o->resize_rows : is_known ? r->schema->shape.rows : 0;
    a->cols = o->resize_rows > 0 ? o->resize_cols : is_known ? r->schema->shape.cols : 0;
    a->brings_to_size = o->resize_rows > 0 || (is_known && r->schema->is_resized);
    a->data->is_resized = a->brings_to_size;
}

static bl_status wrong_size(const struct album *a, const struct picture *picture, const char *path)
{
    BL_FAIL(
        a->r->ctx, BL_BAD_DATA,
        "%s: %d x %d pixels (rows x columns), but %s has %d x %d; --resize ROWSxCOLS resizes all to one size",
        path, picture->rows, picture->cols, a->first ? a->first : "the training set", a->rows, a->cols);
}

static bl_status fit_size(struct album *a, struct picture *picture, const char *path)
{
    if (a->rows == 0) {
        a->rows = picture->rows;
        a->cols = picture->cols;
        BL_TRY(mem_text(a->r->ctx, &a->first, path, strlen(path)));
    }
    if (a->brings_to_size)
        return picture_resize(picture, a->r->ctx, a->rows, a->cols);
    return picture->rows == a->rows && picture->cols == a->cols ? BL_OK : wrong_size(a, picture, path);
}

static size_t plane_size(const struct album *a)
{
    return (size_t)a->rows * (size_t)a->cols;
}

static bl_status need_room(struct album *a)
{
    const size_t size = 3 * plane_size(a);
    if (a->planes)
        return BL_OK;
    if (size > INT_MAX || a->room > SIZE_MAX / size)
        BL_FAIL(a->r->ctx, BL_BAD_DATA, "%s: %zu images of %d x %d are too many", a->folder, a->room, a->rows,
                a->cols);
    return MEM_ARRAY(a->r->ctx, &a->planes, a->room * size, "images");
}

static void put(struct album *a, const struct picture *p)
{
    const size_t size = plane_size(a), channels = (size_t)p->channels;
    uint8_t *to = a->planes + a->n * 3 * size;
    for (size_t i = 0; i < 3 * size; i++)
        to[i] = p->pixels[i % size * channels + (channels == 3 ? i / size : 0)];
    a->has_colour = a->has_colour || channels == 3;
    a->n_alpha += p->had_alpha;
}

static bl_status add_pixels(struct album *a, const char *path, const struct bytes *file)
{
    struct picture picture = {0};
    BL_TRY(picture_read(&picture, a->r->ctx, path, file));
    bl_status status = fit_size(a, &picture, path);
    if (status == BL_OK)
        status = need_room(a);
    if (status == BL_OK)
        put(a, &picture);
    mem_free(a->r->ctx, picture.pixels);
    return status;
}

static bl_status add_picture(struct album *a, const char *folder, const char *id, const char *name, int label)
{
    char path[BL_PATH_ROOM];
    struct bytes file = {0};
    if (!path_join(path, folder, name))
        BL_FAIL(a->r->ctx, BL_BAD_DATA, "%s: the path of an image is longer than %d bytes", folder,
                BL_PATH_ROOM);
    BL_TRY(bytes_read_file(&file, a->r->ctx, path, BYTES_READ_LIMIT));
    const bl_status status = add_pixels(a, path, &file);
    mem_free(a->r->ctx, file.at);
    BL_TRY(status);
    a->labels[a->n] = label;
    return mem_text(a->r->ctx, &a->data->ids[a->n++], id, strlen(id));
}

/* ---- Classes */

static bl_status class_for(const struct album *a, size_t k, int *out)
{
    const char *name = a->classes.names[k];
    *out = a->r->schema ? class_of_text(a->r->schema, name, strlen(name)) : (int)k;
    if (*out < 0)
        BL_FAIL(a->r->ctx, BL_BAD_DATA, "%s/%s: this folder is none of the %d classes of the training set%s",
                a->folder, name, a->r->schema->outputs, classes_shown(a->r->schema).text);
    return BL_OK;
}

static bl_status add_class(struct album *a, const char *folder, const struct entries *files, size_t k)
{
    int label = 0;
    BL_TRY(class_for(a, k, &label));
    for (size_t i = 0; i < files->n; i++) {
        char id[BL_PATH_ROOM];
        path_join(id, a->classes.names[k], files->names[i]);
        BL_TRY(add_picture(a, folder, id, files->names[i], label));
    }
    return BL_OK;
}

/* Counts the other files of a folder, and keeps the path of the first one. */
static bl_status leave_out(struct album *a, const char *folder, const struct entries *listed)
{
    char path[BL_PATH_ROOM];
    a->n_others += listed->n_others;
    if (a->other || !listed->other)
        return BL_OK;
    path_join(path, folder, listed->other);
    return mem_text(a->r->ctx, &a->other, path, strlen(path));
}

static bl_status count_class(struct album *a, size_t k, size_t *n)
{
    char folder[BL_PATH_ROOM];
    struct entries files = {0};
    path_join(folder, a->folder, a->classes.names[k]);
    bl_status status = picture_list(&files, a->r->ctx, folder, false);
    if (status == BL_OK)
        status = leave_out(a, folder, &files);
    *n = files.n;
    a->room += files.n;
    entries_free(a->r->ctx, &files);
    return status;
}

/* Adds a note for a training set only, because a model's training has already given it. others: number of
   files besides the one at `path`. */
static bl_status note(struct album *a, const char *path, size_t others, const char *what)
{
    char more[64] = "";
    if (a->r->schema)
        return BL_OK;
    if (others > 0)
        text_append(more, sizeof more, " and %zu more", others);
    return data_add_note(a->data, "%s%s: %s", path, more, what);
}

/* Counts the classes. A folder without images is not a class, because it could not be learned. */
static bl_status count_classes(struct album *a)
{
    struct entries *classes = &a->classes;
    char empty[BL_PATH_ROOM] = "";
    size_t kept = 0, n_empty = 0;
    for (size_t k = 0; k < classes->n; k++) {
        size_t n = 0;
        BL_TRY(count_class(a, k, &n));
        if (n == 0 && n_empty++ == 0)
            path_join(empty, a->folder, classes->names[k]);
        if (n == 0)
            continue;
        char *name = classes->names[k];
        classes->names[k] = classes->names[kept];
        classes->names[kept++] = name;
    }
    for (size_t k = kept; k < classes->n; k++)
        mem_free(a->r->ctx, classes->names[k]);
    classes->n = kept;
    return n_empty > 0 ? note(a, empty, n_empty - 1, "left out because it holds no images") : BL_OK;
}

static bl_status read_class(struct album *a, size_t k)
{
    char folder[BL_PATH_ROOM];
    struct entries files = {0};
    path_join(folder, a->folder, a->classes.names[k]);
    bl_status status = picture_list(&files, a->r->ctx, folder, false);
    if (status == BL_OK && a->n + files.n > a->room)
        status = context_fail(a->r->ctx, BL_BAD_DATA, "%s: images were added while it was read", folder);
    if (status == BL_OK)
        status = add_class(a, folder, &files, k);
    entries_free(a->r->ctx, &files);
    return status;
}

static bl_status make_lists(struct album *a)
{
    if (a->room == 0 || a->room > UINT32_MAX)
        BL_FAIL(a->r->ctx, BL_BAD_DATA, "%s: %zu images (.png, .jpg, .jpeg, .jfif), expected 1 to %lu",
                a->folder, a->room, (unsigned long)UINT32_MAX);
    BL_TRY(MEM_ARRAY(a->r->ctx, &a->labels, a->room, "labels"));
    a->data->n = a->room;
    return MEM_ARRAY(a->r->ctx, &a->data->ids, a->room, "file names");
}

/* Refuses classes that are called train and test, which are probably splits whose images are not in folders
   of classes. */
static bl_status check_class_names(const struct album *a)
{
    size_t n_parts = 0;
    for (size_t k = 0; k < a->classes.n; k++)
        n_parts += is_part_name(a->classes.names[k], "train") || is_part_name(a->classes.names[k], "test");
    if (n_parts > 0 && n_parts == a->classes.n)
        BL_FAIL(a->r->ctx, BL_BAD_DATA,
                "%s/%s: its images are not in folders of classes; expected a folder in it for each class",
                a->folder, a->classes.names[0]);
    return BL_OK;
}

/* Refuses images outside the folders of classes, because predictions for the folder would silently omit
   them. */
static bl_status check_lone_pictures(const struct album *a)
{
    if (a->classes.n_pictures > 0)
        BL_FAIL(a->r->ctx, BL_BAD_DATA,
                "%s/%s: an image outside the %zu folders of classes, which belongs to no class; move it "
                "into one of them",
                a->folder, a->classes.picture, a->classes.n_pictures);
    return BL_OK;
}

static bl_status read_classes(struct album *a)
{
    BL_TRY(check_class_names(a));
    BL_TRY(check_lone_pictures(a));
    BL_TRY(leave_out(a, a->folder, &a->classes));
    BL_TRY(count_classes(a));
    BL_TRY(make_lists(a));
    for (size_t k = 0; k < a->classes.n; k++)
        BL_TRY(read_class(a, k));
    a->data->labels = a->labels;
    a->labels = NULL;
    if (a->r->schema)
        a->data->outputs = a->r->schema->outputs;
    else {
        a->data->outputs = (int)a->classes.n;
        a->data->class_names = a->classes.names;
        a->classes.names = NULL;
        a->classes.n = 0;
    }
    return BL_OK;
}

static bl_status read_flat(struct album *a)
{
    struct entries files = {0};
    if (a->r->options->has_labels)
        BL_FAIL(a->r->ctx, BL_BAD_DATA,
                "%s: images without classes; expected a folder for each class, with its images", a->folder);
    bl_status status = picture_list(&files, a->r->ctx, a->folder, false);
    a->room = files.n;
    if (status == BL_OK)
        status = make_lists(a);
    for (size_t i = 0; status == BL_OK && i < files.n; i++)
        status = add_picture(a, a->folder, files.names[i], files.names[i], 0);
    entries_free(a->r->ctx, &files);
    a->data->outputs = a->r->schema ? a->r->schema->outputs : 0;
    return status == BL_OK ? data_set_lacks(a->data, "its images are not in folders of classes") : status;
}

/* ---- All together */

/* Moves the pixels to the set. If the three planes of all images are equal, one is kept, unless the model
   requires three. */
static bl_status take_planes(struct album *a)
{
    bl_data *data = a->data;
    const size_t size = plane_size(a);
    const bool wants_three = a->has_colour || (a->r->schema && a->r->schema->shape.channels == 3);
    uint8_t *grey = NULL;
    data->shape = (bl_shape){wants_three ? 3 : 1, a->rows, a->cols};
    data->features = (wants_three ? 3 : 1) * size;
    if (!wants_three) {
        BL_TRY(MEM_ARRAY(a->r->ctx, &grey, a->n * size, "images"));
        for (size_t i = 0; i < a->n; i++)
            memcpy(grey + i * size, a->planes + i * 3 * size, size);
        mem_free(a->r->ctx, a->planes);
        a->planes = grey;
    }
    data->bytes = a->planes;
    a->planes = NULL;
    return BL_OK;
}

/* Adds a note about folders other than train and test, such as val. */
static bl_status note_beside(struct album *a, const struct entries *folders)
{
    const char *first = NULL;
    char path[BL_PATH_ROOM] = "";
    size_t n = 0;
    for (size_t i = 0; i < folders->n; i++) {
        if (is_part_name(folders->names[i], "train") || is_part_name(folders->names[i], "test"))
            continue;
        first = n++ ? first : folders->names[i];
    }
    if (!first)
        return BL_OK;
    path_join(path, a->r->path, first);
    return note(a, path, n - 1,
                "left out, because only train and test are read; --test PATH tests on another folder");
}

static bl_status note_parts(struct album *a, const char *part)
{
    struct entries folders = {0};
    char test[BL_PATH_ROOM] = "";
    if (!has_parts(a->r->path) || strcmp(part, "train") != 0)
        return BL_OK;
    if (!is_part(a->r->path, "test") && find_folder(test, a->r->path, "test", false) > 0)
        BL_TRY(note(a, test, 0, "not used for testing, because its images have no classes"));
    bl_status status = picture_list(&folders, a->r->ctx, a->r->path, true);
    if (status == BL_OK)
        status = note_beside(a, &folders);
    entries_free(a->r->ctx, &folders);
    return status;
}

static bl_status note_all(struct album *a, const char *part)
{
    if (a->n_others > 0)
        BL_TRY(note(a, a->other, a->n_others - 1, "left out: no PNG or JPEG of a class"));
    if (a->n_alpha > 0)
        BL_TRY(data_add_note(a->data, "images with transparency, which were blended with black: %zu",
                             a->n_alpha));
    return note_parts(a, part);
}

static bl_status read_all_pictures(struct album *a, const char *part)
{
    know_size(a);
    BL_TRY(picture_list(&a->classes, a->r->ctx, a->folder, true));
    BL_TRY(folder_holds_classes(a->folder) ? read_classes(a) : read_flat(a));
    BL_TRY(take_planes(a));
    BL_TRY(shape_from_schema(a->data, a->r->schema, a->r->path));
    data_take_hash(a->data);
    return note_all(a, part);
}

static bl_status read_folder(bl_data **out, const struct reading *r, const char *part)
{
    char folder[BL_PATH_ROOM];
    struct album a = {.r = r, .folder = folder};
    BL_TRY(find_part(folder, r->ctx, r->path, part));
    BL_TRY(data_create(&a.data, r->ctx, folder));
    const bl_status status = read_all_pictures(&a, part);
    entries_free(r->ctx, &a.classes);
    mem_free(r->ctx, a.planes);
    mem_free(r->ctx, a.labels);
    mem_free(r->ctx, a.first);
    mem_free(r->ctx, a.other);
    if (status == BL_OK)
        *out = a.data;
    else
        data_free(a.data);
    return status;
}

const struct folder_reader folder_of_pictures = {has_part, read_folder};

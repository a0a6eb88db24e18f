/*
 * event.c - encodes events as protocol buffers.
 */
#include "event.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { EVENT_WALL_TIME = 1, EVENT_STEP = 2, EVENT_FILE_VERSION = 3, EVENT_SUMMARY = 5 };
enum { SUMMARY_VALUE = 1 };
enum {
    VALUE_TAG = 1,
    VALUE_SIMPLE = 2,
    VALUE_IMAGE = 4,
    VALUE_HISTOGRAM = 5,
    VALUE_TENSOR = 8,
    VALUE_METADATA = 9
};
enum { IMAGE_HEIGHT = 1, IMAGE_WIDTH = 2, IMAGE_COLORSPACE = 3, IMAGE_FILE = 4 };
enum {
    HISTOGRAM_MIN = 1,
    HISTOGRAM_MAX = 2,
    HISTOGRAM_COUNT = 3,
    HISTOGRAM_SUM = 4,
    HISTOGRAM_SQUARES = 5,
    HISTOGRAM_LIMITS = 6,
    HISTOGRAM_BUCKETS = 7
};
enum { METADATA_PLUGIN = 1, PLUGIN_NAME = 1 };
enum { TENSOR_TYPE = 1, TENSOR_SHAPE = 2, SHAPE_DIMENSION = 2, DIMENSION_SIZE = 1, TENSOR_TEXT = 8 };
enum { TYPE_STRING = 7, COLORSPACE_RGB = 3, RANGES = 30 };

/* ---- Values */

static void add_value(struct event *event, const char *tag, unsigned field, struct message *content)
{
    struct message value = {NULL, 0, 0, false};
    message_put_text(&value, VALUE_TAG, tag);
    message_put_message(&value, field, content);
    message_put_message(&event->summary, SUMMARY_VALUE, &value);
}

void event_add_scalar(struct event *event, const char *tag, double x)
{
    struct message value = {NULL, 0, 0, false};
    message_put_text(&value, VALUE_TAG, tag);
    message_put_float(&value, VALUE_SIMPLE, (float)x);
    message_put_message(&event->summary, SUMMARY_VALUE, &value);
}

/* Range i of RANGES ends at limit(i), which belongs to it. */
static double limit(double least, double most, int i)
{
    return i == RANGES - 1 ? most : least + (i + 1) * (most - least) / RANGES;
}

void event_add_histogram(struct event *event, const char *tag, const float *values, size_t n)
{
    double least = INFINITY, most = -INFINITY, sum = 0.0, squares = 0.0, counts[RANGES] = {0.0};
    size_t n_finite = 0;
    for (size_t i = 0; i < n; i++) {
        const double x = (double)values[i];
        if (!isfinite(x))
            continue;
        n_finite++;
        least = x < least ? x : least;
        most = x > most ? x : most;
        sum += x;
        squares += x * x;
    }
    if (n_finite == 0)
        return;
    const int n_ranges = least < most ? RANGES : 1;
    for (size_t i = 0; i < n; i++) {
        const double x = (double)values[i];
        int range = 0;
        if (!isfinite(x))
            continue;
        if (n_ranges > 1)
            range = (int)ceil((x - least) / (most - least) * RANGES) - 1;
        counts[range < 0 ? 0 : range < n_ranges ? range : n_ranges - 1] += 1.0;
    }
    struct message histogram = {NULL, 0, 0, false}, limits = {NULL, 0, 0, false},
                   buckets = {NULL, 0, 0, false};
    for (int i = 0; i < n_ranges; i++) {
        message_put_raw_double(&limits, n_ranges > 1 ? limit(least, most, i) : most);
        message_put_raw_double(&buckets, counts[i]);
    }
    message_put_double(&histogram, HISTOGRAM_MIN, least);
    message_put_double(&histogram, HISTOGRAM_MAX, most);
    message_put_double(&histogram, HISTOGRAM_COUNT, (double)n_finite);
    message_put_double(&histogram, HISTOGRAM_SUM, sum);
    message_put_double(&histogram, HISTOGRAM_SQUARES, squares);
    message_put_message(&histogram, HISTOGRAM_LIMITS, &limits);
    message_put_message(&histogram, HISTOGRAM_BUCKETS, &buckets);
    add_value(event, tag, VALUE_HISTOGRAM, &histogram);
}

void event_add_image(struct event *event, const char *tag, const unsigned char *file, size_t n_bytes,
                     size_t rows, size_t cols)
{
    struct message image = {NULL, 0, 0, false};
    message_put_number(&image, IMAGE_HEIGHT, rows);
    message_put_number(&image, IMAGE_WIDTH, cols);
    message_put_number(&image, IMAGE_COLORSPACE, COLORSPACE_RGB);
    message_put_bytes(&image, IMAGE_FILE, file, n_bytes);
    add_value(event, tag, VALUE_IMAGE, &image);
}

/* A tensor of one text, for TensorBoard's plugin of that name. */
void event_add_text(struct event *event, const char *tag, const char *text)
{
    struct message value = {NULL, 0, 0, false}, tensor = value, shape = value, dimension = value,
                   metadata = value, plugin = value;
    message_put_number(&dimension, DIMENSION_SIZE, 1);
    message_put_message(&shape, SHAPE_DIMENSION, &dimension);
    message_put_number(&tensor, TENSOR_TYPE, TYPE_STRING);
    message_put_message(&tensor, TENSOR_SHAPE, &shape);
    message_put_text(&tensor, TENSOR_TEXT, text);
    message_put_text(&plugin, PLUGIN_NAME, "text");
    message_put_message(&metadata, METADATA_PLUGIN, &plugin);
    message_put_text(&value, VALUE_TAG, tag);
    message_put_message(&value, VALUE_TENSOR, &tensor);
    message_put_message(&value, VALUE_METADATA, &metadata);
    message_put_message(&event->summary, SUMMARY_VALUE, &value);
}

/* ---- Events */

static void put_now(struct event *event)
{
    struct timespec now;
    timespec_get(&now, TIME_UTC);
    message_put_double(&event->whole, EVENT_WALL_TIME, (double)now.tv_sec + 1e-9 * (double)now.tv_nsec);
}

void event_make_version(struct event *event)
{
    event->whole.n = event->summary.n = 0;
    put_now(event);
    message_put_text(&event->whole, EVENT_FILE_VERSION, "brain.Event:2");
}

void event_begin(struct event *event, uint64_t step)
{
    event->whole.n = event->summary.n = 0;
    put_now(event);
    message_put_number(&event->whole, EVENT_STEP, step);
}

bool event_end(struct event *event)
{
    message_put_bytes(&event->whole, EVENT_SUMMARY, event->summary.bytes, event->summary.n);
    return !event->whole.has_failed && !event->summary.has_failed;
}

void event_free(struct event *event)
{
    free(event->whole.bytes);
    free(event->summary.bytes);
    *event = (struct event){.whole = {NULL, 0, 0, false}};
}

/* ---- Reading */

uint64_t event_step(const unsigned char *bytes, size_t n)
{
    for (size_t at = 0; at < n;) {
        const uint64_t key = message_read_varint(bytes, n, &at), type = key & 7;
        if (key >> 3 == EVENT_STEP && type == VARINT)
            return message_read_varint(bytes, n, &at);
        if (type == VARINT)
            message_read_varint(bytes, n, &at);
        else {
            const uint64_t length = type == FIXED64   ? 8
                                    : type == FIXED32 ? 4
                                    : type == BYTES   ? message_read_varint(bytes, n, &at)
                                                      : n;
            at = length < n - at ? at + (size_t)length : n;
        }
    }
    return 0;
}

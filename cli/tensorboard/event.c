/*
 * event.c - encodes events as protocol buffers.
 *
 * A field is its number and wire type in one varint, and its value: a varint (VARINT), 8 or 4 little-endian
 * bytes (FIXED64, FIXED32), or a length and as many bytes (BYTES: texts, messages, packed numbers).
 */
#include "event.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum wire_type { VARINT = 0, FIXED64 = 1, BYTES = 2, FIXED32 = 5 };
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

/* ---- Fields */

static void put(struct message *m, const void *bytes, size_t n)
{
    if (m->n + n > m->room && !m->has_failed) {
        const size_t room = 2 * (m->n + n) + 64;
        unsigned char *more = realloc(m->bytes, room);
        if (more) {
            m->bytes = more;
            m->room = room;
        } else
            m->has_failed = true;
    }
    if (m->has_failed || n == 0)
        return;
    memcpy(m->bytes + m->n, bytes, n);
    m->n += n;
}

static void put_varint(struct message *m, uint64_t x)
{
    unsigned char byte;
    for (; x >= 128; x >>= 7) {
        byte = (unsigned char)(x | 128);
        put(m, &byte, 1);
    }
    byte = (unsigned char)x;
    put(m, &byte, 1);
}

static void put_key(struct message *m, unsigned field, enum wire_type type)
{
    put_varint(m, (uint64_t)field << 3 | (uint64_t)type);
}

static void put_number(struct message *m, unsigned field, uint64_t x)
{
    put_key(m, field, VARINT);
    put_varint(m, x);
}

static void put_raw_double(struct message *m, double x)
{
    uint64_t bits;
    unsigned char bytes[8];
    memcpy(&bits, &x, sizeof bits);
    for (int i = 0; i < 8; i++)
        bytes[i] = (unsigned char)(bits >> (8 * i));
    put(m, bytes, sizeof bytes);
}

static void put_double(struct message *m, unsigned field, double x)
{
    put_key(m, field, FIXED64);
    put_raw_double(m, x);
}

static void put_float(struct message *m, unsigned field, float x)
{
    uint32_t bits;
    unsigned char bytes[4];
    memcpy(&bits, &x, sizeof bits);
    for (int i = 0; i < 4; i++)
        bytes[i] = (unsigned char)(bits >> (8 * i));
    put_key(m, field, FIXED32);
    put(m, bytes, sizeof bytes);
}

static void put_bytes(struct message *m, unsigned field, const void *bytes, size_t n)
{
    put_key(m, field, BYTES);
    put_varint(m, n);
    put(m, bytes, n);
}

static void put_text(struct message *m, unsigned field, const char *text)
{
    put_bytes(m, field, text, strlen(text));
}

/* Adds a complete message to another as a field, and frees it. */
static void put_message(struct message *m, unsigned field, struct message *part)
{
    m->has_failed |= part->has_failed;
    if (!part->has_failed)
        put_bytes(m, field, part->bytes, part->n);
    free(part->bytes);
    *part = (struct message){NULL, 0, 0, false};
}

/* ---- Values */

static void add_value(struct event *event, const char *tag, unsigned field, struct message *content)
{
    struct message value = {NULL, 0, 0, false};
    put_text(&value, VALUE_TAG, tag);
    put_message(&value, field, content);
    put_message(&event->summary, SUMMARY_VALUE, &value);
}

void event_add_scalar(struct event *event, const char *tag, double x)
{
    struct message value = {NULL, 0, 0, false};
    put_text(&value, VALUE_TAG, tag);
    put_float(&value, VALUE_SIMPLE, (float)x);
    put_message(&event->summary, SUMMARY_VALUE, &value);
}

/* Returns the upper limit of range i, which belongs to the range. */
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
        put_raw_double(&limits, n_ranges > 1 ? limit(least, most, i) : most);
        put_raw_double(&buckets, counts[i]);
    }
    put_double(&histogram, HISTOGRAM_MIN, least);
    put_double(&histogram, HISTOGRAM_MAX, most);
    put_double(&histogram, HISTOGRAM_COUNT, (double)n_finite);
    put_double(&histogram, HISTOGRAM_SUM, sum);
    put_double(&histogram, HISTOGRAM_SQUARES, squares);
    put_message(&histogram, HISTOGRAM_LIMITS, &limits);
    put_message(&histogram, HISTOGRAM_BUCKETS, &buckets);
    add_value(event, tag, VALUE_HISTOGRAM, &histogram);
}

void event_add_image(struct event *event, const char *tag, const unsigned char *file, size_t n_bytes,
                     size_t rows, size_t cols)
{
    struct message image = {NULL, 0, 0, false};
    put_number(&image, IMAGE_HEIGHT, rows);
    put_number(&image, IMAGE_WIDTH, cols);
    put_number(&image, IMAGE_COLORSPACE, COLORSPACE_RGB);
    put_bytes(&image, IMAGE_FILE, file, n_bytes);
    add_value(event, tag, VALUE_IMAGE, &image);
}

/* Adds a text as a tensor, which TensorBoard's plugin "text" shows. */
void event_add_text(struct event *event, const char *tag, const char *text)
{
    struct message value = {NULL, 0, 0, false}, tensor = value, shape = value, dimension = value,
                   metadata = value, plugin = value;
    put_number(&dimension, DIMENSION_SIZE, 1);
    put_message(&shape, SHAPE_DIMENSION, &dimension);
    put_number(&tensor, TENSOR_TYPE, TYPE_STRING);
    put_message(&tensor, TENSOR_SHAPE, &shape);
    put_text(&tensor, TENSOR_TEXT, text);
    put_text(&plugin, PLUGIN_NAME, "text");
    put_message(&metadata, METADATA_PLUGIN, &plugin);
    put_text(&value, VALUE_TAG, tag);
    put_message(&value, VALUE_TENSOR, &tensor);
    put_message(&value, VALUE_METADATA, &metadata);
    put_message(&event->summary, SUMMARY_VALUE, &value);
}

/* ---- Events */

static void put_now(struct event *event)
{
    struct timespec now;
    timespec_get(&now, TIME_UTC);
    put_double(&event->whole, EVENT_WALL_TIME, (double)now.tv_sec + 1e-9 * (double)now.tv_nsec);
}

void event_make_version(struct event *event)
{
    event->whole.n = event->summary.n = 0;
    put_now(event);
    put_text(&event->whole, EVENT_FILE_VERSION, "brain.Event:2");
}

void event_begin(struct event *event, uint64_t step)
{
    event->whole.n = event->summary.n = 0;
    put_now(event);
    put_number(&event->whole, EVENT_STEP, step);
}

bool event_end(struct event *event)
{
    put_bytes(&event->whole, EVENT_SUMMARY, event->summary.bytes, event->summary.n);
    return !event->whole.has_failed && !event->summary.has_failed;
}

void event_free(struct event *event)
{
    free(event->whole.bytes);
    free(event->summary.bytes);
    *event = (struct event){.whole = {NULL, 0, 0, false}};
}

/* ---- Reading */

/* Reads the varint at *at, and moves *at behind it. A varint that is cut off gives 0. */
static uint64_t read_varint(const unsigned char *bytes, size_t n, size_t *at)
{
    uint64_t x = 0;
    for (int shift = 0; *at < n && shift < 64; shift += 7) {
        const unsigned char byte = bytes[(*at)++];
        x |= (uint64_t)(byte & 127) << shift;
        if (byte < 128)
            return x;
    }
    *at = n;
    return 0;
}

uint64_t event_step(const unsigned char *bytes, size_t n)
{
    for (size_t at = 0; at < n;) {
        const uint64_t key = read_varint(bytes, n, &at), type = key & 7;
        if (key >> 3 == EVENT_STEP && type == VARINT)
            return read_varint(bytes, n, &at);
        if (type == VARINT)
            read_varint(bytes, n, &at);
        else {
            const uint64_t length = type == FIXED64   ? 8
                                    : type == FIXED32 ? 4
                                    : type == BYTES   ? read_varint(bytes, n, &at)
                                                      : n;
            at = length < n - at ? at + (size_t)length : n;
        }
    }
    return 0;
}

/*
 * event.h - the events of TensorBoard: values of one training step, encoded as protocol buffers.
 *
 * The messages are Event, Summary, HistogramProto and TensorProto of TensorBoard's compat/proto
 * (event.proto, summary.proto, histogram.proto, tensor.proto). An event grows in memory; where there is none,
 * event_end gives false.
 */
#ifndef CLI_EVENT_H
#define CLI_EVENT_H

#include "../protobuf/message.h"

struct event {
    struct message whole;   /* what event_end makes, and after it the bytes of the record */
    struct message summary; /* the values so far */
};

/* The record that begins every file. */
void event_make_version(struct event *event);
void event_begin(struct event *event, uint64_t step);
void event_add_scalar(struct event *event, const char *tag,
                      double value); /* rounded to float by the format */
/* Of n weights, in 30 ranges of equal width; those that are no finite number are left out. */
void event_add_histogram(struct event *event, const char *tag, const float *values, size_t n);
/* file: a whole image file. */
void event_add_image(struct event *event, const char *tag, const unsigned char *file, size_t n_bytes,
                     size_t rows, size_t cols);
void event_add_text(struct event *event, const char *tag, const char *text); /* Markdown */
/* Completes event->whole. false: no memory. */
bool event_end(struct event *event);
void event_free(struct event *event);

/* The step of an encoded event; 0 of one that has none, as the version has. */
uint64_t event_step(const unsigned char *bytes, size_t n);

#endif

/*
 * message.h - messages of protocol buffers, as TensorBoard and ONNX define theirs.
 *
 * A message grows in memory. If there is none, has_failed is set, and all later calls do nothing.
 */
#ifndef CLI_MESSAGE_H
#define CLI_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct message {
    unsigned char *bytes; /* freed by the owner */
    size_t n, room;
    bool has_failed; /* no memory */
};

enum wire_type { VARINT = 0, FIXED64 = 1, BYTES = 2, FIXED32 = 5 };

/* Each puts a field behind those before it. */
void message_put_number(struct message *m, unsigned field, uint64_t x);
void message_put_double(struct message *m, unsigned field, double x);
void message_put_float(struct message *m, unsigned field, float x);
void message_put_bytes(struct message *m, unsigned field, const void *bytes, size_t n);
void message_put_text(struct message *m, unsigned field, const char *text);
/* Puts a message that is complete into another, and frees it. */
void message_put_message(struct message *m, unsigned field, struct message *part);
/* Numbers without field and wire type, for the content of packed fields. */
void message_put_raw_float(struct message *m, float x);
void message_put_raw_double(struct message *m, double x);
void message_put_raw_int64(struct message *m, int64_t x);

/* Reads the varint at *at, and moves *at behind it. 0 if the n bytes do not hold a whole varint. */
uint64_t message_read_varint(const unsigned char *bytes, size_t n, size_t *at);

#endif

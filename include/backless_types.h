/*
 * backless_types.h - what the other headers of backless share: the revision of the numerical results, the
 * result of a call, the allocator, the objects, and the shape of an example. Programs include backless.h,
 * which includes this header.
 */
#ifndef BACKLESS_TYPES_H
#define BACKLESS_TYPES_H

#include <stddef.h>

#ifndef BL_API
#if defined(__GNUC__)
#define BL_API __attribute__((visibility("default")))
#else
#define BL_API
#endif
#endif
#ifdef __cplusplus
extern "C" {
#endif

/* The revision of the numerical results. It is raised by every version in which an existing configuration
   with the same seed gives other bits. Weights and their hashes (bl_model_hash) are comparable between
   versions with equal revisions only. */
#define BL_NUMERIC_REVISION 1

/* The result of a call. Existing values never change their meaning; new values are added at the end. */
typedef enum bl_status {
    BL_OK = 0,
    /* An argument or option is out of range, or shapes do not fit together. */
    BL_BAD_VALUE = 1,
    BL_NO_MEMORY = 2,   /* the allocator returned NULL */
    BL_IO = 3,          /* a file could not be read or written */
    BL_BAD_DATA = 4,    /* a data set or model is missing or malformed */
    BL_UNSUPPORTED = 5, /* this build or this machine does not have it */
    BL_BACKEND = 6,     /* no longer returned; version 0.1.0 had a numerical library that could fail */
    /* The progress callback stopped the training. If there is a run folder, the state was saved there. */
    BL_STOPPED = 7,
    BL_DIVERGED = 8, /* a weight or the loss became NaN or infinite */
    /* The learning rule is not defined for this net, these data or these options; another rule may be. */
    BL_NOT_DEFINED = 9
} bl_status;
BL_API const char *bl_status_name(bl_status status);

/* The size in bytes of a buffer that is large enough for every path. */
#define BL_PATH_ROOM 4096

/* An allocator of the program's own. allocate returns `size` bytes at a multiple of `alignment` (a power of
   two up to 64), or NULL if it has no memory. release is never called with NULL. The library calls both
   only from the thread that called the library. `user` is passed on to both. */
typedef struct bl_allocator {
    void *user;
    void *(*allocate)(void *user, size_t size, size_t alignment);
    void (*release)(void *user, void *block);
} bl_allocator;

/* The objects. Their members are private; backless.h declares and explains their functions. */
typedef struct bl_context bl_context;     /* backend, threads, memory, and the latest failure */
typedef struct bl_config bl_config;       /* the value of every option */
typedef struct bl_data bl_data;           /* examples, and a class or a target for each */
typedef struct bl_model bl_model;         /* a net, its weights and feedback, and the encoding of its data */
typedef struct bl_predictor bl_predictor; /* the memory in which a model computes outputs repeatedly */
typedef struct bl_trainer bl_trainer;     /* a model in training: rule, optimiser and the state of a run */

/* The shape of an example. That of a vector of n numbers is {1, 1, n}. */
typedef struct bl_shape {
    int channels, rows, cols;
} bl_shape;

#ifdef __cplusplus
}
#endif
#endif

/*
 * core_wait.h - how long this program waited for a core; a long wait makes a measured speed too low.
 */
#ifndef CLI_CORE_WAIT_H
#define CLI_CORE_WAIT_H

/* Of the calling thread, which takes part in every step, in nanoseconds since its start. */
struct core_wait {
    double ran, waited;
};

struct core_wait core_wait_now(void); /* zeros where the system does not tell */
/* The share of the time between two moments that was waited for a core, from 0 to 1. Time asleep is no
   part of it. NaN: too little time between them, or the system does not tell. */
double core_wait_share(const struct core_wait *from, const struct core_wait *to);

#endif

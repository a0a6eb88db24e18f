/*
 * core_wait.h - how long this program waited for a core; a long wait makes a measured speed too low.
 */
#ifndef CLI_CORE_WAIT_H
#define CLI_CORE_WAIT_H

/* Times of the calling thread, which takes part in every step, in nanoseconds since its start. */
struct core_wait {
    double ran, waited;
};

struct core_wait core_wait_now(void); /* all members 0 if the system does not provide them */
/* Returns the fraction of the time between two moments that the thread waited for a core, from 0 to 1;
   sleep does not count. NaN if too little time is between them, or the system does not provide the times.
   */
double core_wait_share(const struct core_wait *from, const struct core_wait *to);

#endif

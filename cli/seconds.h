/*
 * seconds.h - the clock by which the commands measure time.
 */
#ifndef CLI_SECONDS_H
#define CLI_SECONDS_H

double seconds_now(void); /* seconds of the monotonic clock */

#endif

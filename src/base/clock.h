/*
 * clock.h - the monotonic clock, in seconds.
 */
#ifndef BL_BASE_CLOCK_H
#define BL_BASE_CLOCK_H

double clock_seconds(void); /* seconds since a fixed but unspecified time */

#endif

/*
 * students_t.h - Student's t distribution, for intervals of means over few runs.
 */
#ifndef CLI_STUDENTS_T_H
#define CLI_STUDENTS_T_H

/* The t that a variable of Student's distribution with so many degrees of freedom (1 or more) stays below
   with probability p, 0.5 <= p < 1; relative error below 1e-9. NaN elsewhere. */
double students_t_quantile(double p, int degrees);

#endif

/*
 * students_t.h - Student's t distribution, for intervals of means over few runs.
 */
#ifndef CLI_STUDENTS_T_H
#define CLI_STUDENTS_T_H

/* Returns the quantile t of Student's distribution with so many degrees of freedom (1 or more): a variable
   stays below t with probability p, 0.5 <= p < 1. The relative error is below 1e-9. NaN for other
   arguments. */
double students_t_quantile(double p, int degrees);

#endif

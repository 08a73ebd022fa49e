/* store/pack: what the rows of days and months hold: runs of cycle samples, and the times of steps.
 *
 * Both as varints. Unpacking adds to what is there already, so that days make a month; it trusts no
 * byte and answers false where they are damaged. Used by the rollups and the reader; pure. */
#ifndef NINES_STORE_PACK_H
#define NINES_STORE_PACK_H

#include "../sla/sla.h"
#include "read.h"

void pack_samples(struct text *, const struct sla_samples *);
/* Joined with the run before where they carry it on. */
bool unpack_samples(struct sla_samples *, const void *bytes, size_t size);

/* Adds one result as a sample of its own: only one that ends its cycle is. By its location it was
 * measured or imported. */
void pack_add_sample(struct sla_samples *, const struct block_result *, const char *location);
/* Puts single samples in order of time (those of several locations come location by location), then
 * joins them to runs. */
void pack_join_samples(struct sla_samples *);

/* Adds one result's times. */
void pack_add_steps(struct read_steps *, const struct block_result *);
void pack_steps(struct text *, const struct read_steps *);
bool unpack_steps(struct read_steps *, const void *bytes, size_t size);

#endif

/* keeper/outbox_inside: what outbox.c (letters) and outbox_channel.c (couriers) share. */
#ifndef NINES_KEEPER_OUTBOX_INSIDE_H
#define NINES_KEEPER_OUTBOX_INSIDE_H

#include "../alert/outbox.h"
#include "outbox.h"

#define LETTERS_BYTES ((size_t)64 << 20) /* of all that wait */

/* What the outbox need not know of a letter. */
struct letter_kept {
	struct text words; /* of the line `deliver`, ready */
	int64_t line;	   /* the number of its line to the recorder */
	int64_t courier;   /* that has it, or had it last */
	int64_t elapsed_us; /* of the attempt that is just being noted */
	bool is_on_disk, is_unrecorded;
	char subscription[24]; /* of a foreign one: the id of its card; "" */
};

/* A channel as the parent tells of it. */
struct channel {
	char *name, *module;
	int64_t courier; /* number of its process; 0: none */
	int64_t death_us[KEEPER_DEATHS];
	uint64_t deaths;
	uint64_t failed; /* attempts, since the keeper began */
	bool is_direct; /* the address says which server is dialled */
};

struct letter_news {
	char id[64];
	enum alert_outcome outcome;
	int64_t at_us;
};

struct letters {
	struct outbox *outbox;
	struct outbox_sink sink;
	struct map channels;  /* by name */
	struct map fallbacks; /* texts, by contact, newline, to */
	struct map seen;      /* ids that were taken over from the record */
	size_t held, bytes;   /* letters not yet on disk; words of all */
	struct letter_news *news;
	size_t count, room;
	void (*heard)(struct keeper *, const char *id, enum alert_outcome, int64_t at_wall_us);
};

/* outbox_channel.c */
void channels_release(struct letters *);

#endif

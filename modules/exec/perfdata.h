/* modules/exec/perfdata: the performance data of a plugin, item by item:
 * 'label'=value[UOM];warn;crit;min;max as the Monitoring Plugins Development Guidelines describe
 * it. Pure; foreign bytes, so it is fuzzed (tests/fuzz/fuzz_perfdata.c). */
#ifndef NINES_EXEC_PERFDATA_H
#define NINES_EXEC_PERFDATA_H

#include <stdbool.h>

#define PERF_LABEL  64
#define PERF_UNIT   16
#define PERF_LIMITS 128

struct perf {
	char label[PERF_LABEL]; /* cut to fit, never NULL */
	double value;
	bool is_known;		  /* false: the plugin said U */
	char unit[PERF_UNIT];	  /* "s", "%", "B", "c", "" ... */
	/* "warn;crit;min;max" as given, "" when none or none that is well-formed */
	char limits[PERF_LIMITS];
};

/* Takes the next item from *at, which moves behind it; what is no item is passed over. False: there
 * is no more. */
bool perfdata_take(const char **at, struct perf *);

#endif

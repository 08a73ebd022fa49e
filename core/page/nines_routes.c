/* page/nines_routes: /nines/: how much downtime a percentage allows, for whoever reads the
 * statistics and wonders what 99.9 % means. The figures are those of `nines report nines`; nothing
 * of the record is in it. Pages that say `statistics = no` have none. See route.h. */
#include <inttypes.h>

#include "../web/assets.h"
#include "frame.h"
#include "monitor.h"
#include "shown.h"

#define PIECE(...) ((const struct template_word[]){__VA_ARGS__, {NULL, NULL}})
#define DAY_US	   INT64_C(86400000000)
#define MICRO	   1000000
#define SPANS_MOST 8

/* Percentages in millionths, and the days of the spans beside them; 0 at the end of each. */
static const struct chart {
	const char *id, *title, *text;
	struct {
		const char *name;
		int days;
		uint32_t type;
	} span[SPANS_MOST];
	int64_t percent[16];
} chart[] = {
	{"chart",
	 "A year, a month, a day",
	 "A year of 365 days and a month of 31, rounded to whole seconds.",
	 {{"Year, days hh:mm:ss", 365, PAGE_ROUNDED},
	  {"Month, days hh:mm:ss", 31, PAGE_ROUNDED},
	  {"Day, hh:mm:ss", 1, PAGE_CLOCK}},
	 {99999000, 99990000, 99900000, 99000000, 98000000, 97000000, 96000000, 95000000, 94000000,
	  93000000, 92000000, 91000000, 90000000}},
	{"exact",
	 "Exactly, of months of any length",
	 "Cut to thousandths of a second. What a contract allows is counted of the month that it "
	 "is about, within its hours.",
	 {{"Quarter, 90 days", 90, PAGE_EXACT},
	  {"31 days", 31, PAGE_EXACT},
	  {"30 days", 30, PAGE_EXACT},
	  {"29 days", 29, PAGE_EXACT},
	  {"28 days", 28, PAGE_EXACT},
	  {"Week", 7, PAGE_EXACT}},
	 {99999900, 99999000, 99995000, 99990000, 99950000, 99900000, 99500000, 99000000, 98000000,
	  95000000, 90000000}},
};

static void add_row(struct text *rows, const struct chart *c, int64_t micro)
{
	struct text cells = {0}, percent = {0}, value = {0};

	text_printf(&percent, "%" PRId64 ".%04" PRId64 " %%", micro / MICRO, micro % MICRO / 100);
	for (size_t i = 0; i < SPANS_MOST && c->span[i].name; i++) {
		text_clear(&value);
		shown_value(&value, c->span[i].type,
			       page_allowed_us(micro, c->span[i].days * DAY_US));
		template_add(&cells, web_figures, "statistics-cell",
			     PIECE({"value", text_get(&value)}));
	}
	template_add(rows, web_figures, "nines-row",
		     PIECE({"percent", text_get(&percent)}, {"cells", text_get(&cells)}));
	text_release(&cells);
	text_release(&percent);
	text_release(&value);
}

static void add_chart(struct text *main, const struct chart *c)
{
	struct text heads = {0}, rows = {0};

	template_add(&heads, web_figures, "statistics-column", PIECE({"column", "Uptime"}));
	for (size_t i = 0; i < SPANS_MOST && c->span[i].name; i++)
		template_add(&heads, web_figures, "statistics-column",
			     PIECE({"column", c->span[i].name}));
	for (const int64_t *p = c->percent; *p; p++)
		add_row(&rows, c, *p);
	template_add(main, web_figures, "nines-chart",
		     PIECE({"id", c->id}, {"title", c->title}, {"text", c->text},
			   {"heads", text_get(&heads)}, {"rows", text_get(&rows)}));
	text_release(&heads);
	text_release(&rows);
}

static void show(const struct site *s, const struct request *r, struct answer *a)
{
	struct text main = {0}, body = {0};

	if (!monitor_has_statistics(r->page)) {
		frame_none(a, s, r);
		return;
	}
	for (size_t i = 0; i < sizeof chart / sizeof *chart; i++)
		add_chart(&main, &chart[i]);
	template_add(&body, web_figures, "nines-page",
		     PIECE({"base", r->base}, {"charts", text_get(&main)}));
	frame_answer(a, s, r,
		     &(struct frame){.title = "How much downtime a percentage allows",
				     .at = "/statistics/",
				     .body = text_get(&body)});
	text_release(&main);
	text_release(&body);
}

extern const struct route nines_routes[];
const struct route nines_routes[] = {
	{.method = "GET", .path = "/nines/", .shows = SHOWS_STATE, .answer = show},
	{0},
};

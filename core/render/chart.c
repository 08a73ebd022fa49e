/* render/chart: the filling of charts: what <nines/report.h> promises to modules. See page.h.
 *
 * A chart with a key is a table for programs as well; what people see is drawn by draw.h. */
#include <stdlib.h>

#include "../base/memory.h"
#include "page.h"

#define POINTS_MOST 1000000 /* of one series */
#define KINDS (PAGE_BURN + 1)
#define STATES (PAGE_STATE_DOWN + 1)

static const char *const state_name[STATES] = {
	[PAGE_STATE_NONE] = "not-monitored", [PAGE_STATE_OUTSIDE] = "outside-hours",
	[PAGE_STATE_UNKNOWN] = "unknown",    [PAGE_STATE_MAINTENANCE] = "maintenance",
	[PAGE_STATE_UP] = "up",              [PAGE_STATE_DEGRADED] = "degraded",
	[PAGE_STATE_DOWN] = "down",
};

const char *page_state_name(uint32_t state)
{
	return state < STATES ? state_name[state] : "";
}

enum { SERIES, FROM, TO, STATE, VALUE, COLUMNS };

void page_picture_release(struct page_picture *c)
{
	for (size_t i = 0; i < c->count; i++)
		free(c->series[i].point);
	free(c->series);
}

static bool has_states(const struct page_chart *c)
{
	return c->kind <= PAGE_WATERFALL;
}

static bool has_values(const struct page_chart *c)
{
	return c->kind != PAGE_SPANS && c->kind != PAGE_WATERFALL;
}

static bool has_one_series(const struct page_chart *c)
{
	return c->kind == PAGE_CALENDAR || c->kind == PAGE_BURN;
}

static void begin_data(struct page *p, struct page_piece *b, const struct page_chart *c)
{
	bool is_probe = c->kind == PAGE_WATERFALL;
	const struct page_column column[COLUMNS] = {
		[SERIES] = {c->kind == PAGE_WATERFALL ? "step" : "series", "", 0},
		[FROM] = {is_probe ? "from_us" : "from", "", 0},
		[TO] = {is_probe ? "to_us" : "to", "", 0},
		[STATE] = {"state", "", has_states(c) ? 0 : PAGE_PEOPLE},
		[VALUE] = {c->value_key ? page_keep(p, c->value_key) : "value", "",
			   has_values(c) ? 0 : PAGE_PEOPLE},
	};
	struct page_column *kept = (void *)arena_copy(&p->arena, column, sizeof column);

	if (kept)
		b->table = (struct page_table){
			.key = b->key, .flags = PAGE_DATA, .column = kept, .columns = COLUMNS};
}

static bool is_too_large(int64_t value)
{
	return value > PAGE_CHART_MOST || value < -PAGE_CHART_MOST;
}

void page_chart(struct page *p, const struct page_chart *c)
{
	struct page_piece *b = page_add_piece(p, PIECE_CHART, c->key, c->title ? c->title : "");

	if (c->kind >= KINDS || c->from_us > c->to_us || is_too_large(c->from_us) ||
	    is_too_large(c->to_us))
		page_refuse(p, "a chart '%s' is of no kind or ends before it begins", c->title);
	if (!b || p->wrong.size)
		return;
	b->picture.chart = *c;
	b->picture.chart.title = b->text;
	b->picture.chart.key = b->key;
	b->picture.chart.says = page_keep(p, c->says);
	b->picture.zone = c->zone && p->find_zone ? p->find_zone(p, c->zone) : NULL;
	if (!b->picture.zone)
		b->picture.zone = p->zone;
	if (b->key)
		begin_data(p, b, c);
}

static struct page_picture *last_picture(struct page *p)
{
	if (p->last && p->last->kind == PIECE_CHART)
		return &p->last->picture;
	page_refuse(p, "the report adds to a chart before it began one");
	return NULL;
}

void page_chart_series(struct page *p, const char *name, struct page_value value)
{
	struct page_picture *c = last_picture(p);

	if (c && c->count && has_one_series(&c->chart))
		page_refuse(p, "the chart '%s' is of a kind with one series", c->chart.title);
	if (!c || p->wrong.size)
		return;
	if (c->count == c->room) {
		c->room = c->room ? 2 * c->room : 8;
		c->series = memory_resize(c->series, c->room * sizeof *c->series);
	}
	if (value.type == PAGE_TEXT)
		value.text = page_keep(p, value.text ? value.text : "");
	c->series[c->count++] =
		(struct page_series){.name = page_keep(p, name ? name : ""), .value = value};
}

static void add_data(struct page *p, const struct page_picture *c, const struct page_point *at)
{
	enum page_type time = c->chart.kind == PAGE_WATERFALL ? PAGE_ELAPSED : PAGE_TIME;
	struct page_table *t = &p->last->table;
	struct page_value *cell;

	if (!t->columns || (c->chart.kind >= PAGE_BAND && at->value == PAGE_UNKNOWN))
		return; /* a gap is what is not there */
	page_add_row(p, t);
	if (p->wrong.size)
		return;
	cell = t->last->cell;
	cell[SERIES] = page_text(c->series[c->count - 1].name);
	cell[FROM] = page_value(time, at->from_us);
	cell[TO] = page_value(time, at->to_us);
	cell[STATE] = page_text(page_state_name(at->state));
	if (at->value != PAGE_UNKNOWN)
		cell[VALUE] = page_value(c->chart.type, at->value);
}

static const char *wrong_of(const struct page_picture *c, const struct page_point *at)
{
	const struct page_series *s = &c->series[c->count - 1];

	if (at->from_us > at->to_us)
		return "ends before it begins";
	if (s->points && at->from_us < s->point[s->points - 1].from_us)
		return "comes before the one before it";
	if (at->state >= STATES)
		return "has no state that there is";
	if (is_too_large(at->from_us) || is_too_large(at->to_us) ||
	    (at->value != PAGE_UNKNOWN && is_too_large(at->value)))
		return "is too large to be drawn";
	return s->points >= POINTS_MOST ? "is one too many" : NULL;
}

void page_chart_point(struct page *p, const struct page_point *at)
{
	struct page_picture *c = last_picture(p);
	struct page_series *s = c && c->count ? &c->series[c->count - 1] : NULL;

	if (c && !s)
		page_refuse(p, "the report adds a point to '%s' before it began a series",
			    c->chart.title);
	else if (c && wrong_of(c, at))
		page_refuse(p, "a point of the chart '%s' %s", c->chart.title, wrong_of(c, at));
	if (p->wrong.size)
		return;
	if (s->points == s->room) {
		s->room = s->room ? 2 * s->room : 32;
		s->point = memory_resize(s->point, s->room * sizeof *s->point);
	}
	s->point[s->points++] = *at;
	add_data(p, c, at);
}

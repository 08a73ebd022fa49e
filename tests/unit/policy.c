/* tests/unit/policy: sixty spellings of addresses, what they are and where a redirect may lead
 * (F40, F48). */
#include "../../core/fiber/policy.h"
#include "../lib/tap.h"

enum { NAME = -1 };

static const struct spelling {
	const char *text;
	int kind; /* enum address_kind, or NAME */
} spelling[] = {
	{"93.184.216.34", ADDRESS_PUBLIC},
	{"8.8.8.8", ADDRESS_PUBLIC},
	{"1.1", ADDRESS_PUBLIC},
	{"2001:4860:4860::8888", ADDRESS_PUBLIC},
	{"[2606:4700::1111]", ADDRESS_PUBLIC},
	{"134744072", ADDRESS_PUBLIC},
	{"126.255.255.255", ADDRESS_PUBLIC},
	{"128.0.0.1", ADDRESS_PUBLIC},
	{"172.32.0.1", ADDRESS_PUBLIC},
	{"172.15.255.255", ADDRESS_PUBLIC},
	{"100.128.0.1", ADDRESS_PUBLIC},
	{"169.253.1.1", ADDRESS_PUBLIC},
	{"64:ff9b::808:808", ADDRESS_PUBLIC},
	{"2002:808:808::1", ADDRESS_PUBLIC},
	{"::ffff:8.8.8.8", ADDRESS_PUBLIC},
	{"127.0.0.1", ADDRESS_LOOPBACK},
	{"127.1", ADDRESS_LOOPBACK},
	{"127.0.1", ADDRESS_LOOPBACK},
	{"127.255.255.254", ADDRESS_LOOPBACK},
	{"2130706433", ADDRESS_LOOPBACK},
	{"0x7f000001", ADDRESS_LOOPBACK},
	{"0X7F000001", ADDRESS_LOOPBACK},
	{"0x7f.1", ADDRESS_LOOPBACK},
	{"0x7f.0x0.0x0.0x1", ADDRESS_LOOPBACK},
	{"017700000001", ADDRESS_LOOPBACK},
	{"0177.0.0.1", ADDRESS_LOOPBACK},
	{"0177.0x0.1", ADDRESS_LOOPBACK},
	{"0", ADDRESS_LOOPBACK},
	{"0.0.0.0", ADDRESS_LOOPBACK},
	{"0.1.2.3", ADDRESS_LOOPBACK},
	{"::1", ADDRESS_LOOPBACK},
	{"[::1]", ADDRESS_LOOPBACK},
	{"0:0:0:0:0:0:0:1", ADDRESS_LOOPBACK},
	{"::", ADDRESS_LOOPBACK},
	{"::ffff:127.0.0.1", ADDRESS_LOOPBACK},
	{"[::ffff:127.0.0.1]", ADDRESS_LOOPBACK},
	{"::ffff:7f00:1", ADDRESS_LOOPBACK},
	{"::127.0.0.1", ADDRESS_LOOPBACK},
	{"::ffff:0:127.0.0.1", ADDRESS_LOOPBACK},
	{"64:ff9b::7f00:1", ADDRESS_LOOPBACK},
	{"64:ff9b:1::7f00:1", ADDRESS_LOOPBACK},
	{"2002:7f00:1::", ADDRESS_LOOPBACK},
	{"10.0.0.1", ADDRESS_PRIVATE},
	{"10.1", ADDRESS_PRIVATE},
	{"0xa000001", ADDRESS_PRIVATE},
	{"012.0.0.1", ADDRESS_PRIVATE},
	{"172.16.0.1", ADDRESS_PRIVATE},
	{"172.31.255.255", ADDRESS_PRIVATE},
	{"192.168.1.1", ADDRESS_PRIVATE},
	{"192.168.257", ADDRESS_PRIVATE},
	{"3232235777", ADDRESS_PRIVATE},
	{"100.64.0.1", ADDRESS_PRIVATE},
	{"::ffff:10.0.0.1", ADDRESS_PRIVATE},
	{"fd00::1", ADDRESS_PRIVATE},
	{"fc00::", ADDRESS_PRIVATE},
	{"fec0::1", ADDRESS_PRIVATE},
	{"198.18.0.1", ADDRESS_PRIVATE},
	{"169.254.169.254", ADDRESS_LINK_LOCAL},
	{"2852039166", ADDRESS_LINK_LOCAL},
	{"0xa9fea9fe", ADDRESS_LINK_LOCAL},
	{"0251.0376.0251.0376", ADDRESS_LINK_LOCAL},
	{"169.254.43518", ADDRESS_LINK_LOCAL},
	{"::ffff:169.254.169.254", ADDRESS_LINK_LOCAL},
	{"[::ffff:a9fe:a9fe]", ADDRESS_LINK_LOCAL},
	{"64:ff9b::a9fe:a9fe", ADDRESS_LINK_LOCAL},
	{"2002:a9fe:a9fe::", ADDRESS_LINK_LOCAL},
	{"fe80::1", ADDRESS_LINK_LOCAL},
	{"febf:ffff::1", ADDRESS_LINK_LOCAL},
	{"fd00:ec2::254", ADDRESS_METADATA},
	{"[FD00:0EC2:0::0254]", ADDRESS_METADATA},
	{"224.0.0.1", ADDRESS_SPECIAL},
	{"255.255.255.255", ADDRESS_SPECIAL},
	{"ff02::1", ADDRESS_SPECIAL},
	{"localhost", NAME},
	{"", NAME},
	{"127.0.0.1 ", NAME},
	{"127.0.0.1.nip.io", NAME},
	{"256.1.1.1", NAME},
	{"[::1", NAME},
	{"0x7f000001.example", NAME},
	{"4294967296", NAME},
	{"fe80::1%eth0", NAME},
};

static const struct lead {
	enum address_kind first, next;
	bool allowed;
} lead[] = {
	{ADDRESS_PUBLIC, ADDRESS_PUBLIC, true},
	{ADDRESS_PUBLIC, ADDRESS_PRIVATE, false},
	{ADDRESS_PUBLIC, ADDRESS_LOOPBACK, false},
	{ADDRESS_PUBLIC, ADDRESS_LINK_LOCAL, false},
	{ADDRESS_PUBLIC, ADDRESS_METADATA, false},
	{ADDRESS_PUBLIC, ADDRESS_SPECIAL, false},
	{ADDRESS_PRIVATE, ADDRESS_PRIVATE, true},
	{ADDRESS_PRIVATE, ADDRESS_LOOPBACK, true},
	{ADDRESS_LOOPBACK, ADDRESS_LOOPBACK, true},
	{ADDRESS_LOOPBACK, ADDRESS_LINK_LOCAL, false},
	{ADDRESS_LOOPBACK, ADDRESS_METADATA, false},
	{ADDRESS_PRIVATE, ADDRESS_PUBLIC, true},
	{ADDRESS_LINK_LOCAL, ADDRESS_LINK_LOCAL, false},
};

int main(void)
{
	struct sockaddr_storage a;

	for (size_t i = 0; i < sizeof spelling / sizeof *spelling; i++) {
		const struct spelling *s = &spelling[i];
		int kind = address_of_text(s->text, &a) ? (int)address_kind((struct sockaddr *)&a)
							: NAME;

		ok(kind == s->kind, "'%s' is %s", s->text,
			s->kind == NAME ? "a name" : address_kind_text(s->kind));
	}
	for (size_t i = 0; i < sizeof lead / sizeof *lead; i++)
		ok(policy_allows(lead[i].first, lead[i].next) == lead[i].allowed,
			"%s address leading to %s one: %s", address_kind_text(lead[i].first),
			address_kind_text(lead[i].next), lead[i].allowed ? "allowed" : "refused");
	return done_testing();
}

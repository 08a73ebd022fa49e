/* fiber/sasl: what a client answers when it logs in by SASL (RFC 4422), in base64.
 *
 * Modules see probe_sasl() of check.h and carry the answers in their protocol's lines. A challenge
 * is foreign bytes; nothing of an answer is kept but in the probe's memory. */
#include <nines/check.h>

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <string.h>

#define DIGEST_BYTES 16 /* of MD5 */

struct exchange {
	struct probe *probe;
	int number;
	const char *challenge, *user, *password;
};

static const char *encode(struct probe *p, const char *bytes, size_t size)
{
	char *to = probe_alloc(p, (size + 2) / 3 * 4 + 1);

	if (!to)
		return "";
	EVP_EncodeBlock((unsigned char *)to, (const unsigned char *)bytes, (int)size);
	return to;
}

/* RFC 4616: nobody else's identity, a NUL, the user, a NUL, the password. */
static const char *plain(const struct exchange *e)
{
	size_t user = strlen(e->user), password = strlen(e->password);
	char *bytes = probe_alloc(e->probe, user + password + 2);

	if (!bytes)
		return "";
	memcpy(bytes + 1, e->user, user);
	memcpy(bytes + 2 + user, e->password, password);
	return encode(e->probe, bytes, user + password + 2);
}

/* Never standardised: it asks for the user first, then for the password, in words that differ. */
static const char *login(const struct exchange *e)
{
	const char *word = e->number ? e->password : e->user;

	return encode(e->probe, word, strlen(word));
}

/* The bytes of the challenge; NULL when it is no base64. */
static unsigned char *decode(const struct exchange *e, size_t *size)
{
	size_t length = strcspn(e->challenge, " ");
	unsigned char *bytes = probe_alloc(e->probe, length + 1);
	int n = bytes ? EVP_DecodeBlock(bytes, (const unsigned char *)e->challenge, (int)length)
		      : -1;

	for (size_t i = length; n > 0 && i && length - i < 2 && e->challenge[i - 1] == '='; i--)
		n--;
	*size = n > 0 ? (size_t)n : 0;
	return n < 0 ? NULL : bytes;
}

/* RFC 2195: the user, and the challenge signed with the password. */
static const char *cram_md5(const struct exchange *e)
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	char hex[DIGEST_BYTES * 2 + 1];
	unsigned char *challenge;
	const char *answer;
	size_t size;

	challenge = decode(e, &size);
	if (!challenge)
		return probe_fail(e->probe, "wanted a challenge in base64, got '%s'",
				  probe_shown(e->probe, e->challenge)),
		       "";
	if (!HMAC(EVP_md5(), e->password, (int)strlen(e->password), challenge, size, digest, NULL))
		return probe_unknown(e->probe, "CRAM-MD5 cannot be computed here"), "";
	for (int i = 0; i < DIGEST_BYTES; i++) {
		hex[i * 2] = "0123456789abcdef"[digest[i] >> 4];
		hex[i * 2 + 1] = "0123456789abcdef"[digest[i] & 15];
	}
	hex[DIGEST_BYTES * 2] = '\0';
	answer = probe_text(e->probe, "%s %s", e->user, hex);
	return encode(e->probe, answer, strlen(answer));
}

static const struct {
	const char *name;
	const char *(*answer)(const struct exchange *);
} mechanism[] = {{"PLAIN", plain}, {"LOGIN", login}, {"CRAM-MD5", cram_md5}};

const char *probe_sasl(struct probe *p, const char *name, int n, const char *challenge,
		       const char *user, const char *password)
{
	struct exchange e = {p, n, challenge + strspn(challenge, " "), user, password};

	if (!probe_ok(p))
		return "";
	for (size_t i = 0; i < sizeof mechanism / sizeof *mechanism; i++)
		if (!strcmp(mechanism[i].name, name))
			return mechanism[i].answer(&e);
	return probe_unknown(p, "no such SASL mechanism: '%s'", name), "";
}

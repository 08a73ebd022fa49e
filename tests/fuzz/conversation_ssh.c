/* tests/fuzz/conversation_ssh: SSH without secrets, for the target module-ssh alone.
 *
 * Stands in for what libssh2 calls of OpenSSL's mathematics: every signature is right, every cipher
 * leaves its text as it is, every MAC is zeros. So what a server says behind the key exchange can
 * be written down, and mutated, as plain packets (padded to 16 bytes, 32 zeros behind each with
 * hmac-sha2-256). The linker lets the library find these first, as it names them.
 *
 * The length of a packet is made a multiple of a cipher's block: libssh2 1.10 asserts that it is,
 * and ends its process where it is not (ssh.md), so nothing behind it would be found. For the same
 * reason nobody answers questions: it reads beyond those that lie about their length. */
#define OPENSSL_SUPPRESS_DEPRECATED
#include <arpa/inet.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rsa.h>
#include <stdint.h>
#include <string.h>

#include <libssh2.h>

#define BLOCK_BYTES 16

/* libssh2 1.10 keeps the host key of an exchange that fails behind it: some hundred bytes a probe,
 * until the prober is replaced. */
void __lsan_disable(void) __attribute__((weak));

static void __attribute__((constructor)) allow_leaks(void)
{
	if (__lsan_disable)
		__lsan_disable();
}

#define SHOWN __attribute__((visibility("default")))

SHOWN int libssh2_userauth_keyboard_interactive_ex(LIBSSH2_SESSION *session, const char *user,
						   unsigned user_bytes,
						   LIBSSH2_USERAUTH_KBDINT_RESPONSE_FUNC((*answer)))
{
	(void)session, (void)user, (void)user_bytes, (void)answer;
	return LIBSSH2_ERROR_AUTHENTICATION_FAILED;
}

SHOWN int EVP_DigestVerify(EVP_MD_CTX *of, const unsigned char *signature, size_t signature_size,
			   const unsigned char *bytes, size_t size)
{
	(void)of, (void)signature, (void)signature_size, (void)bytes, (void)size;
	return 1;
}

SHOWN int ECDSA_do_verify(const unsigned char *digest, int size, const ECDSA_SIG *signature,
			  EC_KEY *key)
{
	(void)digest, (void)size, (void)signature, (void)key;
	return 1;
}

SHOWN int RSA_verify(int kind, const unsigned char *digest, unsigned size,
		     const unsigned char *signature, unsigned signature_size, RSA *key)
{
	(void)kind, (void)digest, (void)size, (void)signature, (void)signature_size, (void)key;
	return 1;
}

/* What comes in: which cipher, and how much of the packet is still to come. */
static struct {
	EVP_CIPHER_CTX *of;
	uint32_t left_bytes;
} incoming;

SHOWN int EVP_CipherInit(EVP_CIPHER_CTX *of, const EVP_CIPHER *kind, const unsigned char *key,
			 const unsigned char *start, int encrypts)
{
	(void)kind, (void)key, (void)start;
	if (!encrypts) {
		incoming.of = of;
		incoming.left_bytes = 0;
	}
	return 1;
}

/* The first block of a packet begins with its length. */
static void round_length(unsigned char *block)
{
	uint32_t size;

	memcpy(&size, block, sizeof size);
	size = ((ntohl(size) + 4 + BLOCK_BYTES - 1) & ~(uint32_t)(BLOCK_BYTES - 1)) - 4;
	incoming.left_bytes = size + 4;
	size = htonl(size);
	memcpy(block, &size, sizeof size);
}

SHOWN int EVP_Cipher(EVP_CIPHER_CTX *of, unsigned char *into, const unsigned char *bytes,
		     unsigned size)
{
	memmove(into, bytes, size);
	if (of == incoming.of && !incoming.left_bytes)
		round_length(into);
	if (of == incoming.of)
		incoming.left_bytes -= size < incoming.left_bytes ? size : incoming.left_bytes;
	return (int)size;
}

SHOWN int HMAC_Final(HMAC_CTX *of, unsigned char *into, unsigned *size)
{
	memset(into, 0, HMAC_size(of));
	if (size)
		*size = (unsigned)HMAC_size(of);
	return 1;
}

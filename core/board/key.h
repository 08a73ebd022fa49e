/* board/key: what opens something for whoever holds it: the links and codes in letters to
 * strangers.
 *
 * A key that is made is 128 random bits, and only its hash is kept; one that is derived comes from
 * a secret of the server and can be told again at any time, so nothing of it is kept. As a text a
 * key is `ID.KEY`: the card it belongs to is found by its id, never by searching, and then the rest
 * is compared in constant time (F54). Never writes a key anywhere. Pure but for key_make() and
 * key_code(), which ask the kernel for random bytes. */
#ifndef NINES_BOARD_KEY_H
#define NINES_BOARD_KEY_H

#include <stdbool.h>
#include <stddef.h>

#define KEY_LETTERS 22 /* base64url of 128 bits */
#define KEY_ID      32 /* the longest id of a card that has keys, with its NUL */
#define KEY_TEXT    (KEY_ID + 1 + KEY_LETTERS)
#define KEY_SECRET  65 /* 256 bits in hexadecimal digits, and a NUL */
#define KEY_CODE    9 /* eight digits and a NUL: to be typed in */

/* The server's own secret, and a key of a card: ID.KEY. */
void key_secret(char secret[KEY_SECRET]);
void key_make(char key[KEY_TEXT], const char *id);
void key_code(char code[KEY_CODE]);

/* The one that belongs to `id` for this use ("manage"), the same whenever it is asked for. */
void key_derive(char key[KEY_TEXT], const char *secret, const char *use, const char *id);

/* What is kept of a key or code. */
void key_hash(char hash[KEY_SECRET], const char *key);
/* Constant time in all but the lengths. */
bool key_is_same(const char *a, const char *b);

/* The id that stands in front of a key, in `id`. False: the text has not the form of one. */
bool key_id(const char *key, char id[KEY_ID]);

/* In place of a key or a code where it may be seen: as long as they are. */
void key_mask(char key[KEY_TEXT], const char *id);
#define KEY_CODE_MASK "********"

#endif

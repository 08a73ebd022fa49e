#!/usr/bin/env python3
"""tests/bench/mail_server.py PORT CERTIFICATE KEY: a mail server that answers at once and takes no mail, for measuring those who ask it."""
import asyncio
import ssl
import sys

ANSWER = {b"EHLO": b"250-mx.bench.test\r\n250-SIZE 52428800\r\n250 STARTTLS\r\n", b"HELO": b"250 mx.bench.test\r\n",
          b"STAR": b"220 go ahead\r\n", b"QUIT": b"221 bye\r\n"}
CLIENTS = 4096


async def converse(reader, writer, context):
    writer.write(b"220 mx.bench.test ESMTP\r\n")
    while line := await reader.readline():
        word = line[:4].upper()
        writer.write(ANSWER.get(word, b"500 what\r\n"))
        if word == b"STAR":
            await writer.start_tls(context)
        if word == b"QUIT":
            return


async def serve(port, context):
    async def client(reader, writer):
        try:
            await converse(reader, writer, context)
        except (OSError, ssl.SSLError):
            pass
        finally:
            writer.close()

    async with await asyncio.start_server(client, "127.0.0.1", port, backlog=CLIENTS) as server:
        await server.serve_forever()


def main():
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(sys.argv[2], sys.argv[3])
    context.num_tickets = 0
    asyncio.run(serve(int(sys.argv[1]), context))


if __name__ == "__main__":
    main()

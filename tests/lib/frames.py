"""tests/lib/frames.py: the frame around the lines on a link (core/base/link.h), for tests that play one end of it."""
import struct

MASK = (1 << 64) - 1


def checksum(raw):
    """As link_checksum(): 8 bytes at a time, little endian, the last ones filled with zeros."""
    total = 0xcbf29ce484222325 ^ len(raw)
    for (word,) in struct.iter_unpack("<Q", raw + bytes(-len(raw) % 8)):
        total = (total ^ word) * 0x9fb21c651e98df25 & MASK
        total ^= total >> 32
    return total & 0xffffffff


def frame(text, has_fd=False):
    raw = text.encode()
    return struct.pack("<II", len(raw) | has_fd << 31, checksum(raw)) + raw

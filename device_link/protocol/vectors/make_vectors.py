#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes frames.txt: golden frames, from PROTOCOL.md alone and by no code that the program shares.

    python3 make_vectors.py > frames.txt

A line is: name, type, flags, seq, session, payload, wire; numbers in decimal, bytes in hex ("-" for none).
"""
import hashlib
import hmac
import struct
import zlib


def cobs(raw):
    out = bytearray()
    block = bytearray()
    for byte in raw:
        if byte:
            block.append(byte)
        if not byte or len(block) == 254:
            out += bytes([len(block) + 1]) + block
            block.clear()
    return bytes(out + bytes([len(block) + 1]) + block)


def frame(kind, flags, seq, session, payload):
    raw = struct.pack("<BBHHHB", 2 << 4, flags, seq, session, 1 + len(payload), kind) + payload
    return b"\0" + cobs(raw + struct.pack("<I", zlib.crc32(raw))) + b"\0"


def text(s, n):
    return s.encode().ljust(n, b"\0")


sha = hashlib.sha256(b"abc").digest()
key = bytes(range(32))
tag = hmac.digest(key, b"abc", "sha256")
slot = sha + struct.pack("<IIIBB", 4096, 7, 8355584, 2, 1) + text("rosler", 32)
empty = bytes(32) + struct.pack("<IIIBB", 0, 0, 8355584, 0, 0) + bytes(32)
regions = struct.pack("<BBBIBBBI", 0, 0, 1, 4096, 1, 1, 0, 784)
# Its fixed part, each slot and each region: with their lengths.
fixed = (struct.pack("<HHHBBBBBBBIIIIIIIIII", 1, 1, 512, 8, 2, 0, 2, 78, 2, 7, 7, 7, 6, 6, 0x33, 0x410FC241, 25000000,
                     25000000, 262144, 115200) + text("mps2-an386", 32) + text("0.2.0", 16)
         + hmac.digest(key, b"rosler key", "sha256")[:4] + b"\1")
caps = struct.pack("<BBH", 2, 2, 4 + len(fixed)) + fixed + slot + empty + regions
# As a board of a later firmware would send it: each part has more.
later = fixed.replace(struct.pack("<BBBB", 2, 78, 2, 7), struct.pack("<BBBB", 2, 80, 2, 9)) + b"more"
caps_later = (struct.pack("<BBH", 2, 2, 4 + len(later)) + later + slot + b"so" + empty + b"on"
              + regions[:7] + b"XY" + regions[7:] + b"ZZ" + b"and so forth")

VECTORS = [
    ("hello", 0, 0, 1, 0x1234, struct.pack("<BB", 2, 2)),
    ("caps", 0, 1, 1, 0x1234, caps),
    ("caps_later", 0, 1, 1, 0x1234, caps_later),
    ("begin", 1, 0, 2, 0x1234, sha + struct.pack("<IIHHIIIBB", 42608, 6688, 1, 1, 4, 4, 4, 255, 0)),
    ("begin_with_tag", 1, 0, 2, 0x1234, sha + struct.pack("<IIHHIIIBBB", 42608, 6688, 1, 1, 4, 4, 4, 255, 3, 1) + tag),
    ("begin_reply_resume", 1, 1, 2, 0x1234, struct.pack("<HBIIII", 0, 1, 1024, 5, 0, 0)),
    ("begin_reply_needs_ram", 1, 1, 2, 0x1234, struct.pack("<HBIIII", 11, 0, 0, 0, 400000, 262144)),
    ("data", 2, 0, 3, 0x1234, struct.pack("<I", 1024) + bytes(range(256))),
    ("ack", 2, 1, 3, 0x1234, struct.pack("<IIBI", 1280, 0x80000001, 8, 0)),
    ("commit", 3, 0, 4, 0x1234, sha),
    ("commit_reply", 3, 1, 4, 0x1234, struct.pack("<HHIIQHBIIIIH", 0, 0, 0, 8, 90000, 3, 2, 10, 0xDEADBEEF, 41, 0, 20)
     + struct.pack("<10h", *range(-5, 5))),
    ("abort", 4, 0, 5, 0x1234, b""),
    ("input", 5, 0, 6, 0x1234, struct.pack("<II", 41, 0) + bytes(16)),
    ("run", 6, 0, 7, 0x1234, struct.pack("<III", 41, 784, 0x12345678)),
    ("output", 7, 0, 8, 0x1234, struct.pack("<I", 448)),
    ("bench", 8, 0, 9, 0x1234, struct.pack("<IIHI", 2, 5, 1, 0)),
    ("result", 8, 1, 9, 0x1234, struct.pack("<IIQIIIIBB", 5, 25000000, 1000, 4, 199, 201, 7, 2, 5)
     + struct.pack("<8I", 150, 50, 200, 201, 199, 200, 200, 1)),
    ("baud", 9, 0, 10, 0x1234, struct.pack("<IB", 921600, 0)),
    ("echo", 10, 0, 11, 0x1234, bytes(508)),
    ("slot", 11, 0, 12, 0x1234, struct.pack("<BB", 1, 0)),
    ("reset", 12, 0, 13, 0x1234, b""),
    ("busy", 13, 1, 4, 0x1234, struct.pack("<I", 1500)),
    ("log", 14, 1, 0, 0x1234, b"slot 1 is empty"),
    ("error", 15, 1, 14, 0x1234, struct.pack("<HHII", 4, 0, 0x4321, 0)),
    ("read", 16, 0, 15, 0x1234, struct.pack("<BBBII", 2, 0, 0, 0, 20)),
    ("read_reply", 16, 1, 15, 0x1234, struct.pack("<IIH", 0, zlib.crc32(b"abcd"), 4) + b"abcd"),
    ("write", 17, 0, 16, 0x1234, struct.pack("<BBBIII", 4, 0, 0, 448, 0, 0) + b"abcd"),
    ("write_last", 17, 0, 17, 0x1234, struct.pack("<BBBIII", 4, 0, 1, 0, 452, 0x12345678)),
    ("key", 32, 0, 18, 0x1234, key),
    ("key_reply", 32, 1, 18, 0x1234, hmac.digest(key, b"rosler key", "sha256")[:4]),
    ("longest", 10, 255, 65535, 65535, bytes([255]) * 512),
]

for name, kind, flags, seq, session, payload in VECTORS:
    print(name, kind, flags, seq, session, payload.hex() or "-", frame(kind, flags, seq, session, payload).hex())

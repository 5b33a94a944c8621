#!/usr/bin/env python3
"""make_people.py - writes examples/data/people.jsonl and people.avro.

Both hold records {"nama": string, "umur": int}: invented people with Indonesian
names.  The seed is fixed, so the files come out the same every time.
Needs nothing but Python: the Avro container (null codec) is written by hand.
"""
import json
import os
import random

SEED = 20240817
JSON_PEOPLE = 3000
AVRO_PEOPLE = 1000
AVRO_BLOCK = 250        # records a block, so that readers meet several blocks

GIVEN = """Adi Agus Andi Anisa Arif Ayu Bagus Bambang Bayu Budi Cahya Citra Dedi Dewi
Dian Dimas Dwi Eka Eko Endang Fajar Farah Fitri Galih Gita Hadi Hana Hendra Indah Indra
Intan Joko Kartika Kirana Lestari Lina Made Maya Mega Nina Novi Nur Nyoman Putri Putu Rahmat
Rani Ratna Reza Rina Rizki Rudi Sari Siti Slamet Sri Surya Tika Tri Utami Wahyu Wati Wayan
Wulan Yani Yoga Yuni Zahra""".split()
FAMILY = """Anggraini Firmansyah Gunawan Hakim Halim Handayani Harahap Hidayat Hutapea
Iskandar Kurniawan Kusuma Lubis Mahendra Maulana Nasution Nugroho Pangestu Permata Prasetyo
Pratama Purnama Putra Rahayu Ramadhan Saputra Sembiring Setiawan Siahaan Simanjuntak Siregar
Situmorang Suharto Sukarno Suryadi Susanto Sutrisno Tanjung Utomo Wibowo Wijaya Wirawan
Yulianti Zulkarnain""".split()
# Names whose spelling leaves ASCII, and one beyond the basic plane's letters.
SPECIAL = ["André Siahaan", "Désirée Hutapea", "Noël Simanjuntak", "Sjaïr Nasution",
           "Bébé Pangestu", "Zoë Wijaya", "Müller Gunawan", "ꦱꦫꦶ Lestari", "Ni Ketut Śrī Dewī"]


def people(rng, count):
    for _ in range(count):
        if rng.random() < 0.01:
            nama = rng.choice(SPECIAL)
        else:
            nama = rng.choice(GIVEN) + " " + rng.choice(FAMILY)
        yield {"nama": nama, "umur": min(99, max(1, round(rng.gauss(36, 17))))}


def avro_long(value):
    value = (value << 1) ^ (value >> 63)
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def avro_bytes(value):
    return avro_long(len(value)) + value


def avro_container(records, sync):
    schema = {"type": "record", "name": "Person",
              "fields": [{"name": "nama", "type": "string"}, {"name": "umur", "type": "int"}]}
    meta = {b"avro.schema": json.dumps(schema).encode(), b"avro.codec": b"null"}
    out = bytearray(b"Obj\x01" + avro_long(len(meta)))
    for key, value in meta.items():
        out += avro_bytes(key) + avro_bytes(value)
    out += avro_long(0) + sync
    for begin in range(0, len(records), AVRO_BLOCK):
        block = records[begin:begin + AVRO_BLOCK]
        body = b"".join(avro_bytes(r["nama"].encode()) + avro_long(r["umur"]) for r in block)
        out += avro_long(len(block)) + avro_bytes(body) + sync
    return bytes(out)


def main():
    rng = random.Random(SEED)
    folder = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "examples", "data")
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, "people.jsonl"), "w", encoding="utf-8") as out:
        for person in people(rng, JSON_PEOPLE):
            out.write(json.dumps(person, ensure_ascii=False) + "\n")
    sync = bytes(rng.randrange(256) for _ in range(16))
    with open(os.path.join(folder, "people.avro"), "wb") as out:
        out.write(avro_container(list(people(rng, AVRO_PEOPLE)), sync))


if __name__ == "__main__":
    main()

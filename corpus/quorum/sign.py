"""Ed25519 (RFC 8032) and DSSE for test keys, in plain Python so that tests need no package. Not for real keys."""
import base64
import hashlib
import json

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P


def add(a, b):
    """Points in extended coordinates (x, y, z, t) with x·y = z·t."""
    left, right = (a[1] - a[0]) * (b[1] - b[0]) % P, (a[1] + a[0]) * (b[1] + b[0]) % P
    c, d = 2 * a[3] * b[3] * D % P, 2 * a[2] * b[2] % P
    e, f, g, h = right - left, d - c, d + c, right + left
    return e * f % P, g * h % P, f * g % P, e * h % P


def base_point():
    y = 4 * pow(5, P - 2, P) % P
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if x * x % P != square:
        x = x * pow(2, (P - 1) // 4, P) % P
    x = x if x % 2 == 0 else P - x
    return x, y, 1, x * y % P


POWERS = [base_point()]  # base · 2^i
while len(POWERS) < 256:
    POWERS.append(add(POWERS[-1], POWERS[-1]))


def times(scalar):
    total = (0, 1, 1, 0)
    for i in range(256):
        if scalar >> i & 1:
            total = add(total, POWERS[i])
    return total


def encode(point):
    inverse = pow(point[2], P - 2, P)
    x, y = point[0] * inverse % P, point[1] * inverse % P
    return (y | (x & 1) << 255).to_bytes(32, "little")


class SigningKey:
    def __init__(self, name):
        """The same name gives the same key."""
        digest = hashlib.sha512(hashlib.sha256(name.encode()).digest()).digest()
        self.scalar = int.from_bytes(digest[:32], "little") & (1 << 254) - 8 | 1 << 254
        self.prefix = digest[32:]
        self.public = encode(times(self.scalar))
        self.id = hashlib.sha256(bytes.fromhex("302a300506032b6570032100") + self.public).hexdigest()

    def sign(self, message):
        r = int.from_bytes(hashlib.sha512(self.prefix + message).digest(), "little") % L
        point = encode(times(r))
        k = int.from_bytes(hashlib.sha512(point + self.public + message).digest(), "little") % L
        return point + ((r + k * self.scalar) % L).to_bytes(32, "little")


def link(name, products, materials, key):
    """rebuilderd's attestation: products and materials are digests by name."""
    signed = {"_type": "link", "name": name, "materials": materials, "products": products, "environment": None, "byproducts": {},
              "command": []}
    content = json.dumps(signed, sort_keys=True, separators=(",", ":")).encode()
    return json.dumps({"signatures": [{"keyid": key.id, "sig": key.sign(content).hex()}], "signed": signed})


def provenance(builder, products, materials, key, parameters=()):
    """SLSA provenance v1 in a DSSE envelope."""
    dependencies = [{"name": name, "digest": digest} for name, digest in materials.items()]
    return envelope("application/vnd.in-toto+json", json.dumps({
        "_type": "https://in-toto.io/Statement/v1", "predicateType": "https://slsa.dev/provenance/v1",
        "subject": [{"name": name, "digest": digest} for name, digest in products.items()],
        "predicate": {"buildDefinition": {"buildType": "https://example.org/build", "externalParameters": {name: "x" for name in parameters},
                                          "resolvedDependencies": dependencies},
                      "runDetails": {"builder": {"id": builder}}}}), key)


def confirmation(job, manifest, key):
    return json.loads(envelope("application/vnd.unrepro.confirmation+json", json.dumps(
        {"schema": "unrepro.confirmation/1", "job": job, "manifest": manifest}), key))


def envelope(payload_type, payload, key):
    body = payload.encode()
    pae = b"DSSEv1 %d %s %d %s" % (len(payload_type), payload_type.encode(), len(body), body)
    return json.dumps({"payload": base64.b64encode(body).decode(), "payloadType": payload_type,
                       "signatures": [{"keyid": key.id, "sig": base64.b64encode(key.sign(pae)).decode()}]})

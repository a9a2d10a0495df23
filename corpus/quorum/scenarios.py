"""The founding questions of the quorum as scenarios: what builders hand in, and what must be decided."""
import hashlib
import io
import json
import tarfile

import sign
from build import DATA, JOB, Result, Scenario

LEFT, RIGHT = (DATA / "demo" / f"{side}.deb" for side in ("left", "right"))
LIBRARY = (DATA / "elf/libsmall.so").read_bytes()
GCC12, GCC13 = "1" * 64, "2" * 64
SOURCE = "5" * 64
TRUSTED = "debian"


def tar(path="/build/frob-1.0", mtime=1706745600, library=LIBRARY, reverse=False):
    """A small release: a library and a note that records the build directory."""
    members = [("usr/lib/libsmall.so", library),
               ("usr/share/doc/frob/build.txt", f"frob 1.0\nbuilt in {path}/src\nwith love\n".encode()),
               ("usr/share/doc/frob/README", b"frob turns widgets\n")]
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for name, content in reversed(members) if reverse else members:
            info = tarfile.TarInfo(name)
            info.size, info.mtime, info.mode = len(content), mtime, 0o644
            archive.addfile(info, io.BytesIO(content))
    return out.getvalue()


def patched(library=LIBRARY):
    """One instruction of the first function is another one: the least change of behaviour there is."""
    import struct
    sections = struct.unpack_from("<Q", library, 40)[0]
    count, names = struct.unpack_from("<HH", library, 60)
    headers = [struct.unpack_from("<IIQQQQIIQQ", library, sections + 64 * i) for i in range(count)]
    strings = headers[names][4]
    text = next(h for h in headers if library[strings + h[0]:].startswith(b".text\0"))
    out = bytearray(library)
    at = library.index(b"\xc3", text[4], text[4] + text[5])  # ret → nop
    out[at] = 0x90
    return bytes(out)


def files(content, name="frob.tar"):
    return {name: content if isinstance(content, bytes) else content.read_bytes()}


def three(a, b, c, **rest):
    return [Result(TRUSTED, files(a), **rest), Result("suse", files(b), **rest), Result("arch", files(c), **rest)]


def seats(*states):
    """A ledger: (operator, state, result or None, more)."""
    out = []
    for number, (operator, state, result, *more) in enumerate(states, 1):
        out.append({"id": f"s{number}", "operator": operator, "state": state, **({"result": result} if result else {}),
                    **(more[0] if more else {})})
    return out


def lottery(results, seed="00ff17", rate=1_000_000_000):
    """Drawn for sure: over the operators' keys and manifests, as lottery.h has it."""
    def part(text):
        return f"{len(text)}:{text}"
    leaves = sorted(part(result.key_id) + part(result.manifest_digest) for result in results if result.role == "seat")
    return {"commitment": hashlib.sha256(bytes.fromhex(seed)).hexdigest(), "seed": seed, "rate": rate,
            "root": hashlib.sha256("".join(map(part, leaves)).encode()).hexdigest()}


GOOD, EVIL = tar(), tar(library=patched())
EXPLAINED = {"accept": "explained"}


def all_scenarios():
    yield Scenario("identical", three(LEFT, LEFT, LEFT), state="agreed", status=0, says=["debian", "Release frob.tar"])

    minority = [Result("suse", files(EVIL)), Result("arch", files(EVIL)), Result("guix", files(EVIL)),
                Result("honest", files(GOOD))]
    yield Scenario("minority-honest", minority, state="escalated", status=3, fails=["no-dissent", "trusted"],
                   says=["honest", "differ", "people must look", "Arbitrate"])
    yield Scenario("minority-honest-arbitrated",
                   minority + [Result(TRUSTED, files(GOOD), role="arbiter"), Result(TRUSTED, files(GOOD), role="arbiter")],
                   state="rejected", status=1,
                   penalties={("suse", "convicted"), ("arch", "convicted"), ("guix", "convicted")},
                   says=["Freeze suse", "Do not release"])

    yield Scenario("timestamp", three(GOOD, GOOD, tar(mtime=1709251199)), state="agreed-equivalent", status=0,
                   says=["file-mtime", "2024-02-29"])
    yield Scenario("build-path", three(GOOD, GOOD, tar("/srv/w7/frob-1.0")), EXPLAINED, state="agreed-equivalent",
                   status=0, says=["build-path", "/srv/w7/frob-1.0"])
    yield Scenario("build-path-not-accepted", three(GOOD, GOOD, tar("/srv/w7/frob-1.0")), state="disputed", status=1,
                   fails=["no-dissent"], says=["explained", "build-path"])
    yield Scenario("file-order", three(GOOD, GOOD, tar(reverse=True)), EXPLAINED, state="agreed-equivalent", status=0,
                   says=["order"])
    yield Scenario("demo-package", three(LEFT, LEFT, RIGHT), EXPLAINED, state="agreed-equivalent", status=0,
                   says=["build-timestamp", "build-path", "host-user-identity"])
    yield Scenario("patched-under-path-shift",
                   three(GOOD, GOOD, tar("/srv/w7/frob-1.0", library=patched())), EXPLAINED, state="escalated",
                   status=3, fails=["no-dissent"], says=["libsmall.so#.text", "build-path", "Freeze frob.tar"])

    yield Scenario("sybil", [Result(TRUSTED, files(GOOD))] +
                   [Result("mallory", files(EVIL), key=f"mallory {i}") for i in range(1000)],
                   state="escalated", status=3, fails=["results-in", "no-dissent", "no-tie", "agree"], comparisons=1)
    yield Scenario("sybil-alone", [Result("mallory", files(EVIL), key=f"mallory {i}") for i in range(1000)],
                   state="insufficient", status=3, fails=["results-in", "agree", "trusted", "released-bits"])
    yield Scenario("no-trusted", [Result(name, files(GOOD)) for name in ("suse", "arch", "guix")],
                   state="insufficient", status=3, fails=["trusted"], says=["Have debian build it"])

    drawn = three(GOOD, GOOD, GOOD)
    audit = {"audit_rate": 0.1, "audit_floor": 0.02, "trusted": ["debian", "auditor"]}
    yield Scenario("audit-not-drawn-yet", drawn, audit, state="pending", status=3, fails=["audit"])
    yield Scenario("audit-drawn", drawn, audit, job={"audit": lottery}, state="auditing", status=3, fails=["audit"])
    yield Scenario("audit-passed", drawn + [Result("auditor", files(GOOD), role="audit")], audit,
                   job={"audit": lottery}, state="confirmed", status=0)
    yield Scenario("audit-failed", drawn + [Result("auditor", files(EVIL), role="audit")], audit,
                   job={"audit": lottery}, state="escalated", status=3, fails=["no-dissent", "audit"],
                   says=["auditor"])
    colluding = [Result(name, files(EVIL)) for name in ("suse", "arch", "guix")]
    caught = colluding + [Result(TRUSTED, files(GOOD), role="audit")]
    audit = {**audit, "trusted": [TRUSTED], "require_trusted": 0}
    yield Scenario("all-seats-collude", colluding, audit, job={"audit": lottery}, state="auditing", status=3,
                   fails=["audit"])
    yield Scenario("all-seats-collude-caught", caught, audit, job={"audit": lottery}, state="escalated", status=3,
                   fails=["no-dissent", "audit"], says=["Freeze frob.tar on both sides"])
    yield Scenario("all-seats-collude-arbitrated",
                   caught + [Result(TRUSTED, files(GOOD), role="arbiter"), Result(TRUSTED, files(GOOD), role="arbiter")],
                   audit, job={"audit": lottery}, state="unreproducible", status=1, says=["only trusted operators"])
    yield Scenario("all-seats-collude-arbitrated-by-two",
                   caught + [Result(TRUSTED, files(GOOD), role="arbiter"), Result("opensuse", files(GOOD), role="arbiter")],
                   {**audit, "trusted": [TRUSTED, "opensuse"]}, job={"audit": lottery}, state="rejected", status=1,
                   penalties={(name, "convicted") for name in ("suse", "arch", "guix")})
    yield Scenario("one-trusted-against-all", [Result(TRUSTED, files(EVIL))] +
                   [Result(name, files(GOOD)) for name in ("suse", "arch", "guix")] +
                   [Result(TRUSTED, files(EVIL), role="arbiter"), Result(TRUSTED, files(EVIL), role="arbiter")],
                   state="escalated", status=3, fails=["no-dissent", "trusted"], says=["trusted operator other than debian"])

    alone = [Result(TRUSTED, files(GOOD)), Result("honest", files(EVIL)), Result("honest", files(tar(mtime=1)), role="rerun")]
    runs = [Result(TRUSTED, files(GOOD), role="arbiter"), Result(TRUSTED, files(GOOD), role="arbiter")]
    yield Scenario("one-trusted-alone-arbitrates-for-itself", alone + runs, state="escalated", status=3, penalties=set(),
                   fails=["results-in", "no-dissent", "no-tie", "agree"])
    copied = Result(TRUSTED, files(GOOD), role="arbiter", named="run")
    yield Scenario("a-copied-run-is-one", three(GOOD, GOOD, GOOD) + alone[1:] + [copied, copied], state="escalated",
                   status=3, penalties=set(), fails=["no-dissent"])

    def toolchains(third, content):
        results = three(GOOD, GOOD, content)
        for result in results:
            result.inputs = {"source": SOURCE, "gcc": GCC12}
        results[2].inputs = {"source": SOURCE, "gcc": third}
        return results
    fixed = {"inputs": {"source": SOURCE, "gcc": GCC12}}
    yield Scenario("other-toolchain-equal-bits", toolchains(GCC13, GOOD), job=fixed, state="agreed", status=0)
    yield Scenario("other-toolchain-other-bits", toolchains(GCC13, EVIL), job=fixed, state="inputs-differ", status=3,
                   fails=["no-dissent"], says=["gcc", "fresh seat"])
    colluders = [Result("suse", files(EVIL), inputs={"source": SOURCE, "gcc": GCC13}),
                 Result("arch", files(EVIL), inputs={"source": SOURCE, "gcc": GCC13}),
                 Result(TRUSTED, files(GOOD), inputs={"source": SOURCE, "gcc": GCC12})]
    yield Scenario("colluders-declare-other-inputs", colluders, state="inputs-differ", status=3,
                   fails=["no-dissent", "trusted"])
    fresh = toolchains(GCC13, EVIL) + [Result("guix", files(GOOD), inputs=fixed["inputs"])]
    yield Scenario("fresh-rebuild-settles-inputs", fresh, state="agreed", status=0,
                   job={**fixed, "seats": seats(*[(r.operator, "submitted", f"r{i}", {"fresh": i == 3})
                                                  for i, r in enumerate(fresh)])})

    yield Scenario("build-failed", three(GOOD, GOOD, GOOD)[:2] + [Result("arch", {})], state="insufficient", status=3,
                   fails=["results-in"], says=["neither a yes nor a no"])
    yield Scenario("nothing", [], state="insufficient", status=3, says=["Nothing was built"])
    both = {"a.tar": GOOD, "b.tar": LEFT.read_bytes()}
    yield Scenario("partial-sets", [Result(TRUSTED, both), Result("suse", both), Result("arch", {"a.tar": GOOD})],
                   state="insufficient", status=3, says=["b.tar", "does not have it"])
    yield Scenario("extra-file", [Result(TRUSTED, {"a.tar": GOOD}), Result("suse", {"a.tar": GOOD}),
                                  Result("arch", {"a.tar": GOOD, "b.tar": EVIL})],
                   state="escalated", status=3, says=["b.tar", "do not release it"])
    yield Scenario("tie", three(GOOD, GOOD, tar("/srv/w7/frob-1.0")) + [Result("guix", files(tar("/srv/w7/frob-1.0")))],
                   {"accept": "explained", "max_explained": 2}, state="disputed", status=1, fails=["no-tie"])
    two = three(GOOD, GOOD, GOOD)[:2]
    expired = [(TRUSTED, "submitted", "r0"), ("suse", "submitted", "r1"), ("arch", "expired", None)]
    yield Scenario("expired-seat", two, job={"seats": seats(*expired)}, state="insufficient", status=3,
                   fails=["results-in"], says=["Refill seat s3 of arch"])
    yield Scenario("expired-seat-refilled", two + [Result("guix", files(GOOD))], state="agreed", status=0,
                   job={"seats": seats(*expired, ("guix", "submitted", "r2", {"replaces": "s3"}))})
    yield Scenario("expired-seat-open-refill", two, state="pending", status=3, fails=["ledger-closed", "results-in"],
                   job={"seats": seats(*expired, ("guix", "open", None, {"replaces": "s3"}))})
    yield Scenario("out-of-budget", three(LEFT, LEFT, RIGHT), EXPLAINED, options=["--max-output", "100"],
                   state="disputed", status=1, fails=["no-dissent"], says=["with larger limits"])
    yield Scenario("unsigned-folder", three(GOOD, GOOD, GOOD) + [Result("eve", files(EVIL), key=None)],
                   state="agreed", status=0, says=["not signed"])
    yield Scenario("unsigned-experiment", three(GOOD, GOOD, GOOD) + [Result("eve", files(EVIL), key=None)],
                   options=["--unsigned"], state="escalated", status=3, says=["SIGNATURES NOT DEMANDED"])
    yield Scenario("signed-by-a-stranger", three(GOOD, GOOD, GOOD) + [Result("suse", files(EVIL), key="stranger")],
                   options=["--unsigned"], state="agreed", status=0, says=["signed by 0 known"])
    yield Scenario("swapped-after-signing", three(GOOD, GOOD, GOOD) + [Result("guix", files(GOOD), swap=EVIL)],
                   state="agreed", status=0, says=["not those that were signed"])
    yield Scenario("shown-for-another-job", three(GOOD, GOOD, GOOD) + [Result("guix", files(EVIL), job="frob 0.9")],
                   job={}, state="agreed", status=0, says=["signed for another job"])

    source = {"source": SOURCE}
    job = {"inputs": source}
    def attesting(third=GOOD, form="provenance", inputs=source, **rest):
        return [Result(TRUSTED, files(GOOD)), Result("arch", files(GOOD), attested="link", inputs=source),
                Result("suse", files(third), attested=form, inputs=inputs, **rest)]
    refused = {"state": "insufficient", "status": 3, "fails": ["results-in"]}
    yield Scenario("attested-by-other-systems", attesting(), job=job, state="agreed", status=0, says=["arch, debian, suse"])
    yield Scenario("attested-dissent", attesting() + [Result("guix", files(EVIL), attested="link", inputs=source)], job=job,
                   state="escalated", status=3, fails=["no-dissent"], says=["differ guix"])
    yield Scenario("attested-swapped", attesting(swap=EVIL), job=job, **refused, says=["not those of the attestation"])
    yield Scenario("attested-by-a-stranger", attesting(form="link", key="stranger"), job=job, **refused)
    yield Scenario("attested-for-another-builder", attesting(speaks_for="fedora"), job=job, **refused,
                   says=["may speak for builder"])
    yield Scenario("attested-with-a-parameter", attesting(parameters=["patch"]), job=job, **refused,
                   says=["unexpected external parameter patch"])
    yield Scenario("attested-with-a-known-parameter", attesting(parameters=["patch"]), {"external_parameters": ["patch"]},
                   job=job, state="agreed", status=0)
    yield Scenario("attested-by-another-build-type", attesting(), {"build_type": "https://example.org/other"}, job=job,
                   **refused, says=["build type is https://example.org/build"])
    other = {"source": "6" * 64}
    untied = ["nothing ties its attestation to this job"]
    yield Scenario("attested-for-another-job", attesting(inputs=other), job=job, **refused, says=untied)
    yield Scenario("attested-without-inputs", attesting(inputs={}), job=job, **refused, says=untied)
    yield Scenario("attested-for-no-job", attesting(), state="insufficient", status=3, says=untied)
    def recorded(results):
        digest = hashlib.sha256(json.dumps(json.loads((results[2].written / "attestation").read_text())["signed"],
                                           sort_keys=True, separators=(",", ":")).encode()).hexdigest()
        return seats(*[(each.operator, "submitted", f"r{i}", {"manifest": digest} if i == 2 else {})
                       for i, each in enumerate(results)])
    yield Scenario("attested-and-recorded", attesting(form="link", inputs={}), job={**job, "seats": recorded},
                   state="agreed", status=0)
    yield Scenario("attested-dissent-without-inputs", attesting(EVIL, inputs={}), {"results": 2}, state="pending", status=3,
                   job={**job, "seats": seats((TRUSTED, "submitted", "r0"), ("arch", "submitted", "r1"),
                                              ("suse", "submitted", "r2"))},
                   fails=["ledger-closed"], says=untied)

    ledger = {"seats": seats(*[(who, "submitted", f"r{i}") for i, who in enumerate((TRUSTED, "suse", "arch", "guix"))])}
    dissent = three(GOOD, GOOD, GOOD)
    yield Scenario("damaged-dissent", dissent + [Result("guix", files(EVIL), damage=True)], job=ledger, state="pending",
                   status=3, fails=["ledger-closed"], says=["build.json is not what was signed", "records as failed"])
    yield Scenario("dissent-signed-by-a-stranger", dissent + [Result("guix", files(EVIL), key="stranger")], job=ledger,
                   state="pending", status=3, fails=["ledger-closed"], says=["signed by 0 known"])
    yield Scenario("dissent-without-a-signature", dissent + [Result("guix", files(EVIL), key=None)], job=ledger,
                   state="pending", status=3, fails=["ledger-closed"], says=["it is not signed by guix"])
    yield Scenario("damaged-and-given-up", dissent + [Result("guix", files(EVIL), damage=True)], state="agreed", status=0,
                   job={"seats": ledger["seats"][:3] + [{**ledger["seats"][3], "state": "failed"}]})

    repeated = three(GOOD, GOOD, GOOD) + [
        Result("mallory", files(EVIL)), Result("mallory", files(EVIL), role="rerun"),
        Result(TRUSTED, files(GOOD), role="arbiter"), Result(TRUSTED, files(GOOD), role="arbiter")]

    def confirmed(*signers, job=JOB, of=3):
        return {"confirmations": lambda results: [
            sign.confirmation(job, results[of].manifest_digest, sign.SigningKey(name)) for name in signers]}
    people = {"people": ["alice", "bob"]}
    yield Scenario("repeated-and-confirmed", repeated, job=confirmed("alice", "bob"), **people, state="agreed", status=0,
                   penalties={("mallory", "convicted")})
    for name, confirmations in {
            "nobody": {}, "one": confirmed("alice"), "one-twice": confirmed("alice", "alice"),
            "a-stranger": confirmed("alice", "carol"), "an-operator": confirmed("alice", "suse"),
            "for-another-job": confirmed("alice", "bob", job="frob 0.9"), "of-another-result": confirmed("alice", "bob", of=4),
            "unsigned": {"confirmations": ["alice", "bob"]}}.items():
        yield Scenario("repeated-confirmed-by-" + name, repeated, job=confirmations, **people, state="escalated", status=3,
                       fails=["no-dissent"], says=["of 2 people confirmed"])

    griefer = [Result(name, files(GOOD)) for name in (TRUSTED, "suse", "arch")]
    grief = [Result("griefer", files(tar(library=LIBRARY[:-1] + b"g")))]
    lost = [{"operator": "griefer", "kind": "arbitration-lost", "at": 1700000000 + i} for i in range(3)]
    yield Scenario("griefer-first", griefer + grief, state="escalated", status=3, fails=["no-dissent"])
    yield Scenario("griefer-arbitrated", griefer + grief +
                   [Result(TRUSTED, files(GOOD), role="arbiter"), Result(TRUSTED, files(GOOD), role="arbiter"),
                    Result("griefer", files(tar(library=LIBRARY[:-1] + b"h")), role="rerun")],
                   state="agreed", status=0, penalties={("griefer", "arbitration-lost")})
    yield Scenario("griefer-withdrawn", griefer + grief, job={"events": lost}, state="agreed", status=0,
                   says=["seats are withdrawn"])
    def another(number):
        return files(tar(library=LIBRARY[:-1] + bytes([number])))
    for number in range(1, 5):  # each time something else; the fourth time nobody asks it any more
        yield Scenario(f"griefer-chain-{number}", griefer + [Result("griefer", another(number))] + (
            [Result(TRUSTED, files(GOOD), role="arbiter"), Result(TRUSTED, files(GOOD), role="arbiter"),
             Result("griefer", another(100 + number), role="rerun")] if number < 4 else []), chain="griefer",
            state="agreed", status=0, penalties={("griefer", "arbitration-lost")} if number < 4 else set(),
            says=["seats are withdrawn"] if number == 4 else [])

    digest = hashlib.sha256(GOOD).hexdigest()
    yield Scenario("reference-confirmed", three(GOOD, GOOD, GOOD), options=["--reference", digest], state="agreed",
                   status=0, says=["against a reference"])
    yield Scenario("reference-not-reproduced", three(EVIL, EVIL, EVIL), options=["--reference", digest],
                   state="disputed", status=1, fails=["reference-held"])

    hundred = [Result(f"op{i:02}", files(GOOD)) for i in range(94)] + [Result(TRUSTED, files(GOOD))]
    hundred += [Result(f"x{i}", files(tar(f"/build/{i}/frob"))) for i in range(5)]
    yield Scenario("hundred-of-which-95-identical", hundred, {"accept": "explained", "max_explained": 5},
                   state="agreed-equivalent", status=0, comparisons=5)


def large_scenarios(cache):
    """Real packages from corpus/cache, when corpus/fetch was run."""
    pair = sorted(cache.glob("klayout_*_amd64.deb"))[:2]
    if len(pair) == 2:
        yield Scenario("large-pair", [Result(TRUSTED, {"klayout.deb": pair[0].read_bytes()}),
                                      Result("suse", {"klayout.deb": pair[0].read_bytes()}),
                                      Result("arch", {"klayout.deb": pair[1].read_bytes()})],
                       state="escalated", status=3, fails=["no-dissent"], says=["libpython3.13"], comparisons=1)

"""Lays out a scenario as the folder that `unrepro quorum decide` reads."""
import dataclasses
import hashlib
import json
import pathlib

import sign

DATA = pathlib.Path(__file__).resolve().parents[2] / "tests/data"
JOB = "frob 1.0"


def builder(operator):
    return "https://builder.example/" + operator


@dataclasses.dataclass
class Result:
    operator: str
    artifacts: dict
    role: str = "seat"
    key: str = ""           # "": the operator's; None: no manifest
    inputs: dict = dataclasses.field(default_factory=dict)
    swap: bytes = None      # put in the place of each artifact after signing
    job: str = JOB
    attested: str = None    # "link" or "provenance", in the place of build.json and manifest
    parameters: list = dataclasses.field(default_factory=list)  # external ones, in provenance
    damage: bool = False    # a byte of what was signed is changed
    speaks_for: str = ""    # the operator whose builder it names; "": its own
    named: str = ""         # what build.json calls the host; "": the folder
    written: pathlib.Path = None
    key_id: str = ""
    manifest_digest: str = ""

    def key_name(self):
        return self.operator if self.key == "" else self.key

    def write(self, folder, keys):
        def described(content):
            return {"sha256": hashlib.sha256(content).hexdigest(), "size": len(content)}
        build = json.dumps({"operator": self.operator, "builder": "node 1", "inputs": self.inputs, "role": self.role,
                            "facts": {"host": self.named or folder.name}, "isolation": "vm"}).encode()
        self.written = folder
        (folder / "artifacts").mkdir(parents=True)
        for name, content in self.artifacts.items():
            (folder / "artifacts" / name).write_bytes(self.swap or content)
        if self.attested:
            key = keys(self.key_name())
            products = {name: {"sha256": hashlib.sha256(content).hexdigest()} for name, content in self.artifacts.items()}
            materials = {name: {"sha256": digest} for name, digest in self.inputs.items()}
            told = (builder(self.speaks_for or self.operator), products, materials, key)
            (folder / "attestation").write_text(sign.link(*told) if self.attested == "link"
                                                else sign.provenance(*told, self.parameters))
            return
        (folder / "build.json").write_bytes(build + b" " if self.damage else build)
        if self.key is None:
            return
        payload = json.dumps({"schema": "unrepro.manifest/1", "job": self.job, "build": described(build),
                              "artifacts": {name: described(content) for name, content in self.artifacts.items()}})
        key = keys(self.key_name())
        self.key_id = key.id
        self.manifest_digest = hashlib.sha256(payload.encode()).hexdigest()
        (folder / "manifest.json").write_text(sign.envelope("application/vnd.unrepro.manifest+json", payload, key))


@dataclasses.dataclass
class Scenario:
    name: str
    results: list
    policy: dict = dataclasses.field(default_factory=dict)
    job: dict = None        # what job.json says besides schema and id; a function is called with the results
    people: list = dataclasses.field(default_factory=list)
    options: list = dataclasses.field(default_factory=list)
    chain: str = None       # the penalties of earlier scenarios of this chain are on record
    state: str = None       # expected, like all that follow; None: anything
    status: int = 0
    fails: list = None      # conditions of the first artifact
    says: list = dataclasses.field(default_factory=list)
    penalties: set = None
    comparisons: int = None

    def write(self, folder, keys, events=()):
        """Returns the policy's path. `events` are those of the chain."""
        (folder / "results").mkdir(parents=True)
        for number, result in enumerate(self.results):
            result.write(folder / "results" / f"r{number}", keys)
        if self.job is not None or events:
            job = {name: value(self.results) if callable(value) else value for name, value in (self.job or {}).items()}
            if events:
                job["events"] = events
            (folder / "results/job.json").write_text(json.dumps({"schema": "unrepro.job/1", "id": JOB, **job}))
        policy = {"results": 3, "agree": 2, "trusted": ["debian"], **self.policy}
        lines = [f"{name} = {json.dumps(value)}" for name, value in policy.items()]
        owners = {(result.key_name(), result.operator) for result in self.results
                  if result.key_name() not in (None, "stranger")}
        for name, operator in sorted(owners):
            lines += ["[[keys]]", f'operator = "{operator}"', f'public = "{keys(name).public.hex()}"',
                      f'builders = ["{builder(operator)}"]']
        for name in self.people:
            lines += ["[[people]]", f'name = "{name}"', f'public = "{keys(name).public.hex()}"']
        (folder / "policy.toml").write_text("\n".join(lines) + "\n")
        return folder / "policy.toml"

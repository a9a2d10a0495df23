#!/usr/bin/env python3
"""Validates what unrepro writes: validate.py report|sarif|gitlab SCHEMA FILE...

Beyond the schema it checks what a schema cannot say: sums, order, references, what must be unique.
"""
import json
import sys

import jsonschema


def no_duplicates(pairs):
    keys = [key for key, _ in pairs]
    if len(keys) != len(set(keys)):
        raise ValueError(f"duplicate key among {keys}")
    return dict(pairs)


def report_inconsistencies(report):
    accounting = report["accounting"]
    explained = sum(accounting["by_proof"].values()) + accounting["derived_bytes"]
    if accounting["explained_bytes"] != explained:
        yield f"explained_bytes is {accounting['explained_bytes']}, by_proof and derived_bytes give {explained}"
    differing = accounting["explained_bytes"] + accounting["unexplained_bytes"]
    if accounting["differing_bytes"] != differing:
        yield f"differing_bytes is {accounting['differing_bytes']}, its parts give {differing}"
    ids = [finding["id"] for finding in report["findings"]]
    if ids != list(range(1, len(ids) + 1)):
        yield "findings are not numbered 1, 2, 3 …"
    severities = ["alert", "warning", "info"]
    ranks = [severities.index(finding["severity"]) for finding in report["findings"]]
    if ranks != sorted(ranks):
        yield "findings are not ordered by severity"
    known = set(ids)
    for finding in report["findings"]:
        beyond = [each for each in finding["derived_from"] if each not in known]
        if beyond and not report["omitted"]["findings"]:
            yield f"finding {finding['id']} is derived from {beyond}, which do not exist"
    blocking = [cause["blocking"] for cause in report["causes"]]
    if blocking != sorted(blocking, reverse=True):
        yield "causes that block do not come first"


def sarif_inconsistencies(log):
    for run in log["runs"]:
        rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
        if len(rules) != len(set(rules)):
            yield "a rule is described twice"
        prints = [result["partialFingerprints"]["unreproFinding/v1"] for result in run["results"]]
        if len(prints) != len(set(prints)):
            yield "two results have one fingerprint"
        for result in run["results"]:
            if rules[result["ruleIndex"]] != result["ruleId"]:
                yield f"ruleIndex {result['ruleIndex']} is not {result['ruleId']}"
            for location in result["locations"]:
                artifact = location["physicalLocation"]["artifactLocation"]
                if run["artifacts"][artifact["index"]]["location"]["uri"] != artifact["uri"]:
                    yield f"artifact {artifact['index']} is not {artifact['uri']}"


def gitlab_inconsistencies(issues):
    prints = [issue["fingerprint"] for issue in issues]
    if len(prints) != len(set(prints)):  # GitLab shows the first of them only
        yield "two issues have one fingerprint"


INCONSISTENCIES = {
    "report": report_inconsistencies,
    "sarif": sarif_inconsistencies,
    "gitlab": gitlab_inconsistencies,
}


def main():
    if len(sys.argv) < 4 or sys.argv[1] not in INCONSISTENCIES:
        sys.exit(__doc__)
    with open(sys.argv[2], encoding="utf-8") as file:
        validator = jsonschema.Draft202012Validator(json.load(file))
    failed = False
    for path in sys.argv[3:]:
        with open(path, encoding="utf-8") as file:
            document = json.load(file, object_pairs_hook=no_duplicates)
        problems = [f"{'/'.join(map(str, error.path))}: {error.message}" for error in validator.iter_errors(document)]
        for problem in problems or INCONSISTENCIES[sys.argv[1]](document):
            print(f"{path}: {problem}")
            failed = True
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()

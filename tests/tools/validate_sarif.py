#!/usr/bin/env python3
"""Validates SARIF files: validate_sarif.py SCHEMA FILE... Also checks what the schema cannot say."""
import json
import sys

import jsonschema


def inconsistencies(log):
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


def main():
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    with open(sys.argv[1], encoding="utf-8") as file:
        validator = jsonschema.Draft202012Validator(json.load(file))
    failed = False
    for path in sys.argv[2:]:
        with open(path, encoding="utf-8") as file:
            log = json.load(file)
        problems = [f"{'/'.join(map(str, error.path))}: {error.message}" for error in validator.iter_errors(log)]
        for problem in problems or inconsistencies(log):
            print(f"{path}: {problem}")
            failed = True
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""Validates GitLab code quality reports: validate_gitlab.py SCHEMA FILE... Also that fingerprints are unique."""
import json
import sys

import jsonschema


def main():
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    with open(sys.argv[1], encoding="utf-8") as file:
        validator = jsonschema.Draft202012Validator(json.load(file))
    failed = False
    for path in sys.argv[2:]:
        with open(path, encoding="utf-8") as file:
            issues = json.load(file)
        problems = [f"{'/'.join(map(str, error.path))}: {error.message}" for error in validator.iter_errors(issues)]
        prints = [issue["fingerprint"] for issue in issues if "fingerprint" in issue]
        if len(prints) != len(set(prints)):  # GitLab shows the first of them only
            problems.append("two issues have one fingerprint")
        for problem in problems:
            print(f"{path}: {problem}")
            failed = True
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()

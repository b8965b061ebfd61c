"""Judges answers by botocore's service models.

Each answer is judged twice: the raw body, member by member (nothing unknown, nothing required missing, every type as
the model says), and what botocore parsed from it, by botocore's own validator.
"""

import base64
import json
import xml.etree.ElementTree as ElementTree
from datetime import datetime

import boto3
import botocore
import botocore.session
from botocore.config import Config
from botocore.exceptions import ClientError
from botocore.parsers import RpcV2CBORParser
from botocore.validate import ParamValidator

NUMBERS = {"integer", "long", "float", "double"}
CONTENT_TYPES = {
    "json": "application/x-amz-json-",
    "query": "text/xml",
    "rest-json": "application/json",
    "rest-xml": "application/xml",
    "smithy-rpc-v2-cbor": "application/cbor",
}
# botocore reads the answers to these by hand. Of the first the root element is the text, which no model says; in the
# others it reads policies, where the model has texts.
UNMODELLED = {"GetBucketLocation"}
READ_BY_HAND = UNMODELLED | {"GetPolicyVersion", "GetRole", "GetRolePolicy"}
LOADER = botocore.session.Session().get_component("data_loader")

problems = []
answered = set()
refused = set()


def check(holds, what):
    if not holds:
        problems.append(what)


def judge_json(shape, value, path, times=(int, float)):
    """What JSON and CBOR say alike; times they write in their own ways."""
    kind = shape.type_name
    if kind == "structure":
        if not isinstance(value, dict):
            return check(False, f"{path}: {value!r} is not a structure")
        names = {member.serialization.get("name", name): member for name, member in shape.members.items()}
        for name, member in value.items():
            check(name in names, f"{path}: unknown member {name}")
            if name in names:
                judge_json(names[name], member, f"{path}.{name}", times)
        for name in shape.required_members:
            check(name in value, f"{path}: {name} is missing")
    elif kind == "list":
        if not isinstance(value, list):
            return check(False, f"{path}: {value!r} is not a list")
        for index, item in enumerate(value):
            judge_json(shape.member, item, f"{path}[{index}]", times)
    elif kind == "string":
        check(isinstance(value, str), f"{path}: {value!r} is not a string")
        if getattr(shape, "enum", None):
            check(value in shape.enum, f"{path}: {value!r} is not one of {shape.enum}")
    elif kind == "blob":
        try:
            base64.b64decode(value, validate=True)
        except (TypeError, ValueError):
            check(False, f"{path}: {value!r} is not base64")
    elif kind == "boolean":
        check(isinstance(value, bool), f"{path}: {value!r} is not a boolean")
    elif kind == "timestamp":
        check(isinstance(value, times) and not isinstance(value, bool), f"{path}: {value!r} is not a time")
    elif kind in NUMBERS:
        whole = kind in ("integer", "long")
        right = isinstance(value, int if whole else (int, float)) and not isinstance(value, bool)
        check(right, f"{path}: {value!r} is not a number for {kind}")
    else:
        check(False, f"{path}: {kind} is not judged")


def cbor(body):
    """What botocore reads in CBOR, before it looks at any model."""
    reader = RpcV2CBORParser()
    return reader.parse_data_item(reader.get_peekable_stream_from_bytes(body))


def local(name):
    return name.split("}")[-1]


def judge_xml(shape, element, path):
    kind, text = shape.type_name, element.text or ""
    if kind == "structure":
        names = {m.serialization.get("name", name): m for name, m in shape.members.items()}
        of_body = {name: m for name, m in names.items() if m.serialization.get("location") is None}
        for child in element:
            name = local(child.tag)
            check(name in of_body, f"{path}: unknown element {name}")
            if name not in of_body:
                continue
            member = of_body[name]
            if member.type_name == "list" and member.serialization.get("flattened"):
                judge_xml(member.member, child, f"{path}.{name}")
            else:
                judge_xml(member, child, f"{path}.{name}")
        present = {local(child.tag) for child in element} | {local(name) for name in element.attrib}
        for name in shape.required_members:
            written = shape.members[name].serialization.get("name", name).split(":")[-1]
            check(written in present, f"{path}: {name} is missing")
    elif kind == "list":
        name = shape.member.serialization.get("name", "member")
        for index, child in enumerate(element):
            check(local(child.tag) == name, f"{path}: {child.tag} is not {name}")
            judge_xml(shape.member, child, f"{path}[{index}]")
    elif kind == "string":
        if getattr(shape, "enum", None):
            check(text in shape.enum, f"{path}: {text!r} is not one of {shape.enum}")
    elif kind == "boolean":
        check(text in ("true", "false"), f"{path}: {text!r} is not a boolean")
    elif kind in ("integer", "long"):
        check(text.lstrip("-").isdigit(), f"{path}: {text!r} is not a whole number")
    elif kind == "timestamp":
        try:
            datetime.fromisoformat(text)
        except ValueError:
            check(False, f"{path}: {text!r} is not a time")
    else:
        check(False, f"{path}: {kind} is not judged")


def judge_error(operation_model, protocol, body, headers, path):
    if protocol == "query":
        error = ElementTree.fromstring(body).find("{*}Error")
        check([local(child.tag) for child in error] == ["Type", "Code", "Message"], f"{path}: {body}")
        return
    if protocol == "rest-xml":
        error = ElementTree.fromstring(body)
        members = [child.tag for child in error]
        check((error.tag, members[:2]) == ("Error", ["Code", "Message"]), f"{path}: {body}")
        check(members[-2:] == ["RequestId", "HostId"], f"{path}: {body}")
        return
    error = cbor(body) if protocol == "smithy-rpc-v2-cbor" else json.loads(body)
    code = error.pop("__type", None) or headers.get("x-amzn-errortype")
    code = code.rpartition("#")[2]
    if "awsQueryCompatible" in operation_model.service_model.metadata:
        check(headers.get("x-amzn-query-error", "").endswith(";Sender"), f"{path}!{code}: {headers}")
    modelled = [shape for shape in operation_model.error_shapes if shape.name == code]
    for shape in modelled:
        if shape.members:
            judge_json(shape, error, f"{path}!{code}")
    if not modelled:
        check(set(error) <= {"message", "Message"}, f"{path}!{code}: {error}")


def judge_raw(operation_model, response_dict, **_):
    operation, body = operation_model.name, response_dict["body"]
    path = f"{operation_model.service_model.service_name}:{operation}"
    headers = {name.lower(): value for name, value in response_dict["headers"].items()}
    protocol = operation_model.service_model.resolved_protocol
    request_id = "x-amz-request-id" if protocol == "rest-xml" else "x-amzn-requestid"
    check(request_id in headers, f"{path}: no request id")
    check("date" in headers, f"{path}: no date")
    expected = CONTENT_TYPES[protocol]
    if protocol == "json":
        expected += operation_model.service_model.metadata["jsonVersion"]
    check(headers.get("content-type") == expected, f"{path}: {headers.get('content-type')}")
    if response_dict["status_code"] >= 300:
        judge_error(operation_model, protocol, body, headers, path)
    elif operation in UNMODELLED:
        return
    elif protocol == "query":
        result = ElementTree.fromstring(body).find("{*}" + operation + "Result")
        judge_xml(operation_model.output_shape, result, path)
    elif protocol == "rest-xml":
        shape, root = operation_model.output_shape, ElementTree.fromstring(body)
        payload = shape.serialization.get("payload")
        judge_xml(shape.members[payload] if payload else shape, root, path)
    elif protocol == "smithy-rpc-v2-cbor":
        check(headers.get("smithy-protocol") == "rpc-v2-cbor", f"{path}: {headers}")
        judge_json(operation_model.output_shape, cbor(body), path, datetime)
    else:
        judge_json(operation_model.output_shape, json.loads(body), path)


def session_of(credentials):
    session = botocore.session.Session()
    # The service models are read once, not once a session.
    session.register_component("data_loader", LOADER)
    return boto3.Session(
        botocore_session=session,
        aws_access_key_id=credentials["AccessKeyId"],
        aws_secret_access_key=credentials["SecretAccessKey"],
        aws_session_token=credentials["SessionToken"],
    )


def client(session, service, region="us-east-1"):
    made = session.client(service, region_name=region, config=Config(retries={"total_max_attempts": 1}))
    made.meta.events.register("before-parse", judge_raw)
    return made


def call(made, operation, **arguments):
    """The parsed answer, judged."""
    service = made.meta.service_model
    answer = getattr(made, botocore.xform_name(operation))(**arguments)
    answered.add((service.service_name, operation))
    parsed = {name: value for name, value in answer.items() if name != "ResponseMetadata"}
    report = ParamValidator().validate(parsed, service.operation_model(operation).output_shape)
    check(operation in READ_BY_HAND or not report.has_errors(), f"{operation}: {report.generate_report()}")
    check(answer["ResponseMetadata"].get("RequestId"), f"{operation}: no request id")
    return parsed


def refuse(made, operation, code, status, contains="", **arguments):
    try:
        getattr(made, botocore.xform_name(operation))(**arguments)
        check(False, f"{operation} {arguments}: not refused with {code}")
    except ClientError as error:
        told = error.response["Error"]
        refused.add((made.meta.service_model.service_name, told["Code"]))
        got = error.response["ResponseMetadata"]["HTTPStatusCode"]
        check((told["Code"], got) == (code, status), f"{operation} {arguments}: {told} {got}, not {code} {status}")
        check(contains in told["Message"], f"{operation}: {told['Message']!r} lacks {contains!r}")


def all_pages(made, operation, member, token_name="NextToken", **arguments):
    items, pages, token = [], [], {}
    while True:
        answer = call(made, operation, **arguments, **token)
        items += answer[member]
        pages.append(len(answer[member]))
        if token_name not in answer:
            return items, pages
        token = {token_name: answer[token_name]}
